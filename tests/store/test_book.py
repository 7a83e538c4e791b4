"""The book by chunks: every account once, with what the triggers need."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.store import models
from parley.store.book import (
    MOST_CHUNKS,
    chunk_bounds,
    chunks_for,
    load_page,
    load_wished,
    open_talks,
    points_of,
    talks_on,
)
from tests.run.desk import NOON, TODAY, Desk
from tests.store.conftest import Home

DAY = timedelta(days=1)


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


@given(st.uuids(), st.integers(0, 16))
def test_every_account_lies_in_exactly_one_chunk(account: UUID, power: int) -> None:
    chunks = 1 << power
    number = account.int * chunks >> 128
    low, high = chunk_bounds(number, chunks)
    assert low <= account <= high
    if number:
        assert chunk_bounds(number - 1, chunks)[1].int + 1 == low.int


@given(st.integers(0, 10**8), st.integers(1, 10_000))
def test_chunks_are_a_power_of_two_and_not_larger_than_asked(accounts: int, per_chunk: int) -> None:
    chunks = chunks_for(accounts, per_chunk)
    assert chunks & (chunks - 1) == 0
    assert chunks * per_chunk >= accounts or chunks == MOST_CHUNKS


def test_the_pages_hold_every_account_once(desk: Desk) -> None:
    ids = {desk.account(desk.person()).id for _ in range(20)}
    found = [key for number in range(8) for key in load_page(number, 8, TODAY).rows]
    assert len(found) == len(set(found)) and set(found) == ids


def test_a_row_says_what_the_triggers_read(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person, [(TODAY, 200, 50), (TODAY - DAY, 100, 0)], arm="holdout", status="closed")
    talk = desk.talk(person, account)
    plan = desk.arrangement(account, [(TODAY + DAY, 70), (TODAY + 9 * DAY, 80)], talk)
    desk.promise(account, talk, 10, TODAY)
    row = load_page(0, 1, TODAY).rows[account.id]
    assert (row.is_open, row.is_held_out, row.has_promise, row.plan_broke) == (False, True, True, False)
    assert [(due.due_on, due.open_minor) for due in row.dues] == [(TODAY - DAY, 100), (TODAY, 150)]
    assert [part.amount_minor for part in row.plan] == [70, 80]
    models.Arrangement.objects.filter(id=plan.id).update(standing="broken")
    assert load_page(0, 1, TODAY).rows[account.id].plan == ()
    broke = load_wished([account.id], TODAY, {plan.id}).rows[account.id]
    assert broke.plan_broke and len(broke.plan) == 2


def test_the_newest_limit_change_up_to_the_day_is_the_one(desk: Desk) -> None:
    account = desk.account(desk.person())
    for n, days in enumerate((2, 0, 1, -3)):
        models.LimitChange.objects.create(
            id=UUID(int=n + 1), account=account, row_key=str(n), effective_on=TODAY - days * DAY, before_minor=1,
            after_minor=n,
        )  # fmt: skip
    page = load_page(0, 1, TODAY)
    assert page.rows[account.id].limit_changed_on == TODAY and page.limits[account.id].after_minor == 1


def test_a_quarantined_or_erased_number_is_no_address(desk: Desk) -> None:
    one, other, third = desk.person(), desk.person(), desk.person()
    models.ContactPoint.objects.filter(id=one.point.id).update(quarantined_at=NOON)
    models.ContactPoint.objects.filter(id=other.point.id).update(address_sealed=None)
    found = points_of([one.borrower.id, other.borrower.id, third.borrower.id])
    assert set(found) == {third.borrower.id}


def test_one_thread_for_an_address_however_many_accounts_ask(desk: Desk) -> None:
    person, other = desk.person(), desk.person()
    accounts = [desk.account(person).id for _ in range(3)]
    old = desk.talk(other)
    standing = talks_on([person.point, other.point])
    wanted = [(person.point, account) for account in accounts] + [(other.point, accounts[0])]
    talks = open_talks(wanted, standing, NOON)
    assert talks[other.point.id].id == old.id
    assert talks[person.point.id].account_id == accounts[0]
    assert models.Conversation.objects.count() == 2


def test_a_thread_after_a_closed_one_is_a_new_one(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person)
    old = desk.talk(person, account, state="closed", closed_at=NOON)
    talks = open_talks([(person.point, account.id)], talks_on([person.point]), NOON)
    assert talks[person.point.id].id != old.id
