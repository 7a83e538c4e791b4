"""What a night reads of the book: rows of plain values, no object for any of them. No decision.

Ids, days and instants come as texts: made into objects one by one they took a third of a run's time (profiled
2026-11), and columns parse them all at once. Ids and instants are
written as each database writes them; JSON is its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any, Final, TypeAlias
from uuid import UUID

from django.db import connection
from django.db.models import (
    DateField,
    DateTimeField,
    F,
    Field,
    ForeignKey,
    JSONField,
    Model,
    QuerySet,
    TextField,
    UUIDField,
)
from django.db.models.functions import Cast

from parley.engine.nightly import LIMIT_NEWS_DAYS, RECHECK_DAYS
from parley.servicing.arrangement import Standing
from parley.store import models
from parley.store.records import CALLED, HEARD, SENT, called_since, heard_since, sent_since

Row: TypeAlias = tuple[Any, ...]

# Well under SQLite's limit of 32,766 parameters, and PostgreSQL's.
_IDS_PER_QUERY: Final = 10_000
_ROWS_AT_ONCE: Final = 10_000
_AS_TEXT: Final = (UUIDField, DateField, DateTimeField, JSONField)


# --- what the triggers ask of every account of a range


def open_accounts(low: UUID, high: UUID) -> Iterator[Row]:
    """Return the accounts that may be written to: (account,)."""
    rows = models.Account.objects.filter(id__gte=low, id__lte=high, status="open").exclude(arm="holdout")
    return _read(rows, "id")


def unpaid_dues(low: UUID, high: UUID, until: date) -> Iterator[Row]:
    """Return what is due until a day and not paid: (account, due_on)."""
    rows = models.Instalment.objects.filter(account__id__gte=low, account__id__lte=high, due_on__lte=until)
    return _read(rows.filter(paid_minor__lt=F("amount_minor")), "account_id", "due_on")


def plan_parts(low: UUID, high: UUID) -> Iterator[Row]:
    """Return the instalments of plans that stand: (account, due_on, amount_minor, paid_minor, cleared_on)."""
    rows = models.ArrangementInstalment.objects.filter(
        arrangement__account__id__gte=low, arrangement__account__id__lte=high, arrangement__standing=Standing.ACTIVE
    )
    return _read(rows, "arrangement__account_id", "due_on", "amount_minor", "paid_minor", "cleared_on")


def promised(low: UUID, high: UUID) -> Iterator[Row]:
    """Return the accounts for which a promise stands: (account,)."""
    rows = models.Promise.objects.filter(account__id__gte=low, account__id__lte=high, standing=Standing.ACTIVE)
    return _read(rows, "account_id")


def reoffered(low: UUID, high: UUID) -> Iterator[Row]:
    """Return the accounts whose plan broke and was told of, while what follows is open: (account,)."""
    rows = models.Arrangement.objects.filter(
        account__id__gte=low,
        account__id__lte=high,
        standing=Standing.BROKEN,
        told_at__isnull=False,
        followed_at__isnull=True,
    )
    return _read(rows, "account_id")


def rechecked(low: UUID, high: UUID, as_of: date) -> Iterator[Row]:
    """Return from when plans that stand are asked about, where that may be on a day: (account, recheck_on)."""
    rows = models.Arrangement.objects.filter(
        account__id__gte=low,
        account__id__lte=high,
        standing=Standing.ACTIVE,
        recheck_on__lte=as_of,
        recheck_on__gte=as_of - timedelta(days=RECHECK_DAYS),
    )
    return _read(rows, "account_id", "recheck_on")


def new_limits(low: UUID, high: UUID, as_of: date) -> Iterator[Row]:
    """Return changes of limits that may be news on a day: (account, effective_on)."""
    rows = models.LimitChange.objects.filter(
        account__id__gte=low,
        account__id__lte=high,
        effective_on__lte=as_of,
        effective_on__gte=as_of - timedelta(days=LIMIT_NEWS_DAYS),
    )
    return _read(rows, "account_id", "effective_on")


# --- what the gate asks of those that something is to be said to


def asked_accounts(ids: Iterable[UUID]) -> Iterator[Row]:
    """Return (account, borrower, product, currency, contract_on, language, jurisdiction, zones)."""
    names = ("id", "borrower_id", "product__kind", "currency", "contract_on")
    person = ("borrower__language", "borrower__jurisdiction", "borrower__zones")
    for part in _parts(ids):
        yield from _read(models.Account.objects.filter(id__in=part), *names, *person)


def addresses(borrowers: Iterable[UUID]) -> Iterator[Row]:
    """Return the telephones that may be written to, the oldest of a borrower first: (borrower, address, proven_at)."""
    for part in _parts(borrowers):
        rows = models.ContactPoint.objects.filter(
            borrower_id__in=part, channel="sms", quarantined_at__isnull=True, address_sealed__isnull=False
        )
        yield from _read(rows.order_by("id"), "borrower_id", "id", "identity_proven_at")


def held_by_a_person(borrowers: Iterable[UUID]) -> Iterator[Row]:
    """Return the addresses whose thread a person holds: (address,)."""
    for part in _parts(borrowers):
        rows = models.Conversation.objects.filter(
            borrower_id__in=part, closed_at__isnull=True, needs_person_since__isnull=False
        )
        yield from _read(rows, "contact_point_id")


def said(messages: Iterable[UUID]) -> Iterator[Row]:
    """Return which of these messages there are: (message,)."""
    for part in _parts(messages):
        yield from _read(models.Message.objects.filter(id__in=part), "id")


def sent(borrowers: Iterable[UUID], since: datetime) -> Iterator[Row]:
    """Return messages that count as contacts: (borrower, at, account, address, channel, purpose, answers_at)."""
    for part in _parts(borrowers):
        yield from _read(sent_since(part, since), *SENT)


def called(borrowers: Iterable[UUID], since: datetime) -> Iterator[Row]:
    """Return calls: (borrower, at, account, address, direction, outcome, purpose)."""
    for part in _parts(borrowers):
        yield from _read(called_since(part, since), *CALLED)


def heard(borrowers: Iterable[UUID], since: datetime) -> Iterator[Row]:
    """Return texts of borrowers: (borrower, at, address)."""
    for part in _parts(borrowers):
        yield from _read(heard_since(part, since), *HEARD)


def _parts(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    rest = iter(ids)
    while part := list(islice(rest, _IDS_PER_QUERY)):
        yield part


def _read(rows: QuerySet[Any], *names: str) -> Iterator[Row]:
    """Stream these columns as the database driver hands them over: Django's own way through costs three times that."""
    texts = {
        f"text_{name}": Cast(name, TextField()) for name in names if isinstance(_field(rows.model, name), _AS_TEXT)
    }
    columns = [f"text_{name}" if f"text_{name}" in texts else name for name in names]
    statement, values = rows.annotate(**texts).values_list(*columns).query.sql_with_params()
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, values)
        while some := cursor.fetchmany(_ROWS_AT_ONCE):
            yield from some


def _field(table: type[Model], name: str) -> Field[Any, Any]:
    """Return the column that *name* leads to, through foreign keys; of a foreign key the one it points to."""
    first, _, rest = name.partition("__")
    found = _columns(table)[first]
    target = found.related_model if isinstance(found, ForeignKey) else None
    if target is None:
        return found
    assert isinstance(target, type), "models are loaded"
    return _field(target, rest or target._meta.pk.name)  # noqa: SLF001 -- Django's documented model API


@lru_cache
def _columns(table: type[Model]) -> dict[str, Field[Any, Any]]:
    fields = table._meta.concrete_fields  # noqa: SLF001 -- Django's documented model API
    return {field.name: field for field in fields} | {field.attname: field for field in fields}
