"""Who is to take a thread that needs a person: the one who has fewest, within working hours; in a crisis at any hour.

Being named is no hold: whoever takes the thread over first holds it. Nothing of a borrower is looked at.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet

from parley.engine.case import Colleague
from parley.engine.service import ServiceTimes, Staffing, is_working
from parley.locale import Language
from parley.negotiation.state import State
from parley.store import audit, models
from parley.store.prepared import ask
from parley.store.staff import Role, name_for
from parley.store.vault import Vault

# Who may hold threads.
HOLDERS: Final = frozenset({Role.AGENT, Role.LEAD})
BATCH: Final = 64


def on_shift() -> list[int]:
    """Return the members of staff who may hold threads, in the order in which they joined."""
    rows = models.Operator.objects.filter(is_active=True, role__in=sorted(HOLDERS)).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def staffing() -> Staffing | None:
    """Return how many people answer hand-overs and how many threads wait for them; None where nobody is there."""
    people = len(on_shift())
    return Staffing(people, _open().filter(waiting_since__isnull=False).count()) if people else None


def next_to(now: datetime, times: ServiceTimes, language: Language) -> Colleague | None:
    """Return whose turn the next hand-over is, as a reader of *language* may be told.

    None where that is settled later, or the person has no name to tell.
    """
    people = on_shift()
    if not people or not is_working(now, times):
        return None
    row = models.Operator.objects.get(pk=_fewest(people, _load()))
    name = name_for(row, language)
    return Colleague(row.pk, name) if name else None


def _fewest(people: list[int], load: Counter[int]) -> int:
    return min(people, key=lambda one: (load[one], people.index(one)))


def assign_waiting(now: datetime, times: ServiceTimes, vault: Vault) -> int:
    """Name somebody for up to BATCH threads that need a person and have nobody. Returns how many were given.

    Each goes to whoever has fewest open threads then, of equals to who joined first. Outside working hours only a
    crisis is given to somebody.
    """
    if not any(True for _ in ask(_unnamed, 1)):
        return 0
    people = on_shift()
    if not people:
        return 0
    with transaction.atomic():
        waiting = _without_anybody()
        if not is_working(now, times):
            waiting = waiting.filter(state=State.CRISIS)
        talks = list(waiting.order_by("needs_person_since", "id")[:BATCH])
        load = _load()
        for talk in talks:
            to = _fewest(people, load)
            load[to] += give(talk, to, now, vault)
    return len(talks)


def _open() -> QuerySet[models.Conversation]:
    return models.Conversation.objects.filter(needs_person_since__isnull=False, closed_at__isnull=True)


def _without_anybody() -> QuerySet[models.Conversation]:
    nobody = Q(handed_to__isnull=True) | Q(handed_to__is_active=False)
    return _open().filter(nobody, assigned_to__isnull=True)


def _unnamed(limit: int) -> QuerySet[Any, Any]:
    return _without_anybody().values_list("id")[:limit]


def _load() -> Counter[int]:
    """Return how many open threads each has, in hand or to take."""
    load: Counter[int] = Counter()
    for held, handed in _open().values_list("assigned_to_id", "handed_to_id"):
        who = held or handed
        if who:
            load[who] += 1
    return load


def give(talk: models.Conversation, to: int, now: datetime, vault: Vault) -> int:
    """Name somebody for the thread. Returns 1, or 0 where somebody has just taken it."""
    if not models.Conversation.objects.filter(id=talk.id, assigned_to__isnull=True).update(handed_to_id=to):
        return 0
    event = models.Event.objects.create(
        at=now,
        kind="handed_to",
        borrower_id=talk.borrower_id,
        account_id=talk.account_id,
        conversation=talk,
        data={"to": to, "reason": talk.person_reason},
    )
    audit.record(vault, [event], now)
    return 1
