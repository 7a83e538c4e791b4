"""The examples of 12 CFR 1026 Appendix J (c), from their dates: unit-period, its parts, and the printed rate.

Figures and dates as cited by simontreanor/FSharp.Finance.Personal, tests/AprUsActuarialTests.fs, of the CFPB's page;
(c)(6)(iii) from memory.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import pytest

from parley.errors import BadInput
from parley.servicing.periods import Every, Unit, days_from
from parley.servicing.rates.annual import AnnualRate, Convention
from parley.servicing.rates.flow import Flow
from parley.servicing.rates.intervals import Dated
from parley.servicing.rates.unit_period import unit_period, unit_periods
from parley.servicing.rates.us_appendix_j import apr, apr_of_dates, counted_by_dates


class Run(NamedTuple):
    amount: int
    first: date
    every: Every = Every(1, Unit.MONTH)
    times: int = 1


MONTH, WEEK, HALF = Every(1, Unit.MONTH), Every(1, Unit.WEEK), Every(1, Unit.SEMIMONTH)
FOUR_WEEKS, FORTNIGHT, QUARTER = Every(4, Unit.WEEK), Every(2, Unit.WEEK), Every(3, Unit.MONTH)
TWO_MONTHS = Every(2, Unit.MONTH)

# (paragraph, advance, on, payments, unit-period, whole and part to the first payment, APR)
EXAMPLES = [
    ("(c)(1)(i)", 500_000, date(1978, 1, 10), [Run(23_000, date(1978, 2, 10), MONTH, 24)], MONTH, (1, 0), "9.69"),
    ("(c)(1)(ii)", 600_000, date(1978, 2, 10), [Run(20_000, date(1978, 4, 1), MONTH, 36)],
     MONTH, (1, "19/30"), "11.82"),
    ("(c)(1)(iii)", 500_000, date(1978, 2, 23), [Run(21_917, date(1978, 3, 1), HALF, 24)], HALF, (0, "6/15"), "10.34"),
    ("(c)(1)(iv)", 1_000_000, date(1978, 5, 23), [Run(38_500, date(1978, 10, 1), QUARTER, 40)],
     QUARTER, (1, "39/90"), "8.97"),
    ("(c)(1)(v)", 50_000, date(1978, 3, 20), [Run(1_760, date(1978, 4, 21), WEEK, 30)], WEEK, (4, "4/7"), "14.96"),
    ("(c)(2)(i)", 500_000, date(1978, 1, 10),
     [Run(25_000, date(1978, 2, 10)), Run(23_000, date(1978, 3, 10), MONTH, 23)], MONTH, (1, 0), "10.08"),
    ("(c)(2)(ii)", 40_000, date(1978, 3, 18),
     [Run(3_950, date(1978, 4, 20)), Run(3_831, date(1978, 5, 18), FOUR_WEEKS, 11)], FOUR_WEEKS, (1, "5/28"), "28.50"),
    ("(c)(3)(i)", 500_000, date(1978, 1, 10),
     [Run(23_000, date(1978, 2, 10), MONTH, 23), Run(28_000, date(1980, 1, 10))], MONTH, (1, 0), "10.50"),
    ("(c)(3)(ii)", 20_000, date(1978, 4, 3),
     [Run(950, date(1978, 4, 11), FORTNIGHT, 19), Run(3_000, date(1979, 1, 2))], FORTNIGHT, (0, "8/14"), "12.22"),
    ("(c)(4)(i)", 500_000, date(1978, 1, 10),
     [Run(25_000, date(1978, 2, 10)), Run(23_000, date(1978, 3, 10), MONTH, 22), Run(28_000, date(1980, 1, 10))],
     MONTH, (1, 0), "10.90"),
    ("(c)(4)(ii)", 800_000, date(1978, 1, 10),
     [Run(44_936, date(1978, 3, 1)), Run(46_500, date(1978, 5, 1), TWO_MONTHS, 18), Run(20_000, date(1981, 5, 1))],
     TWO_MONTHS, (0, "52/60"), "7.30"),
    ("(c)(5)(i)", 100_000, date(1978, 1, 3), [Run(108_000, date(1978, 9, 15))],
     Every(255, Unit.DAY), (1, 0), "11.45"),
    ("(c)(6)(iii)", 100_000, date(1978, 1, 17), [Run(113_519, date(1979, 7, 17))],
     Every(1, Unit.YEAR), (1, "6/12"), "8.76"),
]  # fmt: skip


def _dated(advance: int, on: date, runs: list[Run]) -> list[Dated]:
    payments = [
        Dated(day, run.amount) for run in runs for day in days_from(run.first, run.every, run.times, run.first.day)
    ]
    return [Dated(on, -advance), *payments]


@pytest.mark.parametrize("example", [pytest.param(one, id=one[0]) for one in EXAMPLES])
def test_the_examples_of_the_appendix_come_out_from_their_dates(
    example: tuple[str, int, date, list[Run], Every, tuple[int, int | str], str],
) -> None:
    _, advance, on, runs, every, (whole, part), printed = example
    dated = _dated(advance, on, runs)
    found = unit_period(on, [on], [flow.day for flow in dated[1:]])
    assert found == every
    assert unit_periods(on, dated[1].day, found) == (whole, Fraction(part))
    rate = apr_of_dates(dated)
    assert isinstance(rate, AnnualRate)
    assert rate.convention is Convention.US_APPENDIX_J
    assert rate.rounded(2) == Decimal(printed)


# (what, start, payments, unit-period): the rules of (b)(3) and (b)(4) by hand
COMMON = [
    ("months, the last day of each", date(2025, 1, 31), ["2025-02-28", "2025-03-31", "2025-04-30"], MONTH),
    ("months on the 30th over February", date(2025, 1, 30), ["2025-02-28", "2025-03-30", "2025-04-30"], MONTH),
    ("a skipped month changes nothing", date(2025, 1, 10),
     ["2025-02-10", "2025-03-10", "2025-05-10", "2025-06-10"], MONTH),
    ("as often weeks as fortnights: the shorter", date(2025, 1, 1),
     ["2025-01-08", "2025-01-15", "2025-01-29", "2025-02-12"], WEEK),
    ("four weeks, one of them over a short February", date(2025, 1, 31),
     ["2025-02-28", "2025-03-28", "2025-04-25"], FOUR_WEEKS),
    ("the 15th and the last", date(2025, 1, 15), ["2025-01-31", "2025-02-15", "2025-02-28", "2025-03-15"], HALF),
    ("no interval twice: the average, 40 days, is nearest six weeks", date(2025, 1, 1),
     ["2025-02-05", "2025-03-22"], Every(6, Unit.WEEK)),
    ("no interval twice: the average, ten days and a half, is as near to one week as to two", date(2025, 1, 1),
     ["2025-01-11", "2025-01-22"], WEEK),
    ("years", date(2025, 1, 1), ["2026-01-01", "2027-01-01"], Every(1, Unit.YEAR)),
    ("every ten days", date(2025, 1, 1), ["2025-01-11", "2025-01-21", "2025-01-31"], Every(10, Unit.DAY)),
]  # fmt: skip


@pytest.mark.parametrize(("start", "days", "every"), [pytest.param(*one[1:], id=one[0]) for one in COMMON])
def test_the_unit_period_is_the_commonest_interval(start: date, days: list[str], every: Every) -> None:
    assert unit_period(start, [start], [date.fromisoformat(day) for day in days]) == every


# (start, end, unit-period, whole, part): counted back from the later day by hand
COUNTED = [
    (date(2025, 1, 20), date(2025, 3, 5), MONTH, 1, "16/30"),
    (date(2025, 1, 31), date(2025, 2, 28), MONTH, 1, "0"),
    (date(2025, 1, 20), date(2025, 3, 5), HALF, 3, "1/15"),
    (date(2025, 1, 20), date(2025, 6, 5), QUARTER, 1, "46/90"),
    (date(2025, 1, 20), date(2025, 3, 5), WEEK, 6, "2/7"),
    (date(2025, 1, 20), date(2025, 3, 5), Every(1, Unit.DAY), 44, "0"),
    (date(2025, 1, 20), date(2027, 5, 20), Every(1, Unit.YEAR), 2, "4/12"),
    (date(2025, 1, 20), date(2027, 5, 21), Every(1, Unit.YEAR), 2, "121/365"),
]


@pytest.mark.parametrize(("start", "end", "every", "whole", "part"), COUNTED)
def test_unit_periods_are_counted_back_from_the_later_day(
    start: date, end: date, every: Every, whole: int, part: str
) -> None:
    assert unit_periods(start, end, every) == (whole, Fraction(part))


def test_a_single_payment_in_whole_months_has_a_unit_period_of_those_months() -> None:
    counted, year = counted_by_dates([Dated(date(2025, 1, 31), -100), Dated(date(2025, 6, 30), 110)])
    assert (counted[1].first, counted[1].part, year) == (1, 0, Fraction(12, 5))


def test_advances_after_the_first_are_discounted_too() -> None:
    # By hand: at 1 % a month 1,000 now and 1,000 a month later grow to 2,040.1 + ... = 1000·1.01² + 1000·1.01 = 2030.1.
    rate = apr([Flow(-10_000_00, 0, 2), Flow(20_301_00, 2)], 12)
    assert isinstance(rate, AnnualRate) and rate.percent == Decimal("12.0000000000")


def test_what_has_no_term_or_no_payment_is_refused() -> None:
    day = date(2025, 1, 1)
    with pytest.raises(BadInput):
        apr_of_dates([Dated(day, -100)])
    with pytest.raises(BadInput):
        apr_of_dates([Dated(day, -100), Dated(day, 110)])
    with pytest.raises(BadInput):
        apr_of_dates([Dated(day, -100), Dated(date(2024, 12, 1), 110)])
    with pytest.raises(BadInput):
        apr([Flow(-100, 0), Flow(110, 1)], 0)
