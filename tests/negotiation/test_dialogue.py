from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parley.messaging.catalogue import Catalogue
from parley.negotiation.dialogue import MOST_TURNS, next_move
from parley.negotiation.moves import Act, Memory, Move
from parley.negotiation.standing import Standing
from parley.negotiation.state import ENDED, NEEDS_PERSON, State, next_states
from parley.nlu.reading import EXACT, PATTERN, UNREADABLE, Intent, Reading, Slots
from tests.engine.sample import shipped_library
from tests.negotiation.strategies import TODAY, memories, readings, shipped_policy, standings

STATES = st.sampled_from(State)
OWING = Standing(
    today=TODAY,
    currency="USD",
    is_proven=True,
    identity_answer="",
    identity_tries=3,
    owes=True,
    arrears_minor=10_300,
    balance_minor=124_000,
    options=3,
    stop_scope="all",
    context="",
)
# What the engine makes of a move's saying; the rest are keys of the catalogue themselves.
SAID_AS = {
    "offer": ("offer.one", "offer.two", "offer.three"),
    "offer.none": ("offer.none", "offer.none_person"),
    "missed": ("arrangement.missed", "arrangement.missed_one", "arrangement.missed_three"),
    "kept": ("arrangement.completed", "arrangement.completed_score"),
    "identity.ask": ("identity.ask_postcode", "identity.ask_contract_tail"),
    "crisis.support": ("crisis.support", "crisis.person"),
    "crisis.support_stopped": ("stop.confirmed_crisis", "stop.confirmed"),
}


def move_of(state: State, memory: Memory, reading: Reading, facts: Standing) -> Move:
    return next_move(state, memory, reading, facts, shipped_policy())


def heard(intent: Intent, **slots: object) -> Reading:
    return Reading(intent, slots=Slots(**slots), confidence=EXACT)  # type: ignore[arg-type]  # names of Slots


def keys_of(move: Move) -> tuple[str, ...]:
    return SAID_AS.get(move.say, (move.say,)) if move.say else ()


@given(STATES, memories(), readings(), standings(), st.booleans())
def test_a_move_leads_where_the_table_allows(
    state: State, memory: Memory, reading: Reading, facts: Standing, resumed: bool
) -> None:
    move = move_of(state, memory, reading, replace(facts, has_resumed=resumed))
    assert move.to in next_states(state)
    assert move.memory.turns == memory.turns + 1


@given(STATES, memories(), readings(), standings())
def test_a_move_can_be_carried_out(state: State, memory: Memory, reading: Reading, facts: Standing) -> None:
    """What the engine asserts of a move must hold for every reading."""
    move = move_of(state, memory, reading, facts)
    if Act.OFFER in move.acts:
        assert move.memory.capacity_minor
    if move.say == "lump.capacity":
        assert move.memory.lump_minor is not None and 0 < move.memory.lump_minor < facts.balance_minor
    if move.say == "number_ambiguous.read_back":
        assert move.memory.asked_minor
    if Act.AGREE in move.acts or move.say == "plan.read_back":
        assert move.memory.option is not None
        assert move.memory.option < facts.options
    if Act.PROMISE in move.acts or move.say in {"promise.read_back", "promise.noted"}:
        assert move.memory.promise_due_on is not None
        assert facts.today <= move.memory.promise_due_on
        assert move.memory.promise_minor is not None
        assert move.memory.promise_minor > 0
    if Act.PROMISE in move.acts or Act.AGREE in move.acts:
        assert facts.is_proven
        assert not reading.conditional


@given(st.just(State.READ_BACK) | STATES, memories(), readings(st.just(Intent.ACCEPT)) | readings(), standings())
@example(State.READ_BACK, Memory(option=1), heard(Intent.ACCEPT), OWING)
def test_a_yes_that_does_not_bind_agrees_to_nothing(
    state: State, memory: Memory, reading: Reading, facts: Standing
) -> None:
    move = move_of(state, memory, reading, replace(facts, binds=False))
    assert Act.AGREE not in move.acts
    assert move.say != "plan.agreed"
    # The talk of an agreed plan is only come to where one stands.
    assert move.to is not State.AGREED or state is State.AGREED or facts.has_plan
    if move.say == "plan.confirm_on_page":
        assert (move.to, move.acts, move.memory.option) == (State.READ_BACK, (), memory.option)
    else:
        bound = move_of(state, memory, reading, replace(facts, binds=True))
        assert Act.AGREE in bound.acts or bound == move, "nothing else turns on it"


@given(STATES, memories(), readings(), standings())
def test_every_saying_is_in_the_catalogue(state: State, memory: Memory, reading: Reading, facts: Standing) -> None:
    catalogue: Catalogue = shipped_library().catalogue
    for key in keys_of(move_of(state, memory, reading, facts)):
        assert key in catalogue.entries


@given(STATES, memories(), readings(), standings(is_proven=False))
def test_no_debt_fact_before_identity(state: State, memory: Memory, reading: Reading, facts: Standing) -> None:
    move = move_of(state, memory, reading, facts)
    if Act.PROVE_IDENTITY in move.acts:
        assert facts.identity_answer == "match"
        return
    for key in keys_of(move):
        assert shipped_library().catalogue.entry(key).discloses != "debt", key


@given(STATES, memories(), readings(), standings(), st.booleans())
def test_stop_opts_out_from_every_state(
    state: State, memory: Memory, reading: Reading, facts: Standing, as_primary: bool
) -> None:
    stop = replace(reading, intent=Intent.STOP) if as_primary else replace(reading, also=(Intent.STOP,))
    move = move_of(state, memory, stop, replace(facts, stop_scope="all"))
    assert Act.OPT_OUT in move.acts
    assert Act.CANCEL_WAITING in move.acts
    assert move.to in {State.OPTED_OUT, State.CRISIS}
    assert move.say in {"", "stop.confirmed", "crisis.support_stopped"}
    if state is State.CRISIS or (state is State.OPTED_OUT and move.to is State.OPTED_OUT):
        assert move.say == "", "each is answered once"


@given(STATES, memories(), readings(), standings())
def test_a_wish_for_texts_again_is_confirmed_unless_a_person_holds_the_talk(
    state: State, memory: Memory, reading: Reading, facts: Standing
) -> None:
    plain = replace(reading, intent=Intent.OTHER, also=(), sensitive=False)
    move = move_of(state, memory, plain, replace(facts, has_resumed=True))
    if state in ENDED - {State.OPTED_OUT}:
        assert move.say == "" and Act.RESUME not in move.acts and move.person
    else:
        assert (move.say, move.acts) == ("resumed.confirmed", (Act.RESUME,))
        assert move.to is (State.NOTIFIED if state is State.OPTED_OUT else state)


@pytest.mark.parametrize("state", [State.OPTED_OUT, State.OFFER])
@pytest.mark.parametrize(
    ("reading", "to", "hold"),
    [
        (heard(Intent.LEGAL), State.WITH_PERSON, "represented"),
        (heard(Intent.DISPUTE), State.DISPUTED, "dispute"),
        (heard(Intent.WRONG_NUMBER), State.WRONG_PERSON, ""),
        (replace(heard(Intent.OTHER), sensitive=True), State.WITH_PERSON, "vulnerable"),
    ],
    ids=["legal", "dispute", "wrong number", "sensitive"],
)
def test_a_wish_for_texts_again_does_not_hide_what_needs_a_person(
    state: State, reading: Reading, to: State, hold: str
) -> None:
    move = move_of(state, Memory(), reading, replace(OWING, has_resumed=True))
    assert (move.to, move.hold) == (to, hold)
    assert move.acts[0] is Act.RESUME


@given(STATES, memories(), readings(), standings(), st.booleans())
def test_danger_is_a_crisis_from_every_state(
    state: State, memory: Memory, reading: Reading, facts: Standing, stops: bool
) -> None:
    risk = replace(reading, intent=Intent.RISK, also=(Intent.STOP,) if stops else ())
    move = move_of(state, memory, risk, facts)
    assert move.to is State.CRISIS
    assert {Act.PAGE_PERSON, Act.CANCEL_WAITING} <= set(move.acts)
    assert (Act.OPT_OUT in move.acts) is stops
    assert move.hold == "crisis"
    assert move.person == "crisis"
    assert move.say == ("" if state is State.CRISIS else "crisis.support_stopped" if stops else "crisis.support")


@given(memories(), readings(), standings(), st.sampled_from(sorted(ENDED)))
def test_nothing_is_said_in_a_thread_that_is_over(
    memory: Memory, reading: Reading, facts: Standing, state: State
) -> None:
    move = move_of(state, memory, reading, facts)
    if not {reading.intent, *reading.also} & {Intent.STOP, Intent.RISK}:
        assert move.say == ""
        assert move.person


@given(memories(), readings(st.sampled_from([Intent.STOP])), standings())
def test_a_stop_of_promotions_leaves_the_talk_where_it_stood(memory: Memory, reading: Reading, facts: Standing) -> None:
    for state in State:
        only = replace(reading, also=())
        move = move_of(state, memory, only, replace(facts, stop_scope="promotions"))
        assert move.to is state
        assert Act.OPT_OUT_PROMOTION in move.acts
        assert Act.OPT_OUT not in move.acts


@given(st.lists(readings(), min_size=MOST_TURNS + 1, max_size=MOST_TURNS + 1), standings())
def test_every_conversation_ends(replies: list[Reading], facts: Standing) -> None:
    """Thanks and questions who we are aside, twenty replies are all the machine answers."""
    state, memory = State.NOTIFIED, Memory()
    proven = facts
    last = ""
    for reading in replies:
        move = move_of(state, memory, reading, proven)
        state, memory, last = move.to, move.memory, move.say
        if Act.PROVE_IDENTITY in move.acts:
            proven = replace(proven, is_proven=True, identity_answer="")
        if Act.OFFER in move.acts:
            proven = replace(proven, options=3)
    assert state in ENDED, last


@given(st.lists(readings(), max_size=30), standings())
def test_a_thread_has_so_many_menus_and_no_more(replies: list[Reading], facts: Standing) -> None:
    state, memory, menus = State.NOTIFIED, Memory(), 0
    for reading in replies:
        move = move_of(state, memory, reading, facts)
        state, memory = move.to, move.memory
        menus += Act.OFFER in move.acts
    assert menus <= shipped_policy().offers_per_conversation


@given(
    st.sampled_from([State.CAPACITY, State.OFFER]),
    st.sampled_from([EXACT, PATTERN]),
    st.integers(0, 10),
    st.lists(st.sampled_from([Intent.CANNOT_PAY, Intent.COUNTER_OFFER]), max_size=2),
    st.integers(1, 10_000),
)
def test_tone_and_insistence_change_no_capacity(
    state: State, confidence: float, turns: int, also: list[Intent], amount: int
) -> None:
    plain = heard(Intent.COUNTER_OFFER, amount=Decimal(amount), frequency="monthly")
    pressing = replace(plain, confidence=confidence, also=tuple(also))
    calm = move_of(state, Memory(), plain, OWING)
    loud = move_of(state, Memory(turns=turns, declined=True, unclear=1), pressing, OWING)
    assert Act.OFFER in calm.acts
    assert Act.OFFER in loud.acts
    assert (calm.memory.capacity_minor, calm.memory.first_due_on) == (
        loud.memory.capacity_minor,
        loud.memory.first_due_on,
    )


def test_a_state_that_needs_a_person_names_a_reason() -> None:
    for intent in Intent:
        for state in State:
            move = move_of(state, Memory(), heard(intent), OWING)
            if move.to in NEEDS_PERSON:
                assert move.person, (state, intent)


def test_a_hedged_yes_is_never_booked() -> None:
    for state in (State.READ_BACK, State.PROMISE_READ_BACK):
        memory = Memory(option=0, promise_minor=100, promise_due_on=TODAY)
        hedged = replace(heard(Intent.ACCEPT), conditional=True)
        assert move_of(state, memory, hedged, OWING).to is State.WITH_PERSON


def test_yes_with_a_question_is_asked_back() -> None:
    unsure = replace(heard(Intent.ACCEPT), also=(Intent.ASK_INFO,))
    move = move_of(State.READ_BACK, Memory(option=0), unsure, OWING)
    assert (move.to, move.acts) == (State.READ_BACK, ())


def test_a_lapsed_offer_is_never_agreed() -> None:
    lapsed = replace(OWING, options=0)
    memory = Memory(option=1, capacity_minor=6_000, first_due_on=TODAY - timedelta(days=3), menus=1)
    move = move_of(State.READ_BACK, memory, heard(Intent.ACCEPT), lapsed)
    assert (move.to, move.acts) == (State.OFFER, (Act.OFFER,))
    assert move.memory.first_due_on is None


def test_a_promise_whose_day_has_passed_is_asked_anew() -> None:
    memory = Memory(promise_minor=10_300, promise_due_on=TODAY - timedelta(days=1))
    move = move_of(State.PROMISE_READ_BACK, memory, heard(Intent.ACCEPT), OWING)
    assert (move.to, move.say) == (State.PROMISE, "promise.ask")


def test_no_with_another_amount_is_read_back_again() -> None:
    memory = Memory(promise_minor=10_300, promise_due_on=TODAY)
    other = heard(Intent.DECLINE, amount=Decimal(80), dates=(TODAY + timedelta(days=7),))
    move = move_of(State.PROMISE_READ_BACK, memory, other, OWING)
    assert (move.to, move.memory.promise_minor) == (State.PROMISE_READ_BACK, 8_000)


def test_the_second_no_goes_to_a_person() -> None:
    first = move_of(State.OFFER, Memory(), heard(Intent.DECLINE), OWING)
    assert (first.to, first.say, first.person) == (State.CAPACITY, "plan.declined", "")
    second = move_of(State.OFFER, first.memory, heard(Intent.DECLINE), OWING)
    assert (second.to, second.person) == (State.WITH_PERSON, "declined")


def test_a_question_in_between_keeps_the_place() -> None:
    for state in (State.CAPACITY, State.OFFER, State.READ_BACK, State.PROMISE, State.PROMISE_READ_BACK):
        move = move_of(state, Memory(option=0), heard(Intent.ASK_INFO), OWING)
        assert (move.to, move.say) == (state, "info.balance")


def test_an_amount_that_may_be_two_is_read_back_as_the_lower_one() -> None:
    doubtful = heard(Intent.CAPACITY_ANSWER, amount_alternatives=(Decimal(150), Decimal(100)))
    asked = move_of(State.CAPACITY, Memory(), doubtful, OWING)
    assert (asked.to, asked.say, asked.memory.asked_minor) == (State.CAPACITY, "number_ambiguous.read_back", 10_000)
    offered = move_of(State.CAPACITY, asked.memory, heard(Intent.ACCEPT), OWING)
    assert (offered.to, offered.memory.capacity_minor, offered.memory.asked_minor) == (State.OFFER, 10_000, None)


def test_a_proof_of_identity_counts_though_a_person_holds_the_thread() -> None:
    unproven = replace(OWING, is_proven=False, identity_answer="match")
    for state in (State.WITH_PERSON, State.DISPUTED):
        move = move_of(state, Memory(), heard(Intent.IDENTITY_ANSWER), unproven)
        assert (move.to, move.say, move.acts, move.person) == (state, "", (Act.PROVE_IDENTITY,), "wrote_again")
    for state in (State.LOCKED, State.CRISIS, State.WRONG_PERSON):
        assert move_of(state, Memory(), heard(Intent.IDENTITY_ANSWER), unproven).acts == ()
    wrong = replace(unproven, identity_answer="mismatch")
    assert move_of(State.WITH_PERSON, Memory(), heard(Intent.IDENTITY_ANSWER), wrong).acts == ()


@pytest.mark.parametrize("grave", [Intent.RISK, Intent.LEGAL, Intent.STOP, Intent.WRONG_NUMBER, Intent.FRAUD_CLAIM])
@pytest.mark.parametrize("proven", [True, False])
def test_what_may_be_grave_is_read_by_a_person_before_anything_is_asked(grave: Intent, proven: bool) -> None:
    reading = replace(heard(Intent.PROMISE_TO_PAY), alternatives=(Intent.PROMISE_TO_PAY, grave))
    move = move_of(State.NOTIFIED, Memory(), reading, replace(OWING, is_proven=proven))
    assert (move.to, move.person) == (State.WITH_PERSON, "not_understood")


WORDLESS = Reading(Intent.OTHER, oos=True, reasons=(UNREADABLE,))


@given(STATES, memories(), standings())
def test_a_picture_without_words_is_refused_once_and_moves_nothing(
    state: State, memory: Memory, facts: Standing
) -> None:
    facts = replace(facts, is_media=True, identity_answer="")
    move = move_of(state, memory, WORDLESS, facts)
    if state in ENDED or memory.turns >= MOST_TURNS:
        assert move.say in {"", "hand_over.person"} and move.person
        return
    assert (move.to, move.say, move.acts, move.person) == (state, "unclear.media", (), "")
    assert move.memory == replace(memory, turns=memory.turns + 1, asked_words=True)
    again = move_of(state, replace(move.memory, turns=0), WORDLESS, facts)
    assert (again.to, again.say, again.person) == (State.WITH_PERSON, "hand_over.person", "media_not_taken")
    said = move_of(state, replace(move.memory, turns=0), heard(Intent.THANKS), replace(facts, is_media=False))
    assert not said.memory.asked_words


def test_an_amount_of_another_currency_is_asked_back_and_never_taken_for_ours() -> None:
    euros = heard(Intent.CAPACITY_ANSWER, amount=Decimal(100), currency="EUR")
    for state in (State.CAPACITY, State.OFFER, State.PROMISE, State.NOTIFIED):
        move = move_of(state, Memory(), euros, OWING)
        assert (move.to, move.say) == (state, "unclear.ask_back")
    promise = heard(Intent.PROMISE_TO_PAY, amount=Decimal(100), currency="EUR", dates=(TODAY,))
    move = move_of(State.NOTIFIED, Memory(), promise, replace(OWING, is_proven=False))
    assert move.memory.promise_minor is None


def test_a_yes_with_a_question_books_no_promise() -> None:
    memory = Memory(promise_minor=5_000, promise_due_on=TODAY)
    asks = replace(heard(Intent.ACCEPT), also=(Intent.ASK_INFO,))
    assert Act.PROMISE in move_of(State.PROMISE_READ_BACK, memory, heard(Intent.ACCEPT), OWING).acts
    assert Act.PROMISE not in move_of(State.PROMISE_READ_BACK, memory, asks, OWING).acts


def test_a_day_named_for_the_first_payment_counts_where_deferral_reaches_it() -> None:
    late = TODAY + timedelta(days=75)
    named = heard(Intent.CAPACITY_ANSWER, amount=Decimal(60), dates=(late,))
    assert move_of(State.CAPACITY, Memory(), named, OWING).memory.first_due_on is None
    deferring = replace(OWING, latest_start_on=TODAY + timedelta(days=80))
    assert move_of(State.CAPACITY, Memory(), named, deferring).memory.first_due_on == late


def test_two_meanings_that_lead_to_one_step_are_not_asked_between() -> None:
    pair = (Intent.ASK_PLAN, Intent.CANNOT_PAY)
    move = move_of(State.NOTIFIED, Memory(), replace(heard(Intent.ASK_PLAN), alternatives=pair), OWING)
    assert (move.to, move.say) == (State.CAPACITY, "capacity.ask")
    named = replace(heard(Intent.CANNOT_PAY, amount=Decimal(50)), alternatives=pair)
    assert move_of(State.NOTIFIED, Memory(), named, OWING).acts == (Act.OFFER,)


@pytest.mark.parametrize(
    ("state", "pair"),
    [
        (State.NOTIFIED, (Intent.ASK_PLAN, Intent.PROMISE_TO_PAY)),
        (State.OFFER, (Intent.ACCEPT, Intent.DECLINE)),
        (State.READ_BACK, (Intent.ACCEPT, Intent.COUNTER_OFFER)),
        (State.PROMISE_READ_BACK, (Intent.ACCEPT, Intent.DECLINE)),
    ],
)
def test_two_meanings_that_lead_apart_are_asked_between(state: State, pair: tuple[Intent, Intent]) -> None:
    move = move_of(state, Memory(), replace(heard(pair[0]), alternatives=pair), OWING)
    assert (move.to, move.say, move.between) == (state, "either.ask_back", tuple(map(str, pair)))


def test_a_sum_at_a_rhythm_is_a_plan_and_no_promise() -> None:
    monthly = heard(Intent.PROMISE_TO_PAY, amount=Decimal(60), frequency="monthly")
    for state in (State.NOTIFIED, State.CAPACITY, State.AGREED):
        move = move_of(state, Memory(), monthly, OWING)
        assert (move.to, move.memory.capacity_minor) == (State.OFFER, 6_000)
    unproven = move_of(State.NOTIFIED, Memory(), monthly, replace(OWING, is_proven=False))
    assert (unproven.to, unproven.memory.goal) == (State.IDENTIFY, "ask_plan")


@pytest.mark.parametrize(
    ("more", "hold"), [(Intent.LEGAL, "represented"), (Intent.DISPUTE, "dispute"), (Intent.ASK_HUMAN, "")]
)
def test_a_stop_does_not_hide_what_holds_the_account(more: Intent, hold: str) -> None:
    for reading in (
        replace(heard(Intent.STOP), also=(more,)),
        replace(heard(more), also=(Intent.STOP,)),
    ):
        move = move_of(State.OFFER, Memory(), reading, OWING)
        assert (move.to, move.hold, move.person) == (State.OPTED_OUT, hold, "stop_and_more")
