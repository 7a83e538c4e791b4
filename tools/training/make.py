"""Which labelled replies does the reader learn from? Every phrase, filled, spelt, and after messages of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final
from zlib import crc32

from parley.nlu.labels import Label
from parley.nlu.reading import Intent, ReadingContext, Slots
from tools.training.held_out import held_out_keys, key
from tools.training.noise import noisy
from tools.training.phrases import Phrase
from tools.training.render import Scene, fill_places, month_end

_FIRST_DAY: Final = datetime(2026, 1, 5, 3, tzinfo=UTC)
_DAYS: Final = 700
_CLEAN_SHARE: Final = 0.55
# Days that a phrase names by itself.
_NAMED_DAYS: Final = {"day_before_yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1, "day_after_tomorrow": 2}
_ZONES: Final = {
    "US": "America/New_York",
    "GB": "Europe/London",
    "IN": "Asia/Kolkata",
    "NG": "Africa/Lagos",
    "PH": "Asia/Manila",
    "SG": "Asia/Singapore",
    "AU": "Australia/Sydney",
    "TW": "Asia/Taipei",
    "HK": "Asia/Hong_Kong",
}


@dataclass(frozen=True, slots=True)
class Example:
    """A made reply with its labels and the phrase it comes from. `is_clean`: its first, unspoilt form."""

    phrase: str
    label: Label
    is_clean: bool = True

    @property
    def is_usual(self) -> bool:
        """Whether it is unspoilt and was not written to mislead."""
        return self.is_clean and "/hard_negatives/" not in self.phrase


def examples(phrases: Iterable[Phrase], seed: int, per_phrase: int) -> Iterator[Example]:
    """Return *per_phrase* replies of each phrase; the same seed gives the same replies.

    A reply that happens to be one by which the reader is judged is left out.
    """
    never = held_out_keys()
    for phrase in phrases:
        for number in range(per_phrase):
            made = _example(phrase, number, Random(f"{seed} {phrase.id} {number}"))  # noqa: S311 - no secret is drawn
            if key(made.label.text) not in never:
                yield made


def _example(phrase: Phrase, number: int, rng: Random) -> Example:
    now = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS), hours=rng.randrange(12))
    region = phrase.locale.rsplit("-", 1)[-1]
    zone = _ZONES.get(region, "Asia/Shanghai" if phrase.language.startswith(("zh", "yue")) else "America/New_York")
    # Each phrase begins at a place of its own: else all would be learnt after the first kinds of message only.
    context = phrase.contexts[(crc32(phrase.id.encode()) + number) % len(phrase.contexts)]
    scene = Scene(rng, now.date(), phrase.locale, past=phrase.intent is Intent.ALREADY_PAID)
    text = fill_places(phrase.text, scene)
    if number and rng.random() > _CLEAN_SHARE:
        text = noisy(text, rng, chinese=scene.is_chinese)
    return Example(
        phrase.id,
        Label(
            id=f"{phrase.id}/{number}",
            text=text,
            language=phrase.language,
            context=ReadingContext(last_message=context, now=now, zone=zone, locale=phrase.locale, currency=""),
            intent=phrase.intent,
            also=phrase.also,
            slots=_slots(phrase, scene),
            conditional=phrase.conditional,
            oos=phrase.oos,
            sensitive=phrase.sensitive,
        ),
        is_clean=number == 0,
    )


def _named_day(word: str, today: date) -> date:
    return month_end(today) if word == "month_end" else today + timedelta(days=_NAMED_DAYS[word])


def _slots(phrase: Phrase, scene: Scene) -> Slots:
    filled: dict[str, Any] = {**phrase.slots, **scene.slots}
    named = [_named_day(word, scene.today) for word in phrase.slots.get("dates", ())]
    days = tuple(sorted({*named, *scene.slots.get("dates", ())}))
    near = tuple(sorted({*named, *scene.slots.get("dates_alt", ())}))
    return Slots(**{**filled, "dates": days, "dates_alt": near if near != days else ()})
