"""What the store in memory keeps and tells: a text of ours as it stands, what became of a reply, of a person's act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from parley.contact.gate import Decision, Refused
from parley.engine.acts import ActRefusal
from parley.engine.asking import Answering
from parley.engine.door import Admitted
from parley.engine.outcome import Outcome
from parley.engine.stated import Said
from parley.messaging import ledger
from parley.messaging.catalogue import Rendered
from parley.nlu.reading import Reading
from parley.purpose import Purpose


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """A text of ours as it stands. `decision`: the gate's last answer at dispatch; `state`: that of the ledger."""

    number: int
    rendered: Rendered
    purpose: Purpose
    discloses: str
    context: str
    created_at: datetime
    not_before: datetime
    not_after: datetime
    answering: Answering | None = None
    decision: Decision | None = None
    state: ledger.State = ledger.State.QUEUED
    left_at: datetime | None = None
    is_by_person: bool = False

    @property
    def waits(self) -> bool:
        """Whether it will be tried later."""
        return self.state is ledger.State.QUEUED

    @property
    def said(self) -> Said:
        """The text as the gate is asked about it."""
        return Said(self.rendered.text, self.rendered.key, is_by_person=self.is_by_person)


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one reply; `message` is the answer, if there is one."""

    admitted: Admitted
    reading: Reading
    outcome: Outcome
    message: Message | None

    @property
    def refusal(self) -> Refused | None:
        """The gate's no to the answer, if it said no."""
        decision = self.message.decision if self.message is not None else None
        return decision if isinstance(decision, Refused) else None


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of a person's act; `message` is the text it sent, if it sent one."""

    decided: Outcome | ActRefusal
    message: Message | None
