"""Count the past contacts of a cap and find when there is room again.

Assumes no further contact in the meantime.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from parley.contact.facts import Contact, ContactFacts, Direction
from parley.dates import Instant, add_months, local_date, start_of_day
from parley.purpose import Purpose
from parley.rulebook.rule import ALL_KNOWN, CapParams, Rule
from parley.rulebook.terms import Calendar, Counting, Outcome, Per

_REACHED_NOBODY = frozenset({Outcome.NO_ANSWER, Outcome.UNCONNECTED})
# Not contacts in the sense of "unprompted": what the borrower's own message or distress called for.
_CALLED_FOR = frozenset({Purpose.OPT_OUT_CONFIRMATION, Purpose.CRISIS_REPLY})


def counted(rule: Rule, params: CapParams, facts: ContactFacts, *, loosened: bool) -> tuple[Instant, ...]:
    """Return the instants of all contacts of the history the cap would count if they lie in its window, in order.

    *loosened*: what was placed under a consent to more contacts is left out.
    """
    channels = params.counts_channels or rule.channels
    purposes = params.counts_purposes or rule.purposes
    # A conversation is one whoever agreed to the call it was had in: what follows it waits.
    counts_calls = params.consent_days is not None and params.count is not Counting.CONVERSATION
    consents = _consents(facts) if counts_calls else ()
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
            and not (loosened and _under_consent(params, contact.at, consents, facts))
        )
    )


def consent_lasts(params: CapParams, facts: ContactFacts) -> bool:
    """Say whether a consent to more contacts lifts the cap now."""
    return params.consent_days is not None and _under_consent(params, facts.now, _consents(facts), facts)


def _consents(facts: ContactFacts) -> tuple[Contact, ...]:
    return tuple(
        contact
        for contact in facts.history
        if contact.outcome is Outcome.CONSENT
        and contact.direction is Direction.IN
        and _same(Per.ACCOUNT, contact, facts)
    )


def _under_consent(params: CapParams, at: Instant, consents: tuple[Contact, ...], facts: ContactFacts) -> bool:
    """Say whether *at* lies within the days of a consent that no conversation has ended before.

    The day of the consent is the first of its days (12 CFR 1006.14(b)(3)(i)).
    """
    return any(
        consent.at < at
        and all(
            _days_between(consent.at, at, zone) < (params.consent_days or 0) for zone in _zones(params, facts.zones)
        )
        and not any(one.outcome is Outcome.CONVERSATION and consent.at < one.at < at for one in facts.history)
        for consent in consents
    )


def _days_between(first: Instant, last: Instant, zone: str) -> int:
    return (local_date(last, zone) - local_date(first, zone)).days


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
    if params.window_calendar is not None:
        days = {zone: local_date(leaver, zone) for zone in _zones(params, zones)}
        return max(start_of_day(_next_stretch(params.window_calendar, day), zone) for zone, day in days.items())
    length = timedelta(days=params.window_days or 0)
    return max(start_of_day(local_date(leaver, zone) + length, zone) for zone in _zones(params, zones))


def _zones(params: CapParams, zones: tuple[str, ...]) -> tuple[str, ...]:
    if params.zone != ALL_KNOWN:
        return (params.zone,)
    # Without a known zone hours are closed anyway; the count still needs some calendar.
    return zones or ("UTC",)


def _window_start(params: CapParams, now: Instant, zone: str) -> Instant:
    if params.window_calendar is not None:
        return start_of_day(_stretch(params.window_calendar, local_date(now, zone)), zone)
    assert params.window_days is not None, "a cap has one window"
    return start_of_day(local_date(now, zone) - timedelta(days=params.window_days - 1), zone)


def _stretch(calendar: Calendar, day: date) -> date:
    """Return the first day of the week or month *day* lies in."""
    return day.replace(day=1) if calendar is Calendar.MONTH else day - timedelta(days=day.weekday())


def _next_stretch(calendar: Calendar, day: date) -> date:
    first = _stretch(calendar, day)
    return add_months(first, 1) if calendar is Calendar.MONTH else first + timedelta(days=7)


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
        case Counting.CONTACT:
            return contact.outcome not in _REACHED_NOBODY
        case Counting.UNPROMPTED:
            return contact.answers_at is None and contact.purpose not in _CALLED_FOR
        case Counting.CONVERSATION:
            return contact.outcome is Outcome.CONVERSATION
        case Counting.UNANSWERED:
            return contact.outcome is Outcome.NO_ANSWER
