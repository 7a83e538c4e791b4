"""Short tables of phrases, and whether a text holds one of them. For words that are barred or that ask for something.

A phrase is words with "…" between them for at most a few words of the same sentence. Letter case, width, extra spaces
and invisible marks do not hide a phrase. In scripts with spaces it begins and ends with whole words.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, NoReturn

from parley.errors import BadInput

GUIDANCE_FILE: Final = "guidance.toml"
_GAP: Final = "…"
# No longer than a few words, and never over the end of a sentence.
_BETWEEN: Final = r"[^.!?。！？;；]{0,40}?"
_SPACE: Final = re.compile(r"\s+")
_SECTIONS: Final = ("recommends", "other_debts")


@dataclass(frozen=True, slots=True, repr=False)
class Phrases:
    """Phrases compiled into one pattern."""

    pattern: re.Pattern[str]

    def found_in(self, text: str) -> bool:
        """Say whether *text* holds one of the phrases."""
        return self.pattern.search(_plain(text)) is not None


@dataclass(frozen=True, slots=True)
class GuidanceWords:
    """`recommends`: words of a recommendation, barred in our texts. `other_debts`: those that name debts to others."""

    recommends: Phrases
    other_debts: Phrases


def load_guidance(raw: bytes, file: str = GUIDANCE_FILE) -> GuidanceWords:
    """Return the phrases in the bytes of *file*.

    Raises BadInput naming file and section: no TOML in UTF-8, a section missing or unknown, a phrase that is empty.
    """
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} is not TOML in UTF-8: {error}.", f"{file}不是UTF-8编码的TOML：{error}。") from None
    unknown = sorted(set(table) ^ set(_SECTIONS))
    if unknown:
        _refuse(file, unknown[0], f"the sections are {', '.join(_SECTIONS)}.", f"各节须为{'、'.join(_SECTIONS)}。")
    recommends, other_debts = (_phrases(file, section, table[section]) for section in _SECTIONS)
    return GuidanceWords(recommends, other_debts)


def _phrases(file: str, section: str, lists: Mapping[str, Any]) -> Phrases:
    """Read the lists of one section, by language; a text is searched in every language."""
    found = [phrase for phrases in lists.values() if isinstance(phrases, list) for phrase in phrases]
    if not found or not all(isinstance(phrase, str) and phrase.strip(f" {_GAP}") for phrase in found):
        _refuse(file, section, "holds lists of phrases in quotes, none empty.", "须为带引号且非空的短语列表。")
    return compile_phrases(found)


def compile_phrases(phrases: Sequence[str]) -> Phrases:
    """Return *phrases* as one pattern.

    By first letter: most places of a text begin no phrase, and one look says so.
    """
    plain = sorted({_plain(phrase).strip(f" {_GAP}") for phrase in phrases})
    firsts = re.escape("".join(dict.fromkeys(phrase[0] for phrase in plain)))
    groups = [
        f"{re.escape(first)}(?:{'|'.join(_pattern(phrase) for phrase in some)})"
        for first, some in groupby(plain, key=lambda phrase: phrase[0])
    ]
    found = "|".join(rf"\b{one}" if one[0].isascii() else one for one in groups)
    return Phrases(re.compile(f"(?=[{firsts}])(?:{found})"))


def _pattern(phrase: str) -> str:
    """Return what follows the first letter."""
    parts = _BETWEEN.join(re.escape(part.strip()) for part in phrase.split(_GAP))
    return parts.removeprefix(re.escape(phrase[0])) + (r"\b" if phrase[-1].isascii() else "")


def _plain(text: str) -> str:
    """Return *text* without what only hides a word from a reader of patterns."""
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKC", text.replace(_GAP, "\ue000")).casefold().replace("\ue000", _GAP)
    hidden = {char for char in set(folded) if unicodedata.category(char) == "Cf"}
    seen = "".join(char for char in folded if char not in hidden) if hidden else folded
    return _SPACE.sub(" ", seen.replace("’", "'")).strip()


def _refuse(file: str, section: str, en: str, zh: str) -> NoReturn:
    raise BadInput(f"{file}, {section}: {en}", f"{file}，{section}：{zh}")
