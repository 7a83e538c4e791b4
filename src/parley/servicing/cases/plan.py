"""Kind plan: a loan on changed terms. Longer, cheaper, with a holiday, a balloon, another rate from some payment on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from parley.money import Money
from parley.servicing.cases.allocation import allocate
from parley.servicing.cases.case import Inputs, Plain, not_understood
from parley.servicing.cases.concession import concession
from parley.servicing.cases.loan import figures, terms_of
from parley.servicing.cases.offer import schedule_of
from parley.servicing.cases.re_age import is_re_age, re_aged
from parley.servicing.cases.words import level
from parley.servicing.changes.debt import Debt, debt_after, with_days
from parley.servicing.changes.repayment import NewInstalment
from parley.servicing.periods import MOST_DATES
from parley.servicing.products.due import days_to
from parley.servicing.products.loan import LoanSchedule, loan_schedule
from parley.servicing.rate import ZERO_RATE
from parley.servicing.rounding import Rounding, to_whole
from parley.servicing.schedule import TooSmall

_NEW_RATE: Final = "new_annual_nominal_rate_percent"
_NEW_COUNT: Final = "new_number_of_payments"


def evaluate(inputs: Inputs) -> Mapping[str, Plain]:
    """Return the figures of the changed loan, of a payment's allocation, or of a concession's price."""
    if inputs.has("payment") and not inputs.has("annual_nominal_rate_percent"):
        return allocate(inputs)
    if inputs.has("new"):
        return concession(inputs)
    if is_re_age(inputs):
        return re_aged(inputs)
    if inputs.has("change"):
        return _changed(inputs)
    if inputs.has("settlement_amount") or inputs.has("settlement_percent"):
        return _settled(inputs)
    found = schedule_of(inputs)
    return figures(inputs, found) | _of_holiday(inputs, found)


def _of_holiday(inputs: Inputs, found: LoanSchedule) -> dict[str, Plain]:
    """Return what the months without payment leave; nothing where there are none."""
    if not found.terms.skipped:
        return {}
    before = found.rows[len(found.terms.skipped) - 1]
    return {
        "balance_after_holiday": inputs.major(before.balance_minor),
        "interest_of_holiday": inputs.major(before.balance_minor + before.held_minor - found.terms.principal.minor),
        "deferred_interest": inputs.major(before.held_minor),
    }


def _settled(inputs: Inputs) -> Mapping[str, Plain]:
    """Return the equal payments of a settlement, an amount or a share of what is owed, and what is waived.

    No interest runs on it. Rounding: the share half up.
    """
    owed = inputs.money("principal").minor
    if inputs.has("settlement_percent"):
        settled = to_whole(inputs.number("settlement_percent") / 100 * owed, Rounding.HALF_UP)
    else:
        settled = inputs.money("settlement_amount").minor
    if not 0 < settled <= owed:
        raise not_understood("a settlement of nothing or of more than is owed", "减免结清的金额为零或超过欠款")
    terms = terms_of(
        inputs, inputs.whole("number_of_payments", 1), principal=Money(settled, inputs.currency), rate=ZERO_RATE
    )
    inputs.pass_over("annual_nominal_rate_percent")
    got = figures(inputs, loan_schedule(terms, level(inputs)))
    return got | {"settlement": inputs.major(settled), "waived": inputs.major(owed - settled)}


def _changed(inputs: Inputs) -> Mapping[str, Plain]:
    """Return the rows before and after a change: of the rate, the number of payments, or of both."""
    change = inputs.part("change")
    shape = level(inputs)
    first = loan_schedule(terms_of(inputs, inputs.whole("number_of_payments")), shape)
    done = change.whole("after_payment", 0)
    debt = _in_new_terms(debt_after(first, shape, done), change)
    keep = change.text("keep", "term")
    if keep in {"payment", "instalment"} and not change.has(_NEW_COUNT):
        most = MOST_DATES - 1 if debt.terms.due.every else debt.terms.due.count
        kept = NewInstalment(Money(first.rows[0].payment_minor, inputs.currency), most).applied(debt)
        if isinstance(kept, TooSmall):
            raise not_understood("a payment that no longer repays", "无法还清的期款")
        debt = kept
    elif keep != "term" and not change.has(_NEW_COUNT):
        raise not_understood(f"keep {keep!r}", f"keep {keep!r}")
    change.done()
    rows = [*first.rows[:done], *debt.schedule.rows]
    got = figures(inputs, replace(first, rows=tuple(rows)))
    return {**got, "new_payment": inputs.major(debt.schedule.rows[0].payment_minor)}


def _in_new_terms(debt: Debt, change: Inputs) -> Debt:
    """Return *debt* at a new rate, higher or lower, and in another number of payments to come, priced anew."""
    terms = debt.terms
    if change.has(_NEW_RATE):
        terms = replace(terms, rate=change.rate(_NEW_RATE), rate_changes=())
    if change.has(_NEW_COUNT):
        terms = with_days(terms, days_to(terms.due, change.whole(_NEW_COUNT)))
    return replace(debt, terms=terms, given=())
