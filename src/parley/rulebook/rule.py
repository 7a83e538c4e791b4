"""What a rule is: its place in the law, whom and what it binds, from when, and the parameters of its kind.

Rules are data. This module knows their shapes, not how files spell them (`load`) nor what they decide (`evaluate`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias

from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.terms import (
    Confidence,
    Consent,
    Counting,
    Discloses,
    Flag,
    Kind,
    Layer,
    OptOutScope,
    Outcome,
    Per,
    ReasonCode,
    Status,
    WhenFull,
)

# Every zone the borrower may be in must agree; any other value of `zone` is one IANA zone for the whole territory.
ALL_KNOWN: Final = "all_known"

# Open minutes of one weekday: pairs (from, to) in minutes after local midnight, `to` excluded; sorted, not touching.
DayWindows: TypeAlias = tuple[tuple[int, int], ...]
# Monday first.
WeekWindows: TypeAlias = tuple[DayWindows, DayWindows, DayWindows, DayWindows, DayWindows, DayWindows, DayWindows]


@dataclass(frozen=True, slots=True)
class HoursParams:
    """Open hours of the week. `unless` and `unless_days_past_due_over` loosen and so need a signature."""

    open: WeekWindows
    zone: str = ALL_KNOWN
    unless: frozenset[Flag] = frozenset()
    unless_days_past_due_over: int | None = None


@dataclass(frozen=True, slots=True)
class DesignatedParams:
    """The borrower's own times bind."""

    zone: str = ALL_KNOWN


@dataclass(frozen=True, slots=True)
class CapParams:
    """A cap as a model: what counts, in which direction, of what, in which window.

    Exactly one of `window_hours` (a length of time that moves along) and `window_days` (local calendar days, today
    being the last) is set. `counts_channels` and `counts_purposes` empty: those the rule binds. `block_at`: from this
    count on waiting does not help, whatever `when_full` says.
    """

    max: int
    window_hours: int | None = None
    window_days: int | None = None
    zone: str = ALL_KNOWN
    per: Per = Per.PERSON
    count: Counting = Counting.PLACED
    inbound_counts: bool = False
    counts_channels: frozenset[Channel] = frozenset()
    counts_purposes: frozenset[Purpose] = frozenset()
    exclude_outcomes: frozenset[Outcome] = frozenset()
    when_full: WhenFull = WhenFull.DEFER
    block_at: int | None = None


@dataclass(frozen=True, slots=True)
class ConsentParams:
    """Any one of these consents will do."""

    any_of: frozenset[Consent]


@dataclass(frozen=True, slots=True)
class OptOutParams:
    """Which refusals bind. `only_confirmed`: only once the refusal was confirmed to the borrower.

    `words`: replies that are such a refusal, word for word.
    """

    covers: frozenset[OptOutScope]
    only_confirmed: bool = False
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ConfirmationParams:
    """How often, and how soon, a refusal may be confirmed."""

    max: int
    within_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class PauseParams:
    """A state of affairs that stops contact. `until` and `still_allowed` loosen and so need a signature."""

    trigger: frozenset[Flag]
    reason_code: ReasonCode
    until: frozenset[Flag] = frozenset()
    still_allowed: frozenset[Purpose] = frozenset()


@dataclass(frozen=True, slots=True)
class ThirdPartyParams:
    """Who but the borrower may be spoken to, and what may be disclosed before identity is proven."""

    may_contact: frozenset[Flag] = frozenset()
    barred: frozenset[Flag] = frozenset()
    location_inquiry_once: bool = False
    needs_identity: frozenset[Discloses] = frozenset()


@dataclass(frozen=True, slots=True)
class PlaceParams:
    """A place is barred when all these flags hold; `unless_used` (the borrower wrote from there) loosens."""

    when_all: frozenset[Flag]
    unless_used: bool = False


@dataclass(frozen=True, slots=True)
class ExceptionParams:
    """Rules that do not bind under conditions. `answers_inbound`: for the one answer to the borrower's message."""

    overrides: frozenset[str]
    answers_inbound: bool = False
    same_channel: bool = False
    requires: frozenset[Flag] = frozenset()


@dataclass(frozen=True, slots=True)
class ImportParams:
    """Rules of a higher layer that here bind the actors of this rule too."""

    rules: frozenset[str]


Params: TypeAlias = (
    HoursParams
    | DesignatedParams
    | CapParams
    | ConsentParams
    | OptOutParams
    | ConfirmationParams
    | PauseParams
    | ThirdPartyParams
    | PlaceParams
    | ExceptionParams
    | ImportParams
)


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A named reviewer read the source and quotes it."""

    reviewed_by: str
    reviewed_on: date
    excerpt: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `jurisdiction` is a code of `jurisdictions.toml`; `*` is the lender's own policy, everywhere.

    `products` empty: all. `valid_to` is the last day in force, or None. `citation` is empty only for policy, which
    carries `reason` instead.
    """

    id: str
    kind: Kind
    jurisdiction: str
    layer: Layer
    status: Status
    actors: frozenset[Actor]
    purposes: frozenset[Purpose]
    channels: frozenset[Channel]
    products: frozenset[str]
    requires: frozenset[Flag]
    params: Params
    valid_from: date
    valid_to: date | None
    known_from: date
    citation: str
    link: str
    confidence: Confidence | None
    text: Text
    reason: Text | None
    signature: Signature | None = field(default=None)

    @property
    def source(self) -> str:
        """The words shown beside a refusal: the citation, or the reason of a policy rule."""
        return self.citation or (self.reason.en if self.reason else self.text.en)

    def may_loosen(self, *, unsigned_bind: bool) -> bool:
        """Say whether this rule's exceptions bind.

        Policy may loosen policy (the loader lets it override nothing else); what loosens law needs a named reviewer.
        """
        return unsigned_bind or self.signature is not None or self.layer is Layer.POLICY
