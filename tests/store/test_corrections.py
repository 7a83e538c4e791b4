"""Corrections of readings: kept beside the reading, one after the other, sealed, and nothing else changed by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from parley.engine.acts import ActRefusal, No
from parley.errors import BadInput
from parley.nlu.correction import Correction
from parley.nlu.labels import label_of
from parley.nlu.reading import Intent, Slots
from parley.store import audit, models
from parley.store.corrections import CORRECTED, EXPORTED, correct, corrections_of, labels, latest, write_down_export
from parley.store.erase import erase
from parley.store.reports import Period
from parley.store.threads_open import open_thread
from tests.run.desk import NOON, TODAY, Desk
from tests.store.conftest import Home

DAY = timedelta(days=1)
WORDS = "half of the 60 monday if my sister helps"
SAID = Correction(
    "en", Intent.PROMISE_TO_PAY, (Intent.THANKS,),
    Slots(amount=Decimal("30.50"), currency="USD", n_instalments=2, dates=(date(2026, 11, 9),)),
    conditional=True, note="the sister pays",
)  # fmt: skip


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


@pytest.fixture
def reply(desk: Desk) -> models.Inbound:
    """Return a reply to a reminder that was sent, as the machine has read it."""
    person = desk.person()
    account = desk.account(person, [(TODAY - 11 * DAY, 10_300, 0)])
    desk.prove(person)
    talk = desk.talk(person, account)
    message = desk.message(person, account, conversation=talk, context="overdue", purpose="collection")
    with transaction.atomic():
        audit.record(desk.vault, [message], NOON)
    desk.sender(desk.centre()).send_due(NOON)
    desk.hear(person, WORDS, NOON)
    desk.pipeline(desk.centre()).settle_all(NOON)
    return models.Inbound.objects.get()


def made(
    desk: Desk, reply: models.Inbound, said: Correction = SAID, after: UUID | None = None, who: str = "dana"
) -> UUID:
    assert reply.conversation_id is not None
    done = correct(desk.operator(who), reply.conversation_id, reply.id, said, after, NOON + DAY, desk.vault)
    assert isinstance(done, UUID), done
    return done


def refused(desk: Desk, reply: models.Inbound, after: UUID | None, who: models.Operator | None = None) -> ActRefusal:
    assert reply.conversation_id is not None
    other = replace(SAID, intent=Intent.DISPUTE)
    who = who or desk.operator()
    done = correct(who, reply.conversation_id, reply.id, other, after, NOON + DAY, desk.vault)
    assert isinstance(done, ActRefusal)
    return done


def rest() -> Mapping[str, list[Any]]:
    """Return everything that a correction must leave as it is."""
    tables: tuple[Any, ...] = (
        models.Conversation,
        models.Inbound,
        models.Message,
        models.Hold,
        models.Consent,
        models.Job,
    )
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}


def test_a_correction_is_kept_beside_the_reading_and_changes_nothing_else(desk: Desk, reply: models.Inbound) -> None:
    before = rest()
    key = made(desk, reply)
    assert rest() == before
    found = latest(reply.id, desk.vault)
    assert found is not None and (found.correction_id, found.at, found.operator.display_name) == (
        key, NOON + DAY, "Dana",
    )  # fmt: skip
    assert found.correction == SAID
    assert (found.context.last_message, found.context.now, found.context.zone, found.context.locale) == (
        "overdue", reply.handled_at, "America/New_York", "en-US",
    )  # fmt: skip
    opened = open_thread(reply.conversation_id or UUID(int=0), desk.vault)
    assert opened.corrections[reply.id].correction == SAID
    assert opened.readings[reply.id].intent


def test_it_lies_sealed_and_the_record_of_it_says_nothing_of_the_reply(desk: Desk, reply: models.Inbound) -> None:
    key = made(desk, reply)
    row, event = models.Correction.objects.get(), models.Event.objects.get(kind=CORRECTED)
    assert b"sister" not in bytes(row.body_sealed or b"") and b"promise" not in bytes(row.body_sealed or b"")
    assert event.data == {"operator": row.operator_id, "correction": str(key), "inbound": str(reply.id)}
    # Nothing has happened on the thread.
    assert event.conversation_id is None
    while audit.sequence():
        pass
    assert audit.verify(desk.vault).is_sound
    models.Correction.objects.update(at=NOON)
    assert audit.verify(desk.vault).counts == {audit.Problem.ROW_EDITED: 1}


def test_a_later_correction_supersedes_and_both_are_kept(desk: Desk, reply: models.Inbound) -> None:
    first = made(desk, reply)
    second = made(desk, reply, replace(SAID, intent=Intent.COUNTER_OFFER), first, "lee")
    found = latest(reply.id, desk.vault)
    assert found is not None and (found.correction_id, found.operator.display_name) == (second, "Lee")
    assert models.Correction.objects.count() == 2
    assert [line["intent"] for line in labels(None, desk.vault)] == ["counter_offer"]


def test_the_same_sent_twice_is_there_once(desk: Desk, reply: models.Inbound) -> None:
    assert made(desk, reply) == made(desk, reply)
    assert models.Correction.objects.count() == models.Event.objects.filter(kind=CORRECTED).count() == 1


def test_one_made_of_an_older_page_is_refused_and_says_who_was_faster(desk: Desk, reply: models.Inbound) -> None:
    made(desk, reply, who="lee")
    no = refused(desk, reply, None)
    assert (no.no, no.by, no.event, no.at) == (No.STALE, desk.operator("lee").pk, CORRECTED, NOON + DAY)
    # One's own older page too: what was typed differs from what was kept.
    assert refused(desk, reply, None, desk.operator("lee")).no is No.STALE
    assert refused(desk, reply, UUID(int=7)).no is No.STALE
    assert models.Correction.objects.count() == 1


def test_only_who_may_hold_threads_corrects(desk: Desk, reply: models.Inbound) -> None:
    assert refused(desk, reply, None, desk.operator("cora", role="compliance")).no is No.NOT_STAFF
    assert refused(desk, reply, None, desk.operator("gone", is_active=False)).no is No.NOT_STAFF


def test_a_reply_of_another_thread_or_one_nobody_has_read_is_none(desk: Desk, reply: models.Inbound) -> None:
    other = desk.person()
    talk = desk.talk(other)
    with pytest.raises(BadInput, match="no reply"):
        correct(desk.operator(), talk.id, reply.id, SAID, None, NOON, desk.vault)
    models.Inbound.objects.update(status="new")
    with pytest.raises(BadInput, match="no reply"):
        made(desk, reply)


def test_what_the_guide_settles_is_settled(desk: Desk, reply: models.Inbound) -> None:
    said = Correction("en", Intent.CANNOT_PAY, (Intent.THANKS, Intent.CANNOT_PAY, Intent.ASK_PLAN), Slots(
        hardship="illness"
    ))  # fmt: skip
    made(desk, reply, said)
    found = latest(reply.id, desk.vault)
    assert found is not None
    assert (found.correction.also, found.correction.sensitive) == ((Intent.ASK_PLAN, Intent.THANKS), True)


def test_an_exported_line_is_a_label_of_the_guide(desk: Desk, reply: models.Inbound) -> None:
    made(desk, reply)
    (line,) = labels(None, desk.vault)
    label = label_of({**line, "slots": {**line["slots"], "amount": Decimal(str(line["slots"]["amount"]))}})
    assert (label.text, label.intent, label.also, label.slots) == (WORDS, SAID.intent, SAID.also, SAID.slots)
    assert (label.conditional, label.oos, label.sensitive, line["note"]) == (True, False, False, "the sister pays")
    assert (label.context.last_message, label.context.now) == ("overdue", reply.handled_at)


def test_the_days_of_an_export_are_those_on_which_somebody_corrected(desk: Desk, reply: models.Inbound) -> None:
    made(desk, reply)
    tomorrow = TODAY + DAY
    assert len(list(labels(Period(tomorrow, tomorrow, "UTC"), desk.vault))) == 1
    assert list(labels(Period(TODAY, TODAY, "UTC"), desk.vault)) == []
    assert list(labels(Period(tomorrow + DAY, tomorrow + DAY, "UTC"), desk.vault)) == []


def test_an_export_is_written_down_in_counts(desk: Desk) -> None:
    write_down_export(3, 1, "ann", Period(TODAY, TODAY, "UTC"), NOON, desk.vault)
    data = {"count": 3, "sensitive_left_out": 1, "by": "ann", "days": ["2026-11-03", "2026-11-03"]}
    assert models.Event.objects.get(kind=EXPORTED).data == data
    assert models.AuditEntry.objects.count() == 1


def test_of_an_erased_person_nothing_is_left_or_exported(desk: Desk, reply: models.Inbound) -> None:
    made(desk, reply)
    models.Message.objects.update(state="delivered")
    talk = reply.conversation
    assert talk is not None
    erase(desk.vault, talk.borrower_id, NOON + 2 * DAY)
    assert models.Correction.objects.get().body_sealed is None
    assert (corrections_of(talk, desk.vault), list(labels(None, desk.vault))) == ({}, [])
    assert refused(desk, reply, None).no is No.CLOSED
