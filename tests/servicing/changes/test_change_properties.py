"""What holds of every change, on seeded random debts, against the naive second implementation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from random import Random

import pytest

from parley.money import Money
from parley.servicing.account import Balance
from parley.servicing.allocation_order import Component
from parley.servicing.changes.debt import Debt, debt_after
from parley.servicing.changes.forgiveness import Waiver, WriteDown
from parley.servicing.changes.modify import Change, Modification, modify
from parley.servicing.changes.notices import Say
from parley.servicing.changes.pauses import Deferral, PaymentHoliday
from parley.servicing.changes.pay_day import MoveDueDay
from parley.servicing.changes.rate_relief import InterestFreeze, RateCut
from parley.servicing.changes.re_age import Charges, ReAge
from parley.servicing.changes.re_age_limits import AccountHistory, ReAgeLimits
from parley.servicing.changes.repayment import NewInstalment, StepUp, TermExtension, WithBalloon
from parley.servicing.daycount import DayCount
from parley.servicing.periods import MONTHLY
from parley.servicing.products.due import regular_days
from parley.servicing.products.shapes import Level, StepAmount
from parley.servicing.products.terms import Ledger, LoanRounding, LoanTerms, UnpaidInterest
from parley.servicing.rate import Rate
from parley.servicing.table import Grounds, Layer
from tests.servicing.changes import naive
from tests.servicing.changes.build import changed, eur, payments
from tests.servicing.products.samples import samples

DAY = date(2026, 1, 31)
NO_LIMITS = ReAgeLimits("none", 0, 0, 9, 9, Grounds(("*",), Layer.POLICY, "x", "x"))
HISTORY = AccountHistory(date(2020, 1, 1), (), 99)


@dataclass
class Sample:
    """A random debt, and the same in plain numbers."""

    debt: Debt
    owed: int
    bps: int
    count: int
    due_now: Balance
    accrual: DayCount | None

    def rates(self, bps: list[int]) -> list[Fraction]:
        """Return the rate of each period at these annual ones, the count theirs."""
        if self.accrual is None:
            return naive.monthly(bps)
        ends = regular_days(date(2026, 2, 28), MONTHLY, len(bps), anchor_day=31).due_on
        return naive.by_days(bps, [DAY, *ends])


def _sample(random: Random, ledger: Ledger = Ledger.WHOLE) -> Sample:
    owed = random.randint(1_000, 10 ** random.randint(4, 8))
    bps = random.choice([0, random.randint(1, 600), random.randint(600, 4_000), random.randint(4_000, 12_000)])
    count = random.randint(2, random.choice([6, 24, 60]))
    accrual = random.choice([None, None, DayCount.ACTUAL_365F])
    due = regular_days(date(2026, 2, 28), MONTHLY, count, anchor_day=31)
    terms = LoanTerms(eur(owed), Rate.of_bps(bps), DAY, due, accrual or MONTHLY, LoanRounding(ledger=ledger))
    parts = [random.randint(0, owed // 5) if random.random() < 0.5 else 0 for _ in range(5)]
    due_now = Balance(*parts)
    return Sample(Debt(terms, Level(), due_now=due_now), owed, bps, count, due_now, accrual)


def _expect(modification: Modification, paid: naive.Paid) -> None:
    schedule = modification.after.schedule
    assert schedule is not None
    assert [row.payment_minor for row in schedule.rows] == [*paid.payments[:-1], paid.payments[-1] + paid.held]
    assert payments(modification)[-1] == paid.payments[-1] + paid.held + modification.after.held_minor
    assert modification.after.interest_minor == sum(paid.interest)


def _one(random: Random, sample: Sample) -> tuple[Change, naive.Paid]:
    """Return a change, and what the naive way makes of it."""
    owed, n, bps = sample.owed, sample.count, [sample.bps] * sample.count
    kind = random.choice(["write_down", "cut", "freeze", "longer", "deferral", "holiday", "balloon", "instalment"])
    if kind in {"cut", "freeze"} and not sample.bps:
        kind = "longer"
    pause = random.randint(1, n - 1)
    mode = random.choice(list(UnpaidInterest))
    if kind == "write_down":
        amount = random.randint(1, owed - 1)
        rates = sample.rates(bps)
        return WriteDown(eur(amount)), naive.run(owed - amount, rates, naive.level(owed - amount, rates))
    if kind == "cut":
        cut = random.randint(0, sample.bps - 1)
        periods = random.choice([None, random.randint(1, n - 1)])
        rates = sample.rates([cut] * (periods or n) + bps[periods or n :])
        return RateCut(Rate.of_bps(cut), periods), naive.run(owed, rates, naive.level(owed, rates))
    if kind == "freeze":
        rates = sample.rates([0] * pause + bps[pause:])
        return InterestFreeze(pause), naive.run(owed, rates, naive.level(owed, rates))
    if kind == "longer":
        rates = sample.rates(bps + [sample.bps] * pause)
        return TermExtension(n + pause), naive.run(owed, rates, naive.level(owed, rates))
    if kind == "deferral":
        rates = sample.rates(bps + [sample.bps] * pause)
        return Deferral(pause, mode), naive.run(owed, rates, naive.level(owed, rates, pause, mode), pause, mode)
    rates = sample.rates(bps)
    if kind == "holiday":
        return PaymentHoliday(pause, mode), naive.run(owed, rates, naive.level(owed, rates, pause, mode), pause, mode)
    if kind == "balloon":
        balloon = random.randint(1, owed)
        return WithBalloon(eur(balloon)), naive.run(owed, rates, naive.level(owed, rates, balloon=balloon))
    instalment = naive.level(owed, rates) + random.randint(1, 1 + owed // n)
    return NewInstalment(eur(instalment), n + pause), naive.run(owed, sample.rates(bps + bps[:pause]), instalment)


def test_each_change_is_what_the_naive_way_says(full_size: bool) -> None:
    for random in samples("one", 1_200, full_size=full_size):
        sample = _sample(random)
        change, paid = _one(random, sample)
        discount_bps = random.choice([sample.bps, random.randint(0, 3_000)])
        modification = changed(sample.debt, change, discount=Rate.of_bps(discount_bps))
        _expect(modification, paid)
        _sums(modification, sample)
        discount = sample.rates([discount_bps] * 2 * 60)
        assert modification.after.schedule is not None
        rows = [row.payment_minor for row in modification.after.schedule.rows]
        exact = naive.worth(sample.due_now.total, rows, discount)
        assert abs(modification.npv_after_minor - exact) <= Fraction(1, 2)


def _sums(modification: Modification, sample: Sample) -> None:
    """Check what holds of every modification."""
    schedule = modification.after.schedule
    assert schedule is not None and modification.debt is not None
    forgiven = modification.forgiven.total
    assert modification.total_change_minor == modification.interest_change_minor - forgiven
    assert modification.debt.owed_minor + forgiven == sample.debt.owed_minor
    principal = sum(row.principal_minor - row.capitalised_minor for row in schedule.rows)
    assert principal == schedule.terms.principal.minor
    told = [notice for notice in modification.notices if notice.say is Say.PAYMENTS]
    assert [(notice.number, notice.amount_minor) for notice in told] == [
        (len([row for row in schedule.rows if row.payment_minor]), payments(modification)[-1])
    ]
    grows = any(row.capitalised_minor for row in schedule.rows)
    assert grows == (Say.BALANCE_GROWS in {notice.say for notice in modification.notices})


def _several(random: Random, sample: Sample) -> list[Change]:
    """Return some of all kinds of change that go together, in a random order."""
    n, owed = sample.count, sample.owed
    due = [component for component in Component if getattr(sample.due_now, component.value)]
    pauses: list[Change] = [pause(1, interest) for pause in (Deferral, PaymentHoliday) for interest in UnpaidInterest]
    rests: list[Change] = [
        WithBalloon(eur(owed // 10)),
        StepUp(StepAmount(2, eur(1))),
        NewInstalment(eur(10 * owed), n),
    ]
    kinds: list[list[Change]] = [
        [Waiver(component) for component in due],
        [WriteDown(eur(random.randint(1, owed // 2)))],
        [TermExtension(n + random.randint(1, 24))],
        [MoveDueDay(random.randint(1, 30))],
        [random.choice(pauses)],
        [random.choice(rests)],
    ]
    if sample.bps > 1:
        kinds += [[RateCut(Rate.of_bps(sample.bps // 2))], [InterestFreeze(1)]]
    if sample.due_now.principal:
        kinds[0] = kinds[0][:1] if due[0] is not Component.PRINCIPAL else []
        kinds.append([ReAge(HISTORY, NO_LIMITS, "UTC", random.choice(list(Charges)))])
    chosen = [change for kind in random.sample(kinds, random.randint(2, len(kinds))) for change in kind]
    return chosen or [TermExtension(n + 1)]


def test_order_of_changes_makes_no_difference(full_size: bool) -> None:
    for random in samples("order", 300, full_size=full_size):
        sample = _sample(random, random.choice(list(Ledger)))
        changes = _several(random, sample)
        first = modify(sample.debt, changes)
        random.shuffle(changes)
        again = modify(sample.debt, changes)
        assert isinstance(first, Modification)
        assert isinstance(again, Modification)
        assert (first.changes, first.after, first.notices) == (again.changes, again.after, again.notices)
        assert first.concession_minor == again.concession_minor
        _sums(first, sample)


def test_combination_is_what_the_naive_way_says(full_size: bool) -> None:
    for random in samples("several", 300, full_size=full_size):
        sample = _sample(random)
        if sample.bps < 2:
            continue
        more, forgiven, pause = random.randint(1, 24), random.randint(1, sample.owed // 2), random.randint(1, 3)
        cut, mode = sample.bps // 2, random.choice(list(UnpaidInterest))
        charges = sample.due_now.total - sample.due_now.principal
        changes: list[Change] = [
            TermExtension(sample.count + more),
            Deferral(pause, mode),
            RateCut(Rate.of_bps(cut)),
            WriteDown(eur(forgiven)),
        ]
        owed, held = sample.owed - forgiven, 0
        if sample.due_now.total:
            changes.append(ReAge(HISTORY, NO_LIMITS, "UTC", Charges.HELD))
            owed, held = owed + sample.due_now.principal, charges
        random.shuffle(changes)
        modification = changed(sample.debt, *changes)
        rates = sample.rates([cut] * (sample.count + more + pause))
        _expect(modification, naive.run(owed, rates, naive.level(owed, rates, pause, mode), pause, mode))
        assert modification.after.held_minor == held
        _sums(modification, sample)


# Each rounding of interest moves what a schedule is worth by half a minor unit at most, and so does its rounding.
def _roundings(*modifications: Modification) -> int:
    schedules = [modification.after.schedule for modification in modifications]
    return sum(schedule.count for schedule in schedules if schedule) // 2 + 1


def test_more_relief_concedes_no_less(full_size: bool) -> None:
    for random in samples("relief", 400, full_size=full_size):
        sample = _sample(random)
        low, high = sorted(random.sample(range(1, sample.owed), 2))
        pairs: list[tuple[Change, Change]] = [(WriteDown(eur(low)), WriteDown(eur(high)))]
        if sample.bps > 2:
            higher, lower = sorted(random.sample(range(sample.bps), 2), reverse=True)
            pairs.append((RateCut(Rate.of_bps(higher)), RateCut(Rate.of_bps(lower))))
        for less, more in pairs:
            small, large = changed(sample.debt, less), changed(sample.debt, more)
            assert large.concession_minor >= small.concession_minor - _roundings(small, large)
            assert small.total_change_minor <= sample.count


def test_longer_free_deferral_concedes_no_less(full_size: bool) -> None:
    for random in samples("deferral", 300, full_size=full_size):
        sample = _sample(random)
        pause = random.randint(1, 6)
        kinds: list[list[list[Change]]] = [
            [[Deferral(k, UnpaidInterest.HELD)] for k in (pause, pause + 1)],
        ]
        if sample.bps and pause + 1 < sample.count:
            kinds.append([[Deferral(k, UnpaidInterest.HELD), InterestFreeze(k)] for k in (pause, pause + 1)])
        for shorter, longer in kinds:
            less, more = changed(sample.debt, *shorter), changed(sample.debt, *longer)
            assert more.concession_minor >= less.concession_minor - _roundings(less, more)


def test_extension_and_pay_day_at_the_contract_rate_concede_roundings_only(full_size: bool) -> None:
    for random in samples("extension", 400, full_size=full_size):
        sample = _sample(random)
        longer: Change = TermExtension(sample.count + random.randint(1, 60))
        modification = changed(sample.debt, random.choice([longer, MoveDueDay(random.randint(1, 30))]))
        assert abs(modification.concession_minor) <= _roundings(modification) + modification.before.count // 2 + 1


def test_instalment_never_rises_and_total_never_falls_with_the_term(full_size: bool) -> None:
    for random in samples("term", 400, full_size=full_size):
        sample = _sample(random)
        shorter = changed(sample.debt, TermExtension(sample.count + random.randint(1, 30)))
        assert shorter.debt is not None
        longer = changed(sample.debt, TermExtension(shorter.debt.terms.due.count + random.randint(1, 30)))
        assert payments(longer)[0] <= payments(shorter)[0]
        # Without exception, roundings included: no balance is smaller than it was, and rounding keeps the order.
        assert longer.after.total_minor >= shorter.after.total_minor


def test_change_in_the_middle_of_a_debt(full_size: bool) -> None:
    for random in samples("middle", 300, full_size=full_size):
        sample = _sample(random)
        made = random.randint(0, sample.debt.schedule.count - 1)
        debt = debt_after(sample.debt.schedule, Level(), made)
        rows = sample.debt.schedule.rows
        assert [payment.amount_minor for payment in debt.course.payments] == [row.payment_minor for row in rows[made:]]
        if sample.bps:
            left = rows[made - 1].balance_minor if made else sample.owed
            rates = sample.rates([sample.bps] * made + [0] * (len(rows) - made))[made:]
            _expect(changed(debt, InterestFreeze()), naive.run(left, rates, naive.level(left, rates)))


@pytest.mark.parametrize("currency", ["JPY", "USD", "KWD"])
def test_minor_units_are_those_of_any_currency(currency: str) -> None:
    terms = LoanTerms(
        Money(100_000, currency), Rate.of_bps(1_800), DAY, regular_days(date(2026, 2, 28), MONTHLY, 7), MONTHLY
    )
    modification = changed(Debt(terms), InterestFreeze())
    assert payments(modification) == [14_286] * 6 + [14_284]
