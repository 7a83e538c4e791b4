"""Count the past contacts of a cap and find when there is room again.

Assumes no further contact in the meantime; entries of the future count as if made now, so a clock set back frees
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from parley.contact.facts import Contact, ContactFacts, Direction
from parley.dates import Instant, local_date, start_of_day
from parley.purpose import Purpose
from parley.rulebook.rule import ALL_KNOWN, CapParams, Rule
from parley.rulebook.terms import Counting, Outcome, Per

# Not contacts in the sense of "unprompted": what the borrower's own message or distress called for.
_CALLED_FOR = frozenset({Purpose.OPT_OUT_CONFIRMATION, Purpose.CRISIS_REPLY})


def counted(rule: Rule, params: CapParams, facts: ContactFacts) -> tuple[Instant, ...]:
    """Return the instants of all contacts of the history the cap would count if they lie in its window, in order."""
    channels = params.counts_channels or rule.channels
    purposes = params.counts_purposes or rule.purposes
    return tuple(
        sorted(
            contact.at
            for contact in facts.history
            if contact.channel in channels
            and contact.purpose in purposes
            and _direction_counts(params, contact)
            and contact.outcome not in params.exclude_outcomes
            and _same(params.per, contact, facts)
            and _counts(params.count, contact)
        )
    )


def in_window(params: CapParams, at: Iterable[Instant], now: Instant, zones: tuple[str, ...]) -> int:
    """Return how many of the contacts lie in the window that ends *now*."""
    if params.window_hours is not None:
        oldest = now - timedelta(hours=params.window_hours)
        return sum(1 for one in at if one > oldest)
    # Counted if it lies in the window in any zone: where zones differ, the one that counts most decides.
    starts = [_window_start(params, now, zone) for zone in _zones(params, zones)]
    return sum(1 for one in at if one >= min(starts))


def next_room(params: CapParams, at: tuple[Instant, ...], after: Instant, zones: tuple[str, ...]) -> Instant:
    """Return the first instant not before *after* at which the cap has room for one more.

    Shape: *at* in order.
    """
    if in_window(params, at, after, zones) < params.max:
        return after
    # The newest contact that must leave the window for max − 1 to be left in it.
    leaver = at[-params.max]
    if params.window_hours is not None:
        return leaver + timedelta(hours=params.window_hours)
    days = timedelta(days=params.window_days or 0)
    return max(start_of_day(local_date(leaver, zone) + days, zone) for zone in _zones(params, zones))


def _zones(params: CapParams, zones: tuple[str, ...]) -> tuple[str, ...]:
    if params.zone != ALL_KNOWN:
        return (params.zone,)
    # Without a known zone hours are closed anyway; the count still needs some calendar.
    return zones or ("UTC",)


def _window_start(params: CapParams, now: Instant, zone: str) -> Instant:
    assert params.window_days is not None, "a cap has one window"
    return start_of_day(local_date(now, zone) - timedelta(days=params.window_days - 1), zone)


def _direction_counts(params: CapParams, contact: Contact) -> bool:
    return contact.direction is Direction.OUT or params.inbound_counts


def _same(per: Per, contact: Contact, facts: ContactFacts) -> bool:
    match per:
        case Per.PERSON:
            return True
        case Per.ACCOUNT:
            return contact.account is None or facts.account is None or contact.account == facts.account
        case Per.ADDRESS:
            return contact.address is None or facts.address is None or contact.address == facts.address


def _counts(count: Counting, contact: Contact) -> bool:
    match count:
        case Counting.PLACED:
            return True
        case Counting.UNPROMPTED:
            return contact.answers_at is None and contact.purpose not in _CALLED_FOR
        case Counting.CONVERSATION:
            return contact.outcome is Outcome.CONVERSATION
        case Counting.UNANSWERED:
            return contact.outcome is Outcome.NO_ANSWER
