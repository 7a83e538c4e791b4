"""Re-age: what is past due is rolled in; the limits are data, and refuse with a rule and a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib import resources

import pytest

from parley.errors import BadInput
from parley.servicing.account import Balance
from parley.servicing.changes.modify import modify
from parley.servicing.changes.notices import Say
from parley.servicing.changes.re_age import Charges, ReAge, Refused
from parley.servicing.changes.re_age_limits import (
    AccountHistory,
    choose_re_age_limits,
    load_re_age_limits,
    refusals_of,
)
from parley.servicing.changes.repayment import TermExtension
from tests.servicing.changes.build import changed, debt_of, payments

RAW = (resources.files("parley.servicing") / "data" / "re_age.toml").read_bytes()
LIMITS = choose_re_age_limits(load_re_age_limits(RAW), "US-CA")
ON = date(2026, 1, 1)
OLD = AccountHistory(date(2020, 1, 1), (), 3)


def test_past_due_principal_and_charges_join_the_schedule() -> None:
    due = Balance(principal=20_000, interest=1_500, fee=500)
    debt = debt_of(100_000, "0", 10, due_now=due)
    rolled = changed(debt, ReAge(OLD, LIMITS, "UTC", Charges.CAPITALISED))
    assert payments(rolled) == [12_200] * 10
    held = changed(debt, ReAge(OLD, LIMITS, "UTC", Charges.HELD))
    assert payments(held) == [12_000] * 9 + [14_000]
    assert (Say.HELD, 0, 2_000) in [tuple(notice) for notice in held.notices]
    for modification in (rolled, held):
        assert modification.after.due_now_minor == 0
        assert modification.total_change_minor == 0
        assert Say.COUNTED_CURRENT in {notice.say for notice in modification.notices}


def test_what_was_held_before_stays_held() -> None:
    debt = debt_of(100_000, "0", 10, due_now=Balance(fee=500), held=300)
    modification = changed(debt, ReAge(OLD, LIMITS, "UTC", Charges.HELD))
    assert modification.after.held_minor == 800
    assert modification.after.last_minor == 10_800


def test_re_age_with_a_longer_term() -> None:
    debt = debt_of(100_000, "12", 10, due_now=Balance(principal=20_000))
    modification = changed(debt, TermExtension(20), ReAge(OLD, LIMITS, "UTC", Charges.CAPITALISED))
    # 1,200.00 at 1 % in 20: 1200 × 0.01 / (1 − 1.01⁻²⁰) = 66.498.
    assert payments(modification)[:19] == [6_650] * 19
    assert modification.total_change_minor > 0


def _rules(history: AccountHistory, on: date = ON) -> list[tuple[str, datetime | None]]:
    return [(refusal.rule_id, refusal.retry_at) for refusal in refusals_of(LIMITS, history, on, "America/Chicago")]


def _chicago(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (OLD, []),
        (AccountHistory(date(2025, 4, 1), (), 3), []),
        (
            AccountHistory(date(2025, 4, 2), (), 3),
            [("re_age.everywhere.least_months_on_book", _chicago(2026, 1, 2))],
        ),
        (AccountHistory(date(2020, 1, 1), (), 2), [("re_age.everywhere.least_consecutive_payments", None)]),
        (AccountHistory(date(2020, 1, 1), (date(2025, 1, 1),), 3), []),
        (
            AccountHistory(date(2020, 1, 1), (date(2025, 1, 2),), 3),
            [("re_age.everywhere.most_in_12_months", _chicago(2026, 1, 2))],
        ),
        (AccountHistory(date(2015, 1, 1), (date(2021, 1, 1), date(2024, 6, 1)), 3), []),
        (
            AccountHistory(date(2015, 1, 1), (date(2024, 6, 1), date(2021, 1, 2)), 3),
            [("re_age.everywhere.most_in_60_months", _chicago(2026, 1, 2))],
        ),
        (
            AccountHistory(date(2015, 1, 1), (date(2025, 2, 1), date(2025, 6, 15)), 0),
            [
                ("re_age.everywhere.least_consecutive_payments", None),
                ("re_age.everywhere.most_in_12_months", _chicago(2026, 6, 15).replace(hour=5)),
                ("re_age.everywhere.most_in_60_months", _chicago(2030, 2, 1)),
            ],
        ),
    ],
)
def test_limits_on_both_sides_of_each_day(history: AccountHistory, expected: list[tuple[str, datetime | None]]) -> None:
    assert _rules(history) == expected
    for _, retry_at in expected:
        if retry_at is not None:
            assert not [rule for rule in _rules(history, retry_at.date()) if rule in expected and rule[1] == retry_at]


def test_re_age_beyond_its_limits_is_refused_with_every_rule() -> None:
    history = AccountHistory(date(2025, 12, 1), (), 0)
    debt = debt_of(100_000, "12", 10, due_now=Balance(principal=20_000))
    refused = modify(debt, [TermExtension(20), ReAge(history, LIMITS, "UTC", Charges.HELD)])
    assert isinstance(refused, Refused)
    assert [refusal.reason_code for refusal in refused.refusals] == ["re_age_limit"] * 2
    assert refused.refusals[0].retry_at == datetime(2026, 9, 1, tzinfo=UTC)
    assert {refusal.layer for refusal in refused.refusals} == {"policy"}


def test_limits_say_what_is_wrong_with_their_file() -> None:
    for wrong in (
        RAW.replace(b"most_in_12_months = 1", b"most_in_12_months = 0"),
        RAW.replace(b"least_months_on_book = 9", b"least_months_on_book = 9.5"),
        RAW.replace(b'"*"', b'"US"'),
        b"[everywhere]\n",
        b"\xff",
    ):
        with pytest.raises(BadInput):
            load_re_age_limits(wrong)
