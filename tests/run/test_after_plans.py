"""What follows a plan: a miss, one offer more, a person; thanks and a score; an end by the borrower; a check."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from parley.run import nightly_after
from parley.run.library import build_waterfalls
from parley.run.posting import Posting, post
from parley.run.working import work_due
from parley.store import models
from tests.run.desk import COST, NOON, TODAY, Anything, Desk, Person, library, taken

DAY = timedelta(days=1)
GRACE = library().policy.grace_days
VALID = library().policy.valid_days
WATERFALLS = build_waterfalls()
# The night that decides for tomorrow judges today.
MISSED_ON = TODAY - (GRACE + 1) * DAY


def planned(
    desk: Desk, parts: Sequence[tuple[date, int]], *, proven: bool = True, **more: Anything
) -> tuple[Person, models.Account, models.Arrangement]:
    """Return a borrower with a plan of *parts*; the account is as late as the plan's first payment."""
    person = desk.person()
    account = desk.account(person, [(MISSED_ON - 30 * DAY, 10_300, 0)])
    if proven:
        desk.prove(person)
    talk = desk.talk(person, account, state="agreed", last_inbound_at=NOON - 20 * DAY)
    values = {"agreed_at": NOON - 20 * DAY, "capacity_minor": 6_000} | more
    return person, account, desk.arrangement(account, parts, talk, **values)


def pay(desk: Desk, account: models.Account, amount: int, on: date, at: datetime = NOON) -> None:
    key = UUID(int=(next(desk.serial) << 64) + random.getrandbits(60))
    with transaction.atomic():
        post(desk.vault, [Posting(key, account.id, key.hex, amount, on, at)], WATERFALLS, at)


def night(desk: Desk, days: int = 0) -> None:
    desk.nightly(TODAY + (days + 1) * DAY, NOON + days * DAY)


def says(desk: Desk, person: Person, text: str, at: datetime) -> models.Message | None:
    """Let the borrower reply, and answer it. Returns the answer."""
    row = desk.hear(person, text, at)
    assert row is not None
    work_due(library(), desk.vault, at, COST)
    return models.Message.objects.filter(in_reply_to=row).first()


def talk_of(person: Person) -> models.Conversation:
    return models.Conversation.objects.get(contact_point=person.point, closed_at__isnull=True)


def let_out(desk: Desk, at: datetime) -> None:
    """Let leave what is due."""
    desk.sender(desk.centre()).send_due(at)


MISS = [(MISSED_ON, 4_207), (MISSED_ON + 30 * DAY, 4_207)]


# --- a miss


def test_a_miss_brings_one_message_with_one_offer_kept_with_its_certificate(desk: Desk) -> None:
    person, account, plan = planned(desk, MISS)
    night(desk)
    message, offer = models.Message.objects.get(), models.OfferRecord.objects.exclude(id=plan.offer_id).get()
    plan.refresh_from_db()
    assert (plan.standing, plan.reoffer_id, plan.told_at, plan.followed_at) == ("broken", offer.id, NOON, None)
    assert message.template_key == "arrangement.missed_three" and message.offer_id == offer.id
    assert (offer.capacity_minor, offer.expires_at) == (6_000, NOON + VALID * DAY)
    assert offer.certificate["policy_hash"] == library().policy.hash and len(offer.plans) == 3
    text = desk.sent_text(message)
    assert "$42.07 of your plan" in text and "PAID" in text and "1)" in text and "3)" in text
    assert all(f"{row['payment_minor'] / 100:.2f}" in text for row in (one["rows"][0] for one in offer.plans))
    talk = talk_of(person)
    assert (talk.state, talk.account_id, talk.needs_person_since) == ("offer", account.id, None)


def test_the_message_leaves_although_the_missed_sum_is_no_figure_of_the_offer(desk: Desk) -> None:
    planned(desk, MISS)
    night(desk)
    let_out(desk, NOON + DAY)
    assert models.Message.objects.get().state == "submitted" and len(taken(desk.folder)) == 1


def test_a_number_that_neither_offer_nor_miss_holds_is_refused_at_dispatch(desk: Desk) -> None:
    planned(desk, MISS)
    night(desk)
    models.ArrangementInstalment.objects.update(paid_minor=1)
    let_out(desk, NOON + DAY)
    message = models.Message.objects.get()
    assert (message.state, message.reason) == ("refused", "number_not_in_offer")


def test_the_number_of_a_choice_is_taken_and_the_plan_agreed(desk: Desk) -> None:
    person, _, plan = planned(desk, MISS)
    night(desk)
    let_out(desk, NOON + DAY)
    answer = says(desk, person, "1", NOON + DAY + timedelta(minutes=5))
    assert answer is not None and answer.template_key == "plan.read_back"
    answer = says(desk, person, "YES", NOON + DAY + timedelta(minutes=9))
    assert answer is not None and answer.template_key == "plan.agreed"
    fresh = models.Arrangement.objects.get(standing="active")
    plan.refresh_from_db()
    assert fresh.offer_id == plan.reoffer_id and plan.followed_at is not None
    # Nothing more follows the one that broke.
    for days in range(1, 12):
        night(desk, days)
    assert talk_of(person).needs_person_since is None


def test_the_thread_stays_open_as_long_as_the_offer_stands(desk: Desk) -> None:
    person, _, _ = planned(desk, MISS)
    night(desk)
    let_out(desk, NOON + DAY)
    for days in range(1, VALID):
        night(desk, days)
    answer = says(desk, person, "2", NOON + (VALID - 1) * DAY + timedelta(hours=1))
    assert answer is not None and answer.template_key == "plan.read_back"


def test_without_acceptance_a_person_comes_and_no_third_text(desk: Desk) -> None:
    person, _, plan = planned(desk, MISS)
    for days in range(40):
        night(desk, days)
        if days < VALID:
            assert talk_of(person).needs_person_since is None
    talk, plan = talk_of(person), models.Arrangement.objects.get(id=plan.id)
    assert (talk.state, talk.person_reason) == ("with_person", "reoffer_lapsed")
    assert talk.needs_person_since == plan.followed_at == NOON + VALID * DAY
    assert models.Message.objects.count() == 1
    assert models.Event.objects.filter(kind="handed_over").count() == models.Job.objects.filter(kind="person").count()


def test_a_second_miss_goes_to_a_person_without_a_text(desk: Desk) -> None:
    person, account, _ = planned(desk, MISS)
    night(desk)
    due_on = TODAY + 2 * DAY
    desk.arrangement(account, [(due_on, 3_000), (due_on + 30 * DAY, 3_000)], talk_of(person), agreed_at=NOON + DAY)
    for days in range(1, GRACE + 5):
        night(desk, days)
    talk = talk_of(person)
    assert (talk.state, talk.person_reason) == ("with_person", "plan_missed_again")
    assert models.Message.objects.exclude(purpose="reminder").count() == 1


@pytest.mark.parametrize("capacity", [0, 900])
def test_where_nothing_fits_the_message_goes_without_an_offer_and_a_person_comes(desk: Desk, capacity: int) -> None:
    person, _, plan = planned(desk, MISS, capacity_minor=capacity)
    night(desk)
    message = models.Message.objects.get()
    assert message.template_key == "arrangement.missed" and message.offer_id is None
    assert "a person will contact you" in desk.sent_text(message)
    night(desk, 1)
    talk = talk_of(person)
    assert (talk.state, talk.person_reason) == ("with_person", "plan_missed")
    assert models.OfferRecord.objects.exclude(id=plan.offer_id).count() == 0


def test_who_has_not_proven_who_they_are_is_told_nothing_of_it_until_they_have(desk: Desk) -> None:
    person, _, plan = planned(desk, MISS, proven=False)
    night(desk)
    let_out(desk, NOON + DAY)
    message = models.Message.objects.get()
    assert message.template_key == "overdue.neutral" and message.offer_id is None
    answer = says(desk, person, "INFO", NOON + DAY + timedelta(minutes=5))
    assert answer is not None and answer.template_key == "identity.ask_postcode"
    answer = says(desk, person, "60614", NOON + DAY + timedelta(minutes=6))
    plan.refresh_from_db()
    assert answer is not None and answer.template_key == "arrangement.missed_three"
    assert answer.purpose == "negotiation_reply" and answer.offer_id == plan.reoffer_id
    let_out(desk, NOON + DAY + timedelta(minutes=7))
    answer = says(desk, person, "3", NOON + DAY + timedelta(minutes=8))
    assert answer is not None and answer.template_key == "plan.read_back"


def test_a_refusal_of_texts_brings_a_person_instead(desk: Desk) -> None:
    person, _, _ = planned(desk, MISS)
    models.Consent.objects.create(
        id=UUID(int=9), borrower=person.borrower, scope="all", granted=False, source="file", proof="", at=NOON - DAY
    )
    night(desk)
    assert not models.Message.objects.exists()
    assert talk_of(person).person_reason == "plan_missed"


def test_a_talk_that_goes_on_is_not_interrupted_and_word_of_the_miss_comes_after_it(desk: Desk) -> None:
    person, _, plan = planned(desk, MISS)
    models.Conversation.objects.update(state="capacity", last_inbound_at=NOON - timedelta(hours=1))
    night(desk)
    plan.refresh_from_db()
    assert plan.standing == "broken" and plan.told_at is None and not models.Message.objects.exists()
    for days in (1, 2, 3):
        night(desk, days)
    assert models.Message.objects.get().template_key == "arrangement.missed_three"
    assert talk_of(person).state == "offer"


def test_one_that_is_left_alone_is_not_written_to_and_a_person_sees_the_miss(desk: Desk) -> None:
    person, account, _ = planned(desk, MISS)
    models.Account.objects.filter(id=account.id).update(arm="holdout")
    night(desk)
    assert not models.Message.objects.exists()
    assert talk_of(person).person_reason == "plan_missed"


def test_run_again_a_night_makes_no_second_offer(desk: Desk) -> None:
    planned(desk, MISS)
    night(desk)
    night(desk)
    desk.nightly(TODAY + DAY, NOON + timedelta(hours=2), per_chunk=3)
    assert models.Message.objects.count() == 1 and models.OfferRecord.objects.count() == 2


def test_with_an_old_break_beyond_the_policy_s_period_it_is_a_first_one(desk: Desk) -> None:
    person, account, _ = planned(desk, MISS)
    talk = talk_of(person)
    long_ago = NOON - (library().policy.arrangements.per_days + 1) * DAY
    old = {"agreed_at": long_ago - DAY, "ended_at": long_ago, "told_at": long_ago, "followed_at": long_ago}
    desk.arrangement(account, [(MISSED_ON - 400 * DAY, 100)], talk, standing="broken", **old)
    night(desk)
    assert models.Message.objects.get().template_key == "arrangement.missed_three"


# --- payments


def test_part_by_part_early_and_by_whoever_a_plan_is_paid(desk: Desk) -> None:
    """A payment names the account and no payer: it counts whoever paid it."""
    _, account, plan = planned(desk, [(TODAY, 4_000), (TODAY + 30 * DAY, 4_000)])
    pay(desk, account, 1_500, TODAY - 9 * DAY)
    pay(desk, account, 2_500, TODAY - 2 * DAY)
    assert [part.cleared_on for part in plan.instalments.order_by("number")] == [TODAY - 2 * DAY, None]
    # Two instalments at once, ahead of time: no reminder of what is paid.
    pay(desk, account, 4_000, TODAY)
    for days in range(30):
        night(desk, days)
    plan.refresh_from_db()
    assert plan.standing == "kept"
    about_it = models.Message.objects.filter(template_key__startswith="arrangement.")
    assert list(about_it.values_list("template_key", flat=True)) == ["arrangement.completed_score"]


@pytest.mark.parametrize(("late", "standing"), [(0, "active"), (GRACE, "active"), (GRACE + 1, "broken")])
def test_up_to_the_last_day_of_grace_a_payment_is_in_time(desk: Desk, late: int, standing: str) -> None:
    _, account, plan = planned(desk, [(TODAY, 4_000), (TODAY + 60 * DAY, 4_000)])
    for days in range(GRACE + 4):
        if days == late:
            pay(desk, account, 4_000, TODAY + late * DAY, NOON + late * DAY - timedelta(hours=2))
        night(desk, days)
    plan.refresh_from_db()
    assert plan.standing == standing


def test_a_payment_in_time_that_the_file_told_late_mends_the_plan(desk: Desk) -> None:
    person, account, plan = planned(desk, MISS)
    night(desk)
    assert models.Message.objects.get().state == "queued"
    pay(desk, account, 4_207, MISSED_ON + GRACE * DAY, NOON + timedelta(hours=1))
    assert models.Message.objects.get().state == "cancelled"
    night(desk, 1)
    plan.refresh_from_db()
    assert (plan.standing, plan.ended_at, plan.told_at, plan.reoffer_id) == ("active", None, None, None)
    assert models.Event.objects.filter(kind="arrangement.restored").count() == 1
    assert talk_of(person).state == "agreed"
    night(desk, 2)
    assert models.Message.objects.count() == 1 and talk_of(person).needs_person_since is None


def test_a_payment_after_the_grace_mends_nothing(desk: Desk) -> None:
    _, account, plan = planned(desk, MISS)
    night(desk)
    pay(desk, account, 4_207, TODAY, NOON + timedelta(hours=1))
    night(desk, 1)
    plan.refresh_from_db()
    assert plan.standing == "broken"


# --- kept


def kept(desk: Desk, **more: Anything) -> tuple[Person, models.Account, models.Arrangement]:
    person, account, plan = planned(desk, [(TODAY - 2 * DAY, 4_000)], **more)
    pay(desk, account, 4_000, TODAY - DAY)
    night(desk)
    plan.refresh_from_db()
    return person, account, plan


def test_the_last_payment_brings_thanks_a_letter_and_a_question_once(desk: Desk) -> None:
    _, _, plan = kept(desk)
    message = models.Message.objects.get()
    assert (plan.standing, plan.told_at, plan.followed_at) == ("kept", NOON, NOON)
    assert message.template_key == "arrangement.completed_score" and message.purpose == "servicing"
    text = desk.sent_text(message)
    assert "Thank you" in text and "letter" in text and library().lender.page in text
    for days in range(1, 9):
        night(desk, days)
    assert models.Message.objects.filter(template_key__startswith="arrangement.completed").count() == 1


def test_a_number_after_the_question_is_a_score_and_no_choice(desk: Desk) -> None:
    person, _, plan = kept(desk)
    let_out(desk, NOON + DAY)
    answer = says(desk, person, "4", NOON + DAY + timedelta(minutes=5))
    plan.refresh_from_db()
    assert plan.satisfaction == 4 and answer is not None and answer.template_key == "satisfaction.thanks"
    event = models.Event.objects.get(kind="satisfaction.told")
    assert event.account_id == plan.account_id
    says(desk, person, "1", NOON + DAY + timedelta(minutes=9))
    plan.refresh_from_db()
    assert plan.satisfaction == 4


def test_no_reply_is_nothing(desk: Desk) -> None:
    person, _, plan = kept(desk)
    let_out(desk, NOON + DAY)
    assert says(desk, person, "thank you", NOON + DAY + timedelta(minutes=5)) is None
    plan.refresh_from_db()
    assert plan.satisfaction is None and talk_of(person).needs_person_since is None


def test_a_setting_turns_the_question_off(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library(), "lender", replace(library().lender, asks_satisfaction=False))
    person, _, plan = kept(desk)
    message = models.Message.objects.get()
    assert message.template_key == "arrangement.completed" and "5" not in desk.sent_text(message).split(": ", 1)[1][:90]
    let_out(desk, NOON + DAY)
    says(desk, person, "4", NOON + DAY + timedelta(minutes=5))
    plan.refresh_from_db()
    assert plan.satisfaction is None


def test_thanks_reach_an_account_that_the_lender_has_closed(desk: Desk) -> None:
    _, account, _ = planned(desk, [(TODAY - 2 * DAY, 4_000)])
    pay(desk, account, 4_000, TODAY - DAY)
    models.Account.objects.filter(id=account.id).update(status="closed")
    night(desk)
    assert models.Message.objects.get().template_key == "arrangement.completed_score"


@pytest.mark.parametrize(("fee", "left"), [(900, 500), (200, 0)])
def test_what_a_plan_waives_leaves_the_balance_once_when_it_is_complete(desk: Desk, fee: int, left: int) -> None:
    _, account, plan = planned(desk, [(TODAY - 2 * DAY, 4_000)])
    plan.offer.plans = [{"forgiven_minor": 400}]
    plan.offer.save()
    models.Account.objects.filter(id=account.id).update(principal_minor=4_000, fee_minor=fee)
    pay(desk, account, 4_000, TODAY - DAY)
    owed = fee
    for days in range(3):
        night(desk, days)
    account.refresh_from_db()
    plan.refresh_from_db()
    waived = min(400, owed)
    assert plan.waived_minor == waived
    total = account.principal_minor + account.interest_minor + account.fee_minor + account.penalty_interest_minor
    assert total == owed - waived == left
    assert models.Event.objects.filter(kind="arrangement.waived").count() == 1


# --- ended by the borrower


def test_a_plan_is_ended_after_one_read_back_and_nothing_of_it_is_left(desk: Desk) -> None:
    person, _, plan = planned(desk, [(TODAY + 4 * DAY, 4_000), (TODAY + 34 * DAY, 4_000)])
    night(desk)
    reminder = models.Message.objects.get()
    assert reminder.template_key == "arrangement.reminder" and reminder.state == "queued"
    answer = says(desk, person, "please cancel my payment plan", NOON + timedelta(minutes=5))
    plan.refresh_from_db()
    assert answer is not None and answer.template_key == "plan.end_ask" and plan.standing == "active"
    let_out(desk, NOON + timedelta(minutes=6))
    answer = says(desk, person, "yes", NOON + timedelta(minutes=9))
    plan.refresh_from_db()
    reminder.refresh_from_db()
    assert answer is not None and answer.template_key == "plan.cancelled"
    assert (plan.standing, plan.followed_at is not None, reminder.state) == ("cancelled", True, "cancelled")
    talk = talk_of(person)
    assert (talk.state, talk.person_reason) == ("with_person", "plan_cancelled")
    assert models.Event.objects.filter(kind="arrangement.cancelled").count() == 1
    let_out(desk, NOON + timedelta(minutes=10))
    answer.refresh_from_db()
    assert answer.state == "submitted"


@pytest.mark.parametrize("reply", ["no", "ok", "maybe later", "what happens then?"])
def test_without_a_plain_yes_the_plan_stands(desk: Desk, reply: str) -> None:
    person, _, plan = planned(desk, [(TODAY + 20 * DAY, 4_000)])
    says(desk, person, "cancel my plan", NOON)
    let_out(desk, NOON)
    says(desk, person, reply, NOON + timedelta(minutes=5))
    plan.refresh_from_db()
    assert plan.standing == "active"


def test_the_same_words_without_a_plan_end_nothing(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person, [(TODAY - 20 * DAY, 5_000, 0)])
    desk.prove(person)
    desk.talk(person, account)
    answer = says(desk, person, "cancel my payment plan", NOON)
    assert answer is not None and answer.template_key != "plan.end_ask"


# --- the check after three months


def checked(desk: Desk, recheck_on: date = TODAY, **more: Anything) -> tuple[Person, models.Arrangement]:
    parts = [(TODAY + (5 + 30 * n) * DAY, 4_000) for n in range(3)]
    person, _, plan = planned(desk, parts, recheck_on=recheck_on, **more)
    return person, plan


def test_in_the_third_month_it_is_asked_once_whether_the_plan_fits(desk: Desk) -> None:
    checked(desk, recheck_on=TODAY + 3 * DAY)
    asked = []
    for days in range(14):
        night(desk, days)
        asked.append(models.Message.objects.filter(template_key="arrangement.recheck").count())
    assert asked == [0, 0] + [1] * 12
    assert "$40.00 a month" in desk.sent_text(models.Message.objects.get(template_key="arrangement.recheck"))


def test_a_plan_that_has_ended_is_not_asked_about(desk: Desk) -> None:
    _, plan = checked(desk)
    plan.standing, plan.ended_at, plan.followed_at = "cancelled", NOON, NOON
    plan.save()
    night(desk)
    assert not models.Message.objects.filter(template_key="arrangement.recheck").exists()


@pytest.mark.parametrize("reply", ["yes", "OK", "nothing has changed", "no change"])
def test_nothing_changed_changes_nothing(desk: Desk, reply: str) -> None:
    person, plan = checked(desk)
    night(desk)
    let_out(desk, NOON + DAY)
    answer = says(desk, person, reply, NOON + DAY + timedelta(minutes=5))
    plan.refresh_from_db()
    assert answer is not None and answer.template_key == "recheck.same"
    assert plan.standing == "active" and models.OfferRecord.objects.count() == 1


def test_a_new_amount_brings_the_plans_that_fit_it(desk: Desk) -> None:
    person, plan = checked(desk)
    night(desk)
    let_out(desk, NOON + DAY)
    answer = says(desk, person, "35 a month", NOON + DAY + timedelta(minutes=5))
    assert answer is not None and answer.template_key.startswith("offer.")
    let_out(desk, NOON + DAY + timedelta(minutes=6))
    says(desk, person, "1", NOON + DAY + timedelta(minutes=7))
    let_out(desk, NOON + DAY + timedelta(minutes=8))
    says(desk, person, "yes", NOON + DAY + timedelta(minutes=9))
    plan.refresh_from_db()
    fresh = models.Arrangement.objects.get(standing="active")
    assert plan.standing == "cancelled" and fresh.capacity_minor == 3_500
    assert fresh.recheck_on == date(2027, 2, 4)


@pytest.mark.parametrize("reply", ["CHANGED", "no"])
def test_who_has_not_proven_who_they_are_is_asked_first_and_then_what_a_month_allows(desk: Desk, reply: str) -> None:
    person, _ = checked(desk, proven=False)
    night(desk)
    let_out(desk, NOON + DAY)
    assert models.Message.objects.get().template_key == "arrangement.recheck_neutral"
    answer = says(desk, person, reply, NOON + DAY + timedelta(minutes=5))
    assert answer is not None and answer.template_key == "identity.ask_postcode"
    answer = says(desk, person, "60614", NOON + DAY + timedelta(minutes=6))
    assert answer is not None and answer.template_key == "cannot_pay.capacity"


def test_word_of_an_end_is_news_for_a_week(desk: Desk) -> None:
    _, _, plan = planned(desk, MISS)
    plan.standing, plan.ended_at = "broken", NOON - (nightly_after.NEWS_DAYS + 1) * DAY
    plan.save()
    night(desk)
    assert not models.Message.objects.exists()
    plan.refresh_from_db()
    assert plan.followed_at == NOON
