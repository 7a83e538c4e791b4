"""The nightly run: every account once, nothing twice, and the same end whether or not it was disturbed."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.db.models import Model

from parley.engine.nightly import Trigger
from parley.purpose import Purpose
from parley.run import nightly
from parley.run.wishes import message_id
from parley.store import models
from parley.store.database import configure
from parley.store.keys import Keys
from parley.store.sealed import open_vault
from tests.run.desk import NOON, TODAY, Anything, Desk, in_threads, library
from tests.store.conftest import Home

DAY = timedelta(days=1)
TOMORROW = TODAY + DAY
ACCOUNTS = 24


def fill(desk: Desk) -> None:
    """Make a small book in which every trigger, a refusal, a hold-out and a judged arrangement occur."""
    for n in range(ACCOUNTS):
        person = desk.person()
        row = UUID(int=(n << 123) + n)
        match n % 6:
            case 0:
                desk.account(person, [(TOMORROW + 3 * DAY, 5_000, 0)], id=row)
            case 1:
                desk.account(person, [(TOMORROW - 5 * DAY, 5_000, 0)], id=row)
            case 2:
                desk.account(person, [(TOMORROW + 3 * DAY, 5_000, 0)], id=row, arm="holdout")
            case 3:
                account = desk.account(person, [(TOMORROW + 20 * DAY, 5_000, 0)], id=row)
                change(desk, account, TODAY)
            case 4:
                account = desk.account(person, [(TOMORROW - 40 * DAY, 5_000, 0)], id=row)
                desk.arrangement(
                    account, [(TODAY - 6 * DAY, 2_000), (TODAY + 24 * DAY, 2_000)], desk.talk(person, account)
                )
            case _:
                desk.account(person, [(TOMORROW - 5 * DAY, 5_000, 0)], id=row)
                models.Consent.objects.create(
                    id=row, borrower=person.borrower, scope="all", granted=False, source="file", proof="", at=NOON - DAY
                )


def change(desk: Desk, account: models.Account, on: date) -> models.LimitChange:
    return models.LimitChange.objects.create(
        id=UUID(int=account.id.int ^ on.toordinal()), account=account, row_key=f"{account.id}:{on}", effective_on=on,
        before_minor=500_000, after_minor=400_000,
    )  # fmt: skip


def tables() -> dict[str, list[tuple[Any, ...]]]:
    """Return everything a run writes, but for ciphertext, which is drawn anew, and counted ids."""
    skipped = {"body_sealed", "memory_sealed", "id", "run_id"}
    found: dict[str, list[tuple[Any, ...]]] = {}
    kinds: list[type[Model]] = [
        models.Run, models.RunChunk, models.RunItem, models.Message, models.GateDecision, models.Conversation,
        models.Event, models.OfferRecord, models.Arrangement, models.Promise,
    ]  # fmt: skip
    for kind in kinds:
        is_named = kind in {models.Message, models.Conversation, models.OfferRecord}
        names = [
            field.attname
            for field in kind._meta.concrete_fields
            if field.attname not in skipped or (is_named and field.attname == "id")
        ]
        found[kind.__name__] = sorted(tuple(map(str, row)) for row in kind._default_manager.values_list(*names))
    return found


def test_each_trigger_is_found_and_a_refusal_is_stored_with_its_rule_and_next_time(desk: Desk) -> None:
    fill(desk)
    run = desk.nightly()
    items = Counter(models.RunItem.objects.values_list("purpose", "verdict"))
    assert items["reminder", "queued"] == items["collection", "refused"] == items["servicing", "queued"] == 4
    # Four overdue, and four whose arrangement broke tonight.
    assert items["collection", "queued"] == 8
    assert set(models.Message.objects.values_list("template_key", flat=True)) == {
        "reminder.neutral", "overdue.neutral", "limit_change.neutral",
    }  # fmt: skip
    assert models.Arrangement.objects.filter(standing="broken").count() == 4
    refused = models.RunItem.objects.filter(verdict="refused")
    assert all(row.rule_id and row.reason_code == "opted_out" for row in refused)
    decisions = models.GateDecision.objects.filter(stage="nightly")
    assert decisions.count() == 4 and all(row.trace and row.rulebook_hash for row in decisions)
    assert run.counts["none"] == ACCOUNTS - 20 and run.finished_at == NOON


def test_a_held_out_account_is_never_written_to(desk: Desk) -> None:
    fill(desk)
    desk.nightly()
    assert not models.RunItem.objects.filter(account__arm="holdout").exists()
    assert not models.Message.objects.filter(account__arm="holdout").exists()


def test_run_again_it_adds_nothing(desk: Desk) -> None:
    fill(desk)
    desk.nightly(per_chunk=4)
    once = tables()
    desk.nightly(per_chunk=4)
    desk.nightly(now=NOON + timedelta(hours=1), per_chunk=9)
    assert tables() == once


@pytest.mark.parametrize("chunk", [1, 2, 5, 8])
def test_stopped_in_a_chunk_and_run_again_it_ends_the_same(
    home: Home, desk: Desk, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(desk)
    real, seen = nightly._Chunk._wishes, []

    def fail(self: Anything, page: Anything) -> Anything:
        seen.append(page)
        if len(seen) == chunk:
            raise RuntimeError("no power")
        return real(self, page)

    with monkeypatch.context() as patch:
        patch.setattr(nightly._Chunk, "_wishes", fail)
        with pytest.raises(RuntimeError):
            desk.nightly(per_chunk=4)
    assert models.RunChunk.objects.count() == chunk - 1
    desk.nightly(per_chunk=4)
    disturbed = tables()
    _undo_run(desk)
    desk.nightly(per_chunk=4)
    assert tables() == disturbed


def _undo_run(desk: Desk) -> None:
    """Take the book back to the day before."""
    for kind in (models.RunItem, models.RunChunk, models.Run, models.GateDecision, models.Event, models.Message):
        kind.objects.all().delete()
    models.Arrangement.objects.update(standing="active", ended_at=None, told_at=None, followed_at=None, reoffer=None)
    models.OfferRecord.objects.filter(arrangement__isnull=True).delete()
    models.Conversation.objects.filter(arrangement__isnull=True).delete()
    models.Conversation.objects.update(state="notified", memory_sealed=None, version=0)


KILLED = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
sys.path.insert(0, {root!r})
from parley.run import nightly
from parley.run.wishes import message_id
from parley.store.database import configure
from parley.store.keys import Keys
from parley.store.sealed import open_vault
from tests.run.desk import Desk
configure({url!r})
desk = Desk(open_vault(Keys(lender=b"L" * 32, index=b"I" * 32, audit=b"A" * 32)), Path("."))
real, left = nightly.audit.record, [{calls}]
def record(*args):
    real(*args)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
nightly.audit.record = record
desk.nightly(per_chunk=4)
"""


@pytest.mark.slow
def test_killed_in_a_chunk_and_run_again_it_ends_the_same(migrated_file: Path, keys: Keys, tmp_path: Path) -> None:
    base = tmp_path / "base.db"
    shutil.copy(migrated_file, base)
    desk = _open(base, keys)
    fill(desk)
    connections.close_all()
    shutil.copy(base, tmp_path / "undisturbed.db")
    _open(tmp_path / "undisturbed.db", keys).nightly(per_chunk=4)
    expected = tables()
    connections.close_all()
    for calls in (1, 5, 14):
        path = tmp_path / f"killed{calls}.db"
        shutil.copy(base, path)
        script = KILLED.format(root=str(Path.cwd()), url=f"sqlite:///{path}", calls=calls)
        ended = subprocess.run([sys.executable, "-c", script], check=False, timeout=120, capture_output=True)
        assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
        desk = _open(path, keys)
        assert models.Run.objects.get().finished_at is None
        assert models.RunChunk.objects.count() < 8
        desk.nightly(per_chunk=4)
        assert tables() == expected
        connections.close_all()


def _open(path: Path, keys: Keys) -> Desk:
    configure(f"sqlite:///{path}")
    return Desk(open_vault(keys), path.parent)


@pytest.mark.postgres
def test_two_processes_at_the_same_run_share_the_chunks(postgres_desk: Desk) -> None:
    fill(postgres_desk)
    library()
    in_threads(*[lambda: postgres_desk.nightly(per_chunk=4)] * 3)
    assert models.RunChunk.objects.count() == 8
    assert models.RunItem.objects.count() == models.RunItem.objects.values("account").distinct().count() == 20


# --- one occasion, one message


def test_the_same_occasion_is_never_said_twice_on_later_nights(desk: Desk) -> None:
    person = desk.person()
    change(desk, desk.account(person, [(TODAY + 40 * DAY, 5_000, 0)]), TODAY)
    for night in range(5):
        desk.nightly(TOMORROW + night * DAY, NOON + night * DAY)
    assert models.Message.objects.count() == 1


def test_of_several_limit_changes_the_last_is_told_and_an_old_one_is_no_news(desk: Desk) -> None:
    account = desk.account(desk.person(), [(TODAY + 40 * DAY, 5_000, 0)])
    change(desk, account, TODAY)
    change(desk, account, TODAY - 2 * DAY)
    old = desk.account(desk.person(), [(TODAY + 40 * DAY, 5_000, 0)])
    change(desk, old, TODAY - 60 * DAY)
    desk.nightly()
    message = models.Message.objects.get()
    assert message.id == message_id(account.id, Trigger(Purpose.SERVICING, "limit_change", f"limit:{TODAY}"))


def test_two_accounts_of_one_borrower_share_a_thread_in_one_night(desk: Desk) -> None:
    person = desk.person()
    for _ in range(2):
        desk.account(person, [(TOMORROW + 3 * DAY, 5_000, 0)])
    desk.nightly()
    assert models.Message.objects.count() == 2
    assert models.Conversation.objects.count() == 1


def test_a_talk_in_progress_is_not_interrupted(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person, [(TOMORROW - 5 * DAY, 5_000, 0)])
    talk = desk.talk(person, account, state="capacity", last_inbound_at=NOON - DAY)
    desk.nightly()
    assert models.RunItem.objects.get().reason_code == "talk_in_progress"
    assert not models.Message.objects.exists()
    models.Conversation.objects.filter(id=talk.id).update(last_inbound_at=NOON - 4 * DAY)
    models.Instalment.objects.update(due_on=TOMORROW - 4 * DAY)
    desk.nightly(TOMORROW + DAY, NOON + DAY)
    assert models.Message.objects.get().conversation_id == talk.id


def test_a_reply_that_nobody_has_read_yet_is_not_talked_over(desk: Desk) -> None:
    person = desk.person()
    desk.account(person, [(TOMORROW - 5 * DAY, 5_000, 0)])
    assert desk.hear(person, "hello", NOON) is not None
    desk.nightly()
    assert models.RunItem.objects.get().reason_code == "talk_in_progress"


def test_a_thread_with_a_person_gets_nothing_at_night(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person, [(TOMORROW - 5 * DAY, 5_000, 0)])
    desk.talk(person, account, state="with_person", needs_person_since=NOON - 9 * DAY)
    desk.nightly()
    item = models.RunItem.objects.get()
    assert item.verdict == "refused" and item.rule_id
    assert not models.Message.objects.exists()


def test_a_borrower_without_a_number_is_told_of_in_the_run(desk: Desk) -> None:
    person = desk.person()
    desk.account(person, [(TOMORROW - 5 * DAY, 5_000, 0)])
    models.ContactPoint.objects.update(quarantined_at=NOON)
    desk.nightly()
    item = models.RunItem.objects.get()
    assert (item.verdict, item.reason_code) == ("skipped", "no_address")


def test_a_window_that_opens_only_after_the_last_use_is_a_refusal(desk: Desk) -> None:
    """A contact of today uses up the day; with a last use of one hour nothing later would be in time."""
    person = desk.person()
    account = desk.account(person, [(TOMORROW - 5 * DAY, 5_000, 0)])
    for n in range(3):
        at = NOON - n * DAY
        desk.message(person, account, state="delivered", intended_at=at, created_at=at, purpose="collection")
    desk.nightly()
    item, decision = models.RunItem.objects.get(), models.GateDecision.objects.get()
    assert item.verdict == "refused" and item.rule_id
    assert decision.retry_at is not None and not models.Message.objects.filter(state="queued").exists()


# --- plans, promises


def test_a_plan_is_reminded_of_before_each_instalment_and_not_of_its_old_dues(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person, [(TOMORROW - 5 * DAY, 5_000, 0)])
    desk.arrangement(account, [(TOMORROW + 3 * DAY, 2_000)], desk.talk(person, account))
    desk.prove(person)
    desk.nightly()
    message = models.Message.objects.get()
    assert (message.template_key, message.about_on) == ("arrangement.reminder", TOMORROW + 3 * DAY)
    assert "20.00" in desk.sent_text(message)


def test_a_payment_on_the_last_day_of_grace_is_in_time_although_the_run_for_tomorrow_is_earlier(desk: Desk) -> None:
    """The run at noon of the last day of grace decides for tomorrow, when the payment would be late: it waits."""
    person = desk.person()
    account = desk.account(person)
    grace = library().policy.grace_days
    plan = desk.arrangement(
        account, [(TODAY - grace * DAY, 2_000), (TODAY + 30 * DAY, 2_000)], desk.talk(person, account)
    )
    desk.nightly()
    plan.refresh_from_db()
    assert plan.standing == "active" and not models.Message.objects.exists()
    desk.nightly(TOMORROW + DAY, NOON + DAY)
    plan.refresh_from_db()
    assert plan.standing == "broken"
    assert models.Message.objects.get().template_key == "overdue.neutral"
    desk.nightly(TOMORROW + 2 * DAY, NOON + 2 * DAY)
    assert models.Message.objects.count() == 1


def test_while_a_promise_stands_nothing_is_asked(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person, [(TOMORROW - 5 * DAY, 5_000, 0)])
    desk.promise(account, desk.talk(person, account), 5_000, TODAY + DAY)
    desk.nightly()
    assert not models.RunItem.objects.exists()


# --- silent threads, silent receipts


def test_a_thread_that_nobody_answers_is_closed_and_the_next_word_opens_another(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person, [(TODAY + 40 * DAY, 5_000, 0)])
    talk = desk.talk(person, account, state="capacity", opened_at=NOON - 20 * DAY, last_inbound_at=NOON - 14 * DAY)
    desk.nightly()
    talk.refresh_from_db()
    assert (talk.state, talk.closed_at) == ("closed", NOON)
    event = models.Event.objects.get(conversation=talk)
    assert (event.kind, event.borrower_id) == ("closed.stale", person.borrower.id)
    row = desk.hear(person, "hello", NOON + timedelta(hours=1))
    assert row is not None and row.conversation_id not in {None, talk.id}


def test_a_submission_without_a_receipt_becomes_unknown_at_night(desk: Desk) -> None:
    message = desk.message(desk.person(), state="submitted", intended_at=NOON - 4 * DAY, submitted_at=NOON - 4 * DAY)
    desk.nightly()
    message.refresh_from_db()
    assert (message.state, message.reason) == ("unknown", "no_receipt")
