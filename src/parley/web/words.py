"""The words of the pages, in the reader's language: one table, three languages side by side, in `words/*.toml`.

    ["queue.title"]
    en = "Threads that need a person"
    zh-Hans = "待人工处理的对话"
    zh-Hant = "待人工處理的對話"

    ["queue.count"]
    en = { one = "{n} thread", other = "{n} threads" }
    zh-Hans = "{n} 个对话"
    zh-Hant = "{n} 個對話"

`{n}` is a whole number where a text has forms; any other name is a word or a number, put in as it is. Escaping is the
template's. A key that is missing is a defect: tests/house asks that every language has every key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from babel.numbers import format_decimal

from parley.locale import Language
from parley.messaging.values import locale_of

Forms = Mapping[str, str]


@cache
def words() -> Mapping[str, Mapping[Language, str | Forms]]:
    """Return every text of the pages, read once."""
    found: dict[str, Mapping[Language, str | Forms]] = {}
    for entry in sorted((files("parley.web") / "words").iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".toml"):
            for key, texts in tomllib.loads(entry.read_text(encoding="utf-8")).items():
                assert key not in found, f"{key} stands in two files of words"
                found[key] = {Language(tag): text for tag, text in texts.items()}
    return found


def say(key: str, language: Language, **values: Any) -> str:  # noqa: ANN401 - whatever reads as text
    """Return the text of *key*, with *values* in their places; numbers are grouped as the language does it."""
    text = words()[key][language]
    if not isinstance(text, str):
        form = locale_of(language).plural_form(values["n"])
        text = text.get(form, text["other"])
    return text.format_map({name: _shown(value, language) for name, value in values.items()}) if values else text


def knows(key: str) -> bool:
    """Return whether there is a text of *key*."""
    return key in words()


def _shown(value: object, language: Language) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(format_decimal(value, locale=locale_of(language)))
    return str(value)
