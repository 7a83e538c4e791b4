"""The letter of a plan that was kept: what was agreed, what was received, and that nothing of it is left to pay."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from parley.dates import local_date
from parley.servicing.arrangement import Standing
from parley.store.models import Arrangement, ContactPoint
from parley.store.threads_accounts import accounts_of
from parley.store.visits import standing_case
from parley.web.portal.plan import terms_as_agreed
from parley.web.portal.visitor import account_of_visit, show, visitor
from parley.web.ports import services

# How the end of a reference reads: enough to find it again with.
REFERENCE: Final = 8


@require_safe
@visitor
def letter(request: HttpRequest, point: ContactPoint) -> HttpResponse:
    """Show the letter of the newest plan that was kept; opening it writes nothing."""
    row = kept_plan(point, account_of_visit(request))
    if row is None:
        return redirect("account")
    held = services()
    now = held.clock.now()
    today = standing_case(point, now, held.vault).today(now)
    account = next(one for one in accounts_of(point.borrower_id, today) if one.account_id == row.account_id)
    context = {
        "arrangement": row,
        "parts": sorted(row.instalments.all(), key=lambda part: part.number),
        "reference": row.id.hex[-REFERENCE:].upper(),
        "owed_minor": account.balance.total,
        "today": today,
        "agreed_on": local_date(row.agreed_at, point.borrower.zones[0] if point.borrower.zones else "UTC"),
    }
    return show(request, "letter.html", context | terms_as_agreed(request, row))


def kept_plan(point: ContactPoint, account_id: UUID | None = None) -> Arrangement | None:
    """Return the newest plan of the borrower that was kept to its last payment; None where none was.

    *account_id*: only one of that account.
    """
    rows = Arrangement.objects.filter(account__borrower_id=point.borrower_id, standing=Standing.KEPT)
    rows = rows.filter(account_id=account_id) if account_id is not None else rows
    return rows.prefetch_related("instalments").order_by("-ended_at", "-id").first()
