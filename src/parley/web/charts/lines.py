"""Lines over time, with a band where a figure is an estimate. Each line has its own dashes beside its own colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.safestring import SafeString

from parley.locale import Language
from parley.web.charts.drawing import FONT, SMALL, Frame, picture, tick_label
from parley.web.charts.markup import joined, tag
from parley.web.charts.measure import width
from parley.web.charts.scale import along, percent, spread, ticks
from parley.web.charts.table import Column, Number, Table

HEIGHT: Final = 200
HEAD: Final = 8
AXIS: Final = 24
# The plot is drawn on a square of so many units and stretched to its place; strokes are not stretched.
SQUARE: Final = 10_000
# More points than these run together; then the line alone is drawn.
MOST_POINTS: Final = 62
MOST_DAYS_NAMED: Final = 4
# The room for labels beside the plot, in pixels; classes of the style sheet.
GUTTERS: Final = (24, 40, 64, 96)


def drawn_lines(table: Table, frame: Frame, language: Language) -> SafeString:
    """Return the picture of the drawn columns of *table* as lines; its rows are days or weeks, oldest first."""
    drawn = table.drawn()
    like = next(cell for row in table.rows for place, _ in drawn if isinstance(cell := row.cells[place], Number))
    marks = ticks(max(_largest(table)), most=6)
    top = marks[-1]
    bands = [_band(table, column, top) for _, column in drawn if column.low is not None]
    strokes = [_line(table, place, column, top) for place, column in drawn]
    plot = tag(
        "svg",
        *bands,
        *strokes,
        x=0,
        y=HEAD,
        width="100%",
        height=HEIGHT,
        viewBox=f"0 0 {SQUARE} {SQUARE}",
        preserveAspectRatio="none",
        class_="plot",
    )
    axis = _value_axis(marks, like, language)
    labels = [tick_label(mark, like, marks[1], language) for mark in marks]
    gutter = next((room for room in GUTTERS if room >= max(width(label, SMALL) for label in labels) + 8), GUTTERS[-1])
    points = [_points(table, place, column, top, language) for place, column in drawn]
    parts = (axis, _days(table), plot, *(points if len(table.rows) <= MOST_POINTS else ()))
    return picture(frame, HEAD + HEIGHT + AXIS, *parts, kind=f"lines gutter-{gutter}")


def _largest(table: Table) -> Sequence[int]:
    places = [place for place, _ in table.drawn()]
    places += [column.high for _, column in table.drawn() if column.high is not None]
    return [value for row in table.rows for place in places if (value := table.value(row, place)) is not None]


def _x(table: Table, number: int) -> int:
    last = len(table.rows) - 1
    return along(number, last) if last else SQUARE // 2


def _y(value: int, top: int) -> int:
    return SQUARE - along(value, top)


def _line(table: Table, place: int, column: Column, top: int) -> SafeString:
    """Return the line; it is broken where there is no figure."""
    steps: list[str] = []
    before = False
    for number, row in enumerate(table.rows):
        value = table.value(row, place)
        if value is not None:
            steps.append(f"{'L' if before else 'M'}{_x(table, number)},{_y(value, top)}")
        before = value is not None
    return tag("path", d=" ".join(steps), class_=f"line t{column.tone}")


def _band(table: Table, column: Column, top: int) -> SafeString:
    """Return the areas between the band's edges, one for each run of rows that have both."""
    assert column.low is not None and column.high is not None, "a band has two edges"
    runs: list[list[tuple[int, int, int]]] = [[]]
    for number, row in enumerate(table.rows):
        low, high = table.value(row, column.low), table.value(row, column.high)
        if low is None or high is None:
            runs.append([])
        else:
            runs[-1].append((_x(table, number), _y(low, top), _y(high, top)))
    areas = [
        "M" + " L".join([*(f"{x},{high}" for x, _, high in run), *(f"{x},{low}" for x, low, _ in reversed(run))]) + "Z"
        for run in runs
        if run
    ]
    return tag("path", d=" ".join(areas), class_=f"band t{column.tone}")


def _points(table: Table, place: int, column: Column, top: int, language: Language) -> SafeString:
    found: list[SafeString] = []
    for number, row in enumerate(table.rows):
        cell = row.cells[place]
        if isinstance(cell, Number):
            y = HEAD + _y(cell.value, top) * HEIGHT // SQUARE
            hover = tag("title", f"{row.label} · {column.label}: {cell.shown(language)}")
            found.append(tag("circle", hover, class_=f"point t{column.tone}", cx=percent(_x(table, number)), cy=y, r=3))
    return joined(found)


def _value_axis(marks: Sequence[int], like: Number, language: Language) -> SafeString:
    parts: list[SafeString] = []
    for mark in marks:
        y = HEAD + HEIGHT - along(mark, marks[-1]) * HEIGHT // SQUARE
        label = tick_label(mark, like, marks[1], language)
        parts.append(tag("line", class_="axis" if mark == 0 else "grid", x1=0, x2="100%", y1=y, y2=y))
        parts.append(tag("text", label, class_="tick", x=-8, y=y + 4, text_anchor="end"))
    return joined(parts)


def _days(table: Table) -> SafeString:
    """Return the labels below: the first, the last and a few between."""
    last = len(table.rows) - 1
    parts: list[SafeString] = []
    for number in spread(len(table.rows), MOST_DAYS_NAMED):
        anchor = "middle" if not last or 0 < number < last else "start" if number == 0 else "end"
        x = percent(_x(table, number))
        parts.append(
            tag("text", table.rows[number].label, class_="tick", x=x, y=HEAD + HEIGHT + 6 + FONT, text_anchor=anchor)
        )
    return joined(parts)
