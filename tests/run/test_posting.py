"""Money that came in: conserved to the cent, on the plan and the promise in time, and no reminder of what is paid."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from parley.run.library import build_waterfalls
from parley.run.posting import Posting, post
from parley.store import models
from tests.run.desk import NOON, TODAY, Anything, Desk, in_threads, library

DAY = timedelta(days=1)
WATERFALLS = build_waterfalls()


def pay(desk: Desk, account: models.Account, *amounts: int, on: date = TODAY, at: Anything = NOON) -> None:
    postings = [_posting(account, amount, on, at, desk) for amount in amounts]
    with transaction.atomic():
        post(desk.vault, postings, WATERFALLS, at)


def _posting(account: models.Account, amount: int, on: date, at: Anything, desk: Desk) -> Posting:
    key = UUID(int=(next(desk.serial) << 64) + random.getrandbits(60))
    return Posting(key, account.id, key.hex, amount, on, at)


def balance(account: models.Account) -> int:
    row = models.Account.objects.get(id=account.id)
    return row.principal_minor + row.interest_minor + row.fee_minor + row.penalty_interest_minor + row.cost_minor


@pytest.mark.parametrize("seed", range(5))
def test_money_is_conserved_over_random_payments(sqlite_desk: Desk, seed: int) -> None:
    desk, dice = sqlite_desk, random.Random(seed)
    dues = [(TODAY + n * 30 * DAY, dice.randrange(1, 9_000), 0) for n in range(-3, 3)]
    account = desk.account(
        desk.person(), dues, principal=dice.randrange(20_000, 60_000), interest_minor=dice.randrange(3_000),
        fee_minor=dice.randrange(2_000), penalty_interest_minor=dice.randrange(500), cost_minor=dice.randrange(900),
    )  # fmt: skip
    before = balance(account)
    amounts = [dice.randrange(1, 20_000) for _ in range(8)]
    for amount in amounts:
        pay(desk, account, amount, on=TODAY + dice.randrange(9) * DAY)
    rows = list(models.Payment.objects.all())
    unapplied = sum(row.allocation["unapplied"] for row in rows)
    assert sum(row.amount_minor for row in rows) == sum(amounts)
    assert before - balance(account) + unapplied == sum(amounts)
    for row in rows:
        assert sum(cell[2] for cell in row.allocation["cells"]) + row.allocation["unapplied"] == row.amount_minor
    assert all(due.paid_minor <= due.amount_minor for due in models.Instalment.objects.all())


def plan(desk: Desk, parts: Sequence[tuple[date, int]]) -> tuple[models.Account, models.Arrangement]:
    person = desk.person()
    account = desk.account(person, [(TODAY - 20 * DAY, 5_000, 0)])
    return account, desk.arrangement(account, parts, desk.talk(person, account, state="agreed"))


def rows_of(arrangement: models.Arrangement) -> list[tuple[int, date | None]]:
    return list(arrangement.instalments.order_by("number").values_list("paid_minor", "cleared_on"))


def test_an_instalment_remembers_the_day_it_was_paid_in_full(desk: Desk) -> None:
    account, arrangement = plan(desk, [(TODAY, 2_000), (TODAY + 30 * DAY, 2_000)])
    pay(desk, account, 1_500, on=TODAY - DAY)
    assert rows_of(arrangement) == [(1_500, None), (0, None)]
    pay(desk, account, 700, on=TODAY + DAY)
    assert rows_of(arrangement) == [(2_000, TODAY + DAY), (200, None)]
    pay(desk, account, 9_999, on=TODAY + 2 * DAY)
    assert rows_of(arrangement) == [(2_000, TODAY + DAY), (2_000, TODAY + 2 * DAY)]


def test_an_arrangement_paid_in_time_is_kept(desk: Desk) -> None:
    account, arrangement = plan(desk, [(TODAY, 2_000)])
    pay(desk, account, 2_000, on=TODAY + library().policy.grace_days * DAY)
    desk.nightly(TODAY + 8 * DAY, NOON + 7 * DAY)
    arrangement.refresh_from_db()
    assert (arrangement.standing, arrangement.ended_at) == ("kept", NOON + 7 * DAY)
    assert models.Event.objects.filter(kind="arrangement.kept").count() == 1


def test_a_late_payment_does_not_mend_an_arrangement_whenever_it_is_judged(desk: Desk) -> None:
    account, arrangement = plan(desk, [(TODAY, 2_000), (TODAY + 60 * DAY, 2_000)])
    pay(desk, account, 2_000, on=TODAY + (library().policy.grace_days + 1) * DAY)
    desk.nightly(TODAY + 20 * DAY, NOON + 19 * DAY)
    arrangement.refresh_from_db()
    assert arrangement.standing == "broken"
    assert models.Event.objects.filter(kind="arrangement.broken").count() == 1


@pytest.mark.parametrize(("day", "standing"), [(-1, "kept"), (0, "kept"), (1, "kept"), (2, "broken")])
def test_a_promise_is_kept_by_a_payment_up_to_a_day_late(desk: Desk, day: int, standing: str) -> None:
    person = desk.person()
    account = desk.account(person, [(TODAY - 20 * DAY, 5_000, 0)])
    promise = desk.promise(account, desk.talk(person, account), 3_000, TODAY)
    pay(desk, account, 3_500, on=TODAY + day * DAY)
    desk.nightly(TODAY + 4 * DAY, NOON + 3 * DAY)
    promise.refresh_from_db()
    assert promise.standing == standing


def test_a_promise_half_paid_is_broken(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person, [(TODAY - 20 * DAY, 5_000, 0)])
    promise = desk.promise(account, desk.talk(person, account), 3_000, TODAY)
    pay(desk, account, 2_999)
    desk.nightly(TODAY + 4 * DAY, NOON + 3 * DAY)
    promise.refresh_from_db()
    assert promise.standing == "broken"


def test_a_payment_that_cures_cancels_what_waits_about_the_debt_and_nothing_else(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person, [(TODAY - 5 * DAY, 5_000, 0), (TODAY + 25 * DAY, 5_000, 0)])
    other = desk.account(person, [(TODAY - 5 * DAY, 5_000, 0)])
    later = NOON + DAY
    overdue = desk.message(person, account, purpose="collection", not_before=later)
    limit = desk.message(person, account, purpose="servicing", not_before=later)
    elsewhere = desk.message(person, other, purpose="collection", not_before=later)
    pay(desk, account, 4_999)
    assert models.Message.objects.filter(state="queued").count() == 3
    pay(desk, account, 1)
    states = dict(models.Message.objects.values_list("id", "state"))
    assert states == {overdue.id: "cancelled", limit.id: "queued", elsewhere.id: "queued"}


def test_a_reminder_queued_at_night_is_not_sent_after_the_due_was_paid(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person, [(TODAY + 4 * DAY, 5_000, 0)])
    desk.nightly()
    assert models.Message.objects.get().state == "queued"
    pay(desk, account, 5_000, at=NOON + timedelta(hours=4))
    message = models.Message.objects.get()
    assert (message.state, message.reason) == ("cancelled", "paid")


@pytest.mark.postgres
def test_payments_posted_at_once_are_each_counted(postgres_desk: Desk) -> None:
    desk = postgres_desk
    account = desk.account(desk.person(), [(TODAY, 50_000, 0)], principal=100_000)

    def some() -> None:
        for _ in range(10):
            pay(desk, account, 100)

    in_threads(some, some, some, some)
    assert balance(account) == 96_000
    assert models.Instalment.objects.get().paid_minor == 4_000
