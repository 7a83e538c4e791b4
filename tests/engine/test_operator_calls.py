"""Notes, calls and their caps, languages, holds, and how a thread leaves a person's hands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from parley.contact.facts import Contact, Direction, Hold, OptOut, OptOutScope
from parley.contact.facts import Outcome as How
from parley.contact.gate import Decision, Permit, Refused
from parley.engine import acts
from parley.engine.acts import (
    ActRefusal,
    CallOutcome,
    ChangeLanguage,
    Close,
    CloseReason,
    HandBack,
    LayHold,
    LogCall,
    No,
    Note,
    Offer,
    ReleaseHold,
    ReleaseReason,
    Reply,
)
from parley.engine.case import Desk, OpenOffer, StandingHold
from parley.engine.operator import LONGEST_NOTE_CHARACTERS, decide_act, may_call
from parley.engine.outcome import Outcome
from parley.engine.situation import Situation
from parley.engine.turn import Library
from parley.locale import Language
from parley.negotiation.moves import Memory
from parley.negotiation.state import BY_PERSON, State
from parley.purpose import Actor, Channel, Purpose
from tests.engine.desk_case import (
    DANA,
    DAY,
    FIRST,
    HOLD_ID,
    MINUTE,
    NOON,
    TODAY,
    case,
    change,
    done,
    gate_says,
    no,
    texted,
)


def standing_offer(library: Library) -> OpenOffer:
    made = done(decide_act(case(), Offer(60_00, FIRST, is_sent=False), DANA, NOON, library)).offer
    assert made is not None
    return OpenOffer(made.offer_id, made.menu.plans, 60_00, made.expires_at, made.confirm)


# ------------------------------------------------------------------ notes and calls


@pytest.mark.parametrize("state", [State.WITH_PERSON, State.CLOSED, State.CRISIS])
def test_anybody_may_note_and_log_a_call_at_any_time(state: State, library: Library) -> None:
    other = case(state=state, desk=Desk(holder=7))
    assert change(decide_act(other, Note("  rang twice\n"), DANA, NOON, library)).note == "rang twice"
    call = change(decide_act(other, LogCall(acts.Direction.OUT, CallOutcome.NO_ANSWER), DANA, NOON, library)).call
    assert call is not None and (call.outcome, call.purpose) == (CallOutcome.NO_ANSWER, Purpose.COLLECTION)


def test_a_note_has_words_and_an_end(library: Library) -> None:
    assert no(decide_act(case(), Note(" \n"), DANA, NOON, library)) is No.NO_TEXT
    longest = "x" * LONGEST_NOTE_CHARACTERS
    assert change(decide_act(case(), Note(longest), DANA, NOON, library)).note == longest
    assert no(decide_act(case(), Note(longest + "x"), DANA, NOON, library)) is No.TOO_LONG


@pytest.mark.parametrize("outcome", list(CallOutcome))
def test_only_a_call_that_reached_the_borrower_answers_what_waits(outcome: CallOutcome, library: Library) -> None:
    found = change(decide_act(case(), LogCall(acts.Direction.OUT, outcome), DANA, NOON, library))
    assert found.is_answered == (outcome is CallOutcome.REACHED)


def test_identity_is_proven_on_the_phone_only_by_the_borrower(library: Library) -> None:
    reached = LogCall(acts.Direction.IN, CallOutcome.REACHED, is_identity_checked=True)
    found = done(decide_act(case(proven=False), reached, DANA, NOON, library))
    assert found.is_identity_proven and found.events[-1].kind == "identity.proven"
    unchecked = done(decide_act(case(), LogCall(acts.Direction.IN, CallOutcome.REACHED), DANA, NOON, library))
    assert not unchecked.is_identity_proven
    somebody = LogCall(acts.Direction.OUT, CallOutcome.THIRD_PARTY, is_identity_checked=True)
    assert no(decide_act(case(), somebody, DANA, NOON, library)) is No.DOES_NOT_FIT


def test_a_wrong_number_found_by_telephone_is_quarantined(library: Library) -> None:
    found = done(decide_act(case(), LogCall(acts.Direction.OUT, CallOutcome.WRONG_NUMBER), DANA, NOON, library))
    assert (found.to, found.quarantines, found.cancels) == (State.WRONG_PERSON, True, "all")


def test_a_call_made_against_the_gate_s_word_is_logged_with_that_word(library: Library) -> None:
    night = NOON + timedelta(hours=15)
    call = change(decide_act(case(), LogCall(acts.Direction.OUT, CallOutcome.VOICEMAIL), DANA, night, library)).call
    assert call is not None and isinstance(call.decision, Refused)


def collector(library: Library) -> Library:
    return replace(library, lender=replace(library.lender, actor=Actor.THIRD_PARTY_COLLECTOR))


def called(at: datetime, outcome: How | None, direction: Direction = Direction.OUT) -> Contact:
    return Contact(at=at, channel=Channel.CALL, direction=direction, outcome=outcome)


def rules_against(decision: Decision) -> set[str]:
    return {one.rule_id for one in decision.refusals} if isinstance(decision, Refused) else set()


@pytest.mark.parametrize(("calls", "is_full"), [(6, False), (7, True)])
def test_seven_calls_in_seven_days_are_the_most_of_a_collector_in_the_us(
    calls: int, is_full: bool, library: Library
) -> None:
    placed = tuple(called(NOON - (hour + 1) * timedelta(hours=20), How.NO_ANSWER) for hour in range(calls))
    found = rules_against(may_call(case(contacts=placed), NOON, collector(library)))
    assert ("us-7in7-calls" in found) == is_full


@pytest.mark.parametrize(("days_ago", "is_full"), [(6, True), (7, False)])
def test_after_a_talk_a_collector_in_the_us_waits_seven_days(days_ago: int, is_full: bool, library: Library) -> None:
    for direction in Direction:
        talked = (called(NOON - days_ago * DAY, How.CONVERSATION, direction),)
        found = rules_against(may_call(case(contacts=talked), NOON, collector(library)))
        assert ("us-7in7-talk" in found) == is_full


CHINA = Situation(
    jurisdiction="CN", locale="zh-Hans-CN", zone="Asia/Shanghai", currency="CNY", postcode="", is_proven=True
)
# Noon in Shanghai.
CN_NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "rule", "most"), [(How.CONVERSATION, "cn-cap-talk", 3), (How.NO_ANSWER, "cn-cap-dial", 6)]
)
def test_china_counts_talks_and_unanswered_calls_of_a_day(outcome: How, rule: str, most: int, library: Library) -> None:
    for calls in (most - 1, most):
        placed = tuple(called(CN_NOON - (one + 1) * 10 * MINUTE, outcome) for one in range(calls))
        found = rules_against(may_call(case(contacts=placed, situation=CHINA), CN_NOON, library))
        assert (rule in found) == (calls == most)


def test_the_warning_comes_with_the_time_from_which_a_call_may_be_made(library: Library) -> None:
    decision = may_call(case(contacts=(texted(NOON - MINUTE),)), NOON, library)
    assert rules_against(decision) == {"lender-cap-day"}
    assert isinstance(decision, Refused) and decision.retry_at == datetime(2026, 11, 24, 14, tzinfo=UTC)
    assert isinstance(may_call(case(), NOON, library), Permit)


def test_in_danger_no_hour_and_no_cap_keeps_a_person_from_calling(library: Library) -> None:
    night = NOON + timedelta(hours=15)
    placed = tuple(called(night - (one + 1) * MINUTE, How.NO_ANSWER) for one in range(9))
    there = case(state=State.CRISIS, holds=(Hold.CRISIS,), contacts=placed)
    assert isinstance(may_call(there, night, library), Permit)
    call = change(decide_act(there, LogCall(acts.Direction.OUT, CallOutcome.REACHED), DANA, night, library)).call
    assert call is not None and call.purpose is Purpose.CRISIS_REPLY
    # A text still waits until the person has released the thread.
    assert "lender-hold-crisis" in gate_says(decide_act(there, Reply("person.please_call"), DANA, night, library))


def test_a_wrong_number_and_a_stop_bar_calls_too(library: Library) -> None:
    wrong = case(desk=Desk(holder=1, also_held=frozenset({Hold.WRONG_NUMBER})))
    assert "lender-hold-wrong-number" in rules_against(may_call(wrong, NOON, library))
    stopped = case(opt_outs=(OptOut(OptOutScope.ALL, NOON - DAY),))
    assert "lender-optout" in rules_against(may_call(stopped, NOON, library))


# ------------------------------------------------------------------ language, holds, the end


def test_another_language_goes_on_in_the_same_thread(library: Library) -> None:
    found = done(decide_act(case(), ChangeLanguage(Language.ZH_HANS), DANA, NOON, library))
    assert found.to is State.WITH_PERSON and found.desk is not None and found.desk.language is Language.ZH_HANS
    assert found.events[-1].data == {"from": "en", "to": "zh-Hans"}
    assert no(decide_act(case(), ChangeLanguage(Language.EN), DANA, NOON, library)) is No.SAME_LANGUAGE


def test_anybody_may_lay_a_hold_and_what_waits_is_cancelled(library: Library) -> None:
    other = case(desk=Desk(holder=7))
    found = done(decide_act(other, LayHold(Hold.BREATHING_SPACE, TODAY + DAY), DANA, NOON, library))
    assert found.cancels == "all" and found.desk is not None and found.desk.lays is not None
    assert found.desk.lays.until_at == datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert no(decide_act(other, LayHold(Hold.DISPUTE, TODAY), DANA, NOON, library)) is No.HOLD_DAY
    began = done(decide_act(other, LayHold(Hold.BREATHING_SPACE, began_on=TODAY), DANA, NOON, library))
    assert began.desk is not None and began.desk.lays is not None and began.desk.lays.began_on == TODAY
    late = LayHold(Hold.BREATHING_SPACE, began_on=TODAY + DAY)
    assert no(decide_act(other, late, DANA, NOON, library)) is No.HOLD_BEGAN
    assert no(decide_act(case(holds=(Hold.DISPUTE,)), LayHold(Hold.DISPUTE), DANA, NOON, library)) is No.HOLD_STANDS


@pytest.mark.parametrize("kind", sorted(set(Hold) - acts.LAID_BY_PERSON))
def test_holds_that_follow_from_elsewhere_are_not_laid_by_hand(kind: Hold, library: Library) -> None:
    assert no(decide_act(case(), LayHold(kind), DANA, NOON, library)) is No.NOT_A_HOLD


def test_danger_seen_by_a_person_makes_a_crisis_and_its_release_ends_it(library: Library) -> None:
    found = done(decide_act(case(), LayHold(Hold.CRISIS), DANA, NOON, library))
    assert (found.to, found.person_reason) == (State.CRISIS, "crisis")
    release = ReleaseHold(HOLD_ID, ReleaseReason.SETTLED)
    in_crisis = case(state=State.CRISIS, holds=(Hold.CRISIS,))
    assert done(decide_act(in_crisis, release, DANA, NOON, library)).to is State.WITH_PERSON
    twice = replace(
        in_crisis, record=replace(in_crisis.record, holds=(*in_crisis.record.holds, StandingHold(Hold.CRISIS)))
    )
    assert done(decide_act(twice, release, DANA, NOON, library)).to is State.CRISIS


def test_a_hold_that_is_not_of_this_borrower_is_not_released(library: Library) -> None:
    decided = decide_act(case(), ReleaseHold(UUID(int=9), ReleaseReason.MISTAKEN), DANA, NOON, library)
    assert no(decided) is No.NOT_A_HOLD


@pytest.mark.parametrize("hold", sorted(acts.LAID_BY_PERSON))
def test_a_thread_under_a_hold_is_not_handed_back(hold: Hold, library: Library) -> None:
    assert no(decide_act(case(holds=(hold,)), HandBack(), DANA, NOON, library)) is No.HOLD_STANDS


def test_what_the_machine_may_not_go_on_with_is_not_handed_back(library: Library) -> None:
    stopped = case(opt_outs=(OptOut(OptOutScope.ALL, NOON - DAY),))
    assert no(decide_act(stopped, HandBack(), DANA, NOON, library)) is No.STOPPED
    assert no(decide_act(case(state=State.OPTED_OUT), HandBack(), DANA, NOON, library)) is No.STOPPED
    wrong = case(state=State.WRONG_PERSON)
    assert no(decide_act(wrong, HandBack(), DANA, NOON, library)) is No.WRONG_NUMBER
    locked = case(state=State.LOCKED, proven=False)
    assert no(decide_act(locked, HandBack(), DANA, NOON, library)) is No.IDENTITY_LOCKED
    assert done(decide_act(case(state=State.LOCKED), HandBack(), DANA, NOON, library)).to is State.NOTIFIED
    assert no(decide_act(case(state=State.CRISIS), HandBack(), DANA, NOON, library)) is No.HOLD_STANDS
    # A plan that is being kept, and a refusal of promotions only, stand in nobody's way.
    kept = case(holds=(Hold.PLAN_ACTIVE,), opt_outs=(OptOut(OptOutScope.PROMOTION, NOON - DAY),))
    assert isinstance(decide_act(kept, HandBack(), DANA, NOON, library), Outcome)


@pytest.mark.parametrize(
    ("desk", "proven", "context", "has_offer", "to"),
    [
        (Desk(holder=1, has_arrangement=True), True, "offer", True, State.AGREED),
        (Desk(holder=1, has_promise=True), True, "none", False, State.PROMISED),
        (Desk(holder=1), True, "overdue", True, State.OFFER),
        (Desk(holder=1), True, "capacity", False, State.CAPACITY),
        (Desk(holder=1), True, "overdue", False, State.NOTIFIED),
        (Desk(holder=1), False, "identity", True, State.IDENTIFY),
        (Desk(holder=1), False, "overdue", True, State.NOTIFIED),
    ],
)
def test_the_machine_goes_on_where_the_talk_stands(
    desk: Desk, proven: bool, context: str, has_offer: bool, to: State, library: Library
) -> None:
    there = case(desk=desk, proven=proven, memory=Memory(turns=19, unclear=1, capacity_minor=60_00, menus=2))
    offer = standing_offer(library) if has_offer else None
    there = replace(there, offer=offer, talk=replace(there.talk, last_context=context))
    found = done(decide_act(there, HandBack(), DANA, NOON, library))
    assert found.to is to and found.desk is not None
    assert found.desk.is_freed and found.desk.clears_person and found.desk.is_answered
    assert found.memory == Memory(capacity_minor=60_00, menus=2)


@pytest.mark.parametrize(
    ("hold", "may"),
    [
        (Hold.CRISIS, False),
        (Hold.DISPUTE, False),
        (Hold.COMPLAINT, False),
        (Hold.FRAUD_CLAIM, False),
        (Hold.VULNERABLE, True),
        (Hold.REPRESENTED, True),
        (Hold.DECEASED, True),
    ],
)
def test_what_must_be_settled_keeps_a_thread_open(hold: Hold, may: bool, library: Library) -> None:
    decided = decide_act(case(holds=(hold,)), Close(CloseReason.SETTLED), DANA, NOON, library)
    assert (done(decided).to is State.CLOSED) if may else no(decided) is No.HOLD_STANDS


def test_a_closed_thread_needs_nobody(library: Library) -> None:
    found = change(decide_act(case(), Close(CloseReason.NOTHING_TO_DO), DANA, NOON, library))
    assert found.is_freed and found.clears_person and found.is_answered


def test_a_person_leads_out_of_every_state_but_the_closed() -> None:
    for state in State:
        assert bool(BY_PERSON[state]) == (state is not State.CLOSED)
        assert State.OPTED_OUT not in BY_PERSON[state], "only the borrower stops texts"


def test_no_refusal_shows_a_figure_or_a_name(library: Library) -> None:
    refused = decide_act(case(), Offer(5_00, date(2026, 12, 5)), DANA, NOON, library)
    assert isinstance(refused, ActRefusal) and str(refused.needed_minor) not in repr(refused)
