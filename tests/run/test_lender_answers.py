"""What the lender's core answers takes effect once and whole: a refused plan leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from parley.contact.facts import Hold
from parley.ids import derive_id
from parley.run.checking import check
from parley.run.lender_door import take_file
from parley.run.library import lender_facts
from parley.settings import Settings
from parley.store import audit, lender_queue, models
from parley.store.cases import load_standing
from parley.store.erase import erase
from tests.run.desk import COST, NOON, TODAY, Anything, Desk, library
from tests.run.lender import Agreed, Receiver, Reply, account_with_reference, agree, door, receiver, talk_through, told
from tests.store.conftest import Home

DAY = timedelta(days=1)
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def desk(sqlite_desk: Desk) -> Desk:
    """Return a desk on the embedded database: what is said and refused is no matter of the database."""
    return sqlite_desk


@pytest.fixture
def either(home: Home) -> Desk:
    """Return a desk on each database, for what must be whole or nothing."""
    return Desk(home.vault, home.folder)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def give(desk: Desk, *rows: dict[str, Any] | bytes, now: datetime = LATER) -> list[tuple[int, str, str]]:
    raw = b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)
    return [(line.number, line.state, line.en) for line in take_file(raw, now, library(), COST, desk.vault)]


def answer(notice: models.LenderNotice, said: str, **more: Anything) -> dict[str, Any]:
    return {"notice": str(notice.key), "answer": said, **more}


def last_notice(kind: str) -> models.LenderNotice:
    return models.LenderNotice.objects.filter(kind=kind).latest("id")


def texts(desk: Desk) -> list[tuple[str, str]]:
    """Return key and state of every text, oldest first."""
    return list(models.Message.objects.order_by("created_at", "id").values_list("template_key", "state"))


def refuse_plan(desk: Desk, agreed: Agreed, now: datetime) -> None:
    assert give(desk, answer(last_notice("arrangement.agreed"), "refused", reason="product_closed"), now=now) == [
        (1, "taken", "")
    ]
    desk.pipeline(desk.centre()).settle_all(now)


def test_a_plan_that_the_core_refuses_is_undone_with_an_apology_and_a_person(either: Desk) -> None:
    agreed = agree(either)
    refuse_plan(either, agreed, agreed.now)
    agreed.plan.refresh_from_db()
    talk = models.Conversation.objects.get(id=agreed.talk.id)
    assert (agreed.plan.standing, agreed.plan.ended_at) == ("refused", agreed.now)
    assert (talk.state, talk.person_reason, talk.needs_person_since) == ("with_person", "core_refused", agreed.now)
    said = models.Message.objects.filter(template_key="plan.core_refused").get()
    assert said.intended_at == agreed.now
    assert either.sent_text(said) == (
        "Example Card: we are sorry. The plan we confirmed could not be set up on our side, so it does not apply "
        "and you need not pay by it. Dana Reyes will contact you about what to do next: 800-555-0100, 8-20. "
        "STOP ends texts."
    )
    # No hold of a plan, no count against the borrower, nothing to read back: as if it had never been.
    case = load_standing(talk, talk.contact_point, agreed.now, either.vault)
    assert Hold.PLAN_ACTIVE not in {one.kind for one in case.record.holds}
    assert (case.agreed_on, case.offer, case.talk.memory.option) == ((), None, None)
    kinds = list(models.Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds[-2:] == ["arrangement.core_refused", "handed_over"]
    audit.sequence()
    assert audit.verify(either.vault).is_sound
    centre = either.folder / "centre.jsonl"
    found = check(either.vault, centre, agreed.now + timedelta(hours=1), lender_facts(Settings(), library()))
    assert found.is_clean, found.counts


@pytest.mark.parametrize(
    ("language", "begins"), [("zh-Hans", "【示例金融】非常抱歉"), ("zh-Hant", "【示例金融】非常抱歉")]
)
def test_the_apology_speaks_the_borrowers_language(desk: Desk, language: str, begins: str) -> None:
    agreed = agree(desk)
    models.Borrower.objects.update(language=language)
    refuse_plan(desk, agreed, agreed.now)
    assert desk.sent_text(models.Message.objects.get(template_key="plan.core_refused")).startswith(begins)


def test_the_nightly_run_collects_again_once_a_person_has_handed_back(desk: Desk) -> None:
    agreed = agree(desk)
    refuse_plan(desk, agreed, agreed.now)
    talk = models.Conversation.objects.filter(id=agreed.talk.id)
    talk.update(state="closed", closed_at=agreed.now, needs_person_since=None)
    due = models.Instalment.objects.get()
    # The days past due on which the cadence writes are counted from the due date of the contract, not of the plan.
    as_of = due.due_on + 20 * DAY
    desk.nightly(as_of, agreed.now + 7 * DAY)
    assert [key for key, _ in texts(desk)][-1].startswith("overdue.")


def test_what_the_refused_plan_took_the_place_of_stands_again_with_what_was_paid(either: Desk) -> None:
    person = either.person()
    account = account_with_reference(either, person, dues=[(TODAY - 12 * DAY, 4_500, 0)], principal=30_000)
    either.prove(person)
    talk = either.talk(person, account)
    before = either.arrangement(account, [(TODAY + 3 * DAY, 10_000), (TODAY + 33 * DAY, 20_000)], talk)
    promise = either.promise(account, talk, 5_000, TODAY + 5 * DAY)
    now = talk_through(either, person, ["i can pay 310 a month", "1", "yes"])
    before.refresh_from_db()
    assert before.standing == "cancelled"
    models.Payment.objects.create(
        id=derive_id("payment", "x"), account=account, row_key="x", paid_on=TODAY, received_at=now, amount_minor=12_000
    )
    give(either, answer(last_notice("arrangement.agreed"), "refused"), now=now + DAY)
    before.refresh_from_db()
    promise.refresh_from_db()
    assert (before.standing, before.ended_at, before.superseded_by_id) == ("active", None, None)
    assert list(before.instalments.order_by("number").values_list("paid_minor", "cleared_on")) == [
        (10_000, TODAY), (2_000, None),
    ]  # fmt: skip
    assert (promise.standing, promise.paid_minor) == ("active", 12_000)
    restored = last_notice("arrangement.restored")
    assert told(restored, either)["arrangement"] == {"id": str(before.id), "standing": "active"}
    assert models.Arrangement.objects.filter(standing="active").count() == 1


def test_the_same_answer_twice_has_no_further_effect(either: Desk) -> None:
    agreed = agree(either)
    line = answer(last_notice("arrangement.agreed"), "refused", reason="x")
    assert [state for _, state, _ in give(either, line, line, now=agreed.now)] == ["taken", "known"]
    assert [state for _, state, _ in give(either, line, now=agreed.now + DAY)] == ["known"]
    assert [key for key, _ in texts(either)].count("plan.core_refused") == 1
    assert models.Event.objects.filter(kind="arrangement.core_refused").count() == 1


def test_an_accepted_plan_stands_and_nothing_is_said(desk: Desk) -> None:
    agreed = agree(desk)
    before = texts(desk)
    notice = last_notice("arrangement.agreed")
    assert [state for _, state, _ in give(desk, answer(notice, "accepted"), now=agreed.now)] == ["taken"]
    agreed.plan.refresh_from_db()
    assert (agreed.plan.standing, texts(desk)) == ("active", before)
    # Who said yes cannot say no by a line of a file: what holds now is for people to settle.
    ((_, state, why),) = give(desk, answer(notice, "refused"), now=agreed.now)
    assert (state, "for a person" in why) == ("refused", True)
    agreed.plan.refresh_from_db()
    assert agreed.plan.standing == "active"


def test_a_refusal_of_a_plan_that_has_ended_by_itself_undoes_nothing(desk: Desk) -> None:
    agreed = agree(desk)
    models.Arrangement.objects.update(standing="broken", ended_at=agreed.now)
    give(desk, answer(last_notice("arrangement.agreed"), "refused"), now=agreed.now + DAY)
    agreed.plan.refresh_from_db()
    assert agreed.plan.standing == "broken"
    assert "plan.core_refused" not in [key for key, _ in texts(desk)]
    assert models.Event.objects.filter(kind="arrangement.core_refused").exists()


@pytest.mark.parametrize("state", ["opted_out", "crisis", "with_person"])
def test_where_the_machine_is_silent_a_person_says_it(desk: Desk, state: str) -> None:
    agreed = agree(desk)
    models.Conversation.objects.update(state=state)
    refuse_plan(desk, agreed, agreed.now)
    assert "plan.core_refused" not in [key for key, _ in texts(desk)]
    talk = models.Conversation.objects.get()
    assert (talk.state, talk.person_reason) == (state, "core_refused")
    agreed.plan.refresh_from_db()
    assert agreed.plan.standing == "refused"


def test_an_apology_does_not_wait_for_tomorrow_though_we_wrote_today(desk: Desk) -> None:
    agreed = agree(desk)
    for days in (0, 2, 4):
        at = NOON - timedelta(days=days, hours=1)
        desk.message(agreed.person, agreed.account, state="delivered", intended_at=at, submitted_at=at)
    refuse_plan(desk, agreed, agreed.now)
    assert models.Message.objects.get(template_key="plan.core_refused").intended_at == agreed.now
    # Our own caps give way to it and to nothing else; for what comes after, it counts.
    verdicts = models.GateDecision.objects.filter(stage="dispatch", message__template_key="plan.core_refused")
    assert [one.verdict for one in verdicts] == ["allow"]


def test_an_apology_at_night_waits_for_the_morning_and_then_leaves(desk: Desk) -> None:
    agreed = agree(desk)
    night = NOON.replace(hour=23) + timedelta(hours=8)
    refuse_plan(desk, agreed, night)
    said = models.Message.objects.get(template_key="plan.core_refused")
    assert said.state == "queued"
    desk.pipeline(desk.centre()).settle_all(said.not_before)
    said.refresh_from_db()
    assert said.intended_at == said.not_before > night


def test_a_crash_in_the_middle_undoes_the_undoing(either: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    agreed = agree(either)
    before = texts(either)

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("parley.store.lender_answers.save_talk", die)
        with pytest.raises(Killed):
            give(either, answer(last_notice("arrangement.agreed"), "refused"), now=agreed.now)
    agreed.plan.refresh_from_db()
    assert (agreed.plan.standing, texts(either), last_notice("arrangement.agreed").answer) == ("active", before, "")
    refuse_plan(either, agreed, agreed.now)


# ------------------------------------------------------------------ a higher limit


def asked(desk: Desk, **account: Anything) -> models.LenderNotice:
    person = desk.person()
    row = account_with_reference(desk, person, **({"credit_limit_minor": 200_000} | account))
    desk.prove(person)
    desk.talk(person, row)
    talk_through(desk, person, ["can you raise my limit please"])
    return last_notice("limit_rise.asked")


def granted(notice: models.LenderNotice, minor: int = 350_000, currency: str = "USD") -> dict[str, Any]:
    return answer(notice, "granted", limit_minor=minor, currency=currency)


def test_a_granted_limit_is_told_with_the_lenders_figure_and_no_other(either: Desk) -> None:
    notice = asked(either)
    assert [state for _, state, _ in give(either, granted(notice))] == ["taken"]
    said = models.Message.objects.get(template_key="limit.rise_granted")
    assert "your limit is now $3,500.00, as you asked" in either.sent_text(said)
    # The limit itself is the lender's to change: it comes with the next import.
    assert models.Account.objects.get().credit_limit_minor == 200_000


@pytest.mark.parametrize(("said", "key"), [("refused", "limit.rise_refused"), ("later", "limit.rise_later")])
def test_another_answer_is_told_too(desk: Desk, said: str, key: str) -> None:
    give(desk, answer(asked(desk), said, reason="policy_7"))
    assert texts(desk)[-1][0] == key


def test_later_may_still_become_an_answer(desk: Desk) -> None:
    notice = asked(desk)
    give(desk, answer(notice, "later"))
    assert [state for _, state, _ in give(desk, granted(notice), granted(notice))] == ["taken", "known"]
    ((_, state, _),) = give(desk, answer(notice, "refused"))
    assert state == "refused"


def _arrears(notice: models.LenderNotice, _desk: Desk) -> None:
    assert notice.account is not None
    models.Instalment.objects.create(account=notice.account, due_on=TODAY - DAY, amount_minor=4_500)


def _hardship(notice: models.LenderNotice, _desk: Desk) -> None:
    models.Hold.objects.create(
        id=derive_id("hold", "x"), borrower=notice.borrower, kind="hardship", source="person", from_at=NOON
    )


def _plan(notice: models.LenderNotice, desk: Desk) -> None:
    assert notice.account is not None and notice.conversation is not None
    desk.arrangement(notice.account, [(TODAY + DAY, 10_000)], notice.conversation)


@pytest.mark.parametrize("meanwhile", [_arrears, _hardship, _plan])
def test_a_limit_granted_to_somebody_in_difficulty_by_then_is_a_persons_and_no_text(
    desk: Desk, meanwhile: Callable[[models.LenderNotice, Desk], None]
) -> None:
    notice = asked(desk)
    meanwhile(notice, desk)
    before = texts(desk)
    assert [state for _, state, _ in give(desk, granted(notice))] == ["taken"]
    talk = models.Conversation.objects.get()
    assert (texts(desk), talk.state, talk.person_reason) == (before, "with_person", "limit_rise_in_difficulty")


def test_whoever_is_behind_is_answered_by_a_person_and_the_lender_is_not_asked(desk: Desk) -> None:
    person, dues = desk.person(), [(TODAY - 12 * DAY, 4_500, 0)]
    account = account_with_reference(desk, person, credit_limit_minor=200_000, dues=dues)
    desk.prove(person)
    desk.talk(person, account)
    talk_through(desk, person, ["can you raise my limit please"])
    assert not models.LenderNotice.objects.exists()
    assert (texts(desk)[-1][0], models.Conversation.objects.get().person_reason) == ("limit.rise_person", "limit_rise")


def test_a_limit_granted_where_identity_has_lapsed_names_no_figure(desk: Desk) -> None:
    notice = asked(desk)
    models.ContactPoint.objects.update(identity_proven_at=NOON - 60 * DAY)
    give(desk, granted(notice))
    assert texts(desk)[-1][0] == "limit_change.neutral"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"answer": "granted"}, "needs limit_minor"),
        ({"answer": "granted", "limit_minor": 350_000}, "currency is not that of the account"),
        ({"answer": "granted", "limit_minor": 350_000, "currency": "CNY"}, "currency is not that of the account"),
        ({"answer": "granted", "limit_minor": 100_000, "currency": "USD"}, "below the one that stands"),
        ({"answer": "granted", "limit_minor": 3500.5, "currency": "USD"}, "not a whole number"),
        ({"answer": "granted", "limit_minor": True, "currency": "USD"}, "not a whole number"),
        ({"answer": "granted", "limit_minor": -1, "currency": "USD"}, "not a whole number"),
        ({"answer": "accepted"}, "has other answers"),
        ({"answer": "maybe"}, "answer is none of"),
        ({"answer": ["granted"]}, "answer is none of"),
        ({"answer": "granted", "limit_minor": 350_000, "currency": ["USD"]}, "currency is not known"),
        ({"answer": "refused", "reason": "Ada Byron, 60614"}, "reason is no code"),
        ({"answer": "refused", "limit": 3}, "the field 'limit' is not known"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_and_nothing_follows(desk: Desk, row: dict[str, Any], why: str) -> None:
    notice = asked(desk)
    before = (texts(desk), models.Event.objects.count(), models.Conversation.objects.count())
    ((number, state, said),) = give(desk, {"notice": str(notice.key)} | row)
    assert (number, state) == (1, "refused")
    assert why in said
    assert (texts(desk), models.Event.objects.count(), models.Conversation.objects.count()) == before
    notice.refresh_from_db()
    assert notice.answer == ""


def test_bad_lines_are_told_by_their_place_and_the_others_are_taken(desk: Desk) -> None:
    notice = asked(desk)
    lines = give(
        desk,
        b"\xef\xbb\xbf{",
        b"",
        b'{"notice": "x", "answer": "refused"}',
        {"notice": "0b5c5bd1-1111-4222-8333-444455556666", "answer": "refused"},
        b"\xff\xfe",
        b'{"notice": "' + b"a" * 5_000 + b'"}',
        b'{"answer": "refused", "answer": "granted"}',
        answer(notice, "refused"),
    )
    assert [(number, state) for number, state, _ in lines] == [
        *((number, "refused") for number in (1, 3, 4, 5, 6, 7)),
        (8, "taken"),
    ]
    for (number, _, why), part in zip(
        lines, ["no JSON", "not the id", "no such notice", "not UTF-8", "longer than", "stands twice", ""], strict=True
    ):
        assert part in why
        assert not why or f"line {number}" in why


def test_an_erased_person_gets_no_answer(desk: Desk) -> None:
    notice = asked(desk)
    erase(desk.vault, notice.borrower_id, NOON + DAY)
    ((_, state, why),) = give(desk, answer(notice, "refused"))
    assert (state, "erased" in why) == ("refused", True)


# ------------------------------------------------------------------ answers in the response to a notice


def respond(hook: Receiver, body: bytes, status: int = 200) -> None:
    hook.say = lambda _event: Reply(status, body)


def test_an_answer_in_the_response_takes_effect_with_the_delivery(either: Desk, hook: Receiver) -> None:
    agreed = agree(either)
    respond(hook, b'{"answer": "refused", "reason": "closed"}')
    door(either, "webhook", hook.url).deliver(agreed.now)
    notice = last_notice("arrangement.agreed")
    agreed.plan.refresh_from_db()
    assert (notice.state, notice.answer, notice.answer_reason) == ("delivered", "refused", "closed")
    assert agreed.plan.standing == "refused"
    # The same answer once more, by file.
    assert [state for _, state, _ in give(either, answer(notice, "refused"), now=agreed.now)] == ["known"]


@pytest.mark.parametrize("body", [b"", b"ok", b"<html>", b"[1]", b'{"status": "received"}', b"\xff"])
def test_a_response_that_answers_nothing_is_no_answer_and_no_fault(desk: Desk, hook: Receiver, body: bytes) -> None:
    agreed = agree(desk)
    respond(hook, body)
    door(desk, "webhook", hook.url).deliver(agreed.now)
    notice = last_notice("arrangement.agreed")
    assert (notice.state, notice.answer, notice.fault) == ("delivered", "", "")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b'{"answer": "granted", "limit_minor": 5, "currency": "USD"}', "answer_not_an_answer"),
        (b'{"answer": "yes"}', "answer_unreadable"),
        (b'{"answer": "refused", "notice": "0b5c5bd1-1111-4222-8333-444455556666"}', "answer_unreadable"),
        (b'{"answer": "refused", "reason": "' + b"x" * 20_000 + b'"}', "answer_unreadable"),
    ],
)
def test_a_receiver_that_lies_changes_nothing_and_a_person_sees_it(
    desk: Desk, hook: Receiver, body: bytes, fault: str
) -> None:
    agreed = agree(desk)
    respond(hook, body)
    door(desk, "webhook", hook.url).deliver(agreed.now)
    notice = last_notice("arrangement.agreed")
    agreed.plan.refresh_from_db()
    assert (notice.state, notice.answer, notice.fault, agreed.plan.standing) == ("delivered", "", fault, "active")
    assert [row.key for row in lender_queue.for_a_person()] == [notice.key]
    # What it meant is given by file, and then nobody needs to look any more.
    give(desk, answer(notice, "accepted"), now=agreed.now)
    assert lender_queue.for_a_person() == []


def test_an_answer_that_fails_here_by_a_defect_is_a_persons_and_not_asked_for_again(
    desk: Desk, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed = agree(desk)
    respond(hook, b'{"answer": "refused"}')

    def broken(*_: object) -> None:
        raise KeyError("Ada")

    monkeypatch.setattr("parley.store.lender_answers.undone", broken)
    told_by = door(desk, "webhook", hook.url)
    while told_by.deliver(agreed.now):
        pass
    notice = last_notice("arrangement.agreed")
    agreed.plan.refresh_from_db()
    assert (notice.state, notice.fault, len(hook.ids)) == ("delivered", "answer_failed", 1)
    assert agreed.plan.standing == "active"


def test_an_answer_under_a_status_of_failure_is_none(desk: Desk, hook: Receiver) -> None:
    agreed = agree(desk)
    respond(hook, b'{"answer": "refused"}', 500)
    door(desk, "webhook", hook.url).deliver(agreed.now)
    assert (last_notice("arrangement.agreed").state, last_notice("arrangement.agreed").answer) == ("pending", "")
