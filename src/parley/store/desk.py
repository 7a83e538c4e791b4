"""What members of staff do on threads: each act in one transaction, under the borrower's lock, with its audit.

Who acts on a thread that has moved on since their page was made is refused and told who was faster; nothing of theirs
is written, and what they typed stays with the page. What the gate refuses is written down as is all that it decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from parley.contact.gate import Decision, Refused
from parley.engine.acts import RECORDS, Act, ActRefusal, Assign, No, Offer, Operator, Reply, refuse, refuse_stale
from parley.engine.case import Case
from parley.engine.hand_over import Summary, summary_of
from parley.engine.library import Library
from parley.engine.operator import decide_act, may_call, preview, sayings
from parley.engine.outcome import Outcome
from parley.store import audit, models
from parley.store.cases import load_desk_case, load_standing
from parley.store.desk_assign import HOLDERS
from parley.store.desk_save import save_act
from parley.store.faults import faults
from parley.store.lock import borrower_lock
from parley.store.outbox import decision_row
from parley.store.staff import Role
from parley.store.threads_page import find_talk
from parley.store.vault import Vault

# Which asking of the gate it was: a person's, before anything is queued.
_STAGE: Final = "desk"
_REFUSED: Final = "person.refused"
# More events than one turn writes.
_LOOKED_AT: Final = 10


@dataclass(frozen=True, slots=True, repr=False)
class Done:
    """An act carried out. `version` is that of the thread now.

    `message_id` is None where nothing was sent; `waits_until`: the text leaves no earlier, where it has to wait.
    """

    version: int
    outcome: Outcome
    message_id: UUID | None
    waits_until: datetime | None


def act_on(
    who: models.Operator,
    conversation_id: UUID,
    version: int,
    act: Act,
    now: datetime,
    library: Library,
    vault: Vault,
    cost_per_segment_micro: int,
) -> Done | ActRefusal:
    """Carry *act* of *who* out on a thread that their page showed at *version*.

    Raises BadInput where there is no such thread.
    """
    with faults(), transaction.atomic():
        talk = _locked(conversation_id)
        if who.role not in HOLDERS or not who.is_active or not _may_be_given(act):
            return refuse(No.NOT_STAFF)
        if talk.borrower.erased_at is not None:
            return refuse(No.CLOSED)
        if talk.version != version and not isinstance(act, RECORDS):
            return _stale(talk)
        case = load_desk_case(talk, now, vault)
        decided = decide_act(case, act, operator_of(who), now, library)
        if isinstance(decided, ActRefusal):
            if decided.gate is not None:
                _keep_refusal(talk, case, who, act, decided.gate, now, vault)
            return decided
        message = save_act(talk, case, act, version, decided, who, now, cost_per_segment_micro, vault)
        return Done(
            version=talk.version,
            outcome=decided,
            message_id=message.id if message is not None else None,
            waits_until=_waits_until(decided),
        )


def operator_of(who: models.Operator) -> Operator:
    """Return how the engine sees a member of staff."""
    return Operator(who.pk, may_assign=who.role == Role.LEAD)


def summary_of_thread(conversation_id: UUID, now: datetime, vault: Vault) -> Summary:
    """Return the two lines that tell a person of a thread what they must know; no word of the borrower is opened.

    Raises BadInput where there is no such thread.
    """
    talk = find_talk(conversation_id)
    case = load_standing(talk, talk.contact_point, now, vault)
    return summary_of(case, case.today(now))


def look_before_calling(conversation_id: UUID, now: datetime, library: Library, vault: Vault) -> Decision:
    """Return what the gate says to a call to the borrower of a thread now; changes nothing.

    Raises BadInput where there is no such thread.
    """
    return may_call(load_desk_case(find_talk(conversation_id), now, vault), now, library)


def look_before_sending(
    who: models.Operator, conversation_id: UUID, act: Reply | Offer, now: datetime, library: Library, vault: Vault
) -> Outcome | ActRefusal:
    """Return what *act* would send, with the gate's verdict; changes nothing.

    Raises BadInput where there is no such thread.
    """
    return preview(load_desk_case(find_talk(conversation_id), now, vault), act, operator_of(who), now, library)


def look_at_replies(
    who: models.Operator, conversation_id: UUID, now: datetime, library: Library, vault: Vault
) -> list[tuple[str, Outcome | ActRefusal]]:
    """Return every text that fits a thread, by its key: what would be sent, or why not. Changes nothing.

    Raises BadInput where there is no such thread.
    """
    case, by = load_desk_case(find_talk(conversation_id), now, vault), operator_of(who)
    return [(key, preview(case, Reply(key), by, now, library)) for key in sayings(case, now, library)]


def _locked(conversation_id: UUID) -> models.Conversation:
    """Return the thread as it is once its borrower is ours."""
    borrower_lock([find_talk(conversation_id).borrower_id])
    return find_talk(conversation_id)


def _may_be_given(act: Act) -> bool:
    """Whether a thread goes to somebody who may hold one."""
    if not isinstance(act, Assign):
        return True
    return models.Operator.objects.filter(pk=act.to, is_active=True, role__in=HOLDERS).exists()


def _stale(talk: models.Conversation) -> ActRefusal:
    """Tell what happened last on the thread, and who did it."""
    arrived = talk.inbounds.filter(status="new").order_by("-received_at", "-id").first()
    if arrived is not None:
        return refuse_stale(None, "wrote", arrived.received_at)
    last = list(models.Event.objects.filter(conversation=talk).exclude(kind=_REFUSED).order_by("-id")[:_LOOKED_AT])
    # A turn writes several events at once; the one called so says what it was.
    event = next((one for one in last if one.kind == "turn" or "operator" in one.data), last[0] if last else None)
    if event is None:
        return refuse_stale(None, "", None)
    if event.kind == "turn" and not event.data["say"]:
        # The machine read a message and said nothing: what is new is the message.
        return refuse_stale(None, "wrote", event.at)
    return refuse_stale(event.data.get("operator"), event.kind, event.at)


def _keep_refusal(
    talk: models.Conversation,
    case: Case,
    who: models.Operator,
    act: Act,
    decision: Refused,
    now: datetime,
    vault: Vault,
) -> None:
    """Write the gate's no down, and who had asked."""
    account_id = case.account.account_id if case.account is not None else None
    row = decision_row(decision, talk.borrower_id, account_id, None, _STAGE, now)
    row.save(force_insert=True)
    data = {"operator": who.pk, "act": type(act).__name__, "rule": row.rule_id, "decision": row.pk}
    event = models.Event.objects.create(
        at=now, kind=_REFUSED, borrower_id=talk.borrower_id, account_id=account_id, conversation=talk, data=data
    )
    written: list[Model] = [row, event]
    audit.record(vault, written, now)


def _waits_until(outcome: Outcome) -> datetime | None:
    decision = outcome.draft.decision if outcome.draft is not None else None
    return decision.retry_at if isinstance(decision, Refused) else None
