"""A night's budget: one cut over the whole book, drawn once, never passed, and first for what matters most."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from parley.run import nightly
from parley.run.nightly import run_nightly
from parley.run.nightly_budget import draw
from parley.store import models
from tests.run.desk import NOON, TODAY, Anything, Desk, library, terms
from tests.run.test_nightly import change, tables

DAY = timedelta(days=1)
TOMORROW = TODAY + DAY
FIRST = {"servicing": 4, "reminder": 2, "collection": 1}


@pytest.fixture
def book(desk: Desk) -> Desk:
    for n in range(24):
        row = UUID(int=((n * 7) % 24) << 123 | n)
        match n % 3:
            case 0:
                desk.account(desk.person(), [(TOMORROW + 3 * DAY, 5_000, 0)], id=row)
            case 1:
                desk.account(desk.person(), [(TOMORROW - 5 * DAY, 5_000, 0)], id=row)
            case _:
                change(desk, desk.account(desk.person(), [(TOMORROW + 20 * DAY, 5_000, 0)], id=row), TODAY)
                if n % 2:
                    # The facts, once identity is proven, and in Chinese: they take more than one segment.
                    models.Borrower.objects.filter(accounts=row).update(language="zh-Hans")
                    models.ContactPoint.objects.filter(borrower__accounts=row).update(identity_proven_at=NOON - DAY)
    return desk


def night(desk: Desk, budget_micro: int, **more: Anything) -> None:
    told = replace(terms(4), budget_micro=budget_micro, **more)
    run_nightly(TOMORROW, NOON, library(), told, desk.vault, lambda _done, _of: None)


def costs(desk: Desk) -> dict[UUID, tuple[int, int]]:
    """Return priority and cost of every message that a night without a budget queues."""
    with transaction.atomic():
        night(desk, 0)
        rows = models.Message.objects.values_list("account_id", "purpose", "cost_micro")
        found = {account: (FIRST[purpose], cost) for account, purpose, cost in rows}
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("least_by_column", [0, 500])
def test_the_first_are_paid_for_until_the_next_would_pass_the_budget(book: Desk, least_by_column: int) -> None:
    whole = costs(book)
    in_order = sorted(whole, key=lambda one: (-whole[one][0], one))
    assert len(whole) == 24 and len({cost for _, cost in whole.values()}) > 1
    for paid in (0, 9, 24):
        budget = sum(whole[one][1] for one in in_order[:paid]) + (whole[in_order[paid]][1] - 1 if paid < 24 else 0)
        with transaction.atomic():
            night(book, budget, least_by_column=least_by_column)
            queued = dict(models.Message.objects.values_list("account_id", "cost_micro"))
            left = models.RunItem.objects.filter(verdict="skipped", reason_code="over_budget").count()
            transaction.set_rollback(True)
        assert queued.keys() == set(in_order[:paid]) and left == 24 - paid
        assert sum(queued.values()) <= budget


def test_stopped_and_run_again_it_draws_no_other_cut(book: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    budget = sum(cost for _, cost in costs(book).values()) // 2
    with transaction.atomic():
        night(book, budget)
        expected = tables()
        transaction.set_rollback(True)
    real, seen = nightly._Chunk._wishes, []

    def fail(self: Anything, page: Anything) -> Anything:
        seen.append(page)
        if len(seen) == 4:
            raise RuntimeError("no power")
        return real(self, page)

    with monkeypatch.context() as patch:
        patch.setattr(nightly._Chunk, "_wishes", fail)
        with pytest.raises(RuntimeError):
            night(book, budget)
    night(book, budget)
    assert tables() == expected
    assert models.Run.objects.get().cut


def stop(account: models.Account) -> None:
    models.Consent.objects.create(
        id=account.id, borrower_id=account.borrower_id, scope="all", granted=False, source="file", proof="",
        at=NOON - DAY,
    )  # fmt: skip


@pytest.mark.parametrize("is_lifted", [False, True])
def test_what_the_gate_refuses_is_told_with_its_reasons_wherever_the_money_ends(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, is_lifted: bool
) -> None:
    """Refused wishes cost nothing; one that is allowed after the cut was drawn is not paid for by it."""
    accounts = [
        desk.account(desk.person(), [(TOMORROW + 3 * DAY, 5_000, 0)], id=UUID(int=n << 120)) for n in range(1, 5)
    ]
    refused, paid, beyond, refused_beyond = accounts
    stop(refused)
    stop(refused_beyond)

    def drawn(*told: Anything) -> Anything:
        found = draw(*told)
        if is_lifted:
            models.Consent.objects.filter(id=refused_beyond.id).delete()
        return found

    monkeypatch.setattr(nightly, "draw", drawn)
    # One reminder is one segment.
    night(desk, terms().cost_per_segment_micro, least_by_column=0)
    assert models.Message.objects.get().account_id == paid.id
    said = {row.account_id: (row.verdict, row.reason_code) for row in models.RunItem.objects.all()}
    assert said == {
        refused.id: ("refused", "opted_out"),
        paid.id: ("queued", ""),
        beyond.id: ("skipped", "over_budget"),
        refused_beyond.id: ("skipped", "over_budget") if is_lifted else ("refused", "opted_out"),
    }


def test_word_of_a_plan_that_broke_in_the_night_goes_out_besides(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person, [(TOMORROW - 40 * DAY, 5_000, 0)])
    desk.arrangement(account, [(TODAY - 6 * DAY, 2_000)], desk.talk(person, account))
    desk.account(desk.person(), [(TOMORROW + 3 * DAY, 5_000, 0)])
    night(desk, 1)
    assert models.Message.objects.get().account_id == account.id


def behind(desk: Desk, waiting: int) -> None:
    """Let one member of staff have so many threads waiting."""
    desk.operator()
    for _ in range(waiting):
        person = desk.person()
        models.Conversation.objects.create(
            id=person.point.id, borrower=person.borrower, contact_point=person.point, state="with_person",
            opened_at=NOON, needs_person_since=NOON, waiting_since=NOON, person_reason="asked",
        )  # fmt: skip


@pytest.mark.parametrize(("waiting", "overdue"), [(0, 8), (23, 8), (24, 8), (70, 4), (72, 0), (500, 0)])
def test_who_is_behind_writes_to_fewer_about_what_is_overdue(book: Desk, waiting: int, overdue: int) -> None:
    """One person answers six an hour: 24 in the four hours owed, 72 in a day. Half the messages end with a person."""
    behind(book, waiting)
    night(book, 0, handed_over_bps=5_000)
    queued = Counter(models.Message.objects.values_list("purpose", flat=True))
    assert queued == Counter({"servicing": 8, "reminder": 8} | ({"collection": overdue} if overdue else {}))
    assert models.RunItem.objects.filter(reason_code="over_budget").count() == 8 - overdue


def test_where_the_people_are_behind_the_cut_is_drawn_once(book: Desk) -> None:
    behind(book, 70)
    night(book, 0, handed_over_bps=5_000)
    queued = models.Message.objects.count()
    models.Conversation.objects.update(waiting_since=None)
    night(book, 0, handed_over_bps=5_000)
    assert models.Message.objects.count() == queued


def test_money_and_people_both_bind(book: Desk) -> None:
    behind(book, 70)
    whole = costs(book)
    in_order = sorted(whole, key=lambda one: (-whole[one][0], one))
    night(book, sum(whole[one][1] for one in in_order[:10]), handed_over_bps=5_000)
    assert models.Message.objects.count() == 10
