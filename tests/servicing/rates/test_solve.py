"""The solver: what it returns balances; uniqueness, none, several, zero, negative and huge, each with its answer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from random import Random
from unittest import mock

import numpy_financial as npf
import pytest

from parley.errors import BadInput
from parley.locale import Language
from parley.servicing.rate import Rate
from parley.servicing.rates import solve as solving
from parley.servicing.rates.annual import AnnualRate, Convention, NoRate, NoRateReason
from parley.servicing.rates.cn_annualised import Annualised, annualised
from parley.servicing.rates.eu_annex_i import aprc
from parley.servicing.rates.flow import Flow
from parley.servicing.rates.irr import rate_of_return
from parley.servicing.rates.npv import net_present_value
from parley.servicing.rates.us_appendix_j import apr
from tests.conftest import FULL_SIZE

SAMPLES = 1_000_000 if FULL_SIZE else 3_000
HALF_DIGIT = Fraction(1, 2 * 10**12)


def _random_loan(seed: Random) -> list[Flow]:
    """Advances first, then payments of any size; times in twelfths of a year or unit-periods with a part."""
    flows = [Flow(-seed.randrange(1_000, 10**7), 0)]
    if seed.random() < 0.3:
        flows.append(Flow(seed.randrange(1, 900), 0))
    at: int | Fraction = seed.randrange(1, 24)
    for _ in range(seed.randrange(1, 6)):
        flow = Flow(seed.randrange(1, 10**6), at, seed.randrange(1, 120), seed.choice((1, 1, 2, 3)))
        flows.append(flow)
        at = flow.last + seed.randrange(1, 4)
    return flows


def _worth(flows: list[Flow], rate: Fraction) -> Fraction:
    """Return the plain sum, one amount after the other, in whole numbers only: the reference. Times are whole."""
    growth = 1 + rate
    return sum(
        (
            flow.amount / ((1 + flow.part * rate) * growth ** int(flow.first + flow.step * k))
            for flow in flows
            for k in range(flow.count)
        ),
        Fraction(0),
    )


def test_discounting_back_half_a_digit_to_either_side_misses_the_advance_on_either_side() -> None:
    seed = Random(17)
    for _ in range(SAMPLES // 150):
        flows = _random_loan(seed)[:4]
        rate = apr(flows, 12)
        if isinstance(rate, NoRate):
            continue
        exact = Fraction(rate.percent) / 100
        low, high = (_worth(flows, (exact + shift) / 12) for shift in (-HALF_DIGIT, HALF_DIGIT))
        assert low >= 0 >= high


def test_a_poor_start_moves_no_digit() -> None:
    seed = Random(23)
    year = Fraction(12)
    for _ in range(SAMPLES // 60):
        flows = [Flow(flow.amount, flow.first / year, flow.count, flow.step / year) for flow in _random_loan(seed)]
        quick = aprc(flows)
        with mock.patch.object(solving, "_start", return_value=seed.choice((0, 10**11, -(10**15)))):
            assert aprc(flows) == quick


def test_equal_amounts_one_by_one_are_the_same_as_a_stream() -> None:
    seed = Random(29)
    for _ in range(SAMPLES // 20):
        flows = _random_loan(seed)
        single = [Flow(flow.amount, flow.first + flow.step * k) for flow in flows for k in range(flow.count)]
        assert apr(single, 12) == apr(flows, 12)


def test_a_level_plan_without_fees_costs_its_nominal_rate() -> None:
    seed = Random(31)
    for _ in range(SAMPLES // 4):
        percent = Decimal(seed.randrange(1, 60_000)).scaleb(-3)
        rate, count = Fraction(percent) / 1200, seed.randrange(1, 361)
        payment = rate / (1 - (1 + rate) ** -count)
        found = apr([Flow(-1, 0), Flow(payment, 1, count)], 12)
        assert isinstance(found, AnnualRate)
        assert found.percent == percent


def test_the_simple_and_the_compound_rate_are_of_one_monthly_rate() -> None:
    seed = Random(37)
    for _ in range(SAMPLES // 6):
        flows = _random_loan(seed)
        both, monthly = annualised(flows), apr(flows, 1)
        if isinstance(both, NoRate) or isinstance(monthly, NoRate):
            continue
        exact = Fraction(monthly.percent) / 100
        assert abs(Fraction(both.simple.percent) / 100 - 12 * exact) < Fraction(1, 10**10)
        compound = (1 + exact) ** 12 - 1
        assert abs(Fraction(both.compound.percent) / 100 - compound) < Fraction(1, 10**9) * (1 + compound)


def test_numpy_financial_finds_the_same_rate_of_return() -> None:
    seed = Random(41)
    for _ in range(SAMPLES // 6):
        amounts = [-seed.randrange(100, 10_000), *(seed.randrange(0, 3_000) for _ in range(seed.randrange(2, 12)))]
        found = rate_of_return(amounts)
        theirs = float(npf.irr(amounts))
        if isinstance(found, NoRate):
            assert found.reason is NoRateReason.NOTHING_PAID
            continue
        assert theirs == pytest.approx(float(found.percent) / 100, rel=1e-6, abs=1e-7)


def test_all_rates_of_mixed_flows_are_found() -> None:
    # Made of its own factors: Σ aₖ·v^k with v = 1/(1 + r) is zero at exactly these rates.
    seed = Random(43)
    for _ in range(SAMPLES // 60):
        rates = sorted({Fraction(seed.randrange(-50, 300), 100) for _ in range(seed.randrange(2, 5))})
        amounts = [Fraction(seed.choice((-1, 1)))]
        for rate in rates:
            later = [Fraction(0), *(amount * (1 + rate) for amount in amounts)]
            amounts = [a - b for a, b in zip([*amounts, Fraction(0)], later, strict=True)]
        found = rate_of_return(amounts)
        assert isinstance(found, AnnualRate)
        everything = sorted([found.percent, *found.others])
        assert [Fraction(percent) / 100 for percent in everything] == rates
        expected = min((rate for rate in rates if rate >= 0), default=rates[-1])
        assert Fraction(found.percent) / 100 == expected


# (amounts, rate, others): the first from numpy-financial's documentation, the rest by hand
SEVERAL = [
    ([-5, Fraction(21, 2), 1, -8, 1], "8.8598338528", ["-87.0201247485", "70.9559527686"]),
    ([-100, 100, 0, -7], "-8.3299666185", ["-67.8894373632"]),
    # (1 − 1.1v)(1 − 1.3v): 10 % and 30 %.
    ([-100, 240, -143], "10.0000000000", ["30.0000000000"]),
    # (1 − v)²: the values touch at zero and do not cross.
    ([-1, 2, -1], "0E-10", []),
    # (1 − 0.9v)(1 − 1.2v): one rate below zero, one above.
    ([-100, 210, -108], "20.0000000000", ["-10.0000000000"]),
]


@pytest.mark.parametrize(("amounts", "rate", "others"), SEVERAL)
def test_of_several_rates_the_lowest_not_negative_is_given_with_the_others(
    amounts: list[int | Fraction], rate: str, others: list[str]
) -> None:
    found = rate_of_return(amounts)
    assert found == AnnualRate(Decimal(rate), Convention.RATE_OF_RETURN, tuple(Decimal(one) for one in others))


@pytest.mark.parametrize(
    ("amounts", "reason"),
    [
        ([100, 50], NoRateReason.NOTHING_RECEIVED),
        ([-100, -50], NoRateReason.NOTHING_PAID),
        # 1 − 2v + 1.5v² is positive at every v.
        ([-2, 4, -3], NoRateReason.NEVER_EQUAL),
        ([-1, 10**20], NoRateReason.BEYOND_ALL_BOUNDS),
    ],
)
def test_without_a_rate_the_reason_is_said(amounts: list[int], reason: NoRateReason) -> None:
    found = rate_of_return(amounts)
    assert found == NoRate(reason, Convention.RATE_OF_RETURN)
    assert all(found.text(language) for language in Language)


@pytest.mark.parametrize(
    ("amounts", "rate"),
    [
        ([-100, 50, 50], "0E-10"),
        ([-100, 1], "-99.0000000000"),
        ([-1, 0, 0, 10**18], "99999900.0000000000"),
        ([-(10**15), 1], "-100.0000000000"),
        ([100, -110], "10.0000000000"),
        ([-(10**12), 10**12 + 1], "1E-10"),
    ],
)
def test_zero_negative_and_huge_rates_are_exact(amounts: list[int], rate: str) -> None:
    found = rate_of_return(amounts)
    assert isinstance(found, AnnualRate)
    assert found.percent == Decimal(rate)


@pytest.mark.parametrize("start", [-1, 0, 1, 10**11])
def test_half_of_the_last_digit_goes_away_from_zero_whatever_the_start(start: int) -> None:
    with mock.patch.object(solving, "_start", return_value=start):
        for more, rate in ((1, "1E-10"), (-1, "-1E-10"), (3, "2E-10"), (-3, "-2E-10")):
            found = rate_of_return([-2 * 10**12, 2 * 10**12 + more])
            assert isinstance(found, AnnualRate)
            assert found.percent == Decimal(rate)


def test_simple_interest_of_parts_is_known_where_flows_are_mixed() -> None:
    # At 10 % a unit-period: 100 now; 60 paid at ½, a second 50 drawn at 1½, the rest at 2¼. By hand.
    i = Fraction(1, 10)
    rest = (100 - 60 / (1 + i / 2) + 50 / ((1 + i / 2) * (1 + i))) * (1 + i / 4) * (1 + i) ** 2
    half, quarter = Fraction(1, 2), Fraction(1, 4)
    flows = [Flow(-100, 0), Flow(60, 0, part=half), Flow(-50, 1, part=half), Flow(rest, 2, part=quarter)]
    found = apr(flows, 1)
    assert isinstance(found, AnnualRate)
    assert Decimal("10.0000000000") in {found.percent, *found.others}


def test_a_fee_of_the_whole_advance_leaves_nothing_to_rate() -> None:
    assert aprc([Flow(-100, 0), Flow(100, 0), Flow(5, 1)]) == NoRate(NoRateReason.NEVER_EQUAL, Convention.EU_ANNEX_I)


def test_what_no_credit_has_is_refused() -> None:
    with pytest.raises(BadInput):
        Flow(1, 0, 0)
    with pytest.raises(BadInput):
        Flow(1, 10**6)
    with pytest.raises(BadInput):
        Flow(1, 0, 2, 0)
    with pytest.raises(BadInput):
        Flow(1, 0, part=2)
    with pytest.raises(BadInput):
        apr([], 12)
    with pytest.raises(BadInput):
        rate_of_return([0, 0])
    with pytest.raises(BadInput):
        rate_of_return([(-1) ** k * (k + 1) for k in range(100)])


def test_a_rate_is_never_shown_without_its_convention() -> None:
    rate = AnnualRate(Decimal("6.4344124888"), Convention.EU_ANNEX_I)
    assert rate.text(Language.EN, 1) == "6.4% APRC (European Union, effective)"
    assert rate.text(Language.ZH_HANS, 1) == "年费用率 APRC（欧盟，复利）6.4%"
    assert rate.text(Language.ZH_HANT, 1) == "年費用率 APRC（歐盟，複利）6.4%"
    labels = {convention.label(language) for convention in Convention for language in Language}
    assert len(labels) == 3 * len(Convention)


def test_chinese_rates_name_simple_and_compound() -> None:
    both = annualised([Flow(-10_000_00, 0), Flow(Fraction(10_000_00, 24) + 60_00, 1, 24)])
    assert isinstance(both, Annualised)
    assert both.simple.text(Language.ZH_HANS, 4) == "年化利率（单利）13.2656%"
    assert both.compound.text(Language.ZH_HANS, 4) == "年化利率（复利）14.1026%"


def test_net_present_value_is_the_sum_of_discounted_payments() -> None:
    seed = Random(47)
    for _ in range(SAMPLES // 4):
        payments = [seed.randrange(0, 10**6) for _ in range(seed.randrange(1, 60))]
        rate = Rate.of_percent(Decimal(seed.randrange(0, 50_000)).scaleb(-3))
        exact = sum((payment / (1 + rate.per_year / 12) ** k for k, payment in enumerate(payments, 1)), Fraction(0))
        assert abs(net_present_value(payments, rate) - exact) <= Fraction(1, 2)
        theirs = npf.npv(float(rate.per_year / 12), [0, *payments])
        assert theirs == pytest.approx(float(exact), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("periods", [0, -12])
def test_a_year_without_periods_is_refused(periods: int) -> None:
    flows = [Flow(-1_000, 0), Flow(1_100, 1)]
    ways: list[Callable[[], object]] = [
        lambda: apr(flows, periods),
        lambda: annualised(flows, periods),
        lambda: net_present_value([1_100], Rate.of_percent(5), periods),
    ]
    for way in ways:
        with pytest.raises(BadInput, match="more than no periods"):
            way()
