"""How does an account stand after all that happened to it, and where did each payment go? A replay of its events.

Events are given in the order they became known and counted in the order of their days, so that a payment that comes
late into the books, or is taken back, changes what later payments paid: the state is as if all had come in order. Pure:
the same opening account and events give the same history, and nothing is carried from one replay to another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from parley.errors import BadInput
from parley.servicing.account import Account, Balance, Due
from parley.servicing.allocation_order import Component, Waterfall
from parley.servicing.daycount import DayCount, year_fraction
from parley.servicing.rate import Rate
from parley.servicing.rounding import Rounding, to_whole
from parley.servicing.waterfall import apply_payment


@dataclass(frozen=True, slots=True, repr=False)
class Charged:
    """Something is owed more from a day on: interest, a fee, or principal drawn. Above zero."""

    on: date
    component: Component
    amount_minor: int

    def __repr__(self) -> str:
        return f"Charged({self.on}, {self.component}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class Accrued:
    """Interest on the principal of each day from `since` to `on`, charged on `on`; so it follows what was paid.

    Rounding: once, half up, on the sum over the days. Raises BadInput, when replayed, for a period that ends before it
    starts.
    """

    on: date
    since: date
    rate: Rate
    day_count: DayCount

    def __repr__(self) -> str:
        return f"Accrued({self.since}, {self.on}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """An amount falls due on a day: an instalment or a minimum payment, as the increment it adds. Above zero."""

    on: date
    amount_minor: int

    def __repr__(self) -> str:
        return f"Asked({self.on}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class Paid:
    """Money that came in, by the day it counts from. Above zero."""

    on: date
    payment_id: str
    amount_minor: int

    def __repr__(self) -> str:
        return f"Paid({self.on}, {self.payment_id}, …)"


@dataclass(frozen=True, slots=True)
class Reversed:
    """A payment that is taken back: bounced, charged back, booked on the wrong account. It counts as never made."""

    payment_id: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """From a day on, payments follow another order: an arrangement begins or ends."""

    on: date
    waterfall: Waterfall


@dataclass(frozen=True, slots=True, repr=False)
class HeldUsed:
    """Money of a payment that was held and is now used on what was charged. Never given: a replay finds it."""

    on: date
    payment_id: str
    amount_minor: int

    def __repr__(self) -> str:
        return f"HeldUsed({self.on}, {self.payment_id}, …)"


Event: TypeAlias = Charged | Accrued | Asked | Paid | Reversed | Ordered
_Dated: TypeAlias = Charged | Accrued | Asked | Paid | Ordered

# Of one day: first what is owed more, then what is asked for, then the order, then what was paid.
_RANK: tuple[type[_Dated], ...] = (Charged, Accrued, Asked, Ordered, Paid)


@dataclass(frozen=True, slots=True, repr=False)
class Use:
    """What one payment came to: `parts` by component, at once or when money held was used; the rest is still held."""

    payment_id: str
    on: date
    amount_minor: int
    parts: Balance
    held_minor: int

    def __repr__(self) -> str:
        return f"Use({self.payment_id}, {self.on}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One line of an account: an event as it counted, and the balance and the money held after it.

    `charged_minor` is what it added to `component`, the interest of an `Accrued` computed; None where it added nothing.
    """

    event: _Dated | HeldUsed
    balance: Balance
    held_minor: int
    component: Component | None = None
    charged_minor: int = 0

    def __repr__(self) -> str:
        return f"Entry({self.event!r})"


@dataclass(frozen=True, slots=True, repr=False)
class History:
    """The account after all events, line by line, and what each payment that stands came to, in order of their days.

    `reversed` are the payments that were taken back, by day.
    """

    opening: Account
    account: Account
    entries: tuple[Entry, ...]
    uses: tuple[Use, ...]
    reversed: tuple[Paid, ...]

    @property
    def held_minor(self) -> int:
        """What was paid and is not yet used: nothing was owed."""
        return sum(use.held_minor for use in self.uses)

    def __repr__(self) -> str:
        return f"History({self.account.account_id}, {len(self.entries)} entries)"


def replay(opening: Account, events: Sequence[Event], waterfall: Waterfall) -> History:
    """Return the history of *opening* under *events*; payments follow *waterfall* until an event says otherwise.

    Money paid beyond what is owed is held, and used on what is charged next, the oldest money first. What is asked for
    when nothing is owed leaves no line. Raises BadInput for a payment given twice, and for a reversal of a payment that
    is unknown or was reversed before.
    """
    ledger = _Ledger(opening, waterfall, principal=[(date.min, opening.balance.principal)])
    gone = _taken_back(events)
    for event in _in_order(events, gone):
        ledger.take(event)
    taken_back = (event for event in events if isinstance(event, Paid) and event.payment_id in gone)
    return History(
        opening,
        ledger.account,
        tuple(ledger.entries),
        tuple(ledger.uses.values()),
        tuple(sorted(taken_back, key=lambda event: event.on)),
    )


def _taken_back(events: Sequence[Event]) -> frozenset[str]:
    """Return the payments that are reversed; refuse what no history can hold."""
    paid = [event.payment_id for event in events if isinstance(event, Paid)]
    taken_back = [event.payment_id for event in events if isinstance(event, Reversed)]
    if len(set(paid)) < len(paid):
        raise BadInput(
            "A payment is given twice in one history; give each payment once.",
            "同一笔还款在历史中出现两次，请只提供一次。",
        )
    if len(set(taken_back)) < len(taken_back) or not set(taken_back) <= set(paid):
        raise BadInput(
            "A payment is reversed that is not there, or that was reversed before; check the payment's number.",
            "所冲正的还款不存在或已冲正，请核对还款编号。",
        )
    return frozenset(taken_back)


def _in_order(events: Sequence[Event], gone: Collection[str]) -> Iterable[_Dated]:
    """Return the events that count, by day, then by kind, then as given."""
    counting = [
        event
        for event in events
        if not isinstance(event, Reversed) and not (isinstance(event, Paid) and event.payment_id in gone)
    ]
    return sorted(counting, key=lambda event: (event.on, _RANK.index(type(event))))


@dataclass(slots=True)
class _Ledger:
    """The account while events are taken one by one."""

    account: Account
    waterfall: Waterfall
    entries: list[Entry] = field(default_factory=list)
    uses: dict[str, Use] = field(default_factory=dict)
    # Principal from each day on, for interest by the day.
    principal: list[tuple[date, int]] = field(default_factory=list)

    def take(self, event: _Dated) -> None:
        match event:
            case Charged():
                self._charge(event, event.component, event.amount_minor)
            case Accrued():
                self._charge(event, Component.INTEREST, self._interest(event))
            case Asked():
                # What is asked for when nothing is owed is not owed.
                if self.account.balance.total:
                    self._ask(event)
                    self._enter(event)
            case Paid():
                self._pay(event)
                self._enter(event)
            case Ordered():
                self.waterfall = event.waterfall
                self._enter(event)

    def _enter(self, event: _Dated | HeldUsed, component: Component | None = None, charged_minor: int = 0) -> None:
        self.principal.append((event.on, self.account.balance.principal))
        held = sum(use.held_minor for use in self.uses.values())
        self.entries.append(Entry(event, self.account.balance, held, component, charged_minor))

    def _charge(self, event: Charged | Accrued, component: Component, amount_minor: int) -> None:
        before: int = getattr(self.account.balance, component.value)
        balance = replace(self.account.balance, **{component.value: before + amount_minor})
        self.account = replace(self.account, balance=balance)
        self._enter(event, component, amount_minor)
        for use in self.uses.values():
            if use.held_minor and self.account.balance.total:
                self._use(use, event.on)

    def _interest(self, event: Accrued) -> int:
        """Return the interest of the principal at the start, and of each change until the end for the days left.

        So counted it needs no whole months between two changes: 30/360 in pieces is not 30/360 of the whole.
        """
        exact, before = Fraction(0), 0
        for start, principal in self.principal:
            exact += (principal - before) * year_fraction(max(start, event.since), event.on, event.day_count)
            before = principal
        return to_whole(exact * event.rate.per_year, Rounding.HALF_UP)

    def _ask(self, event: Asked) -> None:
        dues = {due.due_on: due for due in self.account.dues}
        there = dues.get(event.on, Due(event.on, 0))
        dues[event.on] = Due(event.on, there.amount_minor + event.amount_minor, there.paid_minor)
        self.account = replace(self.account, dues=tuple(dues[day] for day in sorted(dues)))

    def _pay(self, event: Paid) -> None:
        found = apply_payment(self.account, event.amount_minor, event.on, self.waterfall)
        self.account = found.account
        self.uses[event.payment_id] = Use(
            event.payment_id, event.on, event.amount_minor, found.parts, found.unapplied_minor
        )

    def _use(self, use: Use, on: date) -> None:
        """Put money that is held on what is owed now."""
        found = apply_payment(self.account, use.held_minor, on, self.waterfall)
        self.account = found.account
        self.uses[use.payment_id] = replace(use, parts=use.parts + found.parts, held_minor=found.unapplied_minor)
        self._enter(HeldUsed(on, use.payment_id, found.parts.total))
