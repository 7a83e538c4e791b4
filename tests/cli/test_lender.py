"""`parley lender`, as an engineer calls it: secret, send, answers, failed, again, and what doctor says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections

from parley.run.home import open_home
from parley.run.place import Home as Place
from parley.store import models
from parley.store.database import configure
from tests.cli.test_commands import parley
from tests.run.desk import Desk
from tests.run.lender import agree, events_in


@pytest.fixture
def home(tmp_path: Path, new_home: Callable[[Path], Path]) -> Iterator[Path]:
    """Make a home with one plan that was agreed."""
    root = new_home(tmp_path / "home")
    agree(Desk(open_home(root, {}).vault, tmp_path))
    connections.close_all()
    yield root
    connections.close_all()


def setting(home: Path, **values: object) -> None:
    path = Place(home).settings_file
    text = path.read_text(encoding="utf-8")
    for name, value in values.items():
        lines = text.splitlines()
        (number,) = [
            n for n, line in enumerate(lines) if line.startswith(f"{name} =") and "[lender_notices]" in lines[:n]
        ]
        lines[number] = f"{name} = {json.dumps(value)}"
        text = "\n".join(lines) + "\n"
    path.write_text(text, encoding="utf-8")


def notice(home: Path) -> models.LenderNotice:
    configure(f"sqlite:///{Place(home).database}")
    return models.LenderNotice.objects.get()


def change(home: Path, **values: object) -> None:
    configure(f"sqlite:///{Place(home).database}")
    models.LenderNotice.objects.update(**values)
    connections.close_all()


def test_without_a_way_notices_wait_and_doctor_says_so(home: Path) -> None:
    assert "1 notices wait and nothing delivers them" in parley("doctor", home=home).stdout
    refused = parley("lender", "send", home=home)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "lender_notices.deliver_by" in refused.stderr
    assert notice(home).state == "pending"


def test_by_file_a_plan_reaches_the_folder_of_the_home(home: Path) -> None:
    setting(home, deliver_by="file")
    assert "1 notices delivered in all, 0 wait" in parley("lender", "send", home=home).stdout
    assert [event["type"] for event in events_in(home / "lender")] == ["parley.arrangement.agreed.v1"]
    assert "told by file; 0 notices wait" in parley("doctor", home=home).stdout


def test_a_webhook_without_a_secret_is_found_out_before_anything_is_sent(home: Path) -> None:
    setting(home, deliver_by="webhook", webhook_url="http://127.0.0.1:9/")
    refused = parley("lender", "send", home=home)
    assert (refused.returncode, "parley lender secret" in refused.stderr) == (3, True)
    assert "no secret to sign" in parley("doctor", home=home).stdout
    made = parley("lender", "secret", home=home)
    assert made.stdout.startswith("whsec_")
    assert "can be signed" in parley("doctor", home=home).stdout
    assert "0 notices delivered in all, 1 wait" in parley("lender", "send", home=home).stdout
    assert (notice(home).state, notice(home).fault) == ("pending", "unreachable")


def test_a_failed_notice_is_listed_without_what_it_tells_and_put_back(home: Path) -> None:
    change(home, state="failed", fault="http_500", tries=12)
    key = str(notice(home).key)
    listed = parley("lender", "failed", home=home).stdout
    assert key in listed
    assert "http_500" in listed
    assert "4000-1234" not in listed
    assert "1 notices to the lender failed" in parley("doctor", home=home).stdout
    for words in ((), (key, "--all"), ("x",)):
        assert parley("lender", "again", *words, home=home).returncode == 2
    assert "1 notices wait again" in parley("lender", "again", key, home=home).stdout
    assert (notice(home).state, notice(home).tries) == ("pending", 0)
    change(home, state="failed")
    assert "1 notices wait again" in parley("lender", "again", "--all", home=home).stdout


def test_answers_are_taken_line_by_line_and_the_file_is_left_as_it_is(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    key = str(notice(home).key)
    connections.close_all()
    text = f'{{"notice": "{key}", "answer": "granted"}}\n{{"notice": "{key}", "answer": "refused"}}\n'
    file.write_text(text, encoding="utf-8")
    done = parley("lender", "answers", str(file), home=home)
    assert (done.returncode, done.stderr) == (1, "answers.jsonl, line 1: this notice has other answers\n")
    assert "1 answers taken, 0 known before, 1 refused" in done.stdout
    again = parley("lender", "answers", str(file), home=home, LANG="zh_CN.UTF-8")
    assert "0 answers taken, 1 known before, 1 refused" in again.stdout
    assert "answers.jsonl 第 1 行：此通知不接受该应答" in again.stderr
    assert file.read_text(encoding="utf-8") == text
    file.write_text(text.splitlines()[1], encoding="utf-8")
    assert parley("lender", "answers", str(file), home=home).returncode == 0


def test_a_file_of_answers_that_is_not_there_is_named(home: Path, tmp_path: Path) -> None:
    refused = parley("lender", "answers", str(tmp_path / "nowhere.jsonl"), home=home)
    assert (refused.returncode, "cannot be read" in refused.stderr) == (2, True)


def test_keys_from_the_environment_hold_the_secret_too(home: Path) -> None:
    path = Place(home).settings_file
    text = path.read_text(encoding="utf-8").replace('source = "file"', 'source = "environment"')
    path.write_text(text, encoding="utf-8")
    refused = parley("lender", "secret", home=home)
    assert (refused.returncode, "PARLEY_WEBHOOK_KEY" in refused.stderr) == (2, True)
