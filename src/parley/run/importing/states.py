"""How accounts stand in all that a payment moves: balance, dues, the plan and the promises."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from parley.store.models import Account, ArrangementInstalment, Instalment, Promise

# The balance, in the order it is kept.
BALANCE: Final = ("principal_minor", "interest_minor", "fee_minor", "penalty_interest_minor", "cost_minor")

State = dict[str, list[Any]]


def states_of(account_ids: Collection[UUID]) -> dict[UUID, State]:
    """Return the state of each account as JSON: `balance`, `dues`, `plan` and `promises`, each with what was paid."""
    ids = list(account_ids)
    found: dict[UUID, State] = {
        row[0]: {"balance": list(row[1:]), "dues": [], "plan": [], "promises": []}
        for row in Account.objects.filter(id__in=ids).values_list("id", *BALANCE)
    }
    for due in Instalment.objects.filter(account_id__in=ids).order_by("due_on"):
        found[due.account_id]["dues"].append([due.due_on.isoformat(), due.amount_minor, due.paid_minor])
    parts = ArrangementInstalment.objects.filter(
        Q(arrangement__standing="active") | Q(arrangement__standing="broken", arrangement__followed_at__isnull=True),
        arrangement__account_id__in=ids,
    )
    for part in parts.select_related("arrangement").order_by("arrangement_id", "number"):
        cleared = part.cleared_on.isoformat() if part.cleared_on is not None else None
        found[part.arrangement.account_id]["plan"].append([part.id, part.paid_minor, cleared])
    for promise in Promise.objects.filter(account_id__in=ids, standing="active").order_by("id"):
        found[promise.account_id]["promises"].append([promise.id.hex, promise.paid_minor])
    return found
