"""Are families of urgent replies heard in every shipped language, and look-alikes left alone? Written by hand."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parley.nlu.lexicon import Lexicon
from parley.nlu.read import Reader, read
from parley.nlu.reading import ReadingContext, Span
from parley.nlu.urgent import Hit, scan

CASES = Path(__file__).parent / "cases"
FILES = [tomllib.loads((CASES / name).read_text("utf-8")) for name in ("urgent_families.toml", "urgent_apart.toml")]
# A test a family, which names the texts that fail: a test a text would cost more in book-keeping than in reading.
FAMILIES = [
    (kind, family, texts)
    for families_of in FILES
    for kind, families in families_of.items()
    for family, texts in families.items()
]
HEARD = [row for row in FAMILIES if not row[0].startswith("not_")]
LOOK_ALIKES = [row for row in FAMILIES if row[0].startswith("not_")]
CONTEXT = ReadingContext("overdue", datetime(2026, 11, 25, 10, tzinfo=UTC), "Asia/Shanghai", "zh-CN", "CNY")


def span(kind: str, text: str, lexicon: Lexicon, reader: Reader) -> Hit | Span | None:
    """Return where the text says it, and why; what is grave and not urgent is read as sensitive."""
    urgent = scan(text, lexicon)
    if kind == "sensitive":
        reading = read(text, CONTEXT, reader)
        return urgent.risk or next((each for each in reading.spans if each.label == kind and reading.sensitive), None)
    return {"stop": urgent.stop, "risk": urgent.risk, "legal": urgent.legal}[kind]


def is_told(found: Hit | Span | None, text: str) -> bool:
    """Say whether something was found, with its place in the text and its reason."""
    return found is not None and 0 <= found.start < found.end <= len(text) and bool(found.why)


def test_there_are_enough_of_both() -> None:
    for families in (HEARD, LOOK_ALIKES):
        assert len({(kind, text) for kind, _, texts in families for text in texts}) >= 150


def test_a_sentence_that_is_a_stop_word_is_shown_where_it_stands(lexicon: Lexicon) -> None:
    text = "paid it already! now stop. thanks"
    stop = scan(text, lexicon).stop
    assert stop is not None
    assert "stop" in text[stop.start : stop.end]
    assert "paid" not in text[stop.start : stop.end]


@pytest.mark.parametrize("text", ["cancel it", "I want to cancel"])
def test_politeness_around_cancel_does_not_make_it_a_stop_word(text: str, lexicon: Lexicon) -> None:
    assert scan(text, lexicon).stop is None
    assert scan("cancel", lexicon).stop is not None


@pytest.mark.parametrize(("kind", "family", "texts"), HEARD)
def test_family_is_heard_and_says_where_and_why(
    kind: str, family: str, texts: list[str], lexicon: Lexicon, reader: Reader
) -> None:
    assert [text for text in texts if not is_told(span(kind, text, lexicon, reader), text)] == []


@pytest.mark.parametrize(("kind", "family", "texts"), LOOK_ALIKES)
def test_look_alike_is_not_heard(kind: str, family: str, texts: list[str], lexicon: Lexicon, reader: Reader) -> None:
    assert [text for text in texts if span(kind.removeprefix("not_"), text, lexicon, reader) is not None] == []
