"""The rule files of a running home: a sound change is taken up, a faulty one refused, and the old rules go on."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import OperationalError

from parley.engine.library import Library
from parley.errors import BadInput
from parley.rulebook.carriers import PROVIDERS
from parley.run import rules_in_use, serving
from parley.run.carriers import only
from parley.run.clock import MovableClock
from parley.run.library import build_library
from parley.run.rule_files import rule_files
from parley.run.rulebooks import rulebook_in_use, shipped_rulebook
from parley.run.rules_in_use import RulesInUse
from parley.run.sending import Sender
from parley.settings import Settings
from parley.store import models
from parley.store.rulebooks import recall_rulebook
from tests.run.desk import NOON, Desk
from tests.store.conftest import Home

OPTOUT = "lender/policy/optout.toml"
JURISDICTIONS = "jurisdictions.toml"


@pytest.fixture
def folder(home: Home) -> Path:
    """Give the home a rulebook of its own: a copy of the shipped one."""
    found = home.folder / "rulebook"
    for path, content in rule_files(None).items():
        (found / path).parent.mkdir(parents=True, exist_ok=True)
        (found / path).write_bytes(content)
    return found


@pytest.fixture
def library(folder: Path) -> Library:
    return build_library(Settings(), rulebook_in_use(folder))


@pytest.fixture
def rules(folder: Path, library: Library) -> RulesInUse:
    return RulesInUse(folder, library)


def change(folder: Path, old: str, new: str, name: str = OPTOUT) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_without_a_folder_the_shipped_rulebook_is_in_use(home: Home) -> None:
    assert rulebook_in_use(home.folder / "rulebook") is shipped_rulebook()


def test_nothing_changed_nothing_taken_up(rules: RulesInUse, library: Library) -> None:
    before = library.rulebook
    assert rules.refresh(NOON) == 0 and library.rulebook is before


def test_a_sound_change_is_taken_up_and_kept_under_its_hash(rules: RulesInUse, folder: Path, library: Library) -> None:
    before = library.rulebook.hash
    change(folder, "is not written to;", "is never written to;")
    assert rules.refresh(NOON) == 1
    assert library.rulebook.hash != before and rules.refused is None
    kept = recall_rulebook(library.rulebook.hash)
    assert kept is not None and b"is never written to" in kept[OPTOUT]
    assert rules.refresh(NOON) == 0


@pytest.mark.parametrize(
    ("old", "new", "name", "said"),
    [
        ('"promotion"', '"promotoin"', OPTOUT, ("optout.toml, line 10", "'promotoin' is not one of", "promotion")),
        ("valid_from = 2000-01-01", "valid_from = 2000-13-01", OPTOUT, ("optout.toml, line", "not TOML")),
        ('kind = "optout"', 'kind = "opt_out"', OPTOUT, ("optout.toml, line 6", "'opt_out'", "optout")),
        ("[[rule]]", "[[rule]]\ncolour = 1", OPTOUT, ("optout.toml, line", "colour")),
        ('zone = "all_known"', 'zone = "Mars/Olympus"', "au/hours.toml", ("hours.toml, line 17", "Mars/Olympus")),
        (
            'id = "lender-optout"', 'id = "lender-optout"\nsupersedes = ["lender-optout"]', OPTOUT,
            ("optout.toml, line", "lender-optout"),
        ),
    ],
    ids=["purpose", "date", "kind", "key", "zone", "cycle"],
)  # fmt: skip
def test_a_faulty_file_is_refused_with_line_and_what_is_allowed_and_the_running_rules_stay(
    rules: RulesInUse, folder: Path, library: Library, old: str, new: str, name: str, said: tuple[str, ...]
) -> None:
    before = library.rulebook
    change(folder, old, new, name)
    assert rules.refresh(NOON) == 0
    assert library.rulebook is before
    assert rules.refused is not None
    assert [part for part in said if part not in rules.refused.en] == [], rules.refused.en
    assert rules.refused.zh


def test_a_file_set_right_again_ends_the_refusal(rules: RulesInUse, folder: Path, library: Library) -> None:
    before = library.rulebook
    change(folder, '"promotion"', '"promotoin"')
    rules.refresh(NOON)
    change(folder, '"promotoin"', '"promotion"')
    assert rules.refresh(NOON) == 0
    assert rules.refused is None and library.rulebook is before


def test_files_that_vanish_leave_the_running_rules(rules: RulesInUse, folder: Path, library: Library) -> None:
    before = library.rulebook
    (folder / JURISDICTIONS).unlink()
    assert rules.refresh(NOON) == 0
    assert library.rulebook is before and rules.refused is not None


def test_a_change_between_the_start_and_the_first_look_is_taken_up(folder: Path, library: Library) -> None:
    change(folder, "is not written to;", "is never written to;")
    late = RulesInUse(folder, library)
    before = library.rulebook.hash
    assert late.look(NOON) == 1
    assert library.rulebook.hash != before
    assert late.refresh(NOON) == 0


def test_a_rulebook_that_could_not_be_kept_is_not_in_use_and_is_tried_again(
    rules: RulesInUse, folder: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = library.rulebook
    rules.refresh(NOON)
    change(folder, "is not written to;", "is never written to;")

    def fail(*_: object) -> None:
        raise OperationalError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(rules_in_use, "remember_rulebook", fail)
        with pytest.raises(OperationalError):
            rules.refresh(NOON)
    assert library.rulebook is before
    assert rules.refresh(NOON) == 1
    assert recall_rulebook(library.rulebook.hash) is not None


@pytest.mark.parametrize("is_looked_at", [True, False])
def test_a_folder_that_vanishes_is_no_choice_of_the_shipped_rules(
    rules: RulesInUse, folder: Path, library: Library, is_looked_at: bool
) -> None:
    before = library.rulebook
    if is_looked_at:
        rules.refresh(NOON)
    folder.rename(folder.with_name("elsewhere"))
    assert rules.refresh(NOON) == 0
    assert library.rulebook is before
    said = rules.refused
    assert said is not None and f"{folder} is gone" in said.en and "已不存在" in said.zh
    folder.with_name("elsewhere").rename(folder)
    rules.refresh(NOON)
    assert (rules.refused, library.rulebook) == (None, before)


def test_rules_whose_folder_went_before_the_first_look_stay(folder: Path) -> None:
    change(folder, "is not written to;", "is never written to;")
    library = build_library(Settings(), rulebook_in_use(folder))
    before = library.rulebook
    shutil.rmtree(folder)
    late = RulesInUse(folder, library)
    assert late.refresh(NOON) == 0
    assert library.rulebook is before and late.refused is not None


def test_without_a_folder_nothing_is_refused_and_one_that_comes_is_taken_up(folder: Path) -> None:
    change(folder, "is not written to;", "is never written to;")
    own = folder.rename(folder.with_name("own"))
    library = build_library(Settings(), rulebook_in_use(folder))
    rules = RulesInUse(folder, library)
    assert rules.refresh(NOON) == 0 and rules.refused is None
    own.rename(folder)
    assert rules.refresh(NOON) == 1
    assert library.rulebook.hash != shipped_rulebook().hash


def test_what_carries_a_text_is_asked_of_the_rules_as_they_are_now(
    home: Home, rules: RulesInUse, folder: Path, library: Library
) -> None:
    desk = Desk(home.vault, home.folder)
    sender = Sender(only(desk.centre()), library, desk.vault)

    def carried_by() -> str:
        person = desk.person()
        desk.message(person, desk.account(person))
        sender.send_due(NOON)
        row = models.GateDecision.objects.latest("id")
        assert row.rulebook_hash == library.rulebook.hash
        return str(row.trace["facts"]["sender_form"])

    assert carried_by() == "short_code"
    change(folder, 'form = "short_code"', 'form = "long_code"', PROVIDERS)
    assert rules.refresh(NOON) == 1
    assert carried_by() == "long_code"


def test_a_home_with_faulty_rules_does_not_start(folder: Path) -> None:
    change(folder, '"promotion"', '"promotoin"')
    with pytest.raises(BadInput, match=r"optout\.toml, line 10"):
        rulebook_in_use(folder)


def test_a_serving_process_looks_before_each_round_of_its_loops(
    home: Home, rules: RulesInUse, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[object] = []
    monkeypatch.setattr(serving, "run_forever", lambda rounds, *_: ran.extend(rounds))
    desk = Desk(home.vault, home.folder)
    made = desk.pipeline(desk.centre())
    pipeline = replace(made, library=library, rules=rules)
    serving.serve(pipeline, serving.LOOPS, MovableClock(NOON))
    assert ran[0] == rules.look and len(ran) == len(serving.LOOPS) + 1
