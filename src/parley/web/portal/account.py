"""What is owed, since when, what comes next, what was agreed: each figure with a sentence."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from parley.engine.case import Case
from parley.engine.visit import is_over
from parley.negotiation.levers import Confirm
from parley.negotiation.state import State
from parley.store.models import ContactPoint
from parley.store.threads_accounts import AccountFacts, accounts_of
from parley.store.visits import standing_case
from parley.web.portal.letter import kept_plan
from parley.web.portal.visitor import account_of_visit, show, visitor
from parley.web.ports import services


@require_safe
@visitor
def account(request: HttpRequest, point: ContactPoint) -> HttpResponse:
    """Show what is owed and what can be done."""
    held = services()
    now = held.clock.now()
    only = account_of_visit(request)
    case = standing_case(point, now, held.vault, only)
    found = [one for one in accounts_of(point.borrower_id, case.today(now)) if only in {None, one.account_id}]
    context = {
        "accounts": [one for one in found if one.balance.total > 0 or one.arrangements],
        "agreed": {one.account_id: _standing(one) for one in found},
        "is_with_person": is_over(case),
        "has_offer": case.offer is not None,
        "waits_for_yes": _waits_for_yes(case),
        "has_letter": kept_plan(point, only) is not None,
        "today": case.today(now),
    }
    return show(request, "account.html", context)


def _waits_for_yes(case: Case) -> bool:
    """Return whether a text has read a plan back that can be agreed to here alone."""
    is_read_back = case.talk.state is State.READ_BACK and case.talk.memory.option is not None
    return case.offer is not None and case.offer.confirm is Confirm.PAGE and is_read_back


def _standing(one: AccountFacts) -> bool:
    standings = [each.standing for each in one.arrangements] + [each.standing for each in one.promises]
    return "active" in standings
