"""The rules that bind a bucket's contacts as rows for a join: whom each binds, from when, how often, at which hours.

One *profile* for each kind of contact that occurs: a place approached in one way, as an answer or not. All that needs a
rulebook, a calendar or a time zone is settled here, once a profile; what differs from account to account (flags,
consents, counts, instants) is left to the columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import Final, TypeAlias

from parley.contact.calendar import (
    HORIZON_DAYS,
    Step,
    Window,
    lapse_steps,
    meet,
    open_times,
    opens_at_all,
    room_steps,
    window_start,
)
from parley.contact.columns import Approach, ContactClass, Legend, Place
from parley.contact.content import also_for
from parley.contact.facts import Direction
from parley.contact.hours import Interval, suitable_windows
from parley.contact.prepare import GateSettings
from parley.dates import Instant, local_date, start_of_day
from parley.purpose import Purpose
from parley.rulebook.book import Question, Rulebook, Selection, joined
from parley.rulebook.compile import Compiled, Speech, Telling, bits, compile_lift, compile_rule, tellings
from parley.rulebook.evaluate import closed_minutes
from parley.rulebook.rule import (
    ALL_KNOWN,
    CapParams,
    DesignatedParams,
    ExceptionParams,
    HoursParams,
    PauseParams,
    Rule,
    WeekWindows,
)
from parley.rulebook.terms import Calendar, Counting, Layer, Outcome, ReasonCode, Status

Value: TypeAlias = "int | bool | str | Instant | date | None"
Table: TypeAlias = list[tuple[Value, ...]]
# A profile: the numbers of its place and its approach, and whether it answers a message in time.
Key: TypeAlias = tuple[int, int, bool]
# Open hours of a week in one zone, without these days, from a day on.
Times: TypeAlias = tuple[WeekWindows, str, "frozenset[date]", "date | None"]
# Zones, and how many minutes of a week a wish may close at most to be carried.
Span: TypeAlias = "tuple[tuple[str, ...], int | None]"

_NO_ZONE: Final = ("UTC",)
_MICROSECOND: Final = timedelta(microseconds=1)
# Not contacts in the sense of "unprompted": what the borrower's own message or distress called for.
_CALLED_FOR: Final = frozenset({Purpose.OPT_OUT_CONFIRMATION, Purpose.CRISIS_REPLY})
_REACHED_NOBODY: Final = frozenset({Outcome.NO_ANSWER, Outcome.UNCONNECTED})
# Stretches of days that are no further apart are one.
_APART: Final = timedelta(days=10)
_LONGEST_MONTH: Final = 31


@dataclass(frozen=True, slots=True)
class Occurring:
    """What of a legend occurs among the asked: profiles, and (state, profile) where a state holds more than flags."""

    legend: Legend
    approaches: Sequence[Approach]
    keys: Iterable[Key]
    states: Iterable[tuple[int, Key]]


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Tables by name. `told`: what each number of a refusal means; the smaller number has precedence."""

    told: tuple[Telling, ...]
    tables: Mapping[str, Table]


def compile_dimensions(occurring: Occurring, rulebook: Rulebook, settings: GateSettings) -> Dimensions:
    """Return the rows that judge what occurs: pure, the same for the same arguments."""
    told = tellings(rulebook.rules)
    compiler = _Compiler(
        occurring,
        rulebook,
        settings,
        {rule.id: number for number, rule in enumerate(rulebook.rules)},
        {(one.rule.id, one.code, one.layer): number for number, one in enumerate(told)},
    )
    numbers = {key: number for number, key in enumerate(sorted(occurring.keys))}
    for key, number in numbers.items():
        compiler.add(number, key)
    for state, key in sorted(occurring.states):
        compiler.add_state(state, numbers[key], key)
    compiler.finish()
    return Dimensions(told, compiler.tables)


@dataclass(slots=True)
class _Compiler:
    """Collects the rows."""

    occurring: Occurring
    rulebook: Rulebook
    settings: GateSettings
    numbers: Mapping[str, int]
    told: Mapping[tuple[str, ReasonCode, Layer], int]
    tables: defaultdict[str, Table] = field(default_factory=lambda: defaultdict(list))
    schedules: dict[Times, int] = field(default_factory=dict)
    asked_on: defaultdict[int, set[date]] = field(default_factory=lambda: defaultdict(set))
    spans: dict[Span, int] = field(default_factory=dict)
    spans_of: defaultdict[int, set[Span]] = field(default_factory=lambda: defaultdict(set))
    pauses_of: defaultdict[int, list[tuple[int, PauseParams]]] = field(default_factory=lambda: defaultdict(list))
    named: set[tuple[int, Span, Instant]] = field(default_factory=set)
    windows: dict[tuple[Window, tuple[str, ...]], int] = field(default_factory=dict)
    consents: dict[tuple[int, int, tuple[str, ...]], int] = field(default_factory=dict)
    today_of: dict[int, date] = field(default_factory=dict)

    def add(self, profile: int, key: Key) -> None:
        """Add the rules that bind a profile."""
        place_no, approach_no, is_answer = key
        place, approach = self.occurring.legend.places[place_no], self.occurring.approaches[approach_no]
        question = _question(place, approach, self.settings, is_answer=is_answer)
        zones = place.zones or _NO_ZONE
        began_at = max(start_of_day(local_date(approach.now, zone), zone) for zone in zones)
        self.tables["profiles"].append((profile, *key, self._changes_at(question, zones), began_at))
        # Where zones differ a pause ends with the last of them.
        self.today_of[profile] = question.earliest
        selection, purpose = self._selected(question, approach)
        speech = Speech(
            purpose,
            approach.channel,
            approach.discloses,
            approach.identity_proven,
            approach.plan,
            approach.content,
            approach.carriage,
            self.settings.unsigned_exceptions_bind,
        )
        for rule in selection.rules:
            compiled = compile_rule(rule, speech)
            if compiled is not None:
                self._rule(profile, place, approach, rule, compiled)
        for exception in selection.exceptions:
            self._lift(profile, exception, speech)

    def add_state(self, state: int, profile: int, key: Key) -> None:
        """Add what a state holds beyond flags where rules of the profile ask: named times, pauses that ran out."""
        now = self.occurring.approaches[key[1]].now
        one = self.occurring.legend.states[state]
        if one.designations:
            self.named.update((state, span, now) for span in self.spans_of[profile])
        since, today = dict(one.since), self.today_of[profile]
        for number, params in self.pauses_of[profile]:
            ended = bits(flag for flag in params.trigger if _has_run_out(params, since.get(flag, ()), today))
            if ended:
                self.tables["run_out"].append((state, profile, number, ended))

    def finish(self) -> None:
        """Add the calendars of everything that came up."""
        for state, span, now in sorted(self.named, key=str):
            self._add_named(state, span, now)
        for times, schedule in self.schedules.items():
            opens = _open_times(times, self.asked_on[schedule])
            self.tables["opens"].extend((schedule, start, end) for start, end in opens)
        days = {one.now.date() for one in self.occurring.approaches}
        for (window, zones), calendar in self.windows.items():
            rooms = _all_steps(partial(room_steps, window, zones), days, _length(window))
            self.tables["rooms"].extend((calendar, *step) for step in rooms)
        for (length, back, zones), consenting in self.consents.items():
            lapses = _all_steps(partial(lapse_steps, length, zones), days, back)
            self.tables["lapses"].extend((consenting, *step) for step in lapses)

    def _selected(self, question: Question, approach: Approach) -> tuple[Selection, Purpose]:
        """Return the rules that bind, and the purpose they are judged for: a text may be for more than its label."""
        selection, also = self.rulebook.select(question), also_for(question.purpose, approach.content)
        for purpose in also:
            selection = joined(selection, self.rulebook.select(replace(question, purpose=purpose)))
        return selection, also[0] if also and question.purpose is not Purpose.PROMOTION else question.purpose

    def _rule(self, profile: int, place: Place, approach: Approach, rule: Rule, compiled: Compiled) -> None:
        number = self.numbers[rule.id]
        code, layer = compiled.code, rule.layer
        row: tuple[Value, ...] = compiled.row
        match rule.params:
            case HoursParams() as params:
                zones = _zones(params.zone, place.zones)
                code = self._code_of_hours(params, zones, approach.now)
                layer = layer if zones else Layer.POLICY
                row += (self._hours(profile, number, params, zones, approach.now),)
            case DesignatedParams() as params:
                span = (_zones(params.zone, place.zones), compiled.row[1])
                self.spans_of[profile].add(span)
                row = (compiled.row[0], self.spans.setdefault(span, len(self.spans)))
            case CapParams() as params:
                row += self._cap(profile, number, rule, place, approach.now)
            case PauseParams() as params if params.length_days is not None:
                if rule.may_loosen(unsigned_bind=self.settings.unsigned_exceptions_bind):
                    self.pauses_of[profile].append((number, params))
            case _:
                pass
        told = self.told[rule.id, code, layer] if code is not None else None
        self.tables["bound"].append((profile, number, bits(rule.requires), rule.contract_from, rule.contract_to, told))
        self.tables[compiled.table].append((profile, number, *row))

    def _code_of_hours(self, params: HoursParams, zones: tuple[str, ...], now: Instant) -> ReasonCode:
        """Return why these hours would be shut: the day knows none, or it is not the hour."""
        closed = self._holidays(params)
        days = [local_date(now, zone) for zone in zones]
        is_shut = any(day in closed or not params.open[day.weekday()] for day in days)
        return ReasonCode.HOLIDAY if is_shut else ReasonCode.QUIET_HOURS

    def _holidays(self, params: HoursParams) -> frozenset[date]:
        return self.rulebook.calendars[params.holidays].days if params.holidays else frozenset()

    def _hours(
        self, profile: int, number: int, params: HoursParams, zones: tuple[str, ...], now: Instant
    ) -> bool | None:
        times: list[Times] = [(params.open, zone, self._holidays(params), None) for zone in zones]
        schedules = [self._schedule(one, now) for one in times]
        self.tables["hours_schedules"].extend((profile, number, schedule) for schedule in schedules)
        # No known zone is no open zone, and waiting does not find one.
        return _mends(times, now) if times else False

    def _schedule(self, times: Times, now: Instant) -> int:
        schedule = self.schedules.setdefault(times, len(self.schedules))
        self.asked_on[schedule].add(now.date())
        return schedule

    def _add_named(self, state: int, span: Span, now: Instant) -> None:
        zones, most = span
        wishes = [
            one
            for one in self.occurring.legend.states[state].designations
            if most is None or closed_minutes(one) <= most
        ]
        times: list[Times] = [
            (suitable_windows(one), zone, frozenset(), one.from_day) for one in wishes for zone in zones
        ]
        if times:
            number = self.spans[span]
            self.tables["named"].extend((state, number, now, self._schedule(one, now)) for one in times)
            self.tables["named_mends"].append((state, number, now, _mends(times, now)))

    def _cap(self, profile: int, number: int, rule: Rule, place: Place, now: Instant) -> tuple[Value, ...]:
        """Return slot, since when contacts count, how they leave (by hours or by calendar), whether consent lifts."""
        params = rule.params
        assert isinstance(params, CapParams), "a cap"
        last = self.tables["caps"][-1] if self.tables["caps"] else (None,)
        slot = int(str(last[5])) + 1 if last[0] == profile else 0
        known = _zones(params.zone, place.zones) or _NO_ZONE
        window = params.window_days or params.window_calendar
        calendar = None
        if params.window_hours is not None:
            counted_after = now - timedelta(hours=params.window_hours)
            back = params.window_hours // 24 + 1
        else:
            assert window is not None, "a cap has one window"
            calendar = self.windows.setdefault((window, known), len(self.windows))
            counted_after = window_start(window, now, known) - _MICROSECOND
            back = _length(window)
        self._counted(profile, number, counted_after, rule, params)
        consenting = None
        if params.consent_days is not None and rule.may_loosen(unsigned_bind=self.settings.unsigned_exceptions_bind):
            key = (params.consent_days, back + params.consent_days, known)
            consenting = self.consents.setdefault(key, len(self.consents))
        # A conversation is one whoever agreed to the call it was had in.
        uncounts = params.count is not Counting.CONVERSATION
        return (slot, counted_after, params.window_hours, calendar, consenting, uncounts)

    def _counted(self, profile: int, number: int, after: Instant, rule: Rule, params: CapParams) -> None:
        channels, purposes = params.counts_channels or rule.channels, params.counts_purposes or rule.purposes
        self.tables["counted"].extend(
            (profile, place, number, params.per.value, after)
            for place, one in enumerate(self.occurring.legend.classes)
            if one.channel in channels
            and one.purpose in purposes
            and (one.direction is Direction.OUT or params.inbound_counts)
            and one.outcome not in params.exclude_outcomes
            and _counts(params.count, one)
        )

    def _lift(self, profile: int, exception: Rule, speech: Speech) -> None:
        row = compile_lift(exception, speech)
        params = exception.params
        assert isinstance(params, ExceptionParams), "selected as one"
        if row is not None:
            lifted = (self.numbers[one] for one in sorted(params.overrides) if one in self.numbers)
            self.tables["lifts"].extend((profile, number, *row) for number in lifted)

    def _changes_at(self, question: Question, zones: tuple[str, ...]) -> Instant | None:
        """Return an instant before which the same rules bind as now; None where those of the territory never change."""
        near = self.rulebook.chain(question.jurisdiction)
        rules = [one for one in self.rulebook.rules if one.jurisdiction in near and one.status is Status.IN_FORCE]
        begin = [rule.valid_from for rule in rules if rule.valid_from > question.latest]
        end = [
            rule.valid_to + timedelta(days=1) for rule in rules if rule.valid_to and rule.valid_to >= question.earliest
        ]
        day = min([*begin, *end], default=None)
        return min(start_of_day(day, zone) for zone in zones) if day is not None else None


def _question(place: Place, approach: Approach, settings: GateSettings, *, is_answer: bool) -> Question:
    # A "reply" to nothing is what it would have been without the label.
    unprompted = approach.purpose is Purpose.NEGOTIATION_REPLY and not is_answer
    days = [local_date(approach.now, zone) for zone in place.zones or _NO_ZONE]
    return Question(
        jurisdiction=place.jurisdiction,
        actor=approach.actor,
        purpose=Purpose.COLLECTION if unprompted else approach.purpose,
        channel=approach.channel,
        product=place.product,
        earliest=min(days),
        latest=max(days),
        known_on=settings.known_on,
        provider=approach.carriage.provider if approach.carriage is not None else "",
    )


def _zones(zone: str, known: tuple[str, ...]) -> tuple[str, ...]:
    return known if zone == ALL_KNOWN else (zone,)


def _mends(times: Sequence[Times], after: Instant) -> bool | None:
    """Say whether waiting opens all of these together: yes, never, or (None) not in sight."""
    if not all(opens_at_all(week) for week, _, _, _ in times):
        return False
    return meet([_open_times(one, {after.date()}) for one in times], after) or None


def _open_times(times: Times, days: set[date]) -> list[Interval]:
    """Return when these hours are open, as far as questions asked on *days* look."""
    week, zone, closed, from_day = times
    begins = start_of_day(from_day, zone) if from_day is not None else None
    return [
        (max(start, begins) if begins is not None else start, end)
        for first, last in _stretches(days, HORIZON_DAYS)
        for start, end in open_times(week, zone, closed, first, last)
        if begins is None or end > begins
    ]


def _all_steps(steps: Callable[[date, date], tuple[Step, ...]], days: set[date], back: int) -> list[Step]:
    """Return the steps that matter to what was done up to so many days before one of *days*."""
    before = {day - timedelta(days=back) for day in days}
    return [step for first, last in _stretches(before, back + 1) for step in steps(first, last)]


def _stretches(days: set[date], reach: int) -> list[tuple[date, date]]:
    """Return stretches of days, far enough apart, that reach so many days beyond each of *days*."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        last = day + timedelta(days=reach)
        if found and day <= found[-1][1] + _APART:
            found[-1] = (found[-1][0], last)
        else:
            found.append((day, last))
    return found


def _length(window: Window) -> int:
    """Return the most days the window reaches back."""
    return _LONGEST_MONTH if isinstance(window, Calendar) else window


def _has_run_out(params: PauseParams, began: tuple[date, ...], today: date) -> bool:
    """Say whether a pause that began on these days is over; one that began nobody knows when is not."""
    if params.length_days is None or not began:
        return False
    ends, renewed = began[0] + timedelta(days=params.length_days), 0
    for day in began[1:]:
        is_new = day >= ends
        if not is_new and params.renewals is not None and renewed >= params.renewals:
            continue
        ends, renewed = day + timedelta(days=params.length_days), 0 if is_new else renewed + 1
    return today >= ends


def _counts(count: Counting, one: ContactClass) -> bool:
    match count:
        case Counting.PLACED:
            return True
        case Counting.CONTACT:
            return one.outcome not in _REACHED_NOBODY
        case Counting.UNPROMPTED:
            return not one.is_answer and one.purpose not in _CALLED_FOR
        case Counting.CONVERSATION:
            return one.outcome is Outcome.CONVERSATION
        case Counting.UNANSWERED:
            return one.outcome is Outcome.NO_ANSWER
