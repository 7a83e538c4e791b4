"""`parley rules replay` over a home in which one message went out at half past eight."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections

from parley.run.home import open_home
from parley.run.rule_files import rule_files
from parley.store import models
from tests.cli.test_commands import Done, parley
from tests.run.desk import Desk
from tests.run.test_replaying import MORNING, later_mornings


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, new_home: Callable[[Path], Path]) -> Path:
    root = new_home(tmp_path_factory.mktemp("replay") / "home")
    desk = Desk(open_home(root, {}).vault, root)
    desk.message(desk.person(), purpose="servicing", created_at=MORNING)
    desk.sender(desk.centre()).send_due(MORNING)
    assert models.GateDecision.objects.get().verdict == "allow"
    connections.close_all()
    return root


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    for path, content in rule_files(None).items():
        (tmp_path / "rules" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "rules" / path).write_bytes(content)
    later_mornings(tmp_path / "rules")
    return tmp_path / "rules"


def replay(home: Path, rules: Path, *more: str, first: str = "2026-11-01", last: str = "2026-11-30") -> Done:
    return parley("rules", "replay", "--from", first, "--to", last, "--rulebook", str(rules), *more, home=home)


def test_the_table_counts_the_change_under_its_rule_and_the_file_names_the_decision(
    home: Path, rules: Path, tmp_path: Path
) -> None:
    file = tmp_path / "out.csv"
    done = replay(home, rules, "--csv", str(file))
    assert done.returncode == 0, done.stderr
    assert "1 decisions replayed by rulebook " in done.stdout
    assert "0 the same, 1 otherwise." in done.stdout
    row = next(line for line in done.stdout.splitlines() if "lender-hours" in line)
    assert row.replace("│", " ").split() == ["US-NY", "lender-hours", "0", "1", "0", "0"]
    assert file.stat().st_mode & 0o777 == 0o600
    with file.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert [(one["verdict"], one["verdict_replayed"], one["change"]) for one in lines] == [
        ("allow", "defer", "deferred")
    ]
    assert "Ada" not in file.read_text(encoding="utf-8")


def test_days_without_decisions_are_an_answer_too(home: Path, rules: Path) -> None:
    done = replay(home, rules, first="2026-12-01", last="2026-12-31")
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 decisions replayed" in done.stdout


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        ("2026-11-31", "2026-12-01", "is not a day"),
        ("1.11.2026", "2026-12-01", "is not a day"),
        ("2026-12-02", "2026-12-01", "is after"),
    ],
)
def test_days_that_are_none_are_refused(home: Path, rules: Path, first: str, last: str, says: str) -> None:
    done = replay(home, rules, first=first, last=last)
    assert (done.returncode, says in done.stderr) == (2, True)


def test_rules_that_do_not_load_are_refused_with_file_and_line_before_anything_is_written(
    home: Path, rules: Path, tmp_path: Path
) -> None:
    (rules / "lender/policy/hours.toml").write_text("known_from = 2026-11-23\n[[rule]]\ncolour = 1\n", encoding="utf-8")
    done = replay(home, rules, "--csv", str(tmp_path / "out.csv"))
    assert (done.returncode, "lender/policy/hours.toml, line 3" in done.stderr) == (2, True)
    assert not (tmp_path / "out.csv").exists()
    assert "no folder" in replay(home, tmp_path / "none").stderr


def test_a_file_that_cannot_be_written_is_said(home: Path, rules: Path, tmp_path: Path) -> None:
    done = replay(home, rules, "--csv", str(tmp_path / "none" / "out.csv"))
    assert (done.returncode, "cannot be written" in done.stderr) == (2, True)
