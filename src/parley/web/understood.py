"""A reading as lines in one language: what was understood, of which words of the reply, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from babel import Locale

from parley.locale import Language
from parley.nlu.normalise import printable
from parley.nlu.reading import Intent, Reading, ReadingContext, Span
from parley.web.words import knows, say

_INTENTS: Final = frozenset(str(intent) for intent in Intent)
# Kinds of spans that fill a slot of another name.
_SLOT_OF: Final = {"anchor": "date_anchor"}
_SPANS_OF_SLOTS: Final = frozenset({"amount", "n_instalments", "frequency", "dates", "anchor", "hardship"})
# What the reader adds to the reason of a piece that the reply denies.
_DENIED: Final = " (denied)"


def understood(text: str, reading: Reading, language: Language) -> Iterator[str]:
    """Give the reading of *text* line by line; quotes it, so for the eyes of who wrote or may read it only."""
    intent = _word("intent.", reading.intent, language)
    yield say("reading.intent", language, intent=intent, code=reading.intent, confidence=f"{reading.confidence:.2f}")
    if reading.also:
        yield say("reading.also", language, intents=_intents(reading.also, language))
    if reading.alternatives:
        yield say("reading.alternatives", language, intents=_intents(reading.alternatives, language))
    for name in reading.slots.filled():
        value = getattr(reading.slots, name)
        told = ", ".join(_value(one, language) for one in (value if isinstance(value, tuple) else (value,)))
        yield say("reading.slot", language, name=say(f"slot.{name}", language), value=told)
    for holds, key in (
        (reading.conditional, "reading.conditional"),
        (reading.sensitive, "reading.sensitive"),
        (reading.is_doubtful, "reading.doubtful"),
    ):
        if holds:
            yield say(key, language)
    if reading.spans:
        yield say("reading.spans", language)
        yield from (f"  {piece}" for piece in pieces(text, reading, language))
    yield say("reading.why", language)
    yield from (f"  {_reason(reason, language)}" for reason in reading.reasons)


def pieces(text: str, reading: Reading, language: Language) -> Iterator[str]:
    """Give the pieces of *text* that were read, each with its place, as what, and why."""
    return (_span(text, span, language) for span in reading.spans)


def understood_as(context: ReadingContext, language: Language) -> str:
    """Say in which context a reply was read: without it a reading cannot be repeated."""
    now, locale = context.now.strftime("%Y-%m-%d %H:%M"), context.locale
    if context.last_message is None:
        return say("reading.after_nothing", language, now=now, locale=locale)
    return say("reading.after", language, context=context.last_message, now=now, locale=locale)


def _intents(intents: Iterable[Intent], language: Language) -> str:
    return ", ".join(f"{_word('intent.', one, language)} ({one})" for one in intents)


def _span(text: str, span: Span, language: Language) -> str:
    if span.label in _INTENTS:
        what = _word("intent.", span.label, language)
    elif span.label in _SPANS_OF_SLOTS:
        slot = say(f"slot.{_SLOT_OF.get(span.label, span.label)}", language)
        value = say("read_as.no_day", language) if span.value == "none" else _value(span.value, language)
        what = f"{slot} {value}"
    elif span.label == "language":
        what = _language(span.value, language)
    else:
        what = _word("read_as.", span.label, language)
    denied = span.why.endswith(_DENIED)
    why = _why(span.why.removesuffix(_DENIED), language)
    return say(
        "reading.span",
        language,
        start=str(span.start),
        end=str(span.end),
        words=printable(text[span.start : span.end]),
        what=what,
        why=say("reading.denied", language, why=why) if denied else why,
    )


def _reason(reason: str, language: Language) -> str:
    """Word one reason; most are those of one intent, `intent: why`."""
    intent, _, why = reason.partition(": ")
    if intent not in _INTENTS:
        return _why(reason, language)
    return say("reading.reason", language, intent=_word("intent.", intent, language), why=_why(why, language))


def _why(why: str, language: Language) -> str:
    """Return the words of a reason; one the table does not hold stands as the reader gives it."""
    return _word("why.", why, language)


def _language(code: str, language: Language) -> str:
    """Name the language of *code*, which stands beside it as a code of an intent does."""
    name = Locale.parse(language, sep="-").languages.get(code, code)
    return f"{name} ({code})"


def _value(value: object, language: Language) -> str:
    return _word("said.", str(value), language)


def _word(kind: str, code: str, language: Language) -> str:
    return say(kind + code, language) if knows(kind + code) else code
