"""Kind plan, a re-age: what is outstanding is spread anew over equal payments, with interest only at a named rate."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from parley.money import Money
from parley.servicing.cases.case import Inputs, Plain, not_understood
from parley.servicing.cases.loan import figures, rate_of, terms_of
from parley.servicing.cases.words import level
from parley.servicing.products.loan import loan_schedule

# What sources call a re-age, all that is spread, its parts, what was paid, and days that change no amount.
_RE_AGE: Final = ("re_age", "reage", "re_aging")
_WHOLE: Final = (
    "outstanding",
    "outstanding_balance",
    "outstanding_amount",
    "total_outstanding",
    "balance",
    "past_due",
    "overdue",
    "overdue_amount",
    "arrears",
    "unpaid_instalments",
)
_PARTS: Final = ("outstanding_principal", "outstanding_interest", "outstanding_fees", "outstanding_penalties")
_PAID: Final = ("paid", "down_payment")
_DAYS: Final = ("on", "date", "re_age_date", "reage_date", "transaction_date")
# The payments it is spread over; a name that says they are new comes before one that does not.
_NEW_COUNT: Final = re.compile(r"(?=\w*(?:new|re_?aged?)_)\w*(?:payments|instalments)|(?:re_?aged?_)?into")
_COUNTS: Final = ("number_of_payments", "number_of_instalments", "payments", "instalments")
# Counted current, by definition.
_CURRENT: Final = ("days_past_due", "days_past_due_after", "past_due_after", "arrears_after")


def is_re_age(inputs: Inputs) -> bool:
    """Whether a case re-ages: it says so, or names what is outstanding in place of a principal."""
    named = any(map(inputs.has, _RE_AGE + _WHOLE + _PARTS))
    return named or any(map(_NEW_COUNT.fullmatch, inputs.given()))


def re_aged(inputs: Inputs) -> Mapping[str, Plain]:
    """Return the payments after a re-age; what was paid before is taken off the principal.

    Free of interest, what is outstanding of each component is spread for itself, as Apache Fineract does.
    """
    name = next((name for name in _RE_AGE if inputs.has(name)), None)
    part = inputs.part(name) if name else inputs
    found = inputs.with_part(name) if name else inputs
    count = found.whole(_name_of_count(part))
    principal, interest = _outstanding(found)
    for fields in (found, inputs):
        fields.pass_over(*_DAYS, *_COUNTS, "principal", *_PAID)
    is_free = not rate_of(found).per_year
    spread = [principal, interest] if is_free and interest and principal else [principal + interest]
    schedules = [
        loan_schedule(terms_of(found, count, principal=Money(minor, found.currency)), level(found)) for minor in spread
    ]
    got = figures(found, schedules[0])
    if len(schedules) > 1:
        got |= _together(got, figures(found, schedules[1]))
    if found is not inputs:
        found.done()
    return {**got, **dict.fromkeys(_CURRENT, 0)}


def _name_of_count(part: Inputs) -> str:
    names = [name for name in part.given() if _NEW_COUNT.fullmatch(name)] or [
        name for name in _COUNTS if part.has(name)
    ]
    if len(names) != 1:
        raise not_understood("a re-age without one number of payments", "账龄重置缺少唯一的期数")
    return names[0]


def _outstanding(found: Inputs) -> tuple[int, int]:
    """Return what is outstanding of the principal, with all else in it, and of the interest where it is named apart."""
    parts = {name: found.money(name).minor for name in _PARTS if found.has(name)}
    interest = parts.get("outstanding_interest", 0)
    wholes = {_minor(found, name) for name in _WHOLE if found.has(name)}
    if parts:
        wholes.add(sum(parts.values()))
    if len(wholes) > 1:
        raise not_understood("two figures of what is outstanding", "两个不同的未还金额")
    if wholes:
        return wholes.pop() - interest, interest
    return found.money("principal").minor - sum(_minor(found, name) for name in _PAID if found.has(name)), 0


def _minor(found: Inputs, name: str) -> int:
    """Return an amount, or the sum of a list of amounts, in minor units."""
    if not isinstance(found.raw(name), list):
        return found.money(name).minor
    return sum(Inputs({name: amount}, name, found.currency).money(name).minor for amount in found.items(name))


def _together(one: Mapping[str, Plain], other: Mapping[str, Plain]) -> dict[str, Plain]:
    """Return the rows of principal and of interest, paid together."""
    principal, interest = _padded(one["payments"], other["payments"])
    payments = [a + b for a, b in zip(principal, interest, strict=True)]
    return {
        "payments": payments,
        "principal": principal,
        "interest": interest,
        "total_paid": sum(payments),
        "total_interest": sum(interest),
        "payment": payments[0],
        "last_payment": payments[-1],
        "number_of_payments": len(payments),
    }


def _padded(*columns: Plain) -> list[list[Fraction]]:
    """Return columns of one length: an amount of few cents is spread over fewer payments."""
    lists: list[Sequence[Fraction]] = [column for column in columns if isinstance(column, list)]
    longest = max(map(len, lists))
    return [[*column, *[Fraction(0)] * (longest - len(column))] for column in lists]
