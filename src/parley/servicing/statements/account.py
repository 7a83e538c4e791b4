"""What does a statement of an account hold? What is owed by part, what falls due, what happened, in one value.

Built from a history, so that reversed and back-dated payments stand where they count. Each line of what happened holds
the change of every part; opening, changes and closing of a part always add up.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from parley.servicing.allocation_order import Component
from parley.servicing.delinquency import arrears_minor, days_past_due
from parley.servicing.history import Accrued, Asked, Charged, Entry, HeldUsed, History, Ordered, Paid
from parley.servicing.statements.value import Amount, Count, Day, Fact, Name, Row, Statement, Table, Word

_COMPONENTS: Final = tuple(component.value for component in Component)


def account_statement(history: History, as_of: date) -> Statement:
    """Return the statement of an account on *as_of*; the history holds nothing later."""
    assert all(entry.event.on <= as_of for entry in history.entries), "a statement knows nothing of later days"
    account = history.account
    facts = (
        Fact("as_of", (("as_of", Day(as_of)),)),
        Fact("owed", (("owed", Amount(account.balance.total)),)),
        Fact(
            "arrears",
            (
                ("arrears", Amount(arrears_minor(account.dues, as_of))),
                ("days_past_due", Count(days_past_due(account.dues, as_of))),
            ),
        ),
        Fact("held", (("held", Amount(history.held_minor)),)),
    )
    tables = [_owed(history), _dues(history), _entries(history)]
    if history.reversed:
        tables.append(_reversed(history))
    return Statement("account", account.currency, facts, tuple(table for table in tables if table.rows))


def _owed(history: History) -> Table:
    """Return what is owed by part: at the start, charged, paid, at the end."""
    opening, closing = history.opening.balance, history.account.balance
    charged = dict.fromkeys(_COMPONENTS, 0)
    for entry in history.entries:
        if entry.component is not None:
            charged[entry.component.value] += entry.charged_minor
    rows: list[Row] = []
    for name in _COMPONENTS:
        start, end = getattr(opening, name), getattr(closing, name)
        amounts = (start, charged[name], start + charged[name] - end, end)
        rows.append((Word(name), *(Amount(minor) for minor in amounts)))
    sums = (opening.total, sum(charged.values()), opening.total + sum(charged.values()) - closing.total, closing.total)
    return Table("owed", ("component", "opening", "charged", "paid", "closing"), tuple(rows), _total(sums))


def _dues(history: History) -> Table:
    dues = history.account.dues
    rows: list[Row] = [
        (Day(due.due_on), Amount(due.amount_minor), Amount(due.paid_minor), Amount(due.open_minor)) for due in dues
    ]
    sums = (sum(due.amount_minor for due in dues), sum(due.paid_minor for due in dues), sum(d.open_minor for d in dues))
    return Table("dues", ("due_on", "asked", "paid", "open"), tuple(rows), _total(sums))


def _entries(history: History) -> Table:
    rows: list[Row] = []
    before = history.opening.balance
    for entry in history.entries:
        moved = [Amount(getattr(entry.balance, name) - getattr(before, name)) for name in _COMPONENTS]
        event, amount, payment = _event(entry)
        rows.append(
            (
                Day(entry.event.on),
                event,
                payment,
                amount,
                *(None if change.minor == 0 else change for change in moved),
                Amount(entry.balance.total),
                Amount(entry.held_minor),
            )
        )
        before = entry.balance
    columns = ("on", "event", "payment_id", "amount", *_COMPONENTS, "owed", "held")
    return Table("entries", columns, tuple(rows))


def _total(sums: Iterable[int]) -> Row:
    return (None, *(Amount(minor) for minor in sums))


def _event(entry: Entry) -> tuple[Word, Amount | None, Name | None]:
    """Return what happened, over what amount, and the payment it belongs to."""
    match entry.event:
        case Charged(component=component):
            return Word(f"charged_{component}"), Amount(entry.charged_minor), None
        case Accrued():
            return Word("charged_interest"), Amount(entry.charged_minor), None
        case Asked(amount_minor=amount):
            return Word("asked"), Amount(amount), None
        case Paid(payment_id=payment_id, amount_minor=amount):
            return Word("paid"), Amount(amount), Name(payment_id)
        case HeldUsed(payment_id=payment_id, amount_minor=amount):
            return Word("used"), Amount(amount), Name(payment_id)
        case Ordered():
            return Word("ordered"), None, None


def _reversed(history: History) -> Table:
    rows: list[Row] = [(Day(paid.on), Name(paid.payment_id), Amount(paid.amount_minor)) for paid in history.reversed]
    return Table("reversed", ("on", "payment_id", "amount"), tuple(rows))
