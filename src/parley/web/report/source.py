"""`report.json` as the page reads it: every figure by its path, every name in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from babel import Locale

from parley.locale import Language
from parley.messaging.values import locale_of
from parley.web.charts.table import Number, millionths, money
from parley.web.words import knows, say

# Between the keys of a path; keys themselves have points.
SEPARATOR: Final = "/"


@dataclass(frozen=True, slots=True)
class Source:
    """The report, and whom it is shown to."""

    report: Mapping[str, Any]
    language: Language

    def say(self, key: str, **values: object) -> str:
        """Return our words."""
        return say(key, self.language, **values)

    def term(self, start: str, code: str) -> str:
        """Return what a code is called, by the key *start* + *code*; one that has no words yet stands as it is."""
        return self.say(start + code) if knows(start + code) else code

    def at(self, *path: str) -> Any:  # noqa: ANN401 - whatever stands there
        """Return what stands at *path*; an empty mapping where an older report has nothing."""
        found: Any = self.report
        for key in path:
            found = found.get(key, {})
        return found

    def number(self, *path: str) -> Number | None:
        """Return the figure at *path*, its unit told by the end of its name: `_micro` is millionths."""
        value = self.at(*path)
        if not isinstance(value, int):
            return None
        written = SEPARATOR.join(path)
        return millionths(value, written) if path[-1].endswith("_micro") else Number(value, path=written)

    def amount(self, currency: str, *path: str) -> Number | None:
        """Return the amount at *path*, in minor units of *currency*."""
        value = self.at(*path)
        return money(value, currency, SEPARATOR.join(path)) if isinstance(value, int) else None

    def place(self, code: str) -> str:
        """Return the name of a jurisdiction: the country by CLDR, a part of it by its code."""
        country, _, part = code.partition("-")
        locale: Locale = locale_of(self.language)
        name = locale.territories.get(country, country)
        return f"{name} · {part}" if part else str(name)
