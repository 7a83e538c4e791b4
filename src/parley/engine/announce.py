"""From a nightly wish to a message: which of the two templates, from when, in which words. The gate may say no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from parley.contact.content import contents_of
from parley.contact.facts import Hold
from parley.contact.gate import Refused, decide
from parley.contact.window import send_window
from parley.dates import start_of_day
from parley.engine.asking import contact_facts, is_identity_fresh
from parley.engine.case import ContactRecord, Party
from parley.engine.lender import Lender
from parley.engine.nightly import (
    ARRANGEMENT_COMPLETED,
    ARRANGEMENT_MISSED,
    ARRANGEMENT_RECHECK,
    ARRANGEMENT_REMINDER,
    Trigger,
)
from parley.engine.turn import Library
from parley.engine.wording import Saying, completed_key, missed_key, render
from parley.messaging.catalogue import Rendered
from parley.purpose import Purpose
from parley.servicing.account import Account
from parley.servicing.schedule import Schedule

# What is said where debt facts may not follow yet, for wishes that have no neutral form of their own.
_NEUTRAL: Final = {
    ARRANGEMENT_REMINDER: "reminder.neutral",
    ARRANGEMENT_MISSED: "overdue.neutral",
    ARRANGEMENT_COMPLETED: "arrangement.completed_neutral",
    ARRANGEMENT_RECHECK: "arrangement.recheck_neutral",
}
_DETAIL: Final = {family: family for family in _NEUTRAL}
# A promotion says nothing of the account, an alert no more than that there is one: each has one form.
_ONLY: Final = frozenset({"promotion.offer", "risk_alert.ask"})


@dataclass(frozen=True, slots=True, repr=False)
class Figures:
    """The figures a wish speaks of, where it speaks of any. Units: minor units. `plans`: of an offer it makes."""

    due_on: date | None = None
    amount_minor: int | None = None
    limit_before_minor: int | None = None
    limit_after_minor: int | None = None
    plans: tuple[Schedule, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Announcement:
    """A message the run may queue. Instants are UTC."""

    rendered: Rendered
    purpose: Purpose
    discloses: str
    context: str
    not_before: datetime
    not_after: datetime


def key_of(family: str, *, is_proven: bool) -> str:
    """Return the template of a wish: with the facts where identity is proven, else the neutral one."""
    if family in _ONLY:
        return family
    if is_proven:
        return _DETAIL.get(family, f"{family}.detail")
    return _NEUTRAL.get(family, f"{family}.neutral")


@dataclass(frozen=True, slots=True)
class Opening:
    """How a wish is first put: from when it may be said, by which template, and whether identity is proven by then."""

    start: datetime
    key: str
    is_proven: bool


def opening(
    family: str,
    zones: tuple[str, ...],
    identity_proven_at: datetime | None,
    as_of: date,
    now: datetime,
    fresh_days: int,
) -> Opening:
    """Return how a wish of *family* is first put on *as_of*, to a borrower in *zones*."""
    start = max(now, start_of_day(as_of, zones[0] if zones else "UTC"))
    is_proven = is_identity_fresh(identity_proven_at, start, fresh_days)
    return Opening(start, key_of(family, is_proven=is_proven), is_proven)


def announce(
    trigger: Trigger,
    party: Party,
    account: Account,
    record: ContactRecord,
    figures: Figures,
    *,
    as_of: date,
    now: datetime,
    last_use_hours: int,
    also_held: frozenset[Hold],
    library: Library,
) -> Announcement | Refused:
    """Return the message for *trigger*, planned for the first instant of *as_of* at which the gate would permit it.

    The plan is advice; the gate is asked again at dispatch. Returns the refusal where no waiting in time helps.
    """
    first = opening(trigger.family, party.zones, party.identity_proven_at, as_of, now, library.identity_fresh_days)
    key = _told(first, trigger.family, figures, library.lender)
    entry = library.catalogue.entry(key)
    rendered = words_of(key, party, account, figures, as_of, library)
    facts = contact_facts(
        party,
        account,
        record,
        purpose=entry.purpose,
        discloses=str(entry.discloses),
        now=first.start,
        today=as_of,
        actor=library.lender.actor,
        is_proven=first.is_proven,
        in_collection_days=library.in_collection_days,
        also_held=also_held,
        content=contents_of(rendered.text, library.outbound),
    )
    rules = library.rulebook
    window = send_window(facts, rules, library.gate)
    if isinstance(window, Refused):
        return window
    not_after = first.start + timedelta(hours=last_use_hours)
    if window >= not_after:
        # The first time allowed is after the last use: what says no now is the reason.
        refused = decide(facts, rules, library.gate)
        assert isinstance(refused, Refused), "what is permitted at once is in time"
        return refused
    return _announced(rendered, window, not_after, library)


def _told(first: Opening, family: str, figures: Figures, lender: Lender) -> str:
    """Return the template where it turns on more than who reads it: the offer that is made, a question at the end."""
    if first.is_proven and family == ARRANGEMENT_MISSED:
        return missed_key(figures.plans)
    if first.is_proven and family == ARRANGEMENT_COMPLETED:
        return completed_key(lender)
    return first.key


def announce_permitted(
    trigger: Trigger,
    party: Party,
    account: Account,
    figures: Figures,
    not_before: datetime | None,
    *,
    as_of: date,
    now: datetime,
    last_use_hours: int,
    library: Library,
) -> Announcement | None:
    """Return the message for *trigger* that the gate permits from *not_before* on (None: at once); None if too late.

    For whoever asked the gate otherwise; it is asked again at dispatch.
    """
    first = opening(trigger.family, party.zones, party.identity_proven_at, as_of, now, library.identity_fresh_days)
    window, not_after = not_before or first.start, first.start + timedelta(hours=last_use_hours)
    if window >= not_after:
        return None
    return _announced(words_of(first.key, party, account, figures, as_of, library), window, not_after, library)


def words_of(key: str, party: Party, account: Account, figures: Figures, as_of: date, library: Library) -> Rendered:
    """Return the words of a wish."""
    return render(key, _saying(party, account, as_of, figures), library.lender, library.catalogue)


def _announced(rendered: Rendered, not_before: datetime, not_after: datetime, library: Library) -> Announcement:
    """Return the message that the gate lets be between these instants."""
    entry = library.catalogue.entry(rendered.key)
    return Announcement(rendered, entry.purpose, str(entry.discloses), str(entry.context), not_before, not_after)


def _saying(party: Party, account: Account, as_of: date, figures: Figures) -> Saying:
    return Saying(
        party,
        account,
        as_of,
        due_on=figures.due_on,
        amount_minor=figures.amount_minor,
        limit_before_minor=figures.limit_before_minor,
        limit_after_minor=figures.limit_after_minor,
        plans=figures.plans,
    )
