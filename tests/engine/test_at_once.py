"""One payment begins a plan as the policy allows, never above what was said; what pays all needs no plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parley.engine.situation import Situation, case_of
from parley.engine.twin import Twin
from parley.negotiation.policy import load_policy
from parley.negotiation.state import State
from tests.engine.sample import shipped_library
from tests.engine.test_adversarial import sound
from tests.engine.test_walks import CHINA, PROVEN, TAIWAN

NOON = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
PLACES = {"en": PROVEN, "hans": replace(CHINA, is_proven=True), "hant": replace(TAIWAN, is_proven=True)}
OPENING = {"en": "OPTIONS", "hans": "方案", "hant": "方案"}
# A payment and a month's amount in one reply, and in two: the same figures.
SAID = {
    "en": (("400 at once and 60 a month after",), ("I can pay 400 at once", "60")),
    "hans": (("先还3000，剩下每月500",), ("一次性还3000", "500")),
    "hant": (("先還10000，剩下每月2000",), ("一次性還10000", "2000")),
}
MAYBE = {"en": ("400 now", "yes"), "hans": ("先还3000", "是"), "hant": ("現在可以還10000", "是")}
ALL = {"en": "I can pay it all off now", "hans": "我可以一次还清", "hant": "我可以一次還清"}


def talk(place: str, *texts: str, twin: Twin | None = None) -> Twin:
    twin = twin or Twin(shipped_library(), case_of(PLACES[place], now=NOON))
    for n, text in enumerate((OPENING[place], *texts)):
        now = NOON + timedelta(minutes=n)
        outcome = twin.hear(text, now).outcome
        if outcome.offer is not None and twin.case.account is not None:
            assert sound(outcome.offer, now, twin.case.account.currency)
    return twin


def payments(twin: Twin) -> list[list[int]]:
    assert twin.case.offer is not None
    return [[row.payment_minor for row in plan.rows] for plan in twin.case.offer.plans]


@pytest.mark.parametrize("place", PLACES)
def test_a_plan_begins_with_the_payment_and_nothing_is_above_what_was_said(place: str) -> None:
    at_once, (first, monthly) = SAID[place]
    twin, apart = talk(place, *at_once), talk(place, first, monthly)
    memory = twin.case.talk.memory
    assert twin.case.talk.state is State.OFFER and memory.lump_minor and memory.capacity_minor
    told = payments(twin)
    assert told == payments(apart), "the same figures, the same menu"
    assert told[0][0] == memory.lump_minor and len(told[0]) > 1
    assert all(max(one[1:]) <= memory.capacity_minor for one in told)
    assert all(one[0] in {memory.lump_minor, *one[1:2]} for one in told)


@pytest.mark.parametrize("place", PLACES)
def test_a_month_is_asked_after_a_payment_and_no_month_is_made_of_it(place: str) -> None:
    twin = talk(place, SAID[place][1][0])
    memory = twin.case.talk.memory
    assert (twin.case.talk.state, memory.capacity_minor, twin.case.offer) == (State.CAPACITY, None, None)
    assert twin.messages[-1].rendered.key == "lump.capacity"


@pytest.mark.parametrize("place", PLACES)
def test_what_may_be_either_is_read_back_as_once(place: str) -> None:
    text, yes = MAYBE[place]
    twin = talk(place, text)
    assert (twin.messages[-1].rendered.key, twin.case.talk.memory.asked_once) == ("number_ambiguous.read_back", True)
    twin.hear(yes, NOON + timedelta(minutes=9))
    memory = twin.case.talk.memory
    assert twin.messages[-1].rendered.key == "lump.capacity"
    assert memory.lump_minor and not memory.asked_once and memory.asked_minor is None


def test_a_figure_that_was_not_meant_once_can_be_a_months() -> None:
    twin = talk("en", "60 now", "60 a month")
    assert twin.case.talk.memory.capacity_minor == 60_00 and twin.case.talk.memory.lump_minor is None
    assert twin.case.talk.state is State.OFFER


@pytest.mark.parametrize("place", PLACES)
def test_all_at_once_is_told_how_to_pay(place: str) -> None:
    twin = talk(place, ALL[place])
    assert (twin.case.talk.state, twin.case.offer) == (State.CAPACITY, None)
    assert twin.messages[-1].rendered.key == "info.pay_all"


def test_a_sum_that_pays_all_is_no_plan_either() -> None:
    assert talk("en", "5000 in one payment").messages[-1].rendered.key == "info.pay_all"


def test_an_offer_stands_when_all_is_to_be_paid_or_more_is_named() -> None:
    twin = talk("en", "60 a month")
    before = payments(twin)
    twin.hear(ALL["en"], NOON + timedelta(minutes=9))
    assert (twin.case.talk.state, payments(twin)) == (State.OFFER, before)
    twin.hear("I can pay 400 at once", NOON + timedelta(minutes=10))
    assert payments(twin)[0][0] == 400_00 and twin.case.talk.memory.capacity_minor == 60_00


def test_a_policy_without_larger_first_payments_offers_level_plans_only() -> None:
    library = shipped_library()
    plain = load_policy(library.policy.text.replace("larger_first = true", "larger_first = false").encode())
    twin = Twin(replace(library, policy=plain), case_of(PLACES["en"], now=NOON))
    told = payments(talk("en", *SAID["en"][0], twin=twin))
    assert max(max(one) for one in told) <= 60_00


def test_a_promise_is_one_payment_already() -> None:
    situation: Situation = PLACES["en"]
    twin = Twin(shipped_library(), case_of(situation, now=NOON))
    twin.hear("I will pay 400 at once on friday", NOON)
    assert twin.case.talk.state is State.PROMISE_READ_BACK and twin.case.talk.memory.promise_minor == 400_00
