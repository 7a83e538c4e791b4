"""The form in which a person says what a reply says: its fields as they stand, and what was typed, read as a label."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from babel import Locale
from babel.numbers import is_currency
from django.http import QueryDict

from parley.locale import Language
from parley.messaging.values import locale_of
from parley.nlu.correction import Correction, graver_beside
from parley.nlu.labels import ANCHORS, FREQUENCIES, HARDSHIPS
from parley.nlu.reading import Intent, Slots
from parley.web.typed import typed_day
from parley.web.words import knows, say

LONGEST_NOTE: Final = 1_000
# The guide's languages, those that turn up beside them, and any other.
_LANGUAGES: Final = "en zh-Hans zh-Hant yue-Hant es tl hi ur ms id vi fr pt ko ja und".split()
_CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "language": _LANGUAGES,
    "intent": [str(one) for one in Intent],
    "frequency": FREQUENCIES,
    "date_anchor": ANCHORS,
    "hardship": HARDSHIPS,
}
_ALSO: Final = [str(one) for one in Intent if one is not Intent.OTHER]
_ORDER: Final = (
    *("intent", "also", "amount", "currency", "n_instalments", "frequency", "dates", "dates_alt", "date_anchor"),
    *("hardship", "option", "conditional", "sensitive", "language", "note"),
)
_CHECKS: Final = frozenset({"conditional", "sensitive"})
_HINTED: Final = frozenset({"intent", "also", "amount", "n_instalments", "dates", "dates_alt", "sensitive", "note"})
_LONGEST: Final = 120
# Fifteen digits at most, so that the number is written to a file exactly.
_AMOUNT: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,3})?")
_COUNT: Final = re.compile(r"[1-9][0-9]{0,3}")
_OPTION: Final = re.compile(r"[0-9]{1,2}|[A-Z]")
_BETWEEN_DAYS: Final = re.compile(r"[\s,;，、；]+")

Values = Mapping[str, str | Sequence[str]]


class _Wrong(ValueError):
    """What was typed is not what the field holds; the message is the code of its words."""


@dataclass(frozen=True, slots=True, repr=False)
class FormField:
    """A field as the page shows it. `kind`: select, checks, check, text or area; `options` are (value, words)."""

    name: str
    kind: str
    label: str
    hint: str
    error: str
    value: str | Sequence[str]
    options: tuple[tuple[str, str], ...]


def values_of(correction: Correction) -> Values:
    """Return what the fields hold where *correction* stands."""
    found: dict[str, str | Sequence[str]] = {
        "language": correction.language,
        "intent": str(correction.intent),
        "also": [str(one) for one in correction.also],
        "conditional": "1" if correction.conditional else "",
        "sensitive": "1" if correction.sensitive else "",
        "note": correction.note,
    }
    for name in correction.slots.filled():
        value = getattr(correction.slots, name)
        found[name] = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return found


def typed(post: QueryDict) -> Values:
    """Return what was typed, as it was typed."""
    single = {name: post.get(name, "")[: LONGEST_NOTE + 1] for name in _ORDER if name != "also"}
    return {**single, "also": [one for one in post.getlist("also") if one in _ALSO]}


def read_form(values: Values) -> Correction | dict[str, str]:
    """Return the label that was typed, or the code of what is wrong with each field that is not of the guide."""
    errors: dict[str, str] = {}

    def take(name: str, read: Callable[[str], Any]) -> Any:  # noqa: ANN401 - whatever the field holds
        text = unicodedata.normalize("NFKC", str(values.get(name, ""))).strip()
        try:
            return read(text) if text else None
        except _Wrong as wrong:
            errors[name] = str(wrong)
            return None

    slots = {name: read for name, read in _SLOTS.items() if str(values.get(name, "")).strip()}
    given = {name: value for name, read in slots.items() if (value := take(name, read)) is not None}
    intent, language = take("intent", _one_of("intent")), take("language", _one_of("language"))
    note = str(values.get("note", "")).strip()
    if len(note) > LONGEST_NOTE:
        errors["note"] = "note"
    errors |= {name: "choice" for name, value in (("intent", intent), ("language", language)) if value is None}
    if errors:
        return errors
    correction = Correction(
        language=language,
        intent=Intent(intent),
        also=tuple(Intent(one) for one in values.get("also", ())),
        slots=Slots(**given),
        conditional=bool(values.get("conditional")),
        sensitive=bool(values.get("sensitive")),
        note=note,
    )
    return {"also": "graver"} if graver_beside(correction) is not None else correction


def form_fields(values: Values, errors: Mapping[str, str], language: Language) -> Iterator[FormField]:
    """Yield the fields of the form in their order, with their words."""
    for name in _ORDER:
        kind = "check" if name in _CHECKS else "text"
        if name in _CHOICES:
            kind = "select"
        kind = {"also": "checks", "note": "area"}.get(name, kind)
        value = values.get(name, "")
        yield FormField(
            name=name,
            kind=kind,
            label=say(f"slot.{name}" if name in _SLOTS else f"correct.field.{name}", language),
            hint=say(f"correct.hint.{name}", language) if name in _HINTED else "",
            error=say(f"correct.error.{errors[name]}", language) if name in errors else "",
            value=value,
            options=tuple(_options(name, language)),
        )


def corrected_lines(correction: Correction, language: Language) -> Iterator[tuple[str, str]]:
    """Yield what a correction says, as a name and its words: what the reply does, what it gives, what holds of it."""
    yield say("correct.field.intent", language), _words("intent", correction.intent, language)
    if correction.also:
        also = ", ".join(_words("intent", one, language) for one in correction.also)
        yield say("correct.field.also", language), also
    for field in fields(Slots):
        value = getattr(correction.slots, field.name)
        if value not in (None, ()):
            parts = value if isinstance(value, tuple) else (value,)
            yield say(f"slot.{field.name}", language), ", ".join(_words("said", str(one), language) for one in parts)
    for name, holds in (("conditional", correction.conditional), ("sensitive", correction.sensitive)):
        if holds:
            yield say(f"correct.field.{name}", language), say("thread.yes", language)
    if correction.note:
        yield say("correct.field.note", language), correction.note


def _options(name: str, language: Language) -> Iterable[tuple[str, str]]:
    if name == "also":
        yield from ((one, _words("intent", one, language)) for one in _ALSO)
    elif name == "language":
        known = Locale.parse(locale_of(language)).languages
        names = {tag: known.get(tag.replace("-", "_")) or known.get(tag.split("-")[0]) or tag for tag in _LANGUAGES}
        yield from {**names, "und": say("correct.other_language", language)}.items()
    elif name in _CHOICES:
        if name != "intent":
            yield "", say("correct.none", language)
        kind = "intent" if name == "intent" else "said"
        yield from ((one, _words(kind, one, language)) for one in _CHOICES[name])


def _words(kind: str, code: str, language: Language) -> str:
    key = f"{kind}.{code}"
    return say(key, language) if knows(key) else code


def _one_of(name: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in _CHOICES[name]:
            raise _Wrong("choice")
        return text

    return read


def _amount(text: str) -> Decimal:
    plain = text.replace(",", "").replace(" ", "")
    if not _AMOUNT.fullmatch(plain):
        raise _Wrong("amount")
    try:
        return Decimal(plain)
    except InvalidOperation:
        raise _Wrong("amount") from None


def _currency(text: str) -> str:
    if not is_currency(text.upper()):
        raise _Wrong("currency")
    return text.upper()


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise _Wrong("n_instalments")
    return int(text)


def _days(text: str) -> tuple[Any, ...]:
    found = [typed_day(one) for one in _BETWEEN_DAYS.split(text) if one]
    if not found or None in found or len(text) > _LONGEST:
        raise _Wrong("dates")
    return tuple(sorted({day for day in found if day is not None}))


def _option(text: str) -> str:
    if not _OPTION.fullmatch(text.upper()):
        raise _Wrong("option")
    return text.upper()


_SLOTS: Final[Mapping[str, Callable[[str], Any]]] = {
    "amount": _amount,
    "currency": _currency,
    "n_instalments": _count,
    "frequency": _one_of("frequency"),
    "dates": _days,
    "dates_alt": _days,
    "date_anchor": _one_of("date_anchor"),
    "hardship": _one_of("hardship"),
    "option": _option,
}
