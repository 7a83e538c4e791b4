"""`parley evaluate negotiation`, as people call it; it needs no home."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from parley.simulation.rne13.metrics import METRICS
from tests.cli.test_commands import Done, parley
from tests.run.evaluating.test_files import line, write


def evaluate(tmp_path: Path, *words: str, **environ: str) -> Done:
    return parley("evaluate", "negotiation", *words, home=tmp_path / "no-home", **environ)


@pytest.fixture
def borrowers(tmp_path: Path) -> str:
    lines = [line(id=f"b{n}", locale="zh-CN" if n % 2 else "en-US") for n in range(6)]
    return str(write(tmp_path, *lines))


def test_the_json_has_every_negotiator_and_every_metric(tmp_path: Path, borrowers: str) -> None:
    done = evaluate(tmp_path, "--borrowers", borrowers, "--cases", "4", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told: dict[str, Any] = json.loads(done.stdout)
    assert (told["cases"], told["borrowers"]) == (4, "borrowers.jsonl")
    names = "rigid flat_discount maximum_concession stepped boulware linear tit_for_tat random_in_policy upper_bound"
    assert list(told["policies"]) == ["parley", *names.split()]
    wanted = {*METRICS, "upper_bound_share", "not_written_to", "violations", "intervals", "segments"}
    for found in told["policies"].values():
        assert set(found) == wanted
    assert sum(told["policies"]["parley"]["violations"].values()) == 0
    assert not (tmp_path / "no-home").exists()
    assert evaluate(tmp_path, "--borrowers", borrowers, "--cases", "4", "--json").stdout == done.stdout


def test_the_tables_speak_both_languages_and_say_what_they_are(tmp_path: Path, borrowers: str) -> None:
    bot = tmp_path / "bot.jsonl"
    bot.write_text('{"id": "b0", "closed": "refused", "messages": 2}\n', encoding="utf-8")
    done = evaluate(tmp_path, "--borrowers", borrowers, "--transcripts", str(bot), LANG="zh_CN.UTF-8")
    assert done.returncode == 0
    assert done.stdout.startswith("6 borrowers (borrowers.jsonl), seed 1, policy sample-lender")
    for words in ("6 名模拟借款人", "\nparley  ", "\ntranscripts  ", "violations of parley: 0", "借款人为模拟"):
        assert words in done.stdout


def test_a_wrong_line_is_refused_in_both_languages(tmp_path: Path) -> None:
    path = write(tmp_path, line(), line(id="b", style="rude"))
    done = evaluate(tmp_path, "--borrowers", str(path), LANG="zh_CN.UTF-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert "line 2: `style` must be one of plain, terse" in done.stderr
    assert "第 2 行：`style` 须为以下之一" in done.stderr
    assert "rude" not in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--cases", "0"), "--cases must be from 1 to"),
        (("--generator", "c"), "--generator must be a or b"),
        (("--policy", "nowhere.toml"), "nowhere.toml cannot be read"),
    ],
)
def test_a_wrong_option_is_refused(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = evaluate(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def test_a_policy_file_is_the_one_that_is_negotiated_with(tmp_path: Path, borrowers: str) -> None:
    shipped = Path("src/parley/negotiation/data/policy.toml").read_text(encoding="utf-8")
    policy = tmp_path / "ours.toml"
    policy.write_text(shipped.replace('id = "sample-lender-2026-11"', 'id = "ours"'), encoding="utf-8")
    done = evaluate(tmp_path, "--borrowers", borrowers, "--cases", "1", "--policy", str(policy))
    assert done.stdout.startswith("1 borrowers (borrowers.jsonl), seed 1, policy ours\n")
