"""What the buttons beside the phone do: each is a line of the session, made from where the play stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from parley.dates import local, zone
from parley.engine.headline import figure
from parley.engine.play import RECEIPTS, Play
from parley.money import divide_up
from parley.servicing.account import Product
from parley.servicing.delinquency import days_past_due, next_due

_MORNING: Final = time(9, 0)
_STEPS: Final = {"ten_minutes": timedelta(minutes=10), "hour": timedelta(hours=1), "day": timedelta(days=1)}
# A limit that is told of: twice the thousand above the balance, lowered to it. Minor units.
_LIMIT_STEP: Final = 100_000


@dataclass(frozen=True, slots=True)
class Button:
    """One button: its name (words: phone.GROUP.NAME), the line it adds, and the day it leads to, if it names one."""

    name: str
    line: str
    day: date | None = None


def clock(run: Play) -> list[Button]:
    """Return the ways to move the borrower's clock on."""
    name = run.situation.zone
    here = local(run.now, name)
    buttons = [Button(step, _now(run.now + length, name)) for step, length in _STEPS.items()]
    morning = here.date() + timedelta(days=0 if here.time() < _MORNING else 1)
    buttons.insert(2, Button("morning", _now(_at_nine(morning, name), name), morning))
    due_on = min((day for day in _due_days(run) if day > here.date()), default=None)
    if due_on is not None:
        buttons.append(Button("due", _now(_at_nine(due_on, name), name), due_on))
    return buttons


def wishes(run: Play) -> list[Button]:
    """Return what the nightly run, a campaign or an import may want to write now."""
    account, today = run.twin.case.account, run.twin.case.today(run.now)
    assert account is not None, "a played borrower has an account"
    coming = next_due(account.dues, today)
    found = []
    if days_past_due(account.dues, today):
        found.append(Button("overdue", "@ overdue"))
    if coming is not None:
        found.append(Button("reminder", f"@ reminder {figure(coming.open_minor)} due {coming.due_on}", coming.due_on))
    for agreed in run.twin.arrangements[-1:]:
        part = next((row for row in agreed.plan.rows if row.due_on > today), None)
        if part is not None:
            line = f"@ plan_reminder {figure(part.payment_minor)} due {part.due_on}"
            found.append(Button("plan_reminder", line, part.due_on))
    if account.product is Product.CARD:
        lower = divide_up(account.balance.total, _LIMIT_STEP) * _LIMIT_STEP
        found.append(Button("limit_change", f"@ limit_change {figure(2 * lower)} to {figure(lower)}"))
    return [*found, Button("promotion", "@ promotion"), Button("risk_alert", "@ risk_alert.ask")]


def receipts(run: Play) -> list[Button]:
    """Return what the carrier may tell of the text that left last; nothing where none has left."""
    return [Button(state, f"! {state}") for state in RECEIPTS] if run.twin.said else []


def line_of(run: Play, pressed: str) -> str | None:
    """Return the line of the button named *pressed*, "GROUP.NAME"; None where there is no such button now."""
    for group, buttons in (("clock", clock(run)), ("wish", wishes(run)), ("receipt", receipts(run))):
        for button in buttons:
            if f"{group}.{button.name}" == pressed:
                return button.line
    return None


def _due_days(run: Play) -> Iterable[date]:
    account = run.twin.case.account
    assert account is not None, "a played borrower has an account"
    yield from (due.due_on for due in account.dues if due.open_minor)
    for agreed in run.twin.arrangements[-1:]:
        yield from (row.due_on for row in agreed.plan.rows)
    yield from (promise.due_on for promise in run.twin.promises)


def _at_nine(day: date, name: str) -> datetime:
    return datetime.combine(day, _MORNING, tzinfo=zone(name))


def _now(at: datetime, name: str) -> str:
    return f"now {local(at, name):%Y-%m-%d %H:%M}"
