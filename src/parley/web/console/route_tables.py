"""The figures of routes as tables: what was handed over and what it cost, the budgets, what is registered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from parley.contact.registrations import Registration
from parley.contact.routes import Line
from parley.locale import Language
from parley.store.route_figures import NOTHING, RouteFigures, carried_since, used_this_hour
from parley.web.charts.table import Cell, Column, Number, Row, Table, millionths, share
from parley.web.console.route_cards import called, concerns, country_called
from parley.web.ports import services
from parley.web.words import say

PERIODS: Final = {"day": timedelta(hours=24), "month": timedelta(days=30)}
"""How far back the figures of routes reach."""
_COLUMNS: Final = ("handed", "delivered_share", "delivered", "no_longer", "unknown", "segments", "spend")


def carried_table(period: str, language: Language, now: datetime) -> Table:
    """Return what every route carried in a period; those that are in the file no more, but carried, last."""
    lines = services().routes.routes.lines
    found = carried_since(now - PERIODS[period], now)
    gone = sorted(name for name in found if name not in {line.name for line in lines})
    rows = [Row(called(line.name, language), _cells(found.get(line.name, NOTHING), line)) for line in lines]
    rows += [Row(called(name, language), _cells(found[name], None)) for name in gone]
    return Table(say("reports.route", language), _columns(language), tuple(rows))


def route_table(line: Line, language: Language, now: datetime) -> Table:
    """Return what one route carried, a row for each period."""
    rows = (
        Row(say(f"routes.{name}", language), _cells(carried_since(now - back, now).get(line.name, NOTHING), line))
        for name, back in PERIODS.items()
    )
    return Table(say("routes.period", language), _columns(language), tuple(rows))


def budget_table(language: Language, now: datetime) -> Table:
    """Return what each budget of a prefix has had this hour."""
    budgets = services().routes.routes.budgets
    used = used_this_hour([one.prefix for one in budgets], now)
    columns = ("used", "per_hour", "used_share")
    rows = (
        Row(
            one.prefix,
            (Number(used[one.prefix]), Number(one.per_hour), share(used[one.prefix], one.per_hour)),
        )
        for one in budgets
    )
    return Table(
        say("routes.prefix", language), tuple(Column(say(f"routes.{name}", language)) for name in columns), tuple(rows)
    )


def registered_for(line: Line) -> list[Registration]:
    """Return what is registered where *line* carries, the first to end first."""
    found = [one for one in services().library.route.registrations.entries if concerns(one, line)]
    return sorted(found, key=lambda one: (one.valid_to or date.max, one.kind, one.registered_id))


def registration_table(found: Iterable[Registration], language: Language) -> Table:
    """Return registrations as the file holds them."""
    names = ("country", "id", "owner", "valid_from", "valid_to")
    rows = (
        Row(
            say(f"registered.{one.kind}", language),
            (
                country_called(one.country, language),
                one.registered_id,
                one.owner or None,
                one.valid_from.isoformat(),
                one.valid_to.isoformat() if one.valid_to is not None else None,
            ),
        )
        for one in found
    )
    columns = tuple(Column(say(f"routes.{name}", language)) for name in names)
    return Table(say("routes.registered", language), columns, tuple(rows))


def _columns(language: Language) -> tuple[Column, ...]:
    return tuple(Column(say(f"routes.{name}", language)) for name in _COLUMNS)


def _cells(one: RouteFigures, line: Line | None) -> tuple[Cell, ...]:
    return (
        Number(one.handed),
        share(one.delivered, one.ended),
        Number(one.delivered),
        Number(one.ended),
        Number(one.unknown),
        Number(one.segments),
        millionths(one.segments * line.cost_per_segment_micro) if line is not None else None,
    )
