"""The routes that lose messages, as a page says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from parley.locale import Language
from parley.messaging.drop import Drop, Tally
from parley.store.drops import alarms
from parley.web.charts.table import Number, share
from parley.web.words import knows, say


@dataclass(frozen=True, slots=True)
class Said:
    """What is wrong with a route, the figures of it, and since when."""

    route: str
    what: str
    figures: str
    at: datetime


def route_alarms(language: Language) -> list[Said]:
    """Return the alarms in force, in words."""
    found = []
    for alarm in alarms():
        called = f"route.{alarm.route}"
        route = say(called, language) if knows(called) else alarm.route
        values = {
            **_counted("", alarm.what, alarm.recent, language),
            **_counted("before_", alarm.what, alarm.earlier, language),
        }
        figures = say(f"drop.{alarm.what}.figures", language, minutes=alarm.minutes, **values)
        found.append(Said(alarm.route, say(f"drop.{alarm.what}", language, route=route), figures, alarm.at))
    return found


def _counted(prefix: str, what: Drop, tally: Tally, language: Language) -> dict[str, str]:
    part = tally.delivered if what is Drop.LOST else tally.unanswered
    of_all = share(part, tally.handed)
    assert of_all is not None, "an alarm is of enough messages"
    shown = {"count": Number(part), "of": Number(tally.handed), "share": of_all}
    return {prefix + name: number.shown(language) for name, number in shown.items()}
