"""How do people spell in a hurry? Slips of thumb, ear and key, drawn from a seed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Final

# How many shorten every word they can, and how many put a blank for a sign.
_HALF: Final = 0.5
_TABLES: Final = tomllib.loads(Path(__file__).with_name("spelling.toml").read_text(encoding="utf-8"))
_NEIGHBOURS: Final[Mapping[str, str]] = _TABLES["neighbours"]
_SHORT: Final[Mapping[str, list[str]]] = _TABLES["short"]
_SOUNDS: Final[Mapping[str, str]] = _TABLES["sounds"]
_PINYIN: Final[Mapping[str, str]] = _TABLES["pinyin"]
_AROUND: Final[Mapping[str, list[str]]] = _TABLES["around"]


def noisy(text: str, rng: Random, *, chinese: bool) -> str:
    """Return *text* with one or two slips."""
    slips = _SLIPS_ZH if chinese else _SLIPS_EN
    for _ in range(rng.choice((1, 1, 2))):
        text = rng.choice(slips)(text, rng) or text
    return text


def _typo(text: str, rng: Random) -> str:
    places = [i for i in range(1, len(text) - 1) if text[i].isascii() and text[i].isalpha()]
    if not places:
        return text
    at = rng.choice(places)
    how = rng.randrange(4)
    if how == 0:
        return text[:at] + text[at + 1 :]
    if how == 1:
        return text[:at] + text[at] + text[at:]
    if how == 2:  # noqa: PLR2004 - the third way
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + rng.choice(_NEIGHBOURS.get(text[at].lower(), text[at])) + text[at + 1 :]


def _shortened(text: str, rng: Random) -> str:
    known = [word for word in _SHORT if re.search(rf"(?i)\b{re.escape(word)}\b", text)]
    for word in known if rng.random() < _HALF else known[:1]:
        text = re.sub(rf"(?i)\b{re.escape(word)}\b", rng.choice(_SHORT[word]), text)
    return text


def _no_vowels(text: str, rng: Random) -> str:
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) > 4 and word.isalpha()]  # noqa: PLR2004 - short words stay
    if long:
        at = rng.choice(long)
        words[at] = words[at][0] + re.sub(r"[aeiou]", "", words[at][1:])
    return " ".join(words)


def _unpunctuated(text: str, rng: Random) -> str:  # noqa: ARG001 - one signature for all slips
    return re.sub(r"[.,!;:'’，。！、；：]", "", text)


def _tail_en(text: str, rng: Random) -> str:
    return f"{text} {rng.choice(_AROUND['tails_en'])}"


def _head_en(text: str, rng: Random) -> str:
    return f"{rng.choice(_AROUND['heads_en'])} {text}"


def _sound(text: str, rng: Random) -> str:
    places = [i for i, char in enumerate(text) if char in _SOUNDS]
    if not places:
        return text
    at = rng.choice(places)
    return text[:at] + _SOUNDS[text[at]] + text[at + 1 :]


def _spelt_out(text: str, rng: Random) -> str:
    known = [word for word in _PINYIN if word in text]
    if not known:
        return text
    word = rng.choice(known)
    return text.replace(word, _PINYIN[word], 1)


def _dropped(text: str, rng: Random) -> str:
    if len(text) < 6:  # noqa: PLR2004 - a short reply says nothing with a character less
        return text
    at = rng.randrange(len(text))
    return text[:at] + text[at + 1 :]


def _spaced(text: str, rng: Random) -> str:
    is_blank = rng.random() < _HALF
    return re.sub(r"[，。！、；]", " ", text) if is_blank else text.replace("，", "")


def _tail_zh(text: str, rng: Random) -> str:
    return text + rng.choice(_AROUND["tails_zh"])


def _head_zh(text: str, rng: Random) -> str:
    return rng.choice(_AROUND["heads_zh"]) + text


_SLIPS_EN: Final[tuple[Callable[[str, Random], str], ...]] = (
    _typo,
    _typo,
    _shortened,
    _no_vowels,
    _unpunctuated,
    _tail_en,
    _head_en,
)
_SLIPS_ZH: Final[tuple[Callable[[str, Random], str], ...]] = (
    _sound,
    _spelt_out,
    _dropped,
    _spaced,
    _unpunctuated,
    _tail_zh,
    _head_zh,
)
