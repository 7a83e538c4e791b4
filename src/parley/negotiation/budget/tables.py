"""How is a table of budgets read? Values taken out of a TOML document by key, each mistake named with its line.

Shared by reference budgets and bands. Knows neither.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from parley.errors import BadInput
from parley.money import LARGEST_MINOR
from parley.settings.toml import Document

_Word = TypeVar("_Word", bound=StrEnum)


class TableReader:
    """Takes values out of one table of a document. Every method raises BadInput with file, line and what is allowed."""

    def __init__(self, document: Document, values: object, *path: str | int) -> None:
        self.document = document
        self.path = path
        if not isinstance(values, dict):
            raise self.bad("is not a table", "不是一个表")
        self.values: dict[str, Any] = values

    def allow(self, needed: set[str], optional: set[str] | frozenset[str] = frozenset()) -> None:
        """Refuse a key that is missing or unknown."""
        missing, unknown = sorted(needed - self.values.keys()), sorted(self.values.keys() - needed - optional)
        if missing:
            raise self.bad(f"`{missing[0]}` is missing", f"缺少 `{missing[0]}`")
        if unknown:
            allowed = ", ".join(sorted(needed | optional))
            raise self.bad(f"is not a known key; known are {allowed}", f"不是可用的键；可用的有 {allowed}", unknown[0])

    def text(self, key: str, form: re.Pattern[str] | None = None, like: str = "") -> str:
        """Return a text that is not empty and, where a *form* is given, has it."""
        value = self.values[key]
        if not isinstance(value, str) or not value.strip():
            raise self.bad("is not a text in quotes", "不是带引号的文字", key)
        if form and not form.fullmatch(value):
            raise self.bad(f"is {value!r}; write it like {like}", f"为 {value!r}，应写成如 {like}", key)
        return value

    def whole(self, key: str, low: int = 0, high: int = LARGEST_MINOR) -> int:
        """Return a whole number from *low* to *high*."""
        return self._whole(key, self.values[key], low, high)

    def wholes(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers, not empty."""
        value = self.values[key]
        if not isinstance(value, list) or not value:
            raise self.bad("is not a list of whole numbers in [ ]", "不是方括号内的整数列表", key)
        return tuple(self._whole(key, one, 0, LARGEST_MINOR) for one in value)

    def day(self, key: str) -> date:
        """Return a date."""
        value = self.values[key]
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.bad("is not a date like 2026-11-23", "不是如 2026-11-23 的日期", key)
        return value

    def word(self, key: str, allowed: tuple[_Word, ...]) -> _Word:
        """Return one of the words *allowed*."""
        value = self.values[key]
        for one in allowed:
            if value == one:
                return one
        words = ", ".join(allowed)
        raise self.bad(f"is {value!r}, not one of {words}", f"为 {value!r}，应为以下之一：{words}", key)

    def tables(self, key: str) -> list[TableReader]:
        """Return the tables of the list *key*, none where it is missing."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.bad(f"is not a list of tables [[{key}]]", f"不是 [[{key}]] 表的列表", key)
        return [TableReader(self.document, one, *self.path, key, at) for at, one in enumerate(value)]

    def bad(self, en: str, zh: str, key: str = "") -> BadInput:
        """Return what is wrong with this table or its *key*, as a fault to raise."""
        path = (*self.path, key) if key else self.path
        line = self.document.line(*path)
        what = f"`{'.'.join(str(step) for step in path)}` " if path else ""
        return BadInput(
            f"{self.document.name}, line {line}: {what}{en}. Mend the file and try again.",
            f"{self.document.name} 第 {line} 行：{what}{zh}。请修正后重试。",
        )

    def _whole(self, key: str, value: object, low: int, high: int) -> int:
        if type(value) is not int or not low <= value <= high:
            raise self.bad(f"is not a whole number from {low:,} to {high:,}", f"不是 {low:,} 至 {high:,} 的整数", key)
        return value
