"""A borrower on the page: proves who they are, looks, acts. Each act is a reply of provider "page", in one transaction.

Looking writes nothing. An act carries the number of its form: sent twice it acts once. Wrong answers are counted for
the person asked about, whoever asks, so that trying from many places tries no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import transaction

from parley.engine.case import Case, Inbound
from parley.engine.identity import compare
from parley.engine.outcome import Outcome
from parley.engine.turn import Library
from parley.engine.visit import NotMe, Stop, VisitAct, visit, words_of
from parley.ids import derive_id
from parley.negotiation.state import ENDED, State
from parley.store import audit, models
from parley.store.bulk import insert_new
from parley.store.cases import load_party, load_standing, open_talk
from parley.store.lock import borrower_lock
from parley.store.outcomes import PAGE, save_outcome
from parley.store.sealed import Sealed, seal_text
from parley.store.vault import Vault

PROVIDER: Final = PAGE
# Wrong answers within this time lock the page for that borrower; a person takes over.
TRIES: Final = 5
TRIES_WITHIN: Final = timedelta(hours=24)
_FAILED: Final = "page.identity_failed"
_PROVEN: Final = "page.identity_proven"
_CURRENCY: Final = "USD"


class Asked(StrEnum):
    """What became of an answer to the identity question."""

    PROVEN = "proven"
    WRONG = "wrong"
    LOCKED = "locked"


def identify(
    points: Sequence[models.ContactPoint], answer: str, now: datetime, vault: Vault
) -> tuple[Asked, models.ContactPoint | None]:
    """Compare *answer* with what the lender holds of whoever is behind *points*; of several, one that fits.

    With nobody behind them the answer is wrong: the page tells no difference.
    """
    with transaction.atomic():
        borrower_lock({point.borrower_id for point in points})
        usable = [point for point in points if point.borrower.erased_at is None and point.quarantined_at is None]
        open_ = [point for point in usable if not _is_locked(point.borrower_id, now)]
        if usable and not open_:
            return Asked.LOCKED, None
        for point in open_:
            if compare(answer, load_party(point, vault), is_answer=True).found == "match":
                _tell(_PROVEN, point, now, vault)
                return Asked.PROVEN, point
        for point in open_:
            _tell(_FAILED, point, now, vault)
            if _is_locked(point.borrower_id, now):
                _hand_over(point, now, vault)
        locked = bool(open_) and all(_is_locked(point.borrower_id, now) for point in open_)
        return (Asked.LOCKED if locked else Asked.WRONG), None


def is_locked(points: Sequence[models.ContactPoint], now: datetime) -> bool:
    """Return whether nobody behind *points* may be asked about any more today."""
    return bool(points) and all(_is_locked(point.borrower_id, now) for point in points)


def find_point(point_id: UUID) -> models.ContactPoint | None:
    """Return the contact point of a visit; None once it is erased or known to be somebody else's."""
    rows = models.ContactPoint.objects.filter(
        id=point_id, quarantined_at__isnull=True, borrower__erased_at__isnull=True
    )
    return rows.select_related("borrower").first()


def standing_case(point: models.ContactPoint, now: datetime, vault: Vault, account_id: UUID | None = None) -> Case:
    """Return the case as it stands, for looking: where no talk is open it is as a new one would begin.

    *account_id*: the account that the visitor's link is about.
    """
    talk = models.Conversation.objects.filter(contact_point=point, closed_at__isnull=True).first()
    if talk is not None:
        talk.borrower = point.borrower
        return load_standing(talk, point, now, vault)
    fresh = models.Conversation(
        id=point.id, borrower=point.borrower, contact_point=point, account_id=account_id, state=State.NOTIFIED
    )
    return load_standing(fresh, point, now, vault)


def act(
    point: models.ContactPoint,
    wanted: VisitAct,
    form: str,
    now: datetime,
    library: Library,
    vault: Vault,
    cost_per_segment_micro: int,
) -> Outcome | None:
    """Carry out *wanted*; None where this form was sent before. *form* is its number, made by the page."""
    with transaction.atomic():
        borrower_lock([point.borrower_id])
        talk = open_talk(point, None, now)
        talk.borrower = point.borrower
        talk.last_inbound_at, talk.version = now, talk.version + 1
        row = _row(point, talk, wanted, form, now, vault)
        if not insert_new([row]):
            return None
        audit.record(vault, [row], now)
        case = load_standing(talk, point, now, vault)
        outcome = visit(case, wanted, Inbound(row.id, "", now), now, library)
        save_outcome(row, case, outcome, now, cost_per_segment_micro, vault)
        return outcome


def _row(
    point: models.ContactPoint, talk: models.Conversation, wanted: VisitAct, form: str, now: datetime, vault: Vault
) -> models.Inbound:
    account = models.Account.objects.filter(borrower_id=point.borrower_id).values_list("currency", flat=True).first()
    row = models.Inbound(
        id=derive_id("inbound", PROVIDER, form),
        provider=PROVIDER,
        provider_event=form,
        address_index=point.address_index,
        contact_point=point,
        conversation=talk,
        received_at=now,
        urgent="stop" if isinstance(wanted, Stop) else "",
        # Whoever says so on the page has not proven anything; everybody else has.
        identity_answer="" if isinstance(wanted, NotMe) else "match",
    )
    words = words_of(wanted, account or _CURRENCY)
    row.body_sealed = seal_text(vault, point.borrower, Sealed.INBOUND_BODY, row.id, words)
    return row


def _is_locked(borrower_id: UUID, now: datetime) -> bool:
    mine = models.Event.objects.filter(borrower_id=borrower_id, at__gt=now - TRIES_WITHIN)
    since = mine.filter(kind=_PROVEN).order_by("-at", "-id").values_list("id", flat=True).first() or 0
    return mine.filter(kind=_FAILED, id__gt=since).count() >= TRIES


def _hand_over(point: models.ContactPoint, now: datetime, vault: Vault) -> None:
    """Give the thread to a person: somebody could not prove who they are."""
    talk = open_talk(point, None, now)
    if talk.needs_person_since is not None:
        return
    if State(talk.state) not in ENDED:
        talk.state = State.LOCKED
    talk.needs_person_since, talk.waiting_since = now, now
    talk.person_reason, talk.version = "identity_locked", talk.version + 1
    talk.save(update_fields=["state", "needs_person_since", "waiting_since", "person_reason", "version"])
    event = models.Event.objects.create(
        at=now, kind="handed_over", borrower_id=point.borrower_id, conversation=talk, data={"reason": "identity_locked"}
    )
    audit.record(vault, [event], now)


def _tell(kind: str, point: models.ContactPoint, now: datetime, vault: Vault) -> None:
    event = models.Event.objects.create(at=now, kind=kind, borrower_id=point.borrower_id, data={})
    audit.record(vault, [event], now)
