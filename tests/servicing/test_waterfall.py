"""Payments through the shipped orders: cases by hand, conservation, undoing, and files that are wrong."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.errors import BadInput
from parley.ids import AccountId
from parley.servicing.account import Account, Balance, Due, Product
from parley.servicing.delinquency import days_past_due
from parley.servicing.waterfall import (
    Allocation,
    Cell,
    Component,
    Situation,
    Timing,
    apply_payment,
    choose,
    load_waterfalls,
    owed_by_cell,
    undo,
)

RAW = (resources.files("parley.servicing") / "data" / "waterfall.toml").read_bytes()
WATERFALLS = load_waterfalls(RAW)
STANDARD = WATERFALLS["standard"]
TODAY = date(2026, 11, 23)
LAST_MONTH, NEXT_WEEK, NEXT_YEAR = date(2026, 10, 20), date(2026, 11, 30), date(2027, 11, 30)


def account(balance: Balance, *dues: Due) -> Account:
    return Account(AccountId(uuid.UUID(int=7)), Product.CARD, "USD", balance, 2_490, dues)


def test_standard_order_ends_the_arrears_before_it_touches_the_next_due() -> None:
    # 60.00 past due, of which 35.00 charges; 40.00 due next week; the rest in advance.
    before = account(
        Balance(principal=100_000, interest=2_000, fee=1_500), Due(LAST_MONTH, 6_000), Due(NEXT_WEEK, 4_000)
    )
    paid = apply_payment(before, 7_000, TODAY, STANDARD)
    assert paid.parts == Balance(principal=3_500, interest=2_000, fee=1_500)
    assert [(part.cell.timing, part.cell.component, part.amount_minor) for part in paid.cells] == [
        (Timing.PAST_DUE, Component.FEE, 1_500),
        (Timing.PAST_DUE, Component.INTEREST, 2_000),
        (Timing.PAST_DUE, Component.PRINCIPAL, 2_500),
        (Timing.DUE, Component.PRINCIPAL, 1_000),
    ]
    assert paid.account.dues == (Due(LAST_MONTH, 6_000, 6_000), Due(NEXT_WEEK, 4_000, 1_000))
    assert paid.account.balance == Balance(principal=96_500)
    assert days_past_due(paid.account.dues, TODAY) == 0


def test_principal_comes_first_while_an_arrangement_is_kept() -> None:
    before = account(Balance(principal=100_000, interest=2_000, fee=1_500), Due(LAST_MONTH, 6_000))
    order = choose(WATERFALLS, "US", Situation.PLAN_KEPT)
    assert order.name == "plan_kept_principal_first"
    assert apply_payment(before, 7_000, TODAY, order).parts == Balance(principal=7_000)


def test_costs_then_interest_then_principal_in_mainland_china() -> None:
    # Case alloc-cn-561 of plan-maths.yaml: 500.00 on cost 80.00, interest 230.55, penalty interest 41.20.
    before = account(Balance(principal=900_000, interest=23_055, penalty_interest=4_120, cost=8_000))
    paid = apply_payment(before, 50_000, TODAY, choose(WATERFALLS, "CN", Situation.PAYMENT))
    assert paid.parts == Balance(principal=14_825, interest=23_055, penalty_interest=4_120, cost=8_000)


def test_over_payment_stays_unapplied_and_nothing_falls_due_any_more() -> None:
    # A loan: later dues hold interest that has not accrued and is not owed after an early payoff.
    before = account(Balance(principal=10_000, interest=100), Due(LAST_MONTH, 5_200), Due(NEXT_WEEK, 5_200))
    paid = apply_payment(before, 10_500, TODAY, STANDARD)
    assert paid.unapplied_minor == 400
    assert paid.account.balance == Balance()
    assert sum(due.open_minor for due in paid.account.dues) == 0
    assert paid.dues[1].lapsed_minor == 300
    assert undo(paid.account, paid) == before


def test_due_that_was_dropped_after_payment_comes_back_when_undone() -> None:
    before = account(Balance(principal=50_000), Due(LAST_MONTH, 6_000), Due(NEXT_WEEK, 4_000))
    paid = apply_payment(before, 6_000, TODAY, STANDARD)
    without = replace(paid.account, dues=paid.account.dues[1:])
    assert undo(without, paid) == before


def test_part_of_a_due_that_was_paid_and_dropped_comes_back_open() -> None:
    before = account(Balance(principal=50_000), Due(LAST_MONTH, 6_000))
    first = apply_payment(before, 2_000, TODAY, STANDARD)
    second = apply_payment(first.account, 4_000, TODAY, STANDARD)
    reversed_first = undo(replace(second.account, dues=()), first)
    assert reversed_first.dues == (Due(LAST_MONTH, 2_000),)


def test_jurisdiction_falls_back_to_its_country_then_to_everywhere() -> None:
    assert choose(WATERFALLS, "CN-31", Situation.PAYMENT).name == "china"
    assert choose(WATERFALLS, "US-CA", Situation.PAYMENT).name == "standard"


def test_default_in_germany_pays_costs_then_what_was_owed_and_penalty_interest_last() -> None:
    # 400.00 on cost 30.00, penalty interest 25.00 and 300.00 of arrears, 60.00 of it contractual interest: § 497(3).
    before = account(
        Balance(principal=300_000, interest=6_000, penalty_interest=2_500, cost=3_000), Due(LAST_MONTH, 35_500)
    )
    paid = apply_payment(before, 34_000, TODAY, choose(WATERFALLS, "DE", Situation.PAYMENT))
    assert paid.parts == Balance(principal=24_000, interest=6_000, penalty_interest=1_000, cost=3_000)


@pytest.mark.parametrize("place", ["CN", "TW", "JP", "KR", "IT", "FR", "ES", "PH"])
def test_interest_comes_before_principal_where_a_civil_code_says_so(place: str) -> None:
    before = account(Balance(principal=900_000, interest=23_055, cost=8_000), Due(LAST_MONTH, 10_000))
    order = choose(WATERFALLS, place, Situation.PAYMENT)
    assert apply_payment(before, 50_000, TODAY, order).parts == Balance(18_945, interest=23_055, cost=8_000)


def test_only_what_was_read_is_law_and_every_order_says_why() -> None:
    for order in WATERFALLS.values():
        assert (order.grounds.layer == "law") == (order.grounds.citation is not None)
        assert order.grounds.reason_en
        assert order.grounds.reason_zh
    assert {order.name for order in WATERFALLS.values() if order.grounds.layer == "policy"} == {
        "standard",
        "plan_kept_principal_first",
    }


def test_repr_shows_no_amount() -> None:
    before = account(Balance(principal=98_765), Due(LAST_MONTH, 4_321))
    paid = apply_payment(before, 1_234, TODAY, STANDARD)
    shown = " ".join(repr(thing) for thing in (before, before.balance, before.dues, paid, paid.cells, paid.dues))
    assert not any(figure in shown for figure in ("98765", "4321", "1234", "97531"))


_amounts = st.integers(0, 200_000)
_dues = st.lists(st.tuples(st.integers(-200, 200), st.integers(0, 50_000), st.integers(0, 50_000)), max_size=6)


@st.composite
def _accounts(draw: st.DrawFn) -> Account:
    balance = Balance(draw(_amounts), draw(_amounts), draw(_amounts), draw(_amounts), draw(_amounts))
    by_day = {day: (paid, rest) for day, paid, rest in draw(_dues)}
    dues = [Due(TODAY + timedelta(days=day), paid + rest, paid) for day, (paid, rest) in sorted(by_day.items())]
    return account(balance, *dues)


_orders = st.sampled_from(sorted(WATERFALLS))
_payments = st.integers(1, 1_200_000)


@given(_accounts(), _payments, _orders)
def test_money_is_conserved(before: Account, amount: int, name: str) -> None:
    paid = apply_payment(before, amount, TODAY, WATERFALLS[name])
    assert paid.parts.total + paid.unapplied_minor == amount
    assert before.balance.total - paid.account.balance.total == paid.parts.total
    assert paid.unapplied_minor == max(0, amount - before.balance.total)
    assert sum(part.paid_minor for part in paid.dues) <= paid.parts.total


@given(_accounts(), _payments, _orders)
def test_undoing_a_payment_restores_the_account(before: Account, amount: int, name: str) -> None:
    paid = apply_payment(before, amount, TODAY, WATERFALLS[name])
    assert undo(paid.account, paid) == before


@given(_accounts(), st.lists(_payments, min_size=2, max_size=2), _orders)
def test_undoing_the_earlier_of_two_payments_leaves_what_the_later_one_paid(
    before: Account, amounts: list[int], name: str
) -> None:
    first = apply_payment(before, amounts[0], TODAY, WATERFALLS[name])
    second = apply_payment(first.account, amounts[1], TODAY, WATERFALLS[name])
    after = undo(second.account, first)
    assert after.balance.total == before.balance.total - second.parts.total
    assert [due.due_on for due in after.dues] == [due.due_on for due in before.dues]


@given(_accounts(), _payments, _orders)
def test_oldest_due_is_paid_first(before: Account, amount: int, name: str) -> None:
    paid: Allocation = apply_payment(before, amount, TODAY, WATERFALLS[name])
    open_after = [due.open_minor > 0 for due in paid.account.dues]
    touched = [due.paid_minor > old.paid_minor for due, old in zip(paid.account.dues, before.dues, strict=True)]
    if any(open_after):
        assert not any(touched[open_after.index(True) + 1 :])


@given(_accounts())
def test_cells_hold_the_whole_balance(before: Account) -> None:
    owed = owed_by_cell(before, TODAY)
    assert min(owed.values()) >= 0
    for component in Component:
        assert sum(owed[Cell(timing, component)] for timing in Timing) == getattr(before.balance, component.value)


GOOD = RAW.decode()


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('"past_due.cost", "past_due.fee"', '"past_due.fee"', "past_due.cost is not listed"),
        ('"past_due.cost", "past_due.fee"', '"past_due.cost", "past_due.cost", "past_due.fee"', "listed 2 times"),
        ('"past_due.cost", "past_due.fee"', '"past_due.costs", "past_due.fee"', "'past_due.costs' is not a cell"),
        ('"past_due.cost", "past_due.fee"', '3, "past_due.fee"', "order is not a text"),
        ('situation = "payment"', 'situation = "always"', "situation is 'always'"),
        ('situation = "payment"', "situation = [1]", "situation is [1]"),
        ('layer = "policy"', 'layer = "law"', "layer law needs a citation"),
        ('layer = "policy"', "", "layer is missing"),
        ('layer = "policy"', 'layer = "policy"\nwhim = 1', "whim is not a known key"),
        ('layer = "policy"', 'layer = "policy"\ncitation = " "', "citation is not a text"),
        ('citation = "Civil Code (Taiwan), art. 323"', "", "layer law needs a citation"),
        ('jurisdictions = ["CN"]', 'jurisdictions = ["*"]', "standard is already the order of *"),
        ('jurisdictions = ["CN"]', "jurisdictions = []", "jurisdictions is not a list"),
        (
            'situation = "plan_kept"\njurisdictions = ["*"]',
            'situation = "plan_kept"\njurisdictions = ["CN"]',
            "plan_kept",
        ),
        ("[standard]", "[standard", "not TOML"),
        ("# In which order", "stray = 1\n#", "[stray] it is not a table"),
    ],
)
def test_wrong_file_is_refused_with_what_is_wrong(old: str, new: str, what: str) -> None:
    assert old in GOOD
    with pytest.raises(BadInput) as refused:
        load_waterfalls(GOOD.replace(old, new, 1).encode())
    assert what in refused.value.en
    assert "还款冲抵顺序" in refused.value.zh


def test_file_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(BadInput, match="not TOML in UTF-8"):
        load_waterfalls(b"\xff\xfe")
