from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_commands import parley


def test_a_text_is_measured_in_words(tmp_path: Path) -> None:
    done = parley("sms", "inspect", "Hello `there`", home=tmp_path / "none")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "encoding  ucs2",
        "units     13 (a segment holds 70 alone, 67 joined)",
        "segments  1",
        "cost      0.0079 at 7900 millionths a segment",
        "UCS-2     because of GRAVE ACCENT U+0060, first at character 7",
    ]


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "gsm7", 0, 1),
        ("a\fb", "gsm7", 4, 1),
        ("a`b", "ucs2", 3, 1),
        ("ç", "ucs2", 1, 1),
        ("€" * 81, "gsm7", 162, 2),
        ("还款" * 36, "ucs2", 72, 2),
        ("😀" * 36, "ucs2", 72, 2),
    ],
)
def test_the_figures_as_json(text: str, encoding: str, units: int, segments: int, tmp_path: Path) -> None:
    told = json.loads(parley("sms", "inspect", text, "--json", home=tmp_path / "none").stdout)
    assert (told["encoding"], told["units"], told["segments"]) == (encoding, units, segments)
    assert "".join(told["parts"]) == text


def test_a_route_with_national_tables_says_which(tmp_path: Path) -> None:
    told = json.loads(
        parley("sms", "inspect", "á" + "a" * 90, "--route", "spanish", "--json", home=tmp_path / "none").stdout
    )
    assert (told["segments"], told["shift_tables"], told["units_alone"]) == (1, {"single": "spanish"}, 155)


def test_plain_punctuation_is_shown_as_a_diff(tmp_path: Path) -> None:
    text = "pay when you can, " * 7 + "“soon”"
    done = parley("sms", "inspect", text, home=tmp_path / "none", LANG="zh_CN.UTF-8")
    assert "plainer   saves 1: gsm7, 1 segments" in done.stdout
    assert "127: LEFT DOUBLE QUOTATION MARK -> '\"'" in done.stdout
    assert "可简化    省1条：gsm7，1条" in done.stdout


def test_an_unknown_route_is_refused_with_those_known(tmp_path: Path) -> None:
    done = parley("sms", "inspect", "x", "--route", "pigeon", home=tmp_path / "none")
    assert done.returncode != 0
    assert "no route 'pigeon'" in done.stderr
    assert "udh16" in done.stderr


def test_of_many_characters_the_first_few_are_named(tmp_path: Path) -> None:
    told = parley("sms", "inspect", "您本期应还款项", home=tmp_path / "none").stdout
    assert told.count("UCS-2     because of") == 5
    assert "and 2 more characters" in told


def test_a_route_without_gsm7_is_forced_by_nothing(tmp_path: Path) -> None:
    told = json.loads(parley("sms", "inspect", "应还", "--route", "china", "--json", home=tmp_path / "none").stdout)
    assert told["forces_ucs2"] == []
