"""Which cases does a rule need? Both sides of each number and date it holds, and the facts it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Final

from parley.contact.gate import Decision
from parley.contact.rule_cases import Judged, RuleCase
from parley.rulebook.evaluate import closed_minutes
from parley.rulebook.plan import highest_apr
from parley.rulebook.prepared import Carriage, LocalMoment, PlanTerms, Prepared
from parley.rulebook.rule import (
    ALL_KNOWN,
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
    RateBand,
    RecordParams,
    ResumeParams,
    Rule,
    SenderParams,
    ThirdPartyParams,
)
from parley.rulebook.terms import PlanTrait, Registered, SenderForm

# The parts of a case that hold the fact each kind of rule is about; two of its cases differ in nothing else.
_ABOUT: Final[Mapping[type, frozenset[str]]] = {
    HoursParams: frozenset({"now"}),
    DesignatedParams: frozenset({"now", "history"}),
    CapParams: frozenset({"history", "account"}),
    ConsentParams: frozenset({"debtor", "consents", "history"}),
    BasisParams: frozenset({"purpose", "now"}),
    OptOutParams: frozenset({"history"}),
    ResumeParams: frozenset({"purpose", "now"}),
    ConfirmationParams: frozenset({"history", "now"}),
    PauseParams: frozenset({"debtor", "history", "moratorium", "purpose", "days_past_due"}),
    ThirdPartyParams: frozenset({"debtor", "history", "discloses", "identity_proven"}),
    PlaceParams: frozenset({"debtor", "history"}),
    SenderParams: frozenset({"debtor", "carriage"}),
    PlanParams: frozenset({"plan"}),
    ForbearanceParams: frozenset({"debtor"}),
    ExceptionParams: frozenset({"debtor", "history", "now"}),
    ImportParams: frozenset({"actor", "now", "purpose", "jurisdiction"}),
    ProcessParams: frozenset({"as_of"}),
    RecordParams: frozenset({"as_of", "keeps", "until"}),
}
_DAY_MINUTES: Final = 24 * 60
# Kinds this module does not know speak of what a text contains.
_TEXT: Final = frozenset({"text", "content", "debtor", "purpose"})


@dataclass(frozen=True, slots=True)
class Need:
    """One case that must be there. `does`: the rule acts in it. `met` says whether a case is it."""

    what: str
    does: bool
    met: Callable[[RuleCase, Judged], bool]


def about(rule: Rule) -> frozenset[str]:
    """Return the parts of a case in which the fact of this rule lies."""
    return _ABOUT.get(type(rule.params), _TEXT)


def needs(rule: Rule) -> Iterator[Need]:
    """Yield the boundary cases of every number and date of the rule."""
    # What an import brings in begins with the rules it names.
    if not isinstance(rule.params, ImportParams):
        yield from _validity(rule)
    match rule.params:
        case HoursParams() as params:
            yield from _hours(params)
        case DesignatedParams(most_closed_minutes=int(most)):
            yield _acts(f"a wish of {most} minutes a week", lambda facts: most in _closed(facts))
            yield _rests(f"a wish of more than {most} minutes", lambda facts: max(_closed(facts), default=0) > most)
        case CapParams() as params:
            yield from _cap(rule, params)
        case ConfirmationParams() as params:
            yield from _confirmation(params)
        case PauseParams(length_days=int(length)) as params:
            yield from _pause(params, length)
        case ThirdPartyParams(text_known_days=int(days)):
            yield _rests(f"a text {days} days ago", lambda facts: facts.text_known == days)
            yield _acts(f"a text {days + 1} days ago", lambda facts: facts.text_known == days + 1)
        case SenderParams() as params:
            yield from _sender(params)
        case PlanParams() as params:
            yield from _plan(params)
        case _:
            return


def _need(what: str, holds: Callable[[Prepared], bool], *, does: bool) -> Need:
    return Need(what, does, lambda _, judged: judged.decision is not None and holds(judged.decision.case.prepared))


def _acts(what: str, holds: Callable[[Prepared], bool]) -> Need:
    return _need(what, holds, does=True)


def _rests(what: str, holds: Callable[[Prepared], bool]) -> Need:
    return _need(what, holds, does=False)


def _closed(facts: Prepared) -> list[int]:
    return [closed_minutes(one) for one in facts.designations]


def _validity(rule: Rule) -> Iterator[Need]:
    day = timedelta(days=1)
    for en, at, does in (
        ("the day it begins", rule.valid_from, True),
        ("the day before it begins", rule.valid_from - day, False),
        ("the day it ends", rule.valid_to, True),
        ("the day after it ends", rule.valid_to + day if rule.valid_to else None, False),
    ):
        if at is not None:
            yield Need(f"{en}, {at}", does, _on(rule, at))
    for en, at, does in (
        ("a contract of the first day", rule.contract_from, True),
        ("a contract of the day before", rule.contract_from - day if rule.contract_from else None, False),
        ("a contract of the last day", rule.contract_to, True),
        ("a contract of the day after", rule.contract_to + day if rule.contract_to else None, False),
    ):
        if at is not None:
            yield _need(f"{en}, {at}", partial(_contract_of, at), does=does)


def _contract_of(at: date, facts: Prepared) -> bool:
    return facts.contract_on == at


def _on(rule: Rule, at: date) -> Callable[[RuleCase, Judged], bool]:
    def met(case: RuleCase, judged: Judged) -> bool:
        if judged.decision is None:
            return bool(case.given.get("as_of") == at)
        return any(moment.day == at for moment in _moments(rule, judged.decision))

    return met


def _moments(rule: Rule, decision: Decision) -> list[LocalMoment]:
    facts = decision.case.prepared
    zone = getattr(rule.params, "zone", ALL_KNOWN)
    if zone != ALL_KNOWN and zone in facts.moments:
        return [facts.moments[zone]]
    return list(facts.moments.values())


def _hours(params: HoursParams) -> Iterator[Need]:
    for weekday, windows in enumerate(params.open):
        if windows in params.open[:weekday]:
            continue
        alike = frozenset(day for day in range(7) if params.open[day] == windows)
        if not windows:
            yield _at_minute(params, "a weekday without hours", alike, None, does=True)
        for start, end in windows:
            edges = (
                ("before it opens", start - 1, True),
                ("it opens", start, False),
                ("before it closes", end - 1, False),
                ("it closes", end, True),
            )
            for en, minute, does in edges:
                if 0 <= minute < _DAY_MINUTES:
                    clock = f"{minute // 60:02d}:{minute % 60:02d}"
                    yield _at_minute(params, f"the minute {en}, {clock}", alike, minute, does=does)
    if params.holidays is not None:
        name = params.holidays
        yield _acts(f"a holiday of {name}", lambda facts: _on_holiday(name, facts))
    over = params.unless_days_past_due_over
    if over is not None:
        yield _acts(f"{over} days past due", lambda facts: facts.days_past_due == over)
        yield _rests(f"{over + 1} days past due", lambda facts: facts.days_past_due == over + 1)


def _on_holiday(name: str, facts: Prepared) -> bool:
    return any(one.day in facts.calendars[name].days for one in facts.moments.values())


def _at_minute(params: HoursParams, en: str, weekdays: frozenset[int], minute: int | None, *, does: bool) -> Need:
    def holds(facts: Prepared) -> bool:
        moments = [facts.moments[params.zone]] if params.zone in facts.moments else list(facts.moments.values())
        return any(one.weekday in weekdays and minute in {None, one.minute} for one in moments)

    return _need(en, holds, does=does)


def _cap(rule: Rule, params: CapParams) -> Iterator[Need]:
    yield _rests(f"{params.max - 1} contacts", lambda facts: facts.counts.get(rule.id) == params.max - 1)
    yield _acts(f"{params.max} contacts", lambda facts: facts.counts.get(rule.id) == params.max)

    def left(_: RuleCase, judged: Judged) -> bool:
        return judged.decision is not None and len(judged.decision.case.counted_at.get(rule.id, ())) >= params.max

    yield Need(f"{params.max} contacts of which one has left the window", does=False, met=left)
    if params.block_at is not None:
        most = params.block_at
        for count in (most - 1, most):
            yield _acts(f"{count} contacts", partial(_counts, rule, count))


def _counts(rule: Rule, count: int, facts: Prepared) -> bool:
    return facts.counts.get(rule.id) == count


def _confirmation(params: ConfirmationParams) -> Iterator[Need]:
    yield _rests(f"{params.max - 1} confirmations", lambda facts: facts.confirmations == params.max - 1)
    yield _acts(f"{params.max} confirmations", lambda facts: facts.confirmations == params.max)
    within = params.within_minutes
    if within is not None:
        yield _rests(f"{within} minutes later", lambda facts: facts.minutes_since_opt_out == within)
        yield _acts(f"{within + 1} minutes later", lambda facts: facts.minutes_since_opt_out == within + 1)


def _pause(params: PauseParams, length: int) -> Iterator[Need]:
    def days(facts: Prepared) -> set[int]:
        return {(facts.today - began[-1]).days for flag, began in facts.since.items() if flag in params.trigger}

    yield _acts(f"{length - 1} days after it began", lambda facts: length - 1 in days(facts))
    yield _rests(f"{length} days after it began", lambda facts: length in days(facts))


def _sender(params: SenderParams) -> Iterator[Need]:
    for one in sorted(params.needs):
        others = params.needs - {one}
        yield _acts(f"all but the {one} registered", _of_carriage(partial(_lacks_only, one, others)))
    for form in sorted(params.forms):
        yield _acts(f"a sender of the form {form}", _of_carriage(partial(_is_of, form)))
    if params.forms:
        yield _rests("a sender of another form", _of_carriage(lambda one: one.form not in {None, *params.forms}))


def _lacks_only(lacking: Registered, others: frozenset[Registered], carriage: Carriage) -> bool:
    return lacking not in carriage.registered and others <= carriage.registered


def _is_of(form: SenderForm, carriage: Carriage) -> bool:
    return carriage.form is form


def _of_carriage(holds: Callable[[Carriage], bool]) -> Callable[[Prepared], bool]:
    return lambda facts: facts.carriage is not None and holds(facts.carriage)


def _plan(params: PlanParams) -> Iterator[Need]:
    most = params.max_months
    if most is not None:
        yield _rests(f"{most} months", _of_plan(lambda plan: plan.months == most))
        yield _acts(f"more than {most} months", _of_plan(lambda plan: _between(most, plan.months, most + 1)))
    for band in params.apr_bands:
        yield from _band(params, band)
    limit = params.default_apr_max
    if limit is not None:
        yield _rests(f"a default rate of {limit}", _of_plan(lambda plan: plan.default_apr == limit))
        yield _acts(f"a default rate above {limit}", _of_plan(lambda plan: _between(limit, plan.default_apr, 1)))
    if params.interest_within_principal:
        yield _rests("interest equal to the principal", _of_plan(lambda plan: _excess(plan) == 0))
        yield _acts("interest one above the principal", _of_plan(lambda plan: _excess(plan) == 1))
    for trait in sorted(params.forbids):
        yield _acts(f"a plan of which {trait} is true", _of_plan(partial(_has_trait, trait)))


def _band(params: PlanParams, band: RateBand) -> Iterator[Need]:
    def binds(plan: PlanTerms) -> bool:
        return highest_apr(params, plan.principal_minor) == band.apr_max

    rate = band.apr_max
    yield _rests(f"a rate of {rate}", _of_plan(lambda plan: plan.apr == rate and binds(plan)))
    yield _acts(f"a rate above {rate}", _of_plan(lambda plan: _between(rate, plan.apr, 1) and binds(plan)))
    if band.below_minor is not None:
        below = band.below_minor
        yield _rests(f"a principal of {below - 1}", _of_plan(lambda plan: plan.principal_minor == below - 1))
        yield _rests(f"a principal of {below}", _of_plan(lambda plan: plan.principal_minor == below))


def _between(above: int | Fraction, value: Fraction | None, most: int) -> bool:
    return value is not None and above < value <= most


def _has_trait(trait: PlanTrait, plan: PlanTerms) -> bool:
    return trait in plan.traits


def _excess(plan: PlanTerms) -> int | None:
    if plan.total_interest_minor is None or plan.principal_at_default_minor is None:
        return None
    return plan.total_interest_minor - plan.principal_at_default_minor


def _of_plan(holds: Callable[[PlanTerms], bool]) -> Callable[[Prepared], bool]:
    return lambda facts: facts.plan is not None and holds(facts.plan)
