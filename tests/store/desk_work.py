"""A thread on a member of staff's desk, for tests: a late borrower who has asked for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from parley.engine.acts import Act, ActRefusal, No
from parley.run.working import work_due
from parley.store import models
from parley.store.desk import Done, act_on
from tests.run.desk import COST, NOON, TODAY, Desk, Person, library

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FIRST = TODAY + 12 * DAY


@dataclass
class Work:
    """One borrower's thread and who works on it."""

    desk: Desk
    person: Person = field(init=False)
    account: models.Account = field(init=False)
    dana: models.Operator = field(init=False)
    lead: models.Operator = field(init=False)

    def __post_init__(self) -> None:
        self.person = self.desk.person()
        self.account = self.desk.account(
            self.person, [(TODAY - 40 * DAY, 5_000, 0), (TODAY - 10 * DAY, 5_000, 0), (TODAY + 20 * DAY, 5_000, 0)]
        )
        self.desk.prove(self.person)
        self.dana, self.lead = self.desk.operator("dana"), self.desk.operator("ming", "lead")

    @property
    def talk(self) -> models.Conversation:
        return models.Conversation.objects.get(borrower=self.person.borrower, closed_at__isnull=True)

    def hears(self, text: str, at: datetime = NOON) -> models.Inbound:
        """Let the borrower write, and the machine do what it does."""
        row = self.desk.hear(self.person, text, at)
        assert row is not None
        work_due(library(), self.desk.vault, at, COST)
        row.refresh_from_db()
        return row

    def tries(
        self,
        act: Act,
        at: datetime = NOON,
        *,
        who: models.Operator | None = None,
        version: int | None = None,
        talk: models.Conversation | None = None,
    ) -> Done | ActRefusal:
        there = talk or self.talk
        seen = there.version if version is None else version
        return act_on(who or self.dana, there.id, seen, act, at, library(), self.desk.vault, COST)

    def does(self, act: Act, at: datetime = NOON, *, who: models.Operator | None = None) -> Done:
        done = self.tries(act, at, who=who)
        assert isinstance(done, Done), done.no
        return done

    def message(self, done: Done) -> models.Message:
        assert done.message_id is not None
        return models.Message.objects.get(id=done.message_id)

    def sends(self, at: datetime = NOON) -> None:
        """Let the sender work until nothing is due."""
        sender = self.desk.sender(self.desk.centre())
        while sender.send_due(at):
            pass


def no(refused: Done | ActRefusal) -> No:
    assert isinstance(refused, ActRefusal)
    return refused.no
