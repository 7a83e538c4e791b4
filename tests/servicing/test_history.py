"""Histories: by hand, against a naive ledger, and the same whatever order the events became known in."""

from __future__ import annotations

import random
import uuid
from dataclasses import replace
from datetime import date, timedelta
from importlib import resources

import pytest

from parley.errors import BadInput
from parley.ids import AccountId
from parley.locale import Language
from parley.servicing.account import Account, Balance, Due, Product
from parley.servicing.allocation_order import Component, Situation, Waterfall, choose, load_waterfalls
from parley.servicing.daycount import DayCount
from parley.servicing.delinquency import arrears_minor, days_past_due
from parley.servicing.difference import difference, explain
from parley.servicing.history import Accrued, Asked, Charged, Event, History, Ordered, Paid, Reversed, replay
from parley.servicing.rate import Rate
from tests.servicing.naive_ledger import NaiveLedger

WATERFALLS = load_waterfalls((resources.files("parley.servicing") / "data" / "waterfall.toml").read_bytes())
STANDARD, CHINA = WATERFALLS["standard"], WATERFALLS["china"]
KEPT = choose(WATERFALLS, "CN", Situation.PLAN_KEPT)
D = date(2026, 1, 1)


def day(number: int) -> date:
    return D + timedelta(days=number)


def opening(balance: Balance, *dues: Due, currency: str = "USD") -> Account:
    return Account(AccountId(uuid.UUID(int=7)), Product.LOAN, currency, balance, 1_200, dues)


def used(history: History) -> dict[str, tuple[Balance, int]]:
    return {use.payment_id: (use.parts, use.held_minor) for use in history.uses}


# 1,000.00 owed; 10.00 of interest and 100.00 asked for on days 30 and 60; payments on days 30 and 65.
LOAN = opening(Balance(principal=100_000))
MONTHS: list[Event] = [
    Charged(day(30), Component.INTEREST, 1_000),
    Asked(day(30), 10_000),
    Charged(day(60), Component.INTEREST, 1_000),
    Asked(day(60), 10_000),
]
ON_TIME, LATE = Paid(day(30), "one", 10_000), Paid(day(65), "two", 6_000)


def test_payments_lower_interest_then_principal_and_the_dues_oldest_first() -> None:
    found = replay(LOAN, [*MONTHS, ON_TIME, LATE], STANDARD)
    assert found.account.balance == Balance(principal=86_000)
    assert found.account.dues == (Due(day(30), 10_000, 10_000), Due(day(60), 10_000, 6_000))
    assert used(found) == {"one": (Balance(9_000, 1_000), 0), "two": (Balance(5_000, 1_000), 0)}
    assert (days_past_due(found.account.dues, day(70)), arrears_minor(found.account.dues, day(70))) == (10, 4_000)


def test_reversed_payment_moves_what_the_later_one_paid() -> None:
    found = replay(LOAN, [*MONTHS, ON_TIME, LATE, Reversed("one")], STANDARD)
    # 60.00 on day 65 now pays 20.00 of interest and 40.00 of principal, and the due of day 30 only.
    assert found.account.balance == Balance(principal=96_000)
    assert found.account.dues == (Due(day(30), 10_000, 6_000), Due(day(60), 10_000))
    assert used(found) == {"two": (Balance(4_000, 2_000), 0)}


def test_money_beyond_what_is_owed_is_held_and_pays_what_is_charged_next() -> None:
    small = opening(Balance(principal=5_000), Due(day(10), 5_000))
    events: list[Event] = [Paid(day(5), "one", 6_500), Charged(day(20), Component.FEE, 900), Asked(day(20), 900)]
    found = replay(small, events, STANDARD)
    assert used(found) == {"one": (Balance(5_000, fee=900), 600)}
    assert (found.held_minor, found.account.balance.total, arrears_minor(found.account.dues, day(30))) == (600, 0, 0)
    # Line by line: paid, the fee charged, and what was held used on it.
    assert [entry.held_minor for entry in found.entries] == [1_500, 1_500, 600]


def test_principal_comes_first_from_the_day_an_arrangement_is_kept() -> None:
    owed = opening(Balance(principal=50_000, interest=3_000), Due(day(0), 20_000))
    events: list[Event] = [Paid(day(3), "one", 1_000), Ordered(day(5), KEPT), Paid(day(5), "two", 1_000)]
    found = replay(owed, events, CHINA)
    assert used(found) == {"one": (Balance(interest=1_000), 0), "two": (Balance(1_000), 0)}
    assert found.account.balance == Balance(principal=49_000, interest=2_000)


def test_interest_follows_the_principal_day_by_day() -> None:
    # 12 % of 10,000.00 by actual/360: 3.3333… a day. 20 days of 10,000.00 and 10 days of 4,000.00: 66.67 + 13.33.
    accrued = Accrued(day(30), day(0), Rate.of_percent(12), DayCount.ACTUAL_360)
    whole = opening(Balance(principal=1_000_000))
    assert replay(whole, [accrued], STANDARD).account.balance.interest == 10_000
    found = replay(whole, [accrued, Paid(day(20), "one", 600_000)], STANDARD)
    assert found.account.balance == Balance(principal=400_000, interest=8_000)
    # Before it starts and from its last day on, a payment changes nothing of it.
    early = replay(opening(Balance(principal=1_600_000)), [accrued, Paid(day(-9), "one", 600_000)], STANDARD)
    assert early.account.balance.interest == 10_000
    assert replay(whole, [accrued, Paid(day(30), "one", 600_000)], STANDARD).account.balance.interest == 0


def test_thirty_360_of_the_pieces_is_that_of_the_whole() -> None:
    # From 31 January to 31 March is two months of thirty days, whatever is paid on 28 February (interest before it).
    accrued = Accrued(date(2026, 3, 31), date(2026, 1, 31), Rate.of_percent(12), DayCount.THIRTY_360_BOND)
    paid = Paid(date(2026, 2, 28), "one", 1)
    assert replay(opening(Balance(principal=1_000_001)), [accrued, paid], STANDARD).account.balance.interest == 20_000


def test_what_is_asked_for_when_nothing_is_owed_is_not_owed() -> None:
    found = replay(opening(Balance(principal=100)), [Paid(day(1), "one", 100), Asked(day(2), 50)], STANDARD)
    assert found.account.dues == ()


@pytest.mark.parametrize(
    ("events", "what"),
    [
        ([ON_TIME, ON_TIME], "given twice"),
        ([ON_TIME, Reversed("none")], "not there"),
        ([ON_TIME, Reversed("one"), Reversed("one")], "reversed before"),
        ([Accrued(day(0), day(9), Rate.of_percent(1), DayCount.ACTUAL_360)], "cannot end before"),
    ],
)
def test_history_that_cannot_be_is_refused(events: list[Event], what: str) -> None:
    with pytest.raises(BadInput, match=what):
        replay(LOAN, events, STANDARD)


# --- against a naive ledger, and in any order -------------------------------------------------------------------------


def random_events(dice: random.Random) -> tuple[Account, list[Event], Waterfall]:
    dues = [Due(day(k), dice.randint(1, 300)) for k in sorted(dice.sample(range(-30, 10), dice.randint(0, 3)))]
    start = opening(Balance(*(dice.choice([0, dice.randint(0, 900)]) for _ in range(5))), *dues)
    events: list[Event] = []
    for number in range(dice.randint(1, 9)):
        on = day(dice.randint(0, 40))
        match dice.choice("pppppcca o"):
            case "p":
                events.append(Paid(on, f"p{number}", dice.randint(1, 700)))
            case "c":
                events.append(Charged(on, dice.choice(list(Component)), dice.randint(1, 200)))
            case "a":
                events.append(Asked(on, dice.randint(1, 200)))
            case "o":
                events.append(Ordered(on, dice.choice([CHINA, KEPT])))
            case _:
                since = on - timedelta(days=dice.randint(0, 30))
                events.append(Accrued(on, since, Rate.of_percent(dice.choice([12, 365])), DayCount.ACTUAL_365F))
    return start, events, dice.choice([STANDARD, CHINA, WATERFALLS["germany"]])


def test_agrees_with_a_ledger_that_walks_day_by_day(*, full_size: bool) -> None:
    dice = random.Random("ledger")
    for _ in range(50_000 if full_size else 600):
        start, events, order = random_events(dice)
        paid = [event.payment_id for event in events if isinstance(event, Paid)]
        if paid and dice.random() < 0.4:
            events.append(Reversed(dice.choice(paid)))
        found = replay(start, events, order)
        naive = NaiveLedger(start, order)
        naive.walk(events, day(-60), day(60))
        for entry, line in zip(found.entries, naive.lines, strict=True):
            owed = {component.value: getattr(entry.balance, component) for component in Component}
            assert (entry.event.on, owed, entry.held_minor) == (line.on, line.owed, line.held)
            assert entry.charged_minor == (line.amount if line.what.startswith("charged") else 0)
        assert {due.due_on: due.open_minor for due in found.account.dues} == naive.open_dues
        assert {due.due_on: due.amount_minor for due in found.account.dues} == naive.asked


def test_money_is_conserved(*, full_size: bool) -> None:
    dice = random.Random("conserved")
    for _ in range(100_000 if full_size else 600):
        start, events, order = random_events(dice)
        found = replay(start, events, order)
        charged = sum(entry.charged_minor for entry in found.entries)
        received = sum(event.amount_minor for event in events if isinstance(event, Paid))
        used_up = sum(use.parts.total for use in found.uses)
        assert used_up + found.held_minor == received
        assert start.balance.total + charged - used_up == found.account.balance.total
        assert not (found.held_minor and found.account.balance.total)


def test_reversing_a_payment_restores_the_state_without_it(*, full_size: bool) -> None:
    dice = random.Random("reversal")
    for _ in range(100_000 if full_size else 600):
        start, events, order = random_events(dice)
        extra = Paid(day(dice.randint(0, 40)), "extra", dice.randint(1, 700))
        at = dice.randint(0, len(events))
        found = replay(start, [*events[:at], extra, *events[at:], Reversed("extra")], order)
        assert found.reversed == (extra,)
        assert replace(found, reversed=()) == replay(start, events, order)


def test_back_dated_payment_is_as_if_it_had_come_in_order(*, full_size: bool) -> None:
    dice = random.Random("back-dated")
    for _ in range(100_000 if full_size else 600):
        start, events, order = random_events(dice)
        # One event a day and kind: what comes first of one day is the order in which it became known.
        one_each = list(
            {(event.on, type(event)): event for event in events if not isinstance(event, Reversed)}.values()
        )
        in_order = sorted(one_each, key=lambda event: event.on)
        dice.shuffle(one_each)
        assert replay(start, one_each, order) == replay(start, in_order, order)


# --- what changed, in words -------------------------------------------------------------------------------------------

REVERSAL = (
    replay(LOAN, [*MONTHS, ON_TIME, LATE], STANDARD),
    replay(LOAN, [*MONTHS, ON_TIME, LATE, Reversed("one")], STANDARD),
)


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            Language.EN,
            [
                "Payment one of 2026-01-31 over 100.00 USD was taken back and no longer counts.",
                "It paid 10.00 USD of interest; now it pays 0.00 USD.",
                "It paid 90.00 USD of principal; now it pays 0.00 USD.",
                "Payment two of 2026-03-07 over 60.00 USD is used otherwise than before.",
                "It paid 10.00 USD of interest; now it pays 20.00 USD.",
                "It paid 50.00 USD of principal; now it pays 40.00 USD.",
                "Owed in principal: 860.00 USD before, 960.00 USD now.",
            ],
        ),
        (
            Language.ZH_HANS,
            [
                "2026-01-31 的还款 one（100.00 USD）已冲正，不再计入。",
                "原冲抵利息 10.00 USD，现冲抵 0.00 USD。",
                "原冲抵本金 90.00 USD，现冲抵 0.00 USD。",
                "2026-03-07 的还款 two（60.00 USD）的用途有变。",
                "原冲抵利息 10.00 USD，现冲抵 20.00 USD。",
                "原冲抵本金 50.00 USD，现冲抵 40.00 USD。",
                "应还本金：原为 860.00 USD，现为 960.00 USD。",
            ],
        ),
    ],
)
def test_reversal_is_explained_payment_by_payment(language: Language, sentences: list[str]) -> None:
    found = difference(*REVERSAL)
    assert [said.text("USD") for said in explain(found, language)] == sentences


@pytest.mark.parametrize("language", Language)
def test_explanations_hold_amounts_as_figures_and_none_in_their_words(language: Language) -> None:
    said = explain(difference(*REVERSAL), language)
    assert [one.amounts for one in said] == [one.amounts for one in explain(difference(*REVERSAL), Language.EN)]
    assert not any(sign.isdigit() for one in said for sign in one.template)
    assert not any(figure in repr(one) for one in said for figure in ("10000", "9000"))


def test_held_money_and_no_change_are_said_too() -> None:
    small = opening(Balance(principal=5_000), currency="JPY")
    before = replay(small, [Paid(day(5), "one", 4_000)], STANDARD)
    after = replay(small, [Paid(day(5), "one", 4_000), Paid(day(2), "two", 3_000)], STANDARD)
    assert [said.text("JPY") for said in explain(difference(before, after), Language.EN)] == [
        "Payment two of 2026-01-03 over 3,000 JPY now counts.",
        "It paid 0 JPY of principal; now it pays 3,000 JPY.",
        "Payment one of 2026-01-06 over 4,000 JPY is used otherwise than before.",
        "It paid 4,000 JPY of principal; now it pays 2,000 JPY.",
        "Of it 0 JPY was held as nothing was owed; now 2,000 JPY is held.",
        "Owed in principal: 1,000 JPY before, 0 JPY now.",
        "Held for you: 0 JPY before, 2,000 JPY now.",
    ]
    assert [said.text("JPY") for said in explain(difference(before, before), Language.ZH_HANT)] == ["沒有變化。"]


def test_difference_accounts_for_every_cent(*, full_size: bool) -> None:
    dice = random.Random("difference")
    for _ in range(50_000 if full_size else 400):
        start, events, order = random_events(dice)
        before = replay(start, events, order)
        after = replay(start, [*events, Paid(day(dice.randint(0, 40)), "extra", dice.randint(1, 700))], order)
        found = difference(before, after)
        moved = sum(
            (change.after.parts.total if change.after else 0) - (change.before.parts.total if change.before else 0)
            for change in found.changes
        )
        charged = sum(entry.charged_minor for entry in after.entries) - sum(
            entry.charged_minor for entry in before.entries
        )
        assert found.owed_before.total + charged - moved == found.owed_after.total
