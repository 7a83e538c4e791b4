"""Offer records: what a message about one may state, and all that it takes to check one years later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from parley.engine.outcome import NewOffer
from parley.engine.stated import OFFER_TEXTS, WITH_ACCOUNT, Offered
from parley.store import models
from parley.store.rows import plan_from_json, plan_to_json


def offered_by(messages: Sequence[models.Message]) -> Mapping[UUID, Offered]:
    """Return, for each message about an offer, the plans of its record; without one it may state no number at all.

    What the account owes counts as it was when the turn answered: a payment that came in since made no text wrong.
    """
    about = [message for message in messages if message.template_key in OFFER_TEXTS]
    if not about:
        return {}
    rows = models.OfferRecord.objects.filter(id__in={message.offer_id for message in about if message.offer_id})
    plans = {row.id: tuple(plan_from_json(plan) for plan in row.plans) for row in rows}
    missed = _missed([one.offer_id for one in about if one.offer_id is not None])
    owed = _owed([one.resend_of_id or one.id for one in about if one.template_key in WITH_ACCOUNT])
    return {
        one.id: Offered(plans.get(one.offer_id, ()), missed.get(one.offer_id), owed.get(one.resend_of_id or one.id, ()))
        if one.offer_id
        else Offered(())
        for one in about
    }


def _owed(messages: Sequence[UUID]) -> Mapping[UUID, tuple[int, ...]]:
    """Return what the turns that wrote these messages kept of what was owed. Units: minor units."""
    if not messages:
        return {}
    turns = models.Event.objects.filter(kind="turn", message_id__in=messages).values_list("message_id", "data")
    return {message: tuple(data.get("owed", {}).values()) for message, data in turns}


def _missed(offers: Sequence[UUID]) -> Mapping[UUID, int]:
    """Return what is open of the payment after which each of these offers was made, where one was missed."""
    found: dict[UUID, int] = {}
    rows = models.ArrangementInstalment.objects.filter(
        arrangement__reoffer__in=offers, paid_minor__lt=F("amount_minor")
    )
    parts = rows.order_by("number").values_list("arrangement__reoffer_id", "amount_minor", "paid_minor")
    for offer, amount, paid in parts:
        found.setdefault(offer, amount - paid)
    return found


def keep_offer(
    offer: NewOffer, talk: models.Conversation, account_id: UUID, currency: str, now: datetime
) -> models.OfferRecord:
    """Write the record of an offer with its certificate, and keep the policy it was computed by."""
    remember_policy(str(offer.menu.certificate["policy_hash"]), offer.policy_text, now)
    return models.OfferRecord.objects.create(
        id=offer.offer_id,
        conversation=talk,
        account_id=account_id,
        at=now,
        expires_at=offer.expires_at,
        currency=currency,
        capacity_minor=offer.capacity_minor,
        plans=[plan_to_json(plan) for plan in offer.menu.plans],
        certificate=offer.menu.certificate,
    )


def remember_policy(digest: str, text: str, now: datetime) -> None:
    """Keep the text of a policy under its hash; what is kept already stays as it is."""
    models.LenderSettings.objects.get_or_create(digest=digest, defaults={"document": text, "at": now})


@dataclass(frozen=True, slots=True, repr=False)
class KeptOffer:
    """An offer record with the policy text kept under the hash it names (None: none is)."""

    on: date
    currency: str
    capacity_minor: int
    plans: list[dict[str, Any]]
    certificate: dict[str, Any]
    policy_text: str | None
    is_rulebook_known: bool


def kept_offer(offer_id: UUID) -> KeptOffer | None:
    """Return the offer record *offer_id*, or None where there is none."""
    row = models.OfferRecord.objects.filter(id=offer_id).first()
    if row is None:
        return None
    named = row.certificate if isinstance(row.certificate, dict) else {}
    policy, rulebook = (str(named.get(key, "")) for key in ("policy_hash", "rulebook_hash"))
    kept = models.LenderSettings.objects.filter(digest=policy).first()
    return KeptOffer(
        on=row.at.date(),
        currency=row.currency,
        capacity_minor=row.capacity_minor,
        plans=row.plans,
        certificate=named,
        policy_text=kept.document if kept is not None else None,
        is_rulebook_known=models.RulebookFiles.objects.filter(digest=rulebook).exists(),
    )
