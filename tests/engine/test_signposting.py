"""On each trigger the answer names independent advice: in every language, wherever the country has it on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from parley.engine.acts import Operator, Reply
from parley.engine.case import Case, Desk, Inbound
from parley.engine.drafting import will_leave
from parley.engine.library import Library
from parley.engine.operator import decide_act
from parley.engine.outcome import Outcome
from parley.engine.play import Play
from parley.engine.signposting import Trigger
from parley.engine.situation import Situation, case_of
from parley.engine.turn import turn
from parley.engine.twin import Heard
from parley.ids import derive_id
from parley.locale import Language
from parley.negotiation.state import State
from tests.engine.sample import NOON, shipped_library

LOCALES = {Language.EN: "en-US", Language.ZH_HANS: "zh-CN", Language.ZH_HANT: "zh-TW"}
PLACES = sorted({country for country, _ in shipped_library().lender.advice} | {"IN", "DE"})
# What a borrower writes on each trigger, and what the thread must be like for it.
SAYS = {
    Language.EN: {
        Trigger.NOTHING_LEFT: "nothing right now",
        Trigger.OTHER_DEBTS: "I have other loans to pay too",
        Trigger.CRISIS: "I want to kill myself",
        Trigger.VULNERABLE: "I have cancer and am in hospital",
        Trigger.BROKEN_PLANS: "I need a plan",
    },
    Language.ZH_HANS: {
        Trigger.NOTHING_LEFT: "一分都没有",
        Trigger.OTHER_DEBTS: "我还欠着好几家的网贷",
        Trigger.CRISIS: "我不想活了",
        Trigger.VULNERABLE: "我得了癌症在住院",
        Trigger.BROKEN_PLANS: "可以分期吗",
    },
    Language.ZH_HANT: {
        Trigger.NOTHING_LEFT: "一分都沒有",
        Trigger.OTHER_DEBTS: "我還欠好幾家銀行的錢",
        Trigger.CRISIS: "我不想活了",
        Trigger.VULNERABLE: "我得了癌症在住院",
        Trigger.BROKEN_PLANS: "可以分期嗎",
    },
}


def case(country: str, language: Language, broken: int = 0, *, is_proven: bool = True) -> Case:
    situation = Situation(jurisdiction=country, locale=LOCALES[language], currency="USD", is_proven=is_proven)
    found = case_of(situation, now=NOON, state=State.CAPACITY)
    return replace(found, talk=replace(found.talk, last_context="capacity"), broken_plans=broken)


def answer(of: Case, text: str, library: Library, now: datetime = NOON) -> Outcome:
    return turn(of, Inbound(derive_id("inbound", text), text, now), now, library)


def said(outcome: Outcome) -> str:
    return outcome.draft.rendered.text if outcome.draft is not None else ""


@pytest.mark.parametrize("country", PLACES)
@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("trigger", list(Trigger))
def test_each_trigger_is_answered_with_the_advice_of_the_country(
    trigger: Trigger, language: Language, country: str, library: Library
) -> None:
    broken = 2 if trigger is Trigger.BROKEN_PLANS else 0
    outcome = answer(case(country, language, broken), SAYS[language][trigger], library)
    advice = library.lender.words(country, language)["advice"]
    assert outcome.draft is not None
    assert advice in said(outcome)
    assert outcome.memory.advised is (bool(advice) and will_leave(outcome.draft))
    if not advice:
        # Nothing is made up where nothing is on record.
        assert not any(words in said(outcome) for words in ("advice", "咨询", "諮詢"))


@pytest.mark.parametrize("language", list(Language))
def test_without_a_trigger_nothing_is_signposted(language: Language, library: Library) -> None:
    text = said(answer(case("US", language, broken=1), SAYS[language][Trigger.BROKEN_PLANS], library))
    assert text and "NFCC" not in text


def test_what_stands_is_told_once_in_a_thread_and_what_is_brought_up_each_time(library: Library) -> None:
    first = answer(case("GB", Language.EN, broken=2), "I need a plan", library)
    talk = replace(case("GB", Language.EN, broken=2).talk, memory=first.memory, state=first.to)
    then = replace(case("GB", Language.EN, broken=2), talk=talk)
    assert "StepChange" in said(first)
    assert "StepChange" not in said(answer(then, "I can pay 60 a month", library))
    assert "StepChange" in said(answer(then, "I can pay 60 a month, I have other debts", library))


def test_the_offer_itself_carries_the_line_and_its_numbers_pass_the_gate(library: Library) -> None:
    outcome = answer(case("US", Language.EN), "I can pay 60 a month but I have other loans", library)
    assert outcome.draft is not None and outcome.draft.rendered.key.startswith("offer.")
    assert "NFCC 800-388-2227" in said(outcome)
    assert outcome.person_reason == ""


def test_before_identity_the_line_tells_nothing_of_a_debt(library: Library) -> None:
    outcome = answer(case("GB", Language.EN, is_proven=False), "I have so many debts", library)
    assert outcome.draft is not None and outcome.draft.discloses == "nothing"
    assert "Independent money advice: StepChange 0800 138 1111 (free)." in said(outcome)
    assert "debt" not in said(outcome).lower()


def test_what_a_person_sends_carries_the_line_of_what_stands_once(library: Library) -> None:
    held = replace(case("GB", Language.EN, broken=2), desk=Desk(holder=7))
    held = replace(held, talk=replace(held.talk, state=State.WITH_PERSON))
    outcome = decide_act(held, Reply("person.reading"), Operator(7), NOON, library)
    assert isinstance(outcome, Outcome)
    assert "StepChange" in said(outcome)
    told = replace(held, talk=replace(held.talk, memory=outcome.memory))
    again = decide_act(told, Reply("person.reading"), Operator(7), NOON, library)
    assert isinstance(again, Outcome)
    assert "StepChange" not in said(again)


def test_payments_to_others_in_the_budget_are_other_debts(library: Library) -> None:
    play = Play(library, Situation(is_proven=True))
    play.take("now 2026-11-23 12:00 America/Chicago")
    told = ["I need a plan", "I don't know", "3 people", "D", "800", "400", "C"]
    texts = [said(deed.outcome) for line in told if isinstance(deed := play.take(f"< {line}").deed, Heard)]
    assert "with others?" in texts[-2] and "NFCC" not in texts[-2]
    assert "NFCC 800-388-2227" in texts[-1]
