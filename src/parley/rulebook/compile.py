"""What does a rule say to a whole column? A row of plain numbers: sets as bits, every permission to loosen decided.

The column form of the gate joins these rows; the scalar form of the same kinds is `evaluate`. What a row cannot say of
a rule (wall clocks, windows, counts) is compiled beside it, by `contact.dimensions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

from parley.purpose import Channel, Purpose
from parley.rulebook.content import (
    Content,
    ContentForbiddenParams,
    ContentRequiredParams,
    judge_forbidden,
    judge_required,
)
from parley.rulebook.evaluate import RECIPIENTS, judge_carriage
from parley.rulebook.plan import exceeded
from parley.rulebook.prepared import Carriage, PlanTerms
from parley.rulebook.rule import (
    BasisParams,
    CapParams,
    ConfirmationParams,
    ConsentParams,
    DesignatedParams,
    ExceptionParams,
    ForbearanceParams,
    HoursParams,
    ImportParams,
    OptOutParams,
    PauseParams,
    PlaceParams,
    PlanParams,
    ProcessParams,
    RecordParams,
    ResumeParams,
    Rule,
    SenderParams,
    ThirdPartyParams,
)
from parley.rulebook.terms import (
    LAYER_ORDER,
    PRECEDENCE,
    Consent,
    Discloses,
    Flag,
    Layer,
    OptOutScope,
    ReasonCode,
    WhenFull,
)

# Values of one row; sets are whole numbers of up to 127 bits.
Row: TypeAlias = tuple[int | bool | None, ...]

# The table of rules this version has no column form for: whoever they bind is asked the scalar form.
UNJUDGED: Final = "unjudged"
# The table of rules that refuse every contact of their kind: what it proposes or says is outside of them.
ALWAYS: Final = "always"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule as a row: the table it stands in, its values there, and the reason it would refuse with."""

    table: str
    code: ReasonCode | None
    row: Row = ()


@dataclass(frozen=True, slots=True)
class Speech:
    """What all contacts of one kind have in common, beyond the rules that bind them."""

    purpose: Purpose
    channel: Channel
    discloses: Discloses
    identity_proven: bool
    plan: PlanTerms | None
    content: frozenset[Content] | None
    carriage: Carriage | None
    unsigned_bind: bool


@dataclass(frozen=True, slots=True)
class Telling:
    """A way in which a rule may refuse: for which reason, in the name of which layer."""

    rule: Rule
    code: ReasonCode
    layer: Layer


_PLACES: Final[dict[type[StrEnum], dict[str, int]]] = {
    kind: {member.value: place for place, member in enumerate(kind)} for kind in (Flag, Consent, OptOutScope)
}


def bits(members: Iterable[StrEnum]) -> int:
    """Return a set of flags or consents as a number: one bit for each, in the order the language lists them."""
    return sum(1 << _PLACES[type(member)][member.value] for member in members)


def refusal_bit(scope: OptOutScope, *, is_confirmed: bool) -> int:
    """Return the bit of a refusal of the borrower: of this reach, confirmed to the borrower or not yet."""
    return 1 << (2 * _PLACES[OptOutScope][scope.value] + is_confirmed)


def tellings(rules: Iterable[Rule]) -> tuple[Telling, ...]:
    """Return every way in which one of *rules* may refuse, in the order of precedence: reason, layer, id."""
    found = [
        Telling(rule, code, layer)
        for rule in rules
        for code in codes_of(rule)
        # That hours are closed where nobody knows the zone is the lender's policy, whatever layer sets the hours.
        for layer in ({rule.layer, Layer.POLICY} if isinstance(rule.params, HoursParams) else {rule.layer})
    ]
    return tuple(sorted(found, key=lambda one: (PRECEDENCE[one.code], LAYER_ORDER[one.layer], one.rule.id)))


def codes_of(rule: Rule) -> tuple[ReasonCode, ...]:
    """Return the reasons this rule may refuse with; none for one that refuses nothing, or has no column form."""
    if isinstance(rule.params, PauseParams | ContentForbiddenParams):
        return (rule.params.reason_code,)
    if isinstance(rule.params, SenderParams):
        return (ReasonCode.USE_NOT_CARRIED if rule.params.is_barred else ReasonCode.SENDER_NOT_REGISTERED,)
    return _CODES.get(type(rule.params), ())


def compile_rule(rule: Rule, speech: Speech) -> Compiled | None:
    """Return the rule as a row; None for one that refuses nothing to a contact of this kind."""
    if isinstance(rule.params, _SILENT):
        return None
    compiler = _COMPILERS.get(type(rule.params))
    return compiler(rule, rule.params, speech) if compiler is not None else Compiled(UNJUDGED, None)


def compile_lift(rule: Rule, speech: Speech) -> Row | None:
    """Return an exception as a row: flags it needs, whether only the answer, only that day, only on the same channel.

    None where nobody signed what loosens law.
    """
    params = rule.params
    assert isinstance(params, ExceptionParams), "only exceptions lift"
    if not rule.may_loosen(unsigned_bind=speech.unsigned_bind):
        return None
    return (bits(params.requires), params.answers_inbound, params.answers_same_day, params.same_channel)


def _hours(rule: Rule, params: HoursParams, speech: Speech) -> Compiled:
    may_loosen = rule.may_loosen(unsigned_bind=speech.unsigned_bind)
    row = (bits(params.unless), params.unless_days_past_due_over) if may_loosen else (0, None)
    return Compiled("hours", ReasonCode.QUIET_HOURS, row)


def _designated(rule: Rule, params: DesignatedParams, speech: Speech) -> Compiled:
    may_loosen = rule.may_loosen(unsigned_bind=speech.unsigned_bind)
    row = (bits(params.unless), params.most_closed_minutes) if may_loosen else (0, None)
    return Compiled("designated", ReasonCode.INCONVENIENT_TIME, row)


def _cap(rule: Rule, params: CapParams, speech: Speech) -> Compiled:
    stuck_at: int | None = None
    if params.when_full is WhenFull.BLOCK:
        stuck_at = params.max
    elif params.block_at is not None:
        stuck_at = max(params.max, params.block_at)
    may_loosen = rule.may_loosen(unsigned_bind=speech.unsigned_bind)
    row = (params.max, stuck_at, bits(params.unless) if may_loosen else 0)
    return Compiled("caps", ReasonCode.FREQUENCY_CAP, row)


def _consent(_rule: Rule, params: ConsentParams, _speech: Speech) -> Compiled:
    return Compiled("consents", ReasonCode.NO_CONSENT, (bits(params.any_of), bits(params.barred)))


def _optout(_rule: Rule, params: OptOutParams, speech: Speech) -> Compiled:
    covers = params.covers
    # A refusal of promotions stops other purposes only where the rule covers nothing else.
    if speech.purpose is not Purpose.PROMOTION and covers != {OptOutScope.PROMOTION}:
        covers -= {OptOutScope.PROMOTION}
    confirmed = sum(refusal_bit(scope, is_confirmed=True) for scope in covers)
    unconfirmed = sum(refusal_bit(scope, is_confirmed=False) for scope in covers)
    row = (confirmed, unconfirmed) if params.only_confirmed else (confirmed | unconfirmed, 0)
    return Compiled("refusing_opt_outs", ReasonCode.OPTED_OUT, row)


def _confirmation(_rule: Rule, params: ConfirmationParams, _speech: Speech) -> Compiled:
    return Compiled("confirmations", ReasonCode.OPTED_OUT, (params.max, params.within_minutes))


def _pause(rule: Rule, params: PauseParams, speech: Speech) -> Compiled | None:
    until = 0
    if rule.may_loosen(unsigned_bind=speech.unsigned_bind):
        if speech.purpose in params.still_allowed:
            return None
        until = bits(params.until)
    return Compiled("pauses", params.reason_code, (bits(params.trigger), until))


def _sender(_rule: Rule, params: SenderParams, speech: Speech) -> Compiled | None:
    """Judge the carriage here, like a plan: it belongs to the message. The flags belong to the account."""
    code = judge_carriage(params, speech.carriage)
    if code is not None:
        return Compiled(ALWAYS, code)
    return Compiled("pauses", ReasonCode.SENDER_NOT_REGISTERED, (bits(params.barred), 0)) if params.barred else None


def _forbearance(_rule: Rule, params: ForbearanceParams, _speech: Speech) -> Compiled:
    return Compiled("forbearances", ReasonCode.FORBEARANCE_REQUIRED, (bits(params.shown_by),))


def _third_party(_rule: Rule, params: ThirdPartyParams, speech: Speech) -> Compiled:
    is_inquiry = speech.purpose is Purpose.LOCATION_INQUIRY
    asks_once = is_inquiry and params.location_inquiry_once
    needs = params.inquiry_needs if is_inquiry and not asks_once else frozenset[Flag]()
    asks_who = bool(params.may_contact) and not asks_once and not needs
    strangers = RECIPIENTS - params.may_contact if asks_who else frozenset[Flag]()
    is_undisclosable = not speech.identity_proven and speech.discloses in params.needs_identity
    text_days = params.text_known_days if speech.channel is Channel.SMS else None
    row = (bits(params.barred | strangers), is_undisclosable, asks_once, bits(needs), text_days)
    return Compiled("third_parties", ReasonCode.THIRD_PARTY, row)


def _place(rule: Rule, params: PlaceParams, speech: Speech) -> Compiled:
    may_loosen = rule.may_loosen(unsigned_bind=speech.unsigned_bind)
    loosened = (bits(params.unless), params.unless_used) if may_loosen else (0, False)
    return Compiled("barred_places", ReasonCode.INCONVENIENT_PLACE, (bits(params.when_all), *loosened))


def _plan(_rule: Rule, params: PlanParams, speech: Speech) -> Compiled | None:
    """Judge the plan here: it belongs to the message, and all who get this message get this plan."""
    plan = speech.plan
    if plan is None:
        return None
    if exceeded(params, plan):
        return Compiled(ALWAYS, ReasonCode.PLAN_LIMIT)
    says_it = plan.states is None or params.must_state <= plan.states
    return None if says_it else Compiled(ALWAYS, ReasonCode.MISSING_CONTENT)


def _required(_rule: Rule, params: ContentRequiredParams, speech: Speech) -> Compiled | None:
    """Judge the text here, like a plan."""
    code = judge_required(params, speech.content)
    return Compiled(ALWAYS, code) if code is not None else None


def _forbidden(_rule: Rule, params: ContentForbiddenParams, speech: Speech) -> Compiled | None:
    code = judge_forbidden(params, speech.content)
    return Compiled(ALWAYS, code) if code is not None else None


# Change which rules bind, or ask something of the lender that no single message shows.
_SILENT: Final = (ExceptionParams, ImportParams, BasisParams, ProcessParams, RecordParams, ResumeParams)
# Each function takes the parameter type it stands under; the table is what pairs them, so the value type is open.
_COMPILERS: Final[Mapping[type, Callable[[Rule, Any, Speech], Compiled | None]]] = {
    HoursParams: _hours,
    DesignatedParams: _designated,
    CapParams: _cap,
    ConsentParams: _consent,
    OptOutParams: _optout,
    ConfirmationParams: _confirmation,
    PauseParams: _pause,
    SenderParams: _sender,
    ForbearanceParams: _forbearance,
    ThirdPartyParams: _third_party,
    PlaceParams: _place,
    PlanParams: _plan,
    ContentRequiredParams: _required,
    ContentForbiddenParams: _forbidden,
}
_CODES: Final[Mapping[type, tuple[ReasonCode, ...]]] = {
    HoursParams: (ReasonCode.QUIET_HOURS, ReasonCode.HOLIDAY),
    DesignatedParams: (ReasonCode.INCONVENIENT_TIME,),
    CapParams: (ReasonCode.FREQUENCY_CAP,),
    ConsentParams: (ReasonCode.NO_CONSENT,),
    OptOutParams: (ReasonCode.OPTED_OUT,),
    ConfirmationParams: (ReasonCode.OPTED_OUT,),
    ForbearanceParams: (ReasonCode.FORBEARANCE_REQUIRED,),
    ThirdPartyParams: (ReasonCode.THIRD_PARTY,),
    PlaceParams: (ReasonCode.INCONVENIENT_PLACE,),
    PlanParams: (ReasonCode.PLAN_LIMIT, ReasonCode.MISSING_CONTENT),
    ContentRequiredParams: (ReasonCode.MISSING_CONTENT,),
}
