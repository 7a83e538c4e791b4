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
_SIGNS: Final = re.compile(r"[\s.,;:!\-~'\"()。，、！；：～…“”]+")


@dataclass(frozen=True, slots=True)
class YesWords:
    """The words of `plain_yes.toml` as patterns that take one word from a place in the reading form."""

    yes: re.Pattern[str]
    beside: re.Pattern[str]


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
    return YesWords(*(_pattern(document.data[key], lexicon) for key in _KEYS))


def _pattern(words: list[str], lexicon: Lexicon) -> re.Pattern[str]:
    """Return what takes one of *words*, the longest first; a Latin word ends where its letters do."""
    read = sorted({lexicon.prepare(one).text.strip() for one in words}, key=len, reverse=True)
    return re.compile("|".join(re.escape(one) + (r"(?![a-z])" if one.isascii() else "") for one in read if one))


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
            return False
        says_yes = says_yes or taken is yes
        at = taken.end()
    return says_yes
