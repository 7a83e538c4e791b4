"""Acts on the borrower's page: the same moves, menus, texts and holds as by text, and never one that was not meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from parley.engine.case import Case, Inbound, OpenOffer
from parley.engine.outcome import Outcome
from parley.engine.situation import Situation, case_of
from parley.engine.turn import turn
from parley.engine.visit import Agree, Choose, ConfirmBudget, SaveBudget, SayCapacity, VisitAct, visit, words_of
from parley.ids import derive_id
from parley.negotiation.at_budget import kept, statement_of
from parley.negotiation.budget.financial_statement import Cost, FinancialStatement, Household, Income, Rhythm
from parley.negotiation.levers import AskBudget
from parley.negotiation.moves import Memory
from parley.negotiation.state import ENDED, SETTLED, State
from tests.engine.sample import NOON, shipped_library

PROVEN = Situation(is_proven=True)
TOLD = FinancialStatement(
    "USD", household=Household(1, 0), income=Income(900_00, Rhythm.BIWEEKLY), housing=Cost(700_00),
    by_category={"food": Cost(120_00, Rhythm.WEEKLY), "transport": Cost(200_00)}, other_debts=Cost(0),
)  # fmt: skip
SHORT = TOLD.but(housing=Cost(1600_00))


def at(state: State, told: FinancialStatement | None = TOLD, **more: Any) -> Case:  # noqa: ANN401 - any field of the memory
    memory = Memory() if told is None else kept(Memory(), told)
    return case_of(PROVEN, now=NOON, state=state, memory=memory.but(**more))


def do(case: Case, act: VisitAct) -> Outcome:
    return visit(case, act, Inbound(derive_id("inbound", "page", "1"), "", NOON), NOON, shipped_library())


def by_text(case: Case, text: str) -> Outcome:
    return turn(case, Inbound(derive_id("inbound", "page", "1"), text, NOON), NOON, shipped_library())


def with_offer(state: State, **more: Any) -> Case:  # noqa: ANN401 - any field of the memory
    made = do(at(State.CAPACITY, None), SayCapacity(60_00)).offer
    assert made is not None
    return replace(
        at(state, offer_id=str(made.offer_id), **more),
        offer=OpenOffer(made.offer_id, made.menu.plans, made.capacity_minor, made.expires_at, made.confirm),
    )


@pytest.mark.parametrize("state", sorted(set(State) - ENDED))
def test_a_statement_is_kept_and_the_talk_stands_where_it_stood(state: State) -> None:
    outcome = do(at(state, None, unclear=1, turns=19), SaveBudget(TOLD))
    assert (outcome.to, outcome.draft, outcome.offer, outcome.person_reason) == (state, None, None, "")
    assert statement_of(outcome.memory) == TOLD
    assert outcome.memory.but(statement=None) == Memory(unclear=1, turns=19)


def test_a_statement_that_is_changed_is_confirmed_no_more() -> None:
    outcome = do(at(State.OFFER), SaveBudget(replace(TOLD, is_confirmed=True)))
    told = statement_of(outcome.memory)
    assert told is not None and not told.is_confirmed


def test_a_person_who_took_the_thread_is_told_what_was_kept() -> None:
    outcome = do(at(State.WITH_PERSON, None), SaveBudget(TOLD))
    assert (outcome.to, outcome.person_reason) == (State.WITH_PERSON, "wrote_again")
    assert statement_of(outcome.memory) == TOLD


@pytest.mark.parametrize("state", sorted(set(State) - ENDED - SETTLED))
def test_a_sum_confirmed_on_the_page_has_the_menu_that_yes_by_text_has(state: State) -> None:
    page = do(at(state), ConfirmBudget())
    text = by_text(at(State.BUDGET, budget_asks="confirm"), "yes")
    assert page.to is text.to is State.OFFER
    assert page.offer is not None and text.offer is not None
    assert page.offer.menu == text.offer.menu
    assert page.offer.capacity_minor == text.offer.capacity_minor
    assert page.draft is None, "the page shows it"


def test_nothing_is_offered_above_what_was_stated() -> None:
    outcome = do(at(State.CAPACITY, TOLD.but(capacity_minor=45_00)), ConfirmBudget())
    assert outcome.offer is not None
    assert outcome.offer.capacity_minor == 45_00


def test_pay_day_is_the_first_day_of_every_plan() -> None:
    payday = (NOON + timedelta(days=11)).date()
    told = TOLD.but(income=Income(900_00, Rhythm.BIWEEKLY, payday))
    outcome = do(at(State.CAPACITY, told), ConfirmBudget())
    assert outcome.offer is not None
    assert {plan.rows[0].due_on for plan in outcome.offer.menu.plans} == {payday}


def test_nothing_left_has_the_text_and_the_hold_that_it_has_by_text() -> None:
    page = do(at(State.CAPACITY, SHORT), ConfirmBudget())
    text = by_text(at(State.BUDGET, SHORT, budget_asks="confirm"), "yes")
    assert (page.to, page.hold, page.person_reason) == (State.WITH_PERSON, "hardship", "nothing_to_spare")
    assert (text.to, text.hold, text.person_reason) == (page.to, page.hold, page.person_reason)
    assert page.draft is not None and text.draft is not None
    assert page.draft.rendered == text.draft.rendered


def test_a_sum_with_unknown_costs_goes_to_a_person() -> None:
    told = FinancialStatement("USD", income=Income(3000_00))
    outcome = do(at(State.CAPACITY, told), ConfirmBudget())
    assert (outcome.to, outcome.person_reason) == (State.WITH_PERSON, "budget_incomplete")
    assert statement_of(outcome.memory) is not None, "what was told is kept for the person"


def test_a_yes_to_the_sum_is_never_a_yes_to_a_plan() -> None:
    outcome = do(with_offer(State.READ_BACK, option=0), ConfirmBudget())
    assert (outcome.to, outcome.arrangement) == (State.OFFER, None)
    case = with_offer(State.READ_BACK, option=0, statement=None)
    nothing = do(case, ConfirmBudget())
    assert (nothing.to, nothing.arrangement) == (State.WITH_PERSON, None)


def test_lines_with_a_reason_are_kept_and_change_no_figure() -> None:
    dear = TOLD.but(by_category={"food": Cost(600_00), "transport": Cost(100_00)})
    plain, reasoned = (
        do(at(State.CAPACITY, dear), ConfirmBudget()),
        do(at(State.CAPACITY, dear), ConfirmBudget(frozenset({"food"}))),
    )
    told = statement_of(reasoned.memory)
    assert told is not None and told.explained == {"food"} and told.is_confirmed
    assert plain.offer is not None and reasoned.offer is not None
    assert plain.offer.menu == reasoned.offer.menu


@pytest.mark.parametrize("state", [State.BUDGET, State.END_READ_BACK])
def test_choosing_an_offer_that_stands_answers_nothing_that_a_text_asked(state: State) -> None:
    outcome = do(with_offer(state, budget_asks="answer:income"), Choose(0))
    assert (outcome.to, outcome.memory.option) == (State.READ_BACK, 0)


@pytest.mark.parametrize("state", sorted(set(State) - ENDED))
def test_an_amount_can_be_named_wherever_the_talk_stands(state: State) -> None:
    outcome = do(at(state, FinancialStatement("USD"), budget_asks="answer:income"), SayCapacity(60_00))
    assert outcome.to is State.OFFER


def test_more_than_the_sum_leaves_shows_the_sum_and_no_text_asks_for_it() -> None:
    outcome = do(at(State.CAPACITY), SayCapacity(1200_00))
    assert (outcome.to, outcome.draft, outcome.memory.budget_asks) == (State.BUDGET, None, "")


def test_where_the_lender_asks_everyone_an_amount_leads_to_the_form_and_bounds_its_sum() -> None:
    shipped = shipped_library()
    asks = replace(shipped.policy, budget=replace(shipped.policy.budget, ask=AskBudget.ALWAYS))
    library, inbound = replace(shipped, policy=asks), Inbound(derive_id("inbound", "page", "1"), "", NOON)
    case = at(State.CAPACITY, None)
    named = visit(case, SayCapacity(60_00), inbound, NOON, library)
    told = statement_of(named.memory)
    assert told is not None
    assert (named.to, named.draft, told.capacity_minor) == (State.BUDGET, None, 60_00)
    memory = kept(named.memory, TOLD.but(capacity_minor=told.capacity_minor))
    case = replace(case, talk=replace(case.talk, state=named.to, memory=memory))
    confirmed = visit(case, ConfirmBudget(), inbound, NOON, library)
    assert confirmed.offer is not None
    assert confirmed.offer.capacity_minor == 60_00


@pytest.mark.parametrize(("amount", "to"), [(60_00, State.OFFER), (1200_00, State.BUDGET)])
def test_where_no_text_may_leave_the_page_goes_on_by_itself(amount: int, to: State) -> None:
    case = at(State.CAPACITY)
    # The number was never proven by text: no figure may leave by it.
    case = replace(case, party=replace(case.party, identity_proven_at=None))
    outcome = do(case, SayCapacity(amount))
    assert (outcome.to, outcome.draft, outcome.person_reason) == (to, None, "")


def test_what_the_last_text_was_about_does_not_turn_a_yes_on_the_page() -> None:
    case = with_offer(State.READ_BACK, option=0)
    case = replace(case, talk=replace(case.talk, last_context="risk_alert"))
    outcome = do(case, Agree())
    assert (outcome.to, outcome.arrangement is not None) == (State.AGREED, True)
    assert "transaction.confirmed" not in {one.kind for one in outcome.events}


def test_the_record_says_what_was_told() -> None:
    told = TOLD.but(
        income=Income(payday=NOON.date(), recent_months_minor=(1200_00, 900_50)), listed_debts_minor=(3000_00,),
        priority_arrears=Cost(40_00), capacity_minor=80_00,
    )  # fmt: skip
    assert words_of(SaveBudget(told), "USD") == (
        "[page: income and spending, USD: people 1, 0 of them 65 or older; income by month 1,200.00, 900.50; "
        "pay-day 2026-11-23; housing 700.00 monthly; food 120.00 weekly; transport 200.00 monthly; "
        "other debts 0.00 monthly; priority arrears 40.00 monthly; owed to others 3,000.00; "
        "can pay at most 80.00 a month]"
    )
    assert words_of(SaveBudget(FinancialStatement("USD")), "USD") == "[page: income and spending, USD: nothing yet]"
    assert words_of(ConfirmBudget(frozenset({"food"})), "USD") == "[page: the sum is right; has a reason for food]"
