from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.engine.identity import ANSWER, compare
from parley.engine.situation import Situation, party_of
from tests.engine.sample import NOON

US = party_of(Situation(), NOON)
GB = replace(US, postcode="M1 4BT", contract_tail="77A3")
CN = replace(US, postcode="200120", contract_tail="8812")


@pytest.mark.parametrize(
    "text",
    ["60614", " 60614 ", "zip is 60614.", "60614 thanks", "６０６１４", "606 14", "606-14", "4417", "it's 4417!"],
)
def test_the_whole_code_proves_identity_however_it_is_written(text: str) -> None:
    found = compare(text, US, is_answer=False)
    assert found.found == "match"
    assert ANSWER in found.stored
    assert "60614" not in found.stored
    assert "4417" not in found.stored


@pytest.mark.parametrize("text", ["m14bt", "M1 4BT", "m1-4bt", "my postcode is M14BT", "77a3", "７７Ａ３"])
def test_letters_match_in_any_case(text: str) -> None:
    assert compare(text, GB, is_answer=False).found == "match"


@pytest.mark.parametrize(
    "text",
    ["160614", "606145", "60614.50", "$4417.20", "1,4417", "44170", "a60614", "60614b", "i owe 60,614", "12.4417"],
)
def test_a_code_inside_another_number_proves_nothing(text: str) -> None:
    assert compare(text, US, is_answer=False).found == ""


@pytest.mark.parametrize("text", ["我的尾号是8812", "合同尾号8812", "8812吧", "是 8812 。"])
def test_chinese_around_the_code_does_not_hide_it(text: str) -> None:
    assert compare(text, CN, is_answer=False).found == "match"


def test_a_wrong_answer_is_a_mismatch_and_is_not_kept() -> None:
    wrong = compare("60641", US, is_answer=True)
    assert (wrong.found, wrong.stored) == ("mismatch", ANSWER)


def test_other_words_are_kept_as_written() -> None:
    assert compare("who is this?", US, is_answer=False) == compare("who is this?", GB, is_answer=False)
    assert compare("ｗｈｏ？", US, is_answer=False).stored == "ｗｈｏ？"


@pytest.mark.parametrize("fact", ["", "12", "1 2 3", "---", "东城区"])
def test_a_fact_too_short_to_ask_for_never_matches(fact: str) -> None:
    party = replace(US, postcode=fact, contract_tail="")
    assert compare(fact or "x", party, is_answer=False).found == ""


@given(st.text(max_size=60), st.booleans())
def test_any_text_is_compared(text: str, is_answer: bool) -> None:
    found = compare(text, US, is_answer=is_answer)
    assert found.found in {"match", "mismatch", ""}
    assert found.found != "" or found.stored == text


@given(st.integers(10_000, 99_999).map(str))
def test_only_the_right_code_matches(code: str) -> None:
    assert (compare(code, US, is_answer=True).found == "match") is (code == "60614")


def test_what_was_compared_does_not_print() -> None:
    assert "60614" not in repr(compare("60614", US, is_answer=True))
