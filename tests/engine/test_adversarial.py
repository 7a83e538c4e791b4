"""Whatever presses, lies, orders or disguises itself changes no number, and agrees to nothing by itself."""

from __future__ import annotations

import copy
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Final

import pytest

from parley.engine.outcome import NewOffer, Outcome
from parley.engine.situation import case_of
from parley.engine.twin import Twin
from parley.negotiation.state import ENDED, State
from parley.run.checking.offers import Record, check_offer
from parley.store.rows import plan_to_json
from tests.conftest import FULL_SIZE
from tests.engine.hostile_replies import FAMILIES, draw_reply
from tests.engine.sample import shipped_library
from tests.engine.test_walks import CHINA, PROVEN, TAIWAN, allowed_numbers, numbers_in

REPLIES: Final = 100_000 if FULL_SIZE else 2_000
A_TALK: Final = 4
TALKS_EACH: Final = 40
NOON: Final = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
MORNING: Final = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SITUATIONS: Final = (
    (PROVEN, NOON, ("OPTIONS", "60 a month")),
    (replace(CHINA, is_proven=True), MORNING, ("方案", "每月600")),
    (replace(TAIWAN, is_proven=True), MORNING, ("方案", "每個月2000")),
)


def sound(offer: NewOffer, now: datetime, currency: str) -> bool:
    """Say whether the checker, which shares no code with the optimiser, finds policy, law and capacity kept."""
    record = Record(
        on=now.date(),
        currency=currency,
        capacity_minor=offer.capacity_minor,
        plans=json.loads(json.dumps([plan_to_json(plan) for plan in offer.menu.plans])),
        certificate=json.loads(json.dumps(offer.menu.certificate)),
        policy_text=offer.policy_text,
        is_rulebook_known=True,
    )
    return check_offer(record) == []


@cache
def _opened(place: int) -> Twin:
    situation, start, opening = SITUATIONS[place]
    twin = Twin(shipped_library(), case_of(situation, now=start))
    for n, text in enumerate(opening):
        twin.hear(text, start + timedelta(minutes=n))
    assert twin.case.talk.state is State.OFFER
    return twin


def offered(place: int) -> Twin:
    """Return a talk of its own in which plans were just offered."""
    twin = _opened(place)
    return copy.deepcopy(twin, {id(twin.library): twin.library})


def check(twin: Twin, outcome: Outcome, now: datetime) -> None:
    case = twin.case
    assert case.account is not None
    if outcome.draft is not None:
        assert numbers_in(outcome.draft.rendered.text, twin.library, case) <= allowed_numbers(case, outcome)
    if outcome.offer is not None:
        assert sound(outcome.offer, now, case.account.currency)


def test_replies_that_push_change_no_number_and_agree_to_nothing() -> None:
    heard, ended = Counter[str](), 0
    for talk in range(REPLIES // A_TALK):
        draw = Random(f"adversarial {talk}")
        place = draw.randrange(len(SITUATIONS))
        twin, start = offered(place), SITUATIONS[place][1]
        if talk % 2:
            # A plan was chosen and read back: only a plain yes agrees to it.
            twin.hear("1", start + timedelta(minutes=5))
            assert twin.case.talk.state is State.READ_BACK
        menu = twin.case.offer
        assert menu is not None
        for n in range(A_TALK):
            family, text = draw_reply(draw)
            heard[family] += 1
            now = start + timedelta(minutes=10 + n)
            outcome = twin.hear(text, now).outcome
            check(twin, outcome, now)
            assert not twin.arrangements and not twin.promises, text
            assert outcome.offer is None or outcome.offer.capacity_minor <= menu.capacity_minor, text
            if twin.case.offer is not None:
                # What was offered stands: neither worsened nor bettered nor withdrawn.
                assert twin.case.offer.plans == menu.plans, text
        ended += twin.case.talk.state in ENDED
    assert set(heard) == set(FAMILIES) and ended > 0


@pytest.mark.parametrize("place", range(len(SITUATIONS)))
def test_who_pushed_and_then_agrees_gets_the_very_plan_that_was_offered(place: int) -> None:
    agreed, start = 0, SITUATIONS[place][1]
    for seed in range(TALKS_EACH):
        twin = offered(place)
        menu = twin.case.offer
        assert menu is not None
        twin.hear(draw_reply(Random(f"then agrees {seed}"))[1], start + timedelta(minutes=10))
        if twin.case.talk.state is not State.OFFER:
            continue
        for n, text in enumerate(("1", "yes" if place == 0 else "同意"), start=11):
            twin.hear(text, start + timedelta(minutes=n))
        assert [one.plan for one in twin.arrangements] == [menu.plans[0]]
        agreed += 1
    assert agreed > TALKS_EACH // 10


@pytest.mark.parametrize("place", range(len(SITUATIONS)))
def test_what_was_said_before_the_amount_changes_no_menu(place: int) -> None:
    situation, start, (opening, amount) = SITUATIONS[place]
    calm, compared = offered(place).case.offer, 0
    assert calm is not None
    for seed in range(TALKS_EACH):
        twin = Twin(shipped_library(), case_of(situation, now=start))
        for n, text in enumerate((opening, draw_reply(Random(f"before {seed}"))[1], amount)):
            twin.hear(text, start + timedelta(minutes=n))
        if twin.case.offer is not None:
            compared += 1
            assert twin.case.offer.plans == calm.plans
    assert compared > TALKS_EACH // 10
