"""What a person sends, and calls: at dispatch the gate binds them as it binds the machine, one hold excepted."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parley.contact.facts import Direction as Way
from parley.contact.facts import Flag, Hold
from parley.contact.facts import Outcome as How
from parley.contact.facts_json import facts_from_json
from parley.contact.gate import Decision, Permit, Refused, decide
from parley.engine.acts import (
    ActRefusal,
    CallOutcome,
    Direction,
    LayHold,
    LogCall,
    Offer,
    Reply,
    TakeOver,
)
from parley.engine.asking import contact_facts
from parley.engine.operator import may_call
from parley.messaging.catalogue import ContentClass
from parley.purpose import Actor, Channel, Purpose
from parley.run.carriers import only
from parley.run.sending import Sender
from parley.store import models
from parley.store.cases import load_desk_case
from parley.store.desk import look_before_calling
from parley.store.records import load_records
from tests.run.desk import NOON, Anything, Desk, library
from tests.store.conftest import Home
from tests.store.desk_work import DAY, FIRST, HOUR, MINUTE, Work


@pytest.fixture
def work(home: Home) -> Work:
    made = Work(Desk(home.vault, home.folder))
    made.hears("person please", NOON - 2 * HOUR)
    made.sends(NOON - 2 * HOUR)
    made.does(TakeOver(), NOON - HOUR)
    return made


def dispatched(work: Work, message: models.Message, at: datetime) -> tuple[str, str]:
    work.sends(at)
    message.refresh_from_db()
    return message.state, message.reason


def test_a_person_s_text_leaves_a_thread_that_is_in_their_hands_and_the_machine_s_does_not(work: Work) -> None:
    by_machine = work.desk.message(work.person, work.account, conversation=work.talk, purpose="collection")
    assert dispatched(work, by_machine, NOON) == ("refused", "plan_in_progress")
    by_person = work.message(work.does(Reply("info.balance")))
    assert (by_person.in_reply_to, by_person.purpose) == (None, "collection")
    assert dispatched(work, by_person, NOON) == ("submitted", "")
    allowed = models.GateDecision.objects.get(message=by_person, stage="dispatch")
    assert allowed.verdict == "allow" and "with_person" not in allowed.trace["facts"]["flags"]


def test_a_stop_between_writing_and_sending_holds(work: Work) -> None:
    said = work.message(work.does(Reply("help.who")))
    work.desk.hear(work.person, "STOP", NOON)
    said.refresh_from_db()
    assert said.state == "cancelled"
    late = work.desk.message(work.person, conversation=work.talk, written_by=work.dana, purpose="servicing")
    assert dispatched(work, late, NOON) == ("refused", "opted_out")


def test_at_night_a_person_s_unasked_text_waits_for_the_morning(work: Work) -> None:
    night = NOON + 10 * HOUR
    done = work.does(Reply("help.who"), night)
    morning = datetime(2026, 11, 4, 13, tzinfo=UTC)
    assert done.waits_until == morning
    said = work.message(done)
    assert dispatched(work, said, night) == ("queued", "quiet_hours")
    assert said.not_before == morning
    assert dispatched(work, said, morning) == ("submitted", "")


def test_the_caps_bind_a_person_and_a_person_s_texts_fill_them(work: Work) -> None:
    first = work.message(work.does(Reply("help.who")))
    second = work.message(work.does(Reply("info.balance"), NOON + MINUTE))
    assert dispatched(work, first, NOON) == ("submitted", "")
    assert dispatched(work, second, NOON + MINUTE) == ("queued", "frequency_cap")
    by_machine = work.desk.message(work.desk.person(), purpose="reminder")
    assert dispatched(work, by_machine, NOON + MINUTE) == ("submitted", "")


@pytest.mark.parametrize("kind", [Hold.DISPUTE, Hold.REPRESENTED, Hold.CRISIS, Hold.BREATHING_SPACE])
def test_a_hold_laid_after_writing_stops_a_person_s_text(work: Work, kind: Hold) -> None:
    work.does(LayHold(kind))
    late = work.desk.message(
        work.person, work.account, conversation=work.talk, written_by=work.dana, purpose="collection"
    )
    state, reason = dispatched(work, late, NOON)
    assert state == "refused" and reason in {"disputed", "represented", "vulnerability_hold", "breathing_space"}


def test_a_wrong_number_stops_a_person_s_answer_too(work: Work) -> None:
    asked = work.hears("who is this", NOON - MINUTE)
    models.ContactPoint.objects.update(quarantined_at=NOON - 2 * MINUTE)
    values: dict[str, Anything] = {"in_reply_to": asked, "purpose": "negotiation_reply", "created_at": NOON}
    by_person = work.desk.message(work.person, conversation=work.talk, written_by=work.dana, **values)
    by_turn = work.desk.message(work.person, conversation=work.talk, **values)
    assert dispatched(work, by_person, NOON) == ("refused", "third_party")
    refused = work.tries(Reply("help.who"))
    assert isinstance(refused, ActRefusal) and refused.reason_code == "third_party"
    # The machine's own word of sorry, written by the turn that found it out, is the one exception.
    by_turn.refresh_from_db()
    assert by_turn.state == "submitted"


def test_a_hold_binds_the_answer_of_a_person_to_the_reply_that_laid_it_on(work: Work) -> None:
    asked = work.hears("my lawyer is Jo Test", NOON - MINUTE)
    models.Message.objects.filter(in_reply_to=asked).update(state="cancelled")
    models.Hold.objects.create(
        id=uuid.uuid4(), borrower=work.person.borrower, kind="represented", source="reply", inbound=asked, from_at=NOON
    )
    values: dict[str, Anything] = {"in_reply_to": asked, "purpose": "negotiation_reply", "created_at": NOON}
    by_person = work.desk.message(work.person, conversation=work.talk, written_by=work.dana, **values)
    assert dispatched(work, by_person, NOON + MINUTE) == ("refused", "represented")


def test_an_answer_to_the_borrower_is_outside_our_caps_for_a_person_as_for_the_machine(work: Work) -> None:
    work.message(work.does(Reply("help.who")))
    work.sends()
    asked = work.hears("and how much is it?", NOON + MINUTE)
    answer = work.message(work.does(Reply("info.balance"), NOON + 2 * MINUTE))
    assert answer.in_reply_to == asked
    assert dispatched(work, answer, NOON + 2 * MINUTE) == ("submitted", "")
    # One answer to one message: the next text is unasked, and the day has had its one.
    more = work.does(Reply("info.how_to_pay"), NOON + 3 * MINUTE)
    assert work.message(more).in_reply_to is None and more.waits_until is not None


# ------------------------------------------------------------------ calls count


def call(work: Work, at: datetime, outcome: CallOutcome, way: str = "out", **more: Anything) -> models.Call:
    values = {"account": work.account, "purpose": "collection", "verdict": "allow"} | more
    return models.Call.objects.create(
        id=uuid.uuid4(), borrower=work.person.borrower, contact_point=work.person.point, conversation=work.talk,
        operator=work.dana, direction=way, outcome=outcome, at=at, **values,
    )  # fmt: skip


def against(decision: Decision) -> set[str]:
    return {one.rule_id for one in decision.refusals} if isinstance(decision, Refused) else set()


def asked_as(work: Work, actor: Actor, at: datetime = NOON) -> set[str]:
    book = library()
    other = replace(book, lender=replace(book.lender, actor=actor))
    return against(may_call(load_desk_case(work.talk, at, work.desk.vault), at, other))


@pytest.mark.parametrize(
    ("outcome", "how"),
    [
        (CallOutcome.REACHED, How.CONVERSATION),
        (CallOutcome.THIRD_PARTY, None),
        (CallOutcome.VOICEMAIL, How.NO_ANSWER),
        (CallOutcome.NO_ANSWER, How.NO_ANSWER),
        (CallOutcome.WRONG_NUMBER, None),
    ],
)
def test_the_gate_sees_each_call_as_the_rules_call_it(work: Work, outcome: CallOutcome, how: How | None) -> None:
    call(work, NOON - MINUTE, outcome, "in")
    record = load_records([work.person.borrower.id], NOON)[work.person.borrower.id]
    (seen,) = [one for one in record.contacts if one.channel is Channel.CALL]
    assert (seen.at, seen.direction, seen.outcome, seen.purpose) == (NOON - MINUTE, Way.IN, how, Purpose.COLLECTION)
    assert (seen.account, seen.address) == (str(work.account.id), str(work.person.point.id))


def test_a_logged_call_uses_up_the_day_for_calls_and_texts(work: Work) -> None:
    assert isinstance(look_before_calling(work.talk.id, NOON, library(), work.desk.vault), Permit)
    work.does(LogCall(Direction.OUT, CallOutcome.NO_ANSWER))
    warned = look_before_calling(work.talk.id, NOON + MINUTE, library(), work.desk.vault)
    assert against(warned) == {"lender-cap-day"}
    assert isinstance(warned, Refused) and warned.retry_at == datetime(2026, 11, 4, 13, tzinfo=UTC)
    assert work.does(Offer(60_00, FIRST), NOON + MINUTE).waits_until == warned.retry_at
    # Called all the same, it is logged as what it was.
    work.does(LogCall(Direction.OUT, CallOutcome.VOICEMAIL), NOON + 2 * MINUTE)
    assert list(models.Call.objects.order_by("at").values_list("verdict", flat=True)) == ["allow", "defer"]


def test_the_borrower_s_own_call_fills_no_cap(work: Work) -> None:
    work.does(LogCall(Direction.IN, CallOutcome.REACHED))
    assert models.Call.objects.get().verdict == ""
    assert isinstance(look_before_calling(work.talk.id, NOON + MINUTE, library(), work.desk.vault), Permit)


@pytest.mark.parametrize(("calls", "is_full"), [(6, False), (7, True)])
def test_seven_in_seven_counts_logged_calls(work: Work, calls: int, is_full: bool) -> None:
    for number in range(calls):
        call(work, NOON - (number + 1) * 20 * HOUR, CallOutcome.VOICEMAIL)
    # One of eight days ago, and one about another debt, fill nothing.
    call(work, NOON - 8 * DAY, CallOutcome.VOICEMAIL)
    call(work, NOON - HOUR, CallOutcome.VOICEMAIL, account=work.desk.account(work.person))
    models.Conversation.objects.filter(id=work.talk.id).update(account=work.account)
    assert ("us-7in7-calls" in asked_as(work, Actor.THIRD_PARTY_COLLECTOR)) == is_full
    assert "us-7in7-calls" not in asked_as(work, Actor.ORIGINAL_CREDITOR)


@pytest.mark.parametrize(("days", "is_full"), [(6, True), (7, False)])
def test_seven_days_after_a_talk_counts_logged_calls(work: Work, days: int, is_full: bool) -> None:
    call(work, NOON - days * DAY, CallOutcome.REACHED, "in")
    assert ("us-7in7-talk" in asked_as(work, Actor.DEBT_BUYER)) == is_full


@pytest.mark.parametrize(("contacts", "is_full"), [(2, False), (3, True)])
def test_new_york_city_counts_calls_and_texts_together(work: Work, contacts: int, is_full: bool) -> None:
    models.Borrower.objects.update(jurisdiction="US-NYC")
    call(work, NOON - DAY, CallOutcome.NO_ANSWER)
    for number in range(contacts - 1):
        work.desk.message(
            work.person, work.account, purpose="collection", state="delivered", intended_at=NOON - (number + 2) * DAY
        )
    case = load_desk_case(work.talk, NOON, work.desk.vault)
    facts = contact_facts(
        case.party, case.account, case.record, purpose=Purpose.COLLECTION, discloses="nothing", now=NOON,
        today=NOON.date(), actor=Actor.ORIGINAL_CREDITOR, is_proven=True, in_collection_days=30, is_by_person=True,
        channel=Channel.CALL,
    )  # fmt: skip
    facts = replace(facts, flags=frozenset({Flag.IN_COLLECTION_PROCEDURES}))
    decision = decide(facts, library().rulebook, library().gate)
    assert ("nyc-cap" in against(decision)) == is_full


@pytest.mark.parametrize(
    ("outcome", "most", "rule"),
    [(CallOutcome.REACHED, 3, "cn-cap-talk"), (CallOutcome.NO_ANSWER, 6, "cn-cap-dial")],
)
def test_china_counts_talks_and_unanswered_calls_of_a_day(
    work: Work, outcome: CallOutcome, most: int, rule: str
) -> None:
    models.Borrower.objects.update(jurisdiction="CN", zones=["Asia/Shanghai"])
    # 15:00 in Shanghai; the calls of the evening before are of another day.
    at = datetime(2026, 11, 4, 7, tzinfo=UTC)
    call(work, at - 16 * HOUR, outcome)
    for number in range(most - 1):
        call(work, at - (number + 1) * timedelta(minutes=20), outcome)
    assert rule not in asked_as(work, Actor.ORIGINAL_CREDITOR, at)
    call(work, at - MINUTE, outcome)
    assert rule in asked_as(work, Actor.ORIGINAL_CREDITOR, at)


def test_a_text_whose_class_the_catalogue_bars_since_it_was_written_is_refused_at_dispatch(work: Work) -> None:
    said = work.message(work.does(Offer(60_00, FIRST)))
    shipped = library()
    entry = replace(shipped.catalogue.entry(said.template_key), classes=frozenset({ContentClass.RECOMMENDATION}))
    edited = replace(shipped.catalogue, entries={**shipped.catalogue.entries, said.template_key: entry})
    sender = Sender(only(work.desk.centre()), replace(shipped, catalogue=edited), work.desk.vault)
    while sender.send_due(NOON):
        pass
    said.refresh_from_db()
    assert (said.state, said.reason) == ("refused", "guidance_not_permitted")
    decision = models.GateDecision.objects.get(message=said, stage="dispatch")
    assert (decision.rule_id, decision.verdict) == ("lender-content-class", "block")
    # What explains it and what is replayed: the fact it was judged on.
    assert "content_class_barred" in decision.trace["facts"]["flags"]
    assert decision.facts is not None
    facts, settings = facts_from_json(decision.facts)
    assert isinstance(decide(facts, shipped.rulebook, settings), Refused)
