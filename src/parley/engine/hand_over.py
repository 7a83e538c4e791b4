"""What a person must know of a thread at a glance: two lines of codes and figures, never a word the borrower wrote.

The first says what is owed, the second what came of the talk so far. Figures are those of the account and of the talk's
memory, which is sealed at rest; what to do next is a table by reason, in the words of the console.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from parley.engine.case import Case
from parley.engine.signposting import BROKEN_PLANS
from parley.servicing.delinquency import arrears_minor, days_past_due


@dataclass(frozen=True, slots=True, repr=False)
class Summary:
    """The two lines. Units: minor units of `currency`, which is "" where there is no account.

    `capacity_minor`: what the borrower said a month allows; None: not said. `menus`: how many offers were computed;
    `option`: the plan being read back, from 1. `knows_advice`: they were told where independent advice is found.
    """

    currency: str
    product: str
    balance_minor: int
    arrears_minor: int
    days_past_due: int
    is_proven: bool
    capacity_minor: int | None
    menus: int
    option: int | None
    promise_minor: int | None
    promise_due_on: date | None
    has_declined: bool
    broken_plans: int
    knows_advice: bool

    @property
    def breaks_plans(self) -> bool:
        """Whether plans were broken before, so often that another of the kind is no help."""
        return self.broken_plans >= BROKEN_PLANS


def summary_of(case: Case, today: date) -> Summary:
    """Return the summary of *case* on *today*, the borrower's day."""
    memory, account = case.talk.memory, case.account
    return Summary(
        currency=account.currency if account is not None else "",
        product=account.product.value if account is not None else "",
        balance_minor=account.balance.total if account is not None else 0,
        arrears_minor=arrears_minor(account.dues, today) if account is not None else 0,
        days_past_due=days_past_due(account.dues, today) if account is not None else 0,
        is_proven=case.party.identity_proven_at is not None,
        capacity_minor=memory.capacity_minor,
        menus=memory.menus,
        option=memory.option + 1 if memory.option is not None else None,
        promise_minor=memory.promise_minor,
        promise_due_on=memory.promise_due_on,
        has_declined=memory.declined,
        broken_plans=case.broken_plans,
        knows_advice=memory.advised,
    )
