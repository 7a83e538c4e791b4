"""The thirteen metrics of three cases, against figures worked out by hand; and what must hold of any."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.simulation.rne13.agreement import Agreement
from parley.simulation.rne13.card import Parameters, Rne13Card
from parley.simulation.rne13.case import BorrowerCase
from parley.simulation.rne13.ledger import Households, live
from parley.simulation.rne13.metrics import (
    AGREED_ONLY,
    METRICS,
    Record,
    difference_of,
    intervals_of,
    metrics_of,
    record_of,
    resamples,
    segments_of,
)
from parley.simulation.rne13.talk import Closed, Talk
from tests.simulation.rne13.conftest import case

H = 734


def record(cases: list[BorrowerCase], talks: list[Talk], parameters: Parameters) -> Record:
    households = Households(cases, parameters, 1)
    books, idle = live(households, [[talk.agreement for talk in talks], [None] * len(cases)])
    return record_of(households, talks, books, idle)


@pytest.fixture
def parameters(rne13_card: Rne13Card) -> Parameters:
    return rne13_card.parameters.but("slip_bps", 0).but("lender_rate_bps", 400)


def three(parameters: Parameters) -> Record:
    """One pays all of a plan with a tenth off, one pays half and breaks, one agrees to nothing."""
    rich = case(id="rich", assets_minor=10**8)
    poor = case(id="poor", balance_minor=80_000, income_minor=170_000, assets_minor=40_000)
    talks = [
        Talk(Closed.AGREED, Agreement((10, 40, 70, 100), (27_000,) * 4, 108_000), messages=5, segments=9),
        Talk(
            Closed.AGREED, Agreement((10, 40, 70, 100), (20_000,) * 4, 80_000), messages=4, segments=8, bad_messages=1
        ),
        Talk(Closed.SILENT, None, messages=3, segments=4),
    ]
    return record([rich, poor, case(id="none")], talks, parameters)


def test_three_cases_by_hand(parameters: Parameters) -> None:
    found = metrics_of(three(parameters))
    want = {
        "DC": 2 / 3,
        "DS": 1 - 1 / 12,
        "MTA": 7.0,
        "SRR": 1 / 3,
        "RR": (108_000 + 40_000) / (120_000 + 80_000 + 120_000),
        "RR_agreed": (0.9 + 1.0) / 2,
        "QRD": (10 + 10 + H) / 3,
        "HRD": (40 + 40 + H) / 3,
        "CD": (100 + H + H) / 3,
        "deal_rate": 2 / 3,
        "mean_discount": 0.05,
        "plan_break_rate": 0.5,
        # The poor have nothing left over: any instalment is above that.
        "affordability_violation_rate": 0.5,
        "messages_to_agreement": 4.5,
    }
    assert {name: found[name] for name in want} == pytest.approx(want, abs=1e-6)
    soon = 1 - (want["QRD"] + want["HRD"] + want["CD"]) / (3 * H)
    cri = (want["SRR"] + want["RR"] + soon) / 3
    low, very_low, spread = (found[name] for name in ("L1D_caused", "L2D_caused", "ATV"))
    assert low is not None and very_low is not None and spread is not None
    dhi = 1 - (low / H / 4 + very_low / H / 2 + min(1, spread / 25) / 4)
    assert found["CRI"] == pytest.approx(cri, abs=1e-6)
    assert found["DHI"] == pytest.approx(dhi, abs=1e-6)
    assert found["CCI"] == pytest.approx(2 * cri * dhi / (cri + dhi), abs=1e-6)


def test_days_of_want_count_only_where_the_plan_causes_them(parameters: Parameters) -> None:
    # Lives on nothing anyhow: a month of essentials is never at hand, with a plan or without.
    bare = case(income_minor=175_000, assets_minor=1_000)
    found = metrics_of(record([bare], [Talk(Closed.AGREED, Agreement((10,), (500,), 500))], parameters))
    assert found["L1D"] == H + 1
    assert found["L1D_caused"] == 0


def test_no_agreement_costs_and_leaves_nothing_to_average(parameters: Parameters) -> None:
    found = metrics_of(record([case()], [Talk(Closed.REFUSED, messages=2)], parameters))
    assert (found["SRR"], found["RR"], found["QRD"], found["CRI"], found["CCI"]) == (0, 0, H, 0, 0)
    assert (found["DHI"], found["DC"]) == (1, 1)
    assert {name for name in METRICS if found[name] is None} == AGREED_ONLY


def test_interest_is_no_recovery_of_the_balance(parameters: Parameters) -> None:
    rich = case(assets_minor=10**8)
    found = metrics_of(record([rich], [Talk(Closed.AGREED, Agreement((10,), (150_000,), 120_000))], parameters))
    assert (found["RR"], found["mean_discount"], found["RR_agreed"]) == (1, 0, 1)


def test_an_agreement_with_who_needs_a_person_is_a_violation(parameters: Parameters) -> None:
    plan = Agreement((10,), (500,), 500)
    cases = [case(id="v", vulnerable=True), case(id="d", disputes=True), case(id="w", wrong_person=True), case(id="x")]
    talks = [Talk(Closed.AGREED, plan) for _ in cases]
    talks[0].violations["other_number"] += 2
    assert record(cases, talks, parameters).violations == Counter(machine_agreement=3, other_number=2)


plans = st.builds(
    lambda first, step, payments, extra: Agreement(
        tuple(first + step * n for n in range(len(payments))), tuple(payments), sum(payments) + extra
    ),
    st.integers(0, 30),
    st.integers(1, 40),
    st.lists(st.integers(1, 60_000), min_size=1, max_size=24),
    st.integers(0, 1_000),
)


@given(st.lists(st.tuples(st.none() | plans, st.integers(0, 400_000)), min_size=1, max_size=12))
def test_what_must_hold_of_any_outcome(rne13_card: Rne13Card, drawn: list[tuple[Agreement | None, int]]) -> None:
    cases = [case(id=str(n), assets_minor=assets) for n, (_, assets) in enumerate(drawn)]
    talks = [Talk(Closed.AGREED if plan else Closed.SILENT, plan) for plan, _ in drawn]
    made = record(cases, talks, rne13_card.parameters)
    found = {name: value if value is not None else 0.0 for name, value in metrics_of(made).items()}
    assert found["QRD"] <= found["HRD"] <= found["CD"] <= H
    assert all(0 <= found[name] <= 1 for name in ("DC", "DS", "SRR", "RR", "CRI", "DHI", "CCI", "deal_rate"))
    assert found["SRR"] <= found["deal_rate"]
    assert found["L1D_caused"] >= 0 and found["L2D_caused"] >= 0
    assert found["L2D"] <= found["L1D"]
    assert (made.books.reached[1] <= made.books.reached[2]).all()
    assert (made.books.reached[2] <= made.books.reached[4]).all()
    assert ((made.books.reached[4] <= H) <= (made.books.paid >= made.payable)).all()


def test_intervals_hold_the_figure_and_are_the_same_under_the_same_seed(parameters: Parameters) -> None:
    made = three(parameters)
    one, same, other = (intervals_of(made, resamples(3, seed, 200)) for seed in (7, 7, 8))
    assert one == same != other
    for name, value in metrics_of(made).items():
        pair = one[name]
        assert value is not None and pair is not None
        assert pair[0] - 1e-9 <= value <= pair[1] + 1e-9, name


def test_a_median_over_resamples_is_that_of_the_cases_drawn(parameters: Parameters) -> None:
    made = three(parameters)
    counts = np.array([[2.0, 1, 0], [1, 2, 0], [0, 1, 2], [1, 1, 1]])
    expected = [5, 4, 4, 4.5]
    assert [intervals_of(made, row[np.newaxis, :])["messages_to_agreement"] for row in counts] == [
        (value, value) for value in expected
    ]


def test_a_difference_is_over_the_same_resamples(parameters: Parameters) -> None:
    made = three(parameters)
    assert difference_of(made, made, resamples(3, 1, 100), "CCI") == (0, 0)


def test_segments_cover_every_case_once() -> None:
    cases = [case(id="a", days_past_due=0), case(id="b", days_past_due=95, jurisdiction="CN")]
    for groups in segments_of(cases).values():
        assert np.sum([chosen.astype(int) for chosen in groups.values()], axis=0).tolist() == [1, 1]
    assert list(segments_of(cases)["lateness"]) == ["90+", "current"]


def test_a_segment_has_the_figures_of_its_cases_alone(parameters: Parameters) -> None:
    made = three(parameters)
    chosen = np.array([True, False, False])
    assert metrics_of(made, chosen)["RR"] == pytest.approx(float(Fraction(108_000, 120_000)))
