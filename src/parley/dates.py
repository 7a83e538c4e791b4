"""Dates, instants and local time. A date is not an instant; an instant is aware and UTC inside.

*Domain time* is the movable clock of the business (`Instant`); wall time (leases, time-outs) is `float` seconds of
`time.monotonic` and never meets a date.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Instant = datetime


def instant(value: datetime) -> Instant:
    """Return *value* in UTC; a naive datetime is a defect."""
    assert value.tzinfo is not None, "an instant knows its offset"
    return value.astimezone(UTC)


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """Return the IANA zone *name*. Raises ValueError for a name the tz database does not hold."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError, OSError):
        raise ValueError(f"time zone {name!r} is not in the tz database") from None


def is_zone(name: str) -> bool:
    """Return whether *name* is an IANA time zone this machine knows."""
    try:
        zone(name)
    except ValueError:
        return False
    return True


def local(at: Instant, zone_name: str) -> datetime:
    """Return the wall-clock time of instant *at* in the zone."""
    return at.astimezone(zone(zone_name))


def local_date(at: Instant, zone_name: str) -> date:
    """Return the calendar day of instant *at* in the zone."""
    return local(at, zone_name).date()


def start_of_day(day: date, zone_name: str) -> Instant:
    """Return the first instant of *day* in the zone (after a gap, the first that exists)."""
    return datetime.combine(day, time(0), tzinfo=zone(zone_name)).astimezone(UTC)


def add_months(day: date, months: int, anchor_day: int | None = None) -> date:
    """Return *day* moved by whole *months*; day 31 falls on the month's last day.

    *anchor_day* (1–31) is the day of month to come back to after a short month; default: that of *day*.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    wanted = anchor_day or day.day
    return date(year, month + 1, min(wanted, calendar.monthrange(year, month + 1)[1]))


def add_days(day: date, days: int) -> date:
    """Return *day* moved by whole *days*."""
    return day + timedelta(days=days)
