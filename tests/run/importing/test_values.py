from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.money import minor_from_major
from parley.run.importing.convert import MoneyStyle, date_pattern, day, money, rate, text
from parley.run.importing.draw import Seed, fill_random, fill_serial, table
from parley.run.importing.dues import dues_of
from parley.run.importing.reasons import SENTENCES, BadCell, Reason
from parley.run.importing.rows import AccountRow, Kind, targets_of


def card(**values: object) -> AccountRow:
    known: dict[str, object] = {
        "reference": "A",
        "name": "N",
        "language": "en",
        "jurisdiction": "US",
        "product": "card",
        "product_kind": "card",
        "currency": "USD",
        "principal": 0,
        "annual_rate_bps": 0,
        "minimum_percent_bps": 300,
        "minimum_floor": 2_500,
        "next_due_on": date(2026, 3, 31),
    }
    return AccountRow(**{**known, **values})  # type: ignore[arg-type]  # values of the fields named


@given(st.integers(0, 10**8), st.integers(0, 24))
def test_a_cards_dues_never_sum_to_more_than_its_balance(principal: int, months: int) -> None:
    dues = dues_of(card(principal=principal, months_past_due=months))
    assert sum(amount for _, amount in dues) <= principal
    assert all(amount > 0 for _, amount in dues)
    days = [on for on, _ in dues]
    assert days == sorted(set(days))


def test_a_due_day_of_31_falls_on_the_last_day_of_a_short_month() -> None:
    days = [on for on, _ in dues_of(card(principal=10**6, months_past_due=2))]
    assert days == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]


def test_a_closed_account_owes_nothing_on_any_day() -> None:
    assert dues_of(card(principal=10**6, status="closed")) == []


@given(st.integers(0, 99_999), st.integers(0, 99_999))
def test_two_serials_never_fill_to_one_number(one: int, other: int) -> None:
    assert (fill_serial("+129#555####", str(one)) == fill_serial("+129#555####", str(other))) is (one == other)


def test_a_serial_that_does_not_fit_is_refused_not_cut() -> None:
    with pytest.raises(BadCell) as caught:
        fill_serial("##", "100")
    assert caught.value.reason is Reason.SERIAL_TOO_LARGE


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_draw_depends_on_seed_and_key_alone(value: str, key: str) -> None:
    places = table("place", [(1, {"n": "a"}), (3, {"n": "b"})])
    seed = Seed(value, 0)
    assert places.draw(seed, key) is places.draw(Seed(value, 5), key)
    filled = fill_random("#@-", seed, "postcode", key)
    assert filled[0].isdigit()
    assert filled[1].isalpha()


@given(st.integers(0, 10**15))
def test_an_amount_reads_back_as_it_was_written_in_both_decimal_styles(minor: int) -> None:
    text = f"{minor // 100}.{minor % 100:02d}"
    grouped = f"{minor // 100:,}".replace(",", ".") + f",{minor % 100:02d}"
    assert money(text, "USD", MoneyStyle()) == minor == minor_from_major(text, "USD")
    assert money(grouped, "EUR", MoneyStyle(decimal=",", group=".")) == minor


def test_a_point_in_a_file_of_decimal_commas_is_refused_not_guessed() -> None:
    with pytest.raises(BadCell):
        money("1.240", "EUR", MoneyStyle(decimal=","))


@given(st.dates(date(1970, 1, 1), date(2100, 12, 31)))
def test_a_date_reads_back_in_each_form(on: date) -> None:
    for form, raw in (("YYYY-MM-DD", on.isoformat()), ("D.M.YYYY", f"{on.day}.{on.month}.{on.year}")):
        pattern = date_pattern(form)
        assert pattern is not None
        assert day(raw, pattern) == on


def test_every_reason_is_a_sentence_in_both_languages() -> None:
    assert set(SENTENCES) == set(Reason)
    for en, zh in SENTENCES.values():
        assert en.endswith(".")
        assert zh.endswith("。")


@pytest.mark.parametrize(
    ("raw", "sign", "minor"),
    [
        ("¥1,200.50", "¥", 120_050),
        ("1,200.50元", "元", 120_050),
        ("NT$ 1,200", "NT$", 120_000),
        ("-$3", "$", -300),
        ("$-3", "$", -300),
        ("3", "$", 300),
    ],
)
def test_the_sign_of_a_currency_is_left_out_at_either_end(raw: str, sign: str, minor: int) -> None:
    style = MoneyStyle(group=",", sign=sign, if_negative="drop_sign")
    assert money(raw, "USD", style) == abs(minor)
    if minor < 0:
        with pytest.raises(BadCell):
            money(raw, "USD", MoneyStyle(group=",", sign=sign))


def test_a_sign_of_another_currency_is_no_number() -> None:
    with pytest.raises(BadCell) as caught:
        money("€3", "USD", MoneyStyle(sign="$"))
    assert caught.value.reason is Reason.NOT_A_NUMBER


@pytest.mark.parametrize(
    ("raw", "unit", "bps"),
    [("19.99", "percent", 1_999), ("19.99%", "percent", 1_999), ("0.1999", "fraction", 1_999), ("1999", "bps", 1_999)],
)
def test_a_rate_is_basis_points_in_each_unit(raw: str, unit: str, bps: int) -> None:
    assert rate(raw, targets_of(Kind.ACCOUNTS)["annual_rate_bps"], unit=unit) == bps


@pytest.mark.parametrize(("raw", "unit"), [("19.999", "percent"), ("0.19999", "fraction"), ("19.9", "bps")])
def test_a_rate_finer_than_a_basis_point_is_refused_not_rounded(raw: str, unit: str) -> None:
    with pytest.raises(BadCell):
        rate(raw, targets_of(Kind.ACCOUNTS)["annual_rate_bps"], unit=unit)


@pytest.mark.parametrize(
    ("form", "raw"),
    [
        *(("DD-MMM-YYYY", "04-Mar-2026"), ("D MMM YYYY", "4 MAR 2026"), ("YYYY年M月D日", "2026年3月4日")),
        *(("YYYYMMDD", "20260304"), ("DD/MM/YYYY", "2026-03-04")),
    ],
)
def test_a_day_is_read_in_the_form_named_and_in_iso(form: str, raw: str) -> None:
    pattern = date_pattern(form)
    assert pattern is not None
    assert day(raw, pattern) == date(2026, 3, 4)


@pytest.mark.parametrize("form", ["DD/MM", "YYYY-MM-DD-DD", "YYYY-MM-DD hh:mm", ""])
def test_a_form_that_names_no_day_or_one_twice_is_none(form: str) -> None:
    assert date_pattern(form) is None


@pytest.mark.parametrize("name", ["José Ñandú", "张\u3000三", "O’Neil\u00a0Jr", "रा\u200dम", "李㗎"])
def test_names_of_every_script_are_taken_as_they_are(name: str) -> None:
    assert text(name, targets_of(Kind.ACCOUNTS)["name"]) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Ada\u202egnp.exe", Reason.TURNED_TEXT),
        ("\u2067Ada", Reason.TURNED_TEXT),
        ("Ada\r\nBcc: all", Reason.CONTROL_CHARACTER),
        ("Ada\x1b[31m", Reason.CONTROL_CHARACTER),
        ("A\ud800", Reason.CONTROL_CHARACTER),
        ("A\ue000", Reason.CONTROL_CHARACTER),
        ("A" * 121, Reason.TOO_LONG),
    ],
)
def test_hostile_names_are_refused_by_reason(name: str, reason: Reason) -> None:
    with pytest.raises(BadCell) as caught:
        text(name, targets_of(Kind.ACCOUNTS)["name"])
    assert caught.value.reason is reason
