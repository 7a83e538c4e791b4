"""Read the parameters of each kind of rule from its `params` table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from parley.purpose import Channel, Purpose
from parley.rulebook.fields import Fields
from parley.rulebook.rule import (
    CapParams,
    ConfirmationParams,
    ConsentParams,
    DesignatedParams,
    ExceptionParams,
    HoursParams,
    ImportParams,
    OptOutParams,
    Params,
    PauseParams,
    PlaceParams,
    ThirdPartyParams,
)
from parley.rulebook.terms import (
    Consent,
    Counting,
    Discloses,
    Flag,
    Kind,
    OptOutScope,
    Outcome,
    Per,
    ReasonCode,
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
        unless=fields.some_of("unless", Flag),
        unless_days_past_due_over=fields.number("unless_days_past_due_over", least=0),
    )


def _designated(fields: Fields) -> Params:
    return DesignatedParams(zone=fields.zone("zone"))


def _cap(fields: Fields) -> Params:
    most = fields.number("max")
    hours, days = fields.number("window_hours"), fields.number("window_days", most=400)
    if most is None or (hours is None) == (days is None):
        fields.fail(
            "max",
            "a cap has max and either window_hours or window_days",
            "频次规则须有 max，并在 window_hours 与 window_days 中取其一",
        )
    return CapParams(
        max=most,
        window_hours=hours,
        window_days=days,
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
    return ConsentParams(any_of=_filled(fields, "any_of", fields.some_of("any_of", Consent)))


def _optout(fields: Fields) -> Params:
    return OptOutParams(
        covers=_filled(fields, "covers", fields.some_of("covers", OptOutScope)),
        only_confirmed=fields.truth("only_confirmed"),
        words=fields.words("words"),
    )


def _confirmation(fields: Fields) -> Params:
    most = fields.number("max")
    if most is None:
        fields.fail("max", "say how often a refusal may be confirmed", "须写明可确认的次数 max")
    return ConfirmationParams(max=most, within_minutes=fields.number("within_minutes"))


def _pause(fields: Fields) -> Params:
    return PauseParams(
        trigger=_filled(fields, "trigger", fields.some_of("trigger", Flag)),
        reason_code=fields.one_of("reason_code", ReasonCode),
        until=fields.some_of("until", Flag),
        still_allowed=fields.some_of("still_allowed", Purpose),
    )


def _third_party(fields: Fields) -> Params:
    return ThirdPartyParams(
        may_contact=fields.some_of("may_contact", Flag),
        barred=fields.some_of("barred", Flag),
        location_inquiry_once=fields.truth("location_inquiry_once"),
        needs_identity=fields.some_of("needs_identity", Discloses),
    )


def _place(fields: Fields) -> Params:
    return PlaceParams(
        when_all=_filled(fields, "when_all", fields.some_of("when_all", Flag)),
        unless_used=fields.truth("unless_used"),
    )


def _exception(fields: Fields) -> Params:
    return ExceptionParams(
        overrides=_filled(fields, "overrides", fields.words("overrides")),
        answers_inbound=fields.truth("answers_inbound"),
        same_channel=fields.truth("same_channel"),
        requires=fields.some_of("requires", Flag),
    )


def _import(fields: Fields) -> Params:
    return ImportParams(rules=_filled(fields, "rules", fields.words("rules")))


def _filled(fields: Fields, key: str, value: frozenset[T]) -> frozenset[T]:
    if not value:
        fields.fail(key, f"{key} is empty or missing", f"{key} 为空或缺失")
    return value


# The kinds this version evaluates; the loader refuses the others, so that no rule is carried that nobody asks.
READERS: Final[Mapping[Kind, Callable[[Fields], Params]]] = {
    Kind.HOURS: _hours,
    Kind.DESIGNATED_TIMES: _designated,
    Kind.FREQUENCY: _cap,
    Kind.CONSENT: _consent,
    Kind.OPTOUT: _optout,
    Kind.CONTENT_REQUIRED: _confirmation,
    Kind.PAUSE: _pause,
    Kind.THIRD_PARTY: _third_party,
    Kind.PLACE: _place,
    Kind.EXCEPTION: _exception,
    Kind.IMPORT: _import,
}
