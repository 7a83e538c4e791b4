"""Kind payment: the instalment of a count, the count of an instalment, or the refusal of one that never repays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

from parley.servicing.cases.case import Case, Inputs, Plain, not_understood
from parley.servicing.cases.compare import tolerance_of
from parley.servicing.cases.loan import figures, periods_per_year, rate_of, terms_of
from parley.servicing.periods import MOST_DATES
from parley.servicing.products.loan import LoanSchedule, instalment_schedule
from parley.servicing.products.terms import period_rates
from parley.servicing.rates.value import context
from parley.servicing.rounding import Rounding, to_whole

_DIGITS: Final = 40


def evaluate(inputs: Inputs, case: Case) -> Mapping[str, Plain]:
    """Return the figures of the instalment or the count that is asked for; amounts in minor units."""
    for name in ("affordable_payment", "instalment"):
        if inputs.has(name):
            return _affordable(inputs, case, name)
    if inputs.has("payment"):
        return _periods(inputs, case)
    exact = _instalment(inputs)
    # A tolerance asks for the annuity itself; without one, for what is paid.
    return {"payment": inputs.major(exact if tolerance_of(case, "payment") else to_whole(exact, Rounding.HALF_UP))}


def _instalment(inputs: Inputs) -> Fraction:
    """Return the exact annuity in arrears, a balloon with the last payment taken out."""
    principal, times = inputs.minor("principal"), inputs.whole("number_of_payments")
    if not 1 <= times <= MOST_DATES:
        raise not_understood(f"{times} payments", f"{times} 期")
    rate = rate_of(inputs).per_year / periods_per_year(inputs)
    balloon = inputs.minor("balloon_with_last", 0)
    inputs.pass_over("day_count", "rounding")
    grown = (1 + rate) ** times
    if rate == 0:
        return (principal - balloon) / times
    return (principal * grown - balloon) * rate / (grown - 1)


def _periods(inputs: Inputs, case: Case) -> Mapping[str, Plain]:
    """Return for how many periods a payment would be paid, as the real number of the annuity formula and whole."""
    principal, payment = inputs.minor("principal"), inputs.minor("payment")
    rate = rate_of(inputs).per_year / periods_per_year(inputs)
    interest = principal * rate
    if payment <= interest:
        return _never(inputs, case, interest)
    if rate == 0:
        exact = principal / payment
        return {"number_of_periods": exact, "whole_payments": -(-exact.numerator // exact.denominator)}
    ctx = context(_DIGITS)
    periods = ctx.divide(_ln(payment / (payment - interest), ctx), _ln(1 + rate, ctx))
    whole = int(periods)
    while principal * (1 + rate) ** whole > payment * ((1 + rate) ** whole - 1) / rate:
        whole += 1
    return {"number_of_periods": periods, "whole_payments": whole}


def _ln(value: Fraction, ctx: Context) -> Decimal:
    return ctx.ln(ctx.divide(value.numerator, value.denominator))


def _affordable(inputs: Inputs, case: Case, name: str) -> Mapping[str, Plain]:
    terms = terms_of(inputs, MOST_DATES - 1)
    payment = inputs.money(name)
    interest = to_whole(terms.principal.minor * period_rates(terms)[0], terms.rounding.interest)
    if payment.minor <= interest:
        return _never(inputs, case, interest)
    found = instalment_schedule(terms, payment)
    if not isinstance(found, LoanSchedule):
        raise not_understood(f"a term of more than {MOST_DATES:,} payments", f"超过 {MOST_DATES:,} 期的期限")
    return figures(inputs, found) | _outcome(case, repays=True)


# What sources call the figures of a payment that never repays; a name is read for its words, whatever joins them.
_FIRST_INTEREST: Final = re.compile(r"(?=.*(?:first|month))(?=.*interest)")
_TO_EXCEED: Final = re.compile(r".*(?:exceed|above|more_than|greater_than)")
_LEAST: Final = re.compile(r"(?=.*(?:least|minimum|smallest|lowest|need|required))(?=.*(?:payment|instalment|amount))")
_NOTHING: Final = re.compile(
    r"number_of_\w+|whole_payments|last_payment|result|outcome|error|reason|refusal|status|answer"
)
_CANNOT: Final = re.compile(
    r"never\w*|not_\w+|refused|impossible|infeasible|insufficient|too_\w+|negative_amorti[sz]ation|\w*grows"
)
_CAN: Final = re.compile(
    r"(?:is_|can_|will_|ever_)?(?:possible|feasible|repa\w+|amorti[sz]\w+|pays?_off|paid_off|clears|sufficient|enough)"
)


def _outcome(case: Case, *, repays: bool) -> dict[str, Plain]:
    """Return whether the payment repays, by what the case calls it."""
    return {
        name: repays if _CAN.fullmatch(name) else not repays
        for name in case.expect
        if _CAN.fullmatch(name) or _CANNOT.fullmatch(name)
    }


def _never(inputs: Inputs, case: Case, interest: Fraction | int) -> Mapping[str, Plain]:
    """Return what is known of a payment that does not exceed the first interest: it never repays, one above it does."""
    found: dict[str, Plain] = {}
    for name in case.expect:
        if _FIRST_INTEREST.match(name) or _TO_EXCEED.match(name):
            found[name] = inputs.major(interest)
        elif _LEAST.match(name):
            found[name] = inputs.major(to_whole(Fraction(interest), Rounding.DOWN) + 1)
        elif _NOTHING.fullmatch(name):
            found[name] = None
    return found | _outcome(case, repays=False)
