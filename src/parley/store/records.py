"""What was said to borrowers before and what they allowed: the gate's view of the past, for many borrowers at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from parley.contact.facts import Consent, Contact, Direction, Hold, OptOut, OptOutScope
from parley.engine.case import ContactRecord, StandingHold
from parley.messaging.ledger import State
from parley.purpose import Channel, Purpose
from parley.servicing.arrangement import Standing
from parley.store import models

# The longest window of any shipped cap is a calendar month.
HISTORY_DAYS: Final = 31
# Scopes of a Consent row that refuse contact when they are not granted.
_REFUSABLE: Final = {"all": OptOutScope.ALL, "promotion": OptOutScope.PROMOTION}
# What a granted scope allows, in the words of the rules. A scope that is not here allows nothing.
_GRANTS: Final = {
    "promotion": (Consent.MARKETING,),
    "marketing": (Consent.MARKETING,),
    "marketing_written": (Consent.MARKETING, Consent.MARKETING_WRITTEN),
    "soft_opt_in": (Consent.SOFT_OPT_IN,),
    "electronic_direct": (Consent.ELECTRONIC_DIRECT,),
}
# A message the carrier never took is no contact.
_NO_CONTACT: Final = (State.QUEUED, State.REFUSED, State.CANCELLED, State.REJECTED)


def load_records(borrower_ids: Iterable[UUID], now: datetime) -> dict[UUID, ContactRecord]:
    """Return the record of each borrower as of *now*; one without a past gets the empty record.

    Shape: five queries, however many borrowers.
    """
    ids = list(borrower_ids)
    contacts = _contacts(ids, now)
    consents, opt_outs = _consents(ids)
    holds = _holds(ids, now)
    return {
        one: ContactRecord(
            contacts=tuple(contacts[one]),
            consents=frozenset(consents[one]) | {Consent.CONTACT},
            opt_outs=tuple(opt_outs[one]),
            holds=tuple(holds[one]),
        )
        for one in ids
    }


def _contacts(ids: list[UUID], now: datetime) -> Mapping[UUID, list[Contact]]:
    found: dict[UUID, list[Contact]] = defaultdict(list)
    since = now - timedelta(days=HISTORY_DAYS)
    sent = (
        models.Message.objects.filter(borrower_id__in=ids, intended_at__gte=since)
        .exclude(state__in=_NO_CONTACT)
        .values_list(
            "borrower_id",
            "intended_at",
            "channel",
            "purpose",
            "account_id",
            "contact_point_id",
            "in_reply_to__received_at",
        )
    )
    for borrower, at, channel, purpose, account, point, answered_at in sent:
        assert at is not None, "only messages with an intent were asked for"
        contact = Contact(
            at=at,
            channel=Channel(channel),
            purpose=Purpose(purpose),
            answers_at=answered_at,
            account=_text(account),
            address=str(point),
        )
        found[borrower].append(contact)
    heard = models.Inbound.objects.filter(contact_point__borrower_id__in=ids, received_at__gte=since)
    for borrower, at, point in heard.values_list("contact_point__borrower_id", "received_at", "contact_point_id"):
        found[borrower].append(Contact(at=at, channel=Channel.SMS, direction=Direction.IN, address=str(point)))
    return found


def _text(account: UUID | None) -> str | None:
    return str(account) if account is not None else None


def _consents(ids: list[UUID]) -> tuple[Mapping[UUID, list[Consent]], Mapping[UUID, list[OptOut]]]:
    """Return what is allowed and refused: the newest event of a scope holds, a confirmation confirms it once sent.

    Whoever says STOP again after the one confirmation has refused since the first time: no second confirmation is due.
    """
    confirmed = _confirmations(ids)
    latest: dict[tuple[UUID, str], tuple[bool, datetime]] = {}
    since: dict[tuple[UUID, str], datetime] = {}
    rows = models.Consent.objects.filter(borrower_id__in=ids).order_by("at", "id")
    for borrower, scope, granted, at in rows.values_list("borrower_id", "scope", "granted", "at"):
        latest[borrower, scope] = (granted, at)
        if granted:
            since.pop((borrower, scope), None)
        else:
            since.setdefault((borrower, scope), at)
    consents: dict[UUID, list[Consent]] = defaultdict(list)
    opt_outs: dict[UUID, list[OptOut]] = defaultdict(list)
    for (borrower, scope), (granted, at) in latest.items():
        if scope in _REFUSABLE and not granted:
            told = [sent for sent in confirmed[borrower] if sent >= since[borrower, scope]]
            refused_at = since[borrower, scope] if told else at
            opt_outs[borrower].append(OptOut(_REFUSABLE[scope], refused_at, confirmed_at=min(told, default=None)))
        elif granted:
            consents[borrower] += _GRANTS.get(scope, ())
    return consents, opt_outs


def _confirmations(ids: list[UUID]) -> Mapping[UUID, list[datetime]]:
    found: dict[UUID, list[datetime]] = defaultdict(list)
    rows = models.Message.objects.filter(
        borrower_id__in=ids, purpose=Purpose.OPT_OUT_CONFIRMATION, intended_at__isnull=False
    )
    for borrower, at in rows.values_list("borrower_id", "intended_at"):
        assert at is not None, "only messages with an intent were asked for"
        found[borrower].append(at)
    return found


def _holds(ids: list[UUID], now: datetime) -> Mapping[UUID, list[StandingHold]]:
    found: dict[UUID, list[StandingHold]] = defaultdict(list)
    standing = models.Hold.objects.filter(
        Q(until_at__isnull=True) | Q(until_at__gt=now), borrower_id__in=ids, released_at__isnull=True, from_at__lte=now
    )
    for borrower, kind, inbound in standing.values_list("borrower_id", "kind", "inbound_id"):
        found[borrower].append(StandingHold(Hold(kind), inbound))
    kept = models.Arrangement.objects.filter(account__borrower_id__in=ids, standing=Standing.ACTIVE)
    for borrower in kept.values_list("account__borrower_id", flat=True):
        found[borrower].append(StandingHold(Hold.PLAN_ACTIVE, None))
    return found
