"""What a lender may move in a plan, how far, and who may: the values of a policy file, already checked.

A *lever* is a term of the plan with the values it may take (its grid); a *band* is how far one role may go. `policy`
reads both from the file; `lattice` combines them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from parley.dates import add_days, add_months
from parley.servicing.account import Product

WHOLE_BPS: Final = 10_000
MOST_OPTIONS: Final = 3


class Role(StrEnum):
    """On whose authority a plan is offered; each may go at least as far as the one before."""

    MACHINE = "machine"
    AGENT = "agent"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Grid:
    """The numbers of payments a product allows: from *fewest* to *most* by *step*."""

    fewest: int
    most: int
    step: int

    def counts(self, most: int) -> tuple[int, ...]:
        """Return the numbers of payments up to *most*, ascending."""
        return tuple(range(self.fewest, min(self.most, most) + 1, self.step))


@dataclass(frozen=True, slots=True)
class Settlement:
    """Less than is owed, for good: grids of discount, of the share paid at once, and of the payments after that.

    Units: basis points of what is owed, and of what is left after the discount. No interest is charged.
    """

    discount_bps: tuple[int, ...]
    down_payment_bps: tuple[int, ...]
    payments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Levers:
    """What may be moved for some products from so many days past due.

    `rate_bps`: annual rates, none of which is applied above the contract's. `waived_bps`: shares of the charges (fees
    and penalty interest). `most_payments`: fewer than the product allows, or None. `most_deferred`: payments that may
    be left out at the start; their interest bears none and is paid with the last payment. `larger_first`: a plan may
    begin with a payment larger than the instalments after it, where the borrower named one.
    """

    products: frozenset[Product]
    from_days: int
    rate_bps: tuple[int, ...]
    waived_bps: tuple[int, ...] = (0,)
    most_payments: int | None = None
    most_deferred: int = 0
    settlement: Settlement | None = None
    larger_first: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """How far a role may go. `lowest_worth_bps`: the least a plan may be worth today, of what is owed."""

    lowest_rate_bps: int
    most_waived_bps: int
    most_discount_bps: int
    most_deferred: int
    lowest_worth_bps: int


@dataclass(frozen=True, slots=True)
class Floor:
    """A step of the documented last offer, on every role's authority, tried only where nothing before it fits.

    `write_down_bps`: of what is owed, forgiven beside the share of the charges that is waived.
    """

    rate_bps: int
    waived_bps: int
    write_down_bps: int
    lowest_worth_bps: int
    reason: str


@dataclass(frozen=True, slots=True)
class Odds:
    """How likely a plan is kept, and what a later payment is worth: assumptions, each with its basis in the file.

    `discount_bps`: nominal annual rate. `break_bps`: chance a month that a plan asking for all of the capacity
    breaks. `elasticity_bps`: by how much that chance falls, relatively, for an instalment lower by all of it (11000:
    a tenth lower, 11 % less); below `eased_bps` of the capacity it falls no further. `long_from` payments on, the
    chance is multiplied by `long_bps`; below the contract's rate by `relief_bps`. `comfort`: (share of what was said
    can be paid, weight): how much of it borrowers really bear.
    """

    discount_bps: int
    break_bps: int
    elasticity_bps: int
    eased_bps: int
    long_from: int
    long_bps: int
    relief_bps: int
    comfort: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Count:
    """At most *most* within *per_days* days."""

    most: int
    per_days: int


class Confirm(StrEnum):
    """How a borrower agrees to a plan that was read back; to a person on the phone they may in either case."""

    # By a plain yes by text, or on their page.
    REPLY = "reply"
    # On their page alone.
    PAGE = "page"


class AskBudget(StrEnum):
    """When income and spending are asked for by text."""

    # Where the borrower does not know what a month allows.
    WHEN_UNSURE = "when_unsure"
    # Of everyone before a menu, after the one question.
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class BudgetTerms:
    """How a capacity is worked out of income and spending. Units: minor units by currency, basis points.

    `buffer_share_bps` of what is left, and no less than the floor, stays with the borrower; a proposal is a whole
    number of steps.
    """

    ask: AskBudget
    most_questions: int
    buffer_share_bps: int
    buffer_floor_minor: Mapping[str, int]
    step_minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Policy:
    """The limits of a lender's plans. Units: days, basis points, minor units. `hash`: SHA-256 of the file, `text`."""

    id: str
    hash: str
    text: str = field(repr=False)
    valid_days: int
    first_payment_days: int
    latest_first_payment_days: int
    grace_days: int
    offers_per_conversation: int
    most_of_capacity_bps: int
    arrangements: Count
    grids: Mapping[Product, Grid]
    levers: tuple[Levers, ...]
    bands: Mapping[Role, Band]
    floors: tuple[Floor, ...]
    odds: Odds
    smallest_instalment_minor: Mapping[str, int]
    budget: BudgetTerms
    confirm: Confirm = Confirm.REPLY

    def levers_for(self, product: Product, days_past_due: int) -> Levers:
        """Return the levers of *product* for an account so many days past due: of its rows the last one reached."""
        return [row for row in self.levers if product in row.products and row.from_days <= days_past_due][-1]

    def plan_rate_bps(self, contract_rate_bps: int, days_past_due: int, product: Product = Product.CARD) -> int:
        """Return the lowest annual rate the machine offers outside the floor; never above the contract's."""
        allowed = self.bands[Role.MACHINE].lowest_rate_bps
        rates = [rate for rate in self.levers_for(product, days_past_due).rate_bps if rate >= allowed]
        return min(contract_rate_bps, *rates)

    @property
    def max_payments(self) -> Mapping[Product, int]:
        """The most payments of a plan, by product."""
        return {product: grid.most for product, grid in self.grids.items()}

    @property
    def floor_rate_bps(self) -> int:
        """The annual rate of the first step of the floor."""
        return self.floors[0].rate_bps

    def askable_minor(self, capacity_minor: int) -> int:
        """Return how much of a month's capacity a plan may ask for, rounded down; the rest is room for a bad month."""
        return capacity_minor * self.most_of_capacity_bps // WHOLE_BPS

    def smallest_minor(self, currency: str) -> int:
        """Return the least instalment worth collecting."""
        return self.smallest_instalment_minor.get(currency, 1)

    def deferred_for(self, first_due_on: date, offered_on: date | None) -> int:
        """Return how many payments a first due date leaves out: whole months begun after the latest plain start."""
        if offered_on is None:
            return 0
        latest, months = add_days(offered_on, self.latest_first_payment_days), 0
        while first_due_on > add_months(latest, months):
            months += 1
        return months

    def latest_start_on(self, product: Product, days_past_due: int, offered_on: date, role: Role) -> date:
        """Return the last day on which a plan of *role* may begin."""
        deferred = min(self.levers_for(product, days_past_due).most_deferred, self.bands[role].most_deferred)
        return add_months(add_days(offered_on, self.latest_first_payment_days), deferred)
