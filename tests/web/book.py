"""A small book for tests of pages: people in every kind of thread, made by the real pipeline where it can make them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

from django.db import connection, connections

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


@dataclass(frozen=True, slots=True)
class _Filled:
    """A filled home as it stood: its database, the centre's log, who is in it, the desk's next number."""

    database: bytes
    log: bytes
    people: tuple[Person, ...]
    number: int


_filled: list[_Filled] = []


def fill(desk: Desk) -> Book:
    """Fill the home: a night's messages, replies, an offer, a crisis, somebody who asks for a person in Chinese.

    It is played once in a process; the next empty home is given what came of it.
    """
    if models.Borrower.objects.exists() or models.Operator.objects.exists():
        return Book(*_play(desk))
    database, log = Path(connection.settings_dict["PARLEY_FILE"]), desk.folder / "centre.jsonl"
    if not _filled:
        people = _play(desk)
        # The last connection to close leaves everything in the one file.
        connections.close_all()
        _filled.append(_Filled(database.read_bytes(), log.read_bytes(), people, next(desk.serial)))
    (filled,) = _filled
    connections.close_all()
    database.write_bytes(filled.database)
    log.write_bytes(filled.log)
    desk.serial = count(filled.number)
    return Book(*(_read_again(person) for person in filled.people))


def _read_again(person: Person) -> Person:
    borrower = models.Borrower.objects.get(pk=person.borrower.pk)
    return Person(borrower, models.ContactPoint.objects.get(pk=person.point.pk), person.number)


def _play(desk: Desk) -> tuple[Person, ...]:
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
    return tuple(people)
