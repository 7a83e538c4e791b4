from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from parley.errors import BadInput
from parley.negotiation.clashes import find_clash
from parley.negotiation.levers import Confirm, Role
from parley.negotiation.policy import load_policy
from parley.servicing.account import Product
from tests.negotiation.strategies import page_policy_text, raw_policy, shipped_policy


def changed(old: str, new: str) -> bytes:
    text = raw_policy().decode()
    assert old in text, f"{old!r} is not in the shipped policy"
    return text.replace(old, new, 1).encode()


def line_of(raw: bytes, text: str, nth: int = 0) -> int:
    return [number for number, line in enumerate(raw.decode().splitlines(), 1) if line.startswith(text)][nth]


def test_relief_grows_with_lateness_and_never_passes_the_contract() -> None:
    policy = shipped_policy()
    assert [policy.plan_rate_bps(9_999, days) for days in (-30, 0, 1, 29, 30, 59, 60, 400)] == [
        1500, 1500, 1200, 1200, 790, 790, 490, 490
    ]  # fmt: skip
    assert policy.plan_rate_bps(300, 1) == 300


def test_a_changed_file_has_another_hash() -> None:
    assert load_policy(changed("valid_days = 7", "valid_days = 8")).hash != shipped_policy().hash


def test_the_text_is_kept_to_the_byte() -> None:
    assert shipped_policy().text.encode() == raw_policy()


def test_a_row_for_one_product_leaves_the_others_theirs() -> None:
    policy = load_policy(changed("[[levers]]\nfrom_days = 1\n", '[[levers]]\nproducts = ["card"]\nfrom_days = 1\n'))
    assert policy.plan_rate_bps(9_999, 5, Product.CARD) == 1200
    assert policy.plan_rate_bps(9_999, 5, Product.LOAN) == 1500


def test_staff_may_go_further_than_the_machine() -> None:
    policy = shipped_policy()
    on = date(2026, 11, 23)
    assert policy.latest_start_on(Product.CARD, 90, on, Role.MACHINE) == date(2027, 1, 7)
    assert policy.latest_start_on(Product.CARD, 90, on, Role.AGENT) == date(2027, 3, 7)
    assert policy.latest_start_on(Product.CARD, 30, on, Role.LEAD) == date(2027, 1, 7)


def test_a_late_first_day_defers_the_months_begun_after_the_latest_plain_one() -> None:
    policy, on = shipped_policy(), date(2026, 11, 23)
    days = (date(2026, 12, 7), date(2027, 1, 7), date(2027, 1, 8), date(2027, 2, 7), date(2027, 2, 8))
    assert [policy.deferred_for(day, on) for day in days] == [0, 0, 1, 1, 2]
    assert policy.deferred_for(days[-1], None) == 0


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"id = ", "TOML"),
        (b"id = 'x'", "lacks"),
        (changed("grace_days = 5", "grace = 5"), "'grace'"),
        (changed("valid_days = 7 ", 'valid_days = "soon" '), "'valid_days' holds whole numbers"),
        (changed("valid_days = 7 ", "valid_days = 0 "), "'valid_days' holds whole numbers"),
        (changed("rate_bps = [790]", "rate_bps = []"), "an empty one leaves no plan"),
        (changed("rate_bps = [790]", "rate_bps = [790, 790]"), "different"),
        (changed("rate_bps = [790]", "rate_bps = 790"), "list"),
        (changed("rate_bps = [790]", "rate_bps = [-1]"), "'rate_bps' holds whole numbers from 0"),
        (changed("rate_bps = [790]", "rate_bps = [790]\nballoon = 3"), "unknown lever 'balloon'"),
        (changed("most_deferred = 2\n", "most_defered = 2\n"), "unknown lever 'most_defered'"),
        (
            changed("rate_bps = [790]", "rate_bps = [790]\nsettlement_discount_bps = [500]"),
            "lacks 'settlement_down_payment",
        ),
        (
            changed("[[levers]]\nfrom_days = 30", '[[levers]]\nproducts = ["car"]\nfrom_days = 30'),
            "card, loan, instalment",
        ),
        (changed("[products.loan]", "[products.mortgage]"), "'loan'"),
        (changed("max_payments = 36", "max_payments = 0"), "'max_payments' holds whole numbers from 1"),
        (changed("\nrate_bps = 0\n", "\nrate_bps = -5\n"), "'rate_bps' holds whole numbers from 0"),
        (changed("[authority.agent]", "[authority.clerk]"), "'agent'"),
        (changed("USD = 1000", "XXX = 1000"), "unknown key 'XXX'"),
        (changed("USD = 1000", "USD = 0"), "'USD' holds whole numbers from 1"),
        (changed("comfort_weights_bps = [5000", "comfort_weights_bps = [4000"), "together 10000"),
        (changed("comfort_bps = [10000", "comfort_bps = [9000"), "falls from 10000"),
        (
            changed("\nrate_bps = 0\n", "\nrate_bps = 100\nwrite_down_bps = 500\n"),
            "a debt is written down in a plan without interest only",
        ),
        (changed('reason = "Who', 'reason = "" # Who'), "'reason' is a text"),
    ],
)
def test_a_policy_that_cannot_hold_is_refused_by_name(raw: bytes, names: str) -> None:
    with pytest.raises(BadInput) as refused:
        load_policy(raw)
    assert names in refused.value.en
    assert "policy.toml, line " in refused.value.en
    assert "policy.toml 第 " in refused.value.zh


def test_a_plan_is_agreed_to_by_reply_unless_the_policy_asks_for_the_page() -> None:
    assert shipped_policy().confirm is Confirm.REPLY
    assert load_policy(changed("valid_days", 'confirm = "reply"\nvalid_days')).confirm is Confirm.REPLY
    assert load_policy(page_policy_text().encode()).confirm is Confirm.PAGE


@pytest.mark.parametrize("value", ['"phone"', '"Page"', '""', "true", "1", '["page"]', "{ page = 1 }"])
def test_another_way_to_agree_is_refused_with_its_line_in_both_languages(value: str) -> None:
    raw = changed("valid_days = 7", f"confirm = {value}\nvalid_days = 7")
    line = line_of(raw, "confirm")
    with pytest.raises(BadInput) as refused:
        load_policy(raw)
    en = f"policy.toml, line {line}: 'confirm' is one of reply, page. Mend the file and start again."
    assert refused.value.en == en
    assert refused.value.zh == f"policy.toml 第 {line} 行：'confirm' 须为 reply, page 之一。请修正后重试。"


def test_a_policy_without_levers_has_no_plan_and_is_refused() -> None:
    text = raw_policy().decode()
    start, end = text.index("[[levers]]"), text.index("# How far each may go alone")
    with pytest.raises(BadInput, match="lacks 'levers'"):
        load_policy((text[:start] + text[end:]).encode())


SETTLED = """rate_bps = [790]
settlement_discount_bps = [3000]
settlement_down_payment_bps = [10000]
settlement_payments = [3]"""
STEPPED = """lowest_worth_bps = 5000
write_down_bps = 2000

[[floor]]
reason = "x"
rate_bps = 0
write_down_bps = 1000
lowest_worth_bps = 5000

# What a plan"""
# Old text, new text, one limit, the other.
CLASHES = [
    ("latest_first_payment_days = 45", "latest_first_payment_days = 9",
     "first_payment_days = 14", "latest_first_payment_days = 9"),
    ("max_payments = 36", "min_payments = 40\nmax_payments = 36", "min_payments = 40", "max_payments = 36"),
    ("from_days = 30\n", "from_days = 30\nmost_payments = 61\n", "most_payments = 61", "max_payments = 60"),
    ("from_days = 1\n", "from_days = 90\n", "from_days = 90", "from_days = 30"),
    ("from_days = -36500\n", "from_days = 1\n", "from_days = 1", "from_days = 1"),
    ("lowest_rate_bps = 490", "lowest_rate_bps = 500", "lowest_rate_bps = 500", "rate_bps = [490]"),
    ("most_waived_bps = 10000", "most_waived_bps = 4000", "most_waived_bps = 5000", "most_waived_bps = 4000"),
    ("most_deferred = 0", "most_deferred = 3", "most_deferred = 3", "most_deferred = 2"),
    ("lowest_worth_bps = 8500", "lowest_worth_bps = 9500", "lowest_worth_bps = 9000", "lowest_worth_bps = 9500"),
    ("[0, 5000, 10000]", "[6000]", "charges_waived_bps = [6000]", "most_waived_bps = 5000"),
    ("\nrate_bps = 0\n", "\nrate_bps = 500\n", "rate_bps = 500", "rate_bps = [490]"),
    ("lowest_worth_bps = 9000", "lowest_worth_bps = 10100", "lowest_worth_bps = 10100", "rate_bps = [490]"),
    ("lowest_worth_bps = 7500\n\n# What a plan", STEPPED, "write_down_bps = 2000", "write_down_bps = 1000"),
    ("lowest_worth_bps = 7500\n\n# What a plan", "lowest_worth_bps = 7500\nwrite_down_bps = 3000\n\n# What a plan",
     "lowest_worth_bps = 7500", "write_down_bps = 3000"),
    ("rate_bps = [790]", SETTLED, "settlement_discount_bps = [3000]", "lowest_worth_bps = 7500"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "one", "other"), CLASHES)
def test_two_limits_that_clash_are_refused_with_both_lines(old: str, new: str, one: str, other: str) -> None:
    raw = changed(old, new)
    with pytest.raises(BadInput) as refused:
        load_policy(raw)
    en, zh = refused.value.en, refused.value.zh
    for limit in (one, other):
        assert f"`{limit}`" in en
        assert f"`{limit}`" in zh
        lines = [number for number, line in enumerate(raw.decode().splitlines(), 1) if line.startswith(limit)]
        assert any(f"line {line}: `{limit}`" in en and f"第 {line} 行 `{limit}`" in zh for line in lines)
    assert "clash" in en
    assert "相互矛盾" in zh


def test_a_floor_that_no_plan_reaches_is_refused() -> None:
    policy = shipped_policy()
    dear = replace(policy, odds=replace(policy.odds, discount_bps=200_000))
    clash = find_clash(dear)
    assert clash is not None
    assert (clash.one.path, clash.other.path) == (("floor", 0, "lowest_worth_bps"), ("odds", "discount_bps"))
