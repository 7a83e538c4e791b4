"""What can be done with an instalment: the plan, or the least relaxation, checked by the naive way."""

from __future__ import annotations

from parley.money import Money
from parley.servicing.account import Balance
from parley.servicing.changes.affordable import Bounds, Lever, Relaxation, Shortfall, what_can_be_done
from parley.servicing.changes.debt import Debt
from parley.servicing.changes.modify import Modification
from parley.servicing.changes.notices import Say
from parley.servicing.changes.rate_relief import InterestFreeze
from parley.servicing.products.due import given_days
from parley.servicing.products.terms import LoanTerms
from parley.servicing.rate import ZERO_RATE
from tests.servicing.changes import naive
from tests.servicing.changes.build import DAY, changed, debt_of, eur, payments, percent, terms_of
from tests.servicing.products.samples import samples


def _bounds(most: int, longest: int = 120, rate: str = "0", write_down: int = 10**9, rest: int = 10**9) -> Bounds:
    return Bounds(most, longest, percent(rate), eur(write_down), eur(rest))


def _shortfall(debt: Debt, instalment: int, bounds: Bounds) -> tuple[Shortfall, dict[Lever, Relaxation]]:
    found = what_can_be_done(debt, eur(instalment), bounds)
    assert isinstance(found, Shortfall)
    return found, {relaxation.lever: relaxation for relaxation in found.relaxations}


def test_instalment_that_does() -> None:
    # Case pay-afford-300.
    plan = what_can_be_done(debt_of(800_000, "21.9", 12), eur(30_000), _bounds(60))
    assert isinstance(plan, Modification)
    assert payments(plan) == [30_000] * 36 + [26_163]
    assert (Say.PAYMENTS, 37, 26_163) in [tuple(notice) for notice in plan.notices]


def test_each_lever_gives_the_least() -> None:
    # Without interest 1,000.00 in nine of 100.00: ten payments would do, or 100.00 forgiven, or 100.00 with the last.
    shortfall, by_lever = _shortfall(debt_of(100_000, "0", 9), 10_000, _bounds(9))
    assert shortfall.too_small.needed_minor == 11_112
    assert {lever: relaxation.least for lever, relaxation in by_lever.items()} == {
        Lever.TERM_EXTENSION: 10,
        Lever.WRITE_DOWN: 10_000,
        Lever.REST_WITH_LAST: 10_000,
    }
    assert payments(by_lever[Lever.TERM_EXTENSION].modification) == [10_000] * 10
    assert payments(by_lever[Lever.WRITE_DOWN].modification) == [10_000] * 9
    assert payments(by_lever[Lever.REST_WITH_LAST].modification) == [10_000] * 8 + [20_000]


def test_highest_rate_is_exact_to_the_basis_point() -> None:
    # 100.00 in one payment of 101.00: 12 % a year is 1.00 a month; 12.05 % is 1.004, 12.06 % is 1.005 and rounds up.
    _, by_lever = _shortfall(debt_of(10_000, "24", 1), 10_100, _bounds(1))
    assert by_lever[Lever.LOWER_RATE].least == 1_205
    assert payments(by_lever[Lever.LOWER_RATE].modification) == [10_100]


def test_bounds_are_told_and_not_bent() -> None:
    debt = debt_of(100_000, "24", 9)
    _, wide = _shortfall(debt, 11_800, _bounds(9))
    assert all(relaxation.within for relaxation in wide.values())
    assert set(wide) == set(Lever)
    tight = _bounds(9, 9, "23", 1, 1)
    _, narrow = _shortfall(debt, 11_800, tight)
    assert [relaxation.within for relaxation in narrow.values()] == [False] * 4
    assert {lever: found.least for lever, found in narrow.items()} == {
        lever: found.least for lever, found in wide.items()
    }
    at_bound = Bounds(
        9,
        wide[Lever.TERM_EXTENSION].least,
        percent(f"{wide[Lever.LOWER_RATE].least / 100:.2f}"),
        eur(wide[Lever.WRITE_DOWN].least),
        eur(wide[Lever.REST_WITH_LAST].least),
    )
    assert all(relaxation.within for relaxation in _shortfall(debt, 11_800, at_bound)[1].values())


def test_instalment_below_the_first_interest_is_told_the_one_that_does() -> None:
    # 10,000.00 at 1.5 %: no term does with 149.00, nor may the debt grow until the last payment.
    shortfall, by_lever = _shortfall(debt_of(1_000_000, "18", 12), 14_900, _bounds(36))
    assert shortfall.too_small.first_interest_minor == 15_000
    assert naive.repays(1_000_000, naive.monthly([1_800] * 36), shortfall.too_small.needed_minor)
    assert Lever.TERM_EXTENSION not in by_lever
    assert Lever.REST_WITH_LAST not in by_lever


def test_interest_that_comes_back_after_a_freeze_is_seen() -> None:
    # Three payments of 15.00 without interest leave 955.00; at 2 % that costs 19.10, and no longer term would do.
    frozen = changed(debt_of(100_000, "24", 12), InterestFreeze(3)).debt
    assert frozen is not None
    shortfall, by_lever = _shortfall(frozen, 1_500, _bounds(3, 60))
    assert shortfall.too_small.first_interest_minor == 0
    assert Lever.TERM_EXTENSION not in by_lever
    # 20.00 does: from 940.00 on it covers 18.80.
    assert Lever.TERM_EXTENSION in _shortfall(frozen, 2_000, _bounds(3, 60))[1]


def test_dates_given_one_by_one_cannot_be_extended() -> None:
    days = given_days(terms_of(1, "0", 3).due.due_on)
    debt = Debt(LoanTerms(eur(100_000), ZERO_RATE, DAY, days, terms_of(1, "0", 3).accrual))
    _, by_lever = _shortfall(debt, 30_000, _bounds(3))
    assert Lever.TERM_EXTENSION not in by_lever
    assert by_lever[Lever.WRITE_DOWN].least == 10_000


def test_what_is_due_now_stays_due_now() -> None:
    plan = what_can_be_done(debt_of(100_000, "0", 10, due_now=Balance(fee=900)), eur(10_000), _bounds(10))
    assert isinstance(plan, Modification)
    assert plan.after.due_now_minor == 900


def test_least_is_least(full_size: bool) -> None:
    for random in samples("affordable", 300, full_size=full_size):
        owed, bps = random.randint(100, 10 ** random.randint(3, 7)), random.choice([0, random.randint(1, 6_000)])
        most = random.randint(1, 48)
        level = naive.level(owed, naive.monthly([bps] * most))
        instalment = random.randint(max(1, level // 2), level + 2)
        _check(owed, bps, most, instalment, random.randint(1, 24))


def _check(owed: int, bps: int, most: int, instalment: int, count: int) -> None:
    def does(amount: int, rate: int, payments_: int) -> bool:
        return naive.repays(amount, naive.monthly([rate] * payments_), instalment)

    debt = debt_of(owed, f"{bps // 100}.{bps % 100:02d}", count)
    found = what_can_be_done(debt, Money(instalment, "EUR"), _bounds(most))
    if does(owed, bps, most):
        assert isinstance(found, Modification)
        assert max(payments(found)) <= instalment
        assert not does(owed, bps, found.after.count - 1) or found.after.count == 1
        return
    assert isinstance(found, Shortfall)
    needed = found.too_small.needed_minor
    rates = naive.monthly([bps] * most)
    assert naive.repays(owed, rates, needed)
    assert not naive.repays(owed, rates, needed - 1)
    by_lever = {relaxation.lever: relaxation for relaxation in found.relaxations}
    if longer := by_lever.get(Lever.TERM_EXTENSION):
        assert does(owed, bps, longer.least)
        assert not does(owed, bps, longer.least - 1)
    else:
        assert not does(owed, bps, 3_000)
    if lower := by_lever.get(Lever.LOWER_RATE):
        assert does(owed, lower.least, most)
        assert not does(owed, lower.least + 1, most)
    else:
        assert not bps or not does(owed, 0, most)
    if forgiven := by_lever.get(Lever.WRITE_DOWN):
        assert does(owed - forgiven.least, bps, most)
        assert not does(owed - forgiven.least + 1, bps, most)
    rest = by_lever.get(Lever.REST_WITH_LAST)
    assert (rest is None) == (instalment < naive.cents(owed * rates[0]))
    if rest:
        assert payments(rest.modification) == [instalment] * (most - 1) + [instalment + rest.least]
    for relaxation in found.relaxations:
        assert Say.BALANCE_GROWS not in {notice.say for notice in relaxation.modification.notices}
        if relaxation.lever is not Lever.REST_WITH_LAST:
            assert max(payments(relaxation.modification)) <= instalment
