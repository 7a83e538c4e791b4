"""The schema of a case file: what is read, and what is refused by the name of its field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from parley.simulation.rne13.case import FIELDS, BorrowerCase, Shock, Wrong, case_of

ROW: dict[str, Any] = {
    "id": "b-17", "locale": "en-US", "timezone": "America/Chicago", "jurisdiction": "US", "product": "card",
    "currency": "USD", "balance_minor": 124_000, "annual_rate_bps": 2_190, "days_past_due": 34,
    "remaining_instalments": 18, "contract_instalment_minor": 7_300, "income_minor_per_month": 310_000,
    "income_every": "biweekly", "payday": 15, "essential_minor_per_month": 240_000,
    "other_debt_minor_per_month": 21_000, "assets_minor": 45_000,
    "shock": {"start_day": 90, "days": 60, "income_factor": Decimal("0.5")},
    "understates": Decimal("0.15"), "willing": Decimal("0.7"), "accepts_up_to": Decimal("0.9"), "patience": 8,
    "style": "terse", "reason": "reduced_income", "vulnerable": False, "disputes": False, "wrong_person": False,
}  # fmt: skip


def test_a_row_is_read_exactly() -> None:
    case = case_of(ROW)
    assert isinstance(case, BorrowerCase)
    assert (case.surplus_minor, case.accepts_minor) == (49_000, 44_100)
    assert (case.understates_bps, case.shock) == (1_500, Shock(90, 60, 5_000))
    assert "49" not in repr(case) and "124" not in repr(case)


def test_a_fraction_is_not_read_as_a_binary_one() -> None:
    case = case_of(ROW | {"willing": Decimal("0.29")})
    assert isinstance(case, BorrowerCase) and case.willing_bps == 2_900
    assert case_of(ROW | {"willing": 0.29}) == Wrong(
        "willing", "`willing` must be a fraction from 0 to 1", "`willing` 须为0 至 1 的小数"
    )


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in {"payday", "shock", "reason"}])
def test_a_missing_field_is_named_in_both_languages(name: str) -> None:
    wrong = case_of({key: value for key, value in ROW.items() if key != name})
    assert isinstance(wrong, Wrong)
    assert wrong.en.startswith(f"`{name}` is missing") and wrong.zh.startswith(f"缺少 `{name}`")


@pytest.mark.parametrize("name", ["payday", "shock", "reason"])
def test_what_may_be_null_may_be_left_out(name: str) -> None:
    assert isinstance(case_of({key: value for key, value in ROW.items() if key != name}), BorrowerCase)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", ""), ("id", 17), ("id", "x" * 81), ("timezone", "Mars/Base"), ("product", "mortgage"),
        ("currency", "XXX"), ("currency", "usd"), ("balance_minor", 0), ("balance_minor", True),
        ("balance_minor", Decimal("12.5")), ("balance_minor", 10**16), ("annual_rate_bps", -1),
        ("income_minor_per_month", -1), ("income_every", "daily"), ("understates", Decimal("0.41")),
        ("willing", Decimal("1.01")), ("willing", -1), ("willing", True), ("accepts_up_to", Decimal("2.5")),
        ("patience", -1), ("patience", Decimal("3.5")), ("style", "rude"), ("reason", "gambling"),
        ("vulnerable", 0), ("disputes", "no"), ("wrong_person", None), ("payday", 40), ("shock", []),
        ("shock", {"start_day": 1, "days": 2}),
        ("shock", {"start_day": -1, "days": 2, "income_factor": 1}),
        ("shock", {"start_day": 1, "days": 2, "income_factor": Decimal("0.5"), "why": "x"}),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_the_name_of_its_field_and_not_repeated(name: str, value: object) -> None:
    wrong = case_of(ROW | {name: value})
    assert isinstance(wrong, Wrong) and wrong.field == name
    assert wrong.en.startswith(f"`{name}` must be ") and wrong.zh.startswith(f"`{name}` 须为")


def test_a_field_beyond_the_schema_is_ignored() -> None:
    assert case_of(ROW | {"note": "kept for ourselves"}) == case_of(ROW)
