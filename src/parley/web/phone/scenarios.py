"""Whom one may play: places and presets read from scenarios.toml, or a borrower put together in a form."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeVar

from parley.dates import add_months
from parley.engine.headline import write_headline
from parley.engine.situation import Situation
from parley.engine.turn import Library
from parley.locale import Language, language_of
from parley.money import divide_up, minor_from_major
from parley.servicing.account import Product

# Play begins here: by day, or at the hour of the nightly run.
_BY_DAY: Final = datetime(2026, 11, 23, 14, 5)  # noqa: DTZ001 - a wall clock; the place gives the zone
_BY_NIGHT: Final = datetime(2026, 11, 23, 2, 0)  # noqa: DTZ001 - as above
# Units: days; minor units.
MOST_DAYS: Final = 720
_LEAST_MINOR: Final = 100
_MOST_MINOR: Final = 1_000_000_000
# A card asks for this share of its balance each month, other credit for one of so many instalments.
_CARD_PERCENT: Final = 3
_INSTALMENTS: Final = 24
_DAYS_OF_A_MONTH: Final = 30
# Who owes nothing yet is played some days before the due date, when a reminder is due.
_DAYS_BEFORE: Final = 3


_E = TypeVar("_E", bound=StrEnum)


class Holder(StrEnum):
    """Who holds the phone: the borrower, or somebody who knows nothing of the account."""

    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a borrower is, and what the lender's books hold on people there."""

    code: str
    zone: str
    currency: str
    language: Language
    rate_bps: int
    postcode: str = ""
    contract_tail: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A borrower to play: the headline, the lines that begin the session, and who holds the phone."""

    headline: str
    lines: tuple[str, ...]
    holder: Holder


@dataclass(frozen=True, slots=True)
class Preset:
    """A borrower with one click, and what a reader wants to know before the click."""

    id: str
    place: Place
    product: Product
    balance_minor: int
    days_past_due: int
    holder: Holder
    scenario: Scenario


class WrongField(ValueError):
    """A field of the form cannot be taken; its name is the message."""


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads((files("parley.web.phone") / "scenarios.toml").read_text(encoding="utf-8"))


@cache
def places() -> Mapping[str, Place]:
    """Return every place by its code."""
    return {
        code: Place(code=code, **{**row, "language": Language(row["language"])})
        for code, row in _table()["places"].items()
    }


def phrases(language: Language) -> list[str]:
    """Return what our texts ask to be answered with, in a borrower's language."""
    found: list[str] = _table()["phrases"][language.value]
    return found


def presets(library: Library) -> list[Preset]:
    """Return the borrowers with one click."""
    return [_preset(row, library) for row in _table()["presets"]]


def _preset(row: Mapping[str, Any], library: Library) -> Preset:
    place, product, holder = places()[row["place"]], Product(row["product"]), Holder(row["holder"])
    situation = _situation(
        place,
        place.language,
        product,
        row["balance_minor"],
        days_past_due=row["days_past_due"],
        arrears_minor=row["arrears_minor"],
        next_due_minor=row["next_due_minor"],
        next_due_on=row["next_due_on"],
        is_proven=row["is_proven"],
    )
    scenario = _scenario(situation, _BY_NIGHT if row["night"] else _BY_DAY, row["lines"], holder, library)
    return Preset(row["id"], place, product, row["balance_minor"], row["days_past_due"], holder, scenario)


def from_form(typed: Mapping[str, str], library: Library) -> Scenario:
    """Return the borrower that a form describes. Raises WrongField for the first field that cannot be taken."""
    place = places().get(typed.get("place", ""))
    if place is None:
        raise WrongField("place")
    language = _one_of(Language, typed, "language")
    product = _one_of(Product, typed, "product")
    holder = _one_of(Holder, typed, "holder")
    days = _days(typed.get("days", ""))
    balance = _balance(typed.get("balance", ""), place.currency)
    instalment = _instalment(product, balance)
    situation = _situation(
        place,
        language,
        product,
        balance,
        days_past_due=days,
        arrears_minor=min(balance, instalment * divide_up(days, _DAYS_OF_A_MONTH)),
        next_due_minor=instalment,
        next_due_on=_next_due(_BY_DAY.date(), days),
        is_proven=typed.get("proven", "") == "yes",
    )
    return _scenario(situation, _BY_DAY, (), holder, library)


def _situation(place: Place, language: Language, product: Product, balance_minor: int, **more: Any) -> Situation:  # noqa: ANN401 - the other fields of Situation
    return Situation(
        jurisdiction=place.code,
        locale=_locale(language, place.code.partition("-")[0]),
        zone=place.zone,
        product=product,
        currency=place.currency,
        balance_minor=balance_minor,
        annual_rate_bps=place.rate_bps,
        postcode=place.postcode,
        contract_tail=place.contract_tail,
        **more,
    )


def _scenario(
    situation: Situation, begins: datetime, lines: list[str] | tuple[()], holder: Holder, library: Library
) -> Scenario:
    first = f"now {begins:%Y-%m-%d %H:%M} {situation.zone}"
    return Scenario(write_headline(situation, library), (first, *lines), holder)


def _locale(language: Language, region: str) -> str:
    """Return the tag of a language in a country; the script is named where the country does not say it."""
    plain = f"{language.value.partition('-')[0]}-{region}"
    return plain if language_of(plain) is language else f"{language}-{region}"


def _one_of(kind: type[_E], typed: Mapping[str, str], name: str) -> _E:
    try:
        return kind(typed.get(name, ""))
    except ValueError:
        raise WrongField(name) from None


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > MOST_DAYS:
        raise WrongField("days")
    return int(text)


def _balance(text: str, currency: str) -> int:
    try:
        minor = minor_from_major(text.replace(",", "").strip(), currency)
    except ValueError:
        raise WrongField("balance") from None
    if not _LEAST_MINOR <= minor <= _MOST_MINOR:
        raise WrongField("balance")
    return minor


def _instalment(product: Product, balance_minor: int) -> int:
    if product is Product.CARD:
        return divide_up(balance_minor * _CARD_PERCENT, 100)
    return divide_up(balance_minor, _INSTALMENTS)


def _next_due(today: date, days_past_due: int) -> date:
    """Return the next due date of an account whose oldest open due was so many days ago, at monthly intervals."""
    if not days_past_due:
        return today + timedelta(days=_DAYS_BEFORE)
    missed = today - timedelta(days=days_past_due)
    months = next(n for n in range(1, MOST_DAYS) if add_months(missed, n) > today)
    return add_months(missed, months)
