"""A route as a page shows it: what it is for, what it costs, how it is, and what must be registered anew for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from parley.contact.registrations import Registration
from parley.contact.routes import Line
from parley.dates import local_date
from parley.locale import Language
from parley.messaging.values import locale_of
from parley.providers.kinds import KINDS
from parley.purpose import Purpose
from parley.store.drops import alarms
from parley.store.route_health import Down, routes_down
from parley.web.carrier_words import reason_said
from parley.web.charts.table import millionths
from parley.web.ports import services
from parley.web.words import knows, say

# So many names stand in a line; of more the rest is folded away.
_IN_A_LINE: Final = 6


class Standing(StrEnum):
    """How a route is, as its badge says it."""

    WELL = "well"
    POOR = "poor"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Names:
    """A list in a line: what is shown, and what is folded away."""

    shown: str
    folded: str = ""
    more: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """One route. `down`: where it takes nothing, since when; `why`: in words. `per_second` 0: nobody named a rate."""

    name: str
    called: str
    kind: str
    standing: Standing
    countries: Names
    prefixes: Names
    networks: str
    purposes: str
    languages: str
    price: str
    per_second: int
    burst: int
    down: Down | None
    why: str
    renewals: tuple[Registration, ...]


def today() -> date:
    """Return the day it is for whoever reads the console."""
    held = services()
    return local_date(held.clock.now(), held.settings.web.zone)


def cards(language: Language, now: datetime) -> list[Card]:
    """Return the routes in the order of their file."""
    down, poor = routes_down(now), {alarm.route for alarm in alarms()}
    renewals = services().library.route.registrations.to_renew(today())
    return [_card(line, down, poor, renewals, language) for line in services().routes.routes.lines]


def called(name: str, language: Language) -> str:
    """Return the name of a route, in words where there are any."""
    return say(f"route.{name}", language) if knows(f"route.{name}") else name


def kind_called(kind: str, language: Language) -> str:
    """Return the name of a kind of carrier; Traditional Chinese gets the Chinese one there is."""
    if kind not in KINDS:
        return called(kind, language)
    declared = KINDS[kind].declared
    return declared.en if language is Language.EN else declared.zh


def country_called(code: str, language: Language) -> str:
    """Return the name of a country; of a part of one the code stays beside it."""
    country, _, part = code.partition("-")
    name = str(locale_of(language).territories.get(country, country))
    return f"{name} ({code})" if part else name


def concerns(one: Registration, line: Line) -> bool:
    """Say whether a registration counts where *line* carries: for its kind, in one of its countries."""
    return one.is_for(line.kind) and (not line.countries or one.country.split("-")[0] in line.countries)


def _card(
    line: Line, down: Mapping[str, Down], poor: set[str], renewals: tuple[Registration, ...], language: Language
) -> Card:
    broken = down.get(line.name)
    standing = Standing.DOWN if broken else Standing.POOR if line.name in poor else Standing.WELL
    declared = KINDS[line.kind].declared if line.kind in KINDS else None
    between = say("routes.between", language)
    return Card(
        name=line.name,
        called=called(line.name, language),
        kind=kind_called(line.kind, language),
        standing=standing,
        countries=_names(sorted(country_called(code, language) for code in line.countries), between),
        prefixes=_names(list(line.prefixes), between),
        networks=between.join(sorted(line.networks)),
        purposes=_all_or("purpose", line.purposes, len(Purpose), language),
        languages=_all_or("language", line.languages, len(Language), language),
        price=millionths(line.cost_per_segment_micro).shown(language),
        per_second=line.per_second or (declared.per_second if declared is not None else 0),
        burst=line.burst,
        down=broken,
        why=reason_said(broken.code, (line.kind,), language) if broken is not None else "",
        renewals=tuple(one for one in renewals if concerns(one, line)),
    )


def _names(found: list[str], between: str) -> Names:
    if len(found) <= _IN_A_LINE:
        return Names(between.join(found))
    first, rest = found[: _IN_A_LINE - 1], found[_IN_A_LINE - 1 :]
    return Names(between.join(first), between.join(rest), len(rest))


def _all_or(start: str, some: frozenset[Purpose] | frozenset[Language], of: int, language: Language) -> str:
    """Return the words of some of a closed set, in its order; of all of them that it is all."""
    if len(some) == of:
        return say("routes.all", language)
    kinds = type(next(iter(some)))
    return say("routes.between", language).join(say(f"{start}.{one}", language) for one in kinds if one in some)
