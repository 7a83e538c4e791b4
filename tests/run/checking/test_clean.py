from __future__ import annotations

import pytest

from parley.errors import HomeUnusable
from parley.run.checking import DESCRIPTIONS, Kind, check
from parley.store import models
from tests.run.checking.world import LENDER, NOW, World, day


def test_a_world_in_which_every_promise_is_kept_is_clean(world: World) -> None:
    report = world.check()
    assert report.examples == {}
    assert report.is_clean


def test_a_plan_agreed_on_the_page_or_to_a_person_on_the_phone_breaks_no_policy(world: World) -> None:
    pressed, called = world.person(), world.person()
    offer = world.offer_on_page(pressed, day(9))
    world.press(pressed, day(9))
    world.agree(pressed, offer, day(9))
    by_phone = world.offer(called, day(9))
    by_phone.certificate = offer.certificate
    by_phone.save(update_fields=["certificate"])
    models.Event.objects.create(
        at=day(10), kind="arrangement.agreed", conversation_id=called.talk, data={"by": "phone", "option": 2}
    )
    world.agree(called, by_phone, day(10))
    assert world.check().is_clean


def test_report_says_how_much_was_looked_at(world: World) -> None:
    seen = world.check().seen
    assert seen["borrowers"] == 6
    assert seen["messages"] == 22
    assert seen["handed over"] == 17
    assert seen["inbound texts"] == 8
    assert (seen["offers"], seen["arrangements"], seen["payments"], seen["accounts"]) == (1, 1, 1, 6)
    assert seen["log lines"] == len(world.lines)


def test_every_kind_is_counted_even_at_none_and_described_in_both_languages(world: World) -> None:
    assert set(world.check().counts) == set(Kind)
    assert set(DESCRIPTIONS) == set(Kind)
    assert all(en.endswith(".") and zh.endswith("。") for en, zh in DESCRIPTIONS.values())


def test_a_missing_log_is_said_so(world: World) -> None:
    with pytest.raises(HomeUnusable, match="cannot be read"):
        check(world.vault, world.log, NOW, LENDER)


def test_a_log_with_a_line_cut_out_is_refused(world: World) -> None:
    del world.lines[3]
    with pytest.raises(HomeUnusable, match="Line 4"):
        world.check()


def test_examples_are_ids_and_never_a_borrowers_words(world: World) -> None:
    who = world.person()
    sent = world.send(who, day(8, 4))
    examples = world.check().examples
    assert examples == {Kind.QUIET_HOURS: [str(sent.id)]}
