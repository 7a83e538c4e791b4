"""A picture or a file is never fetched: alone it is refused in plain words, beside words the words are answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest

from parley.engine.turn import Library
from parley.ids import Msisdn
from parley.messaging.ledger import State
from parley.providers.port import InboundIn, TextPart
from parley.run.working import work_due
from parley.store import audit, models
from parley.store.threads_entries import Heard, entries_of
from parley.web.hooks.taking import take
from tests.run.desk import COST, NOON, TODAY, Desk, Person, library, state_of

MINUTE = timedelta(minutes=1)
LANGUAGES = [("US-NY", "America/New_York", "en"), ("CN", "Asia/Shanghai", "zh-Hans"), ("TW", "Asia/Taipei", "zh-Hant")]
_events = count(1)


def late(desk: Desk, place: tuple[str, str, str] = LANGUAGES[0], number: str = "") -> Person:
    jurisdiction, zone, language = place
    person = desk.person(jurisdiction, zone, number, language)
    desk.account(person, [(TODAY - timedelta(days=40), 5_000, 0), (TODAY + timedelta(days=5), 5_000, 0)])
    return person


def bring(
    desk: Desk,
    sender: Person | str,
    words: str = "",
    at: datetime = NOON,
    *,
    part: TextPart | None = None,
    has_media: bool = True,
    event: str = "",
) -> None:
    number = sender if isinstance(sender, str) else sender.number
    one = InboundIn(event or f"SM{next(_events)}", Msisdn(number), "55501", words, at, part, has_media)
    assert take("main", [one], at, library(), desk.vault) == set()


def answer(desk: Desk, at: datetime = NOON, with_library: Library | None = None) -> models.Message | None:
    """Let the worker answer the newest reply; return what it wrote."""
    work_due(with_library or library(), desk.vault, at, COST)
    newest = models.Inbound.objects.order_by("-received_at", "-provider_event")[0]
    return models.Message.objects.filter(in_reply_to=newest).first()


def key(message: models.Message | None) -> str:
    return message.template_key if message is not None else ""


@pytest.mark.parametrize("place", LANGUAGES, ids=lambda place: place[2])
@pytest.mark.parametrize("words", ["", " \n", "\ufffc"])
def test_a_picture_without_words_is_politely_refused_and_nothing_told(
    sqlite_desk: Desk, words: str, place: tuple[str, str, str]
) -> None:
    person = late(sqlite_desk, place)
    bring(sqlite_desk, person, words)
    found = answer(sqlite_desk)
    assert found is not None and (key(found), found.discloses, found.language) == ("unclear.media", "nothing", place[2])
    told = sqlite_desk.sent_text(found)
    assert "800-555-0100" in told and not any(sign in told for sign in "$¥€")
    talk = models.Conversation.objects.get()
    assert (talk.state, talk.needs_person_since) == ("notified", None)


def test_it_is_stored_once_with_its_mark_which_is_committed_to(desk: Desk) -> None:
    person = late(desk)
    for _ in range(2):
        bring(desk, person, event="SM1")
    row = models.Inbound.objects.get()
    assert (row.has_media, row.status, desk.stored_text(row)) == (True, "new", "")
    assert key(answer(desk)) == "unclear.media"
    audit.sequence()
    assert audit.verify(desk.vault).is_sound
    models.Inbound.objects.update(has_media=False)
    assert not audit.verify(desk.vault).is_sound


def test_the_refusal_leaves_through_the_gate_like_any_answer(desk: Desk) -> None:
    person = late(desk)
    bring(desk, person)
    found = answer(desk)
    assert found is not None and (key(found), state_of(found)) == ("unclear.media", State.QUEUED)
    assert desk.pipeline(desk.centre()).send(NOON) == 1
    decided = models.GateDecision.objects.filter(message=found, stage="dispatch").get()
    assert (state_of(found), decided.verdict) == (State.SUBMITTED, "allow")


def test_the_second_picture_on_end_goes_to_a_person_and_one_after_words_does_not(desk: Desk) -> None:
    person = late(desk)
    keys = []
    for number, words in enumerate(["", "what do i owe", "", ""]):
        at = NOON + number * MINUTE
        bring(desk, person, words, at, has_media=not words)
        keys.append(key(answer(desk, at)))
    assert keys == ["unclear.media", "identity.ask_postcode", "unclear.media", "hand_over.person"]
    talk = models.Conversation.objects.get()
    assert (talk.state, talk.person_reason) == ("with_person", "media_not_taken")
    # The person has it; nothing more is said.
    bring(desk, person, at=NOON + 9 * MINUTE)
    assert answer(desk, NOON + 9 * MINUTE) is None


def test_words_beside_a_picture_are_answered_and_the_thread_shows_that_it_came(desk: Desk) -> None:
    person = late(desk)
    desk.prove(person)
    desk.talk(person, state="capacity", last_context="capacity")
    bring(desk, person, "60 a month")
    bring(desk, person, "thanks", NOON + MINUTE, has_media=False)
    assert work_due(library(), desk.vault, NOON + MINUTE, COST) == 2
    assert [key(one) for one in models.Message.objects.all()] == ["offer.three"]
    heard = [one for one in entries_of(models.Conversation.objects.get()) if isinstance(one, Heard)]
    assert [one.has_media for one in heard] == [True, False]


def test_words_that_are_not_understood_without_the_picture_are_answered_as_the_picture_is(sqlite_desk: Desk) -> None:
    person = late(sqlite_desk)
    sqlite_desk.prove(person)
    sqlite_desk.talk(person, state="capacity", last_context="capacity")
    bring(sqlite_desk, person, "purple monkey dishwasher")
    assert key(answer(sqlite_desk)) == "unclear.media"
    bring(sqlite_desk, person, "lol whatever", NOON + MINUTE)
    assert key(answer(sqlite_desk, NOON + MINUTE)) == "hand_over.person"
    assert models.Conversation.objects.get().person_reason == "not_understood"


def test_a_card_number_beside_a_picture_is_warned_of_first(sqlite_desk: Desk) -> None:
    person = late(sqlite_desk)
    sqlite_desk.talk(person, state="identify", last_context="identity")
    bring(sqlite_desk, person, "my card is 4111 1111 1111 1111")
    assert key(answer(sqlite_desk)) == "redacted.card"


@pytest.mark.parametrize(
    ("words", "reason"), [("I paid already, see the receipt", "payment_claimed"), ("this is not my debt", "fraud")]
)
def test_what_a_picture_is_to_prove_is_for_a_person(sqlite_desk: Desk, words: str, reason: str) -> None:
    bring(sqlite_desk, late(sqlite_desk), words)
    answer(sqlite_desk)
    assert models.Conversation.objects.get().person_reason == reason


def test_a_stop_and_a_danger_with_a_picture_hold_although_no_worker_ever_ran(desk: Desk) -> None:
    one, other = late(desk), late(desk)
    waiting = [desk.message(one), desk.message(other)]
    bring(desk, one, "STOP")
    bring(desk, other, "i want to kill myself", NOON + MINUTE)
    assert models.Consent.objects.get().granted is False
    assert [state_of(each) for each in waiting] == [State.CANCELLED, State.CANCELLED]
    assert [row.urgent for row in models.Inbound.objects.order_by("received_at")] == ["stop", "risk"]


def test_after_a_stop_a_picture_is_answered_with_silence(sqlite_desk: Desk) -> None:
    person = late(sqlite_desk)
    bring(sqlite_desk, person, "STOP")
    answer(sqlite_desk)
    bring(sqlite_desk, person, at=NOON + MINUTE)
    assert answer(sqlite_desk, NOON + MINUTE) is None
    assert models.Conversation.objects.get().person_reason == "wrote_after_stop"


@pytest.mark.parametrize(
    ("first", "second", "said"), [("i can pay ", "60 a month", "offer.three"), ("", "", "unclear.media")]
)
@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_part_that_is_a_picture_marks_the_whole(
    desk: Desk, order: tuple[int, int], first: str, second: str, said: str
) -> None:
    person = late(desk)
    desk.prove(person)
    desk.talk(person, state="capacity", last_context="capacity")
    for number in order:
        words = (first, second)[number - 1]
        bring(desk, person, words, part=TextPart("7", number, 2), has_media=number == 1)
    assert models.Inbound.objects.get().has_media
    assert key(answer(desk)) == said


def test_on_a_number_of_several_it_is_asked_who_writes(desk: Desk) -> None:
    one = late(desk)
    late(desk, number=one.number)
    bring(desk, one)
    assert key(answer(desk)) == "identity.ask_contract_tail"


def test_of_a_number_that_nobody_has_it_is_kept_and_nothing_said(desk: Desk) -> None:
    bring(desk, "+12025550999")
    row = models.Inbound.objects.get()
    assert (row.has_media, row.status, row.conversation) == (True, "person", None)
    assert work_due(library(), desk.vault, NOON, COST) == 0
    assert not models.Message.objects.exists()
