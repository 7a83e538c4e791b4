"""Read the repayment plan a scenario proposes."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from parley.contact.facts import PlanTerms
from parley.contact.plans import PERIOD_MONTHS
from parley.contact.scenario_fields import (
    not_understood,
    read_list,
    read_number,
    read_table,
    read_truth,
    read_whole,
    read_word,
)
from parley.rulebook.terms import PlanStatement, PlanTrait

# Amounts of a scenario are whole units of its currency; every bound compares two of them, so any one unit will do.
_AMOUNTS: Final = ("principal", "total_interest", "principal_at_npl")
_RATES: Final = ("apr_pct", "default_apr_pct")
_FIELDS: Final = frozenset({*_AMOUNTS, *_RATES, "instalments", "period", "new_disbursement", "states", *PlanTrait})


def plan_of(value: object) -> PlanTerms:
    """Return the plan as the rules look at it. Raises BadInput: what is not understood and what is allowed."""
    raw = read_table(value, "plan", _FIELDS)
    amounts = {name: read_whole(raw[name], f"plan, {name}") if name in raw else None for name in _AMOUNTS}
    rates = {name: read_number(raw[name], f"plan, {name}") / 100 if name in raw else None for name in _RATES}
    states = raw.get("states")
    return PlanTerms(
        months=_months(raw.get("instalments"), raw.get("period", "month")),
        apr=rates["apr_pct"],
        default_apr=rates["default_apr_pct"],
        principal_minor=amounts["principal"],
        total_interest_minor=amounts["total_interest"],
        principal_at_default_minor=amounts["principal_at_npl"],
        is_new_disbursement=read_truth(raw.get("new_disbursement", False), "plan, new_disbursement"),
        traits=frozenset(trait for trait in PlanTrait if read_truth(raw.get(trait, False), f"plan, {trait}")),
        states=frozenset(read_word(one, PlanStatement, "plan, states") for one in read_list(states, "plan, states"))
        if states is not None
        else None,
    )


def _months(instalments: object, period: object) -> Fraction | None:
    months = PERIOD_MONTHS.get(str(period))
    if months is None:
        raise not_understood("plan, period", period, ", ".join(PERIOD_MONTHS))
    return None if instalments is None else read_whole(instalments, "plan, instalments") * months
