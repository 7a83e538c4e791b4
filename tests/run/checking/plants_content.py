"""Texts that say what they must not, and money that does not add up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import connection

from parley.run.checking import Kind
from parley.store import models
from tests.run.checking.planting import breaks
from tests.run.checking.world import CAPACITY, NEUTRAL, OFFER, READ_BACK, TAIL, WHAT_IF, World, day, plan

# ---------------------------------------------------------------- words


def _says(world: World, words: str, **values: object) -> None:
    world.send(world.person(), day(9), f"Example Card: {words}.{TAIL}", **values)


@breaks(Kind.DISCLOSURE)
def amount_before_identity(world: World) -> None:
    _says(world, "you owe $1,240.00")


@breaks(Kind.DISCLOSURE)
def amount_in_chinese_before_identity(world: World) -> None:
    _says(world, "总欠款500元")


@breaks(Kind.DISCLOSURE)
def name_before_identity(world: World) -> None:
    _says(world, "a message for will  MABRY")


@breaks(Kind.DISCLOSURE)
def first_name_in_a_greeting(world: World) -> None:
    _says(world, "Hi Will, please reply")


@breaks(Kind.DISCLOSURE)
def contract_tail_before_identity(world: World) -> None:
    _says(world, "about your contract ending in 7731")


@breaks(Kind.DISCLOSURE)
def postcode_before_identity(world: World) -> None:
    _says(world, "you live at SW1A1AA")


@breaks(Kind.DISCLOSURE)
def amount_after_the_proof_went_stale(world: World) -> None:
    who = world.person()
    world.prove(who, day(9) - timedelta(days=31))
    world.send(who, day(9), CAPACITY)


@breaks(Kind.DISCLOSURE)
def amount_just_before_the_proof(world: World) -> None:
    who = world.person()
    world.prove(who, day(9, 19))
    world.send(who, day(9), CAPACITY)


def _states(world: World, text: str, template: str, **values: int) -> None:
    """Answer a proven borrower who has an offer on record."""
    who = world.person()
    world.prove(who, day(8))
    offer = world.offer(who, day(9))
    heard = world.hear(who, "60 a month", day(9))
    world.answer(who, heard, text, at=None, template_key=template, offer=offer, **values)


@breaks(Kind.NUMBER_NOT_IN_OFFER)
def amount_not_offered(world: World) -> None:
    _states(world, OFFER.replace("$60.00", "$60.01"), "offer.two")


@breaks(Kind.NUMBER_NOT_IN_OFFER)
def total_not_offered(world: World) -> None:
    _states(world, OFFER.replace("total 120.00", "total 119.00"), "offer.two")


@breaks(Kind.NUMBER_NOT_IN_OFFER)
def rate_not_offered(world: World) -> None:
    _states(world, OFFER.replace("0.00% APR, total 120.00. 2)", "0.10% APR, total 120.00. 2)"), "offer.two")


@breaks(Kind.NUMBER_NOT_IN_OFFER)
def count_not_offered(world: World) -> None:
    _states(world, READ_BACK.replace("3 monthly", "13 monthly"), "plan.read_back")


@breaks(Kind.NUMBER_NOT_IN_OFFER)
def figures_of_the_other_option(world: World) -> None:
    _states(world, READ_BACK, "plan.read_back", option=0)


@breaks(Kind.NUMBER_NOT_IN_OFFER)
def debt_that_is_not_the_accounts(world: World) -> None:
    world.ask_what_if(WHAT_IF.replace("owe $123.50", "owe $123.51"), day(9))


@breaks(Kind.NUMBER_NOT_IN_OFFER)
def arrears_that_are_not_the_accounts(world: World) -> None:
    world.ask_what_if(WHAT_IF.replace("$43.50 is past due", "$45.00 is past due"), day(9))


@breaks(Kind.NUMBER_NOT_IN_OFFER)
def cost_that_is_no_plans(world: World) -> None:
    world.ask_what_if(WHAT_IF.replace("costs $120.00", "costs $119.99"), day(9))


@breaks(Kind.NUMBER_NOT_IN_OFFER)
def debt_of_which_the_turn_kept_nothing(world: World) -> None:
    world.ask_what_if(WHAT_IF, day(9), owed={})


@breaks(Kind.NUMBER_NOT_IN_OFFER)
def offer_without_a_record(world: World) -> None:
    who = world.person()
    world.prove(who, day(8))
    world.answer(who, world.hear(who, "60", day(9)), READ_BACK, template_key="plan.read_back")


@breaks(Kind.MISSING_IDENTITY_LINES)
def sender_not_named(world: World) -> None:
    world.send(world.person(), day(9), NEUTRAL.replace("Example Card", "Your lender"))


@breaks(Kind.MISSING_IDENTITY_LINES)
def no_telephone(world: World) -> None:
    world.send(world.person(), day(9), NEUTRAL.replace("800-555-0100", ""))


@breaks(Kind.MISSING_IDENTITY_LINES)
def no_way_to_stop(world: World) -> None:
    world.send(world.person(), day(9), NEUTRAL.replace("STOP ends texts.", ""))


# ---------------------------------------------------------------- money


def _offered(world: World, change: Callable[[dict[str, Any]], None]) -> None:
    broken = plan([4_100, 4_080], [4_000, 4_000])
    change(broken)
    world.offer(world.person(), day(9), [broken])


@breaks(Kind.PLAN_SUM)
def total_is_not_the_sum(world: World) -> None:
    _offered(world, lambda one: one.update(total_minor=8_181))


@breaks(Kind.PLAN_SUM)
def payment_is_not_its_parts(world: World) -> None:
    _offered(world, lambda one: one["rows"][0].update(interest_minor=101))


@breaks(Kind.PLAN_SUM)
def plan_does_not_end_at_nothing(world: World) -> None:
    _offered(world, lambda one: one["rows"][1].update(balance_minor=1))


@breaks(Kind.PLAN_SUM)
def options_repay_different_debts(world: World) -> None:
    world.offer(world.person(), day(9), [plan([4_000, 4_000]), plan([4_000, 4_001])])


@breaks(Kind.PLAN_SUM)
def arrangement_is_not_what_was_offered(world: World) -> None:
    who = world.person()
    agreed = world.agree(who, world.offer(who, day(9)), day(9))
    agreed.instalments.filter(number=2).update(amount_minor=4_001)


@breaks(Kind.PLAN_SUM)
def arrangement_lacks_a_row(world: World) -> None:
    who = world.person()
    agreed = world.agree(who, world.offer(who, day(9)), day(9))
    agreed.instalments.filter(number=3).delete()


@breaks(Kind.ABOVE_CAPACITY)
def agreed_above_capacity(world: World) -> None:
    who = world.person()
    world.agree(who, world.offer(who, day(9), [plan([6_001, 6_000])]), day(9))


@breaks(Kind.ABOVE_CAPACITY)
def first_payment_above_what_can_be_paid_once(world: World) -> None:
    who = world.person()
    world.agree(who, world.offer(who, day(9), [plan([9_001, 2_999])], lump_minor=9_000), day(9))


@breaks(Kind.ABOVE_CAPACITY)
def second_payment_as_large_as_the_one_at_once(world: World) -> None:
    who = world.person()
    world.agree(who, world.offer(who, day(9), [plan([6_000, 9_000])], lump_minor=9_000), day(9))


@breaks(Kind.TWICE_AGREED)
def two_arrangements_stand(world: World) -> None:
    who = world.person()
    offer = world.offer(who, day(9))
    world.agree(who, offer, day(9), ended_at=day(11), standing="cancelled")
    world.agree(who, offer, day(10))


@breaks(Kind.AGREED_BY_TEXT)
def agreed_by_text_where_the_policy_asks_for_the_page(world: World) -> None:
    who = world.person()
    world.hear(who, "yes", day(9))
    world.agree(who, world.offer_on_page(who, day(9)), day(9))


@breaks(Kind.AGREED_BY_TEXT)
def agreed_a_minute_after_an_act_on_the_page(world: World) -> None:
    who = world.person()
    world.press(who, day(9))
    world.agree(who, world.offer_on_page(who, day(9)), day(9, minute=1))


@breaks(Kind.NEGATIVE_BALANCE)
def balance_below_zero(world: World) -> None:
    who = world.person()
    with connection.cursor() as cursor:
        # The table itself refuses this; somebody with the file in hand does not ask it.
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        models.Account.objects.filter(id=who.account).update(fee_minor=-1)
        cursor.execute("PRAGMA ignore_check_constraints = OFF")


@breaks(Kind.NEGATIVE_BALANCE)
def more_paid_than_due(world: World) -> None:
    models.Instalment.objects.create(
        account_id=world.person().account, due_on=date(2026, 12, 5), amount_minor=100, paid_minor=101
    )


@breaks(Kind.MONEY_CONSERVED)
def a_cent_of_a_payment_is_gone(world: World) -> None:
    world.pay(world.person(), 1_000, [["due", "principal", 900], ["due", "interest", 99]])


@breaks(Kind.MONEY_CONSERVED)
def a_part_of_a_payment_is_below_zero(world: World) -> None:
    world.pay(world.person(), 1_000, [["due", "principal", 1_100]], unapplied=-100)
