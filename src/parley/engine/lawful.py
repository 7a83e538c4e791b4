"""May a computed plan be offered to this borrower at all? Asked of every candidate before it stands on a menu."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Final

from parley.contact.facts import PlanTerms
from parley.contact.plans import plan_refusals
from parley.engine.asking import rule_product, standing_flags
from parley.engine.case import Case
from parley.engine.library import Library
from parley.rulebook.book import Rulebook
from parley.rulebook.terms import PlanTrait
from parley.servicing.account import Account
from parley.servicing.schedule import Schedule

_MONTHS: Final = 12
_BPS: Final = 10_000


def lawful_plans(case: Case, today: date, library: Library, rules: Rulebook) -> Callable[[Schedule], bool]:
    """Return the question whether a plan for this case keeps within every bound that *rules* set to plans.

    Not those of *library*: a menu is asked plan by plan, and all of it is by one rulebook.
    """
    account = case.account
    assert account is not None, "a plan needs a debt"

    def is_lawful(plan: Schedule) -> bool:
        return not plan_refusals(
            terms_of(plan, account),
            rules,
            library.gate,
            jurisdiction=case.party.jurisdiction,
            actor=library.lender.actor,
            product=rule_product(account.product),
            on=today,
            flags=standing_flags(account, today, library.in_collection_days),
        )

    return is_lawful


def terms_of(plan: Schedule, account: Account) -> PlanTerms:
    """Return a schedule as the rules look at it.

    A plan repays the whole balance at one rate, so penalty interest in it bears interest again unless that is zero.
    """
    capitalises = account.balance.penalty_interest > 0 and plan.annual_rate_bps > 0
    return PlanTerms(
        months=Fraction(plan.count * _MONTHS, plan.frequency.periods_per_year),
        apr=Fraction(plan.annual_rate_bps, _BPS),
        principal_minor=account.balance.total,
        total_interest_minor=plan.interest_minor,
        traits=frozenset({PlanTrait.CAPITALISES_PENAL_CHARGES} if capitalises else ()),
    )
