"""An account walked day by day with plain dictionaries: the oracle of histories and account statements.

Slow and simple on purpose, and written from the definitions alone: it shares no arithmetic with `parley`, only the
types of the events it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from parley.servicing.account import Account
from parley.servicing.allocation_order import Component, Timing, Waterfall
from parley.servicing.history import Accrued, Asked, Charged, Event, Ordered, Paid, Reversed

NAMES = tuple(component.value for component in Component)
_ONE_DAY = timedelta(days=1)


@dataclass
class Line:
    """What happened on a day, over how much, by which payment, and what is owed and held after it."""

    on: date
    what: str
    amount: int
    payment: str
    owed: dict[str, int]
    held: int


@dataclass
class NaiveLedger:
    start: Account
    order: Waterfall
    owed: dict[str, int] = field(default_factory=dict)
    asked: dict[date, int] = field(default_factory=dict)
    open_dues: dict[date, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    nights: dict[date, int] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.owed = {name: getattr(self.start.balance, name) for name in NAMES}
        self.asked = {due.due_on: due.amount_minor for due in self.start.dues}
        self.open_dues = {due.due_on: due.amount_minor - due.paid_minor for due in self.start.dues}

    def walk(self, events: Sequence[Event], first: date, last: date) -> None:
        gone = {event.payment_id for event in events if isinstance(event, Reversed)}
        on = first
        while on <= last:
            for kind in (Charged, Accrued, Asked, Ordered, Paid):
                for event in events:
                    stands = not (isinstance(event, Paid) and event.payment_id in gone)
                    if isinstance(event, kind) and event.on == on and stands:
                        self._take(event)
            self.nights[on] = self.owed["principal"]
            on += _ONE_DAY

    def arrears(self, as_of: date) -> int:
        return sum(size for at, size in self.open_dues.items() if at < as_of)

    def late_since(self, as_of: date) -> date | None:
        return min((at for at, size in self.open_dues.items() if size and at < as_of), default=None)

    def _take(self, event: Event) -> None:
        if isinstance(event, Charged):
            self._charge(event.component.value, event.amount_minor, event.on)
        elif isinstance(event, Accrued):
            self._charge("interest", self._interest(event), event.on)
        elif isinstance(event, Asked):
            if sum(self.owed.values()):
                self.asked[event.on] = self.asked.get(event.on, 0) + event.amount_minor
                self.open_dues[event.on] = self.open_dues.get(event.on, 0) + event.amount_minor
                self._line(event.on, "asked", event.amount_minor)
        elif isinstance(event, Ordered):
            self.order = event.waterfall
            self._line(event.on, "ordered", 0)
        elif isinstance(event, Paid):
            self.held[event.payment_id] = self._put(event.amount_minor, event.on)
            self._line(event.on, "paid", event.amount_minor, event.payment_id)

    def _line(self, on: date, what: str, amount: int, payment: str = "") -> None:
        self.lines.append(Line(on, what, amount, payment, dict(self.owed), sum(self.held.values())))

    def _charge(self, name: str, amount: int, on: date) -> None:
        self.owed[name] += amount
        self._line(on, f"charged_{name}", amount)
        for payment, size in list(self.held.items()):
            if size and sum(self.owed.values()):
                self.held[payment] = self._put(size, on)
                self._line(on, "used", size - self.held[payment], payment)

    def _interest(self, event: Accrued) -> int:
        """Night by night, by actual/365: the only day count these tests use here."""
        exact, night = Fraction(0), event.since
        while night < event.on:
            exact += self.nights[night] * event.rate.per_year / 365
            night += _ONE_DAY
        return int(exact + Fraction(1, 2))

    def _put(self, amount: int, on: date) -> int:
        """Put money on what is owed. Returns what is left over."""
        cells = self._cells(on)
        applied = 0
        for cell in self.order.order:
            part = min(amount - applied, cells[cell.timing.value, cell.component.value])
            self.owed[cell.component.value] -= part
            applied += part
        over = applied
        for at in sorted(self.open_dues):
            part = min(over, self.open_dues[at])
            self.open_dues[at] -= part
            over -= part
        if not sum(self.owed.values()):
            for at, size in self.open_dues.items():
                self.asked[at] -= size
                self.open_dues[at] = 0
        return amount - applied

    def _cells(self, on: date) -> dict[tuple[str, str], int]:
        """Charges lie in the oldest dues: what is past due, then the next due, then the rest."""
        total = sum(self.owed.values())
        late = min(total, self.arrears(on))
        coming = next((size for at, size in sorted(self.open_dues.items()) if at >= on and size), 0)
        due = min(coming, total - late)
        room = {"past_due": late, "due": due, "in_advance": total - late - due}
        cells = {}
        for name in NAMES:
            rest = self.owed[name]
            for timing in (one.value for one in Timing):
                part = min(rest, room[timing])
                cells[timing, name] = part
                room[timing] -= part
                rest -= part
        return cells
