"""Forged, replayed and reordered callbacks, drawn from a seed: none accepted, none acted on twice.

1,000 of them; at full size 100,000.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from parley.store import models
from tests.run.carrier import OTHER, SECRET, WALL, Sent, door, receipt, signed, text
from tests.run.desk import NOON, Desk, Person

SECOND = timedelta(seconds=1)
STRANGE = "whsec_" + "abcd" * 11
AT_ONCE = 250
FORGED = (401, 400)


@dataclass
class World:
    """What the carrier truly says, and what others make of it. The same dice, the same callbacks."""

    dice: random.Random
    people: list[Person]
    messages: list[models.Message]
    good: list[Sent] = field(default_factory=list)
    texts: Counter[str] = field(default_factory=Counter)
    told: dict[str, str] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)

    def draw(self) -> tuple[Sent, bool]:
        """Return the next callback, and whether it is the carrier's."""
        kind = self.dice.random()
        if not self.good or kind < 0.25:
            self.good.append(self.fresh())
            return self.good[-1], True
        sent = self.dice.choice(self.good)
        if kind < 0.5:
            # Replayed as it was, long after or just now; out of order by the draw.
            return sent, True
        return self.dice.choice(FORGERIES)(self, sent), False

    def fresh(self) -> Sent:
        n = len(self.good)
        secret, key = self.dice.choice([SECRET, OTHER]), f"msg.{n}"
        if self.messages and self.dice.random() < 0.8:
            message = self.messages.pop()
            self.told[str(message.id)] = self.dice.choice(["delivered", "undelivered"])
            return signed(receipt(f"dr.{n}", message, self.told[str(message.id)]), key=key, secret=secret)
        person, words = self.dice.choice(self.people), "STOP" if self.dice.random() < 0.3 else "hello"
        self.texts[person.number] += 1
        if words == "STOP":
            self.stopped.add(f"mo.{n}")
        at = NOON + self.dice.randrange(3_000) * SECOND
        return signed(text(f"mo.{n}", person, words, at), key=key, secret=secret)

    def lie(self) -> list[dict[str, Any]]:
        """Return what nobody said, and would be acted on."""
        return [text(f"forged.{self.dice.random()}", self.dice.choice(self.people), "STOP")]


def bent(sent: Sent, place: int) -> bytes:
    (body,) = sent.pieces
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


FORGERIES: tuple[Callable[[World, Sent], Sent], ...] = (
    lambda world, _: signed(*world.lie(), secret=STRANGE),
    lambda world, sent: replace(sent, pieces=signed(*world.lie()).pieces),
    lambda world, sent: replace(sent, pieces=(bent(sent, world.dice.randrange(len(sent.pieces[0]))),)),
    lambda _, sent: sent.but(webhook_id=sent.headers["webhook-id"] + "0"),
    lambda _, sent: sent.but(webhook_timestamp=str(int(WALL.timestamp()) + 1)),
    lambda world, _: signed(*world.lie(), at=WALL - timedelta(seconds=world.dice.randrange(301, 10**8))),
    lambda world, _: signed(*world.lie(), at=WALL + timedelta(seconds=world.dice.randrange(301, 10**8))),
    lambda world, sent: sent.but(**{world.dice.choice(["webhook_id", "webhook_timestamp", "webhook_signature"]): None}),
    lambda world, sent: sent.but(webhook_signature=world.dice.choice(world.good).headers["webhook-signature"][:-9]),
    lambda world, sent: replace(
        signed(*world.lie()), headers=sent.headers | {"webhook-signature": sent.headers["webhook-signature"]}
    ),
)


def test_no_forgery_is_accepted_and_nothing_is_acted_on_twice(sqlite_desk: Desk, *, full_size: bool) -> None:
    count = 100_000 if full_size else 1_000
    people = [sqlite_desk.person() for _ in range(20)]
    messages = [sqlite_desk.message(people[n % 20], state="submitted") for n in range(count // 5)]
    world = World(random.Random(count), people, messages)
    with door(sqlite_desk) as carrier:
        for _ in range(count // AT_ONCE):
            drawn = [world.draw() for _ in range(AT_ONCE)]
            answers = carrier.says(*(sent for sent, _ in drawn))
            wanted = [(200,) if is_good else FORGED for _, is_good in drawn]
            wrong = [sent for (sent, _), status, well in zip(drawn, answers, wanted, strict=True) if status not in well]
            assert wrong == []
    rows = models.Inbound.objects.exclude(contact_point=None).values_list("contact_point_id", "id")
    by_number = {person.point.id: person.number for person in people}
    assert Counter(by_number[point] for point, _ in rows) == world.texts
    assert set(models.Consent.objects.values_list("proof", flat=True)) == {
        str(row.id) for row in models.Inbound.objects.filter(provider_event__in=world.stopped)
    }
    assert models.Consent.objects.count() == len(world.stopped)
    assert models.Receipt.objects.count() == len(world.told)
    ended = models.Message.objects.exclude(state="submitted").values_list("id", "state")
    assert {str(key): state for key, state in ended} == world.told
    assert sum(talk.version for talk in models.Conversation.objects.all()) == sum(world.texts.values())
