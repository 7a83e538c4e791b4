"""What borrowers say: phrases by intention, style and language, and how people write amounts, days and slips.

Read from `data/speech_*.toml`. In each intention `plain` phrases can be settled by a machine; `hard` ones need asking
back or a person. Their vocabulary is the simulation's own.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from parley.simulation.card import Style
from parley.simulation.chance import Dice


class Intention(StrEnum):
    """What a reply is meant to do. `SILENCE` stands in memory only, where nothing was answered."""

    IDENTITY = "identity"
    WHO_ARE_YOU = "who_are_you"
    ASK_DETAILS = "ask_details"
    ASK_OPTIONS = "ask_options"
    ASK_WHY = "ask_why"
    HOW_TO_PAY = "how_to_pay"
    CAPACITY = "capacity"
    NOTHING_TO_SPARE = "nothing_to_spare"
    CANNOT_PAY = "cannot_pay"
    ACCEPT_OPTION = "accept_option"
    COUNTER = "counter"
    DECLINE = "decline"
    YES = "yes"
    NO = "no"
    PROMISE = "promise"
    ALREADY_PAID = "already_paid"
    DISPUTE = "dispute"
    WRONG_NUMBER = "wrong_number"
    STOP = "stop"
    PERSON = "person"
    COMPLAINT = "complaint"
    CALL_TIME = "call_time"
    THANKS = "thanks"
    FRAUD_CLAIM = "fraud_claim"
    LEGAL = "legal"
    CRISIS = "crisis"
    SMALL_TALK = "small_talk"
    SILENCE = "silence"


SPOKEN = tuple(each for each in Intention if each is not Intention.SILENCE)
_ANY_STYLE = "any"
# What a phrase may leave open; `respond` fills it.
PLACEHOLDERS = frozenset({"amount", "date", "option", "nth", "code", "reason"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way to say something. `plain`: a machine can settle it; else it must ask back or fetch a person."""

    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Speech:
    """How one language is spoken by text message. `phrases` by intention and style; the rest are lists of forms."""

    phrases: dict[Intention, dict[Style, tuple[Phrase, ...]]]
    reasons: dict[str, tuple[Phrase, ...]]
    openers: tuple[str, ...]
    joints: tuple[str, ...]
    nth: tuple[str, ...]
    amounts: tuple[str, ...]
    amount_words: dict[str, str]
    currency_words: dict[str, tuple[str, ...]]
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    days_near: dict[int, tuple[str, ...]]
    days_of_week: tuple[str, ...]
    days_any: tuple[str, ...]
    slips: dict[str, str]


def load_speech(raw: bytes) -> Speech:
    """Read one language. Raises ValueError where an intention has no phrase or a placeholder is unknown."""
    table = tomllib.loads(raw.decode())
    forms: dict[str, Any] = table["forms"]
    return Speech(
        phrases={intention: _phrases(intention.value, table["say"]) for intention in SPOKEN},
        reasons={name: _both(entry, _ANY_STYLE) for name, entry in table["reasons"].items()},
        openers=tuple(forms["openers"]),
        joints=tuple(forms["joints"]),
        nth=tuple(forms["nth"]),
        amounts=tuple(forms["amounts"]),
        amount_words=dict(forms["amount_words"]),
        currency_words={code: tuple(words) for code, words in forms["currency_words"].items()},
        weekdays=tuple(forms["weekdays"]),
        months=tuple(forms["months"]),
        days_near={int(days): tuple(words) for days, words in forms["days_near"].items()},
        days_of_week=tuple(forms["days_of_week"]),
        days_any=tuple(forms["days_any"]),
        slips=dict(forms["slips"]),
    )


def _phrases(name: str, say: dict[str, Any]) -> dict[Style, tuple[Phrase, ...]]:
    entry = say.get(name)
    if not entry:
        raise ValueError(f"nothing is said for {name}")
    return {style: _both(entry, style.value) for style in Style}


def _both(entry: dict[str, Any], style: str) -> tuple[Phrase, ...]:
    found = [
        Phrase(text, plain=kind == "plain")
        for kind in ("plain", "hard")
        for key in dict.fromkeys((_ANY_STYLE, style))
        for text in entry.get(kind, {}).get(key, [])
    ]
    if not found:
        raise ValueError(f"a style without a phrase: {style}")
    for phrase in found:
        _check(phrase.text)
    return tuple(found)


def _check(text: str) -> None:
    left = text
    for name in PLACEHOLDERS:
        left = left.replace(f"{{{name}}}", "")
    if "{" in left or "}" in left:
        raise ValueError(f"unknown placeholder in {text!r}")


def choose(phrases: tuple[Phrase, ...], dice: Dice, hard_bps: int) -> Phrase:
    """Return one of *phrases*, a hard one with a chance of *hard_bps* where there are both kinds."""
    want_hard = dice.happens(hard_bps)
    wanted = [each for each in phrases if each.plain is not want_hard]
    return dice.pick(wanted or phrases)


def slip(speech: Speech, text: str, dice: Dice) -> str:
    """Return *text* with one slip of the thumb from the language's table, where one fits; digits are left alone."""
    fitting = [right for right in speech.slips if right in text]
    if not fitting:
        return text
    right = dice.pick(fitting)
    return text.replace(right, speech.slips[right], 1)
