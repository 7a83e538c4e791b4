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

FAMILIES = tomllib.loads((Path(__file__).parent / "cases" / "urgent_families.toml").read_text("utf-8"))
TEXTS = [(kind, text) for kind, families in FAMILIES.items() for texts in families.values() for text in texts]
HEARD = [(kind, text) for kind, text in TEXTS if not kind.startswith("not_")]
LOOK_ALIKES = [(kind, text) for kind, text in TEXTS if kind.startswith("not_")]


CONTEXT = ReadingContext("overdue", datetime(2026, 11, 25, 10, tzinfo=UTC), "Asia/Shanghai", "zh-CN", "CNY")


def span(kind: str, text: str, lexicon: Lexicon, reader: Reader) -> Hit | Span | None:
    """Return where the text says it, and why; what is grave and not urgent is read as sensitive."""
    urgent = scan(text, lexicon)
    if kind == "sensitive":
        reading = read(text, CONTEXT, reader)
        return urgent.risk or next((each for each in reading.spans if each.label == kind and reading.sensitive), None)
    return {"stop": urgent.stop, "risk": urgent.risk, "legal": urgent.legal}[kind]


def test_there_are_enough_of_both() -> None:
    assert len(set(HEARD)) >= 150
    assert len(set(LOOK_ALIKES)) >= 150


@pytest.mark.parametrize(("kind", "text"), HEARD)
def test_family_is_heard_and_says_where_and_why(kind: str, text: str, lexicon: Lexicon, reader: Reader) -> None:
    found = span(kind, text, lexicon, reader)
    assert found is not None
    assert 0 <= found.start < found.end <= len(text)
    assert found.why


@pytest.mark.parametrize(("kind", "text"), LOOK_ALIKES)
def test_look_alike_is_not_heard(kind: str, text: str, lexicon: Lexicon, reader: Reader) -> None:
    assert span(kind.removeprefix("not_"), text, lexicon, reader) is None
