"""`parley replies export`, as people call it: a corrected reply leaves the home as a line of labelled replies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from parley.nlu.correction import Correction
from parley.nlu.reading import Intent
from parley.run.home import open_home
from parley.run.place import Home as Place
from parley.store import models
from parley.store.corrections import EXPORTED, correct
from parley.store.database import configure
from tests.cli.test_commands import Done, parley
from tests.run.desk import NOON, TODAY, Desk

TEXTS = ("my dog ate 40 of it 明天\u2028ok", "too ill to work")


@pytest.fixture
def home(tmp_path: Path, new_home: Callable[[Path], Path]) -> Iterator[Path]:
    """Make a home with two replies, both corrected; the second is sensitive."""
    root = new_home(tmp_path / "home")
    opened = open_home(root, {})
    desk = Desk(opened.vault, tmp_path)
    person = desk.person()
    desk.account(person, [(TODAY - timedelta(days=11), 10_300, 0)])
    for number, text in enumerate(TEXTS):
        desk.hear(person, text, NOON + timedelta(minutes=number))
        desk.pipeline(desk.centre()).settle_all(NOON + timedelta(minutes=number))
    for row in models.Inbound.objects.order_by("received_at"):
        assert row.conversation_id is not None
        said = Correction("en", Intent.DISPUTE, sensitive=row.received_at > NOON)
        correct(desk.operator(), row.conversation_id, row.id, said, None, NOON, opened.vault)
    connections.close_all()
    yield root
    connections.close_all()


def export(home: Path, *more: str) -> Done:
    return parley("replies", "export", *more, home=home)


def exports(home: Path) -> list[dict[str, Any]]:
    configure(f"sqlite:///{Place(home).database}")
    return [event.data for event in models.Event.objects.filter(kind=EXPORTED)]


def test_corrected_replies_become_a_file_of_labels_that_its_owner_only_reads(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    done = export(home, str(file), "--with-texts")
    assert done.returncode == 0, done.stderr
    assert "1 replies written" in done.stdout and "1 sensitive ones left out" in done.stdout
    assert "dog" not in done.stdout + done.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    (line,) = file.read_text(encoding="utf-8").rstrip("\n").split("\n")
    row = json.loads(line)
    assert (row["text"], row["intent"], row["lang"], row["sensitive"]) == (TEXTS[0], "dispute", "en", False)
    (event,) = exports(home)
    assert (event["count"], event["sensitive_left_out"], event["days"]) == (1, 1, [])
    checked = parley("check", "replies", str(file), home=tmp_path / "none")
    assert "not understood" not in checked.stdout and "1 lines" in checked.stdout
    # A file that is there is not written over.
    again = export(home, str(file), "--with-texts")
    assert (again.returncode, "not written over" in again.stderr) == (2, True)
    assert len(exports(home)) == 1


def test_without_the_lenders_word_nothing_leaves(home: Path, tmp_path: Path) -> None:
    done = export(home, str(tmp_path / "out.jsonl"))
    assert (done.returncode, "personal data" in done.stderr) == (2, True)
    assert not (tmp_path / "out.jsonl").exists()
    assert exports(home) == []


def test_only_the_days_asked_for_are_written_and_an_empty_file_is_none(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    late = export(home, str(file), "--with-texts", "--from", "2026-11-04")
    assert (late.returncode, "no corrected reply" in late.stderr, file.exists()) == (2, True, False)
    assert export(home, str(file), "--with-texts", "--from", "2026-11-04", "--to", "2026-11-01").returncode == 2
    assert export(home, str(file), "--with-texts", "--to", "2026-11-03", "--from", "2026-11-03").returncode == 0
    assert exports(home)[0]["days"] == ["2026-11-03", "2026-11-03"]
    assert "cannot be written" in export(home, str(tmp_path / "none" / "x"), "--with-texts").stderr
