"""Day counts: figures printed by others, QuantLib row by row, and what must hold of every convention."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
import QuantLib as ql  # noqa: N813 - the name its own documents use
from hypothesis import example, given
from hypothesis import strategies as st

from parley.errors import BadInput
from parley.servicing.daycount import DayCount, day_count, year_fraction

ORACLES = {
    DayCount.THIRTY_360_BOND: ql.Thirty360(ql.Thirty360.BondBasis),
    DayCount.THIRTY_360_US: ql.Thirty360(ql.Thirty360.USA),
    DayCount.THIRTY_E_360: ql.Thirty360(ql.Thirty360.European),
    DayCount.ACTUAL_365F: ql.Actual365Fixed(),
    DayCount.ACTUAL_360: ql.Actual360(),
    DayCount.ACTUAL_364: ql.Actual364(),
    DayCount.ACTUAL_ACTUAL_ISDA: ql.ActualActual(ql.ActualActual.ISDA),
}
# Ends of months are where conventions differ; QuantLib's calendar ends in 2199.
_any_day = st.dates(date(1950, 1, 1), date(2150, 12, 31))
_month_end = _any_day.map(lambda day: day.replace(day=1) - timedelta(days=1))
_days = st.one_of(_any_day, _month_end)


def test_every_convention_has_its_oracle() -> None:
    assert set(ORACLES) == set(DayCount)


@pytest.mark.parametrize("convention", DayCount)
@given(_days, _days)
@example(date(2024, 2, 29), date(2024, 8, 31))
@example(date(2025, 2, 28), date(2028, 2, 29))
@example(date(2024, 12, 31), date(2025, 1, 1))
def test_quantlib_says_the_same(convention: DayCount, one: date, other: date) -> None:
    start, end = sorted((one, other))
    exact = year_fraction(start, end, convention)
    theirs = ORACLES[convention].yearFraction(*(ql.Date(day.day, day.month, day.year) for day in (start, end)))
    # Theirs is a binary fraction of up to 200 years: half a millionth of a day is room enough.
    assert abs(Fraction(theirs) - exact) < Fraction(1, 10**9)


# (start, end, 30/360 bond, 30/360 US, 30E/360, actual, actual/actual ISDA), counted by hand
COUNTED = [
    (date(2024, 1, 31), date(2024, 2, 29), 29, 29, 29, 29, Fraction(29, 366)),
    (date(2025, 8, 31), date(2026, 2, 28), 178, 178, 178, 181, Fraction(181, 365)),
    # From the last day of February the three kinds of thirty differ.
    (date(2025, 2, 28), date(2025, 8, 31), 183, 180, 182, 184, Fraction(184, 365)),
    (date(2024, 2, 29), date(2025, 2, 28), 359, 360, 359, 365, Fraction(307, 366) + Fraction(58, 365)),
    # A 31st at the end counts as the 30th always in Europe, elsewhere only after a 30th or 31st.
    (date(2025, 1, 15), date(2025, 3, 31), 76, 76, 75, 75, Fraction(75, 365)),
    (date(2025, 1, 30), date(2025, 3, 31), 60, 60, 60, 60, Fraction(60, 365)),
    (date(2023, 7, 1), date(2025, 7, 1), 720, 720, 720, 731, Fraction(184, 365) + 1 + Fraction(181, 365)),
    (date(2026, 5, 5), date(2026, 5, 5), 0, 0, 0, 0, Fraction(0)),
]


@pytest.mark.parametrize(("start", "end", "bond", "us", "european", "actual", "isda"), COUNTED)
def test_days_are_those_counted_by_hand(
    start: date, end: date, bond: int, us: int, european: int, actual: int, isda: Fraction
) -> None:
    found = {name: year_fraction(start, end, name) for name in DayCount}
    assert found == {
        DayCount.THIRTY_360_BOND: Fraction(bond, 360),
        DayCount.THIRTY_360_US: Fraction(us, 360),
        DayCount.THIRTY_E_360: Fraction(european, 360),
        DayCount.ACTUAL_365F: Fraction(actual, 365),
        DayCount.ACTUAL_360: Fraction(actual, 360),
        DayCount.ACTUAL_364: Fraction(actual, 364),
        DayCount.ACTUAL_ACTUAL_ISDA: isda,
    }


@given(_days, _days, _days)
def test_actual_periods_add_up(one: date, two: date, three: date) -> None:
    first, middle, last = sorted((one, two, three))
    for convention in (DayCount.ACTUAL_365F, DayCount.ACTUAL_360, DayCount.ACTUAL_364, DayCount.ACTUAL_ACTUAL_ISDA):
        parts = year_fraction(first, middle, convention) + year_fraction(middle, last, convention)
        assert parts == year_fraction(first, last, convention)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("30/360", DayCount.THIRTY_360_BOND),
        ("30/360 US (bond basis)", DayCount.THIRTY_360_BOND),
        ("30/360 US", DayCount.THIRTY_360_US),
        ("30E/360", DayCount.THIRTY_E_360),
        ("actual/365 fixed", DayCount.ACTUAL_365F),
        ("actual/365", DayCount.ACTUAL_365F),
        ("Act/365F", DayCount.ACTUAL_365F),
        ("ACT/360", DayCount.ACTUAL_360),
        ("actual/364", DayCount.ACTUAL_364),
        ("Actual/Actual (ISDA)", DayCount.ACTUAL_ACTUAL_ISDA),
        ("act/act ISDA", DayCount.ACTUAL_ACTUAL_ISDA),
    ],
)
def test_names_of_contracts_are_understood(name: str, meant: DayCount) -> None:
    assert day_count(name) is meant


@pytest.mark.parametrize("convention", DayCount)
def test_its_own_name_is_understood(convention: DayCount) -> None:
    assert day_count(convention) is convention


@pytest.mark.parametrize("name", ["", "30/365", "actual", "actual/365.25", "business/252"])
def test_unknown_name_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(BadInput, match="30E/360") as refused:
        day_count(name)
    assert "actual/actual ISDA" in refused.value.zh


@pytest.mark.parametrize("convention", DayCount)
def test_period_does_not_run_backwards(convention: DayCount) -> None:
    with pytest.raises(BadInput, match="before it starts"):
        year_fraction(date(2026, 2, 1), date(2026, 1, 31), convention)
