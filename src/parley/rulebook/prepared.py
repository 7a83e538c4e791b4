"""The facts a rule is judged on, prepared: local times, counts, flags. Who prepares them is not known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from parley.purpose import Channel, Purpose
from parley.rulebook.rule import WeekWindows
from parley.rulebook.terms import Consent, Discloses, Flag, OptOutScope


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
class Prepared:
    """Everything the evaluators may look at.

    `moments` holds the wall clock of each of `zones` and of each fixed zone a rule names. `counts` holds, per id of a
    cap rule, how many contacts it counts now. `answers_inbound`: this is the first and timely answer to a message of
    the borrower. `asked_location`: a location inquiry was made before. `address_used`: the borrower wrote from this
    address. `opt_outs` are those that reach this channel and address. `unsigned_bind`: exceptions nobody signed bind.
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
    unsigned_bind: bool
