"""Usual values for the placeholders of a text, so that what it says can be judged before anybody gets it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from parley.locale import Language
from parley.messaging.values import Kind, PlaceholderTypes, Value
from parley.money import Money

_CURRENCY: Final = {Language.EN: "USD", Language.ZH_HANS: "CNY", Language.ZH_HANT: "TWD"}
# A line of advice or help that a place does not have is one word here: a text is not approved for what it lacks.
_ABSENT: Final = "–"


def specimens(
    types: PlaceholderTypes, words: Mapping[str, str], language: Language, today: date
) -> Iterator[dict[str, Value]]:
    """Yield usual values for *types*, with interest and without.

    *words*: the lender's own words by placeholder. Amounts are in a currency of the language.
    """
    currency = _CURRENCY[language]
    usual = {name: _usual(one.kind, words.get(name) or _ABSENT, currency, today) for name, one in types.items()}
    yield usual
    # A plan without interest is no advertisement for one, and one with interest may be.
    rates = [name for name, one in types.items() if one.kind is Kind.RATE]
    if rates:
        yield {**usual, **dict.fromkeys(rates, 0)}


def usual_values(types: PlaceholderTypes, words: Mapping[str, str], currency: str, today: date) -> dict[str, Value]:
    """Return one value for each of *types*, fit to be shown: of a choice the first, amounts in *currency*."""
    return {
        name: one.choices[0]
        if one.kind is Kind.CHOICE
        else _usual(one.kind, words.get(name) or _ABSENT, currency, today)
        for name, one in types.items()
    }


def currency_of(language: Language) -> str:
    """Return the currency of amounts in *language* where no account says another."""
    return _CURRENCY[language]


def _usual(kind: Kind, words: str, currency: str, today: date) -> Value:
    match kind:
        case Kind.AMOUNT:
            return Money(58_27, currency)
        case Kind.WHOLE:
            return Money(1_500_00, currency)
        case Kind.FIGURE:
            return Money(1_340_32, currency)
        case Kind.DATE:
            return today + timedelta(days=12)
        case Kind.COUNT:
            return 23
        case Kind.RATE:
            return 7_90
        case Kind.WORDS | Kind.CHOICE:
            return words
