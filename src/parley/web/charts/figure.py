"""One figure on a page: heading, picture, key, the table of the same figures, and the file of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from django.utils.safestring import SafeString

from parley.locale import Language
from parley.web.charts.bars import bars
from parley.web.charts.drawing import Frame, key
from parley.web.charts.heat import heat, steps_key
from parley.web.charts.lines import drawn_lines
from parley.web.charts.markup import joined, tag
from parley.web.charts.table import Cell, Number, Table
from parley.web.words import say

Closed = Collection[tuple[int, int]]
"""Weekdays (Monday 0) and hours."""

# A table of so many columns and no sentence fits beside its picture.
_NARROW_COLUMNS: Final = 5
_SENTENCE: Final = 24


class Form(StrEnum):
    """How a table is drawn."""

    BARS = "bars"
    LINES = "lines"
    HEAT = "heat"
    TABLE = "table"


def figure(
    name: str,
    title: str,
    table: Table,
    form: Form,
    language: Language,
    *,
    csv: str,
    file_name: str = "",
    lead: str = "",
    heading: str = "h3",
    closed: Closed = (),
) -> SafeString:
    """Return the figure. `name` begins its ids; `csv` is the address of the file, called `file_name` when saved.

    `heading` is the element that fits the page's outline. `closed`: weekdays and hours of quiet, for a map of the week.
    """
    is_drawn = form is not Form.TABLE and not table.is_empty()
    shown = _drawn(name, title, table, form, language, closed) if is_drawn else None
    if not table.rows or (form is not Form.TABLE and not is_drawn):
        shown = tag("p", say("charts.none", language), class_="none")
    file = tag("a", say("charts.csv", language), href=csv, download=file_name or True, aria_describedby=f"{name}-name")
    read = (figures_table(name, title, table, language), tag("p", file, class_="file")) if table.rows else ()
    return tag(
        "figure",
        tag("figcaption", tag(heading, title, id=f"{name}-name"), tag("p", lead) if lead else None),
        tag("div", shown, class_="chart-drawn") if shown else None,
        tag("div", *read, class_="chart-read") if read else None,
        class_=" ".join(["chart-block", *(() if is_drawn else ("plain",)), *(("wide",) if _is_wide(table) else ())]),
        id=name,
    )


def _is_wide(table: Table) -> bool:
    """Whether the table needs the width of the page: many columns, or sentences in one."""
    sentences = any(isinstance(cell, str) and len(cell) > _SENTENCE for row in table.rows for cell in row.cells)
    return sentences or len(table.columns) > _NARROW_COLUMNS


def _drawn(name: str, title: str, table: Table, form: Form, language: Language, closed: Closed) -> SafeString:
    entries = [(column.tone, column.label) for _, column in table.drawn()]
    match form:
        case Form.LINES:
            frame = Frame(name, title, _about_lines(table, language))
            legend = key(name, entries, as_line=True) if len(entries) > 1 else None
            return joined([legend, drawn_lines(table, frame, language)])
        case Form.HEAT:
            frame = Frame(name, title, _about_heat(table, language))
            quiet = say("charts.quiet", language) if closed else ""
            legend = steps_key(table, say("charts.no_contact", language), quiet, name, language)
            return joined([heat(table, frame, language, closed), legend])
        case _:
            frame = Frame(name, title, _about_bars(table, language))
            legend = key(name, entries) if len(entries) > 1 else None
            return joined([legend, bars(table, frame, language)])


def _about_bars(table: Table, language: Language) -> str:
    longest = max(table.rows, key=lambda row: table.sum_of(row).value)
    value = table.sum_of(longest).shown(language)
    return say("charts.about_bars", language, rows=len(table.rows), label=longest.label, value=value)


def _about_lines(table: Table, language: Language) -> str:
    label, day, value = _highest(table, language)
    first, last = table.rows[0].label, table.rows[-1].label
    return say("charts.about_lines", language, first=first, last=last, label=label, day=day, value=value)


def _about_heat(table: Table, language: Language) -> str:
    hour, day, value = _highest(table, language)
    return say("charts.about_heat", language, day=day, hour=hour, value=value)


def _highest(table: Table, language: Language) -> tuple[str, str, str]:
    found = [
        (cell.value, -number, column.label, row.label, cell)
        for number, row in enumerate(table.rows)
        for place, column in table.drawn()
        if isinstance(cell := row.cells[place], Number)
    ]
    _, _, column, row, cell = max(found, key=lambda one: one[:2])
    return column, row, cell.shown(language)


def figures_table(name: str, title: str, table: Table, language: Language) -> SafeString:
    """Return the table, in a box of its own that scrolls where the page is narrower."""
    places = range(len(table.columns))
    kinds = {place: _kind([row.cells[place] for row in table.rows]) for place in places}
    head = tag(
        "tr",
        tag("th", table.corner, scope="col"),
        *(tag("th", column.label, scope="col", class_=kinds[place]) for place, column in enumerate(table.columns)),
    )
    body = (tag("tr", tag("th", row.label, scope="row"), *_cells(row.cells, kinds, language)) for row in table.rows)
    called = say("charts.table", language, title=title)
    whole = tag("table", tag("caption", called, id=f"{name}-table"), tag("thead", head), tag("tbody", *body))
    return tag("div", whole, class_="chart-table", role="region", tabindex="0", aria_labelledby=f"{name}-table")


def _kind(cells: Sequence[Cell]) -> str | None:
    """Return the class of a column: numbers, sentences, or short words."""
    if any(isinstance(cell, Number) for cell in cells):
        return "number"
    return "said" if any(isinstance(cell, str) and len(cell) > _SENTENCE for cell in cells) else None


def _cells(cells: Iterable[Cell], kinds: Mapping[int, str | None], language: Language) -> Iterable[SafeString]:
    for place, cell in enumerate(cells):
        if isinstance(cell, Number):
            yield tag("td", cell.shown(language), class_="number", data_figure=cell.path or None)
        else:
            yield tag("td", cell, class_=kinds[place])
