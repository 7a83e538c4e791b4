"""How well are labelled replies read? The figures of the label guide's scoring; docs/reading.md defines each.

Pure: it takes labels with their readings and times, no file and no clock. A share keeps what it counts, so that
"100 %" of three lines does not look like 100 % of three hundred.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from parley.nlu.labels import CHINESE, ENGLISH, Label
from parley.nlu.reading import Intent, Reading

URGENT: Final = (Intent.STOP, Intent.RISK, Intent.LEGAL)
SLOTS: Final = ("amount", "currency", "n_instalments", "frequency", "dates", "date_anchor", "hardship", "option")
# Shares of the replies, the surest first, at which the curve of accuracy is read.
COVERAGES_PERCENT: Final = (50, 80, 90, 95, 100)
# In-scope replies that must be kept where the recall of out-of-scope ones is measured.
KEPT_PERCENT: Final = 95
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Share:
    """*hits* of *of*."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share from 0 to 1, half even to six digits; None of nothing."""
        return round(self.hits / self.of, _DIGITS) if self.of else None


@dataclass(frozen=True, slots=True)
class Scored:
    """One labelled reply, its reading and how long that took in milliseconds."""

    label: Label
    reading: Reading
    ms: float

    @property
    def is_right(self) -> bool:
        """Whether the primary intent agrees."""
        return self.label.intent is self.reading.intent

    def reads(self, intent: Intent) -> bool:
        """Say whether *intent* is read, as primary or beside it."""
        return intent is self.reading.intent or intent in self.reading.also


@dataclass(frozen=True, slots=True)
class LanguageFigures:
    """The figures of one language. `exact`, `filled`: by slot; `surest`: share kept and accuracy of it, by coverage."""

    lines: int
    intent_accuracy: Share
    intent_macro_f1: float | None
    handed_over: Share
    kept_accuracy: Share
    also_recall: Share
    exact: Mapping[str, Share]
    filled: Mapping[str, Share]
    false_fill: Share
    lines_with_false_fill: Share
    surest: tuple[tuple[Share, Share], ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures. `confusion`: labelled intent → read intent → lines; `ms_*`: milliseconds for each reply."""

    lines: int
    by_language: Mapping[str, LanguageFigures]
    recall: Mapping[Intent, Share]
    false: Mapping[Intent, Share]
    risk_safe: Share
    oos_recall: Share
    confusion: Mapping[Intent, Mapping[Intent, int]]
    ms_p50: float | None
    ms_p99: float | None

    def as_json(self) -> dict[str, Any]:
        """Return the object of `--json`: shares from 0 to 1, None where nothing could be counted."""
        told: dict[str, Any] = {
            language: {
                "intent_macro_f1": each.intent_macro_f1,
                "intent_accuracy": each.intent_accuracy.value,
                "kept_accuracy": each.kept_accuracy.value,
                "handed_over": each.handed_over.value,
                "dates_exact": each.exact["dates"].value,
                "amount_exact": each.exact["amount"].value,
                "false_fill": each.false_fill.value,
            }
            for language, each in self.by_language.items()
        }
        return told | {
            "stop_recall": self.recall[Intent.STOP].value,
            "stop_false": self.false[Intent.STOP].value,
            "risk_recall": self.recall[Intent.RISK].value,
            "risk_safe": self.risk_safe.value,
            "risk_false": self.false[Intent.RISK].value,
            "legal_recall": self.recall[Intent.LEGAL].value,
            "oos_recall": self.oos_recall.value,
            "ms_p50": self.ms_p50,
            "ms_p99": self.ms_p99,
        }


def score(scored: Sequence[Scored]) -> Figures:
    """Return the figures over all of *scored*, and of English and Chinese apart; other languages count in the first."""
    times = [each.ms for each in scored]
    return Figures(
        lines=len(scored),
        by_language={
            language: _of_language([each for each in scored if each.label.language == language])
            for language in (ENGLISH, CHINESE)
        },
        recall={i: _share(s.reads(i) for s in scored if s.label.names(i)) for i in URGENT},
        false={i: _share(s.reads(i) for s in scored if not s.label.names(i)) for i in URGENT},
        risk_safe=_share(_is_safe(each) for each in scored if each.label.names(Intent.RISK)),
        oos_recall=_oos_recall(scored),
        confusion=_confusion(scored),
        ms_p50=_percentile(times, 50),
        ms_p99=_percentile(times, 99),
    )


def sureness(reading: Reading) -> float:
    """Return how sure the reader is that the reading may be acted on; only the order of two such figures is used.

    It is the reading's confidence; of a reading that is out of scope the negative of it: the surer of that, the lower.
    """
    return -reading.confidence if reading.oos else reading.confidence


def is_filled(reading: Reading, slot: str) -> bool:
    """Say whether *reading* claims a value for *slot*; one of several amounts is a claim too."""
    filled = reading.slots.filled()
    return slot in filled or (slot == "amount" and "amount_alternatives" in filled)


def agrees(label: Label, reading: Reading, slot: str) -> bool:
    """Say whether the whole value of *slot* agrees; of days, the label's other list is right as well.

    One of several amounts agrees with none. Neither side giving a value agrees.
    """
    value = getattr(reading.slots, slot)
    if slot == "amount" and reading.slots.amount_alternatives:
        return False
    if slot == "dates" and label.slots.dates_alt and value == label.slots.dates_alt:
        return True
    return bool(value == getattr(label.slots, slot))


def _of_language(scored: Sequence[Scored]) -> LanguageFigures:
    without = {slot: [s for s in scored if slot not in s.label.slots.filled()] for slot in SLOTS}
    with_it = {slot: [s for s in scored if slot in s.label.slots.filled()] for slot in SLOTS}
    filled = {slot: _share(is_filled(s.reading, slot) for s in without[slot]) for slot in SLOTS}
    return LanguageFigures(
        lines=len(scored),
        intent_accuracy=_share(each.is_right for each in scored),
        intent_macro_f1=_macro_f1(scored),
        handed_over=_share(each.reading.is_doubtful for each in scored),
        kept_accuracy=_share(each.is_right for each in scored if not each.reading.is_doubtful),
        also_recall=_share(each.reads(intent) for each in scored for intent in each.label.also),
        exact={slot: _share(agrees(s.label, s.reading, slot) for s in with_it[slot]) for slot in SLOTS},
        filled=filled,
        false_fill=Share(sum(one.hits for one in filled.values()), sum(one.of for one in filled.values())),
        lines_with_false_fill=_share(
            any(is_filled(s.reading, slot) and slot not in s.label.slots.filled() for slot in SLOTS) for s in scored
        ),
        surest=tuple(_surest(scored, percent) for percent in COVERAGES_PERCENT),
    )


def _share(facts: Iterable[bool]) -> Share:
    seen = list(facts)
    return Share(sum(seen), len(seen))


def _is_safe(scored: Scored) -> bool:
    """Say whether a person sees the reply: risk is read, or it is sensitive, or the reading is in doubt."""
    return scored.reads(Intent.RISK) or scored.reading.sensitive or scored.reading.is_doubtful


def _macro_f1(scored: Sequence[Scored]) -> float | None:
    """Average F1 over the intents that are labelled or read at least once, each counting the same."""
    labelled = Counter(each.label.intent for each in scored)
    read = Counter(each.reading.intent for each in scored)
    hits = Counter(each.label.intent for each in scored if each.is_right)
    intents = labelled.keys() | read.keys()
    if not intents:
        return None
    return round(sum(2 * hits[i] / (labelled[i] + read[i]) for i in sorted(intents)) / len(intents), _DIGITS)


def _least_kept(scores: Sequence[float], percent: int) -> float:
    """Return the highest threshold that at least *percent* of *scores* reach."""
    return sorted(scores, reverse=True)[-(-percent * len(scores) // 100) - 1]


def _surest(scored: Sequence[Scored], percent: int) -> tuple[Share, Share]:
    """Return the share kept and the accuracy of it where at least *percent* are kept; equals stay together."""
    if not scored:
        return Share(0, 0), Share(0, 0)
    least = _least_kept([sureness(each.reading) for each in scored], percent)
    kept = [each for each in scored if sureness(each.reading) >= least]
    return Share(len(kept), len(scored)), _share(each.is_right for each in kept)


def _oos_recall(scored: Sequence[Scored]) -> Share:
    """Return how many out-of-scope replies fall below the threshold that 95 % of the in-scope ones reach."""
    inside = [each.reading.in_scope for each in scored if not each.label.oos]
    outside = [each.reading.in_scope for each in scored if each.label.oos]
    if not inside:
        return Share(0, 0)
    least = _least_kept(inside, KEPT_PERCENT)
    return _share(value < least for value in outside)


def _confusion(scored: Sequence[Scored]) -> dict[Intent, dict[Intent, int]]:
    pairs = Counter((each.label.intent, each.reading.intent) for each in scored)
    table: dict[Intent, dict[Intent, int]] = {}
    for label, read in sorted(pairs):
        table.setdefault(label, {})[read] = pairs[label, read]
    return table


def _percentile(times: Sequence[float], percent: int) -> float | None:
    """Return the nearest-rank percentile: the least time that at least *percent* of the replies took no longer than."""
    if not times:
        return None
    return round(sorted(times)[-(-percent * len(times) // 100) - 1], _DIGITS)


def differences(scored: Scored) -> list[str]:
    """Return in words what differs from the label and would be acted on otherwise; nothing where the line passes.

    Compared: the primary intent; stop, risk and legal wherever they stand; every slot; conditional, oos, sensitive.
    """
    label, reading = scored.label, scored.reading
    found = [] if scored.is_right else [_differs("intent", label.intent, reading.intent)]
    found += [
        _differs(intent, _heard(label.names(intent)), _heard(scored.reads(intent)))
        for intent in URGENT
        if label.names(intent) is not scored.reads(intent) and intent not in {label.intent, reading.intent}
    ]
    found += [
        _differs(slot, _shown(getattr(label.slots, slot)), _claimed(reading, slot))
        for slot in SLOTS
        if not agrees(label, reading, slot)
    ]
    flags: tuple[tuple[str, Callable[[Label | Reading], bool]], ...] = (
        ("conditional", lambda side: side.conditional),
        ("oos", lambda side: side.oos),
        ("sensitive", lambda side: side.sensitive),
    )
    return found + [_differs(name, of(label), of(reading)) for name, of in flags if of(label) is not of(reading)]


def _differs(field: str, expected: object, got: object) -> str:
    return f"{field}: expected {expected}, got {got}"


def _heard(is_named: bool) -> str:  # noqa: FBT001 - the one thing it words
    return "it" if is_named else "none"


def _claimed(reading: Reading, slot: str) -> str:
    if slot == "amount" and reading.slots.amount_alternatives:
        return " or ".join(map(str, reading.slots.amount_alternatives))
    return _shown(getattr(reading.slots, slot))


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
