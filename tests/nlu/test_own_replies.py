"""How many replies of our own are read right: the figures reached, so that no change loses what was won.

Which were labelled before which repair stands in the files. A reply may be misread; urgent ones may not be missed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from parley.nlu.read import Reader, read
from parley.nlu.reading import Reading, ReadingContext, Slots

CASES = Path(__file__).parent / "cases"
URGENT = frozenset({"stop", "risk", "legal"})
PLACES = {
    "en-US": ("America/New_York", "USD"), "en-GB": ("Europe/London", "GBP"), "en-IN": ("Asia/Kolkata", "INR"),
    "en-NG": ("Africa/Lagos", "NGN"), "en-PH": ("Asia/Manila", "PHP"), "en-SG": ("Asia/Singapore", "SGD"),
    "zh-CN": ("Asia/Shanghai", "CNY"), "zh-TW": ("Asia/Taipei", "TWD"), "zh-HK": ("Asia/Hong_Kong", "HKD"),
}  # fmt: skip


@dataclass(frozen=True)
class Read:
    """A labelled reply and its reading."""

    text: str
    intent: str
    label: dict[str, Any]
    reading: Reading

    @property
    def has_right_slots(self) -> bool:
        wanted = {key: value for key, value in self.label.items() if key not in {"sensitive", "conditional"}}
        slots = plain(self.reading.slots)
        other_days = slots.pop("dates_alt", None)
        return wanted in (slots, {**slots, "dates": other_days})


def plain(slots: Slots) -> dict[str, Any]:
    return {name: shown(getattr(slots, name)) for name in slots.filled()}


def shown(value: object) -> object:
    if isinstance(value, tuple):
        return [shown(each) for each in value]
    return str(value) if isinstance(value, Decimal | date) else value


def replies(name: str, reader: Reader, language: str = "") -> Iterator[Read]:
    for group in tomllib.loads((CASES / f"{name}.toml").read_text("utf-8"))["set"]:
        if not group["locale"].startswith(language):
            continue
        zone, currency = PLACES[group["locale"]]
        now = datetime(2026, 11, 25, 10, tzinfo=ZoneInfo(zone))
        options = tuple(group.get("options", ()))
        context = ReadingContext(group["context"], now, zone, group["locale"], currency, options)
        for text, intent, *rest in group["replies"]:
            yield Read(text, intent, rest[0] if rest else {}, read(text, context, reader))


@pytest.mark.parametrize(
    ("name", "language", "least", "intents", "slots"),
    [
        ("own_en", "en", 150, 0.94, 0.96),
        ("own_zh", "zh", 150, 0.94, 0.96),
        ("fresh", "en", 40, 0.84, 0.97),
        ("fresh", "zh", 40, 0.88, 0.92),
    ],
)
def test_replies_are_read_no_worse_than_reached(
    name: str, language: str, least: int, intents: float, slots: float, reader: Reader
) -> None:
    read_ones = list(replies(name, reader, language))
    assert len(read_ones) >= least
    misread = [(r.text, r.intent, r.reading.intent.value) for r in read_ones if r.reading.intent.value != r.intent]
    assert 1 - len(misread) / len(read_ones) >= intents, misread
    misfilled = [(r.text, r.label, plain(r.reading.slots)) for r in read_ones if not r.has_right_slots]
    assert 1 - len(misfilled) / len(read_ones) >= slots, misfilled


@pytest.mark.parametrize("name", ["own_en", "own_zh", "fresh"])
def test_nothing_urgent_or_sensitive_is_missed(name: str, reader: Reader) -> None:
    for each in replies(name, reader):
        heard = {each.reading.intent.value, *(intent.value for intent in each.reading.also)}
        assert each.intent not in URGENT or each.intent in heard, each.text
        assert each.reading.sensitive or not each.label.get("sensitive"), each.text


@pytest.mark.parametrize("name", ["own_en", "own_zh", "fresh"])
def test_stop_and_legal_are_not_heard_where_they_are_not_said(name: str, reader: Reader) -> None:
    for each in replies(name, reader):
        heard = {each.reading.intent.value, *(intent.value for intent in each.reading.also)}
        assert heard & {"stop", "legal"} <= {each.intent}, each.text
