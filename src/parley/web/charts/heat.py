"""A map of a week by hour. Five steps of lightness, each a clear step from the paper and from its neighbours."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

from django.utils.safestring import SafeString

from parley.locale import Language
from parley.web.charts.drawing import FONT, Frame, picture
from parley.web.charts.markup import joined, tag
from parley.web.charts.scale import percent
from parley.web.charts.table import Number, Table

HOURS: Final = 24
CELL: Final = 22
HEAD: Final = 18
STEPS: Final = 5
HOURS_NAMED: Final = 3
_WHOLE: Final = 10_000


def heat(table: Table, frame: Frame, language: Language, closed: Collection[tuple[int, int]] = ()) -> SafeString:
    """Return the picture: rows are weekdays, columns the 24 hours; pairs of row and hour in *closed* are hatched."""
    assert len(table.columns) == HOURS, "a day has 24 hours"
    limits = limits_of(table)
    hours = [
        tag("text", f"{hour:02d}", class_="tick", x=percent(hour * _WHOLE // HOURS), y=FONT)
        for hour in range(0, HOURS, HOURS_NAMED)
    ]
    cells: list[SafeString] = []
    for number, row in enumerate(table.rows):
        y = HEAD + number * CELL
        cells.append(tag("text", row.label, class_="tick", x=-8, y=y + FONT + 2, text_anchor="end"))
        cells += (
            _cell(table, number, hour, limits, y, language, is_closed=(number, hour) in closed, name=frame.name)
            for hour in range(HOURS)
        )
    hatch = tag(
        "pattern",
        tag("path", d="M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", class_="hatch"),
        id=f"{frame.name}-closed",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
    )
    height = HEAD + len(table.rows) * CELL + 2
    return picture(frame, height, tag("defs", hatch), *hours, *cells, kind="heat gutter-40")


def _cell(
    table: Table,
    number: int,
    hour: int,
    limits: Sequence[int],
    y: int,
    language: Language,
    *,
    is_closed: bool,
    name: str,
) -> SafeString:
    row = table.rows[number]
    value = table.value(row, hour) or 0
    place = {
        "x": percent(hour * _WHOLE // HOURS),
        "y": y,
        "width": percent(_WHOLE // HOURS),
        "height": CELL,
    }
    hover = tag("title", f"{row.label} {table.columns[hour].label}: {Number(value).shown(language)}")
    parts = [tag("rect", hover, class_=f"cell h{_step(value, limits)}", **place)]
    if is_closed:
        parts.append(tag("rect", fill=f"url(#{name}-closed)", class_="closed", **place))
    return joined(parts)


def limits_of(table: Table) -> tuple[int, ...]:
    """Return up to which figure each step of lightness reaches: each three times as far as the one before.

    Most messages leave in one or two hours of a day; even steps would tell five from five hundred nowhere else.
    """
    largest = max((table.value(row, hour) or 0 for row in table.rows for hour in range(HOURS)), default=0)
    return tuple(sorted({max(1, -(-largest // 3**power)) for power in range(STEPS)}))


def _step(value: int, limits: Sequence[int]) -> int:
    """Return the step of a figure, 0 for nothing; where there are few steps they are the deep ones."""
    if not value:
        return 0
    return STEPS - len(limits) + 1 + next(place for place, limit in enumerate(limits) if value <= limit)


def steps_key(table: Table, nothing: str, closed: str, name: str, language: Language) -> SafeString:
    """Return the key: what each step stands for, and the hatching of closed hours where *closed* has words for it."""
    limits = limits_of(table)
    entries = [_entry("cell h0", nothing)]
    for low, high in pairwise((0, *limits)):
        text = Number(high).shown(language)
        text = text if high == low + 1 else f"{Number(low + 1).shown(language)}–{text}"
        entries.append(_entry(f"cell h{_step(high, limits)}", text))
    if closed:
        swatch = tag("rect", fill=f"url(#{name}-closed)", class_="closed", width=14, height=14)
        entries.append(tag("li", tag("svg", swatch, aria_hidden="true", width=14, height=14), closed))
    return tag("ul", *entries, class_="chart-key")


def _entry(kind: str, label: str) -> SafeString:
    swatch = tag("svg", tag("rect", class_=kind, width=14, height=14), aria_hidden="true", width=14, height=14)
    return tag("li", swatch, label)
