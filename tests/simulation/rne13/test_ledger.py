"""What the days bring, against the same days written out one by one."""

from __future__ import annotations

from fractions import Fraction

import pytest

from parley.simulation.rne13.agreement import Agreement
from parley.simulation.rne13.card import Parameters, Rne13Card
from parley.simulation.rne13.case import BorrowerCase, IncomeEvery, Shock
from parley.simulation.rne13.generate import Generator
from parley.simulation.rne13.ledger import NEVER, Households, live
from tests.simulation.rne13.conftest import case

YEAR = 365


@pytest.fixture
def parameters(rne13_card: Rne13Card) -> Parameters:
    return rne13_card.parameters.but("slip_bps", 0)


def by_hand(one: BorrowerCase, plan: Agreement | None, horizon: int) -> dict[str, object]:
    """Live one borrower's days with plain whole numbers and exact fractions."""
    held, paid, misses, low, very_low = one.assets_minor, 0, 0, 0, 0
    firsts: dict[int, int] = {}
    months: list[Fraction] = []
    dues = dict(zip(plan.days, plan.payments_minor, strict=True)) if plan else {}
    for day in range(horizon + 1):
        income = one.income_minor * 12 * (day + 1) // YEAR - one.income_minor * 12 * day // YEAR
        if one.shock and one.shock.start_day <= day < one.shock.start_day + one.shock.days:
            income = income * one.shock.income_bps // 10_000
        spent = one.essential_minor + one.other_debt_minor
        held = max(0, held + income - (spent * 12 * (day + 1) // YEAR - spent * 12 * day // YEAR))
        if day in dues and misses < 2:
            if held >= dues[day]:
                held, paid = held - dues[day], paid + dues[day]
            else:
                misses += 1
        for quarters in (1, 2, 4):
            if plan and paid * 4 >= plan.total_minor * quarters:
                firsts.setdefault(quarters, day)
        a_day = Fraction(one.essential_minor * 12, YEAR)
        low += held < 30 * a_day
        very_low += held < 7 * a_day
        months.append(held / (30 * a_day))
    mean = sum(months) / len(months)
    return {
        "paid": paid,
        "broken": misses >= 2,
        "low": low,
        "very_low": very_low,
        "variance": float(sum((each - mean) ** 2 for each in months) / len(months)),
        "firsts": tuple(firsts.get(quarters, NEVER) for quarters in (1, 2, 4)),
    }


PLANS = [
    None,
    Agreement((14, 44, 74, 104), (30_000, 30_000, 30_000, 30_001), 120_000),
    Agreement((14, 44, 74, 104), (45_000, 45_000, 20_000, 10_000), 120_000),
    Agreement((0,), (120_000,), 120_000),
    Agreement(tuple(range(14, 14 + 30 * 24, 30)), (5_000,) * 24, 120_000),
]
SHOCKED = [None, Shock(20, 90, 5_000), Shock(0, 734, 0)]


@pytest.mark.parametrize("shock", SHOCKED)
@pytest.mark.parametrize("plan", PLANS)
def test_the_days_are_those_written_out_by_hand(
    plan: Agreement | None, shock: Shock | None, parameters: Parameters
) -> None:
    one = case(shock=shock, assets_minor=10_000)
    books = live(Households([one], parameters, 1), [[plan]])[0]
    want = by_hand(one, plan, parameters.horizon_days)
    assert (books.paid[0], books.broken[0]) == (want["paid"], want["broken"])
    assert (books.low_days[0], books.very_low_days[0]) == (want["low"], want["very_low"])
    assert books.variance[0] == pytest.approx(want["variance"])
    assert tuple(books.reached[quarters][0] for quarters in (1, 2, 4)) == want["firsts"]


def test_what_is_paid_later_is_worth_less(parameters: Parameters) -> None:
    plan = Agreement((0, 365), (60_000, 60_000), 120_000)
    rich = case(assets_minor=10**9)
    books = live(Households([rich], parameters.but("lender_rate_bps", 1_000), 1), [[plan]])[0]
    assert books.worth[0] == pytest.approx(0.5 + 0.5 / 1.1)


def test_a_second_miss_ends_the_payments(parameters: Parameters) -> None:
    poor = case(income_minor=170_000, assets_minor=30_000)
    plan = Agreement((1, 31, 61, 91), (30_000, 40_000, 40_000, 1), 120_000)
    books = live(Households([poor], parameters, 1), [[plan]])[0]
    assert (books.paid[0], books.broken[0], books.reached[1][0]) == (30_000, True, 1)


def test_a_slip_is_the_same_under_every_plan_and_rarer_for_a_light_one(parameters: Parameters) -> None:
    certain = parameters.but("slip_bps", 10_000)
    heavy, light = Agreement((14,), (30_000,), 30_000), Agreement((14,), (15_000,), 15_000)
    cases = [case(id=f"c-{number}", assets_minor=10**9) for number in range(400)]
    households = Households(cases, certain.but("slip_elasticity_percent", 100), 1)
    missed = [books.paid == 0 for books in live(households, [[heavy] * len(cases), [light] * len(cases)])]
    assert missed[0].all()
    assert 0.4 < missed[1].mean() < 0.6
    (again,) = live(Households(cases, certain.but("slip_elasticity_percent", 100), 1), [[light] * len(cases)])
    assert ((again.paid == 0) == missed[1]).all()


def test_irregular_income_moves_by_month_and_keeps_its_mean(parameters: Parameters) -> None:
    cases = [case(id=f"c-{n}", income_every=IncomeEvery.IRREGULAR, assets_minor=10**9) for n in range(200)]
    flow = Households(cases, parameters, 1).flow
    steady = Households([case()], parameters, 1).flow
    assert abs(int(flow[:720].sum() // 200) - int(steady[:720].sum())) < 200_000 * 24 // 50
    assert len({int(flow[:30, column].sum()) for column in range(200)}) > 5


def test_generators_have_their_names() -> None:
    assert list(Generator) == ["a", "b"]
