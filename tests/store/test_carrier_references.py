"""Receipts that hold only the carrier's own name for a message, in every order with the answer that tells us it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import permutations
from uuid import UUID

import pytest

from parley.messaging.ledger import Event
from parley.providers.port import DeliveryState, ReceiptIn
from parley.store import models
from parley.store.carrier_references import WAITS_FOR_DAYS, match_waiting
from parley.store.fate import Answer, mark
from parley.web.hooks.taking import take
from tests.run.desk import NOON, Desk, library, state_of
from tests.store.conftest import Home

SOON = NOON + timedelta(seconds=20)


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def handed_over(desk: Desk, segments: int = 1) -> models.Message:
    return desk.message(desk.person(), state="intended", intended_at=NOON, provider="smsc", segments=segments)


def told(desk: Desk, name: str, state: DeliveryState = DeliveryState.DELIVERED, event: str = "") -> None:
    receipt = ReceiptIn(event or f"{name}:{state}", None, name, 0, state, SOON)
    take("smsc", [receipt], SOON, library(), desk.vault)


def answered(message: models.Message | UUID, *names: str) -> None:
    key = message if isinstance(message, UUID) else message.id
    mark([Answer(key, Event.SUBMITTED, names[0], part_ids=names)], SOON)


def matched(desk: Desk, days: int = 0) -> int:
    return match_waiting(SOON + timedelta(days=days), desk.vault, 64)


def test_a_receipt_finds_its_message_by_the_carriers_name_before_and_after_the_answer(desk: Desk) -> None:
    early, late = handed_over(desk), handed_over(desk)
    told(desk, "a1")
    assert state_of(early) == "intended" and matched(desk) == 0
    answered(early, "a1")
    answered(late, "b1")
    told(desk, "b1")
    assert matched(desk) == 1
    assert (state_of(early), state_of(late)) == ("delivered", "delivered")
    assert models.Receipt.objects.count() == 2 and not models.WaitingReceipt.objects.exists()


def test_parts_are_told_apart_by_their_names_in_every_order(desk: Desk) -> None:
    for number, order in enumerate(permutations(range(4))):
        message = handed_over(desk, segments=3)
        names = [f"m{number}p{part}" for part in range(3)]
        steps = [partial(told, desk, name) for name in names]
        steps.append(partial(answered, message, *names))
        for step in order:
            steps[step]()
        matched(desk)
        assert state_of(message) == "delivered"
        assert models.MessagePart.objects.filter(message=message, state="delivered").count() == 3


def test_a_route_may_cut_a_text_into_other_parts_than_it_was_measured_in(desk: Desk) -> None:
    message = handed_over(desk, segments=2)
    answered(message, "x1", "x2", "x3")
    told(desk, "x1")
    told(desk, "x2")
    assert state_of(message) == "submitted"
    told(desk, "x3")
    assert state_of(message) == "delivered"


def test_a_receipt_told_twice_is_one_whether_it_waited_or_not(desk: Desk) -> None:
    message = handed_over(desk)
    told(desk, "a1")
    told(desk, "a1")
    answered(message, "a1")
    assert matched(desk) == 1
    told(desk, "a1")
    assert models.Receipt.objects.count() == 1 and matched(desk) == 0


def test_a_receipt_of_nobody_is_kept_as_such_once_it_has_waited_long_enough(desk: Desk) -> None:
    told(desk, "zz")
    assert matched(desk, days=WAITS_FOR_DAYS - 1) == 0
    assert matched(desk, days=WAITS_FOR_DAYS) == 1
    (row,) = models.Receipt.objects.all()
    assert row.message_id is None and not models.WaitingReceipt.objects.exists()


def test_a_name_that_the_carrier_uses_again_is_the_newest_messages(desk: Desk) -> None:
    old, new = handed_over(desk), handed_over(desk)
    answered(old, "7")
    told(desk, "7", event="7:first")
    answered(new, "7")
    told(desk, "7", DeliveryState.UNDELIVERED, event="7:second")
    assert (state_of(old), state_of(new)) == ("delivered", "undelivered")


def test_another_carriers_names_are_its_own(desk: Desk) -> None:
    message = handed_over(desk)
    answered(message, "a1")
    take("other", [ReceiptIn("e1", None, "a1", 0, DeliveryState.DELIVERED, SOON)], SOON, library(), desk.vault)
    assert matched(desk) == 0 and state_of(message) == "submitted"
