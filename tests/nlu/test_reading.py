"""What replies mean: tables of cases, the visible examples, and word lists that are refused."""

from __future__ import annotations

import json
import tomllib
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from parley.errors import BadInput
from parley.nlu.labels import label_of
from parley.nlu.lexicon import Lexicon, load_lexicon
from parley.nlu.read import Reader, read
from parley.nlu.reading import Intent, ReadingContext, Slots
from parley.nlu.score import Scored, score
from parley.nlu.urgent import scan

CASES = Path(__file__).parent / "cases"
URGENT = tomllib.loads((CASES / "urgent.toml").read_text("utf-8"))
REPLIES = tomllib.loads((CASES / "replies.toml").read_text("utf-8"))["case"]
ZONES = {"en-US": "America/New_York", "en-GB": "Europe/London", "zh-CN": "Asia/Shanghai", "zh-HK": "Asia/Hong_Kong"}


@pytest.mark.parametrize("text", URGENT["stop"] + URGENT["adverts"])
def test_stop_is_heard_in_any_wording(text: str, lexicon: Lexicon) -> None:
    assert scan(text, lexicon).stop is not None


@pytest.mark.parametrize("text", URGENT["adverts"])
def test_stop_of_adverts_only_is_narrow(text: str, lexicon: Lexicon) -> None:
    assert scan(text, lexicon).stop_scope == "promotions"


@pytest.mark.parametrize("text", URGENT["not_stop"])
def test_other_objects_and_negation_are_no_stop(text: str, lexicon: Lexicon) -> None:
    assert scan(text, lexicon).stop is None


@pytest.mark.parametrize("text", URGENT["risk"])
def test_risk_is_heard(text: str, lexicon: Lexicon) -> None:
    assert scan(text, lexicon).risk is not None


@pytest.mark.parametrize("text", URGENT["not_risk"])
def test_idioms_are_no_risk(text: str, lexicon: Lexicon) -> None:
    assert scan(text, lexicon).risk is None


@pytest.mark.parametrize("text", URGENT["legal"])
def test_legal_is_heard(text: str, lexicon: Lexicon) -> None:
    assert scan(text, lexicon).legal is not None


@pytest.mark.parametrize("text", URGENT["not_legal"])
def test_other_courts_are_not_legal(text: str, lexicon: Lexicon) -> None:
    assert scan(text, lexicon).legal is None


@pytest.mark.parametrize("case", REPLIES, ids=[c["text"] for c in REPLIES])
def test_reply_is_read_in_its_context(case: dict[str, Any], reader: Reader) -> None:
    reading = read(case["text"], context_of(case), reader)
    if "intent" in case:
        assert reading.intent == case["intent"]
    if "also" in case:
        assert list(reading.also) == case["also"]
    assert reading.conditional == case.get("conditional", False)
    assert plain(reading.slots) == case["slots"]
    assert reading.oos == (reading.intent is Intent.OTHER)


def context_of(case: dict[str, Any]) -> ReadingContext:
    zone = ZONES[case["locale"]]
    now = datetime(2026, 11, 25, 10, tzinfo=ZoneInfo(zone))
    return ReadingContext(case["context"], now, zone, case["locale"], "USD", tuple(case.get("options", ())))


def plain(slots: Slots) -> dict[str, Any]:
    return {name: shown(getattr(slots, name)) for name in slots.filled()}


def shown(value: object) -> object:
    if isinstance(value, tuple):
        return [shown(v) for v in value]
    if isinstance(value, Decimal):
        return str(value)
    return value if isinstance(value, (int, str)) else str(value)


def test_visible_examples_score_no_less_than_reached(reader: Reader) -> None:
    """Copies of the label guide's 60 examples: a check, not what the lists were fitted to."""
    lines = [json.loads(line) for line in (CASES / "examples.jsonl").read_text("utf-8").splitlines()]
    labels = [label_of(line) for line in lines]
    figures = score([Scored(one, read(one.text, one.context, reader), 0.0) for one in labels]).as_json()
    assert figures["stop_recall"] == 1.0
    assert figures["stop_false"] == 0
    assert figures["risk_recall"] == 1.0
    assert figures["risk_false"] == 0
    assert figures["legal_recall"] == 1.0
    assert figures["en"]["intent_accuracy"] >= 0.9
    assert figures["zh"]["intent_accuracy"] >= 0.9
    assert figures["en"]["dates_exact"] >= 0.9
    assert figures["zh"]["amount_exact"] >= 0.9


def test_repr_shows_no_words_of_the_reply(lexicon: Lexicon, reader: Reader) -> None:
    reading = read("will pay 4321 on friday", context_of({"context": "overdue", "locale": "en-US"}), reader)
    assert "4321" not in repr(reading)
    assert "friday" not in repr(lexicon.prepare("friday"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"x = 1", "x"),
        (b"\xff", "file"),
        (b'[[rule]]\nid="a"\nkind="stop"\nlabel="all"\nwhy="w"\nphrases=["(a"]', "rule.a.phrases"),
        (b'[[rule]]\nid="a"\nkind="stop"\nlabel="all"\nwhy="w"\nphrases=["a"]\nmood=1', "mood"),
        (b'[[rule]]\nid="a"\nkind="sing"\nlabel="all"\nwhy="w"\nphrases=["a"]', "kind"),
    ],
)
def test_bad_word_list_is_refused_with_file_and_key(data: bytes, says: str) -> None:
    with pytest.raises(BadInput) as refusal:
        load_lexicon({"mine.toml": data})
    assert "mine.toml" in refusal.value.en and says in refusal.value.en
    assert "mine.toml" in refusal.value.zh
