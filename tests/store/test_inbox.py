"""What came from outside: stored once, STOP and crisis obeyed at once, nothing kept that must not be."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.contact.facts import OptOutScope
from parley.contact.resuming import reaches_texts
from parley.engine.door import admit
from parley.ids import Msisdn
from parley.messaging.ledger import Event
from parley.purpose import Channel
from parley.store import models, obeying
from parley.store.arrived import ArrivedReceipt, ArrivedText, sound
from parley.store.inbox import accept_receipts, accept_texts
from parley.store.numbers_on import Number
from parley.store.records import load_records
from tests.run.desk import NOON, TODAY, Anything, Desk, Person, in_threads, library
from tests.store.conftest import Home


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


# --- STOP and crisis


def test_stop_holds_although_no_worker_ever_ran(desk: Desk) -> None:
    person = desk.person()
    waiting, later = desk.message(person), desk.message(person, not_before=NOON + timedelta(days=1))
    row = desk.hear(person, "STOP")
    assert row is not None and row.urgent == "stop" and row.status == "new"
    consent = models.Consent.objects.get(borrower=person.borrower)
    assert (consent.scope, consent.granted, consent.proof) == ("all", False, str(row.id))
    for message in (waiting, later):
        message.refresh_from_db()
        assert message.state == "cancelled"


def test_stop_on_a_number_of_two_borrowers_binds_for_both(desk: Desk) -> None:
    one = desk.person()
    other = desk.person(number=one.number)
    desk.message(one, state="delivered", intended_at=NOON - timedelta(days=1))
    messages = [desk.message(one), desk.message(other)]
    desk.hear(one, "Stop!")
    assert models.Consent.objects.filter(scope="all", granted=False).count() == 2
    for message in messages:
        message.refresh_from_db()
        assert message.state == "cancelled"


# --- START


def service(person: Person) -> list[models.Consent]:
    return list(models.Consent.objects.filter(borrower=person.borrower, scope="service"))


def test_start_after_stop_is_a_consent_with_its_proof_although_no_worker_ever_ran(desk: Desk) -> None:
    person = desk.person()
    desk.hear(person, "STOP", NOON - timedelta(hours=1))
    row = desk.hear(person, "START")
    assert row is not None and row.urgent == "resume" and row.status == "new"
    (consent,) = service(person)
    assert (consent.granted, consent.source, consent.proof) == (True, "reply", str(row.id))
    assert (consent.channel, consent.is_for_address, consent.contact_point_id) == ("sms", True, person.point.id)
    proven = {(table, UUID(key)) for entry in models.AuditEntry.objects.all() for table, key, *_ in entry.items}
    assert ("Consent", consent.id) in proven


def test_start_without_a_stop_changes_nothing(desk: Desk) -> None:
    person = desk.person()
    row = desk.hear(person, "START")
    assert row is not None and row.urgent == "" and service(person) == []


@pytest.mark.parametrize("text", ["don't start", "start date?", "YES", "START. no, STOP", "开始还款"])
def test_what_is_no_clear_wish_leaves_the_stop_standing(desk: Desk, text: str) -> None:
    person = desk.person()
    desk.hear(person, "STOP", NOON - timedelta(hours=1))
    desk.hear(person, text)
    assert service(person) == []


def test_a_bare_word_counts_only_where_a_rule_lists_it(desk: Desk) -> None:
    person = desk.person()
    models.Borrower.objects.filter(id=person.borrower.id).update(jurisdiction="GB")
    desk.hear(person, "STOP", NOON - timedelta(hours=1))
    desk.hear(person, "START")
    assert service(person) == []
    desk.hear(person, "you can text me again", NOON + timedelta(minutes=1))
    assert len(service(person)) == 1


def test_start_on_a_number_of_two_borrowers_speaks_for_the_one_we_wrote_to(desk: Desk) -> None:
    one = desk.person()
    other = desk.person(number=one.number)
    desk.message(one, state="delivered", intended_at=NOON - timedelta(days=1))
    desk.hear(one, "STOP", NOON - timedelta(hours=1))
    desk.hear(one, "START")
    assert len(service(one)) == 1 and service(other) == []


MINUTE = timedelta(minutes=1)


def poll(desk: Desk, person: Person, *texts: tuple[str, datetime], now: datetime) -> list[models.Inbound]:
    """Let texts come in together, each with the instant at which it was sent."""
    arrived = [ArrivedText(f"mo.{next(desk.serial)}", Msisdn(person.number), text, sent_at) for text, sent_at in texts]
    return accept_texts("sandbox", arrived, now, library(), desk.vault)


def is_silenced(person: Person, now: datetime) -> bool:
    """Whether texts about the account are refused on this number."""
    refused = load_records([person.borrower.id], now)[person.borrower.id].opt_outs
    return any(reaches_texts(one, Channel.SMS, str(person.point.id)) for one in refused)


@pytest.mark.parametrize("before", [timedelta(), MINUTE])
def test_a_start_sent_before_the_stop_resumes_nothing_however_late_it_arrives(desk: Desk, before: timedelta) -> None:
    person = desk.person()
    desk.hear(person, "STOP")
    (row,) = poll(desk, person, ("START", NOON - before), now=NOON + 5 * MINUTE)
    assert (row.urgent, row.status, service(person)) == ("", "new", [])
    assert is_silenced(person, NOON + 5 * MINUTE)
    # Said anew it is heard.
    (row,) = poll(desk, person, ("START", NOON + MINUTE), now=NOON + 6 * MINUTE)
    assert row.urgent == "resume" and not is_silenced(person, NOON + 6 * MINUTE)


@pytest.mark.parametrize("stop_first", [True, False])
@pytest.mark.parametrize(
    ("started_at", "is_resumed"), [(NOON - 4 * MINUTE, False), (NOON - 3 * MINUTE, False), (NOON - 2 * MINUTE, True)]
)
def test_of_stop_and_start_in_one_poll_the_one_sent_later_holds_whichever_comes_first(
    desk: Desk, stop_first: bool, started_at: datetime, is_resumed: bool
) -> None:
    person = desk.person()
    texts = [("STOP", NOON - 3 * MINUTE), ("START", started_at)]
    rows = poll(desk, person, *(texts if stop_first else texts[::-1]), now=NOON)
    assert {row.urgent for row in rows} == {"stop", "resume" if is_resumed else ""}
    assert len(service(person)) == is_resumed
    assert is_silenced(person, NOON) is not is_resumed


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_stop_start_stop_in_one_poll_is_a_stop(desk: Desk, order: tuple[int, ...]) -> None:
    person = desk.person()
    texts = [("STOP", NOON - 3 * MINUTE), ("START", NOON - 2 * MINUTE), ("stop it!", NOON - MINUTE)]
    poll(desk, person, *(texts[n] for n in order), now=NOON)
    assert is_silenced(person, NOON)


@pytest.mark.parametrize(("channel", "is_resumed"), [("", False), ("call", True)])
def test_a_start_sent_before_a_refusal_by_telephone_resumes_no_texts(
    desk: Desk, channel: str, is_resumed: bool
) -> None:
    person = desk.person()
    desk.hear(person, "STOP", NOON - 9 * MINUTE)
    models.Consent.objects.create(
        id=uuid4(), borrower=person.borrower, scope="all", channel=channel, granted=False, source="file", proof="",
        at=NOON,
    )  # fmt: skip
    poll(desk, person, ("START", NOON - MINUTE), now=NOON + MINUTE)
    assert len(service(person)) == is_resumed
    assert is_silenced(person, NOON + MINUTE) is not is_resumed


def test_a_reply_on_a_shared_number_belongs_to_whom_we_wrote_last(desk: Desk) -> None:
    one = desk.person()
    other = desk.person(number=one.number)
    desk.message(one, state="delivered", intended_at=NOON - timedelta(days=2))
    desk.message(other, state="delivered", intended_at=NOON - timedelta(days=1))
    row = desk.hear(one, "who is this")
    assert row is not None and row.contact_point_id == other.point.id


def test_a_crisis_holds_everything_before_any_worker_runs(desk: Desk) -> None:
    person = desk.person()
    message = desk.message(person)
    row = desk.hear(person, "i want to die")
    assert row is not None and row.urgent == "risk"
    hold = models.Hold.objects.get(borrower=person.borrower)
    assert (hold.kind, hold.inbound_id, hold.until_at) == ("crisis", row.id, None)
    message.refresh_from_db()
    assert message.state == "cancelled"


@pytest.mark.parametrize(
    ("text", "hold"),
    [
        ("My lawyer is handling this", "represented"),
        ("I filed for chapter 7 last week", "insolvency"),
        ("I am in a breathing space", "breathing_space"),
        ("I dispute this debt", "dispute"),
        ("The account holder has died", "deceased"),
        ("我已申请个人破产", "insolvency"),
        ("cease all communication", "cease"),
    ],
)
def test_a_notice_holds_before_any_worker_runs(desk: Desk, text: str, hold: str) -> None:
    person = desk.person()
    row = desk.hear(person, text)
    assert row is not None
    laid = models.Hold.objects.get(borrower=person.borrower, kind=hold)
    assert (laid.inbound_id, laid.until_at, laid.from_at) == (row.id, None, NOON)
    record = load_records([person.borrower.id], NOON)[person.borrower.id]
    assert hold in {one.kind for one in record.holds}


def test_calls_alone_are_refused_where_only_they_are_meant(desk: Desk) -> None:
    person = desk.person()
    desk.hear(person, "stop calling me")
    (refused,) = load_records([person.borrower.id], NOON)[person.borrower.id].opt_outs
    assert (refused.scope, refused.channel) == (OptOutScope.CHANNEL, Channel.CALL)


def test_times_that_do_not_suit_stand_with_the_reply_that_names_them(desk: Desk) -> None:
    person = desk.person()
    row = desk.hear(person, "please don't text me at work")
    assert row is not None
    kept = models.NamedTimes.objects.get(borrower=person.borrower)
    assert (kept.inbound_id, kept.only, kept.from_day) == (row.id, None, None)
    # Mondays to Fridays, eight to six.
    assert kept.closed == [[[480, 1080]]] * 5 + [[], []]
    (named,) = load_records([person.borrower.id], NOON)[person.borrower.id].designations
    assert named.closed == ((((480, 1080),),) * 5) + ((), ())


def test_what_was_named_last_holds_and_a_day_to_wait_for_stands_beside_it(desk: Desk) -> None:
    person = desk.person()
    desk.hear(person, "not at work")
    desk.hear(person, "nothing until december 5", at=NOON + timedelta(minutes=1))
    desk.hear(person, "only after 6pm", at=NOON + timedelta(minutes=2))
    later = NOON + timedelta(hours=1)
    week, day = load_records([person.borrower.id], later)[person.borrower.id].designations
    assert (week.closed, week.only) == (None, (((1080, 1440),),) * 7)
    assert day.from_day == date(NOON.year, 12, 5)


@pytest.mark.parametrize("text", ["any time is fine again", "什么时候都可以"])
def test_named_times_are_taken_back_by_text_and_may_be_named_anew(desk: Desk, text: str) -> None:
    person = desk.person()
    desk.hear(person, "not at work")
    desk.hear(person, "nothing until december 5", at=NOON + timedelta(minutes=1))
    row = desk.hear(person, text, at=NOON + timedelta(minutes=2))
    assert row is not None
    later = NOON + timedelta(hours=1)
    assert load_records([person.borrower.id], later)[person.borrower.id].designations == ()
    newest = models.NamedTimes.objects.get(inbound=row)
    assert (newest.closed, newest.only, newest.from_day) == (None, None, None)
    desk.hear(person, "only after 6pm", at=NOON + timedelta(minutes=3))
    (week,) = load_records([person.borrower.id], later)[person.borrower.id].designations
    assert (week.closed, week.only) == (None, (((1080, 1440),),) * 7)


def test_a_failure_while_obeying_leaves_no_half_stop(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    person = desk.person()
    message = desk.message(person)

    def fail(*_: object, **__: object) -> int:
        raise RuntimeError("no power")

    monkeypatch.setattr(obeying, "cancel_waiting", fail)
    with pytest.raises(RuntimeError):
        desk.hear(person, "STOP", event="mo.1")
    assert not models.Inbound.objects.exists() and not models.Consent.objects.exists()
    monkeypatch.undo()
    assert desk.hear(person, "STOP", event="mo.1") is not None
    message.refresh_from_db()
    assert message.state == "cancelled"


# --- once


def test_the_same_delivery_changes_nothing_the_second_time(desk: Desk) -> None:
    person = desk.person()
    assert desk.hear(person, "STOP", event="mo.1") is not None
    counts = [model.objects.count() for model in (models.Inbound, models.Consent, models.AuditEntry)]
    assert desk.hear(person, "STOP", event="mo.1") is None
    assert [model.objects.count() for model in (models.Inbound, models.Consent, models.AuditEntry)] == counts


def test_one_delivery_twice_in_one_batch_is_one(desk: Desk) -> None:
    person = desk.person()
    twice = [ArrivedText("mo.1", Msisdn(person.number), "hello", NOON)] * 2
    assert len(accept_texts("sandbox", twice, NOON, library(), desk.vault)) == 1
    receipts = [ArrivedReceipt("dr.1", None, 0, Event.RECEIPT_DELIVERED, NOON)] * 2
    assert accept_receipts("sandbox", receipts, NOON, desk.vault) == 1


@pytest.mark.postgres
def test_two_receivers_of_the_same_texts_at_once_store_each_once(postgres_home: Home) -> None:
    desk = Desk(postgres_home.vault, postgres_home.folder)
    people = [desk.person() for _ in range(20)]
    texts = [ArrivedText(f"mo.{n}", Msisdn(p.number), "STOP", NOON) for n, p in enumerate(people)]
    texts += [ArrivedText(f"mo.x{n}", Msisdn(f"+44207000{n:04d}"), "who?", NOON) for n in range(20)]
    library()
    stored: list[int] = []

    def take(these: list[ArrivedText]) -> None:
        stored.append(len(accept_texts("sandbox", these, NOON, library(), desk.vault)))

    in_threads(*[lambda order=order: take(order) for order in (texts, texts[::-1], texts[7:] + texts[:7])])
    assert sum(stored) == models.Inbound.objects.count() == 40
    assert models.Consent.objects.count() == 20


@pytest.mark.postgres
def test_two_receivers_of_the_same_receipts_at_once_store_each_once(postgres_home: Home) -> None:
    desk = Desk(postgres_home.vault, postgres_home.folder)
    person = desk.person()
    messages = [desk.message(person, state="submitted", intended_at=NOON, submitted_at=NOON) for _ in range(15)]
    known: list[UUID] = [message.id for message in messages]
    receipts = [
        ArrivedReceipt(f"dr.{n}", key, 0, Event.RECEIPT_DELIVERED, NOON)
        for n, key in enumerate([*known, *(uuid4() for _ in range(15))])
    ]
    stored: list[int] = []

    def take(these: list[ArrivedReceipt]) -> None:
        stored.append(accept_receipts("sandbox", these, NOON, desk.vault))

    in_threads(*[lambda order=order: take(order) for order in (receipts, receipts[::-1], receipts[9:] + receipts[:9])])
    assert sum(stored) == models.Receipt.objects.count() == 30
    assert set(models.Message.objects.values_list("state", flat=True)) == {"delivered"}


# --- receipts


def test_a_receipt_for_a_message_we_do_not_know_is_kept_and_moves_nothing(desk: Desk) -> None:
    assert (
        accept_receipts(
            "sandbox", [ArrivedReceipt("dr.1", uuid4(), 0, Event.RECEIPT_DELIVERED, NOON)], NOON, desk.vault
        )
        == 1
    )
    assert models.Receipt.objects.get().message_id is None


ORDERS = [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1), (1, 3, 0, 2)]


@pytest.mark.parametrize("order", ORDERS)
def test_receipts_of_parts_converge_in_every_order(desk: Desk, order: tuple[int, ...]) -> None:
    message = desk.message(desk.person(), state="submitted", segments=3, intended_at=NOON, submitted_at=NOON)
    told = [
        ArrivedReceipt(f"dr.{n}", message.id, part, Event.RECEIPT_DELIVERED, NOON)
        for n, part in enumerate((1, 2, 3, 2))
    ]
    for step, n in enumerate(order):
        accept_receipts("sandbox", [told[n]], NOON, desk.vault)
        accept_receipts("sandbox", [told[n]], NOON, desk.vault)
        message.refresh_from_db()
        heard = {told[m].part for m in order[: step + 1]}
        assert message.state == ("delivered" if heard == {1, 2, 3} else "submitted")
    assert models.MessagePart.objects.filter(message=message).count() == 3


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_one_part_lost_spoils_the_message_whatever_comes_first(desk: Desk, order: tuple[int, ...]) -> None:
    message = desk.message(desk.person(), state="submitted", segments=3, intended_at=NOON, submitted_at=NOON)
    events = (Event.RECEIPT_DELIVERED, Event.RECEIPT_UNDELIVERED, Event.RECEIPT_DELIVERED)
    told = [ArrivedReceipt(f"dr.{n}", message.id, n + 1, event, NOON) for n, event in enumerate(events)]
    accept_receipts("sandbox", [told[n] for n in order], NOON, desk.vault)
    message.refresh_from_db()
    assert message.state == "undelivered"


def test_a_receipt_before_the_submission_is_marked_stands(desk: Desk) -> None:
    message = desk.message(desk.person(), state="intended", intended_at=NOON)
    accept_receipts("sandbox", [ArrivedReceipt("dr.1", message.id, 0, Event.RECEIPT_DELIVERED, NOON)], NOON, desk.vault)
    message.refresh_from_db()
    assert (message.state, message.finished_at) == ("delivered", NOON)


# --- who writes, and what is kept


def test_a_text_from_an_unknown_number_goes_to_a_person(desk: Desk) -> None:
    row = desk.hear("+442079460000", "who are you")
    assert row is not None
    assert (row.status, row.contact_point_id, row.conversation_id) == ("person", None, None)
    assert desk.stored_text(row) == "who are you"


@pytest.mark.parametrize("answer", ["60614", "A7X9", "it is 60614 thanks", "a7-x9"])
def test_an_identity_answer_is_kept_nowhere(desk: Desk, answer: str) -> None:
    person = desk.person()
    desk.account(person, [(TODAY, 5_000, 0)])
    desk.talk(person, state="identify", last_context="identity")
    row = desk.hear(person, answer)
    assert row is not None and row.identity_answer == "match"
    kept = desk.stored_text(row)
    assert "60614" not in kept and "x9" not in kept.lower()


def test_a_wrong_identity_answer_is_kept_nowhere_either(desk: Desk) -> None:
    person = desk.person()
    desk.account(person, [(TODAY, 5_000, 0)])
    desk.talk(person, state="identify", last_context="identity")
    row = desk.hear(person, "90210")
    assert row is not None and row.identity_answer == "mismatch"
    assert "90210" not in desk.stored_text(row)


@pytest.mark.parametrize("sender", ["known", "+442079460001"])
def test_a_card_number_is_kept_nowhere(desk: Desk, sender: str) -> None:
    person = desk.person()
    row = desk.hear(person if sender == "known" else sender, "take it from 4111 1111 1111 1111 please")
    assert row is not None and row.was_redacted
    assert "1111" not in desk.stored_text(row)


HOSTILE = [
    "",
    " ",
    "\x00",
    "\ud83d",
    "\udc00 STOP",
    "a" * 10_000,
    "9" * 10_000,
    "🙂" * 5_000,
    "' OR 1=1; --",
    "{{7*7}}",
    "\u202eSTOP",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:8]))
def test_any_text_is_stored_and_waits_for_its_turn(desk: Desk, text: str) -> None:
    person = desk.person()
    desk.talk(person, state="identify", last_context="identity")
    row = desk.hear(person, text)
    assert row is not None and row.status == "new"
    models.Inbound.objects.get(id=row.id)
    desk.stored_text(row)


@given(st.text(st.characters(), max_size=300))
def test_no_text_is_too_strange_for_the_door(text: str) -> None:
    admit(sound(text), (), None, library().lexicon, told_on=TODAY, locale="en-US")


def test_a_text_on_which_the_reader_breaks_goes_to_a_person_and_stops_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = desk.person(), desk.person()
    real = Number.admit

    def break_on(number: Number, text: str, *rest: Anything) -> object:
        if text == "boom":
            raise IndexError("a defect of ours")
        return real(number, text, *rest)

    monkeypatch.setattr(Number, "admit", break_on)
    texts = [
        ArrivedText("mo.1", Msisdn(broken.number), "boom", NOON),
        ArrivedText("mo.2", Msisdn(whole.number), "STOP", NOON),
    ]
    rows = accept_texts("sandbox", texts, NOON, library(), desk.vault)
    assert [row.status for row in rows] == ["person", "new"]
    assert models.Consent.objects.filter(borrower=whole.borrower, granted=False).count() == 1
    talk = models.Conversation.objects.get(contact_point=broken.point)
    assert (talk.person_reason, talk.needs_person_since) == ("door_failed", NOON)
