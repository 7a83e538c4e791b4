"""Is a reply a yes and nothing beside? Only that agrees to what was read back; what says more may set a condition.

A closed list: every word of the reply stands in `plain_yes.toml`, at least one of them as a yes. What a model takes for
a yes is not enough to bind somebody to a plan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from parley.errors import BadInput
from parley.nlu.lexicon import Lexicon
from parley.settings.toml import parse

FILE_NAME: Final = "plain_yes.toml"
_KEYS: Final = ("yes", "beside")
# A sign of asking is no yes; a figure is another term or a choice.
_ASKS: Final = re.compile(r"[?？\d%]")
_WORD: Final = re.compile(r"[a-z]+")
_SHORTEST_SLIP: Final = 4
_SIGNS: Final = re.compile(r"[\s.,;:!\-~'\"()。，、！；：～…“”]+")


@dataclass(frozen=True, slots=True)
class YesWords:
    """The words of `plain_yes.toml` as patterns that take one word from a place in the reading form.

    `longer`: the Latin words in which a slip is still seen.
    """

    yes: re.Pattern[str]
    beside: re.Pattern[str]
    longer: frozenset[str]


def load_yes_words(raw: bytes, lexicon: Lexicon, source_name: str = FILE_NAME) -> YesWords:
    """Read the words. Raises BadInput naming *source_name* and the list that is missing or wrong."""
    document = parse(raw, source_name)
    for key in _KEYS:
        words = document.data.get(key)
        if not isinstance(words, list) or not words or not all(isinstance(one, str) and one.strip() for one in words):
            raise BadInput(
                f"{source_name}: `{key}` is not a list of words in quotes. Mend the file and start again.",
                f"{source_name}：`{key}` 不是带引号的词语列表。请修正后重试。",
            )
    every = {word for key in _KEYS for one in document.data[key] for word in lexicon.prepare(one).text.split()}
    longer = frozenset(word for word in every if word.isascii() and word.isalpha() and len(word) >= _SHORTEST_SLIP)
    yes, beside = (_pattern(document.data[key], lexicon) for key in _KEYS)
    return YesWords(yes, beside, longer)


def _pattern(words: list[str], lexicon: Lexicon) -> re.Pattern[str]:
    """Return what takes one of *words*, the longest first; a Latin word ends where its letters do."""
    read = sorted({lexicon.prepare(one).text.strip() for one in words}, key=len, reverse=True)
    return re.compile("|".join(re.escape(one) + (r"(?![a-z])" if one.isascii() else "") for one in read if one))


def _is_slip(word: str, words: YesWords) -> bool:
    """Say whether *word* is one of the lists with two letters swapped or one left out: "plese", "tahts".

    Never with a letter put in or changed: "when" is not "then".
    """
    swapped = {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(len(word) - 1)}
    letters = "abcdefghijklmnopqrstuvwxyz"
    filled = {word[:n] + letter + word[n:] for n in range(len(word) + 1) for letter in letters}
    return len(word) >= _SHORTEST_SLIP and bool(words.longer & (swapped | filled))


def is_plain_yes(text: str, words: YesWords, lexicon: Lexicon) -> bool:
    """Say whether *text* is a yes and nothing beside."""
    read = lexicon.prepare(text).text
    if _ASKS.search(read):
        return False
    at, says_yes = 0, False
    while at < len(read):
        sign = _SIGNS.match(read, at)
        if sign is not None:
            at = sign.end()
            continue
        yes, beside = words.yes.match(read, at), words.beside.match(read, at)
        taken = max((hit for hit in (yes, beside) if hit is not None), key=lambda hit: hit.end(), default=None)
        if taken is None:
            slip = _WORD.match(read, at)
            if slip is None or not _is_slip(slip[0], words):
                return False
            # Of a word with a slip it is not asked which of the two lists it means: it says no yes.
            at = slip.end()
            continue
        says_yes = says_yes or taken is yes
        at = taken.end()
    return says_yes
