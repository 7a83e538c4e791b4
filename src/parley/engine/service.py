"""By when does a person owe an answer? Why the thread waits → how urgent → so many minutes of the lender's hours.

A crisis is answered by the clock, whatever the hour; everything else within working time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
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
    "core_refused": Urgency.SERIOUS,
    "limit_rise": Urgency.ASKED,
    "limit_rise_in_difficulty": Urgency.SERIOUS,
    "limit_rise_answered": Urgency.ASKED,
    "nothing_fits": Urgency.ASKED,
    "nothing_to_spare": Urgency.ASKED,
    "many_offers": Urgency.ASKED,
    "offer_lapsed": Urgency.ASKED,
    "conditional": Urgency.ASKED,
    "declined": Urgency.ASKED,
    "budget_declined": Urgency.ASKED,
    "budget_incomplete": Urgency.ASKED,
    "answer_refused": Urgency.ASKED,
    "not_understood": Urgency.UNCLEAR,
    "turn_failed": Urgency.UNCLEAR,
    "identity_locked": Urgency.UNCLEAR,
    "no_debt": Urgency.UNCLEAR,
    "long_thread": Urgency.UNCLEAR,
    "wrote_again": Urgency.UNCLEAR,
    "wrote_after_end": Urgency.OTHER,
    "state": Urgency.OTHER,
    "taken_over": Urgency.OTHER,
}

# Working time always comes within this many days; a week without any is no setting.
_LOOK_AHEAD_DAYS: Final = 400


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """Minutes by urgency, and the lender's working week: days of the week from Monday = 1, hours of the local day."""

    minutes: tuple[tuple[Urgency, int], ...]
    days: frozenset[int]
    opens_hour: int
    closes_hour: int
    zone: str

    def minutes_of(self, urgency: Urgency) -> int:
        """Return within how many minutes an answer is owed."""
        return dict(self.minutes)[urgency]


def urgency_of(reason: str) -> Urgency:
    """Return how urgent *reason* is."""
    return URGENCY.get(reason, Urgency.SERIOUS)


def answer_by(reason: str, since: Instant, times: ServiceTimes) -> Instant:
    """Return the instant by which a person owes an answer to what has waited *since* for *reason*."""
    urgency = urgency_of(reason)
    owed = timedelta(minutes=times.minutes_of(urgency))
    return since + owed if urgency is Urgency.CRISIS else _within_hours(since, owed, times)


def _within_hours(since: datetime, owed: timedelta, times: ServiceTimes) -> datetime:
    """Return when *owed* of working time has passed since."""
    windows = ((times.opens_hour * 60, times.closes_hour * 60),)
    first = local(since, times.zone).date()
    for day in (first + timedelta(days=number) for number in range(_LOOK_AHEAD_DAYS)):
        if day.isoweekday() not in times.days:
            continue
        for opens, closes in open_intervals(windows, times.zone, day):
            start = max(opens, since)
            if start >= closes:
                continue
            if owed <= closes - start:
                return start + owed
            owed -= closes - start
    raise AssertionError("a working week has working time")
