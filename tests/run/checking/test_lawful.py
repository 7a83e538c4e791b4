"""What looks like a broken promise and is none: nothing is counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from parley.run.checking import dossier
from parley.store import models
from tests.run.checking.world import (
    CAPACITY,
    CONFIRMED,
    CRISIS,
    NEUTRAL,
    NOW,
    OFFER,
    PROMOTION,
    REMINDER,
    TAIL,
    WHAT_IF,
    World,
    day,
    plan,
)

Lawful = Callable[[World], None]
LAWFUL: dict[str, Lawful] = {}


def lawful(story: Lawful) -> Lawful:
    LAWFUL[story.__name__] = story
    return story


@lawful
def first_and_last_open_minute(world: World) -> None:
    world.send(world.person(), day(9, 13, 0))
    world.send(world.person(), day(10, 0, 59))


@lawful
def warning_at_night(world: World) -> None:
    world.send(world.person(), day(9, 8), purpose="risk_alert", template_key="risk_alert.ask")


@lawful
def two_days_by_the_borrowers_calendar(world: World) -> None:
    # New York, 9 December 19:30 and 10 December 08:30: thirteen hours, and one day by UTC.
    who = world.person()
    world.send(who, day(10, 0, 30), REMINDER, purpose="reminder")
    world.send(who, day(10, 13, 30))


@lawful
def fourth_after_seven_days_to_the_second(world: World) -> None:
    who = world.person()
    for number in (4, 6, 8, 11):
        world.send(who, day(number), REMINDER, purpose="reminder")


@lawful
def resent_after_a_doubt_the_carrier_left(world: World) -> None:
    who = world.person()
    first = world.row(who, day(9), state="unknown", reason="time_out", purpose="risk_alert")
    world.permit(first)
    world.submit(str(first.id), who.number, NEUTRAL, day(9), answered=False)
    world.send(who, day(9, 20), purpose="risk_alert", resend_of=first)


@lawful
def what_holds_without_a_plan_by_the_figures_of_the_turn(world: World) -> None:
    world.ask_what_if(WHAT_IF, day(9))


@lawful
def first_payment_as_large_as_was_named(world: World) -> None:
    who = world.person()
    world.agree(who, world.offer(who, day(9), [plan([9_000, 3_000])], lump_minor=9_000), day(9))


@lawful
def stop_taken_back(world: World) -> None:
    who = world.person()
    world.hear(who, "STOP", day(7))
    world.wish(who, "all", granted=False, at=day(7))
    world.wish(who, "all", granted=True, at=day(8))
    world.send(who, day(9))


@lawful
def texts_asked_for_again_after_a_stop(world: World) -> None:
    who = world.person()
    world.hear(who, "STOP", day(7))
    world.wish(who, "all", granted=False, at=day(7))
    world.start(who, day(8))
    world.send(who, day(9))


@lawful
def stop_on_its_way_when_the_message_left(world: World) -> None:
    who = world.person()
    stop = world.hear(who, "STOP", day(9))
    # At the centre at 18:00, fetched by the lender at 18:06.
    world.lines.pop()
    world.send(who, day(9, 18, 5))
    world.store(stop.provider_event, day(9, 18, 6))
    world.wish(who, "all", granted=False, at=day(9, 18, 6))


@lawful
def collected_after_a_stop_to_promotions(world: World) -> None:
    who = world.person("GB", "Europe/London")
    world.send(who, day(7), PROMOTION, purpose="promotion")
    world.hear(who, "stop", day(7, 18, 5))
    world.wish(who, "promotion", granted=False, at=day(7, 18, 5))
    world.send(who, day(9))


@lawful
def statutory_notice_after_a_stop(world: World) -> None:
    who = world.person()
    world.wish(who, "all", granted=False, at=day(7))
    world.send(who, day(9), purpose="cease_closeout")


@lawful
def second_stop_confirmed_again(world: World) -> None:
    who = world.person()
    for number in (7, 9):
        stop = world.hear(who, "STOP", day(number))
        world.wish(who, "all", granted=False, at=day(number))
        world.answer(who, stop, CONFIRMED, purpose="opt_out_confirmation")


@lawful
def stop_in_a_sentence_is_the_readers_business(world: World) -> None:
    world.hear(world.person(), "stop charging me interest", day(9))


@lawful
def one_letter_stops_nobody_in_america(world: World) -> None:
    world.hear(world.person(), "R", day(9))


@lawful
def answer_that_tells_of_the_hold(world: World) -> None:
    who = world.person()
    heard = world.hear(who, "talk to my lawyer", day(9))
    world.hold(who, "represented", day(9, 18, 0) + timedelta(seconds=30))
    world.answer(who, heard, "Example Card: we stop these texts." + TAIL, template_key="legal.noted")


@lawful
def released_hold(world: World) -> None:
    who = world.person()
    world.hold(who, "dispute", day(7), released_at=day(8), released_by="staff")
    world.hold(who, "hardship", day(6), until_at=day(8))
    world.send(who, day(9))


@lawful
def answer_during_a_dispute(world: World) -> None:
    who = world.person()
    world.hold(who, "dispute", day(7))
    world.answer(who, world.hear(who, "any news", day(9)), "Example Card: a person will look into it." + TAIL)


@lawful
def crisis_after_a_stop_not_yet_confirmed(world: World) -> None:
    who = world.person()
    world.wish(who, "all", granted=False, at=day(8))
    cry = world.hear(who, "i cannot go on", day(8, 6))
    world.hold(who, "crisis", day(8, 6))
    world.answer(who, cry, CRISIS, purpose="crisis_reply", template_key="crisis.support")


@lawful
def collected_after_a_missed_instalment(world: World) -> None:
    who = world.person()
    agreed = world.agree(who, world.offer(who, day(1)), day(1))
    agreed.instalments.filter(number=1).update(due_on=day(9).date())
    offer = agreed.offer
    offer.plans[1]["rows"][0]["due_on"] = "2026-12-09"
    offer.save()
    world.send(who, day(13))


@lawful
def collected_after_the_arrangement_ended(world: World) -> None:
    who = world.person()
    world.agree(who, world.offer(who, day(1)), day(1), standing="broken", ended_at=day(8))
    world.send(who, day(9))


@lawful
def arrangement_agreed_anew(world: World) -> None:
    who = world.person()
    offer = world.offer(who, day(1))
    world.agree(who, offer, day(1), standing="cancelled", ended_at=day(8))
    world.agree(who, offer, day(8))


@lawful
def held_out_account_answered_and_warned(world: World) -> None:
    who = world.person(arm="holdout")
    world.answer(who, world.hear(who, "who is this", day(9)), "Example Card: this is Example Card." + TAIL)
    world.send(who, day(10), purpose="risk_alert", template_key="risk_alert.ask")


@lawful
def debt_on_the_last_fresh_day(world: World) -> None:
    who = world.person()
    world.prove(who, day(9) - timedelta(days=30))
    world.send(who, day(9), CAPACITY)


@lawful
def words_that_only_look_like_a_name(world: World) -> None:
    # The borrower is Will Mabry; "will" is also a verb, and Dana Reyes is staff.
    world.send(world.person(), day(9), "Example Card: a person will contact you." + TAIL)


@lawful
def unknown_with_a_reason_and_a_slow_receipt(world: World) -> None:
    who = world.person()
    row = world.row(who, NOW - timedelta(days=3), state="submitted")
    world.permit(row)
    world.submit(str(row.id), who.number, NEUTRAL, NOW - timedelta(days=3))


@lawful
def person_erased(world: World) -> None:
    who = world.person()
    sent = world.send(who, day(9))
    models.Borrower.objects.filter(id=who.id).update(data_key_wrapped=None, name_sealed=None, identity_sealed=None)
    models.ContactPoint.objects.filter(id=who.point).update(address_sealed=None, address_index=None)
    models.Account.objects.filter(id=who.account).update(reference_sealed=None)
    models.Message.objects.filter(id=sent.id).update(body_sealed=None)


@lawful
def text_of_the_person_who_holds_the_thread(world: World) -> None:
    who = world.person()
    world.taken_over(who, day(8))
    world.send(who, day(9), written_by=world.staff())


@lawful
def offer_of_a_person_during_hardship(world: World) -> None:
    who = world.person()
    world.hold(who, "hardship", day(7))
    world.taken_over(who, day(7))
    world.prove(who, day(8))
    offer = world.offer(who, day(9))
    world.send(
        who, day(9), OFFER, purpose="plan_offer", template_key="offer.two", offer=offer, written_by=world.staff()
    )


@lawful
def machine_again_after_the_thread_was_handed_back(world: World) -> None:
    who = world.person()
    world.handed_back(who, day(7), day(8))
    world.send(who, day(9))


@lawful
def person_helps_somebody_of_the_hold_out(world: World) -> None:
    who = world.person(arm="holdout")
    world.taken_over(who, day(8))
    world.send(who, day(9), written_by=world.staff())


@lawful
def text_before_a_call_and_after_the_borrower_s_own(world: World) -> None:
    who = world.person()
    world.call(who, day(9, 15), "in")
    world.send(who, day(9))
    world.call(who, day(9, 19))


@lawful
def text_on_the_day_of_a_call_for_help(world: World) -> None:
    who = world.person()
    world.call(who, day(9, 15), purpose="crisis_reply")
    world.send(who, day(9))


@pytest.mark.parametrize("name", LAWFUL)
def test_lawful_story_is_not_counted(world: World, name: str) -> None:
    LAWFUL[name](world)
    assert world.check().examples == {}


def test_chunks_of_borrowers_change_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    who = world.person()
    world.send(who, day(9, 4))
    whole = world.check()
    monkeypatch.setattr(dossier, "CHUNK", 1)
    assert world.check() == whole
