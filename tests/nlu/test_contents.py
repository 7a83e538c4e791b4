"""What our own texts are found to contain: in many wordings and languages, and nothing in plain ones."""

from __future__ import annotations

import random
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from parley.nlu.contents import contents, outbound_lexicon
from parley.nlu.lexicon import Lexicon
from parley.rulebook.content import Content

CASES = tomllib.loads((Path(__file__).parent / "cases" / "outbound.toml").read_text(encoding="utf-8"))
# What may not be said somewhere, and what turns a plain message into something else.
BARRED = {one.value for one in Content if list(Content).index(one) >= list(Content).index(Content.THREAT_OF_VIOLENCE)}
TURNS = {*BARRED, Content.PROMOTIONAL.value}


def shipped() -> dict[str, bytes]:
    folder = Path(str(files("parley.nlu"))) / "data"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.toml")}


@pytest.fixture(scope="module")
def outbound() -> Lexicon:
    return outbound_lexicon(shipped())


def held() -> list[tuple[str, str]]:
    return [(label, text) for label, texts in CASES["holds"].items() for text in texts]


@pytest.mark.parametrize(("label", "text"), held())
def test_a_text_is_found_to_hold_what_it_says(outbound: Lexicon, label: str, text: str) -> None:
    assert label in contents(text, outbound)


@pytest.mark.parametrize("text", CASES["plain"]["texts"])
def test_nothing_barred_is_found_in_a_plain_text(outbound: Lexicon, text: str) -> None:
    assert contents(text, outbound) & TURNS == set()


@pytest.mark.parametrize("language", sorted(CASES["frames"]))
def test_a_condition_makes_a_threat_no_milder(outbound: Lexicon, language: str) -> None:
    table = CASES["frames"][language]
    framed = [
        (label, frame.format(threat))
        for label, threats in table.items()
        if label != "frames"
        for threat in threats
        for frame in table["frames"]
    ]
    assert [text for label, text in framed if label not in contents(text, outbound)] == []


def test_the_tables_and_the_rulebook_speak_of_the_same_things(outbound: Lexicon) -> None:
    written = {rule.label for rule in outbound.rules} | {"sender_named"}
    assert written == set(Content)


def test_figures_change_nothing(outbound: Lexicon) -> None:
    one = contents("Oakbank: $80.00 is due 2026-11-26. Pay at oak.example/Ab3xK9 or 800-555-0199.", outbound)
    other = contents("Oakbank: $1,234.56 is due 2027-01-03. Pay at oak.example/zzzQQ1 or 1300 000 000.", outbound)
    assert one == other
    # But a nought is no other figure: only it is a price of nothing.
    assert "promotional" in contents("Oakbank: 0% for 12 months on your card.", outbound)
    assert "promotional" not in contents("Oakbank: 7% for 12 months on your card.", outbound)


def test_both_chinese_scripts_are_one(outbound: Lexicon) -> None:
    simplified = contents("【橡树】再不还款将联系您的家人，后果自负。", outbound)
    traditional = contents("【橡樹】再不還款將聯繫您的家人，後果自負。", outbound)
    assert {"tells_others", "threat"} <= simplified
    assert traditional == simplified


def test_disguise_by_width_case_and_invisible_signs_does_not_help(outbound: Lexicon) -> None:
    for text in (
        "Oak: YOU WILL BE ＡＲＲＥＳＴＥＤ",
        "Oak: you will be ar\u200brested",
        "Oak: you will be аrrеsted",
        "Oak: you will be arresssted",
    ):
        assert "threat_of_arrest" in contents(text, outbound), text


def test_what_stands_far_back_in_a_long_text_is_read_too(outbound: Lexicon) -> None:
    filler = "We wrote to you about your account and what you can do. " * 40
    assert "threat_of_arrest" in contents(f"Oak: {filler}We will have you arrested. {filler}", outbound)
    assert "threat_of_arrest" not in contents(f"Oak: {filler}{filler}", outbound)


@pytest.mark.parametrize(
    "head", ["Reminder: ", "URGENT: ", "重要通知：", "【提醒】", "Aviso: ", "", "12345: ", "Police: "]
)
def test_a_head_that_names_nobody_names_no_sender(outbound: Lexicon, head: str) -> None:
    assert "sender_named" not in contents(f"{head}your payment is due on Friday.", outbound)


def test_any_text_is_read(outbound: Lexicon) -> None:
    dice = random.Random(11)
    signs = "abc xyz 0123 %$.,:;()[]【】\u200b\ud800\U0001f600你我他的还款あいう한글 éü\n"
    for _ in range(300):
        contents("".join(dice.choices(signs, k=dice.randrange(0, 900))), outbound)
    # A pattern that tries every way to fail would not come back from this one.
    contents("pay now or else " * 2_000, outbound)
