"""The nightly run by column ends as the one that asks every account and every wish one by one, on books at random.

The scalar run is the oracle: `OneByOne` stands in for the columns, and says of every account of a chunk what the scalar
trigger says, and nothing of the gate.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
from django.db import transaction

from parley.columnar.triggers import Wish, find_wishes
from parley.contact.content import contents_of
from parley.engine.announce import announce_permitted
from parley.engine.nightly import BookRow, Cadence, trigger
from parley.purpose import Channel
from parley.rulebook.terms import OptOutScope
from parley.run import nightly, nightly_book, nightly_budget, nightly_facts
from parley.run.nightly import run_nightly
from parley.run.nightly_book import NightBook, Wanted
from parley.run.wishes import message_id
from parley.servicing.account import Due
from parley.servicing.arrangement import InstalmentState
from parley.servicing.delinquency import days_past_due
from parley.store import models, plain
from parley.store.book import load_page, load_wished
from tests.run.desk import NOON, TODAY, Anything, Desk, Person, library, terms
from tests.run.test_nightly import change, tables

DAY = timedelta(days=1)
TOMORROW = TODAY + DAY
PLACES = [
    ("US-NY", "America/New_York", "en"),
    ("US-CA", "America/Los_Angeles", "en"),
    ("GB", "Europe/London", "en"),
    ("CN", "Asia/Shanghai", "zh-Hans"),
    ("TW", "Asia/Taipei", "zh-Hant"),
    ("IN", "Asia/Kolkata", "en"),
    ("DE", "", "en"),
]
HOLDS = ["dispute", "hardship", "complaint", "represented", "cease", "breathing_space"]
# Where a row of `tables()` says what was decided: after purpose comes the verdict.
VERDICT = 2
# Some nights are decided in the evening before, some on the day itself.
NIGHTS = [(TOMORROW, NOON), (TODAY, NOON), (TOMORROW, NOON + timedelta(hours=9))]


class OneByOne:
    """The whole book by the scalar trigger; nothing is said of the gate."""

    def __init__(self, _folder: Path, night: Anything, *_: Anything) -> None:
        self.night = night

    def make(self, _undone: Anything) -> None:
        """Look at nothing yet."""

    def wanted(self, number: int) -> Mapping[UUID, Wanted]:
        rows = load_page(number, self.night.chunks, self.night.as_of).rows
        found = {key: trigger(row, self.night.as_of, self.night.cadence) for key, row in rows.items()}
        return {key: Wanted(message_id(key, one), None) for key, one in found.items() if one is not None}


class Draw:
    """Draws a book in which everything that a night looks at varies."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.dice = desk, random.Random(f"night {seed}")

    def book(self, people: int) -> None:
        for number in range(people):
            place, zone, language = self.dice.choice(PLACES)
            person = self.desk.person(place, zone, language=language)
            accounts = [self.account(person, 2 * number + n) for n in range(self.dice.choice([1, 1, 1, 2]))]
            self.past(person, accounts)
            self.wishes(person)
            self.address(person)

    def account(self, person: Person, number: int) -> models.Account:
        """Draw an account, at a place of its own among the chunks."""
        row = UUID(int=self.dice.getrandbits(40) << 88 | number)
        late = self.dice.choice([None, None, 1, 2, 5, 5, 12, 20, 29, 45, 90])
        ahead = self.dice.choice([3, 3, 3, 2, 4, 20])
        dues = [(TOMORROW + ahead * DAY, 5_000, self.dice.choice([0, 0, 5_000, 100]))]
        if late is not None:
            dues = [(TOMORROW - late * DAY, 5_000, self.dice.choice([0, 0, 4_999, 5_000])), *dues]
        if self.dice.random() < 0.2:
            dues = [(TOMORROW - 200 * DAY, 900, self.dice.choice([0, 900])), *dues]
        account = self.desk.account(
            person, dues, id=row, arm=self.dice.choice(["messages"] * 6 + ["holdout"]),
            status=self.dice.choice(["open"] * 9 + ["closed", "charged_off"]),
            contract_on=self.dice.choice([None, date(2015, 5, 1), date(2026, 7, 1)]),
        )  # fmt: skip
        if self.dice.random() < 0.25:
            change(self.desk, account, TOMORROW - self.dice.choice([-1, 0, 1, 14, 15, 16]) * DAY)
        return account

    def past(self, person: Person, accounts: list[models.Account]) -> None:
        for _ in range(self.dice.choice([0, 0, 0, 1, 2, 5])):
            at = NOON - timedelta(minutes=self.dice.randrange(10, 33 * 24 * 60))
            self.desk.message(
                person, self.dice.choice([*accounts, None]),
                state=self.dice.choice(["delivered", "submitted", "rejected"]), intended_at=at, created_at=at,
                purpose=self.dice.choice(["reminder", "collection", "promotion"]),
            )  # fmt: skip
        kind = self.dice.random()
        if kind < 0.5:
            return
        talk = self.desk.talk(
            person, accounts[0], state=self.dice.choice(["notified", "capacity"]),
            last_inbound_at=self.dice.choice([None, NOON - DAY, NOON - 4 * DAY]),
            needs_person_since=self.dice.choice([None, None, NOON - DAY]),
        )  # fmt: skip
        if kind < 0.6:
            first = TOMORROW + self.dice.choice([3, 2, -2, -3, -4, -5]) * DAY
            plan = self.desk.arrangement(
                accounts[-1], [(first, 2_000), (first + 30 * DAY, 2_000)], talk,
                recheck_on=TOMORROW - self.dice.choice([-1, 0, 6, 7, 8]) * DAY,
            )  # fmt: skip
            if self.dice.random() < 0.4:
                paid_on = first + self.dice.choice([0, 3, 4]) * DAY
                plan.instalments.filter(number=1).update(paid_minor=2_000, cleared_on=min(paid_on, TODAY))
            self.ended(plan)
        elif kind < 0.7:
            self.desk.promise(accounts[-1], talk, 5_000, TOMORROW + self.dice.choice([1, 0, -1, -2, -3]) * DAY)
        elif kind < 0.8:
            dana = self.desk.operator()
            models.Call.objects.create(
                id=UUID(int=self.dice.getrandbits(128)), borrower=person.borrower, account=accounts[0],
                contact_point=person.point, conversation=talk, operator=dana, direction=self.dice.choice(["in", "out"]),
                outcome=self.dice.choice(["reached", "no_answer", "voicemail"]), purpose="collection", verdict="allow",
                at=NOON - timedelta(hours=self.dice.randrange(1, 200)),
            )  # fmt: skip

    def ended(self, plan: models.Arrangement) -> None:
        """Draw an end of some plans: just kept, or broken and told of, or broken and still to be told of."""
        kind = self.dice.random()
        if kind < 0.5:
            return
        plan.standing, plan.ended_at = ("kept" if kind < 0.6 else "broken"), NOON - self.dice.choice([1, 6, 8]) * DAY
        if kind > 0.7:
            plan.told_at, plan.reoffer = plan.ended_at, plan.offer if kind > 0.8 else None
        plan.save()

    def wishes(self, person: Person) -> None:
        """Draw what the borrower allowed, refused, named, and what holds us back."""
        for _ in range(self.dice.choice([0, 0, 0, 1, 2])):
            is_for_address = self.dice.random() < 0.3
            models.Consent.objects.create(
                id=UUID(int=self.dice.getrandbits(128)), borrower=person.borrower, contact_point=person.point,
                scope=self.dice.choice(["all", "promotion", "marketing"]), granted=self.dice.random() < 0.4,
                channel=self.dice.choice(["", "sms", "call"]), is_for_address=is_for_address, source="file", proof="",
                at=NOON - timedelta(hours=self.dice.randrange(1, 900)),
            )  # fmt: skip
        if self.dice.random() < 0.15:
            models.Hold.objects.create(
                id=UUID(int=self.dice.getrandbits(128)), borrower=person.borrower, kind=self.dice.choice(HOLDS),
                source="operator", from_at=NOON - 5 * DAY, until_at=self.dice.choice([None, NOON - DAY, NOON + DAY]),
                began_on=self.dice.choice([None, TODAY - 6 * DAY, TODAY - 45 * DAY, TODAY - 90 * DAY]),
            )  # fmt: skip
        if self.dice.random() < 0.1:
            afternoon, never = [[[13 * 60, 18 * 60]]] * 7, [[]] * 7  # type: ignore[var-annotated]  # of a week of nothing
            models.NamedTimes.objects.create(
                id=UUID(int=self.dice.getrandbits(128)), borrower=person.borrower, source="sms", at=NOON - 3 * DAY,
                only=self.dice.choice([None, afternoon, never]), closed=self.dice.choice([None, afternoon]),
                from_day=self.dice.choice([None, TOMORROW + 2 * DAY]),
            )  # fmt: skip

    def address(self, person: Person) -> None:
        if self.dice.random() < 0.3:
            self.desk.prove(person, NOON - self.dice.choice([1, 400]) * DAY)
        if self.dice.random() < 0.05:
            self.desk.hear(person, "hello", NOON - timedelta(hours=1))
        if self.dice.random() < 0.05:
            models.ContactPoint.objects.filter(id=person.point.id).update(quarantined_at=NOON)


def run(desk: Desk, night: tuple[date, datetime], **more: Anything) -> dict[str, list[tuple[Any, ...]]]:
    """Return what a night writes, and take it back."""
    as_of, now = night
    with transaction.atomic():
        run_nightly(as_of, now, library(), replace(terms(16), **more), desk.vault, lambda _done, _of: None)
        written = tables()
        transaction.set_rollback(True)
    return written


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_by_column_a_night_ends_as_one_by_one(desk: Desk, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    Draw(desk, seed).book(180)
    announced = Counter[str]()
    real = announce_permitted

    def permitted(*told: Anything, **more: Anything) -> Anything:
        announced["by column"] += 1
        return real(*told, **more)

    with monkeypatch.context() as patch:
        patch.setattr(nightly, "announce_permitted", permitted)
        ours = run(desk, NIGHTS[seed], least_by_column=0)
    with monkeypatch.context() as patch:
        patch.setattr(nightly, "NightBook", OneByOne)
        theirs = run(desk, NIGHTS[seed])
    for table, rows in theirs.items():
        for one, other in zip(ours[table], rows, strict=True):
            assert one == other, table
    verdicts = Counter(row[VERDICT] for row in ours["RunItem"])
    assert verdicts["queued"] > 10 and verdicts["refused"] > 4 and verdicts["skipped"] > 1
    # What is permitted is permitted by column, but for what was settled in the night itself.
    assert announced["by column"] > verdicts["queued"] * 3 // 4


def test_few_wishes_are_asked_one_by_one_and_the_rules_are_not_compiled(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    Draw(desk, 7).book(20)
    monkeypatch.setattr(nightly_book, "Book", None)
    assert run(desk, NIGHTS[0])["RunItem"]


def test_what_changed_since_the_columns_were_read_is_seen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A payment, another due date and a plan agreed between reading and writing: nothing is said of what is past."""
    paid, moved, agreed, same = [
        desk.account(desk.person(), [(TOMORROW - 5 * DAY, 5_000, 0)], id=UUID(int=n << 120)) for n in range(4)
    ]
    real = NightBook.make

    def make(self: NightBook, undone: Anything) -> None:
        real(self, undone)
        models.Instalment.objects.filter(account=paid).update(paid_minor=5_000)
        models.Instalment.objects.filter(account=moved).update(due_on=TOMORROW + 3 * DAY)
        person = models.ContactPoint.objects.select_related("borrower").get(borrower=agreed.borrower)
        talk = desk.talk(Person(person.borrower, person, ""), agreed)
        desk.arrangement(agreed, [(TOMORROW + 20 * DAY, 2_000)], talk)

    monkeypatch.setattr(NightBook, "make", make)
    run_nightly(TOMORROW, NOON, library(), replace(terms(), least_by_column=0), desk.vault, lambda _done, _of: None)
    said = dict(models.Message.objects.values_list("account_id", "purpose"))
    assert said == {moved.id: "reminder", same.id: "collection"}


def take_away(account: models.Account) -> None:
    """Let an account go, as an import that is undone does."""
    models.Instalment.objects.filter(account=account).delete()
    models.Account.objects.filter(id=account.id).delete()


@pytest.mark.parametrize(
    ("module", "read"),
    [
        (plain, "asked_accounts"), (nightly_facts, "load_wished"), (nightly_facts, "load_accounts"),
        (nightly_budget, "load_accounts"), (nightly, "load_wished"), (nightly, "load_accounts"),
        (nightly, "borrower_lock"),
    ],
    ids=["asked", "rendered", "owed", "paid for", "wished", "loaded", "locked"],
)  # fmt: skip
def test_an_account_that_goes_between_two_reads_is_left_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, module: Anything, read: str
) -> None:
    gone, left = [
        desk.account(desk.person(), [(TOMORROW - 5 * DAY, 5_000, 0)], id=UUID(int=n << 120)) for n in range(2)
    ]
    real, texts = getattr(module, read), Counter[str]()

    def after_it_went(*told: Anything, **more: Anything) -> Anything:
        take_away(gone)
        return real(*told, **more)

    def counted(text: str, lexicon: Anything) -> Anything:
        texts[text] += 1
        return contents_of(text, lexicon)

    monkeypatch.setattr(module, read, after_it_went)
    monkeypatch.setattr(nightly_facts, "contents_of", counted)
    told = replace(terms(), least_by_column=0, budget_micro=10**9)
    night = run_nightly(TOMORROW, NOON, library(), told, desk.vault, lambda _done, _of: None)
    assert night.finished_at == NOON
    assert list(models.Message.objects.values_list("account_id", flat=True)) == [left.id]
    assert [row.account_id for row in models.RunItem.objects.all()] == [left.id]
    # The one text of both was judged, whoever of them is there.
    assert len(texts) == 1


def test_an_address_or_a_limit_that_goes_between_two_reads_leaves_nothing_to_say(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent, unlimited, left = [
        desk.account(desk.person(), [(TOMORROW + 20 * DAY, 5_000, 0)], id=UUID(int=n << 120)) for n in range(3)
    ]
    for account in (silent, unlimited, left):
        change(desk, account, TODAY)
    # Their texts tell the limits.
    models.ContactPoint.objects.update(identity_proven_at=NOON - DAY)

    def after_it_went(*told: Anything) -> Anything:
        models.ContactPoint.objects.filter(borrower__accounts=silent).update(quarantined_at=NOON)
        models.LimitChange.objects.filter(account=unlimited).delete()
        return load_wished(*told)

    monkeypatch.setattr(nightly_facts, "load_wished", after_it_went)
    run_nightly(TOMORROW, NOON, library(), replace(terms(), least_by_column=0), desk.vault, lambda _done, _of: None)
    assert list(models.Message.objects.values_list("account_id", flat=True)) == [left.id]
    (item,) = models.RunItem.objects.filter(verdict="skipped")
    assert (item.account_id, item.reason_code) == (silent.id, "no_address")


def test_by_column_the_same_is_wished_as_one_by_one(desk: Desk) -> None:
    """Without a store between them: rows drawn around every edge."""
    dice = random.Random(11)
    cadence = Cadence(3, frozenset({1, 5, 12}), 3)
    for _ in range(4):
        rows = {UUID(int=n): drawn_row(dice) for n in range(400)}
        wanted = {key: trigger(row, TODAY, cadence) for key, row in rows.items()}
        expected = {
            key: Wish(key, one, days_past_due(rows[key].dues, TODAY)) for key, one in wanted.items() if one is not None
        }
        found = list(find_wishes(as_book(rows, cadence), TODAY, cadence))
        assert {one.account_id: one for one in found} == expected
        assert [one.account_id for one in found] == sorted(expected)
        assert {one.trigger.family for one in found} == {
            "overdue", "reminder", "arrangement.reminder", "arrangement.recheck", "limit_change",
        }  # fmt: skip


def drawn_row(dice: random.Random) -> BookRow:
    def near(*days: int) -> date:
        return TODAY + dice.choice(days) * DAY

    days = sorted({near(-40, -13, -12, -6, -5, -4, -1, 0, 1, 2, 3, 4) for _ in range(dice.choice([0, 1, 2, 3]))})
    plan = [
        InstalmentState(due_on, 100, *dice.choice([(0, None), (99, None), (100, None), (100, due_on + 4 * DAY)]))
        for due_on in sorted({near(-5, -4, -3, 0, 2, 3, 4) for _ in range(2)})
    ]
    return BookRow(
        is_open=dice.random() < 0.9,
        is_held_out=dice.random() < 0.1,
        dues=tuple(Due(day, 100, dice.choice([0, 99, 100])) for day in days),
        plan=tuple(plan) if dice.random() < 0.3 else (),
        has_promise=dice.random() < 0.1,
        recheck_on=near(1, 0, -6, -7, -8) if dice.random() < 0.5 else None,
        is_reoffered=dice.random() < 0.1,
        limit_changed_on=dice.choice([None, None, near(0, -1, -14, -15)]),
    )


def as_book(rows: Mapping[UUID, BookRow], cadence: Cadence) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows as the store streams them."""
    until = cadence.remind_on(TODAY)
    return {
        "accounts": [(key,) for key, row in rows.items() if row.is_open and not row.is_held_out],
        "dues": [
            (key.hex, due.due_on)
            for key, row in rows.items()
            for due in row.dues
            if due.open_minor and due.due_on <= until
        ],
        "plans": [
            (key, part.due_on, part.amount_minor, part.paid_minor, part.cleared_on)
            for key, row in rows.items()
            for part in row.plan
        ],
        "rechecks": [(key, row.recheck_on) for key, row in rows.items() if row.plan and row.recheck_on is not None],
        "promises": [(key,) for key, row in rows.items() if row.has_promise or row.is_reoffered],
        "limits": [(key, row.limit_changed_on) for key, row in rows.items() if row.limit_changed_on is not None],
    }


def test_the_buckets_of_a_night_hold_numbers_days_and_words_of_closed_sets_only(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Draw(desk, 2).book(40)
    kept: dict[str, set[Any]] = {}
    real = NightBook.make

    def make(self: NightBook, undone: Anything) -> None:
        real(self, undone)
        for path in self._folder.rglob("*.parquet"):
            assert path.stat().st_mode & 0o077 == 0 or path.parents[1].stat().st_mode & 0o077 == 0
            with duckdb.connect() as database:
                held = database.read_parquet(str(path))
                for name, kind in zip(held.columns, held.types, strict=True):
                    if str(kind) == "VARCHAR":
                        kept.setdefault(name, set()).update(value for (value,) in held.project(name).fetchall())

    monkeypatch.setattr(NightBook, "make", make)
    run(desk, NIGHTS[0], least_by_column=0)
    assert kept.keys() == {"scope", "channel", "bucket", "verdict", "rule", "reason", "layer"}
    assert kept["scope"] <= set(OptOutScope) and kept["channel"] - {None} <= set(Channel)
    assert kept["rule"] <= {one.id for one in library().rulebook.rules}
