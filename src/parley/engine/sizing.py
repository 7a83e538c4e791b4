"""What a text takes on the air for those it may go to: the values of each account of a book, by their widths. Pure.

Accounts that read in equally many signs are one row with a count, so that a book of a million is a few hundred rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from parley.engine.library import Library
from parley.engine.plan_terms import words_there
from parley.locale import Language
from parley.messaging.segments import Segments, measure
from parley.messaging.size import Shape, Spread, Worst, shape_of, spread, worst_case
from parley.messaging.specimens import currency_of, usual_values
from parley.messaging.template import Template, render
from parley.messaging.values import Value
from parley.money import Money
from parley.servicing.account import Account
from parley.servicing.delinquency import arrears_minor, next_due

_PAGE: Final = "page"
_AGENT: Final = "agent"


@dataclass(frozen=True, slots=True, repr=False)
class Sample:
    """An account for those of its widths: where its borrower is, in which language, and what texts say of it.

    `figures`: by placeholder; what the account does not have, no text to it shows.
    """

    jurisdiction: str
    language: Language
    currency: str
    figures: tuple[tuple[str, Value], ...]

    def shape(self, today: date) -> tuple[str, Language, str, tuple[tuple[str, Shape], ...]]:
        """Return what is equal for accounts whose texts are of one size."""
        shapes = tuple((name, shape_of(value, today)) for name, value in self.figures)
        return self.jurisdiction, self.language, self.currency, shapes


@dataclass(frozen=True, slots=True, repr=False)
class Sized:
    """The size of a text in one language. `usual`: with usual values; `over`: over the accounts of the book."""

    worst: Worst
    usual: Segments
    over: Spread


def sample_of(account: Account, jurisdiction: str, language: Language, today: date) -> Sample:
    """Return *account* as texts to its borrower show it on *today*."""
    found: dict[str, Value] = {"balance": Money(account.balance.total, account.currency)}
    if arrears := arrears_minor(account.dues, today):
        found["arrears"] = Money(arrears, account.currency)
    if (coming := next_due(account.dues, today)) is not None:
        found |= {"amount": Money(coming.amount_minor - coming.paid_minor, account.currency), "due_on": coming.due_on}
    return Sample(jurisdiction, language, account.currency, tuple(found.items()))


# What of an account a text may speak of; one that speaks of it goes to no account that lacks it.
_OF_ACCOUNTS: Final = frozenset({"balance", "arrears", "amount", "due_on"})


def size(
    template: Template,
    language: Language,
    samples: Sequence[tuple[Sample, int]],
    library: Library,
    today: date,
    *,
    place: str,
    page_code: str,
) -> Sized:
    """Return what *template* takes: at worst, usually, and over *samples* with how many accounts each stands for.

    *page_code*: any code of a borrower's page, for all are as long. *place*: for whom it is asked where no sample is of
    the language.
    """
    here = [(one, count) for one, count in samples if one.language is language]
    places = sorted({one.jurisdiction for one, _ in here}) or [place]
    currencies = sorted({one.currency for one, _ in here}) or [currency_of(language)]
    worsts = (
        worst_case(template, _fixed(place, language, library, page_code), language, currencies, today)
        for place in places
    )
    worst = max(worsts, key=lambda one: (one.segments.count, one.segments.units))
    typical = usual_values(template.types, _words(places[0], language, library, page_code), currencies[0], today)
    rows = (
        (values, count)
        for one, count in here
        if (values := _values(template, one, library, today, page_code)) is not None
    )
    usual = measure(render(template, typical, language, today))
    return Sized(worst, usual, spread(template, rows, language, today))


def _values(template: Template, one: Sample, library: Library, today: date, page_code: str) -> dict[str, Value] | None:
    """Return what *template* would say to the borrower of a sample; None where it says what the account lacks."""
    figures = dict(one.figures)
    if not (template.types.keys() & _OF_ACCOUNTS) <= figures.keys():
        return None
    words = _words(one.jurisdiction, one.language, library, page_code)
    usual = usual_values(template.types, words, one.currency, today)
    return usual | {name: value for name, value in figures.items() if name in template.types}


def _fixed(place: str, language: Language, library: Library, page_code: str) -> dict[str, str]:
    """Return the words that are the same whoever answers; where people of the desk are named, any name may stand."""
    words = _words(place, language, library, page_code)
    return {name: one for name, one in words.items() if name != _AGENT or not library.lender.names_people}


def _words(place: str, language: Language, library: Library, page_code: str) -> dict[str, str]:
    """Return the lender's words as a borrower of *place* gets them, with the page of their own."""
    page = library.lender.page_of(page_code, library.catalogue.standing[_PAGE].limit)
    return {**words_there(place, language, library, library.rulebook), _PAGE: page}


def languages_of(samples: Collection[tuple[Sample, int]]) -> tuple[Language, ...]:
    """Return the languages that the accounts are written to in; all where there is no account."""
    found = {one.language for one, _ in samples}
    return tuple(language for language in Language if language in found) or tuple(Language)


def masked(one: Sample) -> Sample:
    """Return *one* with its amounts blurred to their first digit, as wide as they are: a page may show them."""
    return replace(one, figures=tuple((name, _blurred(value)) for name, value in one.figures))


def _blurred(value: Value) -> Value:
    if not isinstance(value, Money):
        return value
    digits = str(value.minor)
    return Money(int(digits[0] + "0" * (len(digits) - 1)), value.currency)


def shown_to(template: Template, one: Sample, library: Library, today: date, page_code: str) -> str | None:
    """Return what *template* says to the borrower of a sample; None where it says what the account lacks."""
    values = _values(template, one, library, today, page_code)
    return render(template, values, one.language, today) if values is not None else None
