"""Which days, sums, counts and reasons a reply of a known intent gives: wide tables of our own, clause by clause.

The intent is taken from the table, so that these figures say how good the slot grammar is, whoever reads the intent.
The `later` tables were written when the first two were read right. At their first reading 82 % of the English and 78 %
of the Chinese lines had every slot right: the honest estimate for replies by other hands.
What failed was repaired then. Of the `third` tables 74 % and 85 % of the lines were wholly right at first; by slot,
dates 95 % and 97 %, sums 91 % and 88 %. Of `hardships` 72 % were named right at first.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from parley.dates import local_date
from parley.nlu.amounts import Place
from parley.nlu.counts import find_option
from parley.nlu.days import Today
from parley.nlu.lexicon import Lexicon
from parley.nlu.reading import Intent
from parley.nlu.slots import fill, gather
from parley.nlu.when import month_first

HERE = Path(__file__).parent
ZONES = {
    "en-US": "America/New_York", "en-GB": "Europe/London", "en-IN": "Asia/Kolkata", "en-NG": "Africa/Lagos",
    "en-PH": "Asia/Manila", "en-SG": "Asia/Singapore", "en-AU": "Australia/Sydney", "zh-CN": "Asia/Shanghai",
    "zh-TW": "Asia/Taipei", "zh-HK": "Asia/Hong_Kong", "zh-SG": "Asia/Singapore",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A labelled reply and the slots that were filled."""

    text: str
    wanted: dict[str, Any]
    got: dict[str, Any]

    @property
    def wrong(self) -> list[str]:
        """The slots that differ."""
        return [slot for slot in {**self.wanted, **self.got} if self.wanted.get(slot) != self.got.get(slot)]

    @property
    def false(self) -> list[str]:
        """The slots filled where the label has none."""
        return [slot for slot in self.got if slot not in self.wanted]


def cases(name: str, lexicon: Lexicon) -> Iterator[Case]:
    """Read every reply of the table; a line is text, intent, slots, further intents, conditional."""
    for group in tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))["set"]:
        locale, context = group["locale"], group["context"]
        today = Today(local_date(group["now"], ZONES[locale]), month_first(locale))
        for text, intent, label in group["replies"]:
            wanted = {slot: value for slot, value in label.items() if slot != "also"}
            also = tuple(map(Intent, label.get("also", ())))
            yield Case(text, wanted, filled(text, Intent(intent), also, context, locale, today, lexicon))


def filled(
    text: str, intent: Intent, also: tuple[Intent, ...], context: str, locale: str, today: Today, lexicon: Lexicon
) -> dict[str, Any]:
    normal = lexicon.prepare(text)
    facts = gather(normal.text, lexicon.matches(normal, context), today, Place(locale, ""), lexicon, context)
    option = find_option(normal.text, (), lexicon)[0] if context == "offer" and intent is Intent.ACCEPT else None
    slots = fill(facts, intent, also, option)
    got = {name: plain(getattr(slots, name)) for name in slots.filled()}
    if facts.labels("conditional") and intent in {Intent.PROMISE_TO_PAY, Intent.COUNTER_OFFER, Intent.ACCEPT}:
        got["conditional"] = True
    return got


def plain(value: object) -> object:
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return float(value) if isinstance(value, Decimal) else value


@pytest.mark.parametrize(
    ("name", "least", "reached", "most_false"),
    [
        ("cases_en", 360, 0.99, 0.005),
        ("cases_zh", 290, 0.99, 0.005),
        ("later_en", 130, 0.97, 0.01),
        ("later_zh", 110, 0.98, 0.01),
        ("third_en", 70, 0.95, 0.03),
        ("third_zh", 58, 0.98, 0.01),
    ],
)
def test_slots_are_filled_no_worse_than_reached(
    name: str, least: int, reached: float, most_false: float, lexicon: Lexicon
) -> None:
    read = list(cases(name, lexicon))
    assert len(read) >= least
    wrong = [(case.text, case.wanted, case.got) for case in read if case.wrong]
    assert 1 - len(wrong) / len(read) >= reached, wrong
    false = [(case.text, case.false) for case in read if case.false]
    assert len(false) / len(read) <= most_false, false


def test_hardships_are_named_no_worse_than_reached(lexicon: Lexicon) -> None:
    today = Today(date(2026, 11, 25), month_first=True)
    table: dict[str, list[str]] = tomllib.loads((HERE / "hardships.toml").read_text("utf-8"))
    named = [(text, kind) for kind, texts in table.items() for text in texts]
    wrong = []
    for text, kind in named:
        slots = filled(text, Intent.CANNOT_PAY, (), "overdue", "en-US", today, lexicon)
        if slots.get("hardship", "none") != kind:
            wrong.append((text, kind, slots.get("hardship")))
    assert len(named) >= 480
    assert 1 - len(wrong) / len(named) >= 0.97, wrong


def test_every_date_of_the_tables_is_a_day_of_the_right_type() -> None:
    for name in ("cases_en", "cases_zh", "later_en", "later_zh", "third_en", "third_zh"):
        for group in tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))["set"]:
            for _, _, label in group["replies"]:
                assert all(type(day) is date for day in label.get("dates", [])), label
