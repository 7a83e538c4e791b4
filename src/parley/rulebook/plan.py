"""Is a computed plan outside the bounds of a rule? Whole numbers and exact fractions only."""

from __future__ import annotations

from fractions import Fraction

from parley.rulebook.prepared import PlanTerms
from parley.rulebook.rule import PlanParams


def exceeded(params: PlanParams, plan: PlanTerms) -> bool:
    """Say whether the plan passes a bound; what is not known of the plan passes none."""
    return (
        bool(params.forbids & plan.traits)
        or _too_long(params, plan)
        or _too_dear(params, plan)
        or _above(plan.default_apr, params.default_apr_max)
        or _interest_outgrows_principal(params, plan)
    )


def highest_apr(params: PlanParams, principal_minor: int | None) -> Fraction | None:
    """Return the highest yearly rate for this principal; the lowest of all bands where it is not known."""
    if principal_minor is None:
        return min((band.apr_max for band in params.apr_bands), default=None)
    for band in params.apr_bands:
        if band.below_minor is None or principal_minor < band.below_minor:
            return band.apr_max
    return None


def _too_long(params: PlanParams, plan: PlanTerms) -> bool:
    return params.max_months is not None and plan.months is not None and plan.months > params.max_months


def _too_dear(params: PlanParams, plan: PlanTerms) -> bool:
    if params.only_new_disbursement and not plan.is_new_disbursement:
        return False
    return _above(plan.apr, highest_apr(params, plan.principal_minor))


def _above(rate: Fraction | None, bound: Fraction | None) -> bool:
    return rate is not None and bound is not None and rate > bound


def _interest_outgrows_principal(params: PlanParams, plan: PlanTerms) -> bool:
    if not params.interest_within_principal:
        return False
    interest, principal = plan.total_interest_minor, plan.principal_at_default_minor
    return interest is not None and principal is not None and interest > principal
