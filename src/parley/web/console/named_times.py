"""The times a borrower named, as a page shows them: days that have the same hours in one line."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from babel.dates import format_date, get_day_names

from parley.contact.facts import Designation
from parley.locale import Language
from parley.messaging.values import locale_of

Week = tuple[tuple[tuple[int, int], ...], ...]
_WHOLE_DAY = ((0, 24 * 60),)


def named_lines(named: Iterable[Designation], language: Language) -> list[tuple[str, str]]:
    """Return one line for each span of days: the key of its words, and days with hours."""
    lines = []
    for one in named:
        if one.closed is not None:
            lines += [("thread.named.closed", text) for text in _week(one.closed, language)]
        if one.only is not None:
            lines += [("thread.named.only", text) for text in _week(one.only, language)]
        if one.from_day is not None:
            day = format_date(one.from_day, "medium", locale=locale_of(language))
            lines.append(("thread.named.from", day))
    return lines


def _week(week: Week, language: Language) -> Iterable[str]:
    names = get_day_names("abbreviated", locale=locale_of(language))
    for hours, days in groupby(range(7), key=lambda day: week[day]):
        if hours:
            span = list(days)
            told = names[span[0]] if len(span) == 1 else f"{names[span[0]]}–{names[span[-1]]}"
            yield told if hours == _WHOLE_DAY else f"{told} {', '.join(_hours(start, end) for start, end in hours)}"


def _hours(start: int, end: int) -> str:
    return f"{start // 60:02d}:{start % 60:02d}–{end // 60:02d}:{end % 60:02d}"
