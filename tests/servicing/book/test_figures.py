"""Figures of a book by hand, and that they follow the waterfall's own account."""

from __future__ import annotations

import random
import uuid
from datetime import date
from importlib import resources

import pytest

from parley.ids import AccountId
from parley.servicing.account import Account, Balance, Due, Product
from parley.servicing.allocation_order import Component, load_waterfalls
from parley.servicing.arrangement import Standing as PromiseStanding
from parley.servicing.book.liquidation import Placed, liquidation
from parley.servicing.book.promises import Promised, kept_rates, promise_on
from parley.servicing.book.ratio import Ratio
from parley.servicing.book.roll import cure_rate, is_cured, roll_counts, roll_rates
from parley.servicing.book.standing import BookAccount, Received, Standing, State, standing_on, worst_days_past_due
from parley.servicing.book.vintage import vintages
from parley.servicing.delinquency import arrears_minor, days_past_due
from parley.servicing.history import Charged, Paid, replay
from parley.servicing.rounding import Rounding
from tests.servicing.book.books import account, day, random_book

JAN, FEB, MAR = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)
# One due of 100.00 in each of three months, paid late in part: 120.00 on 5 March, the rest never.
LATE = account(1, [(JAN, 10_000), (FEB, 10_000), (MAR, 10_000)], [(date(2026, 3, 5), 12_000)])
IN_TIME = account(2, [(JAN, 10_000), (FEB, 10_000)], [(JAN, 10_000), (FEB, 10_000)])
PAID_OFF = account(3, [(JAN, 10_000), (FEB, 10_000)], [(date(2026, 2, 10), 15_000)], paid_off_on=date(2026, 2, 10))
CHARGED_OFF = account(4, [(date(2025, 12, 15), 10_000)], charged_off_on=date(2026, 3, 15))
NEW = account(5, [(MAR, 10_000)], opened_on=date(2026, 3, 1))
BOOK = [LATE, IN_TIME, PAID_OFF, CHARGED_OFF, NEW]


@pytest.mark.parametrize(
    ("one", "as_of", "expected"),
    [
        (LATE, JAN, Standing(State.CURRENT)),
        (LATE, date(2026, 2, 1), Standing(State.DAYS_1_29, 1, 10_000)),
        (LATE, date(2026, 3, 4), Standing(State.DAYS_30_59, 32, 20_000)),
        # The payment of the day counts: 100.00 of January and 20.00 of February are paid.
        (LATE, date(2026, 3, 5), Standing(State.DAYS_1_29, 5, 8_000)),
        (LATE, date(2026, 6, 28), Standing(State.DAYS_120_UP, 120, 18_000)),
        (PAID_OFF, date(2026, 2, 9), Standing(State.DAYS_1_29, 9, 10_000)),
        # What was still to fall due lapsed with the pay-off: it is never late.
        (PAID_OFF, date(2026, 3, 9), Standing(State.PAID_OFF)),
        (CHARGED_OFF, date(2026, 3, 14), Standing(State.DAYS_60_89, 89, 10_000)),
        (CHARGED_OFF, date(2026, 3, 15), Standing(State.CHARGED_OFF)),
        (NEW, date(2026, 2, 28), None),
    ],
)
def test_standing_on_a_day(one: BookAccount, as_of: date, expected: Standing | None) -> None:
    assert standing_on(one, as_of) == expected


def test_roll_matrix_counts_accounts_between_two_days() -> None:
    counts = roll_counts(BOOK, date(2026, 2, 5), date(2026, 3, 20))
    # 5 February: one and three are 5 days late, two is current, four 52 days; 20 March: 20 days, current, paid, off.
    assert counts == {
        (State.DAYS_1_29, State.DAYS_1_29): 1,
        (State.DAYS_1_29, State.PAID_OFF): 1,
        (State.CURRENT, State.CURRENT): 1,
        (State.DAYS_30_59, State.CHARGED_OFF): 1,
    }
    assert roll_rates(counts)[State.DAYS_1_29, State.PAID_OFF] == Ratio(1, 2)
    # Who is out of the book on the first day does not roll.
    assert (State.PAID_OFF, State.PAID_OFF) not in roll_counts(BOOK, date(2026, 3, 20), date(2026, 3, 30))


def test_cure_is_being_past_due_and_not_any_more() -> None:
    february = (date(2026, 2, 1), date(2026, 2, 28))
    # Past due on some day of February: one, three and four. On 10 March one is late still, four is at 85 days.
    assert cure_rate(BOOK, *february, date(2026, 3, 10)) == Ratio(1, 3)
    # A charge-off is no cure, and the late payer is no cure before the last due is paid.
    assert cure_rate(BOOK, *february, date(2026, 4, 30)) == Ratio(1, 3)
    assert cure_rate(BOOK, date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 31)) == Ratio(0, 2)
    caught_up = account(6, [(JAN, 100)], [(date(2026, 2, 2), 100)])
    assert cure_rate([caught_up], *february, date(2026, 2, 28)) == Ratio(1, 1)
    # The day of the payment began past due; the next did not.
    assert cure_rate([caught_up], date(2026, 2, 2), *february[1:], date(2026, 2, 28)) == Ratio(1, 1)
    assert cure_rate([caught_up], date(2026, 2, 3), *february[1:], date(2026, 2, 28)) == Ratio(0, 0)
    assert [is_cured(was_past_due=was, is_past_due=now) for was in (True, False) for now in (True, False)] == [
        False, True, False, False,
    ]  # fmt: skip


def test_vintage_holds_the_worst_that_ever_was_at_each_age() -> None:
    # Opened on 1 December: ages 0 to 4 on 1 December, January, February, March, April.
    found = vintages([LATE, IN_TIME, CHARGED_OFF], date(2026, 4, 30), 30, 12)
    december = date(2025, 12, 1)
    # LATE is 1 day late on 1 February, was 32 days late on 4 March; CHARGED_OFF reaches 30 days on 14 January.
    assert found == {
        (december, 0): Ratio(0, 3),
        (december, 1): Ratio(0, 3),
        (december, 2): Ratio(1, 3),
        (december, 3): Ratio(1, 3),
        (december, 4): Ratio(2, 3),
    }
    assert worst_days_past_due(LATE, date(2026, 3, 4)) == worst_days_past_due(LATE, date(2026, 4, 1)) == 32
    # 90 days are never reached: it was charged off at 90 on 15 March, and is bad for that.
    assert vintages([CHARGED_OFF], date(2026, 4, 30), 120, 12)[december, 4] == Ratio(1, 1)
    assert vintages([CHARGED_OFF], date(2026, 4, 30), 120, 12)[december, 3] == Ratio(0, 1)


def test_vintage_of_an_account_that_is_too_young_has_no_late_ages() -> None:
    assert set(vintages([NEW], date(2026, 4, 30), 30, 12)) == {(date(2026, 3, 1), 0), (date(2026, 3, 1), 1)}


def test_liquidation_counts_what_was_paid_after_the_day_by_currency() -> None:
    payer = account(7, [], [(JAN, 1_000), (date(2026, 2, 20), 2_000), (MAR, 3_000)])
    yen = account(8, [], [(FEB, 500)], currency="JPY")
    found = liquidation([Placed(payer, JAN, 20_000), Placed(yen, JAN, 4_000)], date(2026, 3, 30), 6)
    month = date(2026, 1, 1)
    # The payment of the day itself is in what was owed; two months after 31 January is 31 March, not reached yet.
    assert found == {
        (month, "USD", 0): Ratio(0, 20_000),
        (month, "USD", 1): Ratio(2_000, 20_000),
        (month, "JPY", 0): Ratio(0, 4_000),
        (month, "JPY", 1): Ratio(500, 4_000),
    }


def test_promise_is_kept_by_payments_in_its_time_and_open_ones_do_not_count() -> None:
    payer = account(9, [], [(date(2026, 2, 1), 500), (date(2026, 2, 11), 500)])
    made, due = date(2026, 2, 1), date(2026, 2, 10)
    whole, more = Promised(payer, made, due, 1_000), Promised(payer, made, due, 1_001)
    cancelled = Promised(payer, made, due, 1_001, is_cancelled=True)
    # One day of grace: the payment of the 11th is in time, and a promise is broken from the 12th.
    assert promise_on(whole, date(2026, 2, 10), 1) is PromiseStanding.ACTIVE
    assert promise_on(whole, date(2026, 2, 11), 1) is PromiseStanding.KEPT
    assert promise_on(more, date(2026, 2, 11), 1) is PromiseStanding.ACTIVE
    assert promise_on(more, date(2026, 2, 12), 1) is PromiseStanding.BROKEN
    assert kept_rates([whole, more, cancelled], date(2026, 2, 11), 1) == {date(2026, 2, 1): Ratio(1, 1)}
    assert kept_rates([whole, more, cancelled], date(2026, 3, 1), 1) == {date(2026, 2, 1): Ratio(1, 2)}
    assert kept_rates([whole], date(2026, 3, 1), 0) == {date(2026, 2, 1): Ratio(0, 1)}


def test_ratio_is_rounded_by_name_and_only_when_shown() -> None:
    assert Ratio(1, 3).bps() == 3_333
    assert Ratio(1, 8).bps(Rounding.DOWN) == 1_250
    assert Ratio(2, 3).bps(Rounding.DOWN) == 6_666
    assert Ratio(0, 0).bps() is None


def test_rows_of_the_roll_matrix_sum_to_their_whole(*, full_size: bool) -> None:
    dice = random.Random("matrix")
    for _ in range(2_000 if full_size else 20):
        book = random_book(dice, 20)
        first, second = sorted((day(dice.randint(-300, 300)), day(dice.randint(-300, 300))))
        counts = roll_counts(book.accounts, first, second)
        for (before, _), ratio in roll_rates(counts).items():
            assert ratio.whole == sum(count for (one, _), count in counts.items() if one is before)


def test_standing_follows_the_account_of_the_waterfall(*, full_size: bool) -> None:
    raw = (resources.files("parley.servicing") / "data" / "waterfall.toml").read_bytes()
    orders = list(load_waterfalls(raw).values())
    dice = random.Random("waterfall")
    for _ in range(50_000 if full_size else 400):
        dues = tuple(
            Due(day(at), dice.randint(1, 300)) for at in sorted(dice.sample(range(-40, 40), dice.randint(0, 5)))
        )
        owed = Balance(principal=sum(due.amount_minor for due in dues) + dice.randint(1, 500))
        start = Account(AccountId(uuid.UUID(int=1)), Product.LOAN, "USD", owed, 1_200, dues)
        events: list[Paid | Charged] = [
            Paid(day(dice.randint(0, 60)), str(k), dice.randint(1, 200)) for k in range(dice.randint(0, 6))
        ]
        events.append(Charged(day(dice.randint(0, 60)), Component.FEE, dice.randint(1, 50)))
        as_of = day(dice.randint(0, 70))
        found = replay(start, [one for one in events if one.on <= as_of], dice.choice(orders))
        received = tuple(Received(use.on, use.parts.total) for use in found.uses)
        emptied = [entry.event.on for entry in found.entries if entry.balance.total == 0]
        if emptied and found.account.balance.total:
            continue  # paid off, then charged again: what had lapsed is no due of the book any more
        paid_off = emptied[0] if emptied else None
        now = standing_on(BookAccount(uuid.UUID(int=1), "USD", day(-50), dues, received, paid_off), as_of)
        assert now is not None
        assert now.days_past_due == days_past_due(found.account.dues, as_of)
        assert now.arrears_minor == arrears_minor(found.account.dues, as_of)


def test_repr_shows_no_amount() -> None:
    promised = Promised(LATE, JAN, FEB, 98_765)
    shown = f"{LATE!r} {LATE.payments!r} {standing_on(LATE, FEB)!r} {Placed(LATE, JAN, 98_765)!r} {promised!r}"
    assert not any(figure in shown for figure in ("98765", "10000", "12000"))
