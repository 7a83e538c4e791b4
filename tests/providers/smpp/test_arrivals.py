from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parley.ids import Msisdn
from parley.providers.port import Delivery, DeliveryState, InboundIn, ReceiptIn
from parley.providers.smpp.arrivals import Arrivals, Owed, Reading
from parley.providers.smpp.codings import CentreAlphabet
from parley.providers.smpp.receipts import IdForm, ReceiptForm
from parley.providers.smpp.session import Arrival
from parley.providers.statuses import load_statuses
from tests.providers.smpp.centre import deliver_body, receipt_body

READING = Reading(ReceiptForm(load_statuses("smpp").states, IdForm.AS_IS), CentreAlphabet.GSM7, "nonce")
NOW = datetime(2026, 11, 2, 17, 10, tzinfo=UTC)


def coming(sequence: int, body: bytes, command: int = 5) -> Arrival:
    return Arrival(command, sequence, body)


def come(arrivals: Arrivals, body: bytes, *, connection: int = 1, sequence: int = 1) -> None:
    assert arrivals.come(connection, [coming(sequence, body)]) == []


def read(arrivals: Arrivals, at: float = 0.0, limit: int = 100) -> list[Delivery]:
    found, settled = arrivals.read(NOW, limit, at)
    assert settled == []
    return found


def made(reading: Reading = READING, most: int = 100) -> Arrivals:
    """Return arrivals that somebody reads."""
    one = Arrivals(reading, most)
    one.read(NOW, 1, 0.0)
    return one


@pytest.fixture
def arrivals() -> Arrivals:
    return made()


def test_where_nobody_ever_reads_the_centre_is_told_so() -> None:
    one = coming(1, deliver_body(b"yes"))
    unread = Arrivals(READING)
    assert unread.come(1, [one]) == [Owed(1, one, 0x14)]
    unread.read(NOW, 1, 0.0)
    assert unread.come(1, [one]) == []


def test_what_came_is_given_until_it_is_acknowledged_and_answered_only_then(arrivals: Arrivals) -> None:
    come(arrivals, receipt_body("12"), sequence=8)
    come(arrivals, deliver_body(b"yes"), sequence=9)
    first = read(arrivals)
    assert read(arrivals) == first
    receipt, text = first
    assert isinstance(receipt, ReceiptIn) and isinstance(text, InboundIn)
    assert (receipt.reference, receipt.provider_id, receipt.part, receipt.state) == (None, "12", 0, "delivered")
    assert receipt.at == datetime(2026, 11, 2, 17, 5, tzinfo=UTC)
    assert (text.sender, text.to, text.text, text.at) == (Msisdn("+447700900123"), "555", "yes", NOW)
    assert arrivals.acknowledge([text.event_id, "unknown"], 0.0) == [Owed(1, coming(9, deliver_body(b"yes")))]
    assert read(arrivals) == [receipt]
    assert "447700" not in repr(first)


def test_at_most_so_many_are_given_oldest_first(arrivals: Arrivals) -> None:
    for number in range(5):
        come(arrivals, receipt_body(str(number)), sequence=number)
    assert [one.provider_id for one in read(arrivals, limit=2) if isinstance(one, ReceiptIn)] == ["0", "1"]
    assert len(read(arrivals, limit=4)) == 4


def test_a_receipt_has_one_name_whenever_it_comes_and_another_for_another_end(arrivals: Arrivals) -> None:
    bodies = [receipt_body("1"), receipt_body("1", "UNDELIV"), receipt_body("2"), receipt_body("1", done="2611021706")]
    for sequence, body in enumerate(bodies):
        come(arrivals, body, sequence=sequence)
    names = [one.event_id for one in read(arrivals)]
    assert len(set(names)) == 4
    again = made(replace(READING, nonce="another process"))
    for sequence, body in enumerate(bodies):
        come(again, body, sequence=sequence)
    assert [one.event_id for one in read(again)] == names


def test_a_text_brought_again_before_it_was_answered_is_one_and_both_are_answered(arrivals: Arrivals) -> None:
    come(arrivals, deliver_body(b"yes"), sequence=5)
    come(arrivals, deliver_body(b"yes"), sequence=6)
    (one,) = read(arrivals)
    assert [owed.arrival.sequence for owed in arrivals.acknowledge([one.event_id], 0.0)] == [5, 6]


def test_the_same_words_after_the_answer_are_said_again(arrivals: Arrivals) -> None:
    names = []
    for sequence in range(3):
        come(arrivals, deliver_body(b"yes"), sequence=sequence)
        (one,) = read(arrivals)
        names.append(one.event_id)
        arrivals.acknowledge([one.event_id], 100.0 * sequence)
    assert len(set(names)) == 3


def test_a_text_brought_again_over_the_next_connection_is_the_same(arrivals: Arrivals) -> None:
    come(arrivals, deliver_body(b"yes"), connection=1, sequence=5)
    (one,) = read(arrivals)
    arrivals.lost(1, 10.0)
    come(arrivals, deliver_body(b"yes"), connection=2, sequence=1)
    assert read(arrivals) == [one]
    assert arrivals.acknowledge([one.event_id], 11.0) == [Owed(2, coming(1, deliver_body(b"yes")))]


@pytest.mark.parametrize("answered_at", [None, 9.0])
def test_a_text_stored_as_the_connection_broke_keeps_its_name_when_it_comes_again(
    arrivals: Arrivals, answered_at: float | None
) -> None:
    come(arrivals, deliver_body(b"yes"))
    (one,) = read(arrivals)
    if answered_at is not None:
        arrivals.acknowledge([one.event_id], answered_at)
    arrivals.lost(1, 10.0)
    if answered_at is None:
        assert arrivals.acknowledge([one.event_id], 11.0) == [], "there is nobody to answer"
    come(arrivals, deliver_body(b"yes"), connection=2, sequence=1)
    (again,) = read(arrivals, 60.0)
    assert again.event_id == one.event_id
    arrivals.acknowledge([again.event_id], 61.0)
    come(arrivals, deliver_body(b"yes"), connection=2, sequence=2)
    (said_again,) = read(arrivals, 62.0)
    assert said_again.event_id != one.event_id


def test_an_answer_long_before_the_connection_broke_has_arrived_and_an_hour_later_nobody_remembers(
    arrivals: Arrivals,
) -> None:
    come(arrivals, deliver_body(b"old"), sequence=1)
    (old,) = read(arrivals)
    arrivals.acknowledge([old.event_id], 0.0)
    come(arrivals, deliver_body(b"new"), sequence=2)
    (new,) = read(arrivals)
    arrivals.acknowledge([new.event_id], 95.0)
    arrivals.lost(1, 100.0)
    for sequence, words in enumerate((b"old", b"new")):
        come(arrivals, deliver_body(words), connection=2, sequence=sequence)
    names = {one.event_id for one in read(arrivals, 100.0 + 3_600)}
    assert not names & {old.event_id, new.event_id}


def test_what_nobody_had_read_when_the_connection_broke_is_left_to_the_centre(arrivals: Arrivals) -> None:
    come(arrivals, deliver_body(b"yes"), connection=1)
    come(arrivals, deliver_body(b"no"), connection=2)
    arrivals.lost(1, 0.0)
    assert [one.text for one in read(arrivals) if isinstance(one, InboundIn)] == ["no"]


def test_past_the_bound_the_centre_is_told_that_the_queue_is_full() -> None:
    arrivals = made(most=2)
    bodies = [coming(n, receipt_body(str(n))) for n in range(4)]
    assert arrivals.come(1, bodies) == [Owed(1, bodies[2], 0x14), Owed(1, bodies[3], 0x14)]
    first, _ = read(arrivals)
    assert arrivals.come(1, bodies[2:3]) == [Owed(1, bodies[2], 0x14)], "what is read and not stored counts"
    arrivals.acknowledge([first.event_id], 0.0)
    assert arrivals.come(1, bodies[2:3]) == []


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (receipt_body("1", "ENROUTE"), 0, ""),
        (receipt_body("1", "NONSENSE"), 0, "receipt_of_unknown_state"),
        (deliver_body(b"what is this", esm=4), 0, "receipt_without_id"),
        (deliver_body(b"id:1 stat:DELIVRD", esm=0x20), 0, ""),
        (deliver_body(b"hi", source="BANK", ton=5), 0, "text_from_no_number"),
        (deliver_body(b"hi", source="123"), 0, "text_from_no_number"),
        (deliver_body(b"hi", source="07700900123"), 0, "text_from_no_number"),
        (b"\0\1", 0x65, "text_unterminated"),
        (deliver_body(b"hi")[:-1], 0x65, "length_lies"),
    ],
)
def test_what_is_nothing_to_hand_over_is_answered_at_once_and_counted(
    arrivals: Arrivals, body: bytes, status: int, why: str
) -> None:
    come(arrivals, body, sequence=3)
    found, settled = arrivals.read(NOW, 10, 0.0)
    assert (found, settled) == ([], [Owed(1, coming(3, body), status)])
    assert dict(arrivals.strays) == ({why: 1} if why else {})


def test_a_clock_ahead_of_ours_ends_nothing_in_the_future_and_no_date_is_now(arrivals: Arrivals) -> None:
    for sequence, done in enumerate(("2611021900", "0000000000")):
        come(arrivals, receipt_body("1", done=done), sequence=sequence)
    assert [one.at for one in read(arrivals)] == [NOW, NOW]
    late = arrivals.read(NOW + timedelta(days=1), 10, 0.0)[0]
    assert [one.at for one in late] == [NOW, NOW], "once read it does not change"


def test_national_numbers_get_the_calling_code_that_was_agreed() -> None:
    arrivals = made(replace(READING, calling_code="86"))
    come(arrivals, deliver_body(b"hi", source="13800138000", ton=2))
    come(arrivals, deliver_body(b"hi", source="8613800138000", ton=1), sequence=2)
    assert {one.sender for one in read(arrivals) if isinstance(one, InboundIn)} == {Msisdn("+8613800138000")}


def test_octets_in_no_alphabet_come_as_media_for_a_person(arrivals: Arrivals) -> None:
    come(arrivals, deliver_body(b"\x89PNG", coding=4))
    (one,) = read(arrivals)
    assert isinstance(one, InboundIn) and (one.text, one.has_media) == ("", True)


def test_data_sm_is_taken_like_deliver_sm(arrivals: Arrivals) -> None:
    body = b"\0\1\x01447700900123\0\3\x00555\0\4\0\0" + b"\x00\x1e\0\2" + b"7\0" + b"\x04\x27\0\1\2"
    arrivals.come(1, [coming(4, body, 0x103)])
    (one,) = read(arrivals)
    assert isinstance(one, ReceiptIn) and (one.provider_id, one.state) == ("7", DeliveryState.DELIVERED)
