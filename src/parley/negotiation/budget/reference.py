"""What does a household usually spend? Reference budgets as data: each has its source and the day it holds from.

A figure is taken only where a source was read; a category may stand without one. A household larger than the table's
rows adds `further.per_person_minor` for each person, over the categories named there, in proportion to the last row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from parley.locale import Language
from parley.money import split
from parley.negotiation.budget.financial_statement import Household

ANYWHERE = "*"


class Part(StrEnum):
    """What a line of a budget is: the parts of expenditure, in the order they are shown."""

    HOUSING = "housing"
    ESSENTIALS = "essentials"
    OTHER_DEBTS = "other_debts"
    PRIORITY_ARREARS = "priority_arrears"


class Checked(StrEnum):
    """Where the figures of a source were read: in the publisher's own page, or in somebody's copy of it."""

    SOURCE = "source"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Source:
    """Who published the figures, from which day they hold, and where and when we read them."""

    id: str
    title: str
    address: str
    effective_on: date
    read_in: str
    read_on: date
    checked: Checked


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of spending. Units: minor units a month.

    `people_minor` is for households of 1, 2, … people; `under_65_minor` and `from_65_minor` are for each person.
    `zh_hant`: the name in Traditional characters; "" where the table has none, and `zh` stands for it.
    """

    id: str
    part: Part
    en: str
    zh: str
    source: str = ""
    people_minor: tuple[int, ...] = ()
    under_65_minor: int | None = None
    from_65_minor: int | None = None
    zh_hant: str = ""

    def name(self, language: Language) -> str:
        """Return what a page calls this kind of spending."""
        if language is Language.EN:
            return self.en
        return (self.zh_hant if language is Language.ZH_HANT else "") or self.zh

    @property
    def has_figure(self) -> bool:
        """Whether the table says what is usual here."""
        return bool(self.people_minor) or self.from_65_minor is not None


@dataclass(frozen=True, slots=True)
class Further:
    """What each person beyond the rows of the table adds, over which categories."""

    per_person_minor: int
    over: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """One edition of one reference budget. `digest` is the SHA-256 of its file.

    `assumed_people` is the household of who does not say; a table without any figure has no currency.
    """

    id: str
    version: str
    digest: str
    jurisdiction: str
    currency: str
    valid_from: date
    assumed_people: int
    reason_en: str
    reason_zh: str
    sources: tuple[Source, ...]
    categories: tuple[Category, ...]
    further: Further | None = None

    def of(self, part: Part) -> tuple[Category, ...]:
        """Return the categories of *part*, in the table's order."""
        return tuple(one for one in self.categories if one.part is part)

    def guidelines(self, household: Household) -> Mapping[str, int]:
        """Return the usual spending of *household* by category, where the table has one. Units: minor units a month.

        Who did not say an age is taken at the dearer figure, so that not saying never raises a capacity.
        Rounding: what further people add is split by largest remainder; the parts sum to the whole.
        """
        found = {one.id: _figure(one, household) for one in self.categories if one.has_figure}
        if self.further is None:
            return found
        rows = {one.id: one.people_minor for one in self.categories if one.id in self.further.over}
        more = household.people - min(map(len, rows.values()))
        if more > 0:
            parts = split(self.further.per_person_minor * more, tuple(row[-1] for row in rows.values()))
            for key, part in zip(rows, parts, strict=True):
                found[key] += part
        return found


def _figure(category: Category, household: Household) -> int:
    if category.people_minor:
        return category.people_minor[min(household.people, len(category.people_minor)) - 1]
    assert category.under_65_minor is not None and category.from_65_minor is not None, "the loader saw to it"
    if household.from_65 is None:
        return household.people * max(category.under_65_minor, category.from_65_minor)
    young = household.people - household.from_65
    return young * category.under_65_minor + household.from_65 * category.from_65_minor


def choose_reference(tables: Iterable[Reference], jurisdiction: str, currency: str, on: date) -> Reference:
    """Return the table of *jurisdiction* in force *on* a day: "US-CA" falls back to "US", then to everywhere.

    Of several editions the latest that holds. A table in another currency is passed over. No table at all is a defect:
    the one for everywhere has no figures, no currency and holds always.
    """
    held = [one for one in tables if one.valid_from <= on and one.currency in {"", currency}]
    place = jurisdiction
    while place:
        editions = [one for one in held if one.jurisdiction == place]
        if editions:
            return max(editions, key=lambda one: (one.valid_from, one.version))
        place = place.rpartition("-")[0]
    return max((one for one in held if one.jurisdiction == ANYWHERE), key=lambda one: (one.valid_from, one.version))


def digest_of(raw: bytes) -> str:
    """Return the hash by which a result names the file it was computed with."""
    return hashlib.sha256(raw).hexdigest()
