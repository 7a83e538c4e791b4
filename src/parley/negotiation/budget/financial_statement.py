"""What the borrower said about income and spending. Every answer may be missing; the full statement has the same form.

A band is kept as the amount it was read as (`bands`), so identical facts are identical values. No employer, health
detail or account number has a place here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from parley.money import MINOR_DIGITS, divide_down, divide_up
from parley.negotiation.capacity import PER_YEAR

# More people than this in one household, or months of pay told, is a slip of the finger.
MOST_PEOPLE: Final = 20
MOST_MONTHS: Final = 24


class Rhythm(StrEnum):
    """How often a sum comes or goes. A month is a twelfth of a year: weekly × 52/12, fortnightly × 26/12."""

    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    FOUR_WEEKLY = "four_weekly"
    SEMIMONTHLY = "semimonthly"
    MONTHLY = "monthly"


class Topic(StrEnum):
    """The five questions of level 1, in the order they are asked."""

    HOUSEHOLD = "household"
    INCOME = "income"
    HOUSING = "housing"
    ESSENTIALS = "essentials"
    OTHER_DEBTS = "other_debts"


@dataclass(frozen=True, slots=True)
class Household:
    """Who lives from the income. `from_65` of the `people` are 65 or older; None where nobody said."""

    people: int
    from_65: int | None = None

    def __post_init__(self) -> None:
        assert 1 <= self.people <= MOST_PEOPLE, "a household has 1 to 20 people"
        assert self.from_65 is None or 0 <= self.from_65 <= self.people, "of the household, not more than all are old"


@dataclass(frozen=True, slots=True, repr=False)
class Cost:
    """What is spent. Units: minor units each *rhythm*."""

    amount_minor: int
    rhythm: Rhythm = Rhythm.MONTHLY

    def __post_init__(self) -> None:
        assert self.amount_minor >= 0, "spending is not negative"

    @property
    def monthly_minor(self) -> int:
        """The spending of a month. Rounding: up, which leaves the borrower more."""
        return divide_up(self.amount_minor * PER_YEAR[self.rhythm], 12)


@dataclass(frozen=True, slots=True, repr=False)
class Income:
    """What comes in after tax. Units: minor units each *rhythm*; `payday` is a day on which pay comes.

    Irregular income has no amount and rhythm of its own but what came in `recent_months_minor`.
    """

    amount_minor: int = 0
    rhythm: Rhythm = Rhythm.MONTHLY
    payday: date | None = None
    recent_months_minor: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        assert self.amount_minor >= 0 and min(self.recent_months_minor, default=0) >= 0, "income is not negative"
        assert len(self.recent_months_minor) <= MOST_MONTHS, "so many months were not asked for"
        assert not (self.amount_minor and self.recent_months_minor), "income is regular or it is not"

    @property
    def is_irregular(self) -> bool:
        """Whether it was told month by month."""
        return bool(self.recent_months_minor)

    @property
    def monthly_minor(self) -> int:
        """The income of a month. Rounding: down.

        Irregular: the lower quartile by nearest rank, the ⌈n/4⌉-th of the n months from the lowest: a sum that really
        came, and of fewer than five months the lowest.
        """
        if self.recent_months_minor:
            return sorted(self.recent_months_minor)[divide_up(len(self.recent_months_minor), 4) - 1]
        return divide_down(self.amount_minor * PER_YEAR[self.rhythm], 12)


@dataclass(frozen=True, slots=True, repr=False)
class FinancialStatement:
    """The answers so far. Units: minor units of `currency`.

    `capacity_minor` is the answer to the one question of level 0, a month. Essentials are told in one sum or by
    category of the reference budget; what is not told is taken from there (`takes_reference` says the borrower agreed
    to that). `other_debts` are payments that go on; `listed_debts_minor` are balances that share what is left with
    ours, and are not among the payments. `explained` names lines the borrower gave the reason of. `wants_figure` are
    topics whose band has no safe end, or whose months are not told yet; `asked` counts our questions.
    """

    currency: str
    capacity_minor: int | None = None
    household: Household | None = None
    income: Income | None = None
    housing: Cost | None = None
    essentials: Cost | None = None
    by_category: Mapping[str, Cost] = field(default_factory=lambda: MappingProxyType({}))
    takes_reference: bool = False
    other_debts: Cost | None = None
    listed_debts_minor: tuple[int, ...] = ()
    priority_arrears: Cost | None = None
    explained: frozenset[str] = frozenset()
    skipped: frozenset[Topic] = frozenset()
    wants_figure: frozenset[Topic] = frozenset()
    asked: int = 0
    is_confirmed: bool = False

    def __post_init__(self) -> None:
        assert self.currency in MINOR_DIGITS, f"unknown currency {self.currency!r}"
        assert self.capacity_minor is None or self.capacity_minor >= 0, "a capacity is not negative"
        assert min(self.listed_debts_minor, default=1) > 0, "a listed debt is owed"

    def __repr__(self) -> str:
        """Hide the figures: they are personal data, and `repr` reaches logs."""
        return f"FinancialStatement(… {self.currency})"

    def is_settled(self, topic: Topic) -> bool:
        """Return whether *topic* was answered or skipped."""
        if topic in self.skipped:
            return True
        answers = {
            Topic.HOUSEHOLD: self.household is not None,
            Topic.INCOME: self.income is not None,
            Topic.HOUSING: self.housing is not None,
            Topic.ESSENTIALS: self.essentials is not None or bool(self.by_category) or self.takes_reference,
            Topic.OTHER_DEBTS: self.other_debts is not None or bool(self.listed_debts_minor),
        }
        return answers[topic]

    def but(self, **changes: object) -> FinancialStatement:
        """Return a copy with *changes*. A sum that was confirmed is not confirmed any more."""
        return replace(self, **{"is_confirmed": False, **changes})  # type: ignore[arg-type]  # checked by the constructor

    def skip(self, topic: Topic) -> FinancialStatement:
        """Return a copy in which *topic* is left to the reference budget."""
        return self.but(skipped=self.skipped | {topic}, wants_figure=self.wants_figure - {topic})

    def to_json(self) -> dict[str, object]:
        """Return plain values, so that a statement can be left and resumed."""
        plain = asdict(replace(self, by_category={}))
        plain["by_category"] = {key: asdict(cost) for key, cost in sorted(self.by_category.items())}
        for key in ("explained", "skipped", "wants_figure"):
            plain[key] = sorted(plain[key])
        if self.income is not None and self.income.payday is not None:
            plain["income"]["payday"] = self.income.payday.isoformat()
        return plain

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> FinancialStatement:
        """Read what `to_json` wrote; a key this version does not know is dropped."""
        known = {key: value for key, value in values.items() if key in cls.__slots__}
        for key in ("housing", "essentials", "other_debts", "priority_arrears"):
            known[key] = _cost(known.get(key))
        known["by_category"] = {key: _cost(value) for key, value in known.get("by_category", {}).items()}
        known["household"] = Household(**known["household"]) if known.get("household") else None
        known["income"] = _income(known.get("income"))
        known["listed_debts_minor"] = tuple(known.get("listed_debts_minor", ()))
        known["explained"] = frozenset(known.get("explained", ()))
        for key in ("skipped", "wants_figure"):
            known[key] = frozenset(Topic(word) for word in known.get(key, ()))
        return cls(**known)


def _cost(values: Mapping[str, Any] | None) -> Cost | None:
    return Cost(values["amount_minor"], Rhythm(values["rhythm"])) if values else None


def _income(values: Mapping[str, Any] | None) -> Income | None:
    if not values:
        return None
    payday = date.fromisoformat(values["payday"]) if values["payday"] else None
    return Income(values["amount_minor"], Rhythm(values["rhythm"]), payday, tuple(values["recent_months_minor"]))
