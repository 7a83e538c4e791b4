"""Horizontal bars, stacked where a row has several figures. A label has a line of its own, so none is cut or turned."""

from __future__ import annotations

from typing import Final

from django.utils.safestring import SafeString

from parley.locale import Language
from parley.web.charts.drawing import FONT, LEAST_WIDTH, Frame, block, patterns, picture, upright_axis
from parley.web.charts.markup import joined, tag
from parley.web.charts.measure import lines, width
from parley.web.charts.scale import along, percent, ticks
from parley.web.charts.table import Row, Table

LINE: Final = 16
BAR: Final = 10
BELOW_LABEL: Final = 4
BETWEEN: Final = 7
AXIS: Final = 20
MOST_LABEL_LINES: Final = 2
# What is not nothing is seen: the least width of a part, in hundredths of a percent.
LEAST_PART: Final = 50


def bars(table: Table, frame: Frame, language: Language) -> SafeString:
    """Return the picture of the drawn columns of *table*, one bar for each row, in the order of the rows."""
    sums = [table.sum_of(row) for row in table.rows]
    marks = ticks(_largest(table))
    parts: list[SafeString] = []
    y = 0
    for row, total in zip(table.rows, sums, strict=True):
        shown = total.shown(language)
        label = lines(row.label, FONT, LEAST_WIDTH - width(shown, FONT) - FONT, MOST_LABEL_LINES)
        for number, line in enumerate(label):
            parts.append(tag("text", line, class_="label", y=y + FONT + number * LINE))
        parts.append(tag("text", shown, class_="value", x="100%", y=y + FONT, text_anchor="end"))
        y += len(label) * LINE + BELOW_LABEL
        parts.append(_bar(table, row, frame.name, marks[-1], y, language))
        y += BAR + BETWEEN
    axis = upright_axis(marks, sums[0], language, 0, y)
    defined = patterns(frame.name, (column.tone for _, column in table.drawn()))
    return picture(frame, y + AXIS, defined, axis, *parts, kind="bars")


def _bar(table: Table, row: Row, name: str, top: int, y: int, language: Language) -> SafeString:
    parts: list[SafeString | None] = []
    x = 0
    for place, column in table.drawn():
        cell = row.cells[place]
        value = table.value(row, place)
        if value and not isinstance(cell, str) and cell is not None:
            wide = max(LEAST_PART, along(value, top))
            hover = f"{row.label} · {column.label}: {cell.shown(language)}"
            place_of = {"x": percent(x), "width": percent(wide), "y": y, "height": BAR}
            parts.append(block(name, column.tone, hover, apart=x > 0, **place_of))
            x += wide
        if column.low is not None and column.high is not None:
            parts.append(_interval(table.value(row, column.low), table.value(row, column.high), top, y))
    return joined(parts)


def _interval(low: int | None, high: int | None, top: int, y: int) -> SafeString | None:
    """Return the reach of chance around an estimate: a line with an end at both sides."""
    if low is None or high is None:
        return None
    left, right, middle = percent(along(low, top)), percent(along(high, top)), y + BAR // 2
    ends = (tag("line", class_="reach", x1=x, x2=x, y1=y + 1, y2=y + BAR - 1) for x in (left, right))
    return joined([tag("line", class_="reach", x1=left, x2=right, y1=middle, y2=middle), *ends])


def _largest(table: Table) -> int:
    highs = [column.high for _, column in table.drawn() if column.high is not None]
    reached = [value for row in table.rows for place in highs if (value := table.value(row, place)) is not None]
    return max([*(table.sum_of(row).value for row in table.rows), *reached])
