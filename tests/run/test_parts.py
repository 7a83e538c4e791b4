"""Texts that come in parts: one text when all are there, in whatever order; no STOP waits; nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations

import pytest

from parley.run.working import work_due
from parley.store import models
from parley.store.erase import erase
from parley.store.parts import oldest_waiting_at
from tests.run.carrier import Door, Sent, door, signed, text
from tests.run.desk import COST, NOON, Desk, Person, in_threads, library

MINUTE = timedelta(minutes=1)
WORDS = ("i cannot pay the whole amount, ", "but i can pay ", "60 a month")


@pytest.fixture
def carrier(desk: Desk) -> Iterator[Door]:
    with door(desk) as found:
        yield found


@pytest.fixture
def fast(sqlite_desk: Desk) -> Iterator[Door]:
    with door(sqlite_desk) as found:
        yield found


def part(
    person: Person | str, number: int, words: str = "", of: int = 3, reference: str = "7", event: str = ""
) -> Sent:
    told = {"reference": reference, "number": number, "of": of}
    at = NOON + number * MINUTE
    return signed(
        text(event or f"mo.{reference}.{number}", person, words or WORDS[number - 1], at, part=told), key=str(number)
    )


def stored(desk: Desk) -> list[tuple[str, str]]:
    rows = models.Inbound.objects.select_related("contact_point__borrower").order_by("received_at", "provider_event")
    return [(desk.stored_text(row), row.status) for row in rows]


def give_up(carrier: Door, after: timedelta) -> int:
    now = carrier.clock.now() + after
    carrier.clock.move_to(now)
    return carrier.desk.pipeline(carrier.desk.centre()).receive(now)


@pytest.mark.parametrize("order", list(permutations([1, 2, 3])))
def test_parts_in_any_order_are_one_text(fast: Door, order: tuple[int, ...]) -> None:
    person = fast.desk.person()
    for n, number in enumerate(order, 1):
        assert fast.says(part(person, number), part(person, number)) == [200, 200]
        assert len(stored(fast.desk)) == (n == 3)
    assert stored(fast.desk) == [("".join(WORDS), "new")]
    row = models.Inbound.objects.get()
    assert (row.received_at, row.contact_point_id) == (NOON + MINUTE, person.point.id)
    # The words are in the text alone, and each part is known again.
    assert not models.InboundPart.objects.exclude(body_sealed=None, state="joined").exists()
    assert fast.says(*(part(person, n) for n in order)) == [200] * 3 and models.Inbound.objects.count() == 1
    assert give_up(fast, timedelta(hours=1)) == 0


def test_parts_that_come_at_once_are_one_text_and_a_reference_is_used_again(carrier: Door) -> None:
    one, other = carrier.desk.person(), carrier.desk.person()
    assert (
        carrier.says(*(part(who, n, event=f"{who.number}.{n}") for n in (3, 1, 2) for who in (one, other))) == [200] * 6
    )
    assert stored(carrier.desk) == [("".join(WORDS), "new")] * 2
    again = [part(one, n, event=f"again.{n}") for n in (1, 2, 3)]
    assert carrier.says(*again) == [200] * 3 and len(stored(carrier.desk)) == 3
    # Two at once of one telephone with one reference are told apart by what is missing.
    assert carrier.says(part(one, 1, "a", 2, event="x.1"), part(one, 1, "c", 2, event="y.1")) == [200] * 2
    assert carrier.says(part(one, 2, "b", 2, event="x.2"), part(one, 2, "d", 2, event="y.2")) == [200] * 2
    assert len(stored(carrier.desk)) == 5


@pytest.mark.postgres
def test_two_processes_that_take_the_parts_at_once_make_one_text(postgres_desk: Desk) -> None:
    person = postgres_desk.person()
    with door(postgres_desk) as one, door(postgres_desk) as other:
        in_threads(lambda: one.says(part(person, 1, of=2)), lambda: other.says(part(person, 2, of=2)))
    assert [words for words, _ in stored(postgres_desk)] == ["".join(WORDS[:2])]


def test_a_stop_in_a_part_waits_for_no_other(carrier: Door) -> None:
    person = carrier.desk.person()
    waiting = carrier.desk.message(person)
    assert carrier.says(part(person, 2, "STOP. leave me alone ", 3)) == [200]
    waiting.refresh_from_db()
    assert waiting.state == "cancelled" and models.Consent.objects.get().granted is False
    now = carrier.clock.now()
    assert work_due(library(), carrier.desk.vault, now, COST) == 1
    assert models.Message.objects.get(in_reply_to__isnull=False).template_key == "stop.confirmed"
    # The whole is read too, and answered by nothing more.
    assert carrier.says(part(person, 1, "please "), part(person, 3, "thanks")) == [200] * 2
    assert stored(carrier.desk)[0] == ("please STOP. leave me alone thanks", "new")
    assert work_due(library(), carrier.desk.vault, now, COST) == 1
    assert models.Message.objects.filter(in_reply_to__isnull=False).count() == 1


def test_a_stop_that_the_carrier_cut_in_two_is_heard_when_it_is_whole(fast: Door) -> None:
    person = fast.desk.person()
    assert fast.says(part(person, 1, "ST", 2)) == [200] and not models.Consent.objects.exists()
    assert fast.says(part(person, 2, "OP", 2)) == [200] and models.Consent.objects.get().granted is False


def test_half_a_character_finds_its_other_half(fast: Door) -> None:
    person = fast.desk.person()
    assert fast.says(part(person, 1, "ok \ud83d", 2), part(person, 2, "\ude00", 2)) == [200, 200]
    assert stored(fast.desk) == [("ok 😀", "new")]


def test_what_is_incomplete_goes_to_a_person_with_what_came_and_a_late_part_after_it(carrier: Door) -> None:
    person = carrier.desk.person()
    assert carrier.says(part(person, 1), part(person, 3)) == [200, 200]
    assert oldest_waiting_at() == carrier.clock.now()
    assert give_up(carrier, 9 * MINUTE) == 0 and give_up(carrier, MINUTE) == 1 and give_up(carrier, MINUTE) == 0
    assert stored(carrier.desk) == [(f"{WORDS[0]} […] {WORDS[2]}", "person")] and oldest_waiting_at() is None
    talk = models.Conversation.objects.get()
    assert (talk.state, talk.person_reason) == ("with_person", "parts_missing")
    assert carrier.says(part(person, 2), part(person, 2)) == [200, 200]
    assert stored(carrier.desk)[1] == (WORDS[1], "person")
    events = models.Event.objects.filter(kind="handed_over").order_by("id")
    assert [event.data["reason"] for event in events] == ["parts_missing", "part_late"]
    # No machine answers either.
    assert work_due(library(), carrier.desk.vault, carrier.clock.now(), COST) == 0


def test_a_late_part_that_says_stop_is_obeyed(fast: Door) -> None:
    person = fast.desk.person()
    fast.says(part(person, 1, of=2))
    give_up(fast, 20 * MINUTE)
    assert fast.says(part(person, 2, "STOP", 2)) == [200] and models.Consent.objects.get().granted is False


def test_a_part_under_a_used_id_is_refused_and_kept_for_a_person(fast: Door) -> None:
    person = fast.desk.person()
    fast.says(part(person, 1))
    assert fast.says(part(person, 1, "something else")) == [409] and fast.says(part(person, 1)) == [200]
    assert fast.says(part(person, 2, event="mo.7.1")) == [409]
    assert [status for _, status in stored(fast.desk)] == ["person", "person"]
    assert fast.says(part(person, 2), part(person, 3)) == [200, 200]
    assert ("".join(WORDS), "new") in stored(fast.desk)


def test_parts_of_a_number_we_do_not_know_are_one_text_for_a_person(fast: Door) -> None:
    stranger = "+12025550999"
    assert fast.says(*(part(stranger, n) for n in (2, 1, 3))) == [200] * 3
    assert stored(fast.desk) == [("".join(WORDS), "person")]


def test_an_identity_answer_in_a_part_is_kept_nowhere(fast: Door) -> None:
    person = fast.desk.person()
    fast.says(part(person, 1, "my zip is ", 2), part(person, 2, "60614", 2))
    assert stored(fast.desk) == [("my zip is [identity answer]", "new")]
    assert models.Inbound.objects.get().identity_answer == "match"


def test_erasing_a_borrower_takes_the_parts_that_wait(fast: Door) -> None:
    person = fast.desk.person()
    fast.says(part(person, 1))
    erase(fast.desk.vault, person.borrower.id, NOON)
    row = models.InboundPart.objects.get()
    assert (row.body_sealed, row.address_index) == (None, None)
    assert give_up(fast, 20 * MINUTE) == 0 and not models.Inbound.objects.exists()
