"""What a report asks for, and what one figure of it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from babel.dates import format_date

from parley.locale import Language
from parley.messaging.values import locale_of
from parley.store.delivery import Found, carried
from parley.store.reports import Period
from parley.web.charts.figure import Closed, Form
from parley.web.charts.table import Table
from parley.web.words import knows, say


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about, and for whom: a period, today, the reader's language."""

    period: Period
    today: date
    language: Language
    _kept: list[Found] = field(default_factory=list, compare=False, repr=False)

    def say(self, key: str, **values: object) -> str:
        """Return our words."""
        return say(key, self.language, **values)

    def term(self, start: str, code: str) -> str:
        """Return what a code is called; one without words stands as it is."""
        return self.say(start + code) if knows(start + code) else code

    def day(self, when: date) -> str:
        """Return a day as a row names it; the year where the period has more than one."""
        pattern = "MMM d" if self.language is Language.EN else "M月d日"
        if self.period.first.year != self.period.last.year:
            pattern = "MMM d, y" if self.language is Language.EN else "y年M月d日"
        return format_date(when, pattern, locale=locale_of(self.language))

    def carried(self) -> Found:
        """Return what became of the messages of the period; figures of one page share the answer."""
        if not self._kept:
            self._kept.append(carried(self.period))
        return self._kept[0]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `note` says, below it, what the figures mean; `closed` which hours of the week are quiet."""

    name: str
    form: Form
    table: Callable[[Asked], Table]
    lead: str = ""
    note: Callable[[Asked, Table], str] | None = None
    closed: Callable[[], Closed] = frozenset
