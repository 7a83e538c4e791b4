"""The facts a rule is judged on, prepared: local times, counts, flags. Who prepares them is not known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from parley.purpose import Channel, Purpose
from parley.rulebook.content import Content
from parley.rulebook.holidays import HolidayCalendar
from parley.rulebook.rule import WeekWindows
from parley.rulebook.terms import (
    Consent,
    Discloses,
    Flag,
    OptOutScope,
    PlanStatement,
    PlanTrait,
    Registered,
    SenderForm,
)


@dataclass(frozen=True, slots=True)
class LocalMoment:
    """The wall clock in one zone. `weekday` 0 is Monday; `minute` counts from midnight."""

    day: date
    weekday: int
    minute: int


@dataclass(frozen=True, slots=True)
class OptOut:
    """A refusal of the borrower that stands. `confirmed_at`: when we confirmed it, if we did."""

    scope: OptOutScope
    at: datetime
    channel: Channel | None = None
    address: str | None = None
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Designation:
    """Times the borrower named: `closed` do not suit; `only`, if given, are all that suit; nothing before `from_day`.

    Shape: weeks of (from, to) minutes, Monday first.
    """

    closed: WeekWindows | None = None
    only: WeekWindows | None = None
    from_day: date | None = None


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """A repayment plan that was computed, as the rules look at it.

    Units: months as an exact fraction (a plan of weeks has twelve fifty-seconds of its count); rates a year as
    fractions; amounts in minor units. None: not known, and no bound on it is judged. `states` None: no text is known.
    """

    months: Fraction | None = None
    apr: Fraction | None = None
    default_apr: Fraction | None = None
    principal_minor: int | None = None
    total_interest_minor: int | None = None
    principal_at_default_minor: int | None = None
    is_new_disbursement: bool = False
    traits: frozenset[PlanTrait] = frozenset()
    states: frozenset[PlanStatement] | None = None

    def __repr__(self) -> str:
        return "PlanTerms(…)"


@dataclass(frozen=True, slots=True)
class Carriage:
    """How a message would be carried: by which provider, from what, and which registrations hold for it now.

    `form` None: not known, and what any form must have registered must be registered. `relied_on`: the ids of those
    registrations, in order; `registrations`: the hash of the file they stand in. Neither is judged; they are kept for
    who asks later.
    """

    provider: str
    form: SenderForm | None = None
    registered: frozenset[Registered] = frozenset()
    relied_on: tuple[str, ...] = ()
    registrations: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything the evaluators may look at.

    `moments` holds the wall clock of each of `zones` and of each fixed zone a rule names. `counts` holds, per id of a
    cap rule, how many contacts it counts now. `answers_inbound`: this is the first and timely answer to a message of
    the borrower. `asked_location`: a location inquiry was made before. `address_used`: the borrower wrote from this
    address. `since`: for a flag, the local days on which what it says began, in order; absent where not known.
    `text_known`: None where the number is not in doubt, else the days since a text came from it (a great number if
    none did). `consent_lasts`: caps lifted by a consent to more contacts. `opt_outs` are those that reach this channel
    and address. `unsigned_bind`: exceptions nobody signed bind. `content`: what the text contains; None: no text is
    judged. `carriage`: how the message would be carried; None: not known yet, and no registration is judged.
    """

    purpose: Purpose
    channel: Channel
    days_past_due: int
    zones: tuple[str, ...]
    moments: Mapping[str, LocalMoment]
    counts: Mapping[str, int]
    flags: frozenset[Flag]
    consents: frozenset[Consent]
    opt_outs: tuple[OptOut, ...]
    confirmations: int
    minutes_since_opt_out: int | None
    designations: tuple[Designation, ...]
    identity_proven: bool
    discloses: Discloses
    answers_inbound: bool
    answers_same_channel: bool
    asked_location: bool
    address_used: bool
    content: frozenset[Content] | None
    unsigned_bind: bool
    answers_same_day: bool = False
    today: date = date.min
    since: Mapping[Flag, tuple[date, ...]] = field(default_factory=dict)
    text_known: int | None = None
    consent_lasts: frozenset[str] = frozenset()
    calendars: Mapping[str, HolidayCalendar] = field(default_factory=dict)
    contract_on: date | None = None
    plan: PlanTerms | None = None
    carriage: Carriage | None = None
