"""What a rule is: its place in the law, whom and what it binds, from when, and the parameters of its kind.

Rules are data. This module knows their shapes, not how files spell them (`load`) nor what they decide (`evaluate`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final, TypeAlias

from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.content import ContentForbiddenParams, ContentRequiredParams
from parley.rulebook.terms import (
    Calendar,
    Confidence,
    Consent,
    Counting,
    Discloses,
    Duty,
    Flag,
    Kept,
    Kind,
    Layer,
    OptOutScope,
    Outcome,
    Per,
    PlanStatement,
    PlanTrait,
    ReasonCode,
    RecordStart,
    Registered,
    SenderForm,
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
    """Open hours of the week. `unless` and `unless_days_past_due_over` loosen and so need a signature.

    `holidays` names a calendar of the rulebook whose days are closed; a weekday without hours is closed like one.
    """

    open: WeekWindows
    zone: str = ALL_KNOWN
    holidays: str | None = None
    unless: frozenset[Flag] = frozenset()
    unless_days_past_due_over: int | None = None


@dataclass(frozen=True, slots=True)
class DesignatedParams:
    """The borrower's own times bind.

    `unless` loosens and so needs a signature. `most_closed_minutes`: a wish that closes more of a week is outside the
    right the rule gives, and the rule does not carry it (the lender's own policy may); it loosens too.
    """

    zone: str = ALL_KNOWN
    unless: frozenset[Flag] = frozenset()
    most_closed_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class CapParams:
    """A cap as a model: what counts, in which direction, of what, in which window.

    Exactly one of `window_hours` (a length of time that moves along), `window_days` (local calendar days, today being
    the last) and `window_calendar` (the running week or month) is set. `counts_channels` and `counts_purposes` empty:
    those the rule binds. `block_at`: from this count on waiting does not help, whatever `when_full` says. `unless` and
    `consent_days` loosen and so need a signature: the cap does not bind where one of the flags holds, nor for this many
    local days from a consent to more contacts (its day is the first; a conversation ends it), and what was placed under
    such a consent is not counted.
    """

    max: int
    window_hours: int | None = None
    window_days: int | None = None
    window_calendar: Calendar | None = None
    unless: frozenset[Flag] = frozenset()
    consent_days: int | None = None
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
    """Any one of these consents will do, unless one of the `barred` flags says the borrower refused elsewhere."""

    any_of: frozenset[Consent]
    barred: frozenset[Flag] = frozenset()


@dataclass(frozen=True, slots=True)
class BasisParams:
    """No consent is needed: the contact rests on another ground. Refuses nothing and says so."""


@dataclass(frozen=True, slots=True)
class OptOutParams:
    """Which refusals bind. `only_confirmed`: only once the refusal was confirmed to the borrower.

    `words`: replies that are such a refusal, word for word. `within_business_days`: the longest the law lets pass
    before it is honoured; we honour it at once, and show the day.
    """

    covers: frozenset[OptOutScope]
    only_confirmed: bool = False
    words: frozenset[str] = frozenset()
    within_business_days: int | None = None


@dataclass(frozen=True, slots=True)
class ResumeParams:
    """Which single words, sent after a refusal of all texts, ask for them again. Refuses nothing.

    Wording that says it in a sentence is understood everywhere; a bare word only where it is listed.
    """

    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class ConfirmationParams:
    """How often, and how soon, a refusal may be confirmed."""

    max: int
    within_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class PauseParams:
    """A state of affairs that stops contact. All but `trigger` loosen and so need a signature.

    `until`: facts that end it or stand against it. `length_days`: it ends so many days after the day it began, where
    that day is known; `renewals`: how often it may begin anew while it runs, None: as often as it does.
    """

    trigger: frozenset[Flag]
    reason_code: ReasonCode
    length_days: int | None = None
    renewals: int | None = None
    until: frozenset[Flag] = frozenset()
    still_allowed: frozenset[Purpose] = frozenset()


@dataclass(frozen=True, slots=True)
class ThirdPartyParams:
    """Who but the borrower may be spoken to, and what may be disclosed before identity is proven.

    `location_inquiry_once`: anybody may be asked once where the borrower is. `inquiry_needs`: anybody may be asked
    where one of these holds and they have not refused. `text_known_days`: a number that may have changed hands is
    texted only so many days after a text from it or a check of its owner.
    """

    may_contact: frozenset[Flag] = frozenset()
    barred: frozenset[Flag] = frozenset()
    location_inquiry_once: bool = False
    inquiry_needs: frozenset[Flag] = frozenset()
    text_known_days: int | None = None
    needs_identity: frozenset[Discloses] = frozenset()


@dataclass(frozen=True, slots=True)
class PlaceParams:
    """A place is barred when all these flags hold. `unless_used` (they wrote from there) and `unless` loosen."""

    when_all: frozenset[Flag]
    unless: frozenset[Flag] = frozenset()
    unless_used: bool = False


@dataclass(frozen=True, slots=True)
class ExceptionParams:
    """Rules that do not bind under conditions. `answers_inbound`: for the one answer to the borrower's message.

    `answers_same_day`: for an answer on the local day of the message, however many there are.
    """

    overrides: frozenset[str]
    answers_inbound: bool = False
    answers_same_day: bool = False
    same_channel: bool = False
    requires: frozenset[Flag] = frozenset()


@dataclass(frozen=True, slots=True)
class ImportParams:
    """Rules of a higher layer that here bind the actors of this rule too."""

    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class SenderParams:
    """What must be registered before it is carried, and what is carried for nobody.

    Refused where one of the `barred` flags holds or one of `needs` is not registered; always where it `is_barred`.
    `forms`: only messages from such senders; empty: from any. Where nobody says how a message is carried (advice before
    there is a text) only the flags are judged.
    """

    barred: frozenset[Flag] = frozenset()
    needs: frozenset[Registered] = frozenset()
    forms: frozenset[SenderForm] = frozenset()
    is_barred: bool = False


@dataclass(frozen=True, slots=True)
class RateBand:
    """The highest yearly rate for a principal below `below_minor` minor units; None: for any principal above."""

    below_minor: int | None
    apr_max: Fraction


@dataclass(frozen=True, slots=True)
class PlanParams:
    """Bounds of a repayment plan; a bound that is None or empty does not bind.

    `max_months`: longest term. `apr_bands`: highest yearly rate by principal, ascending. `default_apr_max`: highest
    yearly rate of charges on default. `only_new_disbursement`: the rate is bounded only where money is lent anew.
    `interest_within_principal`: total interest at most the principal outstanding when the debt went bad. `forbids`:
    what the plan may not do. `must_state`: what its text must say, judged where the text is known.
    """

    max_months: int | None = None
    apr_bands: tuple[RateBand, ...] = ()
    default_apr_max: Fraction | None = None
    only_new_disbursement: bool = False
    interest_within_principal: bool = False
    forbids: frozenset[PlanTrait] = frozenset()
    must_state: frozenset[PlanStatement] = frozenset()


@dataclass(frozen=True, slots=True)
class ForbearanceParams:
    """No enforcement before forbearance was considered: refused unless one of these flags says it was."""

    shown_by: frozenset[Flag]


@dataclass(frozen=True, slots=True)
class ProcessParams:
    """Duties no single message shows; the rule refuses nothing and is listed where it applies."""

    duties: frozenset[Duty]


@dataclass(frozen=True, slots=True)
class RecordParams:
    """What is kept, for how many months, from when."""

    keeps: Kept
    months: int
    start: RecordStart = RecordStart.LAST_ACTIVITY


Params: TypeAlias = (
    HoursParams
    | DesignatedParams
    | CapParams
    | ConsentParams
    | BasisParams
    | SenderParams
    | PlanParams
    | ForbearanceParams
    | ProcessParams
    | RecordParams
    | OptOutParams
    | ResumeParams
    | ConfirmationParams
    | ContentRequiredParams
    | ContentForbiddenParams
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

    `products` empty: all. `providers` empty: whoever carries. `valid_to` is the last day in force, or None.
    `contract_from` and `contract_to` narrow the rule to contracts concluded in between; a contract of unknown date is
    held to it. `supersedes`: rules it took the place of. `citation` is empty only for policy, which carries `reason`
    instead.
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
    contract_from: date | None = None
    contract_to: date | None = None
    supersedes: frozenset[str] = frozenset()
    signature: Signature | None = field(default=None)
    providers: frozenset[str] = frozenset()

    @property
    def source(self) -> str:
        """The words shown beside a refusal: the citation, or the reason of a policy rule."""
        return self.citation or (self.reason.en if self.reason else self.text.en)

    def binds_on(self, day: date) -> bool:
        """Say whether the rule is in force on *day*."""
        in_time = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        return self.status is Status.IN_FORCE and in_time

    def may_loosen(self, *, unsigned_bind: bool) -> bool:
        """Say whether this rule's exceptions bind.

        Policy may loosen policy (the loader lets it override nothing else); what loosens law needs a named reviewer.
        """
        return unsigned_bind or self.signature is not None or self.layer is Layer.POLICY
