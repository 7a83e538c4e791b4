"""One thread for a page: every line in order, ledger and gate under each message, facts, and what stays shut."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from parley.errors import BadInput
from parley.nlu.reading import Intent, Reading, Slots, Span
from parley.run.library import service_times
from parley.run.working import work_due
from parley.settings import Settings
from parley.store import models
from parley.store.erase import erase
from parley.store.readings import reading_from_text, reading_to_text
from parley.store.threads import OperatorRef
from parley.store.threads_entries import Changed, Heard, Noted, Said
from parley.store.threads_open import open_thread
from parley.store.threads_page import Thread, load_thread
from parley.store.vault import Vault
from tests.run.desk import COST, NOON, TODAY, Anything, Desk, Person, library
from tests.store.conftest import Home

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WALL = datetime(2026, 1, 5, 9, tzinfo=UTC)
TIMES = service_times(Settings())


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def late(desk: Desk) -> tuple[Person, models.Account]:
    person = desk.person()
    account = desk.account(
        person, [(TODAY - 40 * DAY, 5_000, 2_000), (TODAY + 5 * DAY, 5_000, 0)], interest_minor=310, fee_minor=25
    )
    desk.prove(person)
    return person, account


def asked_what_a_month_allows(desk: Desk) -> Person:
    person, account = late(desk)
    desk.talk(person, account, state="capacity", last_context="capacity")
    return person


def answer(desk: Desk, person: Person, text: str, at: datetime) -> None:
    desk.hear(person, text, at)
    work_due(library(), desk.vault, at, COST)


def thread(talk: UUID, now: datetime = NOON) -> Thread:
    return load_thread(talk, now, TIMES, WALL)


def the_talk() -> models.Conversation:
    return models.Conversation.objects.get()


def test_lines_stand_in_the_order_it_happened(desk: Desk) -> None:
    person = asked_what_a_month_allows(desk)
    provider = desk.centre()
    answer(desk, person, "i can pay 60 a month", NOON)
    desk.sender(provider).send_due(NOON)
    answer(desk, person, "person", NOON + MINUTE)
    found = thread(the_talk().id, NOON + MINUTE)
    kinds = [(type(entry).__name__, getattr(entry, "kind", getattr(entry, "intent", ""))) for entry in found.entries]
    assert kinds == [
        ("Heard", "capacity_answer"),
        ("Changed", "offer.made"),
        ("Said", ""),
        ("Heard", "ask_human"),
        ("Changed", "handed_over"),
        ("Said", ""),
    ]
    assert (found.reason, found.waiting_since, found.version) == ("asked", NOON + MINUTE, 4)
    # Three hours until closing at 20:00 UTC, the rest in the morning.
    assert found.answer_by == datetime(2026, 11, 4, 9, 1, tzinfo=UTC)


def test_under_each_message_stand_its_ledger_and_the_rules_that_were_asked(desk: Desk) -> None:
    person, account = late(desk)
    talk = desk.talk(person, account)
    night = datetime(2026, 11, 4, 4, tzinfo=UTC)
    message = desk.message(
        person, account, conversation=talk, purpose="collection", template_key="overdue.neutral", not_before=night
    )
    desk.sender(desk.centre()).send_due(night)
    said = only_said(thread(talk.id))
    assert (said.message_id, said.state, said.reason, said.written_by) == (message.id, "queued", "quiet_hours", None)
    verdict = said.verdicts[0]
    assert (verdict.stage, verdict.verdict, verdict.at) == ("dispatch", "defer", night)
    failing = verdict.failing[0]
    assert (failing.rule_id, failing.reason_code, failing.layer) == ("lender-hours", "quiet_hours", "policy")
    assert failing.citation
    assert verdict.retry_at == said.not_before == failing.retry_at == datetime(2026, 11, 4, 13, tzinfo=UTC)
    assert "lender-cap-day" in verdict.rules and verdict.facts["days_past_due"] == 40
    desk.sender(desk.centre()).send_due(said.not_before)
    said = only_said(thread(talk.id))
    assert [one.verdict for one in said.verdicts] == ["defer", "allow"]
    assert said.at == said.intended_at == datetime(2026, 11, 4, 13, tzinfo=UTC)


def only_said(found: Thread) -> Said:
    (said,) = [entry for entry in found.entries if isinstance(entry, Said)]
    return said


def test_the_reading_is_the_one_of_its_day_and_is_opened_only_on_demand(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = asked_what_a_month_allows(desk)
    answer(desk, person, "i can pay 60 a month", NOON)
    row = models.Inbound.objects.get()
    assert b"60" not in bytes(row.reading_sealed or b"")
    # What the reader would say today does not matter.
    monkeypatch.setattr("parley.nlu.read.read", None)
    opened = open_thread(the_talk().id, desk.vault)
    reading = opened.readings[row.id]
    assert (reading.intent, reading.slots.amount, reading.slots.frequency) == (
        Intent.CAPACITY_ANSWER, Decimal(60), "monthly",
    )  # fmt: skip
    assert reading.confidence > 0.5
    assert opened.texts[row.id] == "i can pay 60 a month"
    assert len(opened.texts) == 2 and all(opened.texts.values())


READINGS = [
    Reading(Intent.OTHER),
    Reading(
        Intent.PROMISE_TO_PAY,
        also=(Intent.THANKS, Intent.ASK_HUMAN),
        slots=Slots(
            amount=Decimal("60.50"),
            amount_alternatives=(Decimal(60), Decimal("600.5")),
            currency="USD",
            n_instalments=3,
            frequency="weekly",
            dates=(date(2026, 12, 5),),
            dates_alt=(date(2026, 12, 6), date(2026, 12, 7)),
            hardship="失业",
            option="B",
        ),
        conditional=True,
        oos=True,
        sensitive=True,
        confidence=0.8,
        spans=(Span(0, 4, "amount", "60.50", "a sum"), Span(5, 9, "stop", "", "says stop")),
        reasons=("as the phrase says",),
    ),
]


@pytest.mark.parametrize("reading", READINGS)
def test_a_reading_comes_back_as_it_was(reading: Reading) -> None:
    assert reading_from_text(reading_to_text(reading)) == reading


def test_the_page_itself_opens_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    person = asked_what_a_month_allows(desk)
    answer(desk, person, "i can pay 60 a month", NOON)

    def refuse(*_: object) -> str:
        raise AssertionError("nobody asked for a text")

    monkeypatch.setattr(Vault, "open", refuse)
    assert len(thread(the_talk().id).entries) == 3


def test_the_account_shows_what_is_owed_paid_and_agreed(desk: Desk) -> None:
    person, account = late(desk)
    talk = desk.talk(person, account)
    plan = desk.arrangement(account, [(TODAY + DAY, 3_000), (TODAY + 31 * DAY, 3_000)], talk)
    plan.instalments.filter(number=1).update(paid_minor=3_000, cleared_on=TODAY)
    desk.promise(account, talk, 4_000, TODAY + 3 * DAY)
    models.Payment.objects.create(
        id=talk.id, account=account, row_key="p1", paid_on=TODAY, received_at=NOON, amount_minor=3_000
    )
    models.LimitChange.objects.create(
        id=talk.id, account=account, row_key="l1", effective_on=TODAY, before_minor=500, after_minor=400
    )
    (facts,) = thread(talk.id).accounts
    assert (facts.balance.principal, facts.balance.interest, facts.balance.fee) == (124_000, 310, 25)
    assert (facts.days_past_due, facts.bucket, facts.arrears_minor) == (40, "30-59", 3_000)
    assert facts.next_due is not None and facts.next_due.due_on == TODAY + 5 * DAY
    assert [(due.amount_minor, due.paid_minor) for due in facts.dues] == [(5_000, 2_000), (5_000, 0)]
    (agreed,) = facts.arrangements
    assert (agreed.standing, agreed.total_minor, agreed.paid_minor) == ("active", 6_000, 3_000)
    assert [(part.due_on, part.cleared_on) for part in agreed.parts] == [
        (TODAY + DAY, TODAY), (TODAY + 31 * DAY, None),
    ]  # fmt: skip
    assert (facts.promises[0].amount_minor, facts.promises[0].standing) == (4_000, "active")
    assert (facts.payments[0].amount_minor, facts.limit_changes[0].after_minor) == (3_000, 400)
    assert "124000" not in repr(facts) and "3000" not in repr(facts.payments)


def test_consents_holds_and_other_threads_of_the_borrower_are_there(desk: Desk) -> None:
    person, account = late(desk)
    old = desk.talk(person, account, state="closed", closed_at=NOON - DAY)
    talk = desk.talk(person, account)
    over: dict[str, Anything] = {"released_at": NOON, "released_by": "Dana"}
    for number, (kind, more) in enumerate((("dispute", {}), ("complaint", over), ("hardship", {"until_at": NOON}))):
        models.Hold.objects.create(
            id=UUID(int=number), borrower=person.borrower, kind=kind, source="person", from_at=NOON - DAY, **more
        )
    models.Consent.objects.create(
        id=talk.id, borrower=person.borrower, scope="promotion", granted=True, source="import", proof="x", at=NOON
    )
    found = thread(talk.id)
    assert {hold.kind: hold.stands for hold in found.holds} == {"dispute": True, "complaint": False, "hardship": False}
    assert [(one.scope, one.granted) for one in found.consents] == [("promotion", True)]
    assert [one.conversation_id for one in found.others] == [old.id]
    assert (found.identity_proven_at, found.reason, found.answer_by) == (NOON - DAY, "", None)


def test_the_newest_menu_stands_until_it_runs_out(desk: Desk) -> None:
    person = asked_what_a_month_allows(desk)
    answer(desk, person, "i can pay 60 a month", NOON)
    answer(desk, person, "better 70", NOON + MINUTE)
    newest, older = thread(the_talk().id, NOON + MINUTE).offers
    assert (newest.capacity_minor, newest.stands, older.stands) == (7_000, True, False)
    assert newest.plans[0].total_minor > 0
    assert not thread(the_talk().id, newest.expires_at).offers[0].stands


def test_notes_calls_and_changes_name_who_made_them(desk: Desk) -> None:
    person, account = late(desk)
    talk = desk.talk(person, account)
    dana = models.Operator.objects.create(
        name="dana", display_name="Dana", role="agent", created_at=WALL, created_by="test"
    )
    models.Note.objects.create(
        id=talk.id, borrower=person.borrower, conversation=talk, operator=dana, body_sealed=b"x", at=NOON
    )
    models.Event.objects.create(at=NOON, kind="taken_over", conversation=talk, data={"operator": dana.pk})
    models.Event.objects.create(at=NOON, kind="turn", conversation=talk, data={})
    noted, changed = thread(talk.id).entries
    assert isinstance(noted, Noted) and noted.operator == OperatorRef(dana.pk, "Dana")
    assert isinstance(changed, Changed) and changed.operator == OperatorRef(dana.pk, "Dana")


def test_an_erased_person_leaves_a_thread_without_words(desk: Desk) -> None:
    person = asked_what_a_month_allows(desk)
    answer(desk, person, "i can pay 60 a month", NOON)
    models.Message.objects.update(state="delivered")
    erase(desk.vault, person.borrower.id, NOON + DAY)
    found, opened = thread(the_talk().id), open_thread(the_talk().id, desk.vault)
    assert found.is_erased and any(isinstance(entry, Heard) for entry in found.entries)
    assert (dict(opened.texts), dict(opened.readings)) == ({}, {})


def test_a_thread_that_does_not_exist_is_refused_in_words(desk: Desk) -> None:
    with pytest.raises(BadInput, match="no thread"):
        thread(UUID(int=7))
    with pytest.raises(BadInput, match="no thread"):
        open_thread(UUID(int=7), desk.vault)
