"""A small book for tests of pages: people in every kind of thread, made by the real pipeline where it can make them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from parley.store import models
from tests.run.desk import NOON, TODAY, Desk, Person


@dataclass(frozen=True, slots=True)
class Book:
    """Who is in the book, by what they stand for."""

    offered: Person
    crisis: Person
    chinese: Person
    quiet: Person

    def thread_of(self, person: Person) -> models.Conversation:
        """Return the latest thread of a person."""
        found = models.Conversation.objects.filter(borrower=person.borrower).order_by("-opened_at", "-id").first()
        assert found is not None, "everybody in the book has been written to"
        return found


def fill(desk: Desk) -> Book:
    """Fill the home: a night's messages, replies, an offer, a crisis, somebody who asks for a person in Chinese."""
    centre = desk.centre()
    pipeline = desk.pipeline(centre)
    people = [
        desk.person(),
        desk.person(),
        desk.person("CN", "Asia/Shanghai", language="zh-Hans"),
        desk.person("US-CA", "America/Los_Angeles"),
    ]
    for person in people[:3]:
        desk.account(person, [(TODAY - timedelta(days=11), 10_300, 0), (TODAY + timedelta(days=20), 10_300, 0)])
        desk.prove(person)
    desk.account(people[3], [(TODAY + timedelta(days=4), 10_300, 0)])
    desk.nightly()
    at = NOON + timedelta(hours=22)
    pipeline.settle_all(at)
    for number, (person, texts) in enumerate(
        (
            (people[0], ["options", "i can do 60 a month", "can I talk to a person please"]),
            (people[1], ["i want to end my life"]),
            (people[2], ["转人工"]),
        )
    ):
        for step, text in enumerate(texts):
            at += timedelta(minutes=1)
            desk.hear(person, text, at, f"mo.{number}.{step}")
            pipeline.settle_all(at)
    centre.close()
    return Book(*people)
