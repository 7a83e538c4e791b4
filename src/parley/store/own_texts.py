"""A lender's own texts: written, submitted, approved by somebody else, superseded or expired. Each step is audited.

| from | step | to |
|---|---|---|
| – | write | draft |
| draft | write, submit, withdraw | draft, submitted, withdrawn |
| submitted | approve, refuse, withdraw | approved, refused, withdrawn |
| approved | another is approved, its last day is over, withdraw | superseded, expired, withdrawn |

Of a key and language one version is in hand and one in force at most. What is written after a refusal is a new version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from django.db import transaction

from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.catalogue import OWN_FROM, OwnWording
from parley.messaging.template import LONGEST_SOURCE_CHARS
from parley.store import audit, models
from parley.store.vault import Vault

LONGEST_REASON: Final = 300


class State(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


_IN_HAND: Final = (State.DRAFT, State.SUBMITTED)
# Step → the states it may be taken from.
_FROM: Final[Mapping[str, tuple[State, ...]]] = {
    "write": (State.DRAFT,),
    "submit": (State.DRAFT,),
    "approve": (State.SUBMITTED,),
    "refuse": (State.SUBMITTED,),
    "withdraw": (State.DRAFT, State.SUBMITTED, State.APPROVED),
}
_STEP_ZH: Final = {"write": "编辑", "submit": "提交", "approve": "批准", "refuse": "退回", "withdraw": "撤回"}


def write(key: str, language: Language, source: str, by: str, now: datetime, vault: Vault) -> models.OwnText:
    """Keep *source* as the draft of *key*, a new version where none is in hand.

    Raises BadInput where one waits for approval, or where it is too long to keep.
    """
    if len(source) > LONGEST_SOURCE_CHARS:
        raise BadInput(
            f"The text is longer than {LONGEST_SOURCE_CHARS:,} characters. Nothing was kept.",
            f"文案超过{LONGEST_SOURCE_CHARS:,}个字符，未保存。",
        )
    with transaction.atomic():
        versions = list(models.OwnText.objects.select_for_update().filter(key=key, language=language))
        row = next((one for one in versions if one.state in _IN_HAND), None)
        if row is None:
            number = max((one.number for one in versions), default=OWN_FROM - 1) + 1
            row = models.OwnText(key=key, language=language, number=number)
        else:
            _must(row, "write")
        row.source, row.written_by, row.written_at = source, by, now
        row.authors = [*(name for name in row.authors if name != by), by]
        row.save()
        _tell(row, "text.written", by, now, vault)
    return row


def submit(text_id: int, expires_on: date | None, by: str, now: datetime, vault: Vault) -> models.OwnText:
    """Put a draft before somebody else. *expires_on*: its last day in force. Raises BadInput where that is past."""
    if expires_on is not None and expires_on < now.date():
        raise BadInput("The last day lies in the past.", "最后有效日已过。")
    with transaction.atomic():
        row = _find(text_id, "submit")
        row.state, row.submitted_at, row.expires_on = State.SUBMITTED, now, expires_on
        # Who puts it forward stands for it as much as who wrote it.
        row.authors = [*(name for name in row.authors if name != by), by]
        row.save()
        _tell(row, "text.submitted", by, now, vault)
    return row


def approve(text_id: int, by: str, now: datetime, vault: Vault) -> models.OwnText:
    """Put a text in force and the one before it out. Raises BadInput for one's own: nobody approves what they wrote."""
    with transaction.atomic():
        row = _find(text_id, "approve")
        _refuse_own(row, by)
        if row.expires_on is not None and row.expires_on < now.date():
            raise BadInput("Its last day is over. Send it back.", "最后有效日已过，请退回。")
        before = models.OwnText.objects.select_for_update().filter(
            key=row.key, language=row.language, state=State.APPROVED
        )
        for one in before:
            one.state, one.ended_at = State.SUPERSEDED, now
            one.save()
            _tell(one, "text.superseded", by, now, vault)
        row.state, row.decided_by, row.decided_at = State.APPROVED, by, now
        row.save()
        _tell(row, "text.approved", by, now, vault)
    return row


def refuse(text_id: int, reason: str, by: str, now: datetime, vault: Vault) -> models.OwnText:
    """Send a text back with the *reason*. Raises BadInput without one."""
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise BadInput(
            f"Say why, in at most {LONGEST_REASON} characters: whoever wrote it reads that.",
            f"请填写退回原因（最多{LONGEST_REASON}字），供撰写人查看。",
        )
    with transaction.atomic():
        row = _find(text_id, "refuse")
        _refuse_own(row, by)
        row.state, row.decided_by, row.decided_at, row.reason = State.REFUSED, by, now, reason.strip()
        row.save()
        _tell(row, "text.refused", by, now, vault)
    return row


def withdraw(text_id: int, by: str, now: datetime, vault: Vault) -> models.OwnText:
    """Take a text back; where it was in force, the shipped one speaks again."""
    with transaction.atomic():
        row = _find(text_id, "withdraw")
        row.state, row.ended_at = State.WITHDRAWN, now
        row.save()
        _tell(row, "text.withdrawn", by, now, vault)
    return row


def expire_due(today: date, now: datetime, vault: Vault) -> int:
    """Put out of force what had its last day before *today*. Returns how many; run again it adds nothing."""
    if not models.OwnText.objects.filter(state=State.APPROVED, expires_on__lt=today).exists():
        return 0
    with transaction.atomic():
        rows = list(models.OwnText.objects.select_for_update().filter(state=State.APPROVED, expires_on__lt=today))
        for row in rows:
            row.state, row.ended_at = State.EXPIRED, now
            row.save()
            _tell(row, "text.expired", "", now, vault)
    return len(rows)


def in_force(today: date) -> tuple[OwnWording, ...]:
    """Return the texts that are in force on *today*, by key and language."""
    rows = models.OwnText.objects.filter(state=State.APPROVED).exclude(expires_on__lt=today)
    return tuple(
        OwnWording(row.key, Language(row.language), row.number, row.source) for row in rows.order_by("key", "language")
    )


def find(text_id: int) -> models.OwnText | None:
    """Return one version."""
    return models.OwnText.objects.filter(pk=text_id).first()


def versions(key: str, language: Language) -> list[models.OwnText]:
    """Return every version of a text, newest first."""
    return list(models.OwnText.objects.filter(key=key, language=language).order_by("-number"))


def latest() -> dict[tuple[str, str], models.OwnText]:
    """Return of each key and language the version that matters most: in hand, else in force, else the last one."""
    found: dict[tuple[str, str], models.OwnText] = {}
    rank = {State.DRAFT: 2, State.SUBMITTED: 2, State.APPROVED: 1}
    for row in models.OwnText.objects.order_by("number"):
        held = found.get((row.key, row.language))
        if held is None or rank.get(State(row.state), 0) >= rank.get(State(held.state), 0):
            found[row.key, row.language] = row
    return found


def _find(text_id: int, step: str) -> models.OwnText:
    row = models.OwnText.objects.select_for_update().filter(pk=text_id).first()
    if row is None:
        raise BadInput(f"There is no text {text_id}.", f"没有编号为 {text_id} 的文案。")
    _must(row, step)
    return row


def _must(row: models.OwnText, step: str) -> None:
    if row.state not in _FROM[step]:
        raise BadInput(
            f"The text is {row.state}; {step} needs one that is {' or '.join(_FROM[step])}.",
            f"该文案状态为 {row.state}，{_STEP_ZH[step]}要求状态为 {'或'.join(_FROM[step])}。",
        )


def _refuse_own(row: models.OwnText, by: str) -> None:
    if by in row.authors:
        raise BadInput(
            "A text is decided by a second person, not by one who wrote or submitted it.",
            "文案须由第二人审批，不得由撰写或提交者本人决定。",
        )


def _tell(row: models.OwnText, kind: str, by: str, now: datetime, vault: Vault) -> None:
    """Write the step into the audit log, with a hash of the words: what was approved can be proven later."""
    digest = hashlib.sha256(row.source.encode("utf-8", "surrogatepass")).hexdigest()
    data = {"key": row.key, "language": row.language, "version": row.number, "by": by, "sha256": digest}
    if row.reason:
        data["reason"] = row.reason
    audit.record(vault, [models.Event.objects.create(at=now, kind=kind, data=data)], now)
