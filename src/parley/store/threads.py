"""The queue: which threads need a person, why, since when, and by when an answer is owed.

Nothing sealed is opened here: a list shows no name, number or word of a borrower. Crisis first, then the oldest
promise; what a person has answered and now waits for the borrower comes last.
"""

from __future__ import annotations

import base64
import binascii
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from parley.dates import local_date
from parley.engine.service import ServiceTimes, Urgency, answer_by, urgency_of
from parley.errors import BadInput
from parley.negotiation.state import State
from parley.servicing.account import Account, Due
from parley.servicing.delinquency import arrears_minor, days_past_due
from parley.store import models
from parley.store.rows import account_of

PAGE: Final = 50
# A page left open says so every few seconds; after this long nobody is looking any more.
PRESENCE_SECONDS: Final = 30
_CRISIS: Final = "crisis"


@dataclass(frozen=True, slots=True)
class OperatorRef:
    """A member of staff as a page names them."""

    operator_id: int
    display_name: str


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What to show. `assigned_to`: threads of one member of staff; None and "" leave a question open."""

    assigned_to: int | None = None
    reason: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One thread that needs a person.

    `waiting_since` and `answer_by` are None where a person has answered and nothing waits; the time the borrower was
    told is the one that counts. `handed_to`: whose turn it is while nobody holds it. `days_past_due`: of the
    account the thread is about, of several the latest; `product` is empty where there is none. `arrears_minor` are that
    account's, `offers` how many menus were computed on the thread.
    """

    conversation_id: UUID
    borrower_id: UUID
    version: int
    reason: str
    urgency: Urgency
    state: str
    needs_person_since: datetime
    waiting_since: datetime | None
    answer_by: datetime | None
    language: str
    jurisdiction: str
    assigned_to: OperatorRef | None
    handed_to: OperatorRef | None
    last_inbound_at: datetime | None
    product: str
    currency: str
    days_past_due: int
    arrears_minor: int
    offers: int
    is_synthetic: bool
    viewers: tuple[OperatorRef, ...] = ()


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue. `cursor` leads to the next one, "" where this is the last.

    `total` and `counts` (by reason) are those of the whole queue, whatever the filter.
    """

    items: tuple[QueueItem, ...]
    cursor: str
    total: int
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What orders a thread in the queue."""

    conversation_id: UUID
    reason: str
    since: datetime | None
    by: datetime | None
    needed: datetime

    @property
    def key(self) -> tuple[int, datetime, str]:
        """Crisis, then promises, then what waits for the borrower; within each the oldest first."""
        if self.by is None:
            return (2, self.needed, str(self.conversation_id))
        return (0 if self.reason == _CRISIS else 1, self.by, str(self.conversation_id))


def queue(
    now: datetime, times: ServiceTimes, wall: datetime, only: QueueFilter | None = None, cursor: str = ""
) -> QueuePage:
    """Return up to PAGE threads that need a person, from *cursor* on. *wall* is the machine's clock, for who looks.

    Raises BadInput for a cursor this did not make.
    """
    chosen, counts = QueueFilter() if only is None else only, Counter[str]()
    waiting: list[_Waiting] = []
    for row, assigned_to, language in _open(times):
        counts[row.reason] += 1
        is_asked_for = (
            chosen.assigned_to in {None, assigned_to}
            and chosen.reason in {"", row.reason}
            and chosen.language in {"", language}
        )
        if is_asked_for:
            waiting.append(row)
    waiting.sort(key=lambda one: one.key)
    after = _key_of(cursor) if cursor else None
    rest = [one for one in waiting if after is None or one.key > after]
    page = rest[:PAGE]
    return QueuePage(
        items=tuple(_items(page, now, wall)),
        cursor=_cursor_of(page[-1]) if len(rest) > len(page) else "",
        total=sum(counts.values()),
        counts=dict(counts),
    )


def needing_person() -> QuerySet[models.Conversation]:
    """Return the open threads that need a person."""
    return models.Conversation.objects.filter(needs_person_since__isnull=False, closed_at__isnull=True)


def reason_of(state: str, reason: str) -> str:
    """Return why a thread needs a person; a crisis that came later outdoes the first reason."""
    return _CRISIS if state == State.CRISIS else reason


def _open(times: ServiceTimes) -> Iterable[tuple[_Waiting, int | None, str]]:
    rows = needing_person().values_list(
        *("id", "state", "person_reason", "waiting_since", "promised_at", "needs_person_since"),
        *("assigned_to_id", "handed_to_id", "borrower__language"),
    )
    for key, state, given, since, promised_at, needed, assigned_to, handed_to, language in rows.iterator():
        assert needed is not None, "asked for above"
        reason = reason_of(state, given)
        by = due_by(reason, since, promised_at, times)
        yield _Waiting(key, reason, since, by, needed), assigned_to or handed_to, language


def due_by(reason: str, since: datetime | None, promised_at: datetime | None, times: ServiceTimes) -> datetime | None:
    """Return by when a person owes an answer: what the borrower was told, else what the lender's times say.

    None where nothing waits. Danger to life has its own time, whatever was told before.
    """
    if since is None:
        return None
    return promised_at if promised_at is not None and reason != _CRISIS else answer_by(reason, since, times)


def _items(page: Sequence[_Waiting], now: datetime, wall: datetime) -> Iterable[QueueItem]:
    ids = [one.conversation_id for one in page]
    rows = models.Conversation.objects.select_related("borrower", "assigned_to", "handed_to", "contact_point").in_bulk(
        ids
    )
    late = _lateness(rows.values(), now)
    viewers = viewers_of(ids, wall)
    offers = Counter(models.OfferRecord.objects.filter(conversation__in=ids).values_list("conversation_id", flat=True))
    for one in page:
        row = rows[one.conversation_id]
        product, days, arrears, currency = late[row.id]
        yield QueueItem(
            conversation_id=row.id,
            borrower_id=row.borrower_id,
            version=row.version,
            reason=one.reason,
            urgency=urgency_of(one.reason),
            state=row.state,
            needs_person_since=one.needed,
            waiting_since=one.since,
            answer_by=one.by,
            language=row.borrower.language,
            jurisdiction=row.borrower.jurisdiction,
            assigned_to=ref_of(row.assigned_to),
            handed_to=ref_of(row.handed_to),
            last_inbound_at=row.last_inbound_at,
            product=product,
            currency=currency,
            days_past_due=days,
            arrears_minor=arrears,
            offers=offers[row.id],
            is_synthetic=row.contact_point.is_synthetic,
            viewers=viewers.get(row.id, ()),
        )


def ref_of(row: models.Operator | None) -> OperatorRef | None:
    """Return how a page names a member of staff; None where there is nobody."""
    return OperatorRef(row.pk, row.display_name) if row is not None else None


def viewers_of(conversation_ids: Iterable[UUID], wall: datetime) -> Mapping[UUID, tuple[OperatorRef, ...]]:
    """Return who has each of these threads open, by the machine's clock *wall*."""
    found: dict[UUID, list[OperatorRef]] = defaultdict(list)
    seen = models.Presence.objects.filter(
        conversation_id__in=list(conversation_ids), seen_at__gt=wall - timedelta(seconds=PRESENCE_SECONDS)
    ).select_related("operator")
    for row in seen.order_by("operator__display_name", "operator_id"):
        found[row.conversation_id].append(OperatorRef(row.operator_id, row.operator.display_name))
    return {key: tuple(rows) for key, rows in found.items()}


def _lateness(rows: Iterable[models.Conversation], now: datetime) -> Mapping[UUID, tuple[str, int, int, str]]:
    """Return product, days past due, arrears and currency of each thread's account, of several the latest one's."""
    talks = list(rows)
    accounts: dict[UUID, list[Account]] = defaultdict(list)
    found = models.Account.objects.filter(borrower_id__in={talk.borrower_id for talk in talks}).select_related(
        "product"
    )
    dues: dict[UUID, list[Due]] = defaultdict(list)
    parts = models.Instalment.objects.filter(account__in=found).order_by("due_on")
    for account_id, due_on, amount, paid in parts.values_list("account_id", "due_on", "amount_minor", "paid_minor"):
        dues[account_id].append(Due(due_on, amount, paid))
    for row in found.order_by("id"):
        accounts[row.borrower_id].append(account_of(row, dues[row.id]))
    late: dict[UUID, tuple[str, int, int, str]] = {}
    for talk in talks:
        zones = talk.borrower.zones or ["UTC"]
        today = local_date(now, zones[0])
        mine = [one for one in accounts[talk.borrower_id] if talk.account_id in {None, one.account_id}]
        told = [
            (one.product.value, days_past_due(one.dues, today), arrears_minor(one.dues, today), one.currency)
            for one in mine
        ]
        late[talk.id] = max(told, key=lambda one: one[1], default=("", 0, 0, ""))
    return late


def _cursor_of(one: _Waiting) -> str:
    rank, at, key = one.key
    return base64.urlsafe_b64encode(f"{rank}|{at.isoformat()}|{key}".encode()).decode().rstrip("=")


def _key_of(cursor: str) -> tuple[int, datetime, str]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        rank, at, key = text.split("|")
        found = (int(rank), datetime.fromisoformat(at), str(UUID(key)))
    except (ValueError, binascii.Error):
        found = None
    if found is None or found[1].tzinfo is None:
        raise BadInput("This address is not one of a page of the queue.", "这不是队列分页的地址。")
    return found
