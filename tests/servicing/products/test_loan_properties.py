"""What holds of every loan schedule, on seeded samples: some thousands in `make test`, millions in `make torture`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from random import Random

from parley.money import MINOR_DIGITS, Money
from parley.servicing.daycount import DayCount
from parley.servicing.periods import (
    DAILY,
    FORTNIGHTLY,
    FOUR_WEEKLY,
    MONTHLY,
    QUARTERLY,
    SEMI_MONTHLY,
    WEEKLY,
    YEARLY,
    Every,
    Shift,
)
from parley.servicing.products.due import InterestRuns, regular_days
from parley.servicing.products.loan import LoanSchedule, instalment_schedule, loan_schedule
from parley.servicing.products.shapes import (
    AmortisedOver,
    Balloon,
    EqualPrincipal,
    FirstGiven,
    InterestOnly,
    InterestPlus,
    InterestPlusShare,
    Level,
    Shape,
    ShareOfBalance,
    StepAmount,
    StepFactor,
)
from parley.servicing.products.terms import Ledger, LoanRounding, LoanTerms, UnpaidInterest, period_rates
from parley.servicing.rate import Rate
from parley.servicing.rounding import Rounding, to_whole
from parley.servicing.schedule import Frequency, TooSmall, level_schedule
from tests.servicing.products.naive import naive_rows
from tests.servicing.products.samples import PAID_OUT, amount_of, bps_of, equal_terms, samples

STEPS = (DAILY, WEEKLY, FORTNIGHTLY, FOUR_WEEKLY, SEMI_MONTHLY, MONTHLY, QUARTERLY, YEARLY)
FREQUENCY_STEPS = {Frequency.MONTHLY: MONTHLY, Frequency.BIWEEKLY: FORTNIGHTLY, Frequency.WEEKLY: WEEKLY}
WEEKEND = (5, 6)


def test_three_implementations_of_level_plans_agree_row_by_row(full_size: bool) -> None:
    # The fast path `level_schedule`, the general core, and the naive integers of this folder.
    for random in samples(1, 2_000, full_size=full_size):
        frequency = random.choice(list(Frequency))
        amount, bps, count = amount_of(random), bps_of(random), random.randint(1, 90)
        fast = level_schedule(amount, bps, count, PAID_OUT, "USD", frequency)
        core = loan_schedule(equal_terms(amount, bps, count, FREQUENCY_STEPS[frequency]), Level())
        naive = naive_rows(amount, (bps, 10_000 * frequency.periods_per_year), count)
        assert [tuple(row[2:6]) for row in fast.rows] == naive
        assert [tuple(row[2:6]) for row in core.rows] == naive


def test_naive_level_plans_at_every_step_and_in_currencies_of_0_2_and_3_decimals(full_size: bool) -> None:
    for random in samples(2, 1_000, full_size=full_size):
        every, currency = random.choice(STEPS), random.choice(sorted(MINOR_DIGITS))
        amount, bps, count = amount_of(random), bps_of(random), random.randint(1, 90)
        steps, each = every.per_year
        core = loan_schedule(equal_terms(amount, bps, count, every, currency), Level())
        assert [tuple(row[2:6]) for row in core.rows] == naive_rows(amount, (bps * each, 10_000 * steps), count)


def _any_terms(random: Random, count: int, rounding: LoanRounding) -> LoanTerms:
    every = random.choice(STEPS)
    accrual: Every | DayCount = random.choice([every, *DayCount])
    by_days = isinstance(accrual, DayCount)
    due = regular_days(
        PAID_OUT,
        every,
        count,
        shift=random.choice(list(Shift)),
        rest_days=WEEKEND,
        interest_runs=random.choice(list(InterestRuns)) if by_days else InterestRuns.TO_REGULAR_DAY,
    )
    skipped = frozenset(number for number in range(1, count) if random.random() < random.choice([0, 0.2]))
    return LoanTerms(
        Money(random.randint(100 * count, 10**9), "EUR"),
        # Little enough that sixty years without a payment stay within a consumer's debt.
        Rate.of_bps(random.randint(0, 700 if every is YEARLY else 3_000)),
        PAID_OUT - timedelta(days=random.randint(3, 60)),
        due,
        accrual,
        rounding,
        skipped,
        random.choice(list(UnpaidInterest)),
    )


def _any_shape(random: Random, terms: LoanTerms) -> Shape:
    count, principal = terms.due.count, terms.principal.minor

    def part(low: Fraction | int, high: Fraction | int) -> Money:
        return Money(random.randint(int(principal * low), int(principal * high)), terms.principal.currency)

    fifth, few = Fraction(1, 5), random.randint(0, count - 1)
    shapes: list[Shape] = [
        Level(smoothed=random.random() < 0.5),
        Balloon(part(0, Fraction(3, 4))),
        AmortisedOver(count + random.randint(0, 60)),
        StepFactor(random.randint(1, 12), Fraction(random.randint(90, 110), 100)),
        StepAmount(random.randint(1, 12), Money(random.randint(0, 20), terms.principal.currency)),
        FirstGiven(tuple(part(0, fifth) for _ in range(min(few, 3)))),
        InterestOnly(),
        InterestOnly(first=few),
        EqualPrincipal(),
        EqualPrincipal(interest_only=few),
        InterestPlus(part(0, fifth)),
        InterestPlusShare(Fraction(random.randint(0, 30), 100), part(0, fifth)),
        ShareOfBalance(Fraction(random.randint(0, 30), 100), part(0, fifth)),
    ]
    return random.choice(shapes)


def test_every_shape_sums_to_principal_and_interest(full_size: bool) -> None:
    for random in samples(3, 2_000, full_size=full_size):
        rounding = LoanRounding(
            random.choice(list(Rounding)), random.choice(list(Rounding)), random.choice([1, 1, 5, 100])
        )
        terms = _any_terms(random, random.randint(1, 60), rounding)
        schedule = loan_schedule(terms, _any_shape(random, terms))
        _check_sums(schedule)
        _check_interest(schedule)


def test_exact_ledgers_sum_too(full_size: bool) -> None:
    for random in samples(4, 800, full_size=full_size):
        terms = _any_terms(random, random.randint(1, 40), LoanRounding(ledger=Ledger.EXACT))
        schedule = loan_schedule(terms, _any_shape(random, terms))
        _check_sums(schedule)


def _check_sums(schedule: LoanSchedule) -> None:
    terms, rows = schedule.terms, schedule.rows
    before = terms.principal.minor
    for row in rows:
        assert row.payment_minor == row.principal_minor + row.interest_minor
        assert row.balance_minor == before - row.principal_minor + row.capitalised_minor
        assert row.payment_minor >= 0
        assert row.balance_minor >= 0
        assert row.number not in terms.skipped or row.payment_minor == 0
        before = row.balance_minor
    assert before == 0
    assert rows[-1].held_minor == 0
    capitalised = sum(row.capitalised_minor for row in rows)
    assert sum(row.principal_minor for row in rows) == terms.principal.minor + capitalised
    paid_interest = sum(row.interest_minor for row in rows)
    assert schedule.total_minor == terms.principal.minor + capitalised + paid_interest
    assert [row.number for row in rows] == list(range(1, schedule.count + 1))
    assert [row.due_on for row in rows] == list(terms.due.due_on[: schedule.count])
    assert all(a.due_on <= b.due_on for a, b in pairwise(rows))


def _check_interest(schedule: LoanSchedule) -> None:
    """Every row accrues the rate of its period on the balance before it: what is paid, joins the balance or is held."""
    balance, held = schedule.terms.principal.minor, 0
    for row, rate in zip(schedule.rows, period_rates(schedule.terms), strict=False):
        accrued = to_whole(balance * rate, schedule.terms.rounding.interest)
        assert row.interest_minor + row.capitalised_minor + row.held_minor - held == accrued
        if row.number not in schedule.growing:
            assert row.capitalised_minor == 0
        balance, held = row.balance_minor, row.held_minor


def test_last_payment_lies_within_the_bound_of_roundings(full_size: bool) -> None:
    # Half a unit from the instalment and half from the interest, every period, with interest: ((1 + i)^n − 1) / i.
    # It holds where rounding ends a plan early, too; n is then the number of payments asked for.
    for random in samples(5, 1_500, full_size=full_size):
        every = random.choice(STEPS)
        amount, bps, count = amount_of(random), bps_of(random), random.randint(1, 90)
        rows = loan_schedule(equal_terms(amount, bps, count, every), Level()).rows
        rate = Rate.of_bps(bps).per_year * Fraction(every.per_year[1], every.per_year[0])
        bound = ((1 + rate) ** count - 1) / rate if rate else count
        assert abs(rows[-1].payment_minor - rows[0].payment_minor) <= bound


def test_longer_term_never_raises_the_instalment_nor_lowers_the_total(full_size: bool) -> None:
    # Without exception, roundings included. The instalment is one rounding of a number that falls. Where it falls, no
    # balance is smaller than it was, so no interest is, as rounding keeps the order; and more periods bear some.
    # (Smoothing moves the instalment afterwards and may break both, by the move.)
    for random in samples(6, 1_200, full_size=full_size):
        every = random.choice(STEPS)
        amount, bps, count = amount_of(random), random.randint(0, 3_000), random.randint(1, 60)
        rounding = LoanRounding(random.choice(list(Rounding)), random.choice(list(Rounding)), random.choice([1, 1, 5]))
        shorter, longer = (
            loan_schedule(replace(equal_terms(amount, bps, n, every), rounding=rounding), Level())
            for n in (count, count + random.choice([1, 1, 12]))
        )
        assert longer.rows[0].payment_minor <= shorter.rows[0].payment_minor
        assert longer.total_minor >= shorter.total_minor


def test_least_instalment_repays_and_one_less_does_not(full_size: bool) -> None:
    for random in samples(7, 150, full_size=full_size):
        terms = _any_terms(random, random.randint(1, 40), LoanRounding())
        refused = instalment_schedule(terms, Money(1, "EUR"))
        assert isinstance(refused, TooSmall)
        assert isinstance(instalment_schedule(terms, Money(refused.needed_minor, "EUR")), LoanSchedule)
        if refused.needed_minor > 1:
            assert instalment_schedule(terms, Money(refused.needed_minor - 1, "EUR")) == refused


def test_larger_instalment_never_costs_more(full_size: bool) -> None:
    for random in samples(8, 200, full_size=full_size):
        terms = _any_terms(random, random.randint(1, 40), LoanRounding())
        refused = instalment_schedule(terms, Money(1, "EUR"))
        assert isinstance(refused, TooSmall)
        amounts = sorted(refused.needed_minor + random.randint(0, terms.principal.minor) for _ in range(2))
        smaller, larger = (instalment_schedule(terms, Money(amount, "EUR")) for amount in amounts)
        assert isinstance(smaller, LoanSchedule)
        assert isinstance(larger, LoanSchedule)
        assert larger.total_minor <= smaller.total_minor
        assert larger.count <= smaller.count


def test_holiday_at_the_start_costs_most_where_its_interest_bears_interest(full_size: bool) -> None:
    for random in samples(9, 200, full_size=full_size):
        count = random.randint(3, 40)
        principal, bps = random.randint(10**6, 10**9), bps_of(random) // 10
        holiday = frozenset(range(1, random.randint(2, count)))
        totals = []
        for unpaid in (UnpaidInterest.HELD, UnpaidInterest.ADDED_ONCE, UnpaidInterest.CAPITALISED):
            terms = LoanTerms(
                Money(principal, "EUR"),
                Rate.of_bps(bps),
                date(2026, 12, 31),
                regular_days(PAID_OUT, MONTHLY, count),
                MONTHLY,
                LoanRounding(ledger=Ledger.EXACT),
                holiday,
                unpaid,
            )
            totals.append(loan_schedule(terms, Level()).total_minor)
        # Each of the payments is rounded once, by half a cent at most.
        assert totals[0] <= totals[1] + count
        assert totals[1] <= totals[2] + count
