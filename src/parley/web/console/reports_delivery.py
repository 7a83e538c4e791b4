"""The figures of delivery, by route and by template: what arrived and how fast, what came back, what it cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from parley.money import divide_half_up
from parley.store.delivery import ENDS, Carried, Found, by_route, by_template
from parley.web.charts.compared import within
from parley.web.charts.figure import Form
from parley.web.charts.table import Cell, Column, Number, Row, Table, largest_first, millionths, share
from parley.web.charts.tones import DELIVERED, TONE_OF_STATE
from parley.web.console.reports_asked import Asked, Figure

_MEDIAN: Final = 50
_MOST: Final = 95

Cells = Callable[[Carried], tuple[Cell, ...]]


def _ends(asked: Asked, by: str) -> Table:
    def cells(one: Carried) -> tuple[Cell, ...]:
        return *(Number(one.ends[state]) for state in ENDS), Number(one.handed), Number(one.accepted)

    states = (Column(asked.term("ledger.", state), TONE_OF_STATE[state]) for state in ENDS)
    return _table(asked, by, (*states, *_named(asked, "handed", "accepted")), cells)


def _arrived(asked: Asked, by: str) -> Table:
    def cells(one: Carried) -> tuple[Cell, ...]:
        reach = within(one.delivered, one.ended)
        waits = (_some(one.within(_MEDIAN)), _some(one.within(_MOST)))
        return share(one.delivered, one.ended), *reach, Number(one.delivered), Number(one.ended), *waits

    drawn = Column(asked.say("reports.delivered_share"), DELIVERED, low=1, high=2)
    others = _named(asked, "low", "high", "delivered", "ended", "half_within", "most_within")
    return _table(asked, by, (drawn, *others), cells)


def _came(asked: Asked, by: str) -> Table:
    def cells(one: Carried) -> tuple[Cell, ...]:
        return (
            *(Number(one.answered), share(one.answered, one.handed)),
            *(Number(one.opted_out), share(one.opted_out, one.handed)),
            Number(one.agreed),
            *(millionths(one.cost_micro), _each(one.cost_micro, one.delivered), _each(one.cost_micro, one.agreed)),
        )

    names = ("answered_by", "answered_share", "opted_out", "opted_out_share", "agreed", "price")
    return _table(asked, by, _named(asked, *names, "price_delivered", "price_agreed"), cells)


def _table(asked: Asked, by: str, columns: Iterable[Column], cells: Cells) -> Table:
    """Return a row for each route or template, the one with the most messages first."""
    found = _BY[by](asked.carried())
    rows = (Row(_called(asked, by, name), (Number(one.handed), *cells(one))) for name, one in found.items())
    ordered = tuple(Row(row.label, row.cells[1:]) for row in largest_first(rows))
    return Table(asked.say(f"reports.{by}"), tuple(columns), ordered)


def _called(asked: Asked, by: str, name: str) -> str:
    return asked.term("route.", name) if by == "route" else name


def _named(asked: Asked, *names: str) -> tuple[Column, ...]:
    return tuple(Column(asked.say(f"reports.{name}")) for name in names)


def _some(count: int | None) -> Cell:
    return None if count is None else Number(count)


def _each(cost_micro: int, count: int) -> Cell:
    """Return what one came to, in millionths; nothing of none. Rounding: half up."""
    return millionths(divide_half_up(cost_micro, count)) if count else None


_BY: Final[Mapping[str, Callable[[Found], Mapping[str, Carried]]]] = {"route": by_route, "template": by_template}

DELIVERY: Final = tuple(
    Figure(f"{by}_{name}", form, partial(table, by=by), f"reports.{name}.lead")
    for by in _BY
    for name, form, table in (
        ("ends", Form.BARS, _ends),
        ("arrived", Form.BARS, _arrived),
        ("came", Form.TABLE, _came),
    )
)
