"""Write what a person's act leads to: what it has in common with a turn, and notes, calls, holds, the thread itself."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Model

from parley.engine.acts import RECORDS, Act
from parley.engine.case import Case
from parley.engine.outcome import DeskChange, NewCall, NewHold, Outcome
from parley.ids import derive_id
from parley.negotiation.state import State
from parley.store import audit, models
from parley.store.bulk import insert_new
from parley.store.cases import seal_memory
from parley.store.outbox import verdict_of
from parley.store.outcomes import Cause, bring_about
from parley.store.sealed import Sealed, seal_text
from parley.store.vault import Vault


def save_act(
    talk: models.Conversation,
    case: Case,
    act: Act,
    version: int,
    outcome: Outcome,
    who: models.Operator,
    now: datetime,
    cost_per_segment_micro: int,
    vault: Vault,
) -> models.Message | None:
    """Write *outcome* of *act*, made on a page that showed *version*. Returns the message queued, if one was."""
    change = outcome.desk or DeskChange()
    cause = Cause(_key(talk, act, version, who, change), talk, talk.contact_point, who)
    written: list[Model] = []
    if not _record(cause, case, change, written, now, vault):
        # The same note or call, sent twice by an impatient finger: it is there.
        return None
    if change.lays is not None:
        written.append(_hold(cause, change.lays, now))
    if change.releases is not None:
        rows = models.Hold.objects.filter(id=change.releases, released_at__isnull=True)
        rows.update(released_at=now, released_by=who.display_name)
    if change.language is not None:
        models.Borrower.objects.filter(id=talk.borrower_id).update(language=change.language)
    message = bring_about(cause, case, _told(outcome, talk), written, now, cost_per_segment_micro, vault)
    _save_talk(talk, case, outcome, change, now, vault)
    audit.record(vault, written, now)
    return message


def _key(talk: models.Conversation, act: Act, version: int, who: models.Operator, change: DeskChange) -> UUID:
    """Name the act. A thread has one of each version; of what is only written down the content tells two apart."""
    parts = [str(talk.id), str(version), type(act).__name__]
    if isinstance(act, RECORDS):
        content = change.note if change.call is None else f"{change.call.direction} {change.call.outcome}"
        parts += [str(who.pk), hashlib.sha256(content.encode()).hexdigest()]
    return derive_id("act", *parts)


def _record(cause: Cause, case: Case, change: DeskChange, written: list[Model], now: datetime, vault: Vault) -> bool:
    """Write the note or call there may be. Returns False where it is there already."""
    fresh: list[Model] = []
    if change.note:
        fresh += insert_new([_note(cause, change.note, now, vault)])
    elif change.call is not None:
        fresh += insert_new([_call(cause, case, change.call, now)])
    else:
        return True
    written += fresh
    return bool(fresh)


def _note(cause: Cause, text: str, now: datetime, vault: Vault) -> models.Note:
    talk = cause.talk
    return models.Note(
        id=cause.key,
        borrower_id=talk.borrower_id,
        conversation=talk,
        operator=cause.operator,
        body_sealed=seal_text(vault, talk.borrower, Sealed.NOTE_BODY, cause.key, text),
        at=now,
    )


def _call(cause: Cause, case: Case, call: NewCall, now: datetime) -> models.Call:
    return models.Call(
        id=cause.key,
        borrower_id=cause.talk.borrower_id,
        account_id=case.account.account_id if case.account is not None else None,
        contact_point=cause.point,
        conversation=cause.talk,
        operator=cause.operator,
        direction=call.direction,
        outcome=call.outcome,
        purpose=call.purpose,
        verdict=verdict_of(call.decision) if call.decision is not None else "",
        at=now,
    )


def _hold(cause: Cause, laid: NewHold, now: datetime) -> models.Hold:
    return models.Hold.objects.create(
        id=derive_id("hold", str(cause.key)),
        borrower_id=cause.talk.borrower_id,
        kind=laid.kind,
        source="person",
        from_at=now,
        until_at=laid.until_at,
        began_on=laid.began_on,
    )


def _told(outcome: Outcome, talk: models.Conversation) -> Outcome:
    """Let the event that ends a person's time with the thread say since when it was."""
    if outcome.desk is None or not outcome.desk.clears_person or talk.needs_person_since is None:
        return outcome
    since = talk.needs_person_since.isoformat()
    return replace(outcome, events=tuple(replace(one, data={**one.data, "since": since}) for one in outcome.events))


def _save_talk(
    talk: models.Conversation, case: Case, outcome: Outcome, change: DeskChange, now: datetime, vault: Vault
) -> None:
    is_new_danger = outcome.to is State.CRISIS and talk.state != State.CRISIS
    talk.state, talk.version = outcome.to, talk.version + 1
    talk.memory_sealed = seal_memory(talk, outcome.memory, vault)
    if outcome.person_reason and talk.needs_person_since is None:
        talk.needs_person_since, talk.person_reason = now, outcome.person_reason
        talk.waiting_since = case.desk.unanswered_at
    if is_new_danger:
        talk.waiting_since = now
    if change.is_answered:
        talk.waiting_since, talk.promised_at = None, None
    if change.clears_person:
        talk.needs_person_since, talk.person_reason, talk.handed_to_id = None, "", None
    if change.assigns is not None:
        talk.assigned_to_id, talk.assigned_at, talk.handed_to_id = change.assigns, now, None
    if change.is_freed:
        talk.assigned_to_id, talk.assigned_at = None, None
    if outcome.to is State.CLOSED and talk.closed_at is None:
        talk.closed_at = now
    talk.save()
