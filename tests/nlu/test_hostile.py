"""Hostile text: nothing raises, and time grows no faster than the text. Bounds see backtracking, not speed."""

from __future__ import annotations

import random
import re
import time
from datetime import UTC, datetime

import pytest

from parley.nlu import amounts, counts, numerals, redact, votes, when
from parley.nlu.lexicon import Lexicon
from parley.nlu.normalise import READ_LIMIT_CHARS, normalise
from parley.nlu.phrases import Phrase
from parley.nlu.read import Reader, read
from parley.nlu.reading import ReadingContext
from tests.conftest import FULL_SIZE

# A pattern that backtracks takes minutes on these texts, a linear one milliseconds.
MOST_SECONDS = 2.0
# How many texts are made up, in parts that run side by side.
TEXTS, PARTS = (1_000_000 if FULL_SIZE else 20_000), 4
PIECES = (
    *(
        "\ud800",
        "\u202e",
        "\u200b",
        "\x00",
        "a",
        "stop ",
        "(((",
        "不",
        "没有",
        "1",
        "1,",
        "$",
        " ",
        "\n",
        "🛑",
        "一二三",
    ),
    *("not ", "i will pay ", "百千万", "الو", "if ", "9" * 40, "pay in 3 ", "by the 3 ", "- ", "yes yes ", "号"),
)
CONTEXT = ReadingContext("offer", datetime(2026, 11, 25, 10, tzinfo=UTC), "Asia/Shanghai", "zh-CN", "CNY", ("1", "2"))


def phrases(lexicon: Lexicon) -> list[Phrase]:
    return [phrase for rule in lexicon.rules for phrase in (*rule.phrases, *rule.unless, *rule.never_with)]


def grammars(lexicon: Lexicon) -> list[re.Pattern[str]]:
    money = amounts._money(lexicon)
    return [
        *counts._count_patterns(lexicon),
        *counts._option_patterns(lexicon),
        *(day.regex for day in when._grammar(lexicon)),
        *(money.before, money.after, money.pay_before, money.rate_after, money.between),
        *(pattern for _, pattern, _ in redact._FINDERS),
        numerals._finder(lexicon),
        votes._code(lexicon),
    ]


def own_words(source: str) -> list[str]:
    """Return the words a pattern is made of."""
    bare = re.sub(r"\(\?[:<!=]*|\[[^\]]*\]|\{[^}]*\}|\\.", " ", source)
    return re.findall(r"[a-z0-9]+|[\u3040-\uffef]+", bare) or ["1"]


def hostile_texts(source: str, rng: random.Random) -> list[str]:
    """Return texts of the longest length that is read, built from the pattern's own words."""
    words = own_words(source)
    mixed = [rng.choice(words) for _ in range(READ_LIMIT_CHARS)]
    forms = (" ".join(mixed), words[0] * READ_LIMIT_CHARS, (words[0] + " - ") * READ_LIMIT_CHARS, "".join(mixed))
    return [form[:READ_LIMIT_CHARS] for form in forms]


def seconds(pattern: re.Pattern[str], texts: list[str]) -> float:
    begin = time.process_time()
    for text in texts:
        for _ in pattern.finditer(text):
            pass
    return time.process_time() - begin


def test_phrases_repeat_nothing_without_bound(lexicon: Lexicon) -> None:
    for phrase in phrases(lexicon):
        assert not re.search(r"(?<!\\)[*+]|\{\d*,\}", phrase.regex), phrase.regex
        assert phrase.regex.count("]{0,40}?") + phrase.regex.count("]{0,20}?") <= 2


@pytest.mark.slow
def test_no_pattern_backtracks_on_its_own_words(lexicon: Lexicon) -> None:
    rng = random.Random(4)
    patterns = [phrase.pattern for phrase in phrases(lexicon)] + grammars(lexicon)
    slow = [p.pattern for p in patterns if seconds(p, hostile_texts(p.pattern, rng)) > MOST_SECONDS]
    assert slow == []


def test_the_search_for_backtracking_sees_it() -> None:
    pattern = re.compile(r"(?:a{1,30}){1,12}b")
    assert seconds(pattern, ["a" * 24]) > seconds(pattern, ["a" * 12])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(PARTS))
def test_any_text_is_read_without_an_exception(seed: int, lexicon: Lexicon, reader: Reader) -> None:
    rng = random.Random(seed)
    words = [word for phrase in rng.sample(phrases(lexicon), 200) for word in own_words(phrase.regex)]
    for i in range(TEXTS // PARTS):
        if i % 3 == 0:
            text = "".join(rng.choice(PIECES) for _ in range(rng.randint(0, 12)))
        elif i % 3 == 1:
            text = "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randint(0, 24)))
        else:
            text = " ".join(rng.choice(words) for _ in range(rng.randint(0, 8)))
        read(text, CONTEXT, reader)


@pytest.mark.parametrize("piece", PIECES)
def test_long_text_is_cut_and_bounded(piece: str, reader: Reader) -> None:
    text = (piece * 10_000)[:10_000]
    assert len(normalise(text).starts) <= READ_LIMIT_CHARS * 20
    begin = time.process_time()
    read(text, CONTEXT, reader)
    assert time.process_time() - begin < MOST_SECONDS


@pytest.mark.parametrize("decoded", [("utf-8", "replace"), ("utf-8", "surrogateescape"), ("latin-1", "strict")])
def test_binary_is_said_to_be_unreadable(decoded: tuple[str, str], reader: Reader) -> None:
    rng = random.Random(8)
    for _ in range(200):
        text = rng.randbytes(rng.randint(200, 900)).decode(*decoded)
        reading = read(text, CONTEXT, reader)
        assert reading.is_doubtful or {reading.intent, *reading.also} & {"stop", "risk", "legal"}
        assert reading.slots.amount is None


@pytest.mark.parametrize(("text", "is_wordless"), [("", True), (" \u200b\n", True), ("\ufffc", True), ("...", True),
    ("?", False), ("\U0001f44d", False), ("\ufffc yes", False), ("\u597d", False)])  # fmt: skip
def test_what_holds_nothing_to_read_is_told_from_words(text: str, is_wordless: bool, reader: Reader) -> None:
    assert read(text, CONTEXT, reader).is_wordless is is_wordless


def test_a_slip_of_a_telephone_is_no_binary_and_a_stop_is_heard_through_it(reader: Reader) -> None:
    assert read("will pay friday \ud83d", CONTEXT, reader).intent == "promise_to_pay"
    assert read("s\x00t\x00o\x00p\x00", CONTEXT, reader).intent == "stop"
