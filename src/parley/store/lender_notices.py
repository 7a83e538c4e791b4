"""Writes down what the lender's core must be told, in the transaction of the event it tells of. Nothing is sent here.

| event | what the notice tells |
|---|---|
| `arrangement.agreed` | the whole plan: every instalment, total, rate, offer |
| `arrangement.cancelled`, `.kept`, `.broken`, `.restored` | which arrangement, and how it ended |
| `promise.made`, `.kept`, `.broken` | amount and day |
| `transaction.denied` | a request to block: the borrower says it was not them |
| `alert.unanswered` | nobody answered "was it you?" in time |
| `limit_rise.asked` | the borrower asks for a higher limit, and which, where they named one |
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from uuid import UUID

from parley.ids import derive_id
from parley.store import audit, models
from parley.store.bulk import insert_new
from parley.store.sealed import Sealed, open_text, seal_text
from parley.store.vault import Vault

ALERT_TEMPLATE: Final = "risk_alert.ask"
AGREED: Final = "arrangement.agreed"
DENIED: Final = "transaction.denied"
RISE_ASKED: Final = "limit_rise.asked"
_ENDED: Final = {"arrangement.cancelled": "cancelled", "arrangement.kept": "kept", "arrangement.broken": "broken"}
_RESTORED: Final = "arrangement.restored"
_PROMISES: Final = {"promise.made": "active", "promise.kept": "kept", "promise.broken": "broken"}

_Told: TypeAlias = tuple[UUID | None, dict[str, Any]]
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
# An account with more alerts than this is looked at by the lender as a whole.
_MOST_ALERTS: Final = 10


def tell_lender(
    events: Iterable[models.Event], now: datetime, vault: Vault, more: Mapping[str, Any] = _NOTHING
) -> list[models.LenderNotice]:
    """Write a notice for each of *events* (just saved) that the lender is told of. Inside the caller's transaction.

    *more*: what the lender is told and an event does not keep, by name. The same happening told again adds nothing.
    Returns the new notices.
    """
    told = [event for event in events if event.kind in KINDS]
    if not told:
        return []
    people = {row.id: row for row in models.Borrower.objects.filter(id__in={event.borrower_id for event in told})}
    accounts = {row.id: row for row in models.Account.objects.filter(id__in={event.account_id for event in told})}
    rows = []
    for event in told:
        if event.borrower_id is None or people[event.borrower_id].data_key_wrapped is None:
            continue
        account = accounts.get(event.account_id) if event.account_id is not None else None
        for subject, data in KINDS[event.kind](event, more):
            rows.append(_notice(event, people[event.borrower_id], account, subject, data, vault))
    fresh = insert_new(rows, key=("key",))
    audit.record(vault, fresh, now)
    return fresh


def _notice(
    event: models.Event,
    person: models.Borrower,
    account: models.Account | None,
    subject: UUID | None,
    data: dict[str, Any],
    vault: Vault,
) -> models.LenderNotice:
    about = subject or event.conversation_id or event.borrower_id
    key = derive_id("lender_notice", event.kind, str(about), event.at.isoformat())
    whole = {"account": _account(account, person, vault), **data}
    return models.LenderNotice(
        key=key,
        kind=event.kind,
        at=event.at,
        borrower=person,
        account=account,
        conversation_id=event.conversation_id,
        subject=subject,
        body_sealed=seal_text(vault, person, Sealed.LENDER_NOTICE_BODY, key, json.dumps(whole, sort_keys=True)),
        not_before=event.at,
    )


def told_in(row: models.LenderNotice, vault: Vault) -> dict[str, Any]:
    """Return what *row* (its borrower loaded) tells; the person is not erased."""
    assert row.body_sealed is not None, "an erased person's notice tells nothing"
    text = open_text(vault, row.borrower, Sealed.LENDER_NOTICE_BODY, row.key, bytes(row.body_sealed))
    found: dict[str, Any] = json.loads(text)
    return found


def _account(account: models.Account | None, person: models.Borrower, vault: Vault) -> dict[str, Any] | None:
    """Return how the lender knows the account: by its own reference, where its file gave one."""
    if account is None:
        return None
    reference = None
    if account.reference_sealed is not None:
        sealed = bytes(account.reference_sealed)
        reference = open_text(vault, person, Sealed.ACCOUNT_REFERENCE, account.id, sealed)
    return {"reference": reference, "parley_id": str(account.id), "currency": account.currency}


def _account_id(event: models.Event) -> UUID:
    assert event.account_id is not None, "what is agreed or asked for is of an account"
    return event.account_id


def _agreed(event: models.Event, more: Mapping[str, Any]) -> Iterable[_Told]:
    """Tell of the plan, and before it of the one whose place it took."""
    row = models.Arrangement.objects.select_related("offer").get(account_id=_account_id(event), standing="active")
    parts = models.ArrangementInstalment.objects.filter(arrangement=row).order_by("number")
    offered = row.offer.plans[row.option] if row.option < len(row.offer.plans) else {}
    # One that had ended by itself was told of then: nothing of it is replaced.
    replaced = models.Arrangement.objects.filter(superseded_by=row, standing="cancelled")
    replaces = replaced.values_list("id", flat=True)
    plan = {
        "id": str(row.id),
        "replaces": [str(one) for one in replaces],
        "offer_id": str(row.offer_id),
        "option": row.option + 1,
        "agreed_at": row.agreed_at.isoformat(),
        "confirmed_by": event.data.get("by") or more.get("by", "text"),
        "annual_rate_bps": row.annual_rate_bps,
        "balance_minor": row.balance_minor,
        "total_minor": row.total_minor,
        "forgiven_minor": offered.get("forgiven_minor", 0),
        "instalments": [_instalment(part) for part in parts],
    }
    yield row.id, {"arrangement": plan}


def _instalment(part: models.ArrangementInstalment) -> dict[str, Any]:
    return {
        "number": part.number,
        "due_on": part.due_on.isoformat(),
        "amount_minor": part.amount_minor,
        "principal_minor": part.principal_minor,
        "interest_minor": part.interest_minor,
    }


def _ended(event: models.Event, _more: Mapping[str, Any]) -> Iterable[_Told]:
    """Tell how each arrangement of the account that ended at this instant ended."""
    standing = _ENDED[event.kind]
    rows = models.Arrangement.objects.filter(
        account_id=_account_id(event), standing=standing, ended_at=event.at, superseded_by__isnull=True
    )
    for row in rows.order_by("agreed_at", "id"):
        yield row.id, {"arrangement": {"id": str(row.id), "standing": standing, "ended_at": event.at.isoformat()}}


def _restored(event: models.Event, _more: Mapping[str, Any]) -> Iterable[_Told]:
    for row in models.Arrangement.objects.filter(account_id=_account_id(event), standing="active"):
        yield row.id, {"arrangement": {"id": str(row.id), "standing": "active"}}


def _promised(event: models.Event, _more: Mapping[str, Any]) -> Iterable[_Told]:
    """Tell of the promise that stands, or of those that ended at this instant."""
    standing = _PROMISES[event.kind]
    when = {"made_at": event.at} if standing == "active" else {"ended_at": event.at}
    for row in models.Promise.objects.filter(account_id=_account_id(event), standing=standing, **when):
        promise = {
            "id": str(row.id),
            "standing": standing,
            "amount_minor": row.amount_minor,
            "due_on": row.due_on.isoformat(),
            "paid_minor": row.paid_minor,
        }
        yield row.id, {"promise": promise}


def _denied(event: models.Event, _more: Mapping[str, Any]) -> Iterable[_Told]:
    yield None, {"request": "block", "transactions": list(_alerted(event))}


def _unanswered(event: models.Event, _more: Mapping[str, Any]) -> Iterable[_Told]:
    yield None, {"request": "review", "transactions": list(_alerted(event))}


def _alerted(event: models.Event) -> Iterable[Mapping[str, Any]]:
    """Name the transactions that this thread's alerts asked about; the first is that of the last question."""
    if event.conversation_id is None or event.account_id is None:
        return
    asked = models.Message.objects.filter(
        conversation_id=event.conversation_id, template_key=ALERT_TEMPLATE, intended_at__isnull=False
    ).order_by("-intended_at", "-id")
    order = {key: place for place, key in enumerate(asked.values_list("id", flat=True)[:_MOST_ALERTS])}
    flagged = models.Transaction.objects.filter(account_id=_account_id(event), is_abnormal=True)
    found = [(order[key], row) for row in flagged if (key := alert_id(row.id)) in order]
    for _, row in sorted(found, key=lambda one: one[0]):
        yield {
            "parley_id": str(row.id),
            "at": row.at.isoformat(),
            "amount_minor": row.amount_minor,
            "reason_code": row.reason_code,
        }


def alert_id(transaction_id: UUID) -> UUID:
    """Return the id of the alert about a transaction: there is one."""
    return derive_id("message", "risk_alert", transaction_id.hex)


def _rise_asked(event: models.Event, more: Mapping[str, Any]) -> Iterable[_Told]:
    """Tell of the wish, unless one of the account still waits for its answer."""
    waiting = models.LenderNotice.objects.filter(
        account_id=_account_id(event), kind=RISE_ASKED, answer__in=["", "later"]
    ).exclude(state="cancelled")
    if waiting.exists():
        return
    account = models.Account.objects.get(id=_account_id(event))
    rise = {"limit_minor": account.credit_limit_minor, "asked_minor": more.get("asked_minor")}
    yield None, {"limit_rise": rise}


KINDS: Final[Mapping[str, Callable[[models.Event, Mapping[str, Any]], Iterable[_Told]]]] = {
    AGREED: _agreed,
    **dict.fromkeys(_ENDED, _ended),
    _RESTORED: _restored,
    **dict.fromkeys(_PROMISES, _promised),
    DENIED: _denied,
    "alert.unanswered": _unanswered,
    RISE_ASKED: _rise_asked,
}
