"""How well replies of the label guide's schema are read: its figures of scoring. Takes parsed lines, no file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from parley.nlu.lexicon import Lexicon
from parley.nlu.read import read
from parley.nlu.reading import Reading, ReadingContext

_URGENT: Final = ("stop", "risk", "legal")
_SLOTS: Final = ("amount", "currency", "n_instalments", "frequency", "dates", "date_anchor", "hardship", "option")


@dataclass(frozen=True, slots=True, repr=False)
class Scored:
    """One labelled line and its reading."""

    label: Mapping[str, Any]
    reading: Reading

    @property
    def is_right(self) -> bool:
        """Whether the primary intent agrees."""
        return bool(self.label["intent"] == self.reading.intent.value)


def read_lines(lines: Iterable[Mapping[str, Any]], currency: str, lexicon: Lexicon) -> list[Scored]:
    """Read each labelled line in its own context; *currency* is the accounts'."""
    return [Scored(line, read(str(line["text"]), _context(line, currency), lexicon)) for line in lines]


def score(scored: Sequence[Scored]) -> dict[str, Any]:
    """Return the figures: per language, over all, and the confusions (label → read → count)."""
    out: dict[str, Any] = {"lines": len(scored), "passed": sum(s.is_right for s in scored)}
    for language in ("en", "zh"):
        out[language] = _figures([s for s in scored if _language(s.label) == language])
    for intent in _URGENT:
        out[f"{intent}_recall"] = _ratio([_reads(s, intent) for s in scored if _labels(s.label, intent)])
        out[f"{intent}_false"] = sum(_reads(s, intent) for s in scored if not _labels(s.label, intent))
    out["oos_recall"] = _ratio([s.reading.oos for s in scored if s.label.get("oos")])
    out["confusion"] = _confusion(scored)
    return out


def _context(line: Mapping[str, Any], currency: str) -> ReadingContext:
    return ReadingContext(
        last_message=line.get("context"),
        now=datetime.fromisoformat(line["now"]),
        zone=line["tz"],
        locale=line["locale"],
        currency=currency,
    )


def _language(label: Mapping[str, Any]) -> str:
    tag = str(label["lang"]).split("-")[0]
    return "zh" if tag in {"zh", "yue"} else tag


def _labels(label: Mapping[str, Any], intent: str) -> bool:
    return intent == label["intent"] or intent in label.get("also", ())


def _reads(scored: Scored, intent: str) -> bool:
    return intent == scored.reading.intent.value or intent in {i.value for i in scored.reading.also}


def _ratio(facts: Sequence[bool]) -> float | None:
    return round(sum(facts) / len(facts), 4) if facts else None


def _figures(scored: Sequence[Scored]) -> dict[str, Any]:
    kept = [s for s in scored if not s.reading.oos]
    figures: dict[str, Any] = {
        "lines": len(scored),
        "intent_accuracy": _ratio([s.is_right for s in scored]),
        "intent_macro_f1": _macro_f1(scored),
        "kept_accuracy": _ratio([s.is_right for s in kept]),
        "handed_over": _ratio([s.reading.oos for s in scored]),
    }
    for slot in _SLOTS:
        labelled = [s for s in scored if slot in s.label["slots"]]
        figures[f"{slot}_exact"] = _ratio([_agrees(s, slot) for s in labelled])
    without = [_fills(s, slot) for s in scored for slot in _SLOTS if slot not in s.label["slots"]]
    figures["false_fill"] = _ratio(without)
    return figures


def _fills(scored: Scored, slot: str) -> bool:
    return slot in scored.reading.slots.filled()


def _agrees(scored: Scored, slot: str) -> bool:
    """Compare the whole value; of dates, the alternative counts as well."""
    wanted = scored.label["slots"][slot]
    slots = scored.reading.slots
    if slot == "dates":
        readings = ([d.isoformat() for d in slots.dates], [d.isoformat() for d in slots.dates_alt])
        accepted = (sorted(wanted), sorted(scored.label["slots"].get("dates_alt", wanted)))
        return readings[0] in accepted or (bool(readings[1]) and readings[1] in accepted)
    value = getattr(slots, slot)
    if slot == "amount":
        return value is not None and Decimal(str(wanted)) == value
    return bool(value == wanted)


def _macro_f1(scored: Sequence[Scored]) -> float | None:
    """Average F1 over the intents that are labelled at least once."""
    intents = sorted({str(s.label["intent"]) for s in scored})
    if not intents:
        return None
    total = 0.0
    for intent in intents:
        hits = sum(s.is_right for s in scored if s.label["intent"] == intent)
        labelled = sum(s.label["intent"] == intent for s in scored)
        named = sum(s.reading.intent.value == intent for s in scored)
        total += 2 * hits / (labelled + named)
    return round(total / len(intents), 4)


def _confusion(scored: Sequence[Scored]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for each in scored:
        if not each.is_right:
            row = table.setdefault(str(each.label["intent"]), {})
            row[each.reading.intent.value] = row.get(each.reading.intent.value, 0) + 1
    return table
