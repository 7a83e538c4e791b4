"""Readings of replies as text to seal: the reader's of the day it answered, never computed again, and corrections."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from parley.nlu.correction import Correction
from parley.nlu.reading import Intent, Reading, ReadingContext, Slots, Span

_DAYS = ("dates", "dates_alt")


def reading_to_text(reading: Reading) -> str:
    """Return *reading* as text to seal, with the places of its pieces in the reply."""
    return json.dumps(
        {
            "intent": reading.intent,
            "also": reading.also,
            "slots": _slots_to_plain(reading.slots),
            "conditional": reading.conditional,
            "oos": reading.oos,
            "sensitive": reading.sensitive,
            "confidence": reading.confidence,
            "in_scope": reading.in_scope,
            "spans": [[one.start, one.end, one.label, one.value, one.why] for one in reading.spans],
            "reasons": reading.reasons,
            "alternatives": reading.alternatives,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def reading_from_text(text: str) -> Reading:
    """Read what `reading_to_text` wrote."""
    told = json.loads(text)
    return Reading(
        intent=Intent(told["intent"]),
        also=tuple(Intent(one) for one in told["also"]),
        slots=_slots_from_plain(told["slots"]),
        conditional=told["conditional"],
        oos=told["oos"],
        sensitive=told["sensitive"],
        confidence=told["confidence"],
        # Readings of before it was kept have none.
        in_scope=told.get("in_scope", 1.0),
        # Readings of before they were kept have none.
        spans=tuple(Span(*one) for one in told.get("spans", ())),
        reasons=tuple(told["reasons"]),
        # Readings of before there were any have none.
        alternatives=tuple(Intent(one) for one in told.get("alternatives", ())),
    )


def correction_to_text(correction: Correction, context: ReadingContext) -> str:
    """Return *correction* as text to seal, with what the reader knew beside the words: both make the label."""
    return json.dumps(
        {
            "language": correction.language,
            "intent": correction.intent,
            "also": correction.also,
            "slots": _slots_to_plain(correction.slots),
            "conditional": correction.conditional,
            "sensitive": correction.sensitive,
            "note": correction.note,
            "after": context.last_message,
            "now": context.now.isoformat(),
            "zone": context.zone,
            "locale": context.locale,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def correction_from_text(text: str) -> tuple[Correction, ReadingContext]:
    """Read what `correction_to_text` wrote. The account and the open menu are not kept."""
    told = json.loads(text)
    correction = Correction(
        language=told["language"],
        intent=Intent(told["intent"]),
        also=tuple(Intent(one) for one in told["also"]),
        slots=_slots_from_plain(told["slots"]),
        conditional=told["conditional"],
        sensitive=told["sensitive"],
        note=told["note"],
    )
    now = datetime.fromisoformat(told["now"])
    return correction, ReadingContext(told["after"], now, told["zone"], told["locale"], currency="")


def _slots_to_plain(slots: Slots) -> dict[str, object]:
    return {name: _plain(getattr(slots, name)) for name in slots.filled()}


def _slots_from_plain(told: dict[str, Any]) -> Slots:
    slots = dict(told)
    if "amount" in slots:
        slots["amount"] = Decimal(slots["amount"])
    if "amount_alternatives" in slots:
        slots["amount_alternatives"] = tuple(Decimal(one) for one in slots["amount_alternatives"])
    for name in _DAYS:
        if name in slots:
            slots[name] = tuple(date.fromisoformat(day) for day in slots[name])
    return Slots(**slots)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Decimal | date) else value
