"""Does the money add up? Balances, payments, plans and arrangements, recomputed from their own rows."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from parley.run.checking.kinds import Kind
from parley.run.checking.report import Tally
from parley.store import models

# How an act on the borrower's page stands in the database: as a reply of this provider.
_PAGE = "page"
_COMPONENTS = ("principal_minor", "interest_minor", "fee_minor", "penalty_interest_minor", "cost_minor")


def check_money(tally: Tally) -> None:
    """Judge every amount of the database."""
    _balances(tally)
    _payments(tally)
    _offers(tally)
    _arrangements(tally)


def _balances(tally: Tally) -> None:
    below = Q()
    for component in _COMPONENTS:
        below |= Q(**{f"{component}__lt": 0})
    for account in models.Account.objects.filter(below).values_list("id", flat=True):
        tally.add(Kind.NEGATIVE_BALANCE, account)
    wrong = Q(paid_minor__gt=F("amount_minor")) | Q(paid_minor__lt=0) | Q(amount_minor__lt=0)
    for due in models.Instalment.objects.filter(wrong).values_list("id", flat=True):
        tally.add(Kind.NEGATIVE_BALANCE, f"instalment {due}")
    for part in models.ArrangementInstalment.objects.filter(wrong).values_list("id", flat=True):
        tally.add(Kind.NEGATIVE_BALANCE, f"arrangement instalment {part}")
    tally.seen["accounts"] = models.Account.objects.count()


def _payments(tally: Tally) -> None:
    rows = models.Payment.objects.values_list("id", "amount_minor", "allocation")
    for payment, amount_minor, allocation in rows.iterator():
        tally.seen["payments"] += 1
        if not _is_conserved(amount_minor, allocation):
            tally.add(Kind.MONEY_CONSERVED, payment)


def _is_conserved(amount_minor: int, allocation: dict[str, Any]) -> bool:
    """Whether [timing, component, part] cells and what is unapplied make up the payment, none below zero."""
    parts = [cell[-1] for cell in allocation.get("cells", [])] + [allocation.get("unapplied", 0)]
    return all(isinstance(part, int) and part >= 0 for part in parts) and sum(parts) == amount_minor


def _offers(tally: Tally) -> None:
    rows = models.OfferRecord.objects.values_list("id", "plans")
    for offer, plans in rows.iterator():
        tally.seen["offers"] += 1
        balances = {_repaid(plan) + plan.get("forgiven_minor", 0) for plan in plans}
        # All plans of one menu repay the same debt, but for what is forgiven.
        if len(balances) > 1 or not all(_sums(plan) for plan in plans):
            tally.add(Kind.PLAN_SUM, offer)


def _repaid(plan: dict[str, Any]) -> int:
    return sum(row["principal_minor"] for row in plan["rows"])


def _sums(plan: dict[str, Any]) -> bool:
    """Whether the rows of a plan repay what they start from, to the last minor unit."""
    rows = plan["rows"]
    left = sum(row["principal_minor"] for row in rows)
    for number, row in enumerate(rows, start=1):
        left -= row["principal_minor"]
        is_whole = row["principal_minor"] + row["interest_minor"] == row["payment_minor"]
        is_possible = row["principal_minor"] >= 0 and row["interest_minor"] >= 0 and row["payment_minor"] > 0
        if row["number"] != number or row["balance_minor"] != left or not is_whole or not is_possible:
            return False
    in_order = all(one["due_on"] < other["due_on"] for one, other in pairwise(rows))
    return bool(rows) and in_order and sum(row["payment_minor"] for row in rows) == plan["total_minor"]


def _arrangements(tally: Tally) -> None:
    standing: dict[UUID, list[tuple[datetime, datetime | None, UUID]]] = defaultdict(list)
    asks_for_page = cache(_asks_for_page)
    rows = (
        models.Arrangement.objects.select_related("offer").prefetch_related("instalments").order_by("agreed_at", "id")
    )
    for row in rows.iterator(chunk_size=500):
        tally.seen["arrangements"] += 1
        # What the lender's core refused was undone as if it had never been agreed; what stood before stands again.
        if row.standing != "refused":
            standing[row.account_id].append((row.agreed_at, row.ended_at, row.id))
        parts = sorted(row.instalments.all(), key=lambda part: part.number)
        if not _is_the_offered(row, parts):
            tally.add(Kind.PLAN_SUM, row.id)
        if any(part.amount_minor > _most_minor(row, part.number) for part in parts):
            tally.add(Kind.ABOVE_CAPACITY, row.id)
        if asks_for_page(row.offer.certificate.get("policy_hash")) and not _is_agreed_beyond_text(row):
            tally.add(Kind.AGREED_BY_TEXT, row.id)
    for intervals in standing.values():
        for (_, first_end, _), (start, _, later) in pairwise(intervals):
            if first_end is None or start < first_end:
                tally.add(Kind.TWICE_AGREED, later)


def _asks_for_page(policy_hash: str | None) -> bool:
    """Whether the policy kept under *policy_hash* lets nobody agree by text. Of a policy not kept nothing is known."""
    kept = models.LenderSettings.objects.filter(digest=policy_hash).first()
    return kept is not None and tomllib.loads(kept.document.removeprefix("\ufeff")).get("confirm") == _PAGE


def _is_agreed_beyond_text(row: models.Arrangement) -> bool:
    """Whether an act on the page, or a person on the phone, agreed it at that very instant."""
    pressed = models.Inbound.objects.filter(
        provider=_PAGE, conversation_id=row.conversation_id, received_at=row.agreed_at
    )
    told = models.Event.objects.filter(
        kind="arrangement.agreed", conversation_id=row.conversation_id, at=row.agreed_at, data__by="phone"
    )
    return pressed.exists() or told.exists()


def _most_minor(row: models.Arrangement, number: int) -> int:
    """Return the most that a payment may be: a month's capacity; the first one what the borrower named to pay once."""
    facts = row.offer.certificate.get("facts", {})
    return max(row.capacity_minor, facts.get("lump_minor", 0) if number == 1 else 0)


def _is_the_offered(row: models.Arrangement, parts: list[models.ArrangementInstalment]) -> bool:
    """Whether the arrangement is, row by row, the plan of its offer that was chosen."""
    plans = row.offer.plans
    if not 0 <= row.option < len(plans):
        return False
    plan = plans[row.option]
    offered = [
        (each["number"], each["due_on"], each["payment_minor"], each["principal_minor"], each["interest_minor"])
        for each in plan["rows"]
    ]
    agreed = [
        (part.number, part.due_on.isoformat(), part.amount_minor, part.principal_minor, part.interest_minor)
        for part in parts
    ]
    heads = (row.total_minor, row.annual_rate_bps, row.balance_minor, row.capacity_minor, row.account_id)
    expected = (
        plan["total_minor"],
        plan["annual_rate_bps"],
        sum(each["principal_minor"] for each in plan["rows"]),
        row.offer.capacity_minor,
        row.offer.account_id,
    )
    return offered == agreed and heads == expected
