"""One payment on several debts: the borrower's word, each law's order by hand, and what must hold of every payment."""

from __future__ import annotations

import random
import uuid
from datetime import date
from fractions import Fraction
from importlib import resources

import pytest

from parley.errors import BadInput
from parley.ids import AccountId
from parley.servicing.account import Account, Balance, Due, Product
from parley.servicing.several_debts import (
    Debt,
    DebtOrder,
    MayName,
    choose_debt_order,
    debt_of,
    load_debt_orders,
    spread_payment,
)

RAW = (resources.files("parley.servicing") / "data" / "debt_order.toml").read_bytes()
ORDERS = load_debt_orders(RAW)
TODAY = date(2026, 11, 23)
JAN, FEB, NEXT = date(2026, 1, 5), date(2026, 2, 5), date(2026, 12, 5)


def key(number: int) -> AccountId:
    return AccountId(uuid.UUID(int=number))


def debt(number: int, owed: int, due: int, due_on: date | None, rate: int, secured: int = 0) -> Debt:
    return Debt(key(number), "CNY", owed, due, due_on if due else None, NEXT, rate, secured)


def paid(debts: list[Debt], amount: int, place: str, named: dict[AccountId, int] | None = None) -> list[int]:
    spread = spread_payment(debts, amount, choose_debt_order(ORDERS, place), named)
    by_key = {part.account_id: part.amount_minor for part in spread.parts}
    assert sum(by_key.values()) + spread.unapplied_minor == amount
    return [by_key.get(one.account_id, 0) for one in debts]


def test_china_pays_the_due_the_unsecured_the_burdensome_the_oldest() -> None:
    not_due = debt(1, 50_000, 0, None, 3_600)
    secured = debt(2, 20_000, 20_000, JAN, 2_400, secured=20_000)
    cheap = debt(3, 10_000, 10_000, JAN, 600)
    dear_young = debt(4, 10_000, 10_000, FEB, 1_800)
    dear_old = debt(5, 10_000, 10_000, JAN, 1_800)
    debts = [not_due, secured, cheap, dear_young, dear_old]
    assert paid(debts, 5_000, "CN") == [0, 0, 0, 0, 5_000]
    assert paid(debts, 25_000, "CN") == [0, 0, 5_000, 10_000, 10_000]
    assert paid(debts, 60_000, "CN-31") == [10_000, 20_000, 10_000, 10_000, 10_000]


def test_france_does_not_ask_for_security() -> None:
    debts = [debt(1, 10_000, 10_000, JAN, 1_200, secured=10_000), debt(2, 10_000, 10_000, JAN, 600)]
    assert paid(debts, 4_000, "FR") == [4_000, 0]
    assert paid(debts, 4_000, "DE") == [0, 4_000]


def test_india_goes_by_time_and_not_by_rate() -> None:
    debts = [debt(1, 10_000, 10_000, JAN, 600), debt(2, 10_000, 10_000, FEB, 2_400)]
    assert paid(debts, 12_000, "IN") == [10_000, 2_000]
    assert paid(debts, 12_000, "JP") == [2_000, 10_000]


def test_equal_debts_are_paid_in_proportion_to_the_cent() -> None:
    debts = [debt(1, 10_000, 10_000, JAN, 600), debt(2, 20_000, 20_000, JAN, 600)]
    assert paid(debts, 1_000, "CN") == [333, 667]
    # The United Kingdom asks for nothing but what is due: 100 to 300, whatever rate and age.
    assert paid([debt(1, 9_000, 100, JAN, 600), debt(2, 9_000, 300, FEB, 4_000)], 200, "GB") == [50, 150]


def test_borrower_names_the_debt_and_what_is_over_goes_on_by_the_criteria() -> None:
    debts = [debt(1, 10_000, 10_000, JAN, 3_600), debt(2, 5_000, 0, None, 600), debt(3, 8_000, 8_000, JAN, 1_200)]
    assert paid(debts, 7_000, "CN", {key(2): 7_000}) == [2_000, 5_000, 0]
    assert paid(debts, 7_000, "CN", {key(3): 3_000}) == [4_000, 0, 3_000]


def test_debt_that_is_not_due_cannot_be_named_in_the_philippines() -> None:
    debts = [debt(1, 10_000, 10_000, JAN, 3_600), debt(2, 5_000, 1_000, JAN, 600)]
    assert paid(debts, 4_000, "PH", {key(2): 4_000}) == [3_000, 1_000]
    assert paid(debts, 4_000, "IT", {key(2): 4_000}) == [0, 4_000]


def test_what_was_named_is_told_apart() -> None:
    debts = [debt(1, 10_000, 10_000, JAN, 3_600), debt(2, 5_000, 5_000, JAN, 600)]
    spread = spread_payment(debts, 12_000, choose_debt_order(ORDERS, "TW"), {key(2): 1_000})
    assert [(part.amount_minor, part.named_minor) for part in spread.parts] == [(10_000, 0), (2_000, 1_000)]


def test_account_becomes_a_debt_with_what_falls_due_today() -> None:
    dues = (Due(JAN, 5_000, 5_000), Due(FEB, 5_000, 1_000), Due(TODAY, 5_000), Due(NEXT, 5_000))
    account = Account(key(9), Product.LOAN, "CNY", Balance(principal=60_000, interest=500), 1_250, dues)
    assert debt_of(account, TODAY, 7) == Debt(key(9), "CNY", 60_500, 9_000, FEB, NEXT, 1_250, 7)


def test_everywhere_else_the_lender_has_an_order_and_every_law_its_citation() -> None:
    assert choose_debt_order(ORDERS, "US-CA").grounds.layer == "policy"
    for place, order in ORDERS.items():
        assert (order.grounds.citation is None) == (place == "*")


def naive(debts: list[Debt], amount: int, order: DebtOrder, named: dict[AccountId, int]) -> dict[AccountId, int]:
    """Pay unit by unit: each goes to the best claim there is; equal claims by the largest unpaid share."""
    left = {
        (one.account_id, part): size
        for one in debts
        for part, size in enumerate((one.due_minor, one.owed_minor - one.due_minor))
    }
    got = dict.fromkeys((one.account_id for one in debts), 0)
    for wished, wish in named.items():
        for part in (0, 1) if order.borrower_may_name is MayName.ANY else (0,):
            while wish - got[wished] and left[wished, part]:
                left[wished, part] -= 1
                got[wished] += 1

    def rank(one: Debt, part: int) -> list[object]:
        by = {
            "due": part,
            "least_secured": Fraction(min(one.secured_minor, one.owed_minor), max(1, one.owed_minor)),
            "most_burdensome": -one.annual_rate_bps,
            "oldest": (one.rest_on if part else one.due_on) or date.max,
        }
        return [by[criterion] for criterion in order.criteria]

    amount -= sum(got.values())
    while amount and any(left.values()):
        claims = [(one, part) for one in debts for part in (0, 1) if left[one.account_id, part]]
        best = min(rank(one, part) for one, part in claims)
        equal = [(one, part) for one, part in claims if rank(one, part) == best]
        whole = sum(left[one.account_id, part] for one, part in equal)
        share = min(amount, whole)
        exact = [Fraction(share * left[one.account_id, part], whole) for one, part in equal]
        parts = [int(one) for one in exact]
        for k in sorted(range(len(equal)), key=lambda k: (parts[k] - exact[k], k))[: share - sum(parts)]:
            parts[k] += 1
        for (one, part), size in zip(equal, parts, strict=True):
            left[one.account_id, part] -= size
            got[one.account_id] += size
        amount -= share
    return got


@pytest.mark.parametrize("place", sorted(ORDERS))
def test_agrees_with_a_naive_order_of_claims(place: str, *, full_size: bool) -> None:
    dice = random.Random(f"debts {place}")
    for _ in range(20_000 if full_size else 80):
        debts = []
        for number in range(dice.randint(1, 4)):
            owed = dice.randint(1, 60)
            due = dice.randint(0, owed)
            debts.append(
                debt(number, owed, due, dice.choice([JAN, FEB]), dice.choice([600, 1_200]), dice.choice([0, 5, owed]))
            )
        amount = dice.randint(1, 150)
        named = {key(dice.randrange(len(debts))): dice.randint(0, amount)} if dice.random() < 0.4 else {}
        order = ORDERS[place]
        spread = spread_payment(debts, amount, order, named)
        got = {part.account_id: part.amount_minor for part in spread.parts}
        assert got == {name: size for name, size in naive(debts, amount, order, named).items() if size}
        assert spread.unapplied_minor == max(0, amount - sum(one.owed_minor for one in debts))


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('borrower_may_name = "due"', 'borrower_may_name = "all"', "borrower_may_name is 'all'"),
        ('criteria = ["due"]', 'criteria = ["due", "due"]', "due is listed twice"),
        ('criteria = ["due"]', 'criteria = ["richest"]', "criteria is 'richest'"),
        ('jurisdictions = ["*"]', 'jurisdictions = ["US"]', "no order has jurisdiction"),
        ('jurisdictions = ["GB"]', 'jurisdictions = ["DE"]', "germany is already the order of DE"),
    ],
)
def test_wrong_file_is_refused(old: str, new: str, what: str) -> None:
    assert old in RAW.decode()
    with pytest.raises(BadInput, match=what) as refused:
        load_debt_orders(RAW.decode().replace(old, new, 1).encode())
    assert "多笔债务的清偿顺序" in refused.value.zh


def test_repr_shows_no_amount() -> None:
    one = debt(1, 98_765, 4_321, JAN, 600)
    spread = spread_payment([one], 1_234, ORDERS["CN"])
    shown = f"{one!r} {spread!r} {spread.parts!r}"
    assert not any(figure in shown for figure in ("98765", "4321", "1234"))
