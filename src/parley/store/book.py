"""The book by chunks: what the nightly run reads of each account, and what it writes for those it wants to address.

A chunk is a range of account ids, so it names the same accounts whenever it is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from parley.engine.nightly import BookRow
from parley.ids import derive_id
from parley.negotiation.state import State
from parley.servicing.account import Due
from parley.servicing.arrangement import InstalmentState, Standing
from parley.store import models
from parley.store.bulk import insert_all

_ID_BITS: Final = 128
MOST_CHUNKS: Final = 1 << 16


def chunk_bounds(number: int, chunks: int) -> tuple[UUID, UUID]:
    """Return the first and last account id of chunk *number* of *chunks* (a power of two)."""
    width = (1 << _ID_BITS) // chunks
    return UUID(int=number * width), UUID(int=(number + 1) * width - 1)


def chunks_for(accounts: int, per_chunk: int) -> int:
    """Return the power of two of chunks that keeps each near *per_chunk* accounts."""
    chunks = 1
    while chunks * per_chunk < accounts and chunks < MOST_CHUNKS:
        chunks *= 2
    return chunks


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """A chunk of the book: what the triggers need of each account, in the order of ids."""

    rows: Mapping[UUID, BookRow]
    limits: Mapping[UUID, models.LimitChange]


def load_page(number: int, chunks: int, as_of: date) -> Page:
    """Return chunk *number* as it stands. Shape: seven queries, of the columns that the triggers read and no others."""
    low, high = chunk_bounds(number, chunks)
    return _page({"gte": low, "lte": high}, as_of, ())


def load_wished(ids: Collection[UUID], as_of: date, ended: Collection[UUID]) -> Page:
    """Return these accounts as they stand; the plans *ended* of which nobody was told are told with those that do."""
    return _page({"in": ids}, as_of, ended) if ids else Page({}, {})


def count_accounts(number: int, chunks: int) -> int:
    """Return how many accounts chunk *number* holds."""
    low, high = chunk_bounds(number, chunks)
    return models.Account.objects.filter(id__gte=low, id__lte=high).count()


def _page(among: Mapping[str, object], as_of: date, ended: Collection[UUID]) -> Page:
    """Return the accounts whose ids are *among* these: look-ups of a primary key, by name."""
    ids = _of("account__id", among)
    dues: dict[UUID, list[Due]] = defaultdict(list)
    owed = models.Instalment.objects.filter(**ids).order_by("account_id", "due_on")
    for account_id, due_on, amount, paid in owed.values_list("account_id", "due_on", "amount_minor", "paid_minor"):
        dues[account_id].append(Due(due_on, amount, paid))
    plans = _plans(among, ended)
    how = dict(models.Arrangement.objects.filter(id__in=ended).values_list("account_id", "standing"))
    rechecks, reoffered = _standing_plans(ids)
    promised = set(models.Promise.objects.filter(**ids, standing=Standing.ACTIVE).values_list("account_id", flat=True))
    changes = models.LimitChange.objects.filter(**ids, effective_on__lte=as_of).order_by("effective_on", "id")
    limits = {row.account_id: row for row in changes}
    accounts = models.Account.objects.filter(**_of("id", among)).order_by("id")
    rows = {
        account_id: BookRow(
            is_open=status == "open",
            is_held_out=arm == "holdout",
            dues=tuple(dues[account_id]),
            plan=plans.get(account_id, ()),
            plan_broke=how.get(account_id) == Standing.BROKEN,
            plan_kept=how.get(account_id) == Standing.KEPT,
            recheck_on=rechecks.get(account_id),
            is_reoffered=account_id in reoffered,
            has_promise=account_id in promised,
            limit_changed_on=limits[account_id].effective_on if account_id in limits else None,
        )
        for account_id, status, arm in accounts.values_list("id", "status", "arm")
    }
    return Page(rows, limits)


def _standing_plans(ids: Mapping[str, object]) -> tuple[Mapping[UUID, date], frozenset[UUID]]:
    """Return from when plans that stand are asked about, and accounts of which one broke and more follows."""
    rechecks: dict[UUID, date] = {}
    reoffered = set[UUID]()
    rows = models.Arrangement.objects.filter(
        Q(standing=Standing.ACTIVE, recheck_on__isnull=False)
        | Q(standing=Standing.BROKEN, told_at__isnull=False, followed_at__isnull=True),
        **ids,
    )
    for account_id, standing, recheck_on in rows.values_list("account_id", "standing", "recheck_on"):
        if standing == Standing.BROKEN:
            reoffered.add(account_id)
        elif recheck_on is not None:
            rechecks[account_id] = recheck_on
    return rechecks, frozenset(reoffered)


def _of(column: str, among: Mapping[str, object]) -> dict[str, object]:
    return {f"{column}__{name}": value for name, value in among.items()}


def load_accounts(ids: Iterable[UUID]) -> dict[UUID, models.Account]:
    """Return accounts with product and borrower, by id."""
    rows = models.Account.objects.filter(id__in=list(ids)).select_related("product", "borrower")
    return {row.id: row for row in rows}


def _plans(among: Mapping[str, object], ended: Collection[UUID]) -> dict[UUID, tuple[InstalmentState, ...]]:
    found: dict[UUID, list[InstalmentState]] = defaultdict(list)
    rows = models.ArrangementInstalment.objects.filter(
        Q(arrangement__standing=Standing.ACTIVE) | Q(arrangement__in=ended), **_of("arrangement__account__id", among)
    ).order_by("arrangement_id", "number")
    fields = ("arrangement__account_id", "due_on", "amount_minor", "paid_minor", "cleared_on")
    for account_id, due_on, amount, paid, cleared_on in rows.values_list(*fields):
        found[account_id].append(InstalmentState(due_on, amount, paid, cleared_on))
    return {key: tuple(value) for key, value in found.items()}


def points_of(borrower_ids: Iterable[UUID]) -> dict[UUID, models.ContactPoint]:
    """Return the telephone of each borrower that may be written to; the oldest where there are several."""
    rows = models.ContactPoint.objects.filter(
        borrower_id__in=list(borrower_ids), channel="sms", quarantined_at__isnull=True, address_sealed__isnull=False
    )
    found: dict[UUID, models.ContactPoint] = {}
    for point in rows.select_related("borrower").order_by("id"):
        found.setdefault(point.borrower_id, point)
    return found


def talks_on(points: Sequence[models.ContactPoint]) -> dict[UUID, models.Conversation]:
    """Return the open conversation of each address that has one, by address id."""
    rows = models.Conversation.objects.filter(contact_point__in=points, closed_at__isnull=True)
    return {row.contact_point_id: row for row in rows}


def open_talks(
    wanted: Sequence[tuple[models.ContactPoint, UUID]],
    standing: Mapping[UUID, models.Conversation],
    now: datetime,
) -> dict[UUID, models.Conversation]:
    """Return an open conversation for each (address, account), starting those that are missing in one insert."""
    # Two accounts of one borrower are spoken of in one thread: the first opens it.
    wanting = {point.id: (point, account) for point, account in reversed(wanted)}
    missing = [wanting[key] for key in dict.fromkeys(point.id for point, _ in wanted) if key not in standing]
    earlier: dict[UUID, int] = defaultdict(int)
    past = models.Conversation.objects.filter(contact_point__in=[point for point, _ in missing])
    for point_id in past.values_list("contact_point_id", flat=True):
        earlier[point_id] += 1
    fresh = [
        models.Conversation(
            id=derive_id("conversation", str(point.id), str(earlier[point.id] + 1)),
            borrower_id=point.borrower_id,
            contact_point=point,
            account_id=account,
            state=State.NOTIFIED,
            opened_at=now,
        )
        for point, account in missing
    ]
    insert_all(fresh)
    return dict(standing) | {talk.contact_point_id: talk for talk in fresh}
