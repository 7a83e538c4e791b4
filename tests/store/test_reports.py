"""Counts of a period, by hand-made rows: each figure counts what it says, at the edges of days and zones too."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from parley.ids import derive_id
from parley.run.library import build_waterfalls
from parley.run.posting import Posting, post
from parley.servicing.account import Due as AccountDue
from parley.servicing.book.roll import cure_rate
from parley.servicing.book.standing import BookAccount, Received
from parley.store import models, reports
from parley.store.reports import Arm, Due, Period, Refused, Sent
from tests.run.desk import NOON, TODAY, Anything, Desk, Person
from tests.store.conftest import Home

HOUR = timedelta(hours=1)
PERIOD = Period(TODAY, TODAY + timedelta(days=1), "America/New_York")
# The first and the last instant of the period: New York is five hours behind.
OPENS, CLOSES = datetime(2026, 11, 3, 5, tzinfo=UTC), datetime(2026, 11, 5, 5, tzinfo=UTC)
JUST = timedelta(microseconds=1)


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def sent(desk: Desk, at: datetime, zones: list[str] | None = None, **more: Anything) -> None:
    person = desk.person()
    if zones is not None:
        models.Borrower.objects.filter(id=person.borrower.id).update(zones=zones)
    values: dict[str, Anything] = {"state": "delivered", "submitted_at": at} | more
    desk.message(person, **values)


def event(desk: Desk, talk: models.Conversation, kind: str, at: datetime, **data: str) -> None:
    models.Event.objects.create(at=at, kind=kind, borrower=talk.borrower, conversation=talk, data=data)


def test_a_period_begins_and_ends_with_the_days_of_its_zone() -> None:
    assert (PERIOD.start, PERIOD.end) == (OPENS, CLOSES)
    assert PERIOD.days() == (TODAY, TODAY + timedelta(days=1))


def test_a_message_counts_on_the_day_it_left_or_ended(desk: Desk) -> None:
    sent(desk, OPENS)
    sent(desk, OPENS - JUST)
    sent(desk, CLOSES - JUST)
    sent(desk, CLOSES)
    sent(desk, NOON, state="cancelled", submitted_at=None, finished_at=OPENS + 23 * HOUR, not_before=CLOSES - HOUR)
    sent(desk, NOON, state="queued", submitted_at=None, created_at=NOON - 48 * HOUR, not_before=CLOSES - HOUR)
    tomorrow = TODAY + timedelta(days=1)
    assert reports.messages_by_day(PERIOD) == {
        (TODAY, "delivered"): 1,
        (tomorrow, "delivered"): 1,
        (TODAY, "cancelled"): 1,
        (tomorrow, "queued"): 1,
    }


def test_messages_are_summed_by_kind_and_state(desk: Desk) -> None:
    for segments in (1, 3):
        sent(desk, NOON, segments=segments, cost_micro=segments * 7_900)
    sent(desk, NOON, purpose="promotion", state="refused", submitted_at=None, finished_at=NOON)
    assert reports.messages_by_kind(PERIOD) == (
        Sent("promotion", "refused", 1, 1, 0),
        Sent("reminder", "delivered", 2, 4, 31_600),
    )


def test_hours_are_those_where_the_borrower_is_in_half_hour_zones_too(desk: Desk) -> None:
    at = datetime(2026, 11, 3, 14, 40, tzinfo=UTC)
    for zones in (["America/New_York"], ["Asia/Kolkata"], ["America/Denver", "America/Chicago"], []):
        sent(desk, at, zones)
    # A Tuesday: 09:40 in New York, 20:10 in Kolkata, 07:40 in Denver; an unknown zone has no hour.
    assert reports.messages_by_hour(PERIOD) == {(1, 9): 1, (1, 20): 1, (1, 7): 1}


def test_what_was_allowed_is_no_refusal(desk: Desk) -> None:
    borrower = desk.person().borrower
    for at, verdict, rule in ((NOON, "allow", ""), (NOON, "block", "b"), (NOON, "block", "b"), (NOON, "defer", "a")):
        models.GateDecision.objects.create(
            borrower=borrower, stage="dispatch", verdict=verdict, rule_id=rule, rulebook_hash="h", at=at
        )
    models.GateDecision.objects.create(
        borrower=borrower, stage="nightly", verdict="block", rule_id="b", rulebook_hash="h", at=CLOSES
    )
    found = reports.refusals(PERIOD)
    assert found == (Refused("dispatch", "block", "b", 2), Refused("dispatch", "defer", "a", 1))


def test_replies_and_talks_are_counted_where_they_stand(desk: Desk) -> None:
    person = desk.person()
    for number, intent in enumerate(("accept", "accept", "")):
        row = desk.hear(person, "ok", NOON, f"mo.{number}")
        assert row is not None
        models.Inbound.objects.filter(id=row.id).update(intent=intent)
    assert reports.replies(PERIOD) == {"accept": 2, "": 1}
    desk.talk(desk.person(), state="agreed", opened_at=NOON)
    desk.talk(desk.person(), state="agreed", opened_at=OPENS - JUST)
    assert reports.talks(PERIOD)["agreed"] == 1


def test_a_hand_over_waits_until_a_person_first_acts(desk: Desk) -> None:
    def handed(reason: str, *acts: tuple[str, timedelta]) -> None:
        talk = desk.talk(desk.person())
        event(desk, talk, "handed_over", NOON, reason=reason)
        for kind, after in acts:
            event(desk, talk, kind, NOON + after)

    handed("asked", ("taken_over", timedelta(minutes=15)), ("person.answered", 3 * HOUR))
    handed("asked", ("turn", HOUR), ("assigned", HOUR))
    handed("asked", ("person.answered", 25 * HOUR))
    handed("asked", ("taken_over", -HOUR))
    handed("crisis", ("person.called", 4 * HOUR), ("taken_over", 9 * HOUR))
    assert reports.hand_overs(PERIOD) == {
        ("asked", "quarter"): 1,
        ("asked", "hour"): 1,
        ("asked", "longer"): 1,
        ("asked", "nobody"): 1,
        ("crisis", "four_hours"): 1,
    }


def test_opt_outs_of_imported_files_are_left_out(desk: Desk) -> None:
    person = desk.person()
    for number, (source, scope, granted) in enumerate(
        (("reply", "all", False), ("reply", "promotion", True), ("import", "all", False))
    ):
        models.Consent.objects.create(
            id=derive_id("test-consent", str(number)), borrower=person.borrower, scope=scope, granted=granted,
            source=source, proof="x", at=NOON,
        )  # fmt: skip
    assert reports.opt_outs(PERIOD) == {(TODAY, "all"): 1}


def test_a_promise_counts_once_it_is_kept_or_broken(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person)
    talk = desk.talk(person, account)
    for standing in ("kept", "broken", "active", "cancelled"):
        row = desk.promise(account, talk, 1000, TODAY)
        models.Promise.objects.filter(id=row.id).update(standing=standing)
    late = desk.promise(account, talk, 1000, TODAY + timedelta(days=2))
    models.Promise.objects.filter(id=late.id).update(standing="kept")
    assert reports.promises_due(PERIOD) == (Due(TODAY, 1, 2),)


def test_an_instalment_is_kept_within_the_grace_and_open_until_it_is_over(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person)
    row = desk.arrangement(account, [(TODAY, 100), (TODAY + timedelta(days=1), 100)], desk.talk(person, account))
    first = models.ArrangementInstalment.objects.filter(arrangement=row, number=1)
    first.update(cleared_on=TODAY + timedelta(days=5), paid_minor=100)
    assert reports.instalments_due(PERIOD, TODAY + timedelta(days=6), 5) == (Due(TODAY, 1, 1),)
    first.update(cleared_on=TODAY + timedelta(days=6))
    assert reports.instalments_due(PERIOD, TODAY + timedelta(days=6), 5) == (Due(TODAY, 0, 1),)
    assert reports.instalments_due(PERIOD, TODAY + timedelta(days=7), 5) == (
        Due(TODAY, 0, 1),
        Due(TODAY + timedelta(days=1), 0, 1),
    )
    assert reports.arrangements(PERIOD) == {}
    models.Arrangement.objects.update(agreed_at=NOON)
    assert reports.arrangements(PERIOD) == {"active": 1}


def score(desk: Desk, asked_at: datetime, said: int | None, **more: Anything) -> models.Arrangement:
    """Keep a plan to its end, ask how it was, and hear *said*."""
    person = desk.person()
    account = desk.account(person)
    ended = {"standing": "kept", "told_at": asked_at - HOUR, "satisfaction": said}
    plan = desk.arrangement(account, [(TODAY, 100)], desk.talk(person, account), **ended)
    desk.message(person, account, template_key="arrangement.completed_score", submitted_at=asked_at, **more)
    return plan


def test_scores_are_of_the_plans_asked_about_in_the_period_each_once(desk: Desk) -> None:
    tomorrow = TODAY + timedelta(days=1)
    for at, said in ((OPENS, 5), (OPENS, 5), (CLOSES - JUST, 2), (CLOSES - JUST, None), (OPENS - JUST, 1), (CLOSES, 1)):
        score(desk, at, said)
    # Asked twice of one plan, it is asked once; a question that never left was not asked, nor one that asks nothing.
    twice = score(desk, NOON, 3)
    person = Person(twice.account.borrower, twice.conversation.contact_point, "")
    desk.message(person, twice.account, template_key="arrangement.completed_score", submitted_at=NOON + 24 * HOUR)
    score(desk, NOON, 1).account.message_set.update(submitted_at=None)
    score(desk, NOON, 1).account.message_set.update(template_key="arrangement.completed")
    assert reports.scores(PERIOD) == {(TODAY, 5): 2, (TODAY, 3): 1, (tomorrow, 2): 1, (tomorrow, None): 1}


def test_a_score_is_of_the_plan_told_of_last(sqlite_home: Home) -> None:
    desk = Desk(sqlite_home.vault, sqlite_home.folder)
    first = score(desk, OPENS - 48 * HOUR, 1)
    person = Person(first.account.borrower, first.conversation.contact_point, "")
    ended = {"standing": "kept", "told_at": NOON - HOUR, "satisfaction": 4}
    desk.arrangement(first.account, [(TODAY, 100)], first.conversation, **ended)
    desk.message(person, first.account, template_key="arrangement.completed_score", submitted_at=NOON)
    assert reports.scores(PERIOD) == {(TODAY, 4): 1}


def paid(account: models.Account, at: datetime, timing: str) -> None:
    models.Payment.objects.create(
        id=derive_id("test-payment", str(account.id), str(at)), account=account, row_key=f"{account.id}{at}",
        paid_on=at.date(), received_at=at, amount_minor=100, allocation={"cells": [[timing, "principal", 100]]},
    )  # fmt: skip


def test_cured_is_who_was_past_due_in_the_period_and_no_longer_is(desk: Desk) -> None:
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)

    def account(*dues: tuple[date, int, int], arm: str = "messages") -> models.Account:
        return desk.account(desk.person(), list(dues), arm=arm)

    cured = account((yesterday, 100, 100))
    paid(cured, NOON, "past_due")
    paid(cured, NOON + HOUR, "past_due")
    still = account((yesterday, 100, 50))
    paid(still, NOON, "past_due")
    account((yesterday, 100, 0), arm="holdout")
    # None of these was past due: due later, paid in time, paid late before the period.
    account((tomorrow, 100, 0))
    paid(account((yesterday, 100, 100)), NOON, "due")
    paid(account((yesterday, 100, 100)), OPENS - JUST, "past_due")
    assert reports.cures(PERIOD, TODAY) == (Arm("holdout", 1, 0), Arm("messages", 2, 1))


def test_what_fell_due_since_or_was_charged_off_is_no_cure(desk: Desk) -> None:
    yesterday, later = TODAY - timedelta(days=1), TODAY + timedelta(days=5)
    again = desk.account(desk.person(), [(yesterday, 100, 100), (later, 100, 0)])
    paid(again, NOON, "past_due")
    # What falls due on the last day of the period is past due from the next on only.
    desk.account(desk.person(), [(PERIOD.last, 100, 0)])
    gone = desk.account(desk.person(), [(yesterday, 100, 100)], status="charged_off")
    paid(gone, NOON, "past_due")
    assert reports.cures(PERIOD, later) == (Arm("messages", 2, 1),)
    assert reports.cures(PERIOD, later + timedelta(days=1)) == (Arm("messages", 2, 0),)


@pytest.mark.parametrize("seed", range(4))
def test_cures_of_a_period_up_to_today_are_those_of_the_definition(desk: Desk, seed: int) -> None:
    dice, waterfalls, today = random.Random(seed), build_waterfalls(), TODAY
    period, book = Period(today - timedelta(days=4), today, PERIOD.zone), []
    for number in range(12):
        dues = [(today + timedelta(days=at), dice.randint(1, 90), 0) for at in sorted(dice.sample(range(-6, 4), 2))]
        row = desk.account(desk.person(), dues, principal=10_000)
        received: list[Received] = []
        for back in sorted((dice.randint(0, 3) for _ in range(dice.randint(0, 3))), reverse=True):
            on, key = today - timedelta(days=back), f"{number}-{len(received)}"
            one = Received(on, dice.randint(1, 300))
            at = NOON + timedelta(days=(on - TODAY).days)
            with transaction.atomic():
                posting = Posting(derive_id("paid", key), row.id, key, one.applied_minor, on, at)
                post(desk.vault, [posting], waterfalls, at)
            received.append(one)
        opening = tuple(AccountDue(on, amount) for on, amount, _ in dues)
        book.append(BookAccount(row.id, "USD", today - timedelta(days=30), opening, tuple(received)))
    ratio = cure_rate(book, period.first, period.last, today)
    assert ratio.whole > 0
    assert reports.cures(period, today) == (Arm("messages", ratio.whole, ratio.part),)


def test_an_empty_home_has_empty_reports(desk: Desk) -> None:
    counts = (reports.messages_by_day, reports.messages_by_hour, reports.replies, reports.talks, reports.hand_overs)
    assert [count(PERIOD) for count in (*counts, reports.opt_outs, reports.arrangements)] == [{}] * 7
    assert [len(reports.messages_by_kind(PERIOD)), len(reports.refusals(PERIOD))] == [0, 0]
    assert (reports.cures(PERIOD, TODAY), reports.scores(PERIOD)) == ((), {})
