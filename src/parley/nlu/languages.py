"""Which language is a reply in, where that is neither English nor Chinese? By its script, else by everyday words.

It says so only where it is sure. Two words of a language that English replies do not use, and none that only they use,
make a Latin reply foreign; a mixed one (Pidgin, Taglish, Hinglish, pinyin) and a word or two stay with the model.

Source of the choice: docs/decisions/0012-own-word-tables-for-languages.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from parley.nlu.lexicon import Lexicon, normalise_phrase
from parley.nlu.normalise import READ_LIMIT_CHARS

ENGLISH: Final = "en"
CHINESE: Final = "zh"
_OWN: Final = "own"
_WORDS: Final = re.compile(r"[^\W\d_]+")
_APOSTROPHES: Final = re.compile("['’‘`´ʼ]")
_LAST_ASCII: Final = "\x7f"
# So many words that only the other language has make a reply foreign.
_LEAST_TELLING: Final = 2
# Of the words of a reply, at least this share is known to the language; names and slips are not.
_LEAST_KNOWN_SHARE: Final = 0.4
# Of the letters of a reply, at least so many and this share are in a script of other languages.
_LEAST_LETTERS: Final = 2
_LEAST_SCRIPT_SHARE: Final = 0.6
# A Japanese reply has Han too; a Chinese one borrows a kana (の) at most here and there.
_LEAST_KANA_SHARE: Final = 0.25
_KANA: Final = "ja"


@dataclass(frozen=True, slots=True, eq=False)
class Tongues:
    """The tables. `words`: folded word → its languages; `letters`: letter → its language; `scripts`: ranges."""

    words: Mapping[str, frozenset[str]]
    letters: Mapping[str, str]
    scripts: tuple[tuple[str, str, str], ...]


@lru_cache(maxsize=4)
def tongues(lexicon: Lexicon) -> Tongues:
    """Return the tables of *lexicon* for looking up single words."""
    words: dict[str, set[str]] = {}
    for language, listed in lexicon.vocabulary.get("languages", {}).items():
        for word in listed.split():
            words.setdefault(normalise_phrase(word), set()).add(language)
    return Tongues(
        words={word: frozenset(languages) for word, languages in words.items()},
        letters={char: code for code, chars in lexicon.vocabulary.get("letters", {}).items() for char in chars},
        scripts=tuple(
            (code, chr(first), chr(last)) for code, (first, last) in lexicon.vocabulary.get("scripts", {}).items()
        ),
    )


def foreign_language(text: str, lexicon: Lexicon) -> str | None:
    """Return the code of the language that *text* is surely and wholly in; None in English, Chinese, doubt or mixture.

    Close languages (Malay and Indonesian, Hindi and Urdu) may stand for each other.
    """
    tables = tongues(lexicon)
    words = _words(text)
    return _by_script(words, tables) or _by_words(words, tables)


def _words(text: str) -> list[str]:
    shown = unicodedata.normalize("NFC", _APOSTROPHES.sub("", text[:READ_LIMIT_CHARS])).casefold()
    return _WORDS.findall(shown)


def _by_script(words: list[str], tables: Tongues) -> str | None:
    letters = "".join(words)
    if letters.isascii():
        return None
    found: Counter[str] = Counter()
    for char in letters:
        if char > _LAST_ASCII:
            found.update(code for code, first, last in tables.scripts if first <= char <= last)
    if not found:
        return None
    code, count = found.most_common(1)[0]
    least = _LEAST_KANA_SHARE if code == _KANA else _LEAST_SCRIPT_SHARE
    if count < max(_LEAST_LETTERS, least * len(letters)):
        return None
    # Letters that look Latin spell a Latin word: "ѕтор" is no Russian.
    disguised = all(normalise_phrase(word).isascii() for word in words)
    mixed = any(_OWN in tables.words.get(word, ()) for word in words)
    return None if disguised or mixed else code


def _by_words(words: list[str], tables: Tongues) -> str | None:
    telling: Counter[str] = Counter()
    known: Counter[str] = Counter()
    own: list[frozenset[str]] = []
    long = [word for word in dict.fromkeys(words) if len(word) > 1]
    for word in long:
        languages = tables.words.get(normalise_phrase(word), frozenset())
        if _OWN in languages:
            own.append(languages)
        else:
            languages |= {tables.letters[char] for char in word if char in tables.letters}
            telling.update(languages)
        known.update(languages)
    if not telling:
        return None
    code = max(telling, key=lambda one: (telling[one], known[one]))
    is_mixed = any(code not in languages for languages in own)
    enough = telling[code] >= _LEAST_TELLING and known[code] >= _LEAST_KNOWN_SHARE * len(long)
    return code if enough and not is_mixed else None
