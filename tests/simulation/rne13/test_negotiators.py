"""The other negotiators: what they offer, and that each meets the same borrower."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.simulation.rne13.agreement import Agreement, Terms, write
from parley.simulation.rne13.answer import Ask, Heard, Listener, Stage
from parley.simulation.rne13.case import BorrowerCase
from parley.simulation.rne13.negotiators import BASELINES, Negotiator, knowing, negotiate
from parley.simulation.rne13.talk import Closed, Ground, Talk
from tests.simulation.rne13.conftest import case
from tests.simulation.rne13.test_answer import certain

STARTED = date(2026, 12, 1)


def ground(stage: Stage) -> Ground:
    return Ground(stage.parameters, STARTED, rate_bps=790, lowest_rate_bps=0)


def offers_of(
    negotiator: Negotiator, one: BorrowerCase, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> tuple[Talk, list[Agreement]]:
    """Return the talk and every offer that was made in it."""
    heard: list[Agreement] = []
    answer = Listener.answer

    def listening(self: Listener, what: Heard) -> object:
        if what.ask is Ask.OFFER:
            heard.extend(what.offers)
        return answer(self, what)

    monkeypatch.setattr(Listener, "answer", listening)
    return negotiate(negotiator, one, ground(stage), stage), heard


@given(st.integers(1, 10**7), st.integers(0, 3_000), st.integers(0, 9_000), st.integers(0, 9_999), st.integers(1, 60))
def test_a_written_plan_repays_exactly_what_is_left_of_the_balance(
    balance: int, rate: int, discount: int, down: int, payments: int
) -> None:
    plan = write(balance, rate, Terms(discount, down, payments), 14)
    assert plan.principal_minor == max(1, balance - (balance * discount * 2 + 10_000) // 20_000)
    assert plan.total_minor >= plan.principal_minor
    assert rate or plan.total_minor == plan.principal_minor
    assert abs(plan.discount_bps(balance) - discount) <= 1 + 10_000 // balance
    assert plan.days[0] == 14 and all(b - a == 30 for a, b in zip(plan.days, plan.days[1:], strict=False))


STUBBORN = {"income_minor": 175_000, "accepts_up_to_bps": 1}


def test_what_each_offers_to_one_who_takes_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    settled = certain(stage, counters_bps=0, gives_up_bps=0)
    told = {}
    for negotiator in BASELINES:
        with monkeypatch.context() as patch:
            talk, offers = offers_of(negotiator, case(**STUBBORN), settled, patch)
        assert talk.closed is Closed.REFUSED and talk.agreement is None and len(offers) == 4
        told[negotiator] = [(offer.discount_bps(120_000), len(offer.days)) for offer in offers]
    assert told[Negotiator.RIGID] == [(0, 4)] * 4
    assert told[Negotiator.FLAT_DISCOUNT] == [(1_500, 12)] * 4
    assert told[Negotiator.MAXIMUM_CONCESSION] == [(3_000, 24)] * 4
    assert told[Negotiator.STEPPED] == [(0, 6), (1_000, 12), (2_000, 18), (3_000, 24)]
    assert [discount for discount, _ in told[Negotiator.LINEAR]] == [0, 999, 1_999, 3_000]
    assert [discount for discount, _ in told[Negotiator.BOULWARE]] == [0, 12, 394, 3_000]
    assert told[Negotiator.TIT_FOR_TAT] == [(0, 3)] * 4
    assert all(discount <= 3_000 and count <= 25 for discount, count in told[Negotiator.RANDOM_IN_POLICY])


def test_tit_for_tat_goes_half_the_way_to_a_named_sum(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    settled = certain(stage, counters_bps=10_000, anchoring_bps=0, gives_up_bps=0)
    _, offers = offers_of(Negotiator.TIT_FOR_TAT, case(accepts_up_to_bps=5_000), settled, monkeypatch)
    assert [len(offer.days) for offer in offers][:2] == [3, 5]


def test_who_knows_everything_asks_for_the_most_that_fits_at_the_least_concession(stage: Stage) -> None:
    settled = certain(stage)
    for changes, discount in (({}, 0), ({"balance_minor": 24 * 30_000}, 0), ({"balance_minor": 900_000}, 2_000)):
        talk = knowing(case(**changes), ground(settled), settled, 100)
        assert talk.agreement is not None
        assert talk.agreement.largest_minor <= 30_000
        assert talk.agreement.discount_bps(case(**changes).balance_minor) == pytest.approx(discount, abs=5)
    lighter = knowing(case(), ground(settled), settled, 50)
    assert lighter.agreement is not None and lighter.agreement.largest_minor <= 15_000


def test_no_baseline_sees_a_hidden_fact(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    settled = certain(stage, counters_bps=0, gives_up_bps=0)
    for negotiator in BASELINES:
        made = []
        for hidden in ({}, {"assets_minor": 0, "other_debt_minor": 0}):
            with monkeypatch.context() as patch:
                made.append(offers_of(negotiator, case(**STUBBORN, **hidden), settled, patch)[1])
        assert made[0] == made[1]


def test_who_must_go_to_a_person_does_under_every_negotiator(stage: Stage) -> None:
    for field in ("vulnerable", "disputes", "wrong_person"):
        one = case(**{field: True})
        talks = [negotiate(each, one, ground(stage), certain(stage)) for each in BASELINES]
        talks.append(knowing(one, ground(stage), certain(stage), 100))
        assert [(talk.closed, talk.agreement) for talk in talks] == [(Closed.WITH_PERSON, None)] * len(talks)


def test_the_same_seed_brings_the_same_talk_and_the_opening_is_the_same_for_all(stage: Stage) -> None:
    silent = {}
    for negotiator in BASELINES:
        talks = [negotiate(negotiator, case(id=f"c-{n}", willing_bps=2_000), ground(stage), stage) for n in range(80)]
        again = [negotiate(negotiator, case(id=f"c-{n}", willing_bps=2_000), ground(stage), stage) for n in range(80)]
        assert [(one.closed, one.messages) for one in talks] == [(one.closed, one.messages) for one in again]
        silent[negotiator] = [n for n, talk in enumerate(talks) if talk.messages == 3 and talk.closed is Closed.SILENT]
    # Who never answers an opening does so whoever writes.
    assert len(silent[Negotiator.RIGID]) > 20
    assert len({tuple(held) for held in silent.values()}) == 1


def test_a_reply_that_is_not_plain_is_asked_back_once_by_all_alike(stage: Stage) -> None:
    unclear = replace(stage, parameters=certain(stage).parameters.but("not_plain_percent", 100))
    plain = [negotiate(Negotiator.STEPPED, case(id=f"c-{n}"), ground(stage), certain(stage)) for n in range(150)]
    asked = [negotiate(Negotiator.STEPPED, case(id=f"c-{n}"), ground(stage), unclear) for n in range(150)]
    assert sum(talk.messages for talk in asked) > sum(talk.messages for talk in plain)
