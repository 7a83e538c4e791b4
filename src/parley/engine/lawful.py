"""May a computed plan be offered to this borrower at all? Asked of every candidate before it stands on a menu."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Final

from parley.contact.facts import PlanTerms
from parley.contact.plans import PlanRules, plan_rules
from parley.engine.asking import rule_product, standing_flags
from parley.engine.case import Case
from parley.engine.library import Library
from parley.negotiation.law import LawBound
from parley.rulebook.book import Rulebook
from parley.rulebook.rule import PlanParams
from parley.rulebook.terms import PlanTrait
from parley.servicing.account import Account
from parley.servicing.schedule import PlanFigures

_MONTHS: Final = 12
_BPS: Final = 10_000


@dataclass(frozen=True, slots=True, repr=False)
class Law:
    """The rules that bound plans for one case. Called with a plan, it says whether that keeps within all of them."""

    rules: PlanRules
    account: Account

    def __call__(self, plan: PlanFigures) -> bool:
        """Say whether *plan* keeps within every bound; most places set none, and a menu asks by the hundred."""
        return not self.rules.rules or self.rules.allow(terms_of(plan, self.account))

    @property
    def bounds(self) -> tuple[LawBound, ...]:
        """The bounds as a certificate names them."""
        return tuple(_bound(rule.id, rule.params) for rule in self.rules.rules if isinstance(rule.params, PlanParams))


def lawful_plans(case: Case, today: date, library: Library, rules: Rulebook) -> Law:
    """Return the question whether a plan for this case keeps within every bound that *rules* set to plans.

    Not those of *library*: a menu is asked plan by plan, and all of it is by one rulebook.
    """
    account = case.account
    assert account is not None, "a plan needs a debt"
    bounding = plan_rules(
        rules,
        library.gate,
        jurisdiction=case.party.jurisdiction,
        actor=library.lender.actor,
        product=rule_product(account.product),
        on=today,
        flags=standing_flags(account, today, library.in_collection_days),
    )
    return Law(bounding, account)


def terms_of(plan: PlanFigures, account: Account) -> PlanTerms:
    """Return a plan as the rules look at it; payments left out at the start are months of it too.

    A plan repays the balance at one rate, so penalty interest in it bears interest again unless the rate is zero or all
    charges are waived.
    """
    charges = account.balance.penalty_interest + account.balance.fee
    capitalises = account.balance.penalty_interest > 0 and plan.annual_rate_bps > 0 and plan.forgiven_minor < charges
    return PlanTerms(
        months=_months(plan.count + plan.deferred, plan.frequency.periods_per_year),
        apr=_rate(plan.annual_rate_bps),
        principal_minor=account.balance.total - plan.forgiven_minor,
        total_interest_minor=plan.interest_minor,
        traits=_CAPITALISES if capitalises else _NO_TRAIT,
    )


_NO_TRAIT: Final[frozenset[PlanTrait]] = frozenset()
_CAPITALISES: Final = frozenset({PlanTrait.CAPITALISES_PENAL_CHARGES})


# A menu asks of the same few terms and rates again and again.
@lru_cache(maxsize=1024)
def _months(count: int, periods_per_year: int) -> Fraction:
    return Fraction(count * _MONTHS, periods_per_year)


@lru_cache(maxsize=1024)
def _rate(annual_rate_bps: int) -> Fraction:
    return Fraction(annual_rate_bps, _BPS)


def _bound(rule_id: str, params: PlanParams) -> LawBound:
    # A plan moves an old debt; a bound on new loans alone is none here.
    rates = () if params.only_new_disbursement else params.apr_bands
    return LawBound(
        rule_id=rule_id,
        max_months=params.max_months,
        rates=tuple((band.below_minor, band.apr_max) for band in rates),
        forbids_capitalising=PlanTrait.CAPITALISES_PENAL_CHARGES in params.forbids,
    )
