"""What is stored of a decision is enough to make it again, to the byte, on both databases."""

from __future__ import annotations

import json
import os
import random
from datetime import timedelta
from typing import Any

from parley.contact.replay import Again, compare, decide_again
from parley.run.rulebooks import remember_rules, rulebook_of, shipped_rulebook
from parley.store import models
from parley.store.audit import verify
from parley.store.audit.report import Problem
from parley.store.rulebooks import remember_rulebook
from tests.run.desk import NOON, Desk, Person, library
from tests.run.test_nightly import DAY, TOMORROW, fill

PLACES = [("US-NY", "America/New_York"), ("US-CA", "America/Los_Angeles"), ("GB", "Europe/London"),
          ("CN", "Asia/Shanghai"), ("IN", "Asia/Kolkata"), ("XX", "")]  # fmt: skip
PURPOSES = ["reminder", "collection", "promotion", "servicing", "plan_offer", "negotiation_reply", "risk_alert"]


def run_a_while(desk: Desk, seed: int, people: int) -> None:
    """Decide by night and at dispatch, at all hours, about people of many places who answer, refuse and are held."""
    drawn = random.Random(seed)
    fill(desk)
    desk.nightly()
    sender = desk.sender(desk.centre())
    for n in range(people):
        person = desk.person(*drawn.choice(PLACES))
        account = desk.account(person, [(TOMORROW - drawn.randint(-5, 60) * DAY, 5_000, 0)])
        _have_a_past(desk, person, drawn)
        now = NOON + timedelta(minutes=drawn.randint(0, 2_880))
        heard = desk.hear(person, "ok", now - timedelta(minutes=drawn.choice([3, 90]))) if n % 3 == 0 else None
        for _ in range(drawn.randint(1, 3)):
            desk.message(
                person, account, purpose=drawn.choice(PURPOSES), discloses=drawn.choice(["nothing", "debt"]),
                created_at=now, not_after=now + 5 * DAY, in_reply_to=heard,
            )  # fmt: skip
        for hour in (0, 7, 31):
            sender.send_due(now + timedelta(hours=hour))


def _have_a_past(desk: Desk, person: Person, drawn: random.Random) -> None:
    for number in range(drawn.randint(0, 3)):
        at = NOON - timedelta(hours=drawn.randint(1, 200))
        desk.message(person, state="delivered", intended_at=at, created_at=at - timedelta(minutes=number))
    if drawn.random() < 0.3:
        models.Hold.objects.create(
            id=person.point.id, borrower=person.borrower, kind=drawn.choice(["dispute", "hardship", "cease"]),
            source="test", from_at=NOON - DAY,
        )  # fmt: skip
    if drawn.random() < 0.3:
        models.Consent.objects.create(
            id=person.borrower.id, borrower=person.borrower, scope=drawn.choice(["all", "promotion"]),
            granted=drawn.random() < 0.3, source="file", proof="", at=NOON - DAY,
        )  # fmt: skip


def test_every_stored_decision_made_again_is_the_same_to_the_byte(desk: Desk) -> None:
    run_a_while(desk, seed=5, people=200 if "PARLEY_TORTURE" in os.environ else 24)
    rows = list(models.GateDecision.objects.all())
    assert {row.stage for row in rows} == {"nightly", "dispatch"}
    assert {row.verdict for row in rows} == {"allow", "defer", "block"}
    for row in rows:
        assert row.facts is not None
        again = decide_again(row.facts, library().rulebook)
        assert json.dumps(again, sort_keys=True) == json.dumps(row.trace, sort_keys=True)
        assert again["decision"] == row.verdict
    assert _found_wrong(desk) == []


def _found_wrong(desk: Desk) -> list[tuple[Problem, str]]:
    """Return what the audit finds of decisions; the other rows of a test are written by hand, and it says so."""
    found = verify(desk.vault).findings
    return [(one.problem, one.row) for one in found if one.table == "GateDecision"]


def test_one_fact_that_is_changed_is_seen_by_the_audit_and_by_deciding_again(desk: Desk) -> None:
    fill(desk)
    desk.nightly()
    row = models.GateDecision.objects.filter(verdict="block").first()
    assert row is not None and row.facts is not None
    changed: dict[str, Any] = {**row.facts, "facts": {**row.facts["facts"], "opt_outs": []}}
    models.GateDecision.objects.filter(pk=row.pk).update(facts=changed)
    assert compare(row.trace, decide_again(changed, library().rulebook)) is Again.DIFFERENT
    assert _found_wrong(desk) == [(Problem.ROW_EDITED, str(row.pk))]


def test_details_that_another_version_writes_down_are_no_other_verdict(desk: Desk) -> None:
    fill(desk)
    desk.nightly()
    row = models.GateDecision.objects.filter(verdict="block").first()
    assert row is not None and row.facts is not None
    older = {name: value for name, value in row.trace.items() if name != "holidays_unknown"}
    assert compare(older, decide_again(row.facts, library().rulebook)) is Again.SAME_VERDICT


def test_no_id_of_a_row_is_among_the_stored_facts(desk: Desk) -> None:
    run_a_while(desk, seed=6, people=6)
    ids = [
        str(row)
        for table in (models.Borrower, models.Account, models.ContactPoint, models.Message)
        for row in table._default_manager.values_list("pk", flat=True)
    ]
    text = json.dumps(list(models.GateDecision.objects.values_list("facts", flat=True)))
    assert [one for one in ids if one in text] == []


def test_a_rulebook_that_was_replaced_is_found_by_its_hash(desk: Desk) -> None:
    remember_rules(desk.folder / "rulebook", NOON)
    remember_rules(desk.folder / "rulebook", NOON + DAY)
    assert models.RulebookFiles.objects.get().at == NOON
    shipped = shipped_rulebook()
    assert shipped.hash == library().rulebook.hash
    old = {"jurisdictions.toml": b'[[jurisdiction]]\ncode = "*"\nfolder = "own"\nname = { en = "a", zh = "b" }\n'}
    remember_rulebook("0" * 64, old, NOON)
    found = rulebook_of("0" * 64)
    assert found is not None and found.rules == ()
    assert rulebook_of("1" * 64) is None
    assert rulebook_of(shipped.hash) is shipped


def test_a_rulebook_that_this_version_cannot_read_is_as_good_as_none(desk: Desk) -> None:
    remember_rulebook("2" * 64, {"jurisdictions.toml": b"[nothing]"}, NOON)
    assert rulebook_of("2" * 64) is None
