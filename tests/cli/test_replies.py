"""`parley check replies` and `parley read`, as people call them; neither needs a home."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from parley.nlu import when
from parley.run.library import build_words
from parley.web.words import knows
from tests.cli.test_commands import Done, parley

EXAMPLES = Path(__file__).parents[1] / "nlu" / "cases" / "examples.jsonl"
ROW = {
    "id": "r1", "text": "not until friday, sorry mate", "lang": "en", "now": "2026-11-23T10:15:00-05:00",
    "tz": "America/New_York", "locale": "en-US", "context": "overdue", "intent": "risk", "slots": {},
}  # fmt: skip
PLACES = [
    ('{"id": "a"}\n{"id": a}\n', "line 2, column 8: it is no JSON"),
    ('{"id": 1}\n\n[]\n', "line 3: it is no JSON object"),
    ('{"id": "a"}\n{"id": "a"}\n', "line 2: its id is that of line 1"),
    ('{"id": "a", "id": "b"}\n', "line 1: the field 'id' stands twice"),
    ('{"id": NaN}\n', "line 1: NaN is no number"),
    ("[" * 100_000, "line 1: a number or a nesting beyond measure"),
    ('{"id": ' + "9" * 5000 + "}", "line 1: a number or a nesting beyond measure"),
    ("\n \n", "it holds 0 lines"),
    ("\udcff", "byte 1: it is not UTF-8"),
]


def check(tmp_path: Path, text: str, *more: str, **environ: str) -> Done:
    path = tmp_path / "replies.jsonl"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return parley("check", "replies", str(path), *more, home=tmp_path / "no-home", **environ)


def test_labelled_replies_are_scored_and_one_that_differs_is_said(tmp_path: Path) -> None:
    done = check(tmp_path, json.dumps(ROW) + "\n", LANG="zh_CN.UTF-8")
    assert done.returncode == 1
    assert done.stdout.startswith("replies.jsonl:1 r1: intent: expected risk, got ")
    assert "  risk_recall            0.0 % (0 of 1)\n" in done.stdout
    assert "labelled, lines: read as\n  risk                1: " in done.stdout
    assert done.stdout.endswith("0 passed, 1 failed\n通过 0，失败 1\n")
    assert "mate" not in done.stdout + done.stderr
    assert not (tmp_path / "no-home").exists()


def test_the_json_is_one_object_of_figures_over_all_files(tmp_path: Path) -> None:
    bad = tmp_path / "one.jsonl"
    bad.write_text("\ufeff" + json.dumps(ROW), encoding="utf-8")
    done = parley("check", "replies", "--json", str(EXAMPLES), str(bad), home=tmp_path)
    told: dict[str, Any] = json.loads(done.stdout)
    languages = "intent_macro_f1 intent_accuracy kept_accuracy handed_over dates_exact amount_exact false_fill".split()
    assert list(told["en"]) == list(told["zh"]) == languages
    assert set(told) == {"en", "zh"} | set(
        "stop_recall stop_false risk_recall risk_safe risk_false legal_recall oos_recall ms_p50 ms_p99".split()
    )
    # Two of the examples are of risk and read; the third is not.
    assert (done.returncode, told["risk_recall"]) == (1, 0.666667)
    assert 0 < told["ms_p50"] <= told["ms_p99"]
    bad.write_text(json.dumps({**ROW, "text": "STOP", "intent": "stop", "sensitive": False}), encoding="utf-8")
    assert parley("check", "replies", "--json", str(bad), home=tmp_path).returncode == 0


@pytest.mark.parametrize(("text", "place"), PLACES)
def test_a_bad_file_is_refused_whole_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    done = check(tmp_path, text, LANG="zh_CN.UTF-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"replies.jsonl cannot be read: {place}" in done.stderr
    assert "无法读取回复文件 replies.jsonl" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    done = parley("check", "replies", str(tmp_path / "none.jsonl"), home=tmp_path)
    assert (done.returncode, "cannot be read" in done.stderr) == (2, True)


def test_a_line_that_is_not_understood_fails_in_words_and_counts_in_no_figure(tmp_path: Path) -> None:
    lines = [ROW | {"id": "a\u202e", "intent": "pay"}, ROW | {"intent": "promise_to_pay", "slots": {"dates": ["x"]}}]
    done = check(tmp_path, "\n".join(map(json.dumps, lines)))
    first, second, *rest = done.stdout.splitlines()
    assert first.startswith("replies.jsonl:1 a\\u{202e}: not understood: intent: 'pay' is no intent; allowed: stop, ")
    assert second.startswith("replies.jsonl:2 r1: not understood: slots.dates: ")
    assert (done.returncode, rest[-2:]) == (1, ["2 lines not understood, in no figure", "0 passed, 2 failed"])
    assert "all: 0 lines" in rest


def test_a_reply_is_read_with_pieces_and_reasons_in_one_language(tmp_path: Path) -> None:
    words = ("read", "cant do friday but monday 120 is ok", "--context", "overdue", "--now", "2026-11-23T23:30-05:00")
    english = parley(*words, home=tmp_path / "none")
    assert english.returncode == 0
    assert english.stdout.splitlines() == [
        "cannot pay (cannot_pay), confidence 0.91",
        "beside it: promises to pay (promise_to_pay)",
        "amount: 120",
        "day: 2026-11-30",
        "In the reply:",
        "  0–14 “cant do friday” cannot pay: says the payment cannot be made",
        "  8–14 “friday” day 2026-11-27: weekday (denied, does not count)",
        "  19–25 “monday” day 2026-11-30: weekday",
        "  26–29 “120” amount 120: a sum",
        "Because:",
        "  cannot pay: says the payment cannot be made",
        "  promises to pay: a sum or a later day is named beside it",
        "read as a reply to: overdue; 2026-11-23 23:30; en-US",
    ]
    chinese = parley(*words, "--lang", "zh", home=tmp_path / "none")
    assert "  8–14“friday”日期 2026-11-27：星期几（被否定，不计）" in chinese.stdout.splitlines()
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "unreadable"),
        ("st\x1bo\u202ep", "0–6 “st\\u{1b}o\\u{202e}p” stop texts: "),
        ("\udcff\udcfe", "unreadable"),
        ("blue horses", "learnt from replies like it"),
        ("别再发短信了", "“别再发短信” stop texts"),
        ("my cousin the lawyer will talk to you " * 300, "Because:"),
    ],
)
def test_whatever_is_typed_is_read_and_nothing_reaches_the_terminal_raw(tmp_path: Path, text: str, says: str) -> None:
    done = parley("read", "--", text, home=tmp_path)
    assert (done.returncode, says in done.stdout) == (0, True), done.stdout
    assert all(char.isprintable() or char == "\n" for char in done.stdout)


@pytest.mark.parametrize(
    ("option", "value"), [("--context", "chat"), ("--now", "tomorrow"), ("--now", "2026-11-23"), ("--locale", "@")]
)
def test_what_is_not_known_of_the_context_is_refused(tmp_path: Path, option: str, value: str) -> None:
    done = parley("read", "hello", option, value, home=tmp_path, LANG="zh_CN.UTF-8")
    assert (done.returncode, done.stdout, "parley：" in done.stderr) == (2, "", True)


def test_the_locale_decides_what_5_6_and_a_dollar_are(tmp_path: Path) -> None:
    words = ("read", "i will pay $50 on 5/6", "--now", "2026-04-01T09:00+08:00")
    assert "day: 2026-05-06\n" in parley(*words, home=tmp_path).stdout
    abroad = parley(*words, "--locale", "en-SG", home=tmp_path).stdout
    assert ("day: 2026-06-05\n" in abroad, "currency: SGD\n" in abroad) == (True, True)


def test_every_reason_the_reader_gives_has_words_in_every_language() -> None:
    lexicon = build_words().inbound
    shown = set("stop risk legal intent hardship frequency anchor conditional sensitive correction".split())
    reasons = {rule.why for rule in lexicon.rules if rule.kind in shown}
    reasons |= {pattern.why for pattern in when._grammar(lexicon)}
    assert len(reasons) > 100
    assert sorted(reason for reason in reasons if not knows(f"why.{reason}")) == []
