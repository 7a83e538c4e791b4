"""What a turn decides: values that the store writes in one transaction. Nothing here has happened yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from parley.contact.facts import Hold
from parley.contact.gate import Decision
from parley.engine.acts import CallOutcome, Direction
from parley.engine.plan_terms import PlanTerms
from parley.locale import Language
from parley.messaging.catalogue import Rendered
from parley.negotiation.levers import Confirm
from parley.negotiation.menu import Menu
from parley.negotiation.moves import Memory
from parley.negotiation.state import State
from parley.nlu.reading import Reading
from parley.purpose import Purpose
from parley.servicing.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Happened:
    """An event for the record. `data` carries codes and counts, never a borrower's words, names or sums."""

    kind: str
    data: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """A message to queue: rendered, judged by the gate as advice; the gate is asked again at dispatch.

    `answers`: the reply it answers; None where it is unasked. `promised_at`: by when it says a person answers.
    """

    rendered: Rendered
    purpose: Purpose
    discloses: str
    context: str
    not_before: datetime
    not_after: datetime
    decision: Decision
    answers: UUID | None = None
    promised_at: datetime | None = None


@dataclass(frozen=True, slots=True, repr=False)
class NewOffer:
    """A menu to store under `offer_id`, and of the policy it was computed by the text and how a plan is agreed to."""

    offer_id: UUID
    menu: Menu
    capacity_minor: int
    expires_at: datetime
    policy_text: str
    confirm: Confirm


@dataclass(frozen=True, slots=True, repr=False)
class NewArrangement:
    """An arrangement the borrower confirmed, with what they were told of it beside its figures."""

    offer_id: UUID
    option: int
    plan: Schedule
    capacity_minor: int
    terms: PlanTerms


@dataclass(frozen=True, slots=True, repr=False)
class NewPromise:
    """A promise the borrower confirmed."""

    amount_minor: int
    due_on: date


@dataclass(frozen=True, slots=True, repr=False)
class NewLimitRise:
    """A higher limit that the borrower asked for. `asked_minor`: which one, None where none was named."""

    asked_minor: int | None = None


@dataclass(frozen=True, slots=True)
class NewCall:
    """A telephone call that took place. `decision`: what the gate says of one now; None: the borrower called."""

    direction: Direction
    outcome: CallOutcome
    purpose: Purpose
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold that a person lays on the borrower."""

    kind: Hold
    until_at: datetime | None
    began_on: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class DeskChange:
    """What a person's act changes beside what a turn can.

    `assigns`: who holds the thread from now on; `is_freed`: nobody. `is_answered`: nothing waits for a person any more;
    `clears_person`: the thread needs none.
    """

    assigns: int | None = None
    is_freed: bool = False
    is_answered: bool = False
    clears_person: bool = False
    language: Language | None = None
    note: str = ""
    call: NewCall | None = None
    lays: NewHold | None = None
    releases: UUID | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Outcome:
    """The whole result of a turn, or of a person's act."""

    to: State
    memory: Memory
    intent: str
    also: tuple[str, ...]
    events: tuple[Happened, ...] = ()
    draft: Draft | None = None
    offer: NewOffer | None = None
    arrangement: NewArrangement | None = None
    promise: NewPromise | None = None
    limit_rise: NewLimitRise | None = None
    hold: str = ""
    opt_out: str = ""
    person_reason: str = ""
    is_identity_proven: bool = False
    quarantines: bool = False
    cancels: str = ""
    pages: bool = False
    # The plan that the borrower ended, and how they say it was, from 1 to 5.
    ends_plan: UUID | None = None
    score: int | None = None
    # How the reply was understood, where there was one: kept as it was on that day.
    reading: Reading | None = None
    desk: DeskChange | None = None
