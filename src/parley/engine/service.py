"""By when does a person owe an answer? Why the thread waits → how urgent → so many minutes of the lender's hours.

A crisis is answered by the clock, whatever the hour; everything else within working time. A time that is told to the
borrower moves where more wait than the people can answer by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from parley.contact.hours import open_intervals
from parley.dates import Instant, local


class Urgency(StrEnum):
    """How soon a person must answer, most urgent first."""

    CRISIS = "crisis"
    SERIOUS = "serious"
    ASKED = "asked"
    UNCLEAR = "unclear"
    OTHER = "other"


# Every reason for which a thread goes to a person. What is not here is new to this version: soon rather than late.
URGENCY: Final[dict[str, Urgency]] = {
    "crisis": Urgency.CRISIS,
    "legal": Urgency.SERIOUS,
    "fraud": Urgency.SERIOUS,
    "dispute": Urgency.SERIOUS,
    "complaint": Urgency.SERIOUS,
    "vulnerable": Urgency.SERIOUS,
    "stop_and_more": Urgency.SERIOUS,
    "wrote_after_stop": Urgency.SERIOUS,
    "asked": Urgency.ASKED,
    "contact_wishes": Urgency.ASKED,
    "payment_claimed": Urgency.ASKED,
    "limit_why": Urgency.ASKED,
    "alert_question": Urgency.ASKED,
    "alert_unanswered": Urgency.SERIOUS,
    "not_reached": Urgency.SERIOUS,
    "core_refused": Urgency.SERIOUS,
    "limit_rise": Urgency.ASKED,
    "limit_rise_in_difficulty": Urgency.SERIOUS,
    "limit_rise_answered": Urgency.ASKED,
    "nothing_fits": Urgency.ASKED,
    "nothing_to_spare": Urgency.ASKED,
    "many_offers": Urgency.ASKED,
    "offer_lapsed": Urgency.ASKED,
    "conditional": Urgency.ASKED,
    "confirm_on_page": Urgency.ASKED,
    "declined": Urgency.ASKED,
    "budget_declined": Urgency.ASKED,
    "budget_incomplete": Urgency.ASKED,
    "plan_cancelled": Urgency.ASKED,
    "plan_missed": Urgency.ASKED,
    "plan_missed_again": Urgency.ASKED,
    "plan_missed_no_number": Urgency.ASKED,
    "reoffer_lapsed": Urgency.ASKED,
    "plan_ended": Urgency.UNCLEAR,
    "answer_refused": Urgency.ASKED,
    "not_understood": Urgency.UNCLEAR,
    "turn_failed": Urgency.UNCLEAR,
    "door_failed": Urgency.UNCLEAR,
    "parts_missing": Urgency.UNCLEAR,
    "part_late": Urgency.UNCLEAR,
    "media_not_taken": Urgency.UNCLEAR,
    "id_used_twice": Urgency.UNCLEAR,
    "identity_locked": Urgency.UNCLEAR,
    "shared_number": Urgency.UNCLEAR,
    "no_debt": Urgency.UNCLEAR,
    "long_thread": Urgency.UNCLEAR,
    "wrote_again": Urgency.UNCLEAR,
    "wrote_after_end": Urgency.OTHER,
    "state": Urgency.OTHER,
    "taken_over": Urgency.OTHER,
}

# Working time always comes within this many days; a week without any is no setting.
_LOOK_AHEAD_DAYS: Final = 400
_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS_OF_A_WEEK: Final = 7
# Between these hours, where the borrower is, a person may call or write nearly everywhere.
_EARLIEST_HOUR: Final = 10
_LATEST_HOUR: Final = 20


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """Minutes by urgency, and the lender's working week: days of the week from Monday = 1, hours of the local day.

    `closed`: days on which nobody works besides. `answers_per_hour`: of one person; 0: nobody is paced.
    """

    minutes: tuple[tuple[Urgency, int], ...]
    days: frozenset[int]
    opens_hour: int
    closes_hour: int
    zone: str
    closed: frozenset[date] = frozenset()
    answers_per_hour: int = 0

    def minutes_of(self, urgency: Urgency) -> int:
        """Return within how many minutes an answer is owed."""
        return dict(self.minutes)[urgency]


@dataclass(frozen=True, slots=True)
class Staffing:
    """How many `people` answer hand-overs, and how many threads are `waiting` for them."""

    people: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Promise:
    """When a person will have answered, as it is told: `day` is a choice of the texts, `clock` the borrower's time."""

    at: Instant
    day: str
    clock: str


def urgency_of(reason: str) -> Urgency:
    """Return how urgent *reason* is."""
    return URGENCY.get(reason, Urgency.SERIOUS)


def answer_by(reason: str, since: Instant, times: ServiceTimes) -> Instant:
    """Return the instant by which a person owes an answer to what has waited *since* for *reason*."""
    urgency = urgency_of(reason)
    owed = timedelta(minutes=times.minutes_of(urgency))
    return since + owed if urgency is Urgency.CRISIS else _within_hours(since, owed, times)


def is_working(now: Instant, times: ServiceTimes) -> bool:
    """Say whether *now* lies in the lender's hours."""
    day = local(now, times.zone).date()
    return _is_worked(day, times) and any(opens <= now < closes for opens, closes in _hours(day, times))


def promise(reason: str, now: Instant, zone: str, times: ServiceTimes, staffing: Staffing | None) -> Promise | None:
    """Return when a person will have answered, in the time of *zone*, where the borrower is; a full hour.

    None where no time can be told honestly: nobody is there, help is on its way already, or it lies further ahead than
    the days of a week.
    """
    if staffing is None or staffing.people < 1 or urgency_of(reason) is Urgency.CRISIS:
        return None
    owed = timedelta(minutes=max(times.minutes_of(urgency_of(reason)), _queue_minutes(times, staffing)))
    if owed > timedelta(days=_DAYS_OF_A_WEEK):
        return None
    at = _sayable(_within_hours(now, owed, times), zone)
    ahead = (local(at, zone).date() - local(now, zone).date()).days
    if ahead >= _DAYS_OF_A_WEEK:
        return None
    near = {0: "today", 1: "tomorrow"}
    return Promise(at, near.get(ahead, _WEEK[local(at, zone).weekday()]), local(at, zone).strftime("%H:%M"))


def room(times: ServiceTimes, staffing: Staffing | None) -> int | None:
    """Return for how many more threads the people have room in a working day, where they are behind.

    None where they are not: whoever asks for a person now is answered within the time owed, or nobody is paced.
    """
    if staffing is None or _queue_minutes(times, staffing) <= times.minutes_of(Urgency.ASKED):
        return None
    day = staffing.people * times.answers_per_hour * (times.closes_hour - times.opens_hour)
    return max(0, day - staffing.waiting)


def _queue_minutes(times: ServiceTimes, staffing: Staffing) -> int:
    """Return how long the people work until they come to one more thread, and have answered it."""
    if not times.answers_per_hour:
        return 0
    each = -(-(staffing.waiting + 1) // staffing.people)
    return -(-each * 60 // times.answers_per_hour)


def _sayable(at: Instant, zone: str) -> Instant:
    """Return the next full hour at which the borrower may be called or written to: nobody answers into the night."""
    there = local(at, zone)
    hour = there.replace(minute=0, second=0, microsecond=0, fold=0)
    there = hour if hour == there else hour + timedelta(hours=1)
    if there.hour > _LATEST_HOUR:
        there = (there + timedelta(days=1)).replace(hour=_EARLIEST_HOUR)
    return max(there, there.replace(hour=_EARLIEST_HOUR)).astimezone(UTC)


def _within_hours(since: datetime, owed: timedelta, times: ServiceTimes) -> datetime:
    """Return when *owed* of working time has passed since."""
    first = local(since, times.zone).date()
    for day in (first + timedelta(days=number) for number in range(_LOOK_AHEAD_DAYS)):
        if not _is_worked(day, times):
            continue
        for opens, closes in _hours(day, times):
            start = max(opens, since)
            if start >= closes:
                continue
            if owed <= closes - start:
                return start + owed
            owed -= closes - start
    raise AssertionError("a working week has working time")


def _is_worked(day: date, times: ServiceTimes) -> bool:
    return day.isoweekday() in times.days and day not in times.closed


def _hours(day: date, times: ServiceTimes) -> Sequence[tuple[Instant, Instant]]:
    return open_intervals(((times.opens_hour * 60, times.closes_hour * 60),), times.zone, day)
