"""Read the parameters of each kind of rule from its `params` table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final, TypeVar

from parley.purpose import Channel, Purpose
from parley.rulebook.content_params import read_forbidden, read_required
from parley.rulebook.fields import Fields
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
    Params,
    PauseParams,
    PlaceParams,
    PlanParams,
    ProcessParams,
    RateBand,
    RecordParams,
    ResumeParams,
    SenderParams,
    ThirdPartyParams,
)
from parley.rulebook.terms import (
    Calendar,
    Consent,
    Counting,
    Discloses,
    Duty,
    Flag,
    Kept,
    Kind,
    OptOutScope,
    Outcome,
    Per,
    PlanStatement,
    PlanTrait,
    ReasonCode,
    RecordStart,
    Registered,
    SenderForm,
    WhenFull,
)

T = TypeVar("T")


def read_params(kind: Kind, fields: Fields) -> Params:
    """Return the parameters of a rule of *kind*. Raises BadInput with the line and what is allowed."""
    params = READERS[kind](fields)
    fields.finish()
    return params


def _hours(fields: Fields) -> Params:
    if not fields.has("open"):
        fields.fail("open", "an hours rule says when it is open", "时段规则须写明 open")
    return HoursParams(
        open=fields.week("open"),
        zone=fields.zone("zone"),
        holidays=fields.text("holidays", "") or None,
        unless=fields.some_of("unless", Flag),
        unless_days_past_due_over=fields.number("unless_days_past_due_over", least=0),
    )


def _designated(fields: Fields) -> Params:
    return DesignatedParams(
        zone=fields.zone("zone"),
        unless=fields.some_of("unless", Flag),
        most_closed_minutes=fields.number("most_closed_minutes"),
    )


def _cap(fields: Fields) -> Params:
    most = fields.number("max")
    hours, days = fields.number("window_hours"), fields.number("window_days", most=400)
    calendar = fields.one_of("window_calendar", Calendar) if fields.has("window_calendar") else None
    if most is None or sum(one is not None for one in (hours, days, calendar)) != 1:
        fields.fail(
            "max",
            "a cap has max and one of window_hours, window_days and window_calendar",
            "频次规则须有 max，并在 window_hours、window_days 与 window_calendar 中取其一",
        )
    return CapParams(
        max=most,
        window_hours=hours,
        window_days=days,
        window_calendar=calendar,
        unless=fields.some_of("unless", Flag),
        consent_days=fields.number("consent_days"),
        zone=fields.zone("zone"),
        per=fields.one_of("per", Per, Per.PERSON),
        count=fields.one_of("count", Counting, Counting.PLACED),
        inbound_counts=fields.truth("inbound_counts"),
        counts_channels=fields.some_of("counts_channels", Channel),
        counts_purposes=fields.some_of("counts_purposes", Purpose),
        exclude_outcomes=fields.some_of("exclude_outcomes", Outcome),
        when_full=fields.one_of("when_full", WhenFull, WhenFull.DEFER),
        block_at=fields.number("block_at"),
    )


def _consent(fields: Fields) -> Params:
    if fields.truth("not_needed"):
        return BasisParams()
    return ConsentParams(
        any_of=_filled(fields, "any_of", fields.some_of("any_of", Consent)), barred=fields.some_of("barred", Flag)
    )


def _optout(fields: Fields) -> Params:
    if fields.has("resumed_by"):
        return ResumeParams(_filled(fields, "resumed_by", fields.words("resumed_by")))
    return OptOutParams(
        covers=_filled(fields, "covers", fields.some_of("covers", OptOutScope)),
        only_confirmed=fields.truth("only_confirmed"),
        words=fields.words("words"),
        within_business_days=fields.number("within_business_days"),
    )


def _required(fields: Fields) -> Params:
    if fields.has("duties"):
        return _process(fields)
    return _confirmation(fields) if fields.has("max") else read_required(fields)


def _confirmation(fields: Fields) -> Params:
    most = fields.number("max")
    assert most is not None, "it is there"
    return ConfirmationParams(max=most, within_minutes=fields.number("within_minutes"))


def _pause(fields: Fields) -> Params:
    return PauseParams(
        trigger=_filled(fields, "trigger", fields.some_of("trigger", Flag)),
        reason_code=fields.one_of("reason_code", ReasonCode),
        length_days=fields.number("length_days"),
        renewals=fields.number("renewals", least=0),
        until=fields.some_of("until", Flag),
        still_allowed=fields.some_of("still_allowed", Purpose),
    )


def _third_party(fields: Fields) -> Params:
    return ThirdPartyParams(
        may_contact=fields.some_of("may_contact", Flag),
        barred=fields.some_of("barred", Flag),
        location_inquiry_once=fields.truth("location_inquiry_once"),
        inquiry_needs=fields.some_of("inquiry_needs", Flag),
        text_known_days=fields.number("text_known_days"),
        needs_identity=fields.some_of("needs_identity", Discloses),
    )


def _place(fields: Fields) -> Params:
    return PlaceParams(
        when_all=_filled(fields, "when_all", fields.some_of("when_all", Flag)),
        unless=fields.some_of("unless", Flag),
        unless_used=fields.truth("unless_used"),
    )


def _exception(fields: Fields) -> Params:
    return ExceptionParams(
        overrides=_filled(fields, "overrides", fields.words("overrides")),
        answers_inbound=fields.truth("answers_inbound"),
        answers_same_day=fields.truth("answers_same_day"),
        same_channel=fields.truth("same_channel"),
        requires=fields.some_of("requires", Flag),
    )


def _import(fields: Fields) -> Params:
    return ImportParams(rules=_filled(fields, "rules", fields.words("rules")))


def _sender(fields: Fields) -> Params:
    params = SenderParams(
        barred=fields.some_of("barred", Flag),
        needs=fields.some_of("needs", Registered),
        forms=fields.some_of("forms", SenderForm),
        is_barred=fields.truth("is_barred"),
    )
    if params.is_barred == bool(params.needs or params.barred):
        fields.fail(
            "params",
            "a sender rule says what must be registered (needs, barred), or is_barred = true, not both",
            "发送方规则须写明须登记的事项（needs、barred），或写 is_barred = true，二者只取其一",
        )
    return params


def _forbearance(fields: Fields) -> Params:
    return ForbearanceParams(shown_by=_filled(fields, "shown_by", fields.some_of("shown_by", Flag)))


def _process(fields: Fields) -> Params:
    return ProcessParams(duties=_filled(fields, "duties", fields.some_of("duties", Duty)))


def _record(fields: Fields) -> Params:
    months = fields.number("months")
    if months is None:
        fields.fail("months", "say for how many months records are kept", "须写明保存月数 months")
    return RecordParams(
        keeps=fields.one_of("keeps", Kept),
        months=months,
        start=fields.one_of("start", RecordStart, RecordStart.LAST_ACTIVITY),
    )


def _plan(fields: Fields) -> Params:
    if fields.has("duties"):
        return _process(fields)
    params = PlanParams(
        max_months=fields.number("max_months"),
        apr_bands=_bands(fields),
        default_apr_max=fields.percent("default_apr_max_percent"),
        only_new_disbursement=fields.truth("only_new_disbursement"),
        interest_within_principal=fields.truth("interest_within_principal"),
        forbids=fields.some_of("forbids", PlanTrait),
        must_state=fields.some_of("must_state", PlanStatement),
    )
    if params in {PlanParams(), PlanParams(only_new_disbursement=True)}:
        fields.fail("params", "a plan rule has at least one bound", "方案规则至少有一项限制")
    return params


def _bands(fields: Fields) -> tuple[RateBand, ...]:
    bands = []
    for band in fields.tables("apr_bands"):
        rate = band.percent("apr_max_percent")
        if rate is None:
            band.fail("apr_bands", "each band has apr_max_percent", "每档须有 apr_max_percent")
        bands.append(RateBand(band.number("below_minor", most=10**15), rate))
        band.finish()
    # The last may be open above; every other has a bound, and each is higher than the one before.
    bounds = [band.below_minor for band in bands]
    known = [bound for bound in bounds if bound is not None]
    if None in bounds[:-1] or any(higher <= lower for lower, higher in pairwise(known)):
        fields.fail("apr_bands", "bands ascend by below_minor; only the last may have none", "各档 below_minor 须递增")
    return tuple(bands)


def _filled(fields: Fields, key: str, value: frozenset[T]) -> frozenset[T]:
    if not value:
        fields.fail(key, f"{key} is empty or missing", f"{key} 为空或缺失")
    return value


# Every kind has a reader, so that no rule is carried that nobody asks.
READERS: Final[Mapping[Kind, Callable[[Fields], Params]]] = {
    Kind.HOURS: _hours,
    Kind.DESIGNATED_TIMES: _designated,
    Kind.FREQUENCY: _cap,
    Kind.CONSENT: _consent,
    Kind.OPTOUT: _optout,
    Kind.CONTENT_REQUIRED: _required,
    Kind.CONTENT_FORBIDDEN: read_forbidden,
    Kind.PAUSE: _pause,
    Kind.THIRD_PARTY: _third_party,
    Kind.PLACE: _place,
    Kind.EXCEPTION: _exception,
    Kind.IMPORT: _import,
    Kind.SENDER: _sender,
    Kind.PLAN: _plan,
    Kind.FORBEARANCE_FIRST: _forbearance,
    Kind.PROCESS: _process,
    Kind.RECORD: _record,
}
