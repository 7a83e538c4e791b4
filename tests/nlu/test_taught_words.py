"""Every reply word that our own texts teach is understood where they teach it: each text of the catalogue is read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest

from parley.nlu.lexicon import Lexicon
from parley.nlu.read import Reader, read
from parley.nlu.reading import Intent, ReadingContext
from parley.nlu.urgent import scan

CATALOGUE = files("parley.messaging.catalogue")
LOCALES = {"en": "en-US", "zh-Hans": "zh-CN", "zh-Hant": "zh-TW"}
# After our alert a no means: it was not me.
AFTER_ALERT = {"NO": Intent.FRAUD_CLAIM, "否": Intent.FRAUD_CLAIM}
MEANS = {
    "YES": Intent.ACCEPT, "NO": Intent.DECLINE, "PERSON": Intent.ASK_HUMAN, "INFO": Intent.ASK_INFO,
    "OPTIONS": Intent.ASK_PLAN, "WHY": Intent.ASK_INFO, "PAID": Intent.ALREADY_PAID,
    "WRONG NUMBER": Intent.WRONG_NUMBER, "是": Intent.ACCEPT, "同意": Intent.ACCEPT, "否": Intent.DECLINE,
    "人工": Intent.ASK_HUMAN, "專員": Intent.ASK_HUMAN, "查询": Intent.ASK_INFO, "查詢": Intent.ASK_INFO,
    "方案": Intent.ASK_PLAN, "原因": Intent.ASK_INFO, "已还": Intent.ALREADY_PAID, "已繳": Intent.ALREADY_PAID,
    "打错了": Intent.WRONG_NUMBER, "打錯了": Intent.WRONG_NUMBER,
}  # fmt: skip
STOP_WORDS = ("STOP", "R", "T", "TD", "退订", "退訂", "拒收")
CONTEXTS = (
    *("reminder", "overdue", "offer", "plan_confirm", "promise_confirm", "risk_alert"),
    *("promo", "limit_change", "identity", "capacity", None),
)


def load(name: str) -> dict[str, Any]:
    return tomllib.loads((CATALOGUE / name).read_text(encoding="utf-8"))


def words_of(text: str, language: str) -> set[str]:
    if language == "en":
        return {word for word in MEANS if re.search(rf"(?<![A-Za-z]){word}(?![A-Za-z])", text)}
    return set(re.findall("[“「]([^”」{}]+)[”」]", text))


def taught() -> Iterator[tuple[str, str, str | None, str]]:
    """Yield language, key, what our last message was, word."""
    keys = load("keys.toml")["keys"]
    for language in LOCALES:
        for key, entry in load(f"{language}.toml").items():
            context = keys[key]["context"]
            parts = {context: entry["text"]}
            if key == "unclear.ask_back":
                branches = dict(re.findall(r"(\w+) \{([^{}]*)\}", entry["text"]))
                parts = {("none" if name == "other" else name): text for name, text in branches.items()}
            for last, text in parts.items():
                for word in sorted(words_of(text, language)):
                    yield language, key, (None if last == "none" else last), word


TAUGHT = sorted(set(taught()), key=str)


def test_every_language_teaches_words() -> None:
    for language in LOCALES:
        assert len({word for lang, _, _, word in TAUGHT if lang == language}) >= 8


@pytest.mark.parametrize(("language", "key", "context", "word"), TAUGHT)
def test_taught_word_is_understood(language: str, key: str, context: str | None, word: str, reader: Reader) -> None:
    wanted = AFTER_ALERT.get(word, MEANS[word]) if context == "risk_alert" else MEANS[word]
    for form in (word, word.lower(), f" {word}. ", f"“{word}”"):
        reading = read(form, context_after(context, language), reader)
        assert (reading.intent, reading.also) == (wanted, ()), (key, form)


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("word", STOP_WORDS)
def test_stop_is_heard_after_every_message(word: str, context: str | None, lexicon: Lexicon, reader: Reader) -> None:
    for form in (word, word.lower(), f"“{word}”"):
        assert read(form, context_after(context, "zh-Hans"), reader).intent is Intent.STOP
        assert scan(form, lexicon).stop is not None


def context_after(last: str | None, language: str) -> ReadingContext:
    options = ("1", "2") if last == "offer" else ()
    return ReadingContext(last, datetime(2026, 11, 25, 10, tzinfo=UTC), "UTC", LOCALES[language], "USD", options)
