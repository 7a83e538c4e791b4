"""A query made once answers as Django's own does, on both databases, whatever is given."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.models import CharField, DateTimeField, Q, QuerySet, UUIDField
from django.test.utils import CaptureQueriesContext

from parley.store import models, prepared
from parley.store.prepared import Given, GivenMany, ask, ask_models
from tests.store.conftest import Home

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
_IDS = GivenMany("ids", UUIDField())


def _jobs(
    *, due: datetime | Given, ids: Collection[UUID] | GivenMany, kinds: Collection[str] | GivenMany
) -> QuerySet[models.Job]:
    found = models.Job.objects.filter(Q(leased_until__isnull=True) | Q(leased_until__gt=due), not_before__lte=due)
    return found.filter(id__in=ids, kind__in=kinds).order_by("not_before", "id")


def _waiting(limit: int) -> QuerySet[Any, Any]:
    due, kinds = Given("due", DateTimeField()), GivenMany("kinds", CharField(max_length=20))
    return _jobs(due=due, ids=_IDS, kinds=kinds).values_list("id", "not_before", "payload", "tries")[:limit]


def test_rows_are_those_of_the_query_itself(home: Home) -> None:
    rows = [
        models.Job(
            id=uuid4(),
            kind=kind,
            payload={"n": n, "of": ["报告", None]},
            not_before=NOON + timedelta(minutes=n),
            created_at=NOON,
        )
        for n, kind in enumerate(("page", "person", "page", "report", "it's"))
    ]
    models.Job.objects.bulk_create(rows)
    ids = [row.id for row in rows]
    for due, some, kinds in (
        (NOON + timedelta(minutes=9), ids, ("page", "person", "it's")),
        (NOON + timedelta(minutes=1), ids, ("page", "person")),
        (NOON + timedelta(minutes=9), ids[1:3], ("person", "page", "page")),
        (NOON + timedelta(minutes=9), [], ("page",)),
        (NOON - timedelta(minutes=1), ids, ("page",)),
    ):
        wanted = _jobs(due=due, ids=some, kinds=kinds).values_list("id", "not_before", "payload", "tries")
        assert ask(_waiting, 2, due=due, ids=some, kinds=kinds) == list(wanted[:2])
        assert ask(_waiting, 9, due=due, ids=set(some), kinds=kinds) == list(wanted)


def test_a_query_is_built_once(home: Home) -> None:
    built: list[int] = []

    def build() -> QuerySet[Any, Any]:
        built.append(1)
        return models.Job.objects.filter(id__in=_IDS).values_list("id")

    assert [ask(build, ids=[uuid4()]) for _ in range(3)] == [[], [], []]
    assert built == [1]


def _locked() -> QuerySet[models.Job]:
    return models.Job.objects.filter(id__in=_IDS).select_for_update()


def _locked_ids() -> QuerySet[Any, Any]:
    return _locked().values_list("id")


@pytest.mark.parametrize("was_asked_before", [True, False])
def test_a_lock_is_asked_for_inside_a_transaction_only(home: Home, was_asked_before: bool) -> None:
    prepared._compiled.cache_clear()
    row = models.Job.objects.create(id=uuid4(), kind="page", payload={}, not_before=NOON, created_at=NOON)
    if was_asked_before:
        with transaction.atomic():
            assert ask_models(_locked, ids=[row.id]) == [row]
            assert ask(_locked_ids, ids=[row.id]) == [(row.id,)]
    with pytest.raises(AssertionError, match="transaction"):
        ask_models(_locked, ids=[row.id])
    with pytest.raises(AssertionError, match="transaction"):
        ask(_locked_ids, ids=[row.id])


def _holds(ids: Collection[UUID] | GivenMany) -> QuerySet[models.Hold]:
    return models.Hold.objects.filter(borrower_id__in=ids).order_by("kind").select_related("borrower", "inbound")


def _held() -> QuerySet[models.Hold]:
    return _holds(_IDS)


def test_models_come_with_those_they_are_joined_to(home: Home) -> None:
    person = models.Borrower.objects.create(
        id=uuid4(), reference_index=b"1", data_key_wrapped=home.vault.new_data_key(), language="en", jurisdiction="GB"
    )
    heard = models.Inbound.objects.create(id=uuid4(), provider="p", provider_event="1", received_at=NOON)
    for kind, inbound in (("complaint", None), ("dispute", heard)):
        models.Hold.objects.create(
            id=uuid4(), borrower=person, kind=kind, source="reply", inbound=inbound, from_at=NOON
        )
    found, wanted = ask_models(_held, ids=[person.id]), list(_holds([person.id]))
    assert found == wanted
    with CaptureQueriesContext(connection) as asked:
        assert [one.borrower.zones for one in found] == [person.zones] * 2
        assert [one.inbound for one in found] == [None, heard]
    assert not asked.captured_queries
    assert all(vars(one)["from_at"] == vars(other)["from_at"] for one, other in zip(found, wanted, strict=True))
    assert ask_models(_held, ids=[]) == []
    # A model is as good as one that Django loads: it can be written back.
    found[0].released_by = "somebody"
    found[0].save(update_fields=["released_by"])
    assert models.Hold.objects.filter(released_by="somebody").count() == 1
