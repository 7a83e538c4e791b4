"""One setting: its default, what is allowed, and what it means in one sentence in both languages."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

T = TypeVar("T")
_KEY: Final = "setting"


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """What a value may be: `low` and `high` for numbers (inclusive), `choices` for words, `longest` for text."""

    en: str
    zh: str
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()
    longest: int = 200

    @property
    def allowed_en(self) -> str:
        """What is allowed, in English; empty where any text is."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        return f"{self.low:,} to {self.high:,}" if self.low is not None and self.high is not None else ""

    @property
    def allowed_zh(self) -> str:
        """What is allowed, in Chinese; empty where any text is."""
        if self.choices:
            return "以下之一：" + "、".join(self.choices)
        return f"{self.low:,} 至 {self.high:,}" if self.low is not None and self.high is not None else ""


def setting(
    default: T,
    en: str,
    zh: str,
    *,
    between: tuple[int, int] | None = None,
    choices: Sequence[str] = (),
    longest: int = 200,
) -> T:
    """Declare a field of a section: its *default*, the sentence in both languages, what is allowed."""
    low, high = between or (None, None)
    spec = Setting(en, zh, low, high, tuple(choices), longest)
    if isinstance(default, dict):
        frozen = MappingProxyType(dict(default))
        return cast("T", dataclasses.field(default_factory=lambda: frozen, metadata={_KEY: spec}))
    return dataclasses.field(default=default, metadata={_KEY: spec})


def setting_of(field: dataclasses.Field[Any]) -> Setting:
    """Return the declaration behind a dataclass *field* made by `setting`."""
    return cast("Setting", field.metadata[_KEY])


def default_of(field: dataclasses.Field[Any]) -> object:
    """Return the default of a *field* made by `setting`."""
    if field.default_factory is not dataclasses.MISSING:
        return cast("Mapping[str, str]", field.default_factory())
    return cast("object", field.default)
