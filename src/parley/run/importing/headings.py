"""What the headings of a file's columns mean, and what its words do: tables of the field's own words, in data files."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib import resources
from typing import Any, Final

from parley.run.importing.rows import Kind

# A heading that is one of the words, one that holds it, one that is nearly it.
EXACT: Final = 100
_HOLDS: Final = 60
_NEARLY: Final = 50
# Shorter words stand inside others by chance ("no" in "notes"); one Chinese character is as telling as three letters.
_SHORTEST_HELD: Final = 4
_SHORTEST_HELD_CHINESE: Final = 2
_LEAST_LIKENESS: Final = 0.86


@dataclass(frozen=True, slots=True)
class Country:
    """What holds for a whole country: a proposal, never taken without being said."""

    code: str
    jurisdiction: str
    language: str
    currency: str
    zones: str


def plain(text: str) -> str:
    """Return *text* by its letters, digits and signs of money alone: one width, no case, no spaces, no punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in folded if one.isalnum() or unicodedata.category(one) == "Sc")


def match(heading: str, kind: Kind, field: str) -> int:
    """Return how well *heading* names *field*, 0 to EXACT."""
    own = plain(heading)
    if not own:
        return 0
    best = 0
    for word in _words(kind, field):
        if own == word:
            return EXACT
        shortest = _SHORTEST_HELD if word.isascii() else _SHORTEST_HELD_CHINESE
        if len(word) >= shortest and word in own:
            # The more of the heading the word is, the likelier it is what the heading means.
            best = max(best, _HOLDS + (EXACT - _HOLDS - 1) * len(word) // len(own))
        elif word.isascii() and len(word) > _SHORTEST_HELD and _likeness(own, word) >= _LEAST_LIKENESS:
            best = max(best, _NEARLY)
    return best


def words_of(field: str) -> Mapping[str, str]:
    """Return Parley's word for each word that cells of *field* may say, both plain; nothing for other fields."""
    return _value_words().get(field, {})


def countries() -> Mapping[str, Country]:
    """Return what holds for each country, by code."""
    return {code: Country(code, **facts) for code, facts in _values()["country"].items()}


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


@cache
def _words(kind: Kind, field: str) -> tuple[str, ...]:
    tables = _file("headings.toml")
    listed = [*tables.get(kind.value, {}).get(field, ()), *tables["all"].get(field, ())]
    return tuple(dict.fromkeys(map(plain, listed)))


@cache
def _value_words() -> Mapping[str, Mapping[str, str]]:
    return {
        field: {plain(word): meaning for meaning, words in table.items() for word in (meaning, *words)}
        for field, table in _values().items()
        if field != "country"
    }


@cache
def _values() -> dict[str, Any]:
    return _file("values.toml")


@cache
def _file(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("parley.data") / "imports" / name).read_text(encoding="utf-8"))
