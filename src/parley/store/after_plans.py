"""Plans that ended, of which something is still to follow: word of it, one more offer, a person. Read and marked here.

What follows which end is decided by the caller (`run.nightly_after`); a plan that was agreed later ends it all.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from parley.ids import derive_id
from parley.negotiation.state import ENDED, State
from parley.servicing.arrangement import InstalmentState, Standing
from parley.servicing.changes.settlement import waived_of
from parley.store import audit, models
from parley.store.book import chunk_bounds
from parley.store.cases import open_talk
from parley.store.lender_notices import tell_lender
from parley.store.outbox import cancel_waiting
from parley.store.rows import account_of
from parley.store.vault import Vault


def open_ends(number: int, chunks: int) -> list[models.Arrangement]:
    """Return the plans of a chunk that ended by themselves, kept or broken, while something is still to follow."""
    low, high = chunk_bounds(number, chunks)
    rows = models.Arrangement.objects.filter(
        account__id__gte=low,
        account__id__lte=high,
        standing__in=[Standing.KEPT, Standing.BROKEN],
        followed_at__isnull=True,
    )
    related = rows.select_related(
        *("account__borrower", "account__product", "reoffer", "offer", "conversation__contact_point"),
    )
    return list(related.order_by("account_id", "agreed_at", "id"))


def plans_of(accounts: Collection[UUID]) -> list[models.Arrangement]:
    """Return every plan ever agreed for these accounts; what the lender's core refused was never agreed."""
    rows = models.Arrangement.objects.filter(account_id__in=accounts).exclude(standing=Standing.REFUSED)
    return list(rows) if accounts else []


def states_of(plan: models.Arrangement) -> list[InstalmentState]:
    """Return the payments of a plan in their order, as they stand."""
    rows = plan.instalments.order_by("number")
    return [InstalmentState(row.due_on, row.amount_minor, row.paid_minor, row.cleared_on) for row in rows]


def mend(plan: models.Arrangement, verdict: Standing, now: datetime, vault: Vault) -> None:
    """Let a plan that was judged broken be what its payments say: they were in time, and we heard of them late.

    The thread in which another offer waits for an answer is where it was before.
    """
    if plan.reoffer_id is not None:
        talks = models.Conversation.objects.filter(
            account_id=plan.account_id, state__in=[State.OFFER, State.NOTIFIED], closed_at__isnull=True
        )
        talks.update(state=State.AGREED, memory_sealed=None)
    plan.standing, plan.told_at, plan.reoffer = verdict, None, None
    plan.ended_at = None if verdict is Standing.ACTIVE else plan.ended_at
    plan.save(update_fields=["standing", "told_at", "reoffer", "ended_at"])
    event = models.Event.objects.create(
        at=now,
        kind="arrangement.restored",
        borrower_id=plan.account.borrower_id,
        account_id=plan.account_id,
        conversation_id=plan.conversation_id,
        data={},
    )
    audit.record(vault, [event], now)
    tell_lender([event], now, vault)


def write_waiver(plan: models.Arrangement, now: datetime, vault: Vault) -> None:
    """Take what *plan*, kept to its end, waives from the balance of its account: charges first, once, never below zero.

    The offer record says how much. The caller holds the borrower.
    """
    offered = plan.offer.plans[plan.option] if plan.option < len(plan.offer.plans) else {}
    forgiven = int(offered.get("forgiven_minor", 0))
    account = models.Account.objects.select_related("product").get(id=plan.account_id)
    waived = waived_of(account_of(account, ()).balance, forgiven)
    if not waived.total:
        return
    names = ("principal", "interest", "fee", "penalty_interest", "cost")
    for name in names:
        setattr(account, f"{name}_minor", getattr(account, f"{name}_minor") - getattr(waived, name))
    account.save(update_fields=[f"{name}_minor" for name in names])
    plan.waived_minor = waived.total
    plan.save(update_fields=["waived_minor"])
    event = models.Event.objects.create(
        at=now,
        kind="arrangement.waived",
        borrower_id=plan.account.borrower_id,
        account_id=plan.account_id,
        conversation_id=plan.conversation_id,
        data={"by": "plan"},
    )
    audit.record(vault, [event], now)


def hand_over(
    point: models.ContactPoint, account_id: UUID, reason: str, key: UUID, now: datetime, vault: Vault
) -> None:
    """Give the thread with *point* to a person because of an account; what waits for the borrower is taken back.

    *key* names the cause: for one cause one person is called. The caller holds the borrower.
    """
    talk = open_talk(point, account_id, now)
    if talk.needs_person_since is None:
        if State(talk.state) not in ENDED:
            talk.state = State.WITH_PERSON
        talk.needs_person_since, talk.person_reason = now, reason
    talk.waiting_since, talk.version = talk.waiting_since or now, talk.version + 1
    talk.save(update_fields=["state", "needs_person_since", "person_reason", "waiting_since", "version"])
    cancel_waiting(point.borrower_id, promotional_only=False, now=now)
    event = models.Event.objects.create(
        at=now,
        kind="handed_over",
        borrower_id=point.borrower_id,
        account_id=account_id,
        conversation=talk,
        data={"reason": reason},
    )
    models.Job.objects.get_or_create(
        id=derive_id("job", "person", str(key)),
        defaults={
            "kind": "person",
            "payload": {"conversation": str(talk.id), "reason": reason},
            "not_before": now,
            "created_at": now,
        },
    )
    audit.record(vault, [event], now)
