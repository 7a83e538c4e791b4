"""Judge one rule on prepared facts: the reason code it refuses with, if any.

One small function per kind, found in a table. Nothing here knows clocks, zones or history; nothing knows more than
one rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from parley.purpose import Purpose
from parley.rulebook.prepared import Designation, LocalMoment, Prepared
from parley.rulebook.rule import (
    ALL_KNOWN,
    CapParams,
    ConfirmationParams,
    ConsentParams,
    DayWindows,
    DesignatedParams,
    ExceptionParams,
    HoursParams,
    ImportParams,
    OptOutParams,
    PauseParams,
    PlaceParams,
    Rule,
    ThirdPartyParams,
)
from parley.rulebook.terms import Flag, OptOutScope, ReasonCode, WhenFull

# Flags that say the recipient is somebody else; a rule lists those it lets through.
RECIPIENTS: Final = frozenset(
    {
        Flag.RECIPIENT_IS_THIRD_PARTY,
        Flag.RECIPIENT_IS_SPOUSE,
        Flag.RECIPIENT_IS_GUARANTOR,
        Flag.RECIPIENT_IS_EXECUTOR,
    }
)


def evaluate(rule: Rule, facts: Prepared) -> ReasonCode | None:
    """Return the reason *rule* refuses with, or None where it lets the contact pass.

    The caller has chosen the rule: it is in force and binds this actor, purpose, channel and product.
    """
    if not rule.requires <= facts.flags:
        return None
    return _EVALUATORS[type(rule.params)](rule, rule.params, facts)


def overridden(exceptions: tuple[Rule, ...], facts: Prepared) -> dict[str, str]:
    """Return the rules that do not bind now, each with the exception that lifts it."""
    lifted: dict[str, str] = {}
    for rule in exceptions:
        params = rule.params
        assert isinstance(params, ExceptionParams)
        if _applies(rule, params, facts):
            lifted.update(dict.fromkeys(params.overrides, rule.id))
    return lifted


def hours_lifted(rule: Rule, params: HoursParams, facts: Prepared) -> bool:
    """Say whether an `unless` of an hours rule lifts it, and may."""
    if not rule.may_loosen(unsigned_bind=facts.unsigned_bind):
        return False
    over = params.unless_days_past_due_over
    return bool(params.unless & facts.flags) or (over is not None and facts.days_past_due > over)


def in_windows(windows: DayWindows, minute: int) -> bool:
    """Say whether *minute* of a day is in one of the windows; the closing minute is not."""
    return any(start <= minute < end for start, end in windows)


def blocks(params: CapParams, count: int) -> bool:
    """Say whether *count* contacts use the cap up in a way that waiting does not mend."""
    if count < params.max:
        return False
    return params.when_full is WhenFull.BLOCK or (params.block_at is not None and count >= params.block_at)


def _applies(rule: Rule, params: ExceptionParams, facts: Prepared) -> bool:
    if not rule.may_loosen(unsigned_bind=facts.unsigned_bind) or not params.requires <= facts.flags:
        return False
    if params.answers_inbound and not facts.answers_inbound:
        return False
    return facts.answers_same_channel or not params.same_channel


def _zones(zone: str, facts: Prepared) -> tuple[str, ...]:
    return facts.zones if zone == ALL_KNOWN else (zone,)


def _hours(rule: Rule, params: HoursParams, facts: Prepared) -> ReasonCode | None:
    if hours_lifted(rule, params, facts):
        return None
    zones = _zones(params.zone, facts)
    moments = [facts.moments[zone] for zone in zones]
    # No known zone is no open zone.
    if moments and all(in_windows(params.open[moment.weekday], moment.minute) for moment in moments):
        return None
    return ReasonCode.QUIET_HOURS


def suits(designation: Designation, moment: LocalMoment) -> bool:
    """Say whether a moment suits the borrower who named these times."""
    if designation.from_day is not None and moment.day < designation.from_day:
        return False
    if designation.closed is not None and in_windows(designation.closed[moment.weekday], moment.minute):
        return False
    return designation.only is None or in_windows(designation.only[moment.weekday], moment.minute)


def _designated(_rule: Rule, params: DesignatedParams, facts: Prepared) -> ReasonCode | None:
    moments = [facts.moments[zone] for zone in _zones(params.zone, facts)]
    fits = all(suits(designation, moment) for designation in facts.designations for moment in moments)
    return None if fits else ReasonCode.INCONVENIENT_TIME


def _cap(rule: Rule, params: CapParams, facts: Prepared) -> ReasonCode | None:
    return ReasonCode.FREQUENCY_CAP if facts.counts[rule.id] >= params.max else None


def _consent(_rule: Rule, params: ConsentParams, facts: Prepared) -> ReasonCode | None:
    return None if params.any_of & facts.consents else ReasonCode.NO_CONSENT


def _optout(_rule: Rule, params: OptOutParams, facts: Prepared) -> ReasonCode | None:
    for opt_out in facts.opt_outs:
        if opt_out.scope not in params.covers:
            continue
        if opt_out.scope is OptOutScope.PROMOTION and not _reaches(params, facts.purpose):
            continue
        if params.only_confirmed and opt_out.confirmed_at is None and facts.confirmations == 0:
            continue
        return ReasonCode.OPTED_OUT
    return None


def _reaches(params: OptOutParams, purpose: Purpose) -> bool:
    """Say whether a refusal of promotions stops *purpose*: others only where the rule covers nothing else."""
    return purpose is Purpose.PROMOTION or params.covers == {OptOutScope.PROMOTION}


def _confirmation(_rule: Rule, params: ConfirmationParams, facts: Prepared) -> ReasonCode | None:
    late = (
        params.within_minutes is not None
        and facts.minutes_since_opt_out is not None
        and facts.minutes_since_opt_out > params.within_minutes
    )
    if facts.minutes_since_opt_out is None or facts.confirmations >= params.max or late:
        return ReasonCode.OPTED_OUT
    return None


def _pause(rule: Rule, params: PauseParams, facts: Prepared) -> ReasonCode | None:
    if not params.trigger & facts.flags:
        return None
    if rule.may_loosen(unsigned_bind=facts.unsigned_bind) and (
        params.until & facts.flags or facts.purpose in params.still_allowed
    ):
        return None
    return params.reason_code


def _third_party(_rule: Rule, params: ThirdPartyParams, facts: Prepared) -> ReasonCode | None:
    undisclosable = not facts.identity_proven and facts.discloses in params.needs_identity
    if undisclosable or params.barred & facts.flags:
        return ReasonCode.THIRD_PARTY
    if facts.purpose is Purpose.LOCATION_INQUIRY and params.location_inquiry_once:
        return ReasonCode.THIRD_PARTY if facts.asked_location else None
    if not params.may_contact:
        return None
    return ReasonCode.THIRD_PARTY if (RECIPIENTS & facts.flags) - params.may_contact else None


def _place(rule: Rule, params: PlaceParams, facts: Prepared) -> ReasonCode | None:
    if not params.when_all <= facts.flags:
        return None
    if params.unless_used and facts.address_used and rule.may_loosen(unsigned_bind=facts.unsigned_bind):
        return None
    return ReasonCode.INCONVENIENT_PLACE


def _nothing(_rule: Rule, _params: ExceptionParams | ImportParams, _facts: Prepared) -> ReasonCode | None:
    """Exceptions and imports change which rules bind; they refuse nothing themselves."""
    return None


# Each function takes the parameter type it stands under; the table is what pairs them, so the value type is open.
_EVALUATORS: Final[Mapping[type, Callable[[Rule, Any, Prepared], ReasonCode | None]]] = {
    HoursParams: _hours,
    DesignatedParams: _designated,
    CapParams: _cap,
    ConsentParams: _consent,
    OptOutParams: _optout,
    ConfirmationParams: _confirmation,
    PauseParams: _pause,
    ThirdPartyParams: _third_party,
    PlaceParams: _place,
    ExceptionParams: _nothing,
    ImportParams: _nothing,
}
