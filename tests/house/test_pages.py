"""Pages: every text in every language, every text used, every page of the console guarded."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path

from django.urls import URLPattern, URLResolver

from parley.locale import Language
from parley.web.console.urls import urlpatterns
from tests.house.source import SRC

WEB = SRC / "parley" / "web"
NAMED = re.compile(r"\{(\w+)\}")


def texts(path: Path) -> dict[str, dict[str, str | dict[str, str]]]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def faults(table: dict[str, dict[str, str | dict[str, str]]]) -> list[str]:
    """Return what is wrong with a table of words: a language missing, a place that another language does not have."""
    found = []
    for key, entry in table.items():
        found += [f"{key}: {language} is missing" for language in Language if not entry.get(language)]
        forms = [[one] if isinstance(one, str) else list(one.values()) for one in entry.values()]
        places = {frozenset(NAMED.findall(text)) - {"n"} for text in chain.from_iterable(forms)}
        if len(places) > 1:
            found.append(f"{key}: the languages name different places: {sorted(map(sorted, places))}")
    return found


def patterns(table: list[URLPattern | URLResolver], prefix: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for one in table:
        where = prefix + str(one.pattern)
        found += patterns(one.url_patterns, where) if isinstance(one, URLResolver) else [(where, one)]
    return found


def test_every_text_of_the_pages_has_every_language() -> None:
    assert {path.name: faults(texts(path)) for path in (WEB / "words").glob("*.toml") if faults(texts(path))} == {}


def test_no_text_stands_in_two_files() -> None:
    keys = [key for path in (WEB / "words").glob("*.toml") for key in texts(path)]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []


def test_every_text_is_used() -> None:
    sources = [*WEB.rglob("*.html"), *WEB.rglob("*.py")]
    said = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    # A key may be put together: "role."|add:operator.role, f"reason.{code}", term("violation.", kind).
    starts = set(re.findall(r"""["']([a-z_.]+\.)["']\|add""", said)) | set(
        re.findall(r"""f["']([a-z_.]+[._])\{""", said)
    )
    starts |= set(re.findall(r'"((?:[a-z_]+\.)+)"', said))
    keys = [key for path in (WEB / "words").glob("*.toml") for key in texts(path)]
    unused = [
        key
        for key in keys
        if f'"{key}"' not in said and f"'{key}'" not in said and not any(key.startswith(start) for start in starts)
    ]
    # `problem(…, key)` says `<key>.what` too.
    assert [key for key in unused if not (key.endswith(".what") and f'"{key.removesuffix(".what")}"' in said)] == []


def test_every_page_of_the_console_says_who_may_open_it() -> None:
    unguarded = [where for where, one in patterns(list(urlpatterns)) if not hasattr(one.callback, "capability")]
    assert unguarded == []


def test_the_check_of_words_sees() -> None:
    whole = {"en": "{a} x", "zh-Hans": "{a}", "zh-Hant": "{a}"}
    assert faults({"k": dict(whole)}) == []
    assert faults({"k": {**whole, "zh-Hant": ""}})
    assert faults({"k": {**whole, "zh-Hans": "{b}"}})
