"""What carriers post: answered after it is stored, stored once, and never taken from anybody else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from parley.errors import HomeUnusable, OutsideFailed
from parley.run.doctor import _callbacks
from parley.store import models
from parley.store.arrived import ArrivedText
from parley.store.inbox import accept_texts
from parley.store.inbox_twice import USED_TWICE
from parley.store.keys import KeyVariables, create_webhook_secret, load_callback_secrets
from parley.web.hooks import taking
from parley.web.hooks.app import MOST_BYTES
from parley.web.hooks.gathering import Write
from tests.run.carrier import OTHER, SECRET, WALL, Door, Sent, door, receipt, signed, text
from tests.run.desk import NOON, Anything, Desk, state_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def carrier(desk: Desk) -> Iterator[Door]:
    with door(desk) as found:
        yield found


@pytest.fixture
def fast(sqlite_desk: Desk) -> Iterator[Door]:
    with door(sqlite_desk) as found:
        yield found


def test_a_stop_is_in_force_when_the_carrier_hears_that_it_came(carrier: Door) -> None:
    person = carrier.desk.person()
    waiting = carrier.desk.message(person)
    (answer,) = carrier.post(signed(text("mo.1", person, "STOP")))
    assert (answer.status, answer.body) == (200, {"taken": True})
    assert models.Consent.objects.get().granted is False and state_of(waiting) == "cancelled"
    # Nobody turned it over to a worker.
    assert models.Inbound.objects.get().status == "new"


def test_what_comes_at_once_is_written_together_and_each_is_stored_once(carrier: Door) -> None:
    people = [carrier.desk.person() for _ in range(30)]
    messages = [carrier.desk.message(one, state="submitted") for one in people]
    sent = [signed(text(f"mo.{n}", one, "hello"), receipt(f"dr.{n}", messages[n])) for n, one in enumerate(people)]
    assert carrier.says(*sent, *reversed(sent)) == [200] * 60
    assert sum(carrier.writes) == 60 and len(carrier.writes) <= 3
    assert (models.Inbound.objects.count(), models.Receipt.objects.count()) == (30, 30)
    assert {state_of(one) for one in messages} == {"delivered"}
    assert carrier.says(*sent) == [200] * 30
    assert (models.Inbound.objects.count(), models.Receipt.objects.count()) == (30, 30)


def test_texts_of_one_telephone_in_one_write_are_each_a_reply_of_the_thread(carrier: Door) -> None:
    person = carrier.desk.person()
    assert carrier.says(*(signed(text(f"mo.{n}", person, "hello", NOON + n * MINUTE)) for n in range(3))) == [200] * 3
    talk = models.Conversation.objects.get()
    assert (talk.version, talk.last_inbound_at) == (3, NOON + 2 * MINUTE)


def broken(what: str, fault: Exception) -> Callable[..., list[models.Inbound]]:
    """Return an inbox that fails on texts that say *what*."""
    real = accept_texts

    def accept(provider: str, arrived: list[ArrivedText], *rest: Anything) -> list[models.Inbound]:
        if any(one.text == what for one in arrived):
            raise fault
        return real(provider, arrived, *rest)

    return accept


def test_one_that_meets_a_defect_hurts_no_other(fast: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [fast.desk.person() for _ in range(5)]
    monkeypatch.setattr(taking, "accept_texts", broken("boom", IndexError("a defect of ours")))
    sent = [signed(text(f"mo.{n}", one, "boom" if n == 2 else "hello")) for n, one in enumerate(people)]
    answers = fast.post(*sent)
    assert [one.status for one in answers] == [200, 200, 500, 200, 200]
    assert answers[2].body == {"refused": "not_stored"} and models.Inbound.objects.count() == 4
    monkeypatch.undo()
    assert fast.says(sent[2]) == [200] and models.Inbound.objects.count() == 5


def test_where_the_database_is_gone_nothing_is_acknowledged(fast: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    person = fast.desk.person()
    monkeypatch.setattr(taking, "accept_texts", broken("hello", OutsideFailed("gone", "无响应")))
    (answer,) = fast.post(signed(text("mo.1", person, "hello")))
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert answer.body == {"refused": "not_stored"} and not models.Inbound.objects.exists()


def test_beyond_what_may_wait_the_carrier_is_told_to_come_again(sqlite_desk: Desk) -> None:
    go_on = threading.Event()

    def held(write: Write) -> Write:
        return lambda calls: write(calls) if go_on.wait(30) else []

    person = sqlite_desk.person()
    with door(sqlite_desk, most_waiting=3, wrap=held) as full:
        # The ones that may wait are let go once the others were refused.
        timer = threading.Timer(0.3, go_on.set)
        timer.start()
        answers = full.post(*(signed(text(f"mo.{n}", person, "hello")) for n in range(5)))
        timer.join()
    assert [one.status for one in answers] == [200, 200, 200, 503, 503]
    assert answers[4].body == {"refused": "too_many_waiting"} and int(answers[4].headers["retry-after"]) > 0
    assert models.Inbound.objects.count() == 3


# --- who may speak


def test_what_is_not_signed_is_refused_in_a_word_and_leaves_no_trace(fast: Door) -> None:
    person = fast.desk.person()
    good = signed(text("mo.1", person, "STOP"))
    answers = fast.post(
        signed(text("mo.1", person, "STOP"), secret="whsec_" + "abcd" * 11),
        good.but(webhook_signature=None),
        signed(text("mo.1", person, "STOP"), at=WALL - timedelta(seconds=301)),
        signed({"kind": "text", "id": "mo.1"}),
    )
    assert [(one.status, one.body["refused"]) for one in answers] == [
        (401, "signature_wrong"),
        (401, "headers_missing"),
        (401, "timestamp_outside_tolerance"),
        (400, "body_malformed"),
    ]
    assert answers[3].body["field"] == "from"
    assert not models.Inbound.objects.exists() and not models.Event.objects.exists()
    assert fast.says(good, signed(text("mo.2", person, "hello"), secret=OTHER)) == [200, 200]


def test_only_a_post_to_a_route_is_heard(fast: Door) -> None:
    good = signed(text("mo.1", fast.desk.person(), "STOP"))
    (got,) = fast.post(Sent(good.headers, good.pieces, method="GET"))
    assert (got.status, got.headers["allow"], got.read) == (405, "POST", 0)
    for path in ("/", "/in/", "/in/other", "/sandbox", "/in/sandbox/", "/queue"):
        assert fast.says(Sent(good.headers, good.pieces, path)) == [404]
    assert not models.Inbound.objects.exists()


def test_ten_megabytes_are_refused_before_a_byte_is_read(fast: Door) -> None:
    pieces = (b"x" * 65_536,) * 160
    (answer,) = fast.post(Sent({"content-length": str(10 << 20)}, pieces))
    assert (answer.status, answer.body, answer.read) == (413, {"refused": "body_too_large"}, 0)
    (answer,) = fast.post(Sent({"transfer-encoding": "chunked"}, pieces))
    assert (answer.status, answer.headers["connection"], answer.read) == (413, "close", MOST_BYTES // 65_536 + 1)


def test_a_sender_who_goes_away_in_the_middle_is_not_answered(fast: Door) -> None:
    good = signed(text("mo.1", fast.desk.person(), "STOP"))
    half = Sent(good.headers, (good.pieces[0][:40], b""))
    cut = fast.post(Sent(half.headers, ()))
    assert cut[0].status == 0 and not models.Inbound.objects.exists()


# --- an id used twice


def test_a_receipt_under_a_used_id_is_refused_and_told_once(carrier: Door) -> None:
    one, other = (carrier.desk.message(carrier.desk.person(), state="submitted") for _ in range(2))
    assert carrier.says(signed(receipt("dr.1", one))) == [200]
    for _ in range(2):
        (answer,) = carrier.post(signed(receipt("dr.1", other, "undelivered")))
        assert (answer.status, answer.body) == (409, {"refused": "id_used_twice"})
    assert (state_of(one), state_of(other)) == ("delivered", "submitted")
    event = models.Event.objects.get(kind=USED_TWICE)
    assert event.data == {"provider": "sandbox", "id": "dr.1"}
    assert "1 ids of a carrier came twice" in _callbacks().en
    # Both at once, in one write: one of them holds, the other is refused.
    both = carrier.says(signed(receipt("dr.2", one)), signed(receipt("dr.2", other)))
    assert sorted(both) == [200, 409] or both == [409, 409]
    assert models.Receipt.objects.count() == 2


def test_a_text_under_a_used_id_is_kept_for_a_person_and_its_stop_holds(carrier: Door) -> None:
    one, other = carrier.desk.person(), carrier.desk.person()
    assert carrier.says(signed(text("mo.1", one, "hello"))) == [200]
    for _ in range(2):
        assert carrier.says(signed(text("mo.1", other, "STOP"))) == [409]
    rows = models.Inbound.objects.order_by("provider_event")
    assert [(row.provider_event, row.status, row.urgent) for row in rows] == [
        ("mo.1", "new", ""),
        # What is urgent has its turn: the STOP is confirmed, a danger would page.
        ("mo.1#2", "new", "stop"),
    ]
    assert models.Consent.objects.get().borrower_id == other.borrower.id
    assert models.Event.objects.filter(kind=USED_TWICE).count() == 1
    # A third text under the id is none of the two.
    assert carrier.says(signed(text("mo.1", one, "i dispute this"))) == [409]
    assert models.Inbound.objects.get(provider_event="mo.1#3").status == "person"
    talk = models.Conversation.objects.get(contact_point=one.point)
    assert (talk.state, talk.person_reason, talk.needs_person_since) == (
        "with_person",
        "id_used_twice",
        carrier.clock.now(),
    )
    assert models.Job.objects.get(kind="person").payload["reason"] == "id_used_twice"
    assert carrier.says(signed(text("mo.1", one, "hello"))) == [200]


@pytest.mark.parametrize("words", ["60614", "my zip is 60614 ok", "A7X9", "4111 1111 1111 1111", "嗨\ud83d"])
def test_a_text_that_was_not_stored_as_it_came_is_known_again(fast: Door, words: str) -> None:
    person = fast.desk.person()
    sent = signed(text("mo.1", person, words))
    assert fast.says(sent, sent) == [200, 200]
    models.ContactPoint.objects.update(identity_proven_at=NOON)
    assert fast.says(sent) == [200] and models.Inbound.objects.count() == 1


# --- what does not fit


def test_a_receipt_of_no_message_of_ours_is_kept_and_changes_nothing(carrier: Door) -> None:
    message = carrier.desk.message(carrier.desk.person(), state="submitted")
    strange = "9cb26c1f-2f0a-83bc-b32f-d45d13db5433"
    sent = [signed(receipt(f"dr.{n}", what)) for n, what in enumerate([strange, "not an id", None])]
    assert carrier.says(*sent) == [200] * 3
    assert models.Receipt.objects.filter(message=None).count() == 2 and state_of(message) == "submitted"
    # The carrier's own name for it may be told yet, with the answer to a submission.
    assert models.WaitingReceipt.objects.count() == 1
    assert "2 receipts are of no message of ours" in _callbacks().en


def test_nothing_was_said_later_than_it_was_heard(fast: Door) -> None:
    person = fast.desk.person()
    now = fast.clock.now()
    assert fast.says(signed(text("mo.1", person, "STOP", now + timedelta(days=9)))) == [200]
    assert models.Inbound.objects.get().received_at == now
    # Else this would be older than the STOP, and not be heard.
    fast.clock.move_to(now + MINUTE)
    assert fast.says(signed(text("mo.2", person, "START", now + MINUTE))) == [200]
    assert models.Inbound.objects.get(provider_event="mo.2").urgent == "resume"


# --- secrets


def test_two_secrets_hold_while_one_is_replaced(desk: Desk) -> None:
    folder = desk.folder / "keys"
    folder.mkdir()
    source = KeyVariables({"PARLEY_CALLBACK_SANDBOX_KEY": f"{SECRET} {OTHER}"})
    assert load_callback_secrets(source, "sandbox") == (SECRET, OTHER)
    for name in ("PARLEY_CALLBACK_SANDBOX_KEY", "PARLEY_OTHER_KEY"):
        with pytest.raises(HomeUnusable, match="parley callbacks secret sandbox") as raised:
            load_callback_secrets(KeyVariables({name: "whsec_short"}), "sandbox")
        assert "whsec_short" not in str(raised.value)
    fresh = create_webhook_secret(folder, "callback-sandbox")
    assert fresh.startswith("whsec_") and (folder / "callback-sandbox.key").stat().st_mode & 0o077 == 0
