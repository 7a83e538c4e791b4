"""What becomes of what is past due when an account is counted current again? It is rolled into the schedule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from parley.errors import BadInput, Refusal
from parley.servicing.account import Balance
from parley.servicing.changes.debt import Debt
from parley.servicing.changes.re_age_limits import AccountHistory, ReAgeLimits, refusals_of


class Charges(StrEnum):
    """What becomes of the charges that are rolled in; principal past due bears interest as before."""

    CAPITALISED = "capitalised"
    """They join the principal and bear interest."""
    HELD = "held"
    """They bear none, and are paid with the last payment."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Every limit that says no."""

    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class ReAge:
    """Roll what is due now into the schedule on the debt's day, and count the account current.

    *zone*: the IANA zone whose days count, for the instant at which a refusal ends.
    """

    history: AccountHistory
    limits: ReAgeLimits
    zone: str
    charges: Charges

    def applied(self, debt: Debt) -> Debt | Refused:
        """Return *debt* after it. Refuses beyond the limits. Raises BadInput where nothing is past due."""
        due = debt.due_now
        if not due.total:
            raise BadInput(
                "Nothing is past due, so there is nothing to re-age; leave it out.",
                "没有逾期款项，无需账龄重置，请去掉此项。",
            )
        refusals = refusals_of(self.limits, self.history, debt.day, self.zone)
        if refusals:
            return Refused(refusals)
        capitalised = self.charges is Charges.CAPITALISED
        joining = due.total if capitalised else due.principal
        principal = replace(debt.terms.principal, minor=debt.terms.principal.minor + joining)
        return replace(
            debt,
            terms=replace(debt.terms, principal=principal),
            given=(),
            due_now=Balance(),
            held_minor=debt.held_minor + due.total - joining,
        )
