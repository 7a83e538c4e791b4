"""What leaves when, where and to whom it must not, or is lost or doubled on the way."""

from __future__ import annotations

from parley.providers.port import DeliveryState
from parley.run.checking import Kind
from parley.store import models
from tests.run.checking.planting import breaks
from tests.run.checking.world import CONFIRMED, CRISIS, NEUTRAL, PROMOTION, REMINDER, SORRY, TAIL, World, day

# ---------------------------------------------------------------- delivery


@breaks(Kind.LOST)
def queued_long_after_its_time(world: World) -> None:
    world.row(world.person(), day(15), state="queued", intended_at=None, submitted_at=None)


@breaks(Kind.LOST)
def intended_and_never_settled(world: World) -> None:
    world.row(world.person(), day(15), state="intended", submitted_at=None)


@breaks(Kind.LOST)
def submitted_and_never_heard_of_again(world: World) -> None:
    who = world.person()
    sent = world.send(who, day(10), state="submitted")
    assert sent.submitted_at is not None


@breaks(Kind.LOST)
def submission_without_a_row(world: World) -> None:
    world.submit("0b0b0b0b-0000-8000-8000-000000000000", "+12025550199", NEUTRAL, day(9))


@breaks(Kind.LOST)
def receipt_acknowledged_and_not_stored(world: World) -> None:
    sent = world.send(world.person(), day(9))
    models.Receipt.objects.filter(provider_event=_event_of(world, sent)).delete()


@breaks(Kind.LOST)
def text_acknowledged_and_not_stored(world: World) -> None:
    world.hear(world.person(), "i can pay 50", day(9), is_stored=False)


@breaks(Kind.NO_REASON)
def refused_without_a_reason(world: World) -> None:
    world.row(world.person(), day(9), state="refused", intended_at=None, submitted_at=None)


@breaks(Kind.SENT_TWICE)
def one_reference_taken_twice(world: World) -> None:
    who = world.person()
    sent = world.send(who, day(9))
    world.submit(str(sent.id), who.number, NEUTRAL, day(9, 18, 1))


@breaks(Kind.SENT_TWICE)
def same_words_twice_a_day(world: World) -> None:
    # A warning: no cap counts against it, so that this is about sending twice alone.
    who = world.person()
    for hour in (15, 16):
        world.send(who, day(9, hour), purpose="risk_alert", template_key="risk_alert.ask")


@breaks(Kind.SENT_TWICE)
def resent_although_the_first_was_answered(world: World) -> None:
    who = world.person()
    first = world.send(who, day(9, 15), purpose="risk_alert", template_key="risk_alert.ask")
    world.send(who, day(9, 16), purpose="risk_alert", template_key="risk_alert.ask", resend_of=first)


@breaks(Kind.LEDGER_MISMATCH)
def delivered_says_the_ledger_and_the_centre_never_had_it(world: World) -> None:
    world.permit(world.row(world.person(), day(9)))


@breaks(Kind.LEDGER_MISMATCH)
def undelivered_says_the_ledger_and_a_handset_has_it(world: World) -> None:
    world.send(world.person(), day(9), state="undelivered", reason="lookup_absent")


@breaks(Kind.LEDGER_MISMATCH)
def cancelled_says_the_ledger_and_the_centre_took_it(world: World) -> None:
    world.send(world.person(), day(9), state="cancelled", reason="cancelled_by_turn")


@breaks(Kind.LEDGER_MISMATCH)
def delivered_says_the_ledger_and_it_expired(world: World) -> None:
    who = world.person()
    row = world.row(who, day(9))
    world.permit(row)
    world.submit(str(row.id), who.number, NEUTRAL, day(9), DeliveryState.EXPIRED)


@breaks(Kind.LEDGER_MISMATCH)
def other_words_left_than_are_kept(world: World) -> None:
    who = world.person()
    row = world.row(who, day(9))
    world.permit(row)
    world.submit(str(row.id), who.number, REMINDER, day(9))


@breaks(Kind.LEDGER_MISMATCH)
def it_went_to_another_number(world: World) -> None:
    row = world.row(world.person(), day(9))
    world.permit(row)
    world.submit(str(row.id), "+12025550188", NEUTRAL, day(9))


@breaks(Kind.LEDGER_MISMATCH)
def handed_over_long_after_the_permit(world: World) -> None:
    who = world.person()
    row = world.row(who, day(9))
    world.permit(row)
    world.submit(str(row.id), who.number, NEUTRAL, day(9, 20))


@breaks(Kind.WITHOUT_PERMIT)
def handed_over_though_the_gate_refused(world: World) -> None:
    who = world.person()
    row = world.row(who, day(9))
    world.permit(row, "block")
    world.submit(str(row.id), who.number, NEUTRAL, day(9))


@breaks(Kind.SYNTHETIC_OUTSIDE)
def invented_number_given_to_a_real_carrier(world: World) -> None:
    world.permit(world.row(world.person(), day(9), provider="carrier"))


# ---------------------------------------------------------------- hours and caps


@breaks(Kind.QUIET_HOURS)
def before_eight(world: World) -> None:
    world.send(world.person(), day(9, 12, 59))


@breaks(Kind.QUIET_HOURS)
def at_eight_in_the_evening(world: World) -> None:
    world.send(world.person(), day(10, 1, 0))


@breaks(Kind.QUIET_HOURS)
def closed_in_one_of_two_zones(world: World) -> None:
    world.send(world.person("US", "America/New_York", "America/Los_Angeles"), day(9, 15))


@breaks(Kind.QUIET_HOURS)
def zone_not_known(world: World) -> None:
    who = world.person()
    models.Borrower.objects.filter(id=who.id).update(zones=[])
    world.send(who, day(9))


@breaks(Kind.QUIET_HOURS)
def late_by_the_law_of_the_place_alone(world: World) -> None:
    # 19:30 in Kolkata: policy is open until 20:00, the law until 19:00.
    world.send(world.person("IN", "Asia/Kolkata"), day(9, 14))


@breaks(Kind.QUIET_HOURS)
def reply_to_nobody_at_night(world: World) -> None:
    world.send(world.person(), day(9, 6), purpose="negotiation_reply", template_key="help.who")


@breaks(Kind.QUIET_HOURS)
def second_answer_at_night(world: World) -> None:
    who = world.person()
    heard = world.hear(who, "hm", day(9, 6))
    world.answer(who, heard, "Example Card: sorry, we did not understand." + TAIL)
    world.answer(who, heard, NEUTRAL, at=day(9, 6, 5))


@breaks(Kind.CAP_DAY)
def two_on_one_local_day(world: World) -> None:
    who = world.person()
    world.send(who, day(9, 15), REMINDER, purpose="reminder")
    world.send(who, day(9, 20))


@breaks(Kind.CAP_DAY)
def two_on_one_local_day_though_not_by_utc(world: World) -> None:
    # Los Angeles, 9 December, 09:00 and 17:00: two days by UTC.
    who = world.person("US", "America/Los_Angeles")
    world.send(who, day(9, 17), REMINDER, purpose="reminder")
    world.send(who, day(10, 1))


@breaks(Kind.CAP_WEEK)
def four_within_seven_days(world: World) -> None:
    who = world.person()
    for number in (4, 6, 8, 10):
        world.send(who, day(number), REMINDER, purpose="reminder")


@breaks(Kind.CAP_LAW)
def three_within_seven_days_in_massachusetts(world: World) -> None:
    who = world.person("US-MA")
    for number in (4, 6, 8):
        world.send(who, day(number))


# ---------------------------------------------------------------- silence


@breaks(Kind.AFTER_STOP)
def written_to_after_a_refusal_on_record(world: World) -> None:
    who = world.person()
    world.wish(who, "all", granted=False, at=day(8))
    world.send(who, day(9))


@breaks(Kind.AFTER_STOP)
def even_an_answer_after_a_stop(world: World) -> None:
    who = world.person()
    world.hear(who, "STOP", day(8))
    world.wish(who, "all", granted=False, at=day(8))
    later = world.hear(who, "why", day(9))
    world.answer(who, later, "Example Card: this is a message from Example Card." + TAIL)


@breaks(Kind.AFTER_STOP)
def confirmed_twice(world: World) -> None:
    who = world.person()
    stop = world.hear(who, "unsubscribe", day(8))
    world.wish(who, "all", granted=False, at=day(8))
    for minute in (1, 3):
        world.answer(who, stop, CONFIRMED, purpose="opt_out_confirmation", at=day(8, 18, minute))


@breaks(Kind.AFTER_STOP)
def promotion_after_promotions_were_refused(world: World) -> None:
    who = world.person()
    world.wish(who, "promotion", granted=False, at=day(8))
    world.send(who, day(9), PROMOTION, purpose="promotion")


@breaks(Kind.AFTER_STOP)
def promotion_after_texts_were_asked_for_again(world: World) -> None:
    who = world.person()
    world.wish(who, "all", granted=False, at=day(7))
    world.start(who, day(8))
    world.send(who, day(9), PROMOTION, purpose="promotion")


@breaks(Kind.AFTER_STOP)
def texts_were_asked_for_again_on_another_number(world: World) -> None:
    who, other = world.person(), world.person()
    world.wish(who, "all", granted=False, at=day(7))
    only = {"channel": "sms", "is_for_address": True, "contact_point_id": other.point}
    world.wish(who, "service", granted=True, at=day(8), **only)
    world.send(who, day(9))


@breaks(Kind.AFTER_STOP)
def stop_on_record_only_after_the_next_message(world: World) -> None:
    # The row says the refusal came later than it did; the log's own order convicts.
    who = world.person()
    world.hear(who, "STOP", day(8))
    world.send(who, day(9))
    world.wish(who, "all", granted=False, at=day(10))


@breaks(Kind.STOP_NOT_RECORDED)
def stop_in_chinese_not_recorded(world: World) -> None:
    world.hear(world.person("CN", "Asia/Shanghai"), "退订！", day(8))


@breaks(Kind.STOP_NOT_RECORDED)
def one_letter_stops_in_china(world: World) -> None:
    world.hear(world.person("CN", "Asia/Shanghai"), "r", day(8))


@breaks(Kind.PROMOTION_WITHOUT_CONSENT)
def promotion_after_consent_was_withdrawn(world: World) -> None:
    who = world.person()
    world.wish(who, "marketing_written", granted=False, at=day(8))
    world.send(who, day(9), PROMOTION, purpose="promotion")


@breaks(Kind.PROMOTION_WITHOUT_CONSENT)
def promotion_on_a_spoken_consent_where_writing_is_asked(world: World) -> None:
    who = world.person()
    models.Consent.objects.filter(borrower_id=who.id).update(scope="marketing")
    world.send(who, day(9), PROMOTION, purpose="promotion")


@breaks(Kind.DURING_HOLD)
def collected_during_a_dispute(world: World) -> None:
    who = world.person()
    world.hold(who, "dispute", day(8))
    world.send(who, day(9))


@breaks(Kind.DURING_HOLD)
def reminded_while_a_person_holds_the_thread(world: World) -> None:
    who = world.person()
    models.Conversation.objects.filter(id=who.talk).update(needs_person_since=day(8), person_reason="asked")
    world.send(who, day(9), REMINDER, purpose="reminder")


@breaks(Kind.DURING_HOLD)
def answered_though_represented(world: World) -> None:
    who = world.person()
    world.hold(who, "represented", day(8))
    world.answer(who, world.hear(who, "hello", day(9)), "Example Card: this is Example Card." + TAIL)


@breaks(Kind.DURING_HOLD)
def collected_under_a_hold_nobody_thought_of(world: World) -> None:
    who = world.person()
    world.hold(who, "flood", day(8), until_at=day(10))
    world.send(who, day(9))


@breaks(Kind.PLAN_KEPT_CONTACT)
def collected_though_the_plan_is_kept(world: World) -> None:
    who = world.person()
    world.agree(who, world.offer(who, day(8)), day(8))
    world.send(who, day(9))


@breaks(Kind.HOLDOUT_MESSAGED)
def held_out_account_written_to(world: World) -> None:
    world.send(world.person(arm="holdout"), day(9), REMINDER, purpose="reminder")


@breaks(Kind.AFTER_CRISIS)
def written_to_after_a_crisis(world: World) -> None:
    who = world.person()
    world.hold(who, "crisis", day(8))
    world.answer(who, world.hear(who, "hello", day(9)), "Example Card: this is Example Card." + TAIL)


@breaks(Kind.AFTER_CRISIS)
def two_crisis_replies(world: World) -> None:
    who = world.person()
    cry = world.hear(who, "i cannot go on", day(8))
    world.hold(who, "crisis", day(8))
    for minute in (1, 2):
        world.answer(who, cry, CRISIS, purpose="crisis_reply", template_key="crisis.support", at=day(8, 18, minute))


@breaks(Kind.THIRD_PARTY)
def wrong_number_written_to_again(world: World) -> None:
    who = world.person()
    models.ContactPoint.objects.filter(id=who.point).update(quarantined_at=day(8))
    world.send(who, day(9))


@breaks(Kind.THIRD_PARTY)
def sorry_said_twice(world: World) -> None:
    who = world.person()
    wrong = world.hear(who, "wrong number", day(8))
    models.ContactPoint.objects.filter(id=who.point).update(quarantined_at=day(8, 18, 1))
    for minute in (2, 3):
        world.answer(who, wrong, SORRY, template_key="wrong_number.sorry", at=day(8, 18, minute))


def _event_of(world: World, sent: models.Message) -> str:
    """Return the event of the receipt for *sent*."""
    reference = str(sent.id)
    return next(
        one.event_id for one in world.lines if hasattr(one, "event_id") and getattr(one, "reference", "") == reference
    )


# ---------------------------------------------------------------- people


@breaks(Kind.DURING_HOLD)
def machine_speaks_in_a_thread_that_a_person_had_and_gave_back(world: World) -> None:
    who = world.person()
    world.handed_back(who, day(8), day(10))
    world.send(who, day(9))


@breaks(Kind.DURING_HOLD)
def person_collects_during_a_dispute(world: World) -> None:
    who = world.person()
    world.hold(who, "dispute", day(7))
    world.taken_over(who, day(7))
    world.send(who, day(9), written_by=world.staff())


@breaks(Kind.QUIET_HOURS)
def person_writes_at_night(world: World) -> None:
    who = world.person()
    world.taken_over(who, day(7))
    world.send(who, day(9, 4), written_by=world.staff())


@breaks(Kind.AFTER_STOP)
def person_writes_after_a_stop(world: World) -> None:
    who = world.person()
    world.taken_over(who, day(7))
    world.wish(who, "all", granted=False, at=day(8))
    world.send(who, day(9), written_by=world.staff())


@breaks(Kind.CAP_DAY)
def second_unasked_text_of_a_person_on_one_day(world: World) -> None:
    who = world.person()
    world.taken_over(who, day(7))
    world.send(who, day(9, 15), REMINDER, purpose="servicing", written_by=world.staff())
    world.send(who, day(9), written_by=world.staff())


@breaks(Kind.CAP_DAY)
def text_on_the_day_of_a_call(world: World) -> None:
    who = world.person()
    world.call(who, day(9, 15))
    world.send(who, day(9))
