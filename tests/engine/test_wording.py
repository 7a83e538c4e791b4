from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from parley.engine.lender import Lender
from parley.engine.situation import Situation, account_of, case_of, party_of
from parley.engine.turn import Library
from parley.engine.wording import Saying, render, template_key
from parley.locale import Language
from parley.messaging.segments import measure
from parley.money import Money
from parley.negotiation.budget.financial_statement import Cost, FinancialStatement, Income
from parley.negotiation.budget.work_out import Budget, Limits, work_out
from parley.negotiation.menu import Facts, Menu, build_menu
from parley.negotiation.moves import Memory, Move
from parley.negotiation.state import State
from parley.servicing.account import Product
from parley.servicing.schedule import Schedule
from tests.engine.sample import NOON
from tests.negotiation.budget.samples import round_table

TODAY = date(2026, 11, 23)
# Said by a person or by parts to come, not by the engine of today.
NOT_OURS = {
    "risk_alert.ask", "risk_alert.thanks", "risk_alert.blocked", "info.how_to_pay",
    "plan.cancelled", "promise.broken", "arrangement.completed",
}  # fmt: skip
CREDIT = "Late payments may stay on your credit report seven years."
PLACES = {
    Language.EN: Situation(),
    Language.ZH_HANS: Situation(jurisdiction="CN", locale="zh-CN", zone="Asia/Shanghai", currency="CNY"),
    Language.ZH_HANT: Situation(jurisdiction="TW", locale="zh-TW", zone="Asia/Taipei", currency="TWD"),
}


def plans_of(currency: str, library: Library) -> tuple[Schedule, ...]:
    facts = Facts(Product.CARD, currency, 1_240_000, 2_190, 34, 60_000, date(2026, 12, 7))
    menu = build_menu(facts, library.policy, "", lambda _: True)
    assert isinstance(menu, Menu)
    return menu.plans


def saying_of(situation: Situation, plans: tuple[Schedule, ...]) -> Saying:
    return Saying(
        party_of(situation, NOON),
        account_of(situation, TODAY),
        TODAY,
        memory=Memory(
            option=0,
            promise_minor=10_300,
            promise_due_on=date(2026, 11, 27),
            budget_asks="figure:housing",
            lump_minor=80_000,
        ),
        plans=plans,
        context="offer",
        between=("ask_plan", "accept"),
        due_on=date(2026, 11, 27),
        amount_minor=10_300,
        limit_before_minor=300_000,
        limit_after_minor=200_000,
        budget=budget_for(situation.currency),
        credit=CREDIT,
    )


def budget_for(currency: str) -> Budget:
    told = FinancialStatement(currency, income=Income(2000_00), housing=Cost(900_00), essentials=Cost(500_00))
    return work_out(told, replace(round_table(), currency=currency), Limits(0))


@pytest.mark.parametrize("language", list(Language))
def test_every_key_the_engine_says_has_a_source_for_each_word(language: Language, library: Library) -> None:
    situation = PLACES[language]
    plans = plans_of(situation.currency, library)
    assert len(plans) == 3
    for key in set(library.catalogue.entries) - NOT_OURS:
        said = render(key, saying_of(situation, plans), library.lender, library.catalogue)
        assert said.language is language
        assert "{" not in said.text
        assert said.segments == measure(said.text)


@pytest.mark.parametrize("language", list(Language))
def test_the_numbers_of_an_offer_are_those_of_its_plans(language: Language, library: Library) -> None:
    situation = PLACES[language]
    plans = plans_of(situation.currency, library)
    said = render("offer.three", saying_of(situation, plans), library.lender, library.catalogue)
    shown = {one.name: one.value for one in said.numbers}
    for n, plan in enumerate(plans, 1):
        assert shown[f"instalment_{n}"] == Money(plan.level_minor, situation.currency)
        assert shown[f"count_{n}"] == plan.count
        assert shown[f"rate_{n}"] == plan.annual_rate_bps
        assert shown[f"total_{n}"] == Money(plan.total_minor, situation.currency)


@pytest.mark.parametrize("language", list(Language))
def test_a_read_back_is_the_plan_to_the_last_payment(language: Language, library: Library) -> None:
    situation = PLACES[language]
    plans = plans_of(situation.currency, library)
    for option, plan in enumerate(plans):
        saying = replace(saying_of(situation, plans), memory=Memory(option=option))
        said = render("plan.read_back", saying, library.lender, library.catalogue)
        sums = [one.value.minor for one in said.numbers if isinstance(one.value, Money)]
        assert sums == [plan.level_minor, plan.last_minor, plan.total_minor]


def key_for(say: str, situation: Situation, library: Library, plans: int = 3, lender: Lender | None = None) -> str:
    shown = plans_of(situation.currency, library)[:plans]
    return template_key(Move(State.OFFER, say), case_of(situation, now=NOON), shown, lender or library.lender)


def test_the_form_of_an_offer_follows_the_number_of_plans(library: Library) -> None:
    keys = [key_for("offer", Situation(), library, count) for count in (1, 2, 3)]
    assert keys == ["offer.one", "offer.two", "offer.three"]


def test_identity_is_asked_by_what_the_country_knows_by_heart(library: Library) -> None:
    keys = [key_for("identity.ask", situation, library) for situation in PLACES.values()]
    assert keys == ["identity.ask_postcode", "identity.ask_contract_tail", "identity.ask_contract_tail"]
    nowhere = replace(library.lender, asks_postcode=frozenset())
    assert key_for("identity.ask", Situation(), library, lender=nowhere) == "identity.ask_contract_tail"


def test_where_no_help_outside_is_known_none_is_named(library: Library) -> None:
    bare = replace(library.lender, advice={}, lines={})
    assert key_for("offer.none", Situation(), library) == "offer.none"
    assert key_for("offer.none", Situation(), library, lender=bare) == "offer.none_person"
    assert key_for("crisis.support", Situation(), library) == "crisis.support"
    assert key_for("crisis.support", Situation(), library, lender=bare) == "crisis.person"
    assert key_for("crisis.support_stopped", Situation(), library) == "stop.confirmed_crisis"
    assert key_for("crisis.support_stopped", Situation(), library, lender=bare) == "stop.confirmed"


def test_a_crisis_reply_names_no_sum_and_no_page(library: Library) -> None:
    for situation in PLACES.values():
        saying = saying_of(situation, plans_of(situation.currency, library))
        for key in ("crisis.support", "crisis.person", "stop.confirmed_crisis"):
            said = render(key, saying, library.lender, library.catalogue)
            assert said.numbers == ()
            assert library.lender.page not in said.text


def test_the_next_due_date_is_not_the_day_of_a_promise(library: Library) -> None:
    saying = replace(saying_of(Situation(), ()), due_on=None)
    assert "next due date Dec 20" in render("info.balance", saying, library.lender, library.catalogue).text


def test_the_stop_word_is_that_of_the_country(library: Library) -> None:
    plans: tuple[Schedule, ...] = ()
    texts = {
        language: render("help.who", saying_of(situation, plans), library.lender, library.catalogue).text
        for language, situation in PLACES.items()
    }
    assert "STOP ends texts" in texts[Language.EN]
    assert "回复R" in texts[Language.ZH_HANS]
    assert "回覆STOP" in texts[Language.ZH_HANT]
