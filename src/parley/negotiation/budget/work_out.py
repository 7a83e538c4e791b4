"""The capacity of a statement, with its working out.

    E  spending: what was declared; where nothing was, the guideline, flagged as assumed. Nothing declared is ever cut
    S  income − E − arrears of priority bills: what is left
    b  max(the policy's floor, a tenth of S): what stays with the borrower
    c  max(0, min(our share of S − b, what the borrower said))

Our share is all of it, or what our balance is of all balances where other debts are listed. Units: minor units a month.
Source: `rne13.md` section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from parley.money import divide_down, divide_up, split
from parley.negotiation.budget.financial_statement import Cost, FinancialStatement, Household
from parley.negotiation.budget.reference import Part, Reference

_TENTH: Final = Fraction(1, 10)


class Flag(StrEnum):
    """Where an amount comes from. Unknown: neither the borrower nor the table said."""

    DECLARED = "declared"
    ASSUMED = "assumed"
    ABOVE_GUIDELINE = "above_guideline"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What follows. Without an offer come guidance, free advice and a person."""

    OFFER = "offer"
    NOTHING_LEFT = "nothing_left"  # or less than one step
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Limits:
    """What the lender's policy says. Units: minor units.

    The buffer is the floor or the share of what is left, whichever is more; a proposal is a multiple of `step_minor`.
    """

    buffer_floor_minor: int
    buffer_share: Fraction = _TENTH
    step_minor: int = 1

    def __post_init__(self) -> None:
        assert self.buffer_floor_minor >= 0 and 0 <= self.buffer_share <= 1, "a buffer is a part of what is left"
        assert self.step_minor >= 1, "a proposal is a whole number of steps"


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One amount of the budget: its own, what is usual, and its flag. An unknown amount counts as nothing in sums."""

    id: str
    part: Part
    amount_minor: int | None
    guideline_minor: int | None
    flag: Flag


@dataclass(frozen=True, slots=True, repr=False)
class ReadBack:
    """The sum as one text shows it for correction: income − costs = left; the plan. All of it shown, none rounded."""

    income_minor: int
    costs_minor: int
    left_minor: int
    plan_minor: int


@dataclass(frozen=True, slots=True, repr=False)
class Budget:
    """Every input with its flag, the table, and the working. Units: minor units of `currency` a month.

    `disposable_income_minor` is None without an income; with an unknown line it is the most that can be left.
    `shares_minor` is what is to be shared, ours first, then the listed debts; the parts sum to the whole.
    """

    currency: str
    table_id: str
    table_version: str
    table_digest: str
    household: Household
    household_flag: Flag
    payday: date | None
    income_minor: int | None
    income_flag: Flag
    lines: tuple[Line, ...]
    disposable_income_minor: int | None
    buffer_minor: int
    shares_minor: tuple[int, ...]
    stated_minor: int | None
    capacity_minor: int
    proposal_minor: int
    outcome: Outcome

    def __repr__(self) -> str:
        """Hide the figures: they are personal data, and `repr` reaches logs."""
        return f"Budget({self.outcome}, … {self.currency})"

    @property
    def costs_minor(self) -> int:
        """All spending that is known or assumed, arrears of priority bills with it."""
        return _total(self.lines)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The lines neither the borrower nor the table has an amount for."""
        return tuple(line.id for line in self.lines if line.flag is Flag.UNKNOWN)

    @property
    def is_negative(self) -> bool:
        """Whether nothing is left: free advice must be named."""
        return self.disposable_income_minor is not None and self.disposable_income_minor <= 0

    @property
    def has_assumed(self) -> bool:
        """Whether spending the borrower did not tell stands in the sum, at what is usual."""
        return any(line.flag is Flag.ASSUMED and line.amount_minor for line in self.lines)

    def read_back(self) -> ReadBack | None:
        """Return the sum to show, or None where there is no income to start from."""
        if self.income_minor is None or self.disposable_income_minor is None:
            return None
        return ReadBack(self.income_minor, self.costs_minor, self.disposable_income_minor, self.proposal_minor)

    def to_json(self) -> dict[str, object]:
        """Return everything as plain values, for the sealed record of the decision."""
        plain: dict[str, object] = {key: getattr(self, key) for key in self.__slots__}
        plain["household"] = {"people": self.household.people, "from_65": self.household.from_65}
        plain["payday"] = self.payday.isoformat() if self.payday else None
        plain["lines"] = [{key: getattr(line, key) for key in line.__slots__} for line in self.lines]
        return plain | {"costs_minor": self.costs_minor}


def work_out(statement: FinancialStatement, table: Reference, limits: Limits, balance_minor: int = 0) -> Budget:
    """Return the budget of *statement* by *table*. Identical facts, identical budget, in whatever order they came.

    *balance_minor*, what is owed to us, is needed where other debts are listed. Refuses nothing: where no instalment
    may be offered, the outcome says so and the capacity is 0. Without an income the borrower's own figure stands alone;
    with an unknown line it is needed beside the sum.
    Rounding: income and our share down, spending and buffer up, the proposal down to a whole step.
    """
    assert table.currency in {"", statement.currency}, "a table of the borrower's currency"
    household = statement.household or Household(table.assumed_people)
    lines = _lines(statement, table, table.guidelines(household))
    income = statement.income.monthly_minor if statement.income else None
    disposable = None if income is None else income - _total(lines)
    buffer = max(limits.buffer_floor_minor, _share_up(max(0, disposable or 0), limits.buffer_share))
    shares = _shares(max(0, (disposable or 0) - buffer), balance_minor, tuple(sorted(statement.listed_debts_minor)))
    capacity = _capacity(lines, disposable, shares[0], statement.capacity_minor)
    proposal = divide_down(capacity or 0, limits.step_minor) * limits.step_minor
    return Budget(
        currency=statement.currency,
        table_id=table.id,
        table_version=table.version,
        table_digest=table.digest,
        household=household,
        household_flag=Flag.DECLARED if statement.household else Flag.ASSUMED,
        payday=statement.income.payday if statement.income else None,
        income_minor=income,
        income_flag=Flag.UNKNOWN if income is None else Flag.DECLARED,
        lines=lines,
        disposable_income_minor=disposable,
        buffer_minor=buffer,
        shares_minor=shares,
        stated_minor=statement.capacity_minor,
        capacity_minor=capacity or 0,
        proposal_minor=proposal,
        outcome=Outcome.INCOMPLETE if capacity is None else Outcome.OFFER if proposal else Outcome.NOTHING_LEFT,
    )


def _capacity(lines: tuple[Line, ...], disposable: int | None, share: int, stated: int | None) -> int | None:
    """Return what can be paid, or None where that cannot be told: then a person asks."""
    if disposable is None:
        return stated
    # What is left can only be less than this: nothing is nothing, whatever the unknown lines hold.
    if stated is None and share > 0 and any(line.flag is Flag.UNKNOWN for line in lines):
        return None
    return share if stated is None else min(share, stated)


def _lines(statement: FinancialStatement, table: Reference, usual: Mapping[str, int]) -> tuple[Line, ...]:
    said = statement.by_category
    found: list[Line] = []
    for part, in_one_sum in ((Part.HOUSING, statement.housing), (Part.ESSENTIALS, statement.essentials)):
        ids = [one.id for one in table.of(part)]
        if in_one_sum is None:
            found += [_line(statement, key, part, said.get(key), usual.get(key)) for key in ids]
        else:
            assert not said.keys() & set(ids), "in one sum or by category"
            # A guideline that covers only some of the sum would flag what it does not know.
            guideline = sum(usual[key] for key in ids) if usual.keys() >= set(ids) else None
            found.append(_line(statement, part.value, part, in_one_sum, guideline))
    # Told while another edition of the table held: what was declared is never cut.
    gone = said.keys() - {one.id for one in table.categories}
    found += [_line(statement, key, Part.ESSENTIALS, said[key], None) for key in sorted(gone)]
    # Who listed debts and named no payments is taken to have listed all of them.
    rest = 0 if statement.listed_debts_minor and statement.other_debts is None else None
    found.append(_line(statement, "other_debts", Part.OTHER_DEBTS, statement.other_debts, rest))
    # Not asked for at level 1: without a word of it there are none, and the flag says that this is assumed.
    late = statement.priority_arrears
    flag = Flag.DECLARED if late else Flag.ASSUMED
    found.append(Line("priority_arrears", Part.PRIORITY_ARREARS, late.monthly_minor if late else 0, None, flag))
    return tuple(found)


def _line(statement: FinancialStatement, key: str, part: Part, said: Cost | None, usual: int | None) -> Line:
    if said is None:
        return Line(key, part, usual, usual, Flag.UNKNOWN if usual is None else Flag.ASSUMED)
    is_above = usual is not None and said.monthly_minor > usual
    flag = Flag.ABOVE_GUIDELINE if is_above and key not in statement.explained else Flag.DECLARED
    return Line(key, part, said.monthly_minor, usual, flag)


def _total(lines: tuple[Line, ...]) -> int:
    return sum(line.amount_minor or 0 for line in lines)


def _share_up(minor: int, share: Fraction) -> int:
    return divide_up(minor * share.numerator, share.denominator)


def _shares(minor: int, balance_minor: int, others_minor: tuple[int, ...]) -> tuple[int, ...]:
    """Return our share of *minor*, rounded down, then those of the others, by largest remainder, lowest balance first.

    The buffer was taken from the whole before: it is the borrower's once, not once for each lender.
    """
    if not others_minor:
        return (minor,)
    assert balance_minor > 0, "where other debts are listed, ours is needed"
    ours = divide_down(minor * balance_minor, balance_minor + sum(others_minor))
    return ours, *split(minor - ours, others_minor)
