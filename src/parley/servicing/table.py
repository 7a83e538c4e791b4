"""How is a file of defaults by jurisdiction read? Named TOML tables, each with its grounds, each mistake named.

Shared by the orders of payment allocation, of several debts and of a card's balances. Knows none of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar

from parley.errors import BadInput

_Word = TypeVar("_Word", bound=StrEnum)
_Found = TypeVar("_Found")

ANYWHERE: Final = "*"
GROUNDS: Final = frozenset({"jurisdictions", "layer", "reason_en", "reason_zh"})


class Layer(StrEnum):
    """Whose word a default is."""

    LAW = "law"
    STANDARD = "standard"
    SELF_REGULATION = "self_regulation"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a default is as it is, and where it holds. `citation` only where the source was read."""

    jurisdictions: tuple[str, ...]
    layer: Layer
    reason_en: str
    reason_zh: str
    citation: str | None = None


class Noun(NamedTuple):
    """What a file holds, for its error messages: "Payment allocation orders", "还款冲抵顺序"."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Table:
    """One named table of a file, and how its values are taken out of it. Every method raises BadInput."""

    noun: Noun
    name: str
    values: dict[str, Any]

    def allow_only(self, keys: Iterable[str]) -> None:
        """Refuse a table in which one of *keys* or of its grounds is missing, or that has another."""
        required = GROUNDS | set(keys)
        missing, unknown = sorted(required - self.values.keys()), sorted(self.values.keys() - required - {"citation"})
        if missing:
            raise self.bad(f"{missing[0]} is missing", f"缺少 {missing[0]}")
        if unknown:
            raise self.bad(f"{unknown[0]} is not a known key", f"{unknown[0]} 不是可用的键")

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        return self._text(key, self.values[key])

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of at least one text."""
        value = self.values[key]
        if not isinstance(value, list) or not value:
            raise self.bad(f"{key} is not a list of texts", f"{key} 不是文字列表")
        return tuple(self._text(key, item) for item in value)

    def count(self, key: str) -> int:
        """Return a whole number, not below zero."""
        value = self.values[key]
        if type(value) is not int or value < 0:
            raise self.bad(f"{key} is not a whole number from zero", f"{key} 不是非负整数")
        return value

    def member(self, key: str, kind: type[_Word]) -> _Word:
        """Return one of the words of *kind*."""
        return self._member(key, kind, self.values[key])

    def members(self, key: str, kind: type[_Word]) -> tuple[_Word, ...]:
        """Return a list of words of *kind*, none of them twice."""
        words = tuple(self._member(key, kind, text) for text in self.texts(key))
        twice = [word for word in words if words.count(word) > 1]
        if twice:
            raise self.bad(f"{twice[0]} is listed twice in {key}", f"{key} 中 {twice[0]} 重复")
        return words

    def grounds(self) -> Grounds:
        """Return where and why it holds; law, standard and self-regulation need a citation."""
        layer = self.member("layer", Layer)
        citation = self.text("citation") if "citation" in self.values else None
        if citation is None and layer is not Layer.POLICY:
            raise self.bad(f"layer {layer} needs a citation", f"{layer} 一级必须写明出处")
        return Grounds(self.texts("jurisdictions"), layer, self.text("reason_en"), self.text("reason_zh"), citation)

    def bad(self, en: str, zh: str) -> BadInput:
        """Return what is wrong with this table, as a fault to raise."""
        return _bad(self.noun, self.name, en, zh)

    def _text(self, key: str, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.bad(f"{key} is not a text", f"{key} 不是文字")
        return value

    def _member(self, key: str, kind: type[_Word], value: object) -> _Word:
        if not isinstance(value, str) or value not in set(kind):
            words = ", ".join(kind)
            raise self.bad(f"{key} is {value!r}, not one of {words}", f"{key} 为 {value!r}，应为以下之一：{words}")
        return kind(value)


def read_tables(raw: bytes, noun: Noun) -> list[Table]:
    """Read the named tables of a TOML file, in its order. Raises BadInput."""
    try:
        tables = tomllib.loads(raw.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad(noun, "-", f"it is not TOML in UTF-8 ({error})", f"不是 UTF-8 编码的 TOML（{error}）") from None
    for name, values in tables.items():
        if not isinstance(values, dict):
            raise _bad(noun, name, "it is not a table", "不是一个表")
    return [Table(noun, name, values) for name, values in tables.items()]


def by_place(noun: Noun, defaults: Iterable[tuple[str, Grounds, _Found]], what: str = "") -> Mapping[str, _Found]:
    """Return each default by the places it holds in. Raises BadInput for two of one place, or none for "*"."""
    owners: dict[str, str] = {}
    found: dict[str, _Found] = {}
    for name, grounds, default in defaults:
        for place in grounds.jurisdictions:
            if place in owners:
                first = owners[place]
                raise _bad(noun, name, f"{first} is already the order of {place}", f"{place} 已由 {first} 规定")
            owners[place], found[place] = name, default
    if ANYWHERE not in found:
        of = f" of {what}" if what else ""
        raise _bad(noun, "-", f'no order{of} has jurisdiction "*"', f'{what} 缺少法域为 "*" 的顺序')
    return found


def place_for(places: Mapping[str, _Found], jurisdiction: str) -> _Found:
    """Return what holds in *jurisdiction*: "US-CA" falls back to "US", then to everywhere."""
    place = jurisdiction
    while place and place not in places:
        place = place.rpartition("-")[0]
    return places[place or ANYWHERE]


def _bad(noun: Noun, name: str, en: str, zh: str) -> BadInput:
    return BadInput(
        f"{noun.en} cannot be read: [{name}] {en}. Correct the file and try again.",
        f"无法读取{noun.zh}：[{name}] {zh}。请更正该文件后重试。",
    )
