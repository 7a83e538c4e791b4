"""Which replies are in another language, which are ours however mixed, and what is still heard in the others."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from parley.locale import Language
from parley.nlu.languages import foreign_language
from parley.nlu.lexicon import Lexicon
from parley.nlu.read import FOREIGN, Reader, read
from parley.nlu.reading import Intent, ReadingContext
from parley.web.understood import understood
from parley.web.words import knows

REPLIES: Final[dict[str, list[str]]] = tomllib.loads(
    (Path(__file__).parent / "cases" / "languages.toml").read_text("utf-8")
)
FOREIGN_REPLIES: Final = [(code, text) for code, texts in REPLIES.items() if code != "own" for text in texts]
OVERDUE: Final = ReadingContext(
    last_message="overdue", now=datetime(2026, 11, 23, 15, tzinfo=UTC), zone="UTC", locale="en-US", currency="USD"
)
# Shares that were measured when the tables were made; a change may not lower them.
LEAST_FOUND: Final = 0.9
# Codes that stand for each other: one script or nearly one vocabulary.
CLOSE: Final = ({"ms", "id"}, {"hi", "ur", "pa"}, {"ur", "ar"}, {"ru", "uk"}, {"tl", "ceb"}, {"es", "pt"})


@pytest.mark.parametrize("text", REPLIES["own"])
def test_what_is_mixed_is_ours(text: str, lexicon: Lexicon) -> None:
    assert foreign_language(text, lexicon) is None


@pytest.mark.parametrize(
    "text",
    ["我明天还", "超好吃の", "ㄎㄧㄤ", "哈哈ㅋㅋ", "聽日俾", "payday is the 15th के बाद", "ѕтор", "re: re: re:", ""],
)
def test_a_borrowed_letter_makes_no_language(text: str, lexicon: Lexicon) -> None:
    assert foreign_language(text, lexicon) is None


def test_replies_in_other_languages_are_told_and_named(lexicon: Lexicon) -> None:
    told = [(code, foreign_language(text, lexicon)) for code, text in FOREIGN_REPLIES]
    found = [(code, named) for code, named in told if named is not None]
    assert len(found) >= LEAST_FOUND * len(told)
    assert [pair for pair in found if len({*pair}) > 1 and not any({*pair} <= close for close in CLOSE)] == []


@pytest.mark.parametrize(
    "text", ["지금 돈이 없어요", "le pago el próximo viernes", "wala po akong pera ngayon", "кто это"]
)
def test_a_reply_in_another_language_is_out_of_scope_and_says_why(text: str, reader: Reader) -> None:
    reading = read(text, OVERDUE, reader)
    assert (reading.intent, reading.also, reading.oos, reading.in_scope) == (Intent.OTHER, (), True, 0.0)
    assert reading.reasons == (f"other: {FOREIGN}",)
    assert [span.label for span in reading.spans if (span.start, span.end) == (0, len(text))] == ["language"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("no me manden mas mensajes por favor", Intent.STOP),
        ("quiero matarme, ya no quiero vivir", Intent.RISK),
        ("gusto ko nang mamatay, wala na akong pag-asa", Intent.RISK),
        ("jangan hantar sms lagi kepada saya", Intent.STOP),
    ],
)
def test_stop_and_danger_are_heard_in_every_language(text: str, intent: Intent, reader: Reader) -> None:
    assert read(text, OVERDUE, reader).intent is intent


@pytest.mark.parametrize(("language", "name"), [("en", "Spanish (es)"), ("zh-Hans", "西班牙语 (es)")])
def test_the_language_is_named_to_whoever_reads(language: str, name: str, reader: Reader) -> None:
    text = "no tengo dinero ahorita"
    lines = list(understood(text, read(text, OVERDUE, reader), Language(language)))
    assert any(name in line for line in lines)
    assert knows(f"why.{FOREIGN}")
