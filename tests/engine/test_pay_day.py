"""A plan follows the pay-day the borrower names, in either language; same facts, same menu, and the checker agrees."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date

import pytest

from parley.engine.library import Library
from parley.engine.outcome import NewOffer
from parley.engine.pay_day import PayDay, first_after, followed
from parley.engine.play import Play
from parley.engine.situation import Situation
from parley.engine.twin import Heard
from parley.run.checking.offer_words import Flaw
from parley.run.checking.offers import Record, check_offer
from parley.store.rows import plan_to_json

# The talk is on 23 November 2026.
EN = Situation(is_proven=True)
ZH = Situation(
    jurisdiction="CN", locale="zh-CN", zone="Asia/Shanghai", currency="CNY", annual_rate_bps=1_800, is_proven=True
)


def offers(situation: Situation, replies: list[str], library: Library) -> list[NewOffer]:
    play = Play(library, situation)
    play.take(f"now 2026-11-23 12:00 {situation.zone}")
    deeds = [play.take(f"< {text}").deed for text in replies]
    return [deed.outcome.offer for deed in deeds if isinstance(deed, Heard) and deed.outcome.offer is not None]


def first_on(offer: NewOffer) -> set[date]:
    return {plan.rows[0].due_on for plan in offer.menu.plans}


@pytest.mark.parametrize(
    ("situation", "reply", "day"),
    [
        (EN, "I get paid on the 25th, I can do 150 a month", date(2026, 11, 25)),
        (EN, "150 a month from payday on the 5th", date(2026, 12, 5)),
        (EN, "i can pay 60 a month after i get paid on the 28th", date(2026, 11, 28)),
        (EN, "my benefit comes on the 3rd, 60 a month", date(2026, 12, 3)),
        (ZH, "每月25号发工资，每月能还500", date(2026, 11, 25)),
        (ZH, "发薪日是10号，每月500", date(2026, 12, 10)),
        # By weeks: the first one from the policy's fourteen days on, 7 December.
        (EN, "I get paid every Friday, I can do 60 a month", date(2026, 12, 11)),
        (EN, "60 a month, I get paid every monday", date(2026, 12, 7)),
        (EN, "I get paid every other friday, next on the 27th, 60 a month", date(2026, 11, 27)),
        (ZH, "每周五发工资，每月能还500", date(2026, 12, 11)),
        # Which of them was not said.
        (EN, "60 a month, I get paid every other friday", date(2026, 12, 7)),
        # Which day that is was not said: the policy's fourteen days.
        (EN, "60 a month after payday", date(2026, 12, 7)),
        (EN, "60 a month", date(2026, 12, 7)),
    ],
)
def test_the_first_payment_falls_due_on_the_pay_day_that_was_named(
    situation: Situation, reply: str, day: date, library: Library
) -> None:
    (offer,) = offers(situation, [reply], library)
    assert first_on(offer) == {day}


def test_a_pay_day_named_before_the_amount_is_kept_and_another_takes_its_place(library: Library) -> None:
    (offer,) = offers(EN, ["I can't pay, I only get paid on the 5th", "60 a month"], library)
    assert first_on(offer) == {date(2026, 12, 5)}
    _, later = offers(EN, ["60 a month, I get paid on the 5th", "70 a month, I get paid on the 12th now"], library)
    assert first_on(later) == {date(2026, 12, 12)}


def test_a_weekly_pay_day_named_before_the_amount_is_kept_with_its_rhythm(library: Library) -> None:
    (offer,) = offers(EN, ["I can't pay, I get paid every friday", "60 a month"], library)
    assert first_on(offer) == {date(2026, 12, 11)}
    assert offer.menu.certificate["facts"]["pay_day"] == "2026-12-11"  # type: ignore[index]  # a mapping
    assert check_offer(record_of(offer)) == []
    _, later = offers(EN, ["60 a month, I get paid every friday", "70 a month, I get paid on the 12th now"], library)
    assert first_on(later) == {date(2026, 12, 12)}


def test_the_same_facts_give_the_same_menu_in_whatever_words(library: Library) -> None:
    told = ["60 a month, I get paid on the 25th", "I get paid on the 25th damn it!!! 60 a month is ALL you get"]
    menus = [offers(EN, [text], library)[0].menu for text in told]
    assert menus[0].certificate == menus[1].certificate
    assert menus[0].plans == menus[1].plans


@pytest.mark.parametrize(
    ("pay_day", "today", "latest", "first"),
    [
        (date(2026, 11, 25), date(2026, 11, 23), date(2027, 1, 7), date(2026, 11, 25)),
        # On the day itself, and after it, the next one counts.
        (date(2026, 11, 25), date(2026, 11, 25), date(2027, 1, 7), date(2026, 12, 25)),
        (date(2026, 8, 31), date(2026, 11, 23), date(2027, 1, 7), date(2026, 11, 30)),
        (date(2026, 12, 28), date(2026, 11, 23), date(2027, 1, 7), date(2026, 11, 28)),
        # Not later than the policy lets a plan begin.
        (date(2026, 12, 22), date(2026, 11, 23), date(2026, 12, 20), None),
    ],
)
def test_the_next_pay_day_within_what_the_policy_allows(
    pay_day: date, today: date, latest: date, first: date | None
) -> None:
    assert first_after(PayDay(pay_day), today, latest, date(2026, 12, 7)) == first


@pytest.mark.parametrize(
    ("every", "usual", "first"),
    [
        (7, date(2026, 12, 7), date(2026, 12, 11)),
        (7, date(2026, 12, 11), date(2026, 12, 11)),
        (7, date(2026, 12, 12), date(2026, 12, 18)),
        (14, date(2026, 12, 7), date(2026, 12, 11)),
        (14, date(2026, 12, 12), None),
        # The policy begins at once, and today's pay-day is over.
        (7, date(2026, 11, 27), date(2026, 11, 27)),
    ],
)
def test_by_weeks_it_is_the_first_pay_day_from_the_usual_day_on(every: int, usual: date, first: date | None) -> None:
    pay = PayDay(date(2026, 9, 4), every)
    assert first_after(PayDay(date(2026, 10, 2), every), date(2026, 11, 23), date(2026, 12, 20), usual) == first
    assert followed(pay, date(2026, 11, 14)) == date(2026, 11, 13)
    assert followed(pay, date(2026, 11, 17)) is None


def record_of(offer: NewOffer, **facts: object) -> Record:
    """Return *offer* as it is stored, with other *facts* in its certificate."""
    told = {**offer.menu.certificate["facts"], **facts}  # type: ignore[dict-item]  # a mapping
    text = json.dumps(told, separators=(",", ":"), sort_keys=True)
    certificate = {**offer.menu.certificate, "facts": told, "input_hash": hashlib.sha256(text.encode()).hexdigest()}
    return Record(
        on=date(2026, 11, 23),
        currency="USD",
        capacity_minor=offer.capacity_minor,
        plans=[plan_to_json(plan) for plan in offer.menu.plans],
        certificate=certificate,
        policy_text=offer.policy_text,
        is_rulebook_known=True,
    )


def test_the_checker_holds_the_first_day_against_the_pay_day(library: Library) -> None:
    (offer,) = offers(EN, ["60 a month, I get paid on the 25th"], library)
    assert offer.menu.certificate["facts"]["pay_day"] == "2026-11-25"  # type: ignore[index]  # a mapping
    assert check_offer(record_of(offer)) == []
    assert check_offer(record_of(offer, pay_day="2026-11-22")) == []
    for stray in ("2026-11-21", "2026-11-26"):
        assert [one.flaw for one in check_offer(record_of(offer, pay_day=stray))] == [Flaw.PAY_DAY]
    assert check_offer(record_of(offer, pay_day=None)) == []


def test_a_certificate_from_before_pay_days_were_kept_still_verifies(library: Library) -> None:
    (offer,) = offers(EN, ["60 a month"], library)
    record = record_of(offer)
    told = {name: value for name, value in record.certificate["facts"].items() if name != "pay_day"}
    text = json.dumps(told, separators=(",", ":"), sort_keys=True)
    old = {**record.certificate, "facts": told, "input_hash": hashlib.sha256(text.encode()).hexdigest()}
    assert check_offer(replace(record, certificate=old)) == []
