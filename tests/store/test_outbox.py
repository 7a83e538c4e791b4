"""The one door to a send intent: nothing passes that the gate refuses, however many push at once."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from parley.contact.content import contents_of
from parley.contact.facts import ContactFacts, Discloses, Hold, OptOut, OptOutScope
from parley.contact.gate import Decision, Permit, Refused, decide
from parley.contact.registrations import NamedAs
from parley.contact.routes import single
from parley.engine.stated import Said
from parley.messaging.ledger import State
from parley.purpose import Actor, Purpose
from parley.store import models
from parley.store.outbox import (
    Intended,
    Judge,
    Terms,
    cancel_waiting,
    decide_batch,
    next_due,
)
from parley.store.sealed import Sealed, seal_text
from parley.store.settled import cancel_settled
from tests.run.desk import BODY, NOON, TODAY, Anything, Desk, Person, in_threads, library, state_of
from tests.store.conftest import Home
from tests.store.desk_work import HOUR

TERMS = Terms(Actor.ORIGINAL_CREDITOR, 30, 30, single("sandbox", 0), lambda *_: NamedAs(), lambda _: {})


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def judge(facts: ContactFacts, said: Said, kind: str) -> Decision:
    of = library()
    return decide(replace(facts, content=contents_of(said.text, of.outbound)), of.rulebook, of.gate)


def dispatch(desk: Desk, now: datetime = NOON, limit: int = 64, ask: Judge = judge) -> list[Intended]:
    return decide_batch(now, limit, ask, TERMS, desk.vault)


def ready(desk: Desk, **more: Anything) -> tuple[Person, models.Message]:
    """Give a borrower with a due in three days, and a reminder whose time has come."""
    person = desk.person()
    account = desk.account(person, [(TODAY + timedelta(days=3), 5_000, 0)])
    return person, desk.message(person, account, **more)


def test_what_may_go_is_intended_with_its_decision_and_number(desk: Desk) -> None:
    person, message = ready(desk)
    (intended,) = dispatch(desk)
    assert (intended.message_id, intended.to.e164) == (message.id, person.number)
    message.refresh_from_db()
    assert (message.state, message.intended_at, message.provider) == ("intended", NOON, "sandbox")
    decision = models.GateDecision.objects.get(message=message)
    assert (decision.verdict, decision.stage) == ("allow", "dispatch")
    assert person.number not in repr(intended)


def test_what_comes_in_quiet_hours_waits_until_they_end(desk: Desk) -> None:
    _, message = ready(desk, not_after=NOON + timedelta(days=3))
    night = NOON + timedelta(hours=12)
    assert dispatch(desk, night) == []
    message.refresh_from_db()
    decision = models.GateDecision.objects.get(message=message)
    assert decision.verdict == "defer" and decision.rule_id
    assert (message.state, message.not_before) == ("queued", decision.retry_at)
    assert message.not_before > night and next_due(night) == message.not_before
    assert len(dispatch(desk, message.not_before)) == 1


def test_what_could_only_go_after_its_last_use_is_refused(desk: Desk) -> None:
    night = NOON + timedelta(hours=12)
    _, message = ready(desk, not_after=night + HOUR)
    assert dispatch(desk, night) == []
    assert state_of(message) is State.REFUSED


def test_a_message_past_its_last_use_expires_unsent(desk: Desk) -> None:
    _, message = ready(desk, not_after=NOON)
    assert dispatch(desk) == []
    message.refresh_from_db()
    assert (message.state, message.reason, message.finished_at) == ("expired", "too_late", NOON)


def test_a_batch_of_which_nothing_may_go_does_not_hide_the_next(desk: Desk) -> None:
    for _ in range(5):
        ready(desk, not_after=NOON, priority=1)
    ready(desk)
    assert len(dispatch(desk, limit=2)) == 1


def test_a_stop_between_the_night_and_dispatch_wins(desk: Desk) -> None:
    person, message = ready(desk, not_before=NOON + HOUR)
    desk.hear(person, "STOP")
    message.refresh_from_db()
    assert (message.state, message.finished_at) == ("cancelled", NOON)
    assert dispatch(desk, NOON + 2 * HOUR) == []


def test_an_opt_out_that_cancelled_nothing_still_refuses_at_dispatch(desk: Desk) -> None:
    person, message = ready(desk)
    models.Consent.objects.create(
        id=UUID(int=7), borrower=person.borrower, scope="all", granted=False, source="file", proof="row 3", at=NOON
    )
    assert dispatch(desk) == []
    assert state_of(message) is State.REFUSED
    assert models.GateDecision.objects.get(message=message).reason_code == "opted_out"


def test_a_hold_between_the_night_and_dispatch_wins(desk: Desk) -> None:
    person, message = ready(desk)
    models.Hold.objects.create(id=UUID(int=8), borrower=person.borrower, kind="dispute", source="person", from_at=NOON)
    assert dispatch(desk) == []
    assert state_of(message) is State.REFUSED


def reply_to(desk: Desk, person: Person, inbound: models.Inbound, at: datetime, **more: Anything) -> models.Message:
    values: dict[str, Any] = {
        "purpose": Purpose.NEGOTIATION_REPLY,
        "template_key": "dispute.opened",
        "priority": 0,
    } | more
    return desk.message(
        person, in_reply_to=inbound, conversation=inbound.conversation, created_at=at, not_before=at, **values
    )


def test_the_answer_to_the_reply_that_laid_the_hold_goes_out_and_a_later_one_does_not(desk: Desk) -> None:
    person, _ = ready(desk, not_before=NOON + 9 * HOUR)
    first, second = desk.hear(person, "who is this"), desk.hear(person, "hello?", NOON + timedelta(minutes=1))
    assert first is not None and second is not None
    models.Hold.objects.create(
        id=UUID(int=9), borrower=person.borrower, kind="crisis", source="reply", inbound=first, from_at=NOON
    )
    answer = reply_to(desk, person, first, NOON + timedelta(minutes=2))
    later = reply_to(desk, person, second, NOON + timedelta(minutes=2))
    dispatch(desk, NOON + timedelta(minutes=3))
    assert (state_of(answer), state_of(later)) == (State.INTENDED, State.REFUSED)


def test_with_a_person_nothing_automatic_goes_out_but_the_answer_that_says_so(desk: Desk) -> None:
    person, bulk = ready(desk)
    inbound = desk.hear(person, "a person please")
    assert inbound is not None and inbound.conversation is not None
    models.Message.objects.filter(id=bulk.id).update(conversation=inbound.conversation)
    early = reply_to(desk, person, inbound, NOON - HOUR)
    since = NOON + timedelta(minutes=1)
    models.Conversation.objects.filter(id=inbound.conversation.id).update(needs_person_since=since)
    dispatch(desk, NOON + timedelta(minutes=2))
    assert (state_of(bulk), state_of(early)) == (State.REFUSED, State.REFUSED)
    answer = reply_to(desk, person, inbound, since)
    dispatch(desk, NOON + timedelta(minutes=3))
    assert state_of(answer) is State.INTENDED


def test_a_quarantined_number_gets_nothing(desk: Desk) -> None:
    person, message = ready(desk)
    models.ContactPoint.objects.filter(id=person.point.id).update(quarantined_at=NOON - HOUR)
    assert dispatch(desk) == []
    assert state_of(message) is State.REFUSED


def test_one_unprompted_contact_a_day_even_within_one_batch(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person, [(TODAY + timedelta(days=3), 5_000, 0)])
    for _ in range(5):
        desk.message(person, account, not_after=NOON + timedelta(days=9))
    assert len(dispatch(desk)) == 1
    assert models.Message.objects.filter(state="queued", not_before__gt=NOON).count() == 4


def test_the_caps_hold_over_a_fortnight_of_repeated_batches(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person, [(TODAY + timedelta(days=30), 5_000, 0)])
    for _ in range(20):
        desk.message(person, account, not_after=NOON + timedelta(days=40))
    at = NOON
    while at < NOON + timedelta(days=14):
        dispatch(desk, at)
        at += timedelta(hours=5)
    sent = list(models.Message.objects.filter(intended_at__isnull=False).values_list("intended_at", flat=True))
    days = Counter((one - timedelta(hours=5)).date() for one in sent if one is not None)
    assert max(days.values()) == 1
    for start in days:
        assert sum(days[start + timedelta(days=n)] for n in range(7)) <= 3
    assert len(sent) >= 6


def test_one_broken_text_stops_no_other_message(desk: Desk) -> None:
    _, broken = ready(desk, priority=0)
    _, whole = ready(desk)
    models.Message.objects.filter(id=broken.id).update(body_sealed=bytes(whole.body_sealed or b""))
    assert [one.message_id for one in dispatch(desk)] == [whole.id]
    broken.refresh_from_db()
    assert (broken.state, broken.reason) == ("refused", "unreadable")


def test_answers_go_before_bulk(desk: Desk) -> None:
    for _ in range(3):
        ready(desk)
    person, _ = ready(desk, not_before=NOON + HOUR)
    inbound = desk.hear(person, "who is this")
    assert inbound is not None
    answer = reply_to(desk, person, inbound, NOON)
    assert [one.message_id for one in dispatch(desk, limit=1)] == [answer.id]


def test_an_unprompted_message_about_another_account_moves_a_resting_thread_to_it(desk: Desk) -> None:
    person = desk.person()
    old, new = desk.account(person), desk.account(person, [(TODAY + timedelta(days=3), 5_000, 0)])
    talk = desk.talk(person, old)
    desk.message(person, new, conversation=talk, context="reminder")
    assert len(dispatch(desk)) == 1
    talk.refresh_from_db()
    assert (talk.account_id, talk.last_context, talk.last_outbound_at) == (new.id, "reminder", NOON)


# --- the gate asked independently


def _random_case(desk: Desk, dice: random.Random) -> models.Message:
    jurisdiction, zone = dice.choice(
        [
            ("US-NY", "America/New_York"),
            ("GB", "Europe/London"),
            ("CN", "Asia/Shanghai"),
            ("US-CA", ""),
            ("IN", "Asia/Kolkata"),
        ]
    )
    person = desk.person(jurisdiction, zone)
    late = dice.choice([0, 1, 5, 40])
    account = desk.account(person, [(TODAY + timedelta(days=3 if not late else -late), 5_000, 0)])
    for _ in range(dice.randrange(4)):
        at = NOON - timedelta(hours=dice.randrange(200))
        desk.message(
            person,
            account,
            state="delivered",
            intended_at=at,
            created_at=at,
            purpose=dice.choice(["reminder", "collection"]),
        )
    if dice.random() < 0.2:
        models.Consent.objects.create(
            id=UUID(int=dice.getrandbits(120)), borrower=person.borrower, scope=dice.choice(["all", "promotion"]),
            granted=False, source="file", proof="", at=NOON - timedelta(days=dice.randrange(9)),
        )  # fmt: skip
    if dice.random() < 0.3:
        models.Hold.objects.create(
            id=UUID(int=dice.getrandbits(120)), borrower=person.borrower, source="person", from_at=NOON - HOUR,
            kind=dice.choice(["dispute", "hardship", "complaint", "crisis", "vulnerable", "breathing_space"]),
            released_at=dice.choice([None, NOON]), until_at=dice.choice([None, NOON - HOUR / 2, NOON + HOUR]),
        )  # fmt: skip
    if dice.random() < 0.3:
        desk.prove(person, NOON - timedelta(days=dice.choice([1, 60])))
    inbound = None
    if dice.random() < 0.4:
        inbound = desk.hear(person, "tell me more", NOON - timedelta(minutes=dice.choice([1, 2000])))
    return desk.message(
        person, account, in_reply_to=inbound, conversation=inbound.conversation if inbound else None,
        purpose=dice.choice(list(Purpose)), discloses=dice.choice(["nothing", "relationship", "debt"]),
        not_after=NOON + timedelta(days=30),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_intended_that_the_gate_refuses_when_asked_again(sqlite_home: Home, seed: int) -> None:
    """The facts of each message are rebuilt row by row from the database, and the gate is asked without the outbox."""
    desk, dice = Desk(sqlite_home.vault, sqlite_home.folder), random.Random(seed)
    messages = [_random_case(desk, dice) for _ in range(60)]
    asked: list[ContactFacts] = []

    def note(facts: ContactFacts, said: Said, kind: str) -> Decision:
        asked.append(facts)
        return judge(facts, said, kind)

    intended = {one.message_id for one in dispatch(desk, limit=200, ask=note)}
    assert len(asked) == len(messages)
    assert 0 < len(intended) < len(messages)
    by_address = {facts.address: facts for facts in asked}
    for message in messages:
        facts = by_address[str(message.contact_point_id)]
        again = decide(replace(facts, **_facts_of(message)), library().rulebook, library().gate)
        assert isinstance(again, Permit) == (message.id in intended)
        message.refresh_from_db()
        if isinstance(again, Refused) and again.retry_at is not None and again.retry_at < message.not_after:
            assert (message.state, message.not_before) == ("queued", again.retry_at)
        elif isinstance(again, Refused):
            assert message.state == "refused"
        row = models.GateDecision.objects.get(message=message)
        assert row.verdict == ("allow" if isinstance(again, Permit) else "defer" if again.retry_at else "block")


def _facts_of(message: models.Message) -> dict[str, Any]:
    """Return what the gate must have been told of the borrower, read from the rows by another road."""
    person = message.borrower
    holds = {
        hold.kind
        for hold in person.holds.all()
        if hold.released_at is None and (hold.until_at is None or hold.until_at > NOON)
    }
    proven = models.ContactPoint.objects.get(id=message.contact_point_id).identity_proven_at
    refused = {row.scope for row in person.consents.filter(granted=False)}

    return {
        "now": NOON,
        "purpose": Purpose(message.purpose),
        "discloses": Discloses(message.discloses),
        "jurisdiction": person.jurisdiction,
        "zones": tuple(person.zones),
        "holds": frozenset(Hold(kind) for kind in holds),
        "identity_proven": proven is not None and NOON - proven <= timedelta(days=30),
        "opt_outs": tuple(OptOut(OptOutScope(scope), person.consents.get(scope=scope).at) for scope in sorted(refused)),
        "answers_at": message.in_reply_to.received_at if message.in_reply_to else None,
    }


# --- cancelling


def test_cancelling_touches_only_what_waits(desk: Desk) -> None:
    person, sent = ready(desk)
    dispatch(desk)
    waiting = desk.message(person)
    promotion = desk.message(person, purpose=Purpose.PROMOTION)
    with transaction.atomic():
        assert cancel_waiting(person.borrower.id, promotional_only=True, now=NOON) == 1
    assert (state_of(promotion), state_of(waiting)) == (State.CANCELLED, State.QUEUED)
    with transaction.atomic():
        assert cancel_waiting(person.borrower.id, promotional_only=False, now=NOON) == 1
    assert (state_of(sent), state_of(waiting)) == (State.INTENDED, State.CANCELLED)


@pytest.mark.parametrize(
    ("paid", "purpose", "about", "discloses", "is_cancelled"),
    [
        (5_000, "reminder", True, "nothing", True),
        (4_999, "reminder", True, "nothing", False),
        (4_999, "reminder", True, "debt", True),
        (5_000, "collection", False, "nothing", True),
        (4_999, "collection", False, "nothing", False),
        (5_000, "servicing", False, "nothing", False),
        (5_000, "negotiation_reply", False, "debt", False),
    ],
)
def test_a_payment_cancels_what_it_has_overtaken(
    desk: Desk, paid: int, purpose: str, about: bool, discloses: str, is_cancelled: bool
) -> None:
    person = desk.person()
    due_on = TODAY + timedelta(days=3) if about else TODAY - timedelta(days=5)
    account = desk.account(person, [(due_on, 5_000, paid), (TODAY + timedelta(days=33), 5_000, 0)])
    message = desk.message(
        person, account, purpose=purpose, about_on=due_on if about else None, discloses=discloses,
        not_before=NOON + HOUR,
    )  # fmt: skip
    with transaction.atomic():
        assert cancel_settled([account.id], NOON) == int(is_cancelled)
    message.refresh_from_db()
    assert (message.state, message.reason) == (("cancelled", "paid") if is_cancelled else ("queued", ""))


# --- many at once


@pytest.mark.slow
@pytest.mark.postgres
def test_eight_senders_at_once_never_pass_a_cap(postgres_home: Home, full_size: bool) -> None:
    """Each borrower has ten messages due and room for one; eight connections take them as fast as they can."""
    desk = Desk(postgres_home.vault, postgres_home.folder)
    borrowers, each = (10_000 if full_size else 1_000), 10
    with transaction.atomic():
        people = [desk.person() for _ in range(borrowers)]
        rows = [row for person in people for row in _alike(desk, person, each)]
        models.Message.objects.bulk_create(rows)
    assert models.Message.objects.count() == borrowers * each >= 10_000

    def send() -> None:
        while decide_batch(NOON, 32, judge, TERMS, desk.vault) or _due():
            pass

    in_threads(*[send] * 8)
    over = Counter(models.Message.objects.filter(state="intended").values_list("borrower_id", flat=True))
    assert len(over) == borrowers and set(over.values()) == {1}
    assert models.GateDecision.objects.count() == borrowers * each
    assert models.Message.objects.filter(state="queued", not_before__gt=NOON).count() == borrowers * (each - 1)


def _due() -> bool:
    return models.Message.objects.filter(state="queued", not_before__lte=NOON).exists()


def _alike(desk: Desk, person: Person, count: int) -> list[models.Message]:
    """Store one message of a borrower and return *count* - 1 more like it, to be stored in bulk."""
    first = desk.message(person, not_after=NOON + timedelta(days=9))
    values = {column.attname: getattr(first, column.attname) for column in first._meta.concrete_fields}
    copies = [models.Message(**values | {"id": UUID(int=random.getrandbits(128))}) for _ in range(count - 1)]
    for copy in copies:
        copy.body_sealed = seal_text(desk.vault, person.borrower, Sealed.MESSAGE_BODY, copy.id, BODY)
    return copies


@pytest.mark.postgres
def test_a_turn_that_cancels_and_a_sender_that_decides_do_not_lock_each_other_out(postgres_home: Home) -> None:
    desk = Desk(postgres_home.vault, postgres_home.folder)
    people = [desk.person() for _ in range(40)]
    for person in people:
        for _ in range(3):
            desk.message(person)

    def send() -> None:
        while decide_batch(NOON, 16, judge, TERMS, desk.vault):
            pass

    def stop(part: list[Person]) -> None:
        for person in part:
            desk.hear(person, "STOP")

    in_threads(send, send, lambda: stop(people[:20]), lambda: stop(people[20:]))
    assert models.Consent.objects.filter(granted=False).count() == 40
    assert not models.Message.objects.filter(state="queued", not_before__lte=NOON).exclude(
        borrower__consents__isnull=True
    )
