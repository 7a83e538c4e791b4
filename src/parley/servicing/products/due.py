"""On which days is a loan paid, and to which days does its interest run? By a first day and a step, or as given.

A due day on a closed day moves by a named shift. Whether interest moves with it is said, never guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from parley.errors import BadInput
from parley.servicing.periods import MOST_DATES, Every, Shift, days_from, open_day


class InterestRuns(StrEnum):
    """To which day the interest of a period runs where the due day was shifted (swap terms: unadjusted, adjusted)."""

    TO_REGULAR_DAY = "to_regular_day"
    TO_SHIFTED_DAY = "to_shifted_day"


class Closing(NamedTuple):
    """Which days are closed, and where a due day on one goes; as `open_day`."""

    shift: Shift = Shift.NONE
    closed: frozenset[date] = frozenset()
    rest_days: frozenset[int] = frozenset()


NOTHING_CLOSED: Final = Closing()


@dataclass(frozen=True, slots=True)
class DueDays:
    """The days of a loan's payments, made by `regular_days` or `given_days`.

    Shape: `due_on` (what a borrower is told) and `regular_on` (before any shift) have one day per payment, ascending.
    `every`, `anchor_day` and `closing` are how they were made; `every` is None where the days were given.
    """

    due_on: tuple[date, ...]
    regular_on: tuple[date, ...]
    interest_runs: InterestRuns = InterestRuns.TO_REGULAR_DAY
    every: Every | None = None
    anchor_day: int | None = None
    closing: Closing = NOTHING_CLOSED

    @property
    def accrues_to(self) -> tuple[date, ...]:
        """The day each period's interest runs to."""
        return self.regular_on if self.interest_runs is InterestRuns.TO_REGULAR_DAY else self.due_on

    @property
    def count(self) -> int:
        """The number of payments."""
        return len(self.due_on)


def regular_days(
    first_due_on: date,
    every: Every,
    count: int,
    *,
    anchor_day: int | None = None,
    shift: Shift = Shift.NONE,
    closed: Collection[date] = (),
    rest_days: Collection[int] = (),
    interest_runs: InterestRuns = InterestRuns.TO_REGULAR_DAY,
) -> DueDays:
    """Return *count* due days from *first_due_on*, those on closed days moved by *shift*; as `days_from`, `open_day`.

    Two payments may fall on one day where the days between are closed: a daily plan over a weekend.
    """
    regular = days_from(first_due_on, every, count, anchor_day)
    due = regular if shift is Shift.NONE else tuple([open_day(day, shift, closed, rest_days) for day in regular])
    closing = Closing(shift, frozenset(closed), frozenset(rest_days))
    return DueDays(due, regular, interest_runs, every, anchor_day, closing)


def days_after(due: DueDays, made: int) -> DueDays:
    """Return *due* without its first *made* days; regular ones still come back to the day of month they had."""
    assert 0 <= made < due.count, "at least one day is left"
    anchor_day = due.anchor_day if due.every is None else due.anchor_day or due.regular_on[0].day
    return replace(due, due_on=due.due_on[made:], regular_on=due.regular_on[made:], anchor_day=anchor_day)


def days_to(due: DueDays, count: int) -> DueDays:
    """Return the first *count* of *due*, or as many more at the same step, shifted in the same way.

    Raises BadInput where there are to be more than were given one by one: the next ones cannot be guessed.
    """
    if count <= due.count:
        return replace(due, due_on=due.due_on[:count], regular_on=due.regular_on[:count])
    if due.every is None:
        raise BadInput(
            f"{due.count} due dates were given one by one, and {count} are needed; give the first date and a step.",
            f"应还日是逐一给出的，共 {due.count} 个，现需 {count} 个；请改为填写首个日期和间隔。",
        )
    shift, closed, rest_days = due.closing
    return regular_days(
        due.regular_on[0],
        due.every,
        count,
        anchor_day=due.anchor_day,
        shift=shift,
        closed=closed,
        rest_days=rest_days,
        interest_runs=due.interest_runs,
    )


def given_days(due_on: Sequence[date]) -> DueDays:
    """Return the days as given. Raises BadInput unless they ascend, one payment a day, at most `MOST_DATES`."""
    if not 1 <= len(due_on) <= MOST_DATES:
        raise BadInput(
            f"A schedule has 1 to {MOST_DATES:,} dates; {len(due_on):,} were given.",
            f"日期个数须为 1 至 {MOST_DATES:,}，现有 {len(due_on):,} 个。",
        )
    for before, after in pairwise(due_on):
        if after <= before:
            raise BadInput(
                f"Due dates must ascend, one a day; {after} comes after {before}. Put them in order.",
                f"应还日须按先后排列且不重复；{before} 之后是 {after}，请调整顺序。",
            )
    days = tuple(due_on)
    return DueDays(days, days)
