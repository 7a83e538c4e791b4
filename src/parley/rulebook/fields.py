"""Read the keys of one TOML table by type, and say where in which file a mistake is.

Every refusal names file and line, what was found and what is allowed, in both languages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Never, TypeVar

from parley.dates import zone
from parley.errors import BadInput
from parley.rulebook.rule import ALL_KNOWN, DayWindows, Text, WeekWindows

E = TypeVar("E", bound=StrEnum)

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONGEST_LIST = 64
# At most three digits and four places.
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,4})?")
TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")


@dataclass(slots=True)
class Fields:
    """One table of a file. Reading a key ticks it off; `finish` refuses what nobody asked for.

    `first_line` is the line of the table's header; lines of keys are searched for from there.
    """

    path: str
    lines: list[str]
    first_line: int
    table: Mapping[str, object]
    asked: set[str] = field(default_factory=set)

    def fail(self, key: str, en: str, zh: str) -> Never:
        """Refuse the file at the line of *key*."""
        line = self.line_of(key)
        raise BadInput(f"{self.path}, line {line}: {en}", f"{self.path} 第 {line} 行：{zh}")

    def line_of(self, key: str) -> int:
        """Return the line that sets *key* in this table, or the table's own line."""
        for number in range(self.first_line, len(self.lines) + 1):
            line = self.lines[number - 1]
            if number > self.first_line and line.startswith("[["):
                break
            if line.split("=")[0].strip().strip('"').split(".")[-1] == key or f" {key} =" in line:
                return number
        headers = {f"[[{key}]]", f"[{key}]"}
        named = (number for number, line in enumerate(self.lines, 1) if line.strip() in headers)
        return next((number for number in named if number >= self.first_line), max(self.first_line, 1))

    def sub(self, key: str) -> Fields:
        """Return the table under *key*; absent is empty."""
        value = self.get(key, {})
        if not isinstance(value, dict):
            self.fail(key, f"{key} is a table", f"{key} 应为表")
        return Fields(self.path, self.lines, self.line_of(key), value)

    def has(self, key: str) -> bool:
        """Say whether *key* is set."""
        return key in self.table

    def get(self, key: str, default: object = None) -> object:
        """Return the raw value of *key*."""
        self.asked.add(key)
        return self.table.get(key, default)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a string that is not blank."""
        value = self.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.fail(key, f"{key} is missing or not a text", f"{key} 缺失或不是文本")
        return value

    def number(self, key: str, least: int = 1, most: int = 10_000) -> int | None:
        """Return a whole number within bounds, or None where *key* is absent."""
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.fail(key, f"{key} is a whole number from {least} to {most}", f"{key} 应为 {least} 至 {most} 的整数")
        return value

    def percent(self, key: str) -> Fraction | None:
        """Return a yearly rate written in percent as text ("24", "12.5") as an exact fraction, or None where absent."""
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or _PERCENT.fullmatch(value) is None:
            self.fail(key, f'{key} is a text such as "24" or "12.5"', f'{key} 应为文本，如 "24" 或 "12.5"')
        return Fraction(value) / 100

    def tables(self, key: str) -> list[Fields]:
        """Return a list of tables; absent is empty."""
        value = self.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.fail(key, f"{key} is a list of tables", f"{key} 应为表的列表")
        return [Fields(self.path, self.lines, self.line_of(key), one) for one in value]

    def truth(self, key: str) -> bool:
        """Return true or false; absent is false."""
        value = self.get(key, False)
        if not isinstance(value, bool):
            self.fail(key, f"{key} is true or false", f"{key} 应为 true 或 false")
        return value

    def day(self, key: str) -> date | None:
        """Return a date without time, or None where *key* is absent."""
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            self.fail(
                key, f"{key} is a date such as 2026-11-23, without quotes", f"{key} 应为不带引号的日期，如 2026-11-23"
            )
        return value

    def words(self, key: str) -> frozenset[str]:
        """Return a set of strings; absent is empty."""
        value = self.get(key, [])
        if not isinstance(value, list) or len(value) > LONGEST_LIST or not all(isinstance(one, str) for one in value):
            self.fail(key, f"{key} is a list of texts", f"{key} 应为文本列表")
        return frozenset(value)

    def one_of(self, key: str, kinds: type[E], default: E | None = None) -> E:
        """Return one word of a closed set."""
        if default is not None and not self.has(key):
            self.asked.add(key)
            return default
        return self._word(key, self.text(key), kinds)

    def some_of(self, key: str, kinds: type[E]) -> frozenset[E]:
        """Return words of a closed set; absent is empty."""
        return frozenset(self._word(key, word, kinds) for word in sorted(self.words(key)))

    def zone(self, key: str) -> str:
        """Return `all_known` or the name of a zone the tz database holds; absent is `all_known`."""
        name = self.text(key, ALL_KNOWN)
        if name != ALL_KNOWN:
            try:
                zone(name)
            except ValueError:
                self.fail(
                    key,
                    f"time zone {name!r} is not in the tz database; write e.g. 'Asia/Manila' or 'all_known'",
                    f"时区 {name!r} 不在 tz 数据库中；应写如 'Asia/Manila' 或 'all_known'",
                )
        return name

    def bilingual(self, key: str) -> Text:
        """Return a text in both languages."""
        both = self.sub(key)
        text = Text(both.text("en"), both.text("zh"))
        both.finish()
        return text

    def week(self, key: str) -> WeekWindows:
        """Return the open windows of a week written as {"Mon-Fri" = ["08:00", "21:00"], "Sat" = []}."""
        table = self.sub(key)
        days: dict[int, DayWindows] = {}
        for span, hours in table.table.items():
            windows = self._windows(key, hours)
            for weekday in self._weekdays(key, span):
                if weekday in days:
                    self.fail(key, f"{WEEKDAYS[weekday]} is given twice", f"{WEEKDAYS[weekday]} 重复")
                days[weekday] = windows
        monday, tuesday, wednesday, thursday, friday, saturday, sunday = (days.get(weekday, ()) for weekday in range(7))
        return (monday, tuesday, wednesday, thursday, friday, saturday, sunday)

    def finish(self) -> None:
        """Refuse keys nobody asked for."""
        self.only(frozenset(self.asked))

    def only(self, keys: frozenset[str]) -> None:
        """Refuse every key but these."""
        for key in self.table:
            if key not in keys:
                allowed = ", ".join(sorted(keys))
                self.fail(
                    key, f"unknown key {key!r}; allowed here: {allowed}", f"未知的键 {key!r}；此处允许：{allowed}"
                )

    def _word(self, key: str, word: str, kinds: type[E]) -> E:
        try:
            return kinds(word)
        except ValueError:
            allowed = ", ".join(kind.value for kind in kinds)
            self.fail(key, f"{key}: {word!r} is not one of: {allowed}", f"{key}：{word!r} 不在允许值之内：{allowed}")

    def _weekdays(self, key: str, span: str) -> range:
        first, _, last = span.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            self.fail(key, f"{span!r} is no span of weekdays such as Mon-Fri", f"{span!r} 不是星期范围，如 Mon-Fri")
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        if end < start:
            self.fail(key, f"{span!r} runs backwards", f"{span!r} 顺序颠倒")
        return range(start, end + 1)

    def _windows(self, key: str, hours: object) -> DayWindows:
        if not isinstance(hours, list) or len(hours) % 2 or not all(isinstance(one, str) for one in hours):
            self.fail(key, 'hours are pairs such as ["08:00", "21:00"]', '时段应成对，如 ["08:00", "21:00"]')
        minutes = [self._minute(key, one) for one in hours]
        if any(later <= earlier for earlier, later in pairwise(minutes)):
            self.fail(key, "each hour is later than the one before it", "时刻应依次递增")
        return tuple(zip(minutes[::2], minutes[1::2], strict=True))

    def _minute(self, key: str, text: str) -> int:
        if TIME_OF_DAY.fullmatch(text) is None:
            self.fail(key, f"{text!r} is no time of day from 00:00 to 24:00", f"{text!r} 不是 00:00 至 24:00 的时刻")
        return int(text[:2]) * 60 + int(text[3:])
