"""What is told of the credit record: every carried place has its sentence; a table that claims too much is refused."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.credit_record import CREDIT_FILE, CreditBook, Read, load_credit_book
from parley.messaging.missed_payment import MISSED_FILE, load_missed

SOURCE = Path(__file__).parents[2] / "src" / "parley"
DATA = SOURCE / "messaging" / "data"
PLACES = tomllib.loads((SOURCE / "rulebook" / "data" / "jurisdictions.toml").read_text("utf-8"))["jurisdiction"]
# The lender's own policy is no place, and a place nobody described has no law of its own.
CODES = frozenset(one["code"] for one in PLACES)
COUNTRIES = sorted(one["code"] for one in PLACES if "parent" not in one and one["code"] not in {"*", "?"})
SHIPPED = load_credit_book((DATA / CREDIT_FILE).read_bytes(), CREDIT_FILE, CODES)

GOOD = """[neutral.short]
en = "Ask us."
zh-Hans = "请问我们。"
zh-Hant = "請問我們。"
[neutral.whole]
en = "Ask us how."
zh-Hans = "请问我们如何。"
zh-Hant = "請問我們如何。"
[US]
read = "excerpt"
read_on = 2026-11-26
citation = "a law"
source = "a page"
[US.short]
en = "Seven years."
zh-Hans = "七年。"
zh-Hant = "七年。"
[US.whole]
en = "It stays 7 years."
zh-Hans = "保留7年。"
zh-Hant = "保留7年。"
[IN]
read = "none"
read_on = 2026-11-26
why = "nothing was found"
"""


def book(text: str) -> CreditBook:
    return load_credit_book(text.encode(), "x.toml", {"US", "IN"})


@pytest.mark.parametrize("code", COUNTRIES)
def test_every_carried_place_has_its_own_words_or_the_neutral_ones(code: str) -> None:
    note = SHIPPED.notes[code]
    assert set(note.short) == set(note.whole) == set(Language)
    assert note.read_on is not None
    assert note.read_on >= date(2026, 11, 26)
    if note.read is Read.NONE:
        assert (note.short, note.whole) == (SHIPPED.neutral.short, SHIPPED.neutral.whole)
        assert (note.citation, note.source) == ("", "")
    else:
        assert note.citation
        assert note.source
        assert note.whole[Language.EN] != SHIPPED.neutral.whole[Language.EN]


def test_where_nothing_was_read_nothing_is_claimed() -> None:
    unread = {code for code, note in SHIPPED.notes.items() if note.read is Read.NONE}
    assert unread == {"IN", "KR", "EU", "NG"}
    assert "Ask us" in SHIPPED.neutral.whole[Language.EN]
    assert not re.search(r"\d|year|month", SHIPPED.neutral.whole[Language.EN])


def test_the_innermost_territory_that_has_a_note_counts() -> None:
    found = book(GOOD)
    assert found.note(("US-CA", "US", "*")).short[Language.EN] == "Seven years."
    assert found.note(("IN", "*")).read is Read.NONE
    assert found.note(("?", "*")) is found.neutral


@pytest.mark.parametrize(
    ("old", "new", "line", "names"),
    [
        ("[US]\n", "[XY]\n", 9, "XY is no jurisdiction"),
        ('zh-Hant = "七年。"\n', "", 9, "short needs a sentence in zh-Hant"),
        ('zh-Hans = "保留7年。"\n', 'zh-Hans = " "\n', 9, "whole needs a sentence in zh-Hans"),
        ('source = "a page"\n', "", 9, "US needs source"),
        ('citation = "a law"\n', 'citation = " "\n', 9, "US needs citation"),
        ("read_on = 2026-11-26\ncitation", 'read_on = "today"\ncitation', 9, "US needs read_on"),
        ('read = "excerpt"', 'read = "heard"', 9, "read of US is one of whole, excerpt, none"),
        ('why = "nothing was found"', 'why = "none"\ncitation = "a law"', 22, "it may not say: citation"),
        ('why = "nothing was found"\n', "", 22, "IN needs why"),
        ('en = "Seven years."', 'en = "7 years."', 9, "writes numbers in words"),
        ('en = "Seven years."', f'en = "{"y" * 61}"', 9, "at most 60 characters"),
        ('en = "Seven years."', 'en = "Sept années ê."', 9, "GSM alphabet"),
        ('source = "a page"\n', 'source = "a page"\nplan = true\n', 9, "plan is not known"),
        ("[neutral.", "[plain.", 1, "needs the table [neutral]"),
        ('citation = "a law"', "citation = a law", 12, "is not TOML"),
    ],
)  # fmt: skip
def test_a_broken_table_is_refused_with_file_and_line(old: str, new: str, line: int, names: str) -> None:
    assert old in GOOD
    with pytest.raises(BadInput, match=re.escape(names)) as caught:
        book(GOOD.replace(old, new))
    assert caught.value.en.startswith(f"x.toml, line {line}: ")
    assert caught.value.zh.startswith(f"x.toml 第 {line} 行：")


def test_a_file_that_is_no_text_is_refused() -> None:
    with pytest.raises(BadInput, match=r"line 2: is not UTF-8"):
        load_credit_book(b"# one\n\xff", "x.toml", {"US"})


def test_a_missed_payment_reads_by_grace_and_waiver() -> None:
    words = load_missed((DATA / MISSED_FILE).read_bytes(), MISSED_FILE)
    today = date(2026, 11, 23)
    plain, none, one = (words.say(days, waives=False, today=today) for days in (5, 0, 1))
    assert set(plain) == set(Language)
    assert "up to 5 days late" in plain[Language.EN]
    assert "最多5天" in plain[Language.ZH_HANS]
    assert "最多5天" in plain[Language.ZH_HANT]
    assert "late, and" not in none[Language.EN]
    assert "1 day late" in one[Language.EN]
    assert "waived" not in plain[Language.EN]
    waiving = words.say(5, waives=True, today=today)
    assert "What we would have waived stays owed." in waiving[Language.EN]
    assert "减免" in waiving[Language.ZH_HANS]


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ('en = "{grace} {waives, select, yes {y} other {}}"', "zh-Hans is missing"),
        ('en = "Late."\nzh-Hans = "x"\nzh-Hant = "x"', "x.toml, en: names grace and waives"),
        ('en = "{grace} {waived}"\nzh-Hans = "x"\nzh-Hant = "x"', "x.toml, en: At character"),
        ("en = late", "x.toml is not TOML"),
    ],
)
def test_a_broken_text_of_missed_payments_is_refused(raw: str, names: str) -> None:
    with pytest.raises(BadInput, match=re.escape(names)):
        load_missed(raw.encode(), "x.toml")
