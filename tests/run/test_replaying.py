"""Another rulebook over what was decided: each change counted once, under the rule that makes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from parley.contact.replay import Change, Replayed
from parley.errors import BadInput, HomeUnusable
from parley.run.replaying import CSV_COLUMNS, csv_row, replay_period
from parley.run.rule_files import rule_files
from parley.run.rulebooks import rulebook_at
from parley.store import models
from parley.store.decisions import StoredDecision
from parley.store.reports import Period
from tests.run.desk import Desk, library

# Half past eight in New York.
MORNING = datetime(2026, 11, 3, 13, 30, tzinfo=UTC)
PERIOD = Period(date(2026, 11, 3), date(2026, 11, 3), "UTC")
FAR_WINDOW = """
[[rule]]
id = "lender-cap-quarter"
kind = "frequency"
layer = "policy"
status = "in_force"
actors = ["all"]
purposes = ["collection"]
channels = ["all"]
valid_from = 2026-01-01
params = { max = 90, window_days = 90 }
text = { en = "At most 90 in 90 days.", zh = "90 日内至多 90 次。" }
reason = { en = "For this test.", zh = "供测试。" }
"""

WRITTEN_CONSENT = """
[[rule]]
id = "lender-all-in-writing"
kind = "consent"
layer = "policy"
status = "in_force"
actors = ["all"]
purposes = ["servicing"]
channels = ["all"]
valid_from = 2026-01-01
params = { any_of = ["marketing_written"] }
text = { en = "Nothing without consent in writing.", zh = "未经书面同意不得联系。" }
reason = { en = "For this test.", zh = "供测试。" }
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Copy the rulebook in use, to be changed."""
    for path, content in rule_files(None).items():
        (tmp_path / "rules" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "rules" / path).write_bytes(content)
    return tmp_path / "rules"


def edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text(encoding="utf-8")
    assert change(before) != before
    path.write_text(change(before), encoding="utf-8")


def later_mornings(rules: Path) -> None:
    """Change the lender's hours: from ten, not from eight."""
    edit(rules / "lender/policy/hours.toml", lambda text: text.replace("08:00", "10:00"))


def decide_three(desk: Desk) -> list[UUID]:
    """At half past eight: one is written to, one has said STOP, and to one a promotion is due without consent."""
    people = [desk.person() for _ in range(3)]
    models.Consent.objects.create(
        id=people[1].borrower.id, borrower=people[1].borrower, scope="all", granted=False, source="file", proof="",
        at=MORNING - timedelta(days=1),
    )  # fmt: skip
    rows = [
        desk.message(person, purpose=purpose, created_at=MORNING)
        for person, purpose in zip(people, ["servicing", "servicing", "promotion"], strict=True)
    ]
    desk.sender(desk.centre()).send_due(MORNING)
    verdicts = dict(models.GateDecision.objects.values_list("message_id", "verdict"))
    assert [verdicts[row.id] for row in rows] == ["allow", "block", "block"]
    return [row.id for row in rows]


def replayed(rules: Path, period: Period = PERIOD) -> tuple[Any, dict[UUID | None, Replayed]]:
    by_message: dict[UUID | None, Replayed] = {}

    def note(stored: StoredDecision, found: Replayed) -> None:
        by_message[stored.message_id] = found

    return replay_period(period, rulebook_at(rules), lambda _done, _of: None, note), by_message


def test_the_rulebook_in_use_changes_nothing(desk: Desk, rules: Path) -> None:
    decide_three(desk)
    found, each = replayed(rules)
    assert found.rulebook_hash == library().rulebook.hash
    assert (found.tally.decisions, found.tally.changed, found.rows()) == (3, 0, [])
    assert {one.change for one in each.values()} == {Change.SAME}


def test_what_was_allowed_is_deferred_by_narrower_hours(desk: Desk, rules: Path) -> None:
    written, silent, unwanted = decide_three(desk)
    later_mornings(rules)
    found, each = replayed(rules)
    assert each[written].change is Change.DEFERRED
    assert (each[written].before.word, each[written].after.word) == ("allow", "defer")
    assert (each[written].after.rule_id, each[written].after.retry_at) == ("lender-hours", "2026-11-03T15:00:00+00:00")
    # Who said STOP, or never wanted promotions, is not written to at another hour either: one more rule says no.
    assert (each[silent].change, each[unwanted].change) == (Change.OTHERWISE, Change.OTHERWISE)
    assert ("US-NY", "lender-hours", 0, 1, 0, 0) in found.rows()
    assert found.tally.verdicts == {("allow", "defer"): 1, ("block", "block"): 2}


def test_what_was_refused_is_allowed_without_the_rule_and_counted_under_it(desk: Desk, rules: Path) -> None:
    _, silent, _ = decide_three(desk)
    edit(rules / "lender/policy/optout.toml", lambda text: text.replace('"in_force"', '"draft"'))
    edit(rules / "us/federal/optout.toml", lambda text: text.replace('"in_force"', '"draft"'))
    found, each = replayed(rules)
    assert each[silent].change is Change.ALLOWED
    assert each[silent].rule_id == each[silent].before.rule_id == "us-revocation"
    assert ("US-NY", "us-revocation", 1, 0, 0, 0) in found.rows()
    assert sum(sum(int(count) for count in row[2:]) for row in found.rows()) == found.tally.changed


def test_what_was_allowed_is_refused_by_a_consent_nobody_gave(desk: Desk, rules: Path) -> None:
    written, *_ = decide_three(desk)
    edit(rules / "lender/policy/consent.toml", lambda text: text + WRITTEN_CONSENT)
    found, each = replayed(rules)
    assert (each[written].change, each[written].rule_id) == (Change.REFUSED, "lender-all-in-writing")
    assert found.tally.verdicts["allow", "block"] == 1


def test_only_the_days_asked_for_are_replayed_as_they_begin_in_the_zone(desk: Desk, rules: Path) -> None:
    decide_three(desk)
    # Half past eight in New York is the next day in Auckland.
    for first, zone, count in ((date(2026, 11, 3), "Pacific/Auckland", 0), (date(2026, 11, 4), "Pacific/Auckland", 3)):
        assert replayed(rules, Period(first, first, zone))[0].tally.decisions == count


def test_decisions_without_facts_are_left_out_and_counted(desk: Desk, rules: Path) -> None:
    decide_three(desk)
    models.GateDecision.objects.filter(verdict="allow").update(facts=None)
    found, each = replayed(rules)
    assert (found.tally.decisions, found.tally.without_facts, len(each)) == (2, 1, 2)


def test_facts_that_cannot_be_read_stop_the_replay_in_words(desk: Desk, rules: Path) -> None:
    decide_three(desk)
    models.GateDecision.objects.update(facts={"facts": {"now": "yesterday"}, "gate": {}})
    with pytest.raises(HomeUnusable, match="audit verify"):
        replayed(rules)


def test_rules_that_look_further_back_than_the_facts_are_named(desk: Desk, rules: Path) -> None:
    edit(rules / "lender/policy/caps.toml", lambda text: text + FAR_WINDOW)
    found, _ = replayed(rules)
    assert found.looks_further == ("lender-cap-quarter",)


def test_a_line_of_the_file_holds_ids_codes_and_times(desk: Desk, rules: Path) -> None:
    written, *_ = decide_three(desk)
    later_mornings(rules)
    lines: list[dict[str, str]] = []
    replay_period(
        PERIOD, rulebook_at(rules), lambda _done, _of: None,
        lambda stored, found: lines.append(dict(zip(CSV_COLUMNS, csv_row(stored, found), strict=True))),
    )  # fmt: skip
    line = next(one for one in lines if one["message"] == str(written))
    assert line == {
        "decision": line["decision"], "message": str(written), "at": "2026-11-03T13:30:00+00:00", "stage": "dispatch",
        "jurisdiction": "US-NY", "purpose": "servicing", "verdict": "allow", "rule": "", "retry_at": "",
        "verdict_replayed": "defer", "rule_replayed": "lender-hours", "retry_at_replayed": "2026-11-03T15:00:00+00:00",
        "change": "deferred",
    }  # fmt: skip


def test_nothing_is_written_by_a_replay(desk: Desk, rules: Path) -> None:
    decide_three(desk)
    before = list(models.GateDecision.objects.order_by("id").values_list())
    later_mornings(rules)
    replayed(rules)
    assert list(models.GateDecision.objects.order_by("id").values_list()) == before
    assert models.RulebookFiles.objects.count() == 0


def test_a_folder_that_is_no_rulebook_is_refused_with_its_place(rules: Path) -> None:
    edit(rules / "lender/policy/hours.toml", lambda text: text.replace("[[rule]]", "[[rule]]\ncolour = 1", 1))
    with pytest.raises(BadInput, match=r"lender/policy/hours\.toml, line"):
        rulebook_at(rules)
    with pytest.raises(BadInput, match="no folder"):
        rulebook_at(rules / "jurisdictions.toml")
