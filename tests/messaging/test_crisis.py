from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.alphabet import fits_gsm7
from parley.messaging.catalogue import FILES, load_catalogue
from parley.messaging.crisis import ADVICE_FILE, CRISIS_FILE, Confidence, HelpBook, advice_for, lines_for, load_help
from parley.messaging.values import fault_of

DATA = Path(__file__).parents[2] / "src" / "parley" / "messaging" / "data"
SERVED = ("US", "GB", "CN", "TW", "HK", "SG", "PH", "IN")
KEYS = load_catalogue({name: (DATA.parent / "catalogue" / name).read_bytes() for name in FILES})
PLACEHOLDER = {
    CRISIS_FILE: KEYS.entry("crisis.support").placeholders["lines"],
    ADVICE_FILE: KEYS.entry("offer.none").placeholders["advice"],
}

GOOD = """
[US]
checked_on = 2026-11-23
en = "911; 988 (24h)"
zh-Hans = "911，988（24小时）"
zh-Hant = "911，988（24小時）"
[US.numbers]
"911" = { confidence = "memory" }
"988" = { confidence = "primary" }
"""


def book(file: str) -> HelpBook:
    return load_help((DATA / file).read_bytes(), file)


def test_every_jurisdiction_served_has_crisis_lines() -> None:
    assert set(book(CRISIS_FILE)) == set(SERVED)


@pytest.mark.parametrize("file", [CRISIS_FILE, ADVICE_FILE])
def test_every_text_fits_its_placeholder_and_english_stays_gsm7(file: str) -> None:
    for found in book(file).values():
        for words in found.words.values():
            assert fault_of(PLACEHOLDER[file], words) is None
        assert fits_gsm7(found.words[Language.EN])
        assert found.checked_on >= date(2026, 11, 23)


def test_lines_for_a_part_of_a_country_are_those_of_the_country() -> None:
    crisis = book(CRISIS_FILE)
    assert lines_for("US-CA", Language.EN, crisis) == lines_for("US", Language.EN, crisis)
    assert "988" in str(lines_for("US", Language.ZH_HANT, crisis))


def test_an_unknown_jurisdiction_has_no_lines() -> None:
    assert lines_for("XX", Language.EN, book(CRISIS_FILE)) is None
    assert advice_for("IN", Language.EN, book(ADVICE_FILE)) is None


def test_a_good_book_is_read() -> None:
    assert load_help(GOOD.encode(), "x.toml")["US"].numbers == {
        "911": Confidence.MEMORY,
        "988": Confidence.PRIMARY,
    }


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("988 (24h)", "989 (24h)", "en"),
        ("911，988（24小時）", "911（24小時）", "zh-Hant"),
        ('"primary"', '"sure"', "confidence"),
        ("checked_on = 2026-11-23", "", "checked_on"),
        ('zh-Hans = "911，988（24小时）"', "", "zh-Hans"),
        ("[US]", "[US", "TOML"),
    ],
)
def test_a_wrong_book_is_refused_by_name(old: str, new: str, names: str) -> None:
    assert old in GOOD
    with pytest.raises(BadInput, match=re.escape(names)) as caught:
        load_help(GOOD.replace(old, new).encode(), "x.toml")
    assert "x.toml" in caught.value.zh
