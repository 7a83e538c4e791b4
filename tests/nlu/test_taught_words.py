"""Every reply word that our own texts teach is understood where they teach it: each text of the catalogue is read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest

from parley.engine.turn import READ_AS
from parley.negotiation.after_words import FILE, after_words, load_after_words
from parley.negotiation.budget.answers import read_answer
from parley.negotiation.budget.financial_statement import Topic
from parley.nlu.evidence import evidence_of
from parley.nlu.lexicon import Lexicon
from parley.nlu.read import Reader, read
from parley.nlu.reading import Intent, ReadingContext
from parley.nlu.urgent import scan
from parley.run.library import build_budgets

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
# Answers to the questions about income and spending: read by their own list, where those are asked.
ANSWERS = {
    "SKIP": "skip", "跳过": "skip", "跳過": "skip", "CHANGES": "changes", "不固定": "changes", "NOT SURE": "unsure",
    "不清楚": "unsure",
}  # fmt: skip
FIGURES = {
    "PEOPLE": Topic.HOUSEHOLD, "INCOME": Topic.INCOME, "HOUSING": Topic.HOUSING, "ESSENTIALS": Topic.ESSENTIALS,
    "DEBTS": Topic.OTHER_DEBTS, "人口": Topic.HOUSEHOLD, "收入": Topic.INCOME, "住房": Topic.HOUSING,
    "住屋": Topic.HOUSING, "生活": Topic.ESSENTIALS, "其他": Topic.OTHER_DEBTS,
}  # fmt: skip
# Read by the table for talks after an agreement, not by the reader.
CHANGED = {"CHANGED", "有变化", "有變化"}
STOP_WORDS = ("STOP", "R", "T", "TD", "退订", "退訂", "拒收")
CONTEXTS = (
    *("reminder", "overdue", "offer", "plan_confirm", "promise_confirm", "risk_alert"),
    *("promo", "limit_change", "identity", "capacity", None),
)


def load(name: str) -> dict[str, Any]:
    return tomllib.loads((CATALOGUE / name).read_text(encoding="utf-8"))


def words_of(text: str, language: str) -> set[str]:
    if language == "en":
        return {word for word in (*MEANS, *ANSWERS, *FIGURES) if re.search(rf"(?<![A-Za-z]){word}(?![A-Za-z])", text)}
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
            if key == "info.terms":
                # It teaches an answer only where a plan has been read back, and leaves that talk where it is.
                parts = {"plan_confirm": entry["text"]}
            for last, text in parts.items():
                for word in sorted(words_of(text, language) - CHANGED):
                    yield language, key, (None if last == "none" else last), word


TAUGHT = sorted(set(taught()), key=str)


def test_every_language_teaches_words() -> None:
    for language in LOCALES:
        assert len({word for lang, _, _, word in TAUGHT if lang == language}) >= 8


def understood_as_answer(word: str, language: str, lexicon: Lexicon) -> bool:
    """Say whether a word to the questions about income and spending is read as what our text gives it for."""
    words = build_budgets().words
    told = f"{word} {3 if FIGURES[word] is Topic.HOUSEHOLD else 3000}" if word in FIGURES else word
    answer = read_answer(evidence_of(told, context_after("capacity", language), lexicon), words, lexicon)
    if answer is None:
        return False
    return answer.topic is FIGURES[word] if word in FIGURES else answer.word == ANSWERS[word]


@pytest.mark.parametrize(("language", "key", "context", "word"), TAUGHT)
def test_taught_word_is_understood(language: str, key: str, context: str | None, word: str, reader: Reader) -> None:
    if word in ANSWERS or word in FIGURES:
        assert understood_as_answer(word, language, reader.lexicon), (key, word)
        return
    wanted = AFTER_ALERT.get(word, MEANS[word]) if context == "risk_alert" else MEANS[word]
    for form in (word, word.lower(), f" {word}. ", f"“{word}”"):
        reading = read(form, context_after(context, language), reader)
        assert (reading.intent, reading.also) == (wanted, ()), (key, form)


@pytest.mark.parametrize("word", sorted(CHANGED))
def test_a_word_of_the_table_for_talks_after_an_agreement_is_understood(word: str) -> None:
    tables = {"script.toml": (files("parley.nlu.data") / "script.toml").read_bytes()}
    lexicon = load_after_words(tables, (files("parley.negotiation.data") / FILE).read_bytes())
    for form in (word, word.lower(), f" {word}. ", f"“{word}”"):
        assert after_words(form, lexicon).has_changed


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("word", STOP_WORDS)
def test_stop_is_heard_after_every_message(word: str, context: str | None, lexicon: Lexicon, reader: Reader) -> None:
    for form in (word, word.lower(), f"“{word}”"):
        assert read(form, context_after(context, "zh-Hans"), reader).intent is Intent.STOP
        assert scan(form, lexicon).stop is not None


def context_after(last: str | None, language: str) -> ReadingContext:
    options = ("1", "2") if last == "offer" else ()
    last = READ_AS.get(last, last) if last is not None else None
    return ReadingContext(last, datetime(2026, 11, 25, 10, tzinfo=UTC), "UTC", LOCALES[language], "USD", options)
