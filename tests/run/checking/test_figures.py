from __future__ import annotations

from decimal import Decimal

import pytest

from parley.run.checking.expectations import expectations, places_of, squeeze
from parley.run.checking.figures import figures
from tests.run.checking.world import day


@pytest.mark.parametrize(
    ("text", "amounts", "rates", "numbers"),
    [
        ("$1,240.00", "1240.00", "", ""),
        ("HK$60, NT$1,200", "60 1200", "", ""),
        ("60.50 INR and 5 PHP", "60.50 5", "", ""),
        ("481.14元 人民幣500元 30美元", "481.14 500 30", "", ""),
        ("22期×481.14元，年化(单利)6.00%", "481.14", "6.00", "22"),
        ("58.27 x 23, 7.90% APR", "58.27", "7.90", "23"),
        ("from Dec 5, 2026 and dec 28", "", "", ""),
        ("12月5日起，2026年12月28日", "", "", ""),
        ("call 800-555-0100, 8-20", "", "", ""),
        ("total 1,340.32. 2) 58.37", "1340.32 58.37", "", "2"),
        ("£60.００ in full width", "60.00", "", ""),
        ("no figures at all", "", "", ""),
    ],
)
def test_figures_are_read_by_their_look(text: str, amounts: str, rates: str, numbers: str) -> None:
    found = figures(text)
    assert [found.amounts, found.rates, found.numbers] == [
        tuple(map(Decimal, listed.split())) for listed in (amounts, rates, numbers)
    ]


def test_places_go_from_narrow_to_wide() -> None:
    assert places_of("US-CA") == ("US-CA", "US", "*")


def test_stop_words_are_compared_without_case_blanks_and_signs() -> None:
    assert squeeze(" S T O P !! ") == "stop"
    assert expectations().stop_places("ＳＴＯＰ") == {"*"}
    assert expectations().stop_places("stop it") == frozenset()
    assert expectations().stop_places("quit") == {"US"}


def test_the_strictest_of_all_lines_decides() -> None:
    hours = expectations().hours_of("IN", "promotion")
    ten_to_ten = [all(one.is_open(day(9, hour, 15), ("Asia/Kolkata",)) for one in hours) for hour in (3, 4, 14, 15)]
    # 08:45, 09:45, 19:45 and 20:45 in Kolkata: law opens at 10:00, policy closes at 20:00.
    assert ten_to_ten == [False, False, True, False]


def test_holiday_and_sunday_are_closed_where_the_law_says_so() -> None:
    hours = expectations().hours_of("ID", "collection")
    open_on = [all(one.is_open(day(number, 5), ("Asia/Jakarta",)) for one in hours) for number in (24, 25, 26, 27)]
    assert open_on == [True, False, True, False]
