"""Fields of the full statement: what was typed becomes a statement, and a statement fills the fields in.

Every field may stay empty. What is no amount, number or day is named at its field; then nothing of the form is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from parley.money import MINOR_DIGITS, decimal_text
from parley.negotiation.budget.financial_statement import (
    MOST_MONTHS,
    MOST_PEOPLE,
    Cost,
    FinancialStatement,
    Household,
    Income,
    Rhythm,
    Topic,
)
from parley.negotiation.budget.reference import Part, Reference
from parley.web.typed import typed_amount, typed_day, typed_whole

LONGEST: Final = 20
MONTHS: Final = 6
# Fewer say nothing of an income that changes.
_FEWEST_MONTHS: Final = 2
DEBTS: Final = 4
MOST_DEBTS: Final = 20
OFTEN: Final = "-often"
_PARTS: Final = {Part.HOUSING: "housing", Part.ESSENTIALS: "essentials"}


def category_field(category_id: str) -> str:
    """Return the name of the field of a category: no other field begins so."""
    return f"c-{category_id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form depends on: the table of the place, the borrower's day, and what was told before."""

    table: Reference
    today: date
    before: FinancialStatement

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self.before.currency

    @property
    def is_one_housing(self) -> bool:
        """Whether the table has one kind of housing cost: it is then told in one sum, as by text."""
        return len(self.table.of(Part.HOUSING)) == 1

    def in_one_sum(self, part: Part) -> bool:
        """Return whether *part* has a field for one sum: it was told so, or the table asks for no more."""
        if part is Part.HOUSING:
            return self.is_one_housing or self.before.housing is not None
        return self.before.essentials is not None

    def lines_of(self, part: Part) -> tuple[str, ...]:
        """Return the categories of *part* that have a field of their own."""
        is_one = part is Part.HOUSING and self.is_one_housing
        return () if is_one else tuple(one.id for one in self.table.of(part))

    @property
    def months(self) -> tuple[str, ...]:
        """The fields of the last months of an income that changes."""
        told = len(self.before.income.recent_months_minor) if self.before.income is not None else 0
        return tuple(f"month-{number}" for number in range(1, max(MONTHS, told) + 1))

    @property
    def debts(self) -> tuple[str, ...]:
        """The fields of debts listed by what is owed; one more than were told."""
        rows = min(MOST_DEBTS, max(DEBTS, len(self.before.listed_debts_minor) + 1))
        return tuple(f"owed-{number}" for number in range(1, rows + 1))

    @property
    def sums(self) -> tuple[str, ...]:
        """The fields of amounts that say how often they come."""
        parts = [name for part, name in _PARTS.items() if self.in_one_sum(part)]
        lines = [category_field(one) for part in _PARTS for one in self.lines_of(part)]
        return ("income", *parts, *lines, "debts", "arrears")

    @property
    def names(self) -> tuple[str, ...]:
        """Every field there is."""
        often = (name + OFTEN for name in self.sums)
        return ("people", "from-65", "payday", "most", *self.sums, *often, *self.months, *self.debts)


def typed_in(posted: Mapping[str, str], asked: Asked) -> dict[str, str]:
    """Return what was typed, field by field, cut to what a field holds."""
    return {name: posted.get(name, "").strip()[:LONGEST] for name in asked.names}


def filled_in(asked: Asked) -> dict[str, str]:
    """Return the fields as what was told before fills them in. A pay-day that is over is left out."""
    told = asked.before
    found = {name + OFTEN: Rhythm.MONTHLY.value for name in asked.sums}
    if told.household is not None:
        found["people"] = str(told.household.people)
        found["from-65"] = "" if told.household.from_65 is None else str(told.household.from_65)
    if told.income is not None:
        if not told.income.is_irregular:
            found |= _shown("income", Cost(told.income.amount_minor, told.income.rhythm), told.currency)
        if told.income.payday is not None and told.income.payday > asked.today:
            found["payday"] = told.income.payday.isoformat()
        found |= _listed(asked.months, told.income.recent_months_minor, told.currency)
    sums = {"housing": told.housing, "essentials": told.essentials, "debts": told.other_debts}
    sums |= {category_field(key): cost for key, cost in told.by_category.items()} | {"arrears": told.priority_arrears}
    for name, cost in sums.items():
        if cost is not None and name in asked.sums:
            found |= _shown(name, cost, told.currency)
    if told.capacity_minor is not None:
        found["most"] = _plain(told.capacity_minor, told.currency)
    return found | _listed(asked.debts, told.listed_debts_minor, told.currency)


def read_form(typed: Mapping[str, str], asked: Asked) -> tuple[FinancialStatement, dict[str, str]]:
    """Return the statement that was typed, and what is wrong: the key of the words by field. Wrong: not to be kept.

    A field left empty tells nothing, also where something was told before: it was shown, and taken out.
    """
    read = _Read(typed, asked)
    income, household = _income(read, asked), _household(read)
    housing = read.cost("housing") if asked.in_one_sum(Part.HOUSING) else None
    essentials = read.cost("essentials") if asked.in_one_sum(Part.ESSENTIALS) else None
    lines = {part: dict(read.costs(asked.lines_of(part))) for part in _PARTS}
    for name, one_sum, part in (("housing", housing, Part.HOUSING), ("essentials", essentials, Part.ESSENTIALS)):
        if one_sum is not None and lines[part]:
            read.wrong(name, "portal.budget.sum_or_lines")
    debts = tuple(amount for name in asked.debts if (amount := read.amount(name)))
    told = asked.before.but(
        household=household,
        income=income,
        housing=housing,
        essentials=essentials,
        by_category=lines[Part.HOUSING] | lines[Part.ESSENTIALS],
        other_debts=read.cost("debts"),
        listed_debts_minor=debts,
        priority_arrears=read.cost("arrears"),
        capacity_minor=read.amount("most"),
    )
    return _settled(told), read.errors


@dataclass(slots=True)
class _Read:
    """Reads fields one by one, and remembers what is wrong with which."""

    typed: Mapping[str, str]
    asked: Asked
    errors: dict[str, str] = field(default_factory=dict)

    def wrong(self, name: str, key: str) -> None:
        self.errors.setdefault(name, key)

    def text(self, name: str) -> str:
        return self.typed.get(name, "")

    def amount(self, name: str) -> int | None:
        found = typed_amount(self.text(name), self.asked.currency)
        if found is None and self.text(name):
            self.wrong(name, "portal.budget.bad_amount")
        return found

    def cost(self, name: str) -> Cost | None:
        amount, often = self.amount(name), self.text(name + OFTEN)
        if amount is None:
            return None
        if often not in set(Rhythm):
            self.wrong(name, "portal.budget.bad_amount")
            return None
        return Cost(amount, Rhythm(often))

    def costs(self, ids: tuple[str, ...]) -> Iterator[tuple[str, Cost]]:
        for one in ids:
            cost = self.cost(category_field(one))
            if cost is not None:
                yield one, cost

    def number(self, name: str, low: int, high: int, key: str) -> int | None:
        found = typed_whole(self.text(name))
        if self.text(name) and (found is None or not low <= found <= high):
            self.wrong(name, key)
            return None
        return found


def _household(read: _Read) -> Household | None:
    people = read.number("people", 1, MOST_PEOPLE, "portal.budget.bad_people")
    old = read.number("from-65", 0, people or MOST_PEOPLE, "portal.budget.bad_from_65")
    if people is None:
        if old is not None:
            read.wrong("people", "portal.budget.people_first")
        return None
    return Household(people, old)


def _income(read: _Read, asked: Asked) -> Income | None:
    regular = read.cost("income")
    months = tuple(amount for name in asked.months if (amount := read.amount(name)) is not None)
    payday = typed_day(read.text("payday"))
    if read.text("payday") and (payday is None or payday <= asked.today):
        read.wrong("payday", "portal.budget.bad_payday")
    if regular is not None and months:
        read.wrong("income", "portal.budget.regular_or_months")
        return None
    if months:
        if len(months) < _FEWEST_MONTHS:
            read.wrong(asked.months[0], "portal.budget.more_months")
        return Income(payday=payday, recent_months_minor=months[:MOST_MONTHS])
    if regular is None:
        if payday is not None:
            read.wrong("income", "portal.budget.income_first")
        return None
    return Income(regular.amount_minor, regular.rhythm, payday)


def _settled(told: FinancialStatement) -> FinancialStatement:
    """Take back that a topic was passed over, or waits for a figure, where it is told now."""
    answered = {
        Topic.HOUSEHOLD: told.household,
        Topic.INCOME: told.income,
        Topic.HOUSING: told.housing,
        Topic.ESSENTIALS: told.essentials or told.by_category,
        Topic.OTHER_DEBTS: told.other_debts or told.listed_debts_minor,
    }
    now = {topic for topic, answer in answered.items() if answer}
    return told.but(skipped=told.skipped - now, wants_figure=told.wants_figure - now)


def _shown(name: str, cost: Cost, currency: str) -> dict[str, str]:
    return {name: _plain(cost.amount_minor, currency), name + OFTEN: cost.rhythm.value}


def _listed(names: tuple[str, ...], amounts: tuple[int, ...], currency: str) -> dict[str, str]:
    return {name: _plain(amount, currency) for name, amount in zip(names, amounts, strict=False)}


def _plain(minor: int, currency: str) -> str:
    """Return an amount as people type it: whole sums without their zeros."""
    return decimal_text(minor, currency).removesuffix("." + "0" * MINOR_DIGITS[currency])
