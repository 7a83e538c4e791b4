"""Prices of many plans: figures from outside, equality with the scalar schedule, and no plan beyond 64 bits unseen."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from parley.errors import BadInput
from parley.servicing.interest import Frequency
from parley.servicing.pricing.plans import CLOCKS
from parley.servicing.pricing.prices import price
from parley.servicing.pricing.singly import price_singly
from parley.servicing.products.loan import LoanSchedule
from parley.servicing.products.terms import UnpaidInterest
from tests.conftest import FULL_SIZE
from tests.servicing.pricing.portfolios import One, extreme, plan_of, plans_of, scalar_schedule, usual
from tests.servicing.test_schedule import LEVEL_FIGURES

CURRENCIES = {0: "JPY", 2: "USD", 3: "KWD"}
CAPITALISED, ADDED_ONCE, HELD = UnpaidInterest.CAPITALISED, UnpaidInterest.ADDED_ONCE, UnpaidInterest.HELD


def plain(principal: int, rate_bps: int, payments: int) -> One:
    return One(principal, 0, payments, rate_bps, 0, 0, 0, CAPITALISED, 30, 0)


def test_level_plans_have_the_published_figures_side_by_side() -> None:
    rows = [row[1:] for row in LEVEL_FIGURES]
    prices = price(plans_of([plain(balance, rate, payments) for balance, rate, payments, *_ in rows]))
    assert prices.instalment_minor.tolist() == [level for _, _, _, level, *_ in rows]
    assert prices.count.tolist() == [made for *_, made, _ in rows]
    told = zip(rows, prices.last_minor.tolist(), prices.interest_minor.tolist(), strict=True)
    for (_, _, _, _, last, _, interest), got_last, got_interest in told:
        assert last in {None, got_last}
        assert interest in {None, got_interest}


# Sources: the cases of these names in plan-maths.yaml.
@pytest.mark.parametrize(
    ("one", "instalment", "last"),
    [
        (One(500_000, 0, 15, 2_400, 0, 0, 3, CAPITALISED, 30, 0), 50_174, 50_171),
        (One(500_000, 0, 15, 2_400, 0, 0, 3, HELD, 30, 0), 47_280, 77_278),
        (One(1_000_000, 0, 24, 1_200, 0, 0, 0, CAPITALISED, 30, 400_000), 32_244, 432_247),
    ],
    ids=["plan-holiday-3-monthly", "plan-holiday-3-deferred", "plan-balloon-24"],
)
def test_deferral_and_balloon_have_the_published_figures(one: One, instalment: int, last: int) -> None:
    prices = price(plans_of([one]))
    assert (int(prices.instalment_minor[0]), int(prices.last_minor[0])) == (instalment, last)


def test_every_lever_by_hand() -> None:
    # 1,000.00 and 50.00 of charges at 12 %, in 3 payments; 100.00 written down, 30.00 waived: 920.00 are repaid.
    # The first is left out after 45 days: 920.00 × 1.5 % = 13.80, added to the balance once: 933.80.
    # Two payments and a balloon of 300.00: (933.80 × 1.0201 − 300) / 2.01 = 324.661…
    # 933.80 + 9.34 − 324.66 = 618.48; and 618.48 + 6.18 = 624.66, that is 324.66 and the balloon.
    prices = price(plans_of([One(100_000, 5_000, 3, 1_200, 10_000, 3_000, 1, ADDED_ONCE, 45, 30_000)]))
    figures = {name: getattr(prices, name).tolist() for name in prices.__slots__}
    assert figures == {
        "instalment_minor": [32_466],
        "last_minor": [62_466],
        "largest_minor": [62_466],
        "count": [3],
        "payments": [2],
        "total_minor": [94_932],
        "interest_minor": [2_932],
        "forgiven_minor": [13_000],
        "is_growing": [False],
    }


def test_interest_of_a_long_first_period_above_the_instalment_is_said() -> None:
    # 100,000.00 at 12 % in 600 payments: 1,000.00 a month is interest, 1,500.00 of the first 45 days.
    prices = price(plans_of([One(10_000_000, 0, 600, 1_200, 0, 0, 0, CAPITALISED, days, 0) for days in (30, 45)]))
    assert prices.is_growing.tolist() == [False, True]


def test_a_last_payment_alone_never_grows_the_debt() -> None:
    # 2 at 10,000 %, one day: interest 0.56 becomes 1, capitalised; so the payment's interest is 25, above the exact
    # instalment (2 × 1.2777… × 9.33… = 23.85): it asks for all there is all the same.
    prices = price(plans_of([One(2, 0, 2, 1_000_000, 0, 0, 1, CAPITALISED, 1, 0)]))
    assert prices.last_minor.tolist() == [28]
    assert prices.is_growing.tolist() == [False]


def test_rounding_may_end_a_plan_early_and_the_count_says_so() -> None:
    # 0.11 in 7 payments is 0.02 × 5 and 0.01; 3 yen in 7 are 3 × 1.
    prices = price(plans_of([plain(11, 0, 7), plain(3, 0, 7), plain(11, 0, 1)]))
    assert prices.count.tolist() == [6, 3, 1]
    assert prices.last_minor.tolist() == [1, 1, 11]
    assert prices.instalment_minor.tolist() == [2, 1, 11]


def test_no_plans_have_no_prices() -> None:
    assert len(price(plans_of([]))) == 0


def test_columns_equal_the_schedule_of_each_plan_in_any_currency_and_step() -> None:
    for frequency in Frequency:
        for decimals, currency in CURRENCIES.items():
            random = Random(f"usual/{frequency}/{decimals}")
            ones = [usual(random, frequency, decimals) for _ in range(100_000 if FULL_SIZE else 300)]
            _same(ones, [scalar_schedule(one, frequency, currency) for one in ones], frequency)


def test_columns_equal_the_schedule_of_each_plan_at_the_corners() -> None:
    random = Random("corners")
    refused = _same_or_refused([extreme(random) for _ in range(300_000 if FULL_SIZE else 1_000)])
    assert refused
    for one in refused[:1_000]:
        with pytest.raises(BadInput, match="beyond any consumer's debt"):
            price(plans_of([one]))


def test_balances_around_the_largest_that_fits_64_bits_are_priced_right() -> None:
    # 2 × balance × rate × days stays below 2**63 up to these balances; a deferral lets them grow past it.
    ones = []
    for rate_bps, first_days in ((4_000, 30), (50_000, 366), (1_000_000, 30), (1_000_000, 366)):
        fits = (2**63 - 1) // (2 * rate_bps * first_days)
        for amount in (fits // 10_000, fits // 90, fits // 9, fits - 1, fits, fits + 1, 2 * fits, 3 * fits):
            ones += [
                One(min(amount, 4 * 10**14), 0, payments, rate_bps, 0, 0, deferred, mode, first_days, 0)
                for payments, deferred in ((1, 0), (2, 0), (6, 0), (6, 2), (40, 1))
                for mode in UnpaidInterest
            ]
    assert len(_same_or_refused(ones)) < len(ones) // 4


def test_columns_equal_whole_numbers_of_any_size_plan_by_plan() -> None:
    # The oracle is slow; this loop, proven equal to it above by the columns, is not: more samples.
    for frequency in Frequency:
        random = Random(f"singly/{frequency}")
        ones = [usual(random, frequency, 2) for _ in range(1_000_000 if FULL_SIZE else 2_000)]
        prices = price(plans_of(ones, frequency))
        figures = (prices.instalment_minor, prices.last_minor, prices.count, prices.total_minor, prices.is_growing)
        singly = [tuple(price_singly(plan_of(one), CLOCKS[frequency])) for one in ones]
        assert list(zip(*(figure.tolist() for figure in figures), strict=True)) == singly


def test_instalments_near_a_half_of_a_minor_unit_are_rounded_right() -> None:
    # Exactly a half: 5 payments without interest leave multiples of a fifth, 2 and 6 leave halves. And of a hundred
    # thousand amounts at 7.35 % in 37 payments, those whose exact instalment lies nearest to a half.
    halves = [plain(2 * k + 1, 0, 2) for k in range(1, 50)] + [plain(6 * k + 3, 0, 6) for k in range(1, 50)]
    whole, rate = 120_000, 735
    up, down = rate * (whole + rate) ** 37, whole * ((whole + rate) ** 37 - whole**37)
    near = sorted(range(10_000_000, 10_100_000), key=lambda amount: abs(2 * (amount * up % down) - down))[:100]
    prices = price(plans_of([*halves, *[plain(amount, rate, 37) for amount in near]]))
    expected = [(one.principal + one.payments // 2) // one.payments for one in halves]
    expected += [(2 * amount * up + down) // (2 * down) for amount in near]
    assert prices.instalment_minor.tolist() == expected


def _same_or_refused(ones: Sequence[One]) -> list[One]:
    """Compare the plans that the scalar schedule has; return those it refuses."""
    kept, schedules, refused = [], [], []
    for one in ones:
        try:
            schedules.append(scalar_schedule(one, Frequency.MONTHLY, "USD"))
        except BadInput:
            refused.append(one)
        else:
            kept.append(one)
    _same(kept, schedules, Frequency.MONTHLY)
    return refused


def _same(ones: Sequence[One], schedules: Sequence[LoanSchedule], frequency: Frequency) -> None:
    prices = price(plans_of(ones, frequency))
    columns = [getattr(prices, name).tolist() for name in prices.__slots__]
    for one, schedule, *got in zip(ones, schedules, *columns, strict=True):
        paid = [row.payment_minor for row in schedule.rows][one.deferred :]
        assert got == [
            paid[0],
            schedule.last_minor,
            max(paid),
            schedule.count,
            schedule.payments,
            schedule.total_minor,
            schedule.interest_minor,
            one.write_down + one.waiver,
            any(row.capitalised_minor for row in schedule.rows[one.deferred :]),
        ], one
