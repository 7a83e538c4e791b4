"""Each act of a member of staff lands whole: thread, message, offer, arrangement, call, note, event, audit."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parley.contact.facts import Hold
from parley.contact.gate import Permit
from parley.engine.acts import (
    Act,
    ActRefusal,
    Agree,
    Assign,
    CallOutcome,
    ChangeLanguage,
    Close,
    CloseReason,
    Direction,
    HandBack,
    LayHold,
    LogCall,
    No,
    Note,
    Offer,
    ReadBack,
    ReleaseHold,
    ReleaseReason,
    Reply,
    TakeOver,
)
from parley.engine.outcome import Outcome
from parley.ids import derive_id
from parley.locale import Language
from parley.store import audit, models, outcomes
from parley.store.cases import load_desk_case
from parley.store.desk import Done, look_at_replies, look_before_calling, look_before_sending
from parley.store.erase import erase
from parley.store.threads_open import open_thread
from tests.run.desk import NOON, Desk, library
from tests.store.conftest import Home
from tests.store.desk_work import DAY, FIRST, HOUR, MINUTE, Work, no

REACHED = LogCall(Direction.IN, CallOutcome.REACHED, is_identity_checked=True)


@pytest.fixture
def work(home: Home) -> Work:
    return Work(Desk(home.vault, home.folder))


def rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in apps.get_app_config("store").get_models()}  # type: ignore[attr-defined]  # every model has one


def sound(work: Work) -> bool:
    while audit.sequence():
        pass
    report = audit.verify(work.desk.vault)
    assert report.is_sound, report.findings
    return True


def waits_since(work: Work) -> datetime | None:
    return work.talk.waiting_since


def test_a_thread_is_taken_over_answered_and_handed_back(work: Work) -> None:
    work.hears("I want to speak with a person")
    again = work.hears("hello?", NOON + MINUTE)
    before = work.talk
    assert (before.state, before.person_reason, before.waiting_since) == ("with_person", "asked", NOON)
    work.does(TakeOver(), NOON + 2 * MINUTE)
    assert (work.talk.assigned_to, work.talk.assigned_at) == (work.dana, NOON + 2 * MINUTE)
    done = work.does(Reply("info.balance"), NOON + 3 * MINUTE)
    said = work.message(done)
    assert (said.written_by, said.in_reply_to, said.purpose) == (work.dana, again, "negotiation_reply")
    assert "$1,240.00" in work.desk.sent_text(said)
    after = work.talk
    assert (after.waiting_since, after.needs_person_since) == (None, NOON)
    assert done.version == after.version == before.version + 2
    work.does(HandBack(), NOON + 4 * MINUTE)
    free = work.talk
    assert (free.state, free.assigned_to, free.needs_person_since, free.person_reason) == ("notified", None, None, "")
    told = models.Event.objects.filter(kind__in=["taken_over", "person.answered", "handed_back"]).order_by("id")
    assert [(one.kind, one.data["operator"]) for one in told] == [
        ("taken_over", work.dana.pk), ("person.answered", work.dana.pk), ("handed_back", work.dana.pk),
    ]  # fmt: skip
    assert told[2].data["since"] == NOON.isoformat()
    work.sends(NOON + 5 * MINUTE)
    # The machine goes on: it answers what comes next.
    work.hears("OPTIONS", NOON + 6 * MINUTE)
    assert models.Message.objects.latest("created_at").template_key in {"capacity.ask", "cannot_pay.capacity"}
    assert sound(work)


def test_what_waits_again_after_an_answer_starts_a_new_promise(work: Work) -> None:
    work.hears("person please")
    work.does(TakeOver())
    work.does(Note("rang, engaged"))
    assert waits_since(work) == NOON
    work.does(Reply("person.reading"))
    assert waits_since(work) is None
    work.hears("ok, and?", NOON + HOUR)
    work.hears("hello??", NOON + 2 * HOUR)
    assert waits_since(work) == NOON + HOUR


def test_a_talk_that_the_machine_leads_falls_silent_when_taken_over(work: Work) -> None:
    work.hears("I lost my job and cannot pay")
    assert work.talk.state == "capacity"
    work.does(TakeOver(), NOON + MINUTE)
    talk = work.talk
    assert (talk.state, talk.person_reason, talk.needs_person_since) == ("with_person", "taken_over", NOON + MINUTE)
    waiting = models.Message.objects.get()
    work.hears("60 a month", NOON + 2 * MINUTE)
    assert models.Message.objects.count() == 1
    work.sends(NOON + 2 * MINUTE)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("refused", "plan_in_progress")


def test_a_computed_offer_is_stored_with_its_certificate_and_said_as_stored(work: Work) -> None:
    work.hears("person please")
    work.does(TakeOver())
    done = work.does(Offer(60_00, FIRST))
    offer = models.OfferRecord.objects.get()
    said = work.message(done)
    assert (said.offer, said.purpose, said.written_by) == (offer, "plan_offer", work.dana)
    assert offer.capacity_minor == 60_00 and offer.certificate["policy"] == library().policy.id
    assert all(plan["rows"][0]["due_on"] == FIRST.isoformat() for plan in offer.plans)
    assert all(row["payment_minor"] <= 60_00 for plan in offer.plans for row in plan["rows"])
    text = work.desk.sent_text(said)
    assert all(f"{plan['total_minor'] // 100:,}.{plan['total_minor'] % 100:02d}" in text for plan in offer.plans)
    case = load_desk_case(work.talk, NOON, work.desk.vault)
    assert case.offer is not None and case.offer.offer_id == offer.id
    assert sound(work)


def test_an_offer_keeps_the_text_of_the_policy_it_was_computed_by(work: Work) -> None:
    work.hears("person please")
    work.does(TakeOver())
    work.does(Offer(60_00, FIRST))
    offer = models.OfferRecord.objects.get()
    kept = models.LenderSettings.objects.get(digest=offer.certificate["policy_hash"])
    assert kept.document == library().policy.text


def test_a_number_that_is_not_of_the_offer_record_is_refused_at_dispatch(work: Work) -> None:
    work.hears("person please")
    work.does(TakeOver())
    said = work.message(work.does(Offer(60_00, FIRST)))
    offer = models.OfferRecord.objects.get()
    plans = offer.plans
    for row in plans[0]["rows"]:
        row["payment_minor"] += 1
    models.OfferRecord.objects.update(plans=plans)
    work.sends()
    said.refresh_from_db()
    assert (said.state, said.reason) == ("refused", "number_not_in_offer")
    decision = models.GateDecision.objects.get(message=said, stage="dispatch")
    assert decision.rule_id == "lender-offer-numbers"


def test_plans_agreed_before_count_against_the_policy(work: Work) -> None:
    work.hears("person please")
    work.does(TakeOver())
    work.does(Offer(60_00, FIRST))
    offer = models.OfferRecord.objects.get()
    most = library().policy.arrangements.most
    for number in range(most):
        assert not isinstance(work.tries(Offer(60_00, FIRST)), ActRefusal)
        models.Arrangement.objects.create(
            id=derive_id("test-arrangement", str(number)), account=work.account, conversation=work.talk, offer=offer,
            option=0, currency="USD", annual_rate_bps=0, balance_minor=1, total_minor=1, capacity_minor=1,
            agreed_at=NOON - number * 30 * DAY, standing="cancelled",
        )  # fmt: skip
    assert no(work.tries(Offer(60_00, FIRST))) is No.MANY_PLANS


def test_a_reply_that_got_no_answer_waits_from_its_own_hour_once_the_thread_is_taken_over(work: Work) -> None:
    work.hears("thanks", NOON - HOUR)
    assert (models.Message.objects.count(), waits_since(work)) == (0, None)
    work.does(TakeOver())
    assert (work.talk.needs_person_since, waits_since(work)) == (NOON, NOON - HOUR)


@pytest.mark.parametrize(
    ("state", "intended_at", "is_unanswered"),
    [
        ("queued", None, False),
        ("delivered", NOON, False),
        ("unknown", NOON, False),
        # The carrier had it and let it expire: it counts as said. One that expired here was never said.
        ("expired", NOON, False),
        ("expired", None, True),
        ("refused", None, True),
        ("cancelled", None, True),
        ("rejected", NOON, True),
    ],
)
def test_a_reply_is_unanswered_until_an_answer_has_left(
    work: Work, state: str, intended_at: datetime | None, is_unanswered: bool
) -> None:
    asked = work.hears("person please")
    models.Message.objects.update(state=state, intended_at=intended_at)
    work.does(TakeOver())
    said = work.message(work.does(Reply("help.who")))
    assert (said.in_reply_to == asked, said.purpose == "negotiation_reply") == (is_unanswered, is_unanswered)


def test_handed_back_the_machine_takes_up_what_was_asked(work: Work) -> None:
    work.hears("I lost my job and cannot pay")
    work.sends()
    work.does(TakeOver(), NOON + MINUTE)
    work.does(HandBack(), NOON + 2 * MINUTE)
    assert work.talk.state == "capacity"
    work.hears("60 a month", NOON + 3 * MINUTE)
    assert models.OfferRecord.objects.get().capacity_minor == 60_00


def test_handed_back_under_a_promise_the_machine_knows_of_it(work: Work) -> None:
    work.hears("person please")
    work.desk.promise(work.account, work.talk, 100, FIRST)
    work.does(TakeOver())
    work.does(HandBack())
    assert work.talk.state == "promised"


def test_the_borrower_may_answer_a_person_s_offer_to_the_machine(work: Work) -> None:
    work.hears("person please")
    work.does(TakeOver())
    work.does(Offer(60_00, FIRST))
    work.sends()
    work.does(HandBack(), NOON + MINUTE)
    assert work.talk.state == "offer"
    work.hears("1", NOON + 2 * MINUTE)
    work.sends(NOON + 2 * MINUTE)
    work.hears("yes", NOON + 3 * MINUTE)
    agreed = models.Arrangement.objects.get()
    assert (agreed.offer, agreed.option) == (models.OfferRecord.objects.get(), 0)


def test_a_plan_agreed_on_the_phone_is_recorded_as_such(work: Work) -> None:
    work.hears("please call me")
    work.does(TakeOver())
    work.does(Offer(60_00, FIRST, is_sent=False))
    work.does(LogCall(Direction.IN, CallOutcome.THIRD_PARTY))
    assert no(work.tries(ReadBack(1))) is No.NOT_ON_PHONE
    work.does(REACHED)
    assert no(work.tries(Agree(1))) is No.NOT_READ_BACK
    work.does(ReadBack(1))
    done = work.does(Agree(1), NOON + 5 * MINUTE)
    agreed = models.Arrangement.objects.get(standing="active")
    offer, call = models.OfferRecord.objects.get(), models.Call.objects.get(outcome="reached")
    assert (agreed.offer, agreed.option, agreed.agreed_at) == (offer, 1, NOON + 5 * MINUTE)
    parts = list(agreed.instalments.order_by("number"))
    assert [part.amount_minor for part in parts] == [row["payment_minor"] for row in offer.plans[1]["rows"]]
    told = models.Event.objects.get(kind="arrangement.agreed")
    assert told.data == {
        "by": "phone", "call": str(call.id), "option": 2, "confirmed_by_text": True, "operator": work.dana.pk,
    }  # fmt: skip
    said = work.message(done)
    assert (said.template_key, said.purpose, said.offer, said.option) == ("plan.agreed", "servicing", offer, 1)
    assert work.talk.waiting_since is None
    work.does(HandBack(), NOON + 6 * MINUTE)
    assert work.talk.state == "agreed"
    assert sound(work)


def test_what_is_agreed_on_the_phone_takes_the_place_of_what_stood(work: Work) -> None:
    work.hears("please call me")
    old = work.desk.arrangement(work.account, [(FIRST, 100)], work.talk)
    promise = work.desk.promise(work.account, work.talk, 100, FIRST)
    work.does(TakeOver())
    work.does(REACHED)
    work.does(Offer(60_00, FIRST, is_sent=False))
    work.does(ReadBack(0))
    work.does(Agree(0))
    old.refresh_from_db()
    promise.refresh_from_db()
    assert (old.standing, promise.standing) == ("cancelled", "cancelled")
    assert models.Arrangement.objects.filter(standing="active").count() == 1


def test_a_note_is_sealed_and_opened_on_the_page(work: Work) -> None:
    work.hears("person please")
    work.does(Note("wife answered, call after six"))
    row = models.Note.objects.get()
    assert (row.operator, row.at) == (work.dana, NOON) and b"wife" not in bytes(row.body_sealed or b"")
    assert open_thread(work.talk.id, work.desk.vault).texts[row.id] == "wife answered, call after six"
    assert "wife" not in str(list(models.Event.objects.values_list("data", flat=True)))
    assert sound(work)


def test_what_is_only_written_down_is_written_once_however_often_it_is_sent(work: Work) -> None:
    work.hears("person please")
    version = work.talk.version
    for act in (Note("rang"), LogCall(Direction.OUT, CallOutcome.NO_ANSWER)):
        for _ in range(3):
            assert isinstance(work.tries(act, version=version), Done)
    assert (models.Note.objects.count(), models.Call.objects.count()) == (1, 1)
    assert work.talk.version == version + 2
    assert isinstance(work.tries(Note("rang"), version=version + 2), Done)
    # What is not the same is not taken for the same: other words, another person.
    assert isinstance(work.tries(Note("and again"), version=version), Done)
    assert isinstance(work.tries(Note("rang"), version=version, who=work.lead), Done)
    assert models.Note.objects.count() == 4


def test_identity_proven_on_the_phone_lets_debt_facts_follow_to_that_number(work: Work) -> None:
    models.ContactPoint.objects.update(identity_proven_at=None)
    work.hears("person please")
    work.does(TakeOver())
    assert no(work.tries(Reply("info.balance"))) is No.GATE
    work.does(REACHED)
    assert models.ContactPoint.objects.get().identity_proven_at == NOON
    assert isinstance(work.tries(Reply("info.balance")), Done)


def test_an_identity_answer_counts_while_a_person_holds_the_thread(work: Work) -> None:
    models.ContactPoint.objects.update(identity_proven_at=None)
    work.hears("person please")
    work.does(TakeOver())
    work.does(Reply("identity.ask_postcode"))
    work.sends()
    work.hears("60614", NOON + MINUTE)
    assert models.ContactPoint.objects.get().identity_proven_at == NOON + MINUTE
    assert (work.talk.state, models.Message.objects.filter(created_at__gt=NOON).count()) == ("with_person", 0)


def test_a_wrong_number_found_on_the_phone_is_quarantined_everywhere(work: Work) -> None:
    work.hears("person please")
    other = work.desk.person(number=work.person.number)
    waiting = work.desk.message(other, not_before=NOON + DAY)
    work.does(LogCall(Direction.OUT, CallOutcome.WRONG_NUMBER))
    assert models.ContactPoint.objects.filter(quarantined_at=NOON).count() == 2
    waiting.refresh_from_db()
    assert (waiting.state, work.talk.state) == ("cancelled", "wrong_person")


def test_another_language_is_spoken_from_then_on(work: Work) -> None:
    work.hears("person please")
    work.does(TakeOver())
    work.does(ChangeLanguage(Language.ZH_HANS))
    said = work.message(work.does(Reply("help.who")))
    assert said.language == "zh-Hans" and work.desk.sent_text(said).startswith("【示例金融】")
    work.sends()
    work.does(HandBack(), NOON + MINUTE)
    work.hears("分期可以吗", NOON + 2 * MINUTE)
    assert models.Message.objects.latest("created_at").language == "zh-Hans"


def test_a_hold_is_laid_and_released_with_who_and_why(work: Work) -> None:
    work.hears("person please")
    waiting = work.desk.message(work.person, work.account, not_before=NOON + DAY)
    work.does(LayHold(Hold.BREATHING_SPACE, FIRST))
    hold = models.Hold.objects.get()
    assert (hold.kind, hold.source, hold.until_at) == (
        "breathing_space", "person", datetime(2026, 11, 15, 5, tzinfo=UTC),
    )  # fmt: skip
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    work.does(TakeOver())
    assert no(work.tries(HandBack())) is No.HOLD_STANDS
    work.does(ReleaseHold(hold.id, ReleaseReason.MISTAKEN))
    hold.refresh_from_db()
    assert (hold.released_at, hold.released_by) == (NOON, "Dana")
    # At the same instant of a clock that stands, another hold of the kind is another row.
    work.does(LayHold(Hold.BREATHING_SPACE))
    assert models.Hold.objects.filter(released_at__isnull=True).count() == 1


def test_danger_is_left_only_through_a_person(work: Work) -> None:
    work.hears("i want to die")
    work.does(TakeOver())
    assert work.talk.state == "crisis"
    assert no(work.tries(Reply("person.please_call"))) is No.GATE
    hold = models.Hold.objects.get()
    work.does(ReleaseHold(hold.id, ReleaseReason.SETTLED))
    assert work.talk.state == "with_person"
    assert isinstance(work.tries(Reply("person.please_call")), Done)


def test_a_thread_is_closed_and_the_next_word_opens_another(work: Work) -> None:
    work.hears("person please")
    work.does(TakeOver())
    first = work.talk
    work.does(Close(CloseReason.SETTLED))
    first.refresh_from_db()
    assert (first.state, first.closed_at, first.needs_person_since, first.assigned_to) == ("closed", NOON, None, None)
    assert no(work.tries(Reply("help.who"), talk=first)) is No.CLOSED
    assert isinstance(work.tries(Note("called back, all well"), talk=first), Done)
    work.hears("one more thing", NOON + HOUR)
    assert work.talk.id != first.id


def test_a_lead_gives_a_thread_to_somebody_who_may_hold_it(work: Work) -> None:
    work.hears("person please")
    ada = work.desk.operator("ada")
    work.does(Assign(ada.pk), who=work.lead)
    assert work.talk.assigned_to == ada
    assert models.Event.objects.get(kind="assigned").data == {"to": ada.pk, "operator": work.lead.pk}
    gone = work.desk.operator("gone", is_active=False)
    officer = work.desk.operator("officer", "compliance")
    for nobody in (gone.pk, officer.pk, 10**6):
        assert no(work.tries(Assign(nobody), who=work.lead)) is No.NOT_STAFF
    for somebody in (gone, officer):
        assert no(work.tries(Note("x"), who=somebody)) is No.NOT_STAFF


def test_the_gate_s_no_is_written_down_and_nothing_else(work: Work) -> None:
    work.hears("STOP")
    work.does(TakeOver())
    before, talk = rows(), work.talk
    refused = work.tries(Reply("help.who"))
    assert no(refused) is No.GATE
    after = rows()
    assert {name for name in after if after[name] != before[name]} == {
        "GateDecision", "Event", "AuditEntry", "AuditPending",
    }  # fmt: skip
    decision = models.GateDecision.objects.get(stage="desk")
    assert (decision.reason_code, decision.message, decision.borrower) == ("opted_out", None, work.person.borrower)
    assert models.Event.objects.get(kind="person.refused").data == {
        "operator": work.dana.pk, "act": "Reply", "rule": decision.rule_id, "decision": decision.pk,
    }  # fmt: skip
    assert work.talk.version == talk.version and sound(work)


def test_looking_changes_nothing(work: Work) -> None:
    work.hears("person please")
    before = rows()
    talk = work.talk
    assert isinstance(look_before_calling(talk.id, NOON, library(), work.desk.vault), Permit)
    for act in (Offer(60_00, FIRST), Reply("info.balance")):
        assert isinstance(look_before_sending(work.dana, talk.id, act, NOON, library(), work.desk.vault), Outcome)
    with CaptureQueriesContext(connection) as asked:
        replies = dict(look_at_replies(work.dana, talk.id, NOON, library(), work.desk.vault))
    # However many texts there are, the case is loaded once.
    assert len(replies) > 12 and len(asked) < 20
    assert isinstance(replies["info.balance"], Outcome)
    assert rows() == before and work.talk.version == talk.version


def test_a_failure_half_way_leaves_nothing_of_the_act(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    work.hears("person please")
    work.does(TakeOver())
    before, talk = rows(), work.talk

    def fail(*_: object) -> None:
        raise RuntimeError("no power")

    monkeypatch.setattr(outcomes, "_events", fail)
    with pytest.raises(RuntimeError):
        work.tries(Offer(60_00, FIRST))
    assert not connection.in_atomic_block
    assert rows() == before and work.talk.version == talk.version


def test_an_erased_person_s_thread_is_over_even_for_notes(work: Work) -> None:
    work.hears("person please")
    talk = work.talk
    models.Message.objects.update(state="delivered")
    erase(work.desk.vault, work.person.borrower.id, NOON)
    talk.refresh_from_db()
    for act in (Note("x"), TakeOver()):
        assert no(work.tries(act, talk=talk)) is No.CLOSED


@pytest.mark.parametrize("act", [TakeOver(), Reply("help.who"), Close(CloseReason.SETTLED)], ids=str)
def test_an_act_on_a_page_that_is_out_of_date_is_refused(work: Work, act: Act) -> None:
    work.hears("person please")
    old = work.talk.version
    work.hears("hello?", NOON + MINUTE)
    assert no(work.tries(act, version=old)) is No.STALE
