"""Kind schedule: rows by dates, rows by a repayment rule with their APRC, or simple interest by day counts."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from parley.errors import BadInput
from parley.servicing.cases.apr import EFFECTIVE, percent
from parley.servicing.cases.case import Case, Inputs, Plain, not_understood
from parley.servicing.cases.loan import figures, rate_of, terms_of
from parley.servicing.cases.repayment_rule import repayment_rule
from parley.servicing.cases.words import level
from parley.servicing.daycount import day_count, year_fraction
from parley.servicing.products.loan import LoanSchedule, instalment_schedule, loan_schedule
from parley.servicing.products.terms import Ledger
from parley.servicing.rates.eu_annex_i import aprc
from parley.servicing.rates.flow import Flow

_MONTHS = 12


def evaluate(inputs: Inputs, case: Case) -> Mapping[str, Plain]:
    """Return rows and totals in minor units, or the interest under each day count that is asked for."""
    if inputs.has("end"):
        return _simple_interest(inputs, case)
    if inputs.has("repayment_rule"):
        return _by_rule(inputs)
    given = len(inputs.items("due")) if inputs.has("due") else inputs.whole("number_of_payments")
    inputs.pass_over("number_of_payments")
    found = loan_schedule(terms_of(inputs, given), level(inputs))
    return figures(inputs, found)


def _simple_interest(inputs: Inputs, case: Case) -> Mapping[str, Plain]:
    if inputs.text("interest", "simple") != "simple":
        raise not_understood("interest that is not simple", "非单利的利息")
    principal, rate = inputs.number("principal"), rate_of(inputs).per_year
    start, end = inputs.day("start"), inputs.day("end")
    if inputs.has("day_count"):
        return {"interest": principal * rate * year_fraction(start, end, day_count(inputs.text("day_count")))}
    found: dict[str, Plain] = {}
    for name in case.expect:
        try:
            found[name] = principal * rate * year_fraction(start, end, day_count(name))
        except BadInput as fault:
            found[name] = fault.en
    return found


def _by_rule(inputs: Inputs) -> Mapping[str, Plain]:
    """Return the rows a repayment rule makes, nothing rounded but each payment, and the APRC of them."""
    stated = inputs.whole("number_of_payments") if inputs.has("number_of_payments") else None
    rule = repayment_rule(inputs.text("repayment_rule"), inputs.currency, stated)
    terms = terms_of(inputs, rule.payments, ledger=Ledger.EXACT)
    if rule.shape is not None:
        found = loan_schedule(terms, rule.shape)
    else:
        assert rule.instalment is not None, "a rule has a shape or an instalment"
        paid = instalment_schedule(terms, rule.instalment)
        if not isinstance(paid, LoanSchedule):
            raise not_understood("an instalment that never repays", "永远还不清的期款")
        found = paid
    got = figures(inputs, found)
    if not inputs.has("convention"):
        return got
    convention = inputs.text("convention")
    if convention not in EFFECTIVE:
        raise not_understood(f"the convention {convention!r} for a rule", f"还款规则不适用 {convention!r}")
    step = Fraction(inputs.whole("months_per_period", 1), _MONTHS)
    cost = inputs.minor("single_cost_at_start", 0)
    flows = [Flow(cost - terms.principal.minor, 0)]
    for row in found.rows:
        beside = rule.cost.minor if rule.cost and (row.number - 1) % rule.cost_every == 0 else 0
        flows.append(Flow(row.payment_minor + beside, row.number * step))
    return {**got, "apr_percent": percent(aprc(flows, EFFECTIVE[convention]))}
