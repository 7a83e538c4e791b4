"""Judge one rule on prepared facts: the reason code it refuses with, if any.

One small function per kind, found in a table. Nothing here knows clocks, zones or history; nothing knows more than
one rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from parley.purpose import Channel, Purpose
from parley.rulebook.content import (
    ContentForbiddenParams,
    ContentRequiredParams,
    judge_forbidden,
    judge_required,
)
from parley.rulebook.plan import exceeded
from parley.rulebook.prepared import Carriage, Designation, LocalMoment, Prepared
from parley.rulebook.rule import (
    ALL_KNOWN,
    BasisParams,
    CapParams,
    ConfirmationParams,
    ConsentParams,
    DayWindows,
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
    if not concerns(rule, facts):
        return None
    return _EVALUATORS[type(rule.params)](rule, rule.params, facts)


def concerns(rule: Rule, facts: Prepared) -> bool:
    """Say whether the rule is about a borrower and a contract like this; a contract of unknown date is."""
    if not rule.requires <= facts.flags:
        return False
    if facts.contract_on is None:
        return True
    if rule.contract_from is not None and facts.contract_on < rule.contract_from:
        return False
    return rule.contract_to is None or facts.contract_on <= rule.contract_to


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


def carried(rule: Rule, params: DesignatedParams, facts: Prepared) -> tuple[Designation, ...]:
    """Return the borrower's wishes about time that this rule makes binding."""
    if not rule.may_loosen(unsigned_bind=facts.unsigned_bind):
        return facts.designations
    if params.unless & facts.flags:
        return ()
    most = params.most_closed_minutes
    return tuple(one for one in facts.designations if most is None or closed_minutes(one) <= most)


def closed_minutes(designation: Designation) -> int:
    """Return how many minutes of a week a wish closes."""
    wanted = designation.only
    kept = 7 * 24 * 60 if wanted is None else sum(end - start for day in wanted for start, end in day)
    shut = designation.closed or ()
    return 7 * 24 * 60 - kept + sum(end - start for day in shut for start, end in day)


def cap_lifted(rule: Rule, params: CapParams, facts: Prepared) -> bool:
    """Say whether a flag or a consent to more contacts lifts a cap, and may."""
    if not rule.may_loosen(unsigned_bind=facts.unsigned_bind):
        return False
    return bool(params.unless & facts.flags) or rule.id in facts.consent_lasts


def is_shut(params: HoursParams, day: date, facts: Prepared) -> bool:
    """Say whether the rule knows no hours on this day: a holiday, or a weekday that never opens."""
    if not params.open[day.weekday()]:
        return True
    return params.holidays is not None and day in facts.calendars[params.holidays].days


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
    if params.answers_same_day and not facts.answers_same_day:
        return False
    return facts.answers_same_channel or not params.same_channel


def _zones(zone: str, facts: Prepared) -> tuple[str, ...]:
    return facts.zones if zone == ALL_KNOWN else (zone,)


def _hours(rule: Rule, params: HoursParams, facts: Prepared) -> ReasonCode | None:
    if hours_lifted(rule, params, facts):
        return None
    zones = _zones(params.zone, facts)
    moments = [facts.moments[zone] for zone in zones]
    if any(is_shut(params, moment.day, facts) for moment in moments):
        return ReasonCode.HOLIDAY
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


def _designated(rule: Rule, params: DesignatedParams, facts: Prepared) -> ReasonCode | None:
    moments = [facts.moments[zone] for zone in _zones(params.zone, facts)]
    fits = all(suits(designation, moment) for designation in carried(rule, params, facts) for moment in moments)
    return None if fits else ReasonCode.INCONVENIENT_TIME


def _cap(rule: Rule, params: CapParams, facts: Prepared) -> ReasonCode | None:
    if cap_lifted(rule, params, facts):
        return None
    return ReasonCode.FREQUENCY_CAP if facts.counts[rule.id] >= params.max else None


def _consent(_rule: Rule, params: ConsentParams, facts: Prepared) -> ReasonCode | None:
    return None if params.any_of & facts.consents and not params.barred & facts.flags else ReasonCode.NO_CONSENT


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
    holding = params.trigger & facts.flags
    if not holding:
        return None
    if rule.may_loosen(unsigned_bind=facts.unsigned_bind):
        if params.until & facts.flags or facts.purpose in params.still_allowed:
            return None
        if all(_over(params, facts.since.get(flag, ()), facts.today) for flag in holding):
            return None
    return params.reason_code


def _over(params: PauseParams, began: tuple[date, ...], today: date) -> bool:
    """Say whether a pause that began on these days has run its length; one that began nobody knows when has not."""
    if params.length_days is None or not began:
        return False
    length = timedelta(days=params.length_days)
    end, renewed = began[0] + length, 0
    for day in began[1:]:
        if day >= end:
            end, renewed = day + length, 0
        elif params.renewals is None or renewed < params.renewals:
            end, renewed = day + length, renewed + 1
    return today >= end


def _third_party(_rule: Rule, params: ThirdPartyParams, facts: Prepared) -> ReasonCode | None:
    undisclosable = not facts.identity_proven and facts.discloses in params.needs_identity
    if undisclosable or params.barred & facts.flags:
        return ReasonCode.THIRD_PARTY
    if _changed_hands(params, facts):
        return ReasonCode.THIRD_PARTY
    if facts.purpose is Purpose.LOCATION_INQUIRY and params.location_inquiry_once:
        return ReasonCode.THIRD_PARTY if facts.asked_location else None
    if facts.purpose is Purpose.LOCATION_INQUIRY and params.inquiry_needs:
        may_ask = params.inquiry_needs & facts.flags and Flag.THIRD_PARTY_REFUSED not in facts.flags
        return None if may_ask else ReasonCode.THIRD_PARTY
    if not params.may_contact:
        return None
    return ReasonCode.THIRD_PARTY if (RECIPIENTS & facts.flags) - params.may_contact else None


def _changed_hands(params: ThirdPartyParams, facts: Prepared) -> bool:
    """Say whether a text may reach a stranger: the number is in doubt, and neither a text nor a check clears it."""
    if params.text_known_days is None or facts.channel is not Channel.SMS or facts.text_known is None:
        return False
    return facts.text_known > params.text_known_days and Flag.REASSIGNED_NUMBER_CHECKED_RECENTLY not in facts.flags


def _place(rule: Rule, params: PlaceParams, facts: Prepared) -> ReasonCode | None:
    if not params.when_all <= facts.flags:
        return None
    if rule.may_loosen(unsigned_bind=facts.unsigned_bind):
        if params.unless_used and facts.address_used:
            return None
        if params.unless & facts.flags:
            return None
    return ReasonCode.INCONVENIENT_PLACE


def _required(_rule: Rule, params: ContentRequiredParams, facts: Prepared) -> ReasonCode | None:
    return judge_required(params, facts.content)


def _forbidden(_rule: Rule, params: ContentForbiddenParams, facts: Prepared) -> ReasonCode | None:
    return judge_forbidden(params, facts.content)


def _sender(_rule: Rule, params: SenderParams, facts: Prepared) -> ReasonCode | None:
    return ReasonCode.SENDER_NOT_REGISTERED if params.barred & facts.flags else judge_carriage(params, facts.carriage)


def judge_carriage(params: SenderParams, carriage: Carriage | None) -> ReasonCode | None:
    """Return the reason a message carried like this is refused with. *carriage* None: not known, all is in order.

    A sender whose form nobody knows may be of any: what must be registered must be, what is barred needs to be seen.
    """
    if carriage is None or (params.forms and carriage.form not in {None, *params.forms}):
        return None
    if params.is_barred:
        return ReasonCode.USE_NOT_CARRIED if not params.forms or carriage.form is not None else None
    return None if params.needs <= carriage.registered else ReasonCode.SENDER_NOT_REGISTERED


def _forbearance(_rule: Rule, params: ForbearanceParams, facts: Prepared) -> ReasonCode | None:
    return None if params.shown_by & facts.flags else ReasonCode.FORBEARANCE_REQUIRED


def _plan(_rule: Rule, params: PlanParams, facts: Prepared) -> ReasonCode | None:
    if facts.plan is None:
        return None
    if exceeded(params, facts.plan):
        return ReasonCode.PLAN_LIMIT
    unsaid = facts.plan.states is not None and not params.must_state <= facts.plan.states
    return ReasonCode.MISSING_CONTENT if unsaid else None


def _nothing(_rule: Rule, _params: object, _facts: Prepared) -> ReasonCode | None:
    """Exceptions and imports change which rules bind; duties and records are kept elsewhere; the others ask nothing."""
    return None


# Each function takes the parameter type it stands under; the table is what pairs them, so the value type is open.
_EVALUATORS: Final[Mapping[type, Callable[[Rule, Any, Prepared], ReasonCode | None]]] = {
    HoursParams: _hours,
    DesignatedParams: _designated,
    CapParams: _cap,
    ConsentParams: _consent,
    BasisParams: _nothing,
    SenderParams: _sender,
    PlanParams: _plan,
    ForbearanceParams: _forbearance,
    ProcessParams: _nothing,
    RecordParams: _nothing,
    OptOutParams: _optout,
    ResumeParams: _nothing,
    ConfirmationParams: _confirmation,
    ContentRequiredParams: _required,
    ContentForbiddenParams: _forbidden,
    PauseParams: _pause,
    ThirdPartyParams: _third_party,
    PlaceParams: _place,
    ExceptionParams: _nothing,
    ImportParams: _nothing,
}
