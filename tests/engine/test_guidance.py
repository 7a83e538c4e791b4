"""Content classes are a gate: what is not permitted to whoever speaks does not leave, however it got into a text."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from importlib.resources import files

import pytest

from parley.contact.facts import Flag
from parley.contact.gate import Permit, Refused
from parley.engine.acts import ActRefusal, Operator, Reply
from parley.engine.approval import Asked, NotApproved, approve
from parley.engine.case import Desk
from parley.engine.guidance import Permissions, barred_flags
from parley.engine.library import Library
from parley.engine.operator import decide_act
from parley.engine.outcome import Outcome
from parley.engine.play import Play
from parley.engine.situation import Situation, case_of
from parley.engine.twin import Heard
from parley.locale import Language
from parley.messaging.catalogue import ContentClass
from parley.messaging.template import parse
from parley.negotiation.state import State
from parley.purpose import Actor, Purpose
from tests.engine.sample import NOON

ADVICE = "{lender}: we advise option 1, it is best for you. {agent}: {hotline}, {hours}. {stop} ends texts."
BOTH = Permissions(options=True, advice=True)


def of_class(library: Library, key: str, *classes: str) -> Library:
    """Return *library* with another class written over *key* of its catalogue."""
    entry = replace(library.catalogue.entry(key), classes=frozenset(map(ContentClass, classes)))
    return replace(library, catalogue=replace(library.catalogue, entries={**library.catalogue.entries, key: entry}))


def saying(library: Library, key: str, text: str) -> Library:
    """Return *library* with another English text written over *key*, past the check at loading."""
    texts = {**library.catalogue.texts, (key, Language.EN): parse(text, library.catalogue.standing)}
    return replace(library, catalogue=replace(library.catalogue, texts=texts))


@pytest.mark.parametrize(
    ("one", "actor", "permissions", "by_person", "is_permitted"),
    [
        *[(one, actor, Permissions(), False, True) for one in "ACD" for actor in Actor],
        ("B", Actor.ORIGINAL_CREDITOR, Permissions(), False, True),
        ("B", Actor.DEBT_BUYER, Permissions(), False, False),
        ("B", Actor.DEBT_BUYER, Permissions(), True, False),
        ("B", Actor.THIRD_PARTY_COLLECTOR, Permissions(advice=True), False, False),
        ("B", Actor.DEBT_BUYER, Permissions(options=True), False, True),
        ("E", Actor.ORIGINAL_CREDITOR, BOTH, False, False),
        ("E", Actor.ORIGINAL_CREDITOR, Permissions(options=True), True, False),
        ("E", Actor.ORIGINAL_CREDITOR, BOTH, True, True),
        ("E", Actor.DEBT_BUYER, Permissions(advice=True), True, True),
    ],
)
def test_who_may_say_what(
    one: str, actor: Actor, permissions: Permissions, by_person: bool, is_permitted: bool, library: Library
) -> None:
    of = of_class(library, "help.who", one)
    barred = barred_flags("help.who", "Example.", of.catalogue, actor, permissions, is_by_person=by_person)
    assert barred == (frozenset() if is_permitted else {Flag.CONTENT_CLASS_BARRED})


def test_a_key_the_catalogue_does_not_hold_is_of_no_class_and_barred(library: Library) -> None:
    barred = barred_flags("offer.four", "…", library.catalogue, Actor.ORIGINAL_CREDITOR, BOTH, is_by_person=True)
    assert Flag.CONTENT_CLASS_BARRED in barred


def heard(library: Library, text: str = "I can pay 60 a month") -> Heard:
    """Let a late borrower whose identity is proven write *text*."""
    play = Play(library, Situation(is_proven=True))
    play.take("now 2026-11-23 12:00 America/Chicago")
    deed = play.take(f"< {text}").deed
    assert isinstance(deed, Heard)
    return deed


@pytest.mark.parametrize("actor", [Actor.DEBT_BUYER, Actor.THIRD_PARTY_COLLECTOR])
def test_whoever_does_not_lend_offers_no_options_by_itself(actor: Actor, library: Library) -> None:
    bought = replace(library, lender=replace(library.lender, actor=actor))
    deed = heard(bought)
    decision = deed.outcome.draft.decision if deed.outcome.draft is not None else None
    assert isinstance(decision, Refused) and decision.retry_at is None
    refusal = next(one for one in decision.refusals if one.rule_id == "lender-content-class")
    assert (refusal.reason_code, refusal.layer) == ("guidance_not_permitted", "policy")
    # Nothing leaves, and the borrower is not left alone.
    assert (deed.outcome.to, deed.outcome.person_reason) == (State.WITH_PERSON, "answer_refused")
    permitted = heard(replace(bought, permissions=Permissions(options=True)))
    draft = permitted.outcome.draft
    assert draft is not None and draft.rendered.key.startswith("offer.")
    rules = [one.rule_id for one in draft.decision.refusals] if isinstance(draft.decision, Refused) else []
    assert "lender-content-class" not in rules


def test_a_lender_offers_options_of_its_own_agreement(library: Library) -> None:
    draft = heard(library).outcome.draft
    assert draft is not None and isinstance(draft.decision, Permit)


def test_the_machine_recommends_nothing_whatever_is_permitted(library: Library) -> None:
    edited = replace(of_class(library, "help.who", "E"), permissions=BOTH)
    deed = heard(edited, "who are you?")
    assert deed.outcome.draft is not None and isinstance(deed.outcome.draft.decision, Refused)
    assert deed.outcome.draft.decision.primary.rule_id == "lender-content-class"


def test_words_of_a_recommendation_do_not_pass_under_another_class(library: Library) -> None:
    deed = heard(replace(saying(library, "help.who", ADVICE), permissions=BOTH), "who are you?")
    assert deed.outcome.draft is not None and isinstance(deed.outcome.draft.decision, Refused)
    assert deed.outcome.draft.decision.primary.rule_id == "lender-no-recommendation"


def test_a_person_recommends_only_where_the_deployment_declares_the_permission(library: Library) -> None:
    edited = of_class(saying(library, "help.who", ADVICE), "help.who", "E")
    case = case_of(Situation(is_proven=True), now=NOON, state=State.WITH_PERSON)
    case = replace(case, desk=Desk(holder=7))
    refused = decide_act(case, Reply("help.who"), Operator(7), NOON, edited)
    assert isinstance(refused, ActRefusal) and refused.gate is not None
    assert {one.rule_id for one in refused.gate.refusals} >= {"lender-content-class", "lender-no-recommendation"}
    said = decide_act(case, Reply("help.who"), Operator(7), NOON, replace(edited, permissions=BOTH))
    assert isinstance(said, Outcome) and said.draft is not None


def test_a_text_that_recommends_is_not_approved(library: Library) -> None:
    asked = Asked("reminder.neutral", Language.EN, "US", Purpose.REMINDER)
    found = approve(asked, saying(library, "reminder.neutral", ADVICE), NOON)
    assert isinstance(found, NotApproved)
    assert "lender-no-recommendation" in [one.rule_id for one in found.objections]


def test_options_of_who_does_not_lend_are_not_approved(library: Library) -> None:
    bought = replace(library, lender=replace(library.lender, actor=Actor.DEBT_BUYER))
    asked = Asked("offer.one", Language.EN, "GB", Purpose.NEGOTIATION_REPLY)
    found = approve(asked, bought, NOON)
    assert isinstance(found, NotApproved)
    assert "lender-content-class" in [one.rule_id for one in found.objections]


OPTION = re.compile(r"(\d)\) (.*?)(?=[.。；;]? ?\d\) |[.。；;] ?(?:Reply|请回复|請回覆|回复|回覆))")


@pytest.mark.parametrize("key", ["offer.two", "offer.three", "offer.parts_two", "offer.parts_three"])
@pytest.mark.parametrize("language", list(Language))
def test_options_are_told_in_the_same_words_at_the_same_length(key: str, language: Language, library: Library) -> None:
    source = files("parley.messaging.catalogue").joinpath(f"{language}.toml").read_text("utf-8")
    text = tomllib.loads(source)[key]["text"]
    found = OPTION.findall(text)
    assert [number for number, _ in found] == ["1", "2", "3"][: 2 if key.endswith("two") else 3]
    assert len({re.sub(rf"_{number}\b", "_n", said) for number, said in found}) == 1


def test_options_are_told_cheapest_total_first_each_time(library: Library) -> None:
    shown = []
    for _ in range(3):
        offer = heard(library, "I can pay 150 a month").outcome.offer
        assert offer is not None
        shown.append([plan.total_minor for plan in offer.menu.plans])
    assert shown[0] == sorted(shown[0]) and len(shown[0]) > 1
    assert shown[0] == shown[1] == shown[2]


@pytest.mark.parametrize("asks", ["what happens if I do nothing?", "what does it cost?"])
def test_whoever_asks_before_choosing_hears_what_a_plan_costs_and_what_holds_without_one(
    asks: str, library: Library
) -> None:
    play = Play(library, Situation(is_proven=True))
    play.take("now 2026-11-23 12:00 America/Chicago")
    play.take("< I can pay 150 a month")
    deed = play.take(f"< {asks}").deed
    assert isinstance(deed, Heard) and deed.outcome.draft is not None
    assert isinstance(deed.outcome.draft.decision, Permit)
    text, offer = deed.outcome.draft.rendered.text, play.twin.case.offer
    assert offer is not None and deed.outcome.to is State.OFFER
    totals = [f"${plan.total_minor / 100:,.2f}" for plan in offer.plans]
    assert f"a plan here costs {totals[0]} to {totals[-1]} in total" in text
    assert "Without a plan your agreement goes on as it is: you owe $1,240.00, of which $103.00 is past due" in text
    # The question leaves the menu where it was: a choice is understood as before.
    chosen = play.take("< 1").deed
    assert isinstance(chosen, Heard) and chosen.outcome.to is State.READ_BACK
