"""What a person may do on a thread: who, in which order, and that every rule but one binds people too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from parley.contact.facts import Hold, OptOut, OptOutScope
from parley.contact.gate import Permit, Refused
from parley.engine.acts import (
    Act,
    ActRefusal,
    Agree,
    Assign,
    ChangeLanguage,
    Close,
    CloseReason,
    HandBack,
    No,
    Offer,
    ReadBack,
    ReleaseHold,
    ReleaseReason,
    Reply,
    TakeOver,
)
from parley.engine.case import Case, Desk, OpenOffer, Spoken, StandingHold
from parley.engine.operator import CALL_MINUTES, decide_act, preview, sayings
from parley.engine.outcome import Outcome
from parley.engine.situation import Situation
from parley.engine.turn import Library
from parley.locale import Language
from parley.money import Money
from parley.negotiation.state import ENDED, State
from parley.purpose import Purpose
from tests.engine.desk_case import (
    CALL_ID,
    DANA,
    DAY,
    FIRST,
    HOLD_ID,
    LEAD,
    MINUTE,
    NOON,
    REPLY_ID,
    TODAY,
    case,
    change,
    done,
    gate_says,
    heard,
    no,
    texted,
    unanswered,
)

# ------------------------------------------------------------------ who holds the thread


@pytest.mark.parametrize("state", [state for state in State if state is not State.CLOSED])
def test_taking_over_silences_the_machine_in_every_state(state: State, library: Library) -> None:
    found = done(decide_act(case(state=state, desk=Desk()), TakeOver(), DANA, NOON, library))
    assert found.to is (state if state in ENDED else State.WITH_PERSON)
    assert found.desk is not None and found.desk.assigns == DANA.operator_id
    assert found.person_reason == "taken_over" and found.events[0].kind == "taken_over"


def test_a_thread_has_one_holder_and_only_a_lead_takes_it_from_them(library: Library) -> None:
    other = case(desk=Desk(holder=7))
    assert no(decide_act(other, TakeOver(), DANA, NOON, library)) is No.HELD_BY_OTHER
    assert change(decide_act(other, TakeOver(), LEAD, NOON, library)).assigns == LEAD.operator_id
    assert no(decide_act(case(), TakeOver(), DANA, NOON, library)) is No.HELD_ALREADY


def test_only_a_lead_gives_threads_to_others(library: Library) -> None:
    assert no(decide_act(case(), Assign(7), DANA, NOON, library)) is No.ROLE
    assert change(decide_act(case(), Assign(7), LEAD, NOON, library)).assigns == 7
    assert no(decide_act(case(), Assign(DANA.operator_id), LEAD, NOON, library)) is No.HELD_ALREADY


HOLDERS_ONLY: list[Act] = [
    Reply("help.who"),
    Offer(60_00, FIRST),
    ReadBack(0),
    Agree(0),
    ChangeLanguage(Language.ZH_HANS),
    ReleaseHold(HOLD_ID, ReleaseReason.SETTLED),
    HandBack(),
    Close(CloseReason.SETTLED),
]


@pytest.mark.parametrize("act", HOLDERS_ONLY, ids=lambda act: type(act).__name__)
def test_only_the_holder_speaks_and_decides(act: Act, library: Library) -> None:
    assert no(decide_act(case(desk=Desk()), act, DANA, NOON, library)) is No.NOT_HELD
    assert no(decide_act(case(desk=Desk(holder=7)), act, LEAD, NOON, library)) is No.HELD_BY_OTHER


@pytest.mark.parametrize("act", [TakeOver(), Assign(7), *HOLDERS_ONLY][:7], ids=lambda act: type(act).__name__)
def test_a_closed_thread_is_over(act: Act, library: Library) -> None:
    assert no(decide_act(case(state=State.CLOSED), act, LEAD, NOON, library)) is No.CLOSED


# ------------------------------------------------------------------ texts


def test_a_person_says_only_what_the_catalogue_lets_a_person_say(library: Library) -> None:
    for key in ("overdue.detail", "plan.agreed", "stop.confirmed", "no.such.text", "Dear Ada, pay now"):
        assert no(decide_act(case(), Reply(key), DANA, NOON, library)) is No.NOT_A_REPLY


def test_every_text_a_person_may_send_can_be_sent(library: Library) -> None:
    keys = list(sayings(case(), NOON, library))
    assert len(keys) > 12
    for key in keys:
        found = done(decide_act(case(), Reply(key), DANA, NOON, library))
        assert found.draft is not None and found.draft.rendered.key == key
        assert found.to is State.WITH_PERSON and found.desk is not None and found.desk.is_answered


def test_what_the_case_has_not_is_not_offered_to_be_said(library: Library) -> None:
    without = replace(case(), account=None)
    assert "info.balance" not in set(sayings(without, NOON, library))
    assert no(decide_act(without, Reply("info.balance"), DANA, NOON, library)) is No.DOES_NOT_FIT
    in_time = case(situation=Situation(days_past_due=0, is_proven=True))
    assert no(decide_act(in_time, Reply("capacity.ask"), DANA, NOON, library)) is No.DOES_NOT_FIT
    identity = [key for key in sayings(case(), NOON, library) if key.startswith("identity.")]
    assert identity == ["identity.ask_postcode"]


def test_figures_are_those_of_the_case(library: Library) -> None:
    found = done(decide_act(case(), Reply("info.balance"), DANA, NOON, library))
    assert found.draft is not None
    assert [one.value for one in found.draft.rendered.numbers] == [Money(124_000, "USD"), Money(10_300, "USD")]


@pytest.mark.parametrize(("minutes_ago", "purpose"), [(1_440, Purpose.NEGOTIATION_REPLY), (1_441, Purpose.COLLECTION)])
def test_an_answer_in_time_is_an_answer_and_later_it_is_unasked(
    minutes_ago: int, purpose: Purpose, library: Library
) -> None:
    waits = case(desk=unanswered(minutes_ago), contacts=(heard(minutes_ago),))
    found = done(decide_act(waits, Reply("info.balance"), DANA, NOON, library))
    assert found.draft is not None and found.draft.purpose is purpose


def test_that_a_person_holds_the_thread_does_not_silence_the_person(library: Library) -> None:
    found = done(decide_act(case(), Reply("info.balance"), DANA, NOON, library))
    assert found.draft is not None and isinstance(found.draft.decision, Permit)


def test_at_night_an_unasked_text_waits_for_the_morning_and_an_answer_does_not(library: Library) -> None:
    night = NOON + timedelta(hours=15)
    found = done(decide_act(case(), Reply("help.who"), DANA, night, library))
    assert found.draft is not None and isinstance(found.draft.decision, Refused)
    assert found.draft.decision.retry_at == datetime(2026, 11, 24, 14, tzinfo=UTC)
    asked = replace(
        case(contacts=(replace(heard(0), at=night - MINUTE),)),
        desk=Desk(holder=DANA.operator_id, unanswered_id=REPLY_ID, unanswered_at=night - MINUTE),
    )
    found = done(decide_act(asked, Reply("help.who"), DANA, night, library))
    assert found.draft is not None and isinstance(found.draft.decision, Permit)


def test_after_stop_a_person_is_refused_like_the_machine(library: Library) -> None:
    stopped = case(opt_outs=(OptOut(OptOutScope.ALL, NOON - DAY),))
    assert "lender-optout" in gate_says(decide_act(stopped, Reply("help.who"), DANA, NOON, library))


def test_caps_bind_a_person(library: Library) -> None:
    # One unasked text today: the next may go tomorrow morning, in time for this one.
    today = done(decide_act(case(contacts=(texted(NOON - MINUTE),)), Reply("help.who"), DANA, NOON, library))
    assert today.draft is not None and isinstance(today.draft.decision, Refused)
    assert {one.rule_id for one in today.draft.decision.refusals} == {"lender-cap-day"}
    # Two in the week leave room for a third; three leave none for days.
    two = tuple(texted(NOON - days * DAY) for days in (2, 3))
    assert done(decide_act(case(contacts=two), Reply("help.who"), DANA, NOON, library)).draft is not None
    three = (*two, texted(NOON - DAY))
    assert gate_says(decide_act(case(contacts=three), Reply("help.who"), DANA, NOON, library)) == {"lender-cap-week"}


@pytest.mark.parametrize(
    ("hold", "rule"),
    [
        (Hold.DISPUTE, "lender-hold-dispute"),
        (Hold.HARDSHIP, "lender-hold-hardship"),
        (Hold.COMPLAINT, "lender-hold-complaint"),
        (Hold.VULNERABLE, "lender-hold-vulnerable"),
        (Hold.FRAUD_CLAIM, "lender-hold-fraud"),
        (Hold.BREATHING_SPACE, "lender-hold-breathing-space"),
        (Hold.REPRESENTED, "lender-hold-represented"),
        (Hold.CRISIS, "lender-hold-crisis"),
        (Hold.INSOLVENCY, "lender-hold-insolvency"),
        (Hold.DECEASED, "lender-hold-deceased"),
    ],
)
def test_every_other_hold_binds_a_person(hold: Hold, rule: str, library: Library) -> None:
    assert rule in gate_says(decide_act(case(holds=(hold,)), Reply("info.balance"), DANA, NOON, library))


def test_a_hold_binds_a_person_even_in_the_answer_to_the_reply_that_laid_it_on(library: Library) -> None:
    asked = case(desk=unanswered(5), contacts=(heard(5),))
    laid = replace(asked.record, holds=(StandingHold(Hold.REPRESENTED, REPLY_ID, HOLD_ID),))
    decided = decide_act(replace(asked, record=laid), Reply("legal.noted"), DANA, NOON, library)
    assert "lender-hold-represented" in gate_says(decided)


def test_a_dispute_does_not_stop_an_answer_about_it(library: Library) -> None:
    asked = case(desk=unanswered(5), contacts=(heard(5),), holds=(Hold.DISPUTE,))
    assert done(decide_act(asked, Reply("person.settled"), DANA, NOON, library)).draft is not None


def test_a_wrong_number_is_not_written_to_by_people_either(library: Library) -> None:
    desk = replace(unanswered(5), also_held=frozenset({Hold.WRONG_NUMBER}))
    decided = decide_act(case(desk=desk, contacts=(heard(5),)), Reply("help.who"), DANA, NOON, library)
    assert "lender-hold-wrong-number" in gate_says(decided)


def test_nothing_about_the_debt_leaves_before_identity(library: Library) -> None:
    stranger = case(proven=False)
    assert "no-debt-before-identity" in gate_says(decide_act(stranger, Reply("info.balance"), DANA, NOON, library))
    assert done(decide_act(stranger, Reply("identity.ask_postcode"), DANA, NOON, library)).draft is not None


# ------------------------------------------------------------------ offers


def test_an_offer_states_the_figures_of_its_record_and_carries_a_certificate(library: Library) -> None:
    found = done(decide_act(case(), Offer(60_00, FIRST), DANA, NOON, library))
    assert found.offer is not None and found.draft is not None
    plans = found.offer.menu.plans
    assert all(row.payment_minor <= 60_00 for plan in plans for row in plan.rows)
    assert {plan.rows[0].due_on for plan in plans} == {FIRST}
    stated = {one.value for one in found.draft.rendered.numbers}
    assert {Money(plan.total_minor, "USD") for plan in plans} <= stated
    assert found.offer.menu.certificate["policy"] == library.policy.id
    assert (found.memory.offer_id, found.memory.option) == (str(found.offer.offer_id), None)
    assert found.memory.capacity_minor == 60_00 and found.draft.purpose is Purpose.PLAN_OFFER


@pytest.mark.parametrize(("days", "is_taken"), [(0, False), (1, True), (45, True), (46, False)])
def test_the_first_day_lies_between_tomorrow_and_the_policy_s_last(days: int, is_taken: bool, library: Library) -> None:
    assert library.policy.latest_first_payment_days == 45
    decided = decide_act(case(), Offer(60_00, TODAY + days * DAY), DANA, NOON, library)
    assert isinstance(decided, Outcome) if is_taken else no(decided) is No.FIRST_DAY


def test_where_nothing_fits_the_person_is_told_what_would(library: Library) -> None:
    refused = decide_act(case(), Offer(5_00, FIRST), DANA, NOON, library)
    assert no(refused) is No.NOTHING_FITS
    assert isinstance(refused, ActRefusal) and refused.needed_minor is not None
    enough = decide_act(case(), Offer(refused.needed_minor, FIRST), DANA, NOON, library)
    assert isinstance(enough, Outcome)
    assert no(decide_act(case(), Offer(refused.needed_minor - 1, FIRST), DANA, NOON, library)) is No.NOTHING_FITS


def test_without_a_debt_there_is_nothing_to_offer(library: Library) -> None:
    assert no(decide_act(replace(case(), account=None), Offer(60_00, FIRST), DANA, NOON, library)) is No.NO_ACCOUNT
    paid = case(situation=Situation(balance_minor=0, days_past_due=0, is_proven=True))
    assert no(decide_act(paid, Offer(60_00, FIRST), DANA, NOON, library)) is No.NO_DEBT


def test_an_open_hardship_lets_an_offer_through_and_no_demand(library: Library) -> None:
    in_trouble = case(holds=(Hold.HARDSHIP,))
    assert done(decide_act(in_trouble, Offer(60_00, FIRST), DANA, NOON, library)).draft is not None
    assert gate_says(decide_act(in_trouble, Reply("info.balance"), DANA, NOON, library)) == {"lender-hold-hardship"}


def test_an_offer_that_may_not_go_out_as_a_text_can_still_be_read_out(library: Library) -> None:
    stopped = case(opt_outs=(OptOut(OptOutScope.ALL, NOON - DAY),))
    assert "lender-optout" in gate_says(decide_act(stopped, Offer(60_00, FIRST), DANA, NOON, library))
    found = done(decide_act(stopped, Offer(60_00, FIRST, is_sent=False), DANA, NOON, library))
    assert found.offer is not None and found.draft is None


def test_a_preview_is_what_would_be_sent(library: Library) -> None:
    theirs = case(desk=Desk(holder=7))
    shown = done(preview(theirs, Offer(60_00, FIRST), DANA, NOON, library))
    sent = done(decide_act(case(), Offer(60_00, FIRST), DANA, NOON, library))
    assert shown.draft is not None and sent.draft is not None
    assert shown.draft.rendered == sent.draft.rendered


# ------------------------------------------------------------------ agreed on the phone


def on_phone(library: Library, *, minutes_ago: int = 5, by: int = DANA.operator_id) -> Case:
    """Return a case in which the borrower is on the phone and plans were computed."""
    made = done(decide_act(case(), Offer(60_00, FIRST, is_sent=False), DANA, NOON, library))
    assert made.offer is not None
    new = made.offer
    offer = OpenOffer(new.offer_id, new.menu.plans, 60_00, new.expires_at, new.confirm)
    spoken = Spoken(CALL_ID, by, NOON - minutes_ago * MINUTE)
    return replace(case(memory=made.memory, desk=Desk(holder=DANA.operator_id, spoken=spoken)), offer=offer)


def after(before: Case, decided: Outcome | ActRefusal) -> Case:
    return replace(before, talk=replace(before.talk, memory=done(decided).memory))


def test_a_plan_is_agreed_on_the_phone_in_two_steps(library: Library) -> None:
    there = on_phone(library)
    assert no(decide_act(there, Agree(1), DANA, NOON, library)) is No.NOT_READ_BACK
    read = decide_act(there, ReadBack(1), DANA, NOON, library)
    assert done(read).draft is None and done(read).events[-1].data == {"option": 2, "by": "phone"}
    there = after(there, read)
    # A yes to the plan that was read out is no yes to another.
    assert no(decide_act(there, Agree(0), DANA, NOON, library)) is No.NOT_READ_BACK
    agreed = done(decide_act(there, Agree(1), DANA, NOON, library))
    assert there.offer is not None and agreed.arrangement is not None
    assert (agreed.arrangement.plan, agreed.arrangement.option) == (there.offer.plans[1], 1)
    assert agreed.events[-1].kind == "arrangement.agreed"
    assert agreed.events[-1].data == {
        "by": "phone", "call": str(CALL_ID), "option": 2, "confirmed_by_text": True,
    }  # fmt: skip
    assert agreed.draft is not None and agreed.draft.purpose is Purpose.SERVICING
    assert agreed.cancels == "all" and agreed.memory.read_on_phone == ""


def test_what_was_read_out_in_one_call_or_of_one_offer_counts_for_no_other(library: Library) -> None:
    there = on_phone(library)
    there = after(there, decide_act(there, ReadBack(0), DANA, NOON, library))
    assert there.desk.spoken is not None and there.offer is not None
    called_again = replace(there, desk=replace(there.desk, spoken=replace(there.desk.spoken, call_id=UUID(int=9))))
    assert no(decide_act(called_again, Agree(0), DANA, NOON, library)) is No.NOT_READ_BACK
    other_offer = replace(there, offer=replace(there.offer, offer_id=UUID(int=9)))
    assert no(decide_act(other_offer, Agree(0), DANA, NOON, library)) is No.NOT_READ_BACK


@pytest.mark.parametrize(("minutes_ago", "is_on"), [(CALL_MINUTES, True), (CALL_MINUTES + 1, False)])
def test_without_the_borrower_on_the_phone_nothing_is_read_out(minutes_ago: int, is_on: bool, library: Library) -> None:
    decided = decide_act(on_phone(library, minutes_ago=minutes_ago), ReadBack(0), DANA, NOON, library)
    assert isinstance(decided, Outcome) if is_on else no(decided) is No.NOT_ON_PHONE
    colleague = on_phone(library, by=7)
    assert no(decide_act(colleague, ReadBack(0), DANA, NOON, library)) is No.NOT_ON_PHONE


@pytest.mark.parametrize("option", [-1, 3, 99])
def test_an_option_that_does_not_exist_is_refused(option: int, library: Library) -> None:
    assert no(decide_act(on_phone(library), ReadBack(option), DANA, NOON, library)) is No.NO_OFFER
    lapsed = replace(on_phone(library), offer=None)
    assert no(decide_act(lapsed, ReadBack(0), DANA, NOON, library)) is No.NO_OFFER


def test_the_spoken_word_holds_where_no_text_may_confirm_it(library: Library) -> None:
    there = on_phone(library)
    there = replace(there, record=replace(there.record, opt_outs=(OptOut(OptOutScope.ALL, NOON - DAY),)))
    there = after(there, decide_act(there, ReadBack(0), DANA, NOON, library))
    agreed = done(decide_act(there, Agree(0), DANA, NOON, library))
    assert agreed.arrangement is not None and agreed.draft is None
    assert agreed.events[-1].data["confirmed_by_text"] is False
