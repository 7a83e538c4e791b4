"""What many accounts of a book share, so that a column holds its number: places, states of a case, kinds of contact.

Of a borrower nothing stands here but what rules ask for; whom it is about, only the rows know, by number.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from parley.contact.facts import (
    Carriage,
    Consent,
    Content,
    Designation,
    Direction,
    Discloses,
    Flag,
    Outcome,
    PlanTerms,
)
from parley.dates import Instant
from parley.purpose import Actor, Channel, Purpose

Thing = TypeVar("Thing", bound=Hashable)


class Numbering(Generic[Thing]):
    """Numbers things from nought as they come up."""

    def __init__(self) -> None:
        self._numbers: dict[Thing, int] = {}

    def of(self, thing: Thing) -> int:
        """Return the number of *thing*: the next one where it is new."""
        return self._numbers.setdefault(thing, len(self._numbers))

    @property
    def things(self) -> tuple[Thing, ...]:
        """All that came up: the place of each is its number."""
        return tuple(self._numbers)


@dataclass(frozen=True, slots=True)
class Place:
    """Whose law binds and which clocks count: jurisdiction, zones the borrower may be in, product."""

    jurisdiction: str
    zones: tuple[str, ...]
    product: str


@dataclass(frozen=True, slots=True)
class State:
    """What stands of a case: flags (holds among them), consents, times the borrower named, since when a flag stands."""

    flags: frozenset[Flag]
    consents: frozenset[Consent]
    designations: tuple[Designation, ...]
    since: tuple[tuple[Flag, tuple[date, ...]], ...]


@dataclass(frozen=True, slots=True)
class Approach:
    """A way to speak to many at once. `today`: the day on which it is counted how late each account is.

    `plan`: what the message proposes to all of them. `content`: what its text contains; None: no text is judged.
    `carriage`: how it would be carried; None: no registration is judged.
    """

    now: Instant
    today: date
    actor: Actor
    purpose: Purpose
    channel: Channel
    discloses: Discloses
    identity_proven: bool
    plan: PlanTerms | None
    content: frozenset[Content] | None
    carriage: Carriage | None = None


@dataclass(frozen=True, slots=True)
class ContactClass:
    """All of a past contact that a cap asks for, but whom and when."""

    channel: Channel
    direction: Direction
    purpose: Purpose
    outcome: Outcome | None
    is_answer: bool


@dataclass(frozen=True, slots=True)
class Legend:
    """What the numbers of a bucket mean: each is a place in one of these."""

    places: tuple[Place, ...]
    states: tuple[State, ...]
    classes: tuple[ContactClass, ...]
