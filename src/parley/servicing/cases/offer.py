"""Which schedule do the terms of one offer make? Level or with a balloon, after a holiday, after a write-off."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Final

from parley.money import Money
from parley.servicing.cases.case import Inputs, not_understood
from parley.servicing.cases.loan import terms_of
from parley.servicing.cases.words import level
from parley.servicing.products.loan import LoanSchedule, loan_schedule
from parley.servicing.products.shapes import Balloon, InterestOnly, Shape
from parley.servicing.products.terms import UnpaidInterest
from parley.servicing.rate import ZERO_RATE
from parley.servicing.rounding import Rounding, to_whole

# What the interest of a holiday becomes, by the words of `capitalisation`; the first that is in them.
_CAPITALISATION: Final = (
    (re.compile(r"deferred|no[_ ]interest[_ ]on[_ ]interest"), UnpaidInterest.HELD),
    (re.compile(r"once|simple|(?:at|to|till|until)[_ ](?:the[_ ])?end|end[_ ]of"), UnpaidInterest.ADDED_ONCE),
    (re.compile(r"month|period|compound"), UnpaidInterest.CAPITALISED),
)
# No interest accrues in the holiday at all.
_FROZEN: Final = re.compile(r"frozen|freeze|waived|interest[_ -]free")
# What sources call a part of the principal that is forgiven, an amount or, with _percent, a share.
_WRITTEN_OFF: Final = ("write_off", "write_down", "principal_forgiven", "principal_reduction")


def schedule_of(inputs: Inputs) -> LoanSchedule:
    """Return the schedule of an offer; its first payments are skipped where it begins with a holiday."""
    shape = _shape(inputs)
    principal = _principal(inputs)
    if not inputs.has("payment_holiday_months"):
        return loan_schedule(terms_of(inputs, inputs.whole("number_of_payments"), principal=principal), shape)
    months = inputs.whole("payment_holiday_months")
    after = inputs.whole("payments_after_holiday" if inputs.has("payments_after_holiday") else "number_of_payments")
    words = inputs.text("capitalisation", "monthly")
    is_frozen = _FROZEN.search(words) is not None
    unpaid = UnpaidInterest.CAPITALISED if is_frozen else _unpaid(words)
    terms = terms_of(inputs, months + after, principal=principal, skipped=months, unpaid=unpaid)
    if is_frozen:
        terms = replace(terms, rate=ZERO_RATE, rate_changes=((months + 1, terms.rate),))
    return loan_schedule(terms, shape)


def _shape(inputs: Inputs) -> Shape:
    equal = level(inputs)
    if inputs.has("balloon_with_last"):
        return Balloon(inputs.money("balloon_with_last"))
    if inputs.has("interest_only_months"):
        return InterestOnly(inputs.whole("interest_only_months"))
    return equal


def _principal(inputs: Inputs) -> Money:
    """Return what is to be repaid, less what is written off: an amount, or a share of the principal, half up."""
    owed = inputs.money("principal")
    less = sum(inputs.money(name).minor for name in _WRITTEN_OFF if inputs.has(name))
    share = sum(inputs.number(f"{name}_percent") for name in _WRITTEN_OFF if inputs.has(f"{name}_percent")) / 100
    return Money(owed.minor - less - to_whole(owed.minor * Fraction(share), Rounding.HALF_UP), owed.currency)


def _unpaid(words: str) -> UnpaidInterest:
    for pattern, unpaid in _CAPITALISATION:
        if pattern.search(words):
            return unpaid
    raise not_understood(f"the capitalisation {words!r}", f"利息处理方式 {words!r}")
