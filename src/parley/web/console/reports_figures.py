"""The figures of the reports: what each is called, how it is drawn, and its table for a period.

One row of `PAGES` is one figure; a page or a file asks the database for no more than it shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from babel.dates import get_day_names

from parley.messaging.ledger import State
from parley.messaging.values import locale_of
from parley.purpose import Purpose
from parley.rulebook.book import EVERYWHERE
from parley.rulebook.rule import HoursParams
from parley.rulebook.terms import Layer
from parley.store import reports
from parley.store.reports import Due
from parley.web.charts.compared import compared, within
from parley.web.charts.figure import Closed, Form
from parley.web.charts.table import Cell, Column, Number, Row, Table, largest_first, millionths, share
from parley.web.charts.tones import DELIVERED, FAILED, OPEN, TONE_OF_STATE, WITHHELD
from parley.web.console.reports_asked import Asked, Figure
from parley.web.console.reports_delivery import DELIVERY
from parley.web.console.rules import cite
from parley.web.ports import services

HOURS: Final = 24
_WEEKDAYS: Final = 7

# What a reader wants to know of a day: did it arrive, and if not, was it the carrier or we? By state of the ledger.
_OUTCOMES: Final[dict[str, tuple[int, frozenset[State]]]] = {
    "delivered": (DELIVERED, frozenset({State.DELIVERED})),
    "failed": (FAILED, frozenset({State.UNDELIVERED, State.REJECTED})),
    "withheld": (WITHHELD, frozenset({State.REFUSED, State.CANCELLED, State.EXPIRED})),
    "open": (OPEN, frozenset({State.QUEUED, State.INTENDED, State.SUBMITTED, State.UNKNOWN})),
}
_WAITS: Final = (*reports.WAITS, reports.LONGER, reports.NOBODY_YET)
_SCOPES: Final = ("all", "promotion")
# The best first.
_SCORES: Final = (5, 4, 3, 2, 1)


def _counted(asked: Asked, corner: str, start: str, counts: Mapping[str, int]) -> Table:
    whole = sum(counts.values())
    rows = (
        Row(asked.term(start, key) if key else asked.say("reports.unread"), (Number(count), share(count, whole)))
        for key, count in counts.items()
    )
    columns = (Column(asked.say("reports.count"), tone=1), Column(asked.say("reports.of_all")))
    return Table(asked.say(corner), columns, largest_first(rows))


def _by_day(asked: Asked) -> Table:
    found = reports.messages_by_day(asked.period)
    rows = (
        Row(
            asked.day(day),
            tuple(Number(sum(found.get((day, state), 0) for state in states)) for _, states in _OUTCOMES.values()),
        )
        for day in asked.period.days()
    )
    columns = tuple(Column(asked.say(f"reports.outcome.{name}"), tone) for name, (tone, _) in _OUTCOMES.items())
    return Table(asked.say("reports.day"), columns, tuple(rows) if found else ())


def _by_kind(asked: Asked) -> Table:
    found: dict[str, dict[str, int]] = {}
    for one in reports.messages_by_kind(asked.period):
        found.setdefault(one.purpose, {})[one.state] = one.messages
    held = {state for counts in found.values() for state in counts}
    states = [state for state in TONE_OF_STATE if state in held]
    rows = (
        Row(asked.term("purpose.", purpose), tuple(_some(counts.get(state)) for state in states))
        for purpose, counts in found.items()
    )
    columns = tuple(Column(asked.term("ledger.", state), TONE_OF_STATE[state]) for state in states)
    return Table(asked.say("reports.kind"), columns, largest_first(rows, range(len(states))))


def _some(count: int | None) -> Cell:
    return None if count is None else Number(count)


def _cost(asked: Asked) -> Table:
    found: dict[str, list[int]] = {}
    for one in reports.messages_by_kind(asked.period):
        if one.state not in {State.QUEUED, State.REFUSED, State.CANCELLED, State.EXPIRED}:
            sums = found.setdefault(one.purpose, [0, 0, 0])
            for place, value in enumerate((one.messages, one.segments, one.cost_micro)):
                sums[place] += value
    rows = (
        Row(asked.term("purpose.", purpose), (Number(messages), Number(segments), millionths(cost)))
        for purpose, (messages, segments, cost) in found.items()
    )
    columns = (
        Column(asked.say("reports.messages_sent")),
        Column(asked.say("reports.segments"), tone=1),
        Column(asked.say("reports.price")),
    )
    return Table(asked.say("reports.kind"), columns, largest_first(rows, (1,)))


def _week(asked: Asked) -> Table:
    found = reports.messages_by_hour(asked.period)
    names = get_day_names("abbreviated", locale=locale_of(asked.language))
    rows = (
        Row(names[day], tuple(Number(found.get((day, hour), 0)) for hour in range(HOURS))) for day in range(_WEEKDAYS)
    )
    columns = tuple(Column(f"{hour:02d}", tone=1) for hour in range(HOURS))
    return Table(asked.say("reports.weekday"), columns, tuple(rows))


def quiet_hours() -> Closed:
    """Return the whole hours of the week in which the lender's own policy lets nobody be written to about a debt."""
    closed: set[tuple[int, int]] = set()
    for rule in services().library.rulebook.rules:
        is_ours = rule.layer is Layer.POLICY and rule.jurisdiction == EVERYWHERE and Purpose.COLLECTION in rule.purposes
        if is_ours and isinstance(rule.params, HoursParams):
            for day, windows in enumerate(rule.params.open):
                hours = ((hour * 60, hour * 60 + 60) for hour in range(HOURS))
                closed |= {
                    (day, start // 60)
                    for start, end in hours
                    if not any(opens < end and start < shuts for opens, shuts in windows)
                }
    return closed


def _refusals(asked: Asked) -> Table:
    found = reports.refusals(asked.period)
    asking = sorted({(one.stage, one.verdict) for one in found})
    by_rule: dict[str, dict[tuple[str, str], int]] = {}
    for one in found:
        by_rule.setdefault(one.rule_id, {})[one.stage, one.verdict] = one.count
    rows = []
    for rule_id, counts in by_rule.items():
        rule = cite(rule_id, asked.language)
        words = (asked.term("layer.", rule.layer), rule.source, rule.text)
        rows.append(Row(rule_id, (*(_some(counts.get(when)) for when in asking), *words)))
    columns = (
        *(
            Column(f"{asked.term('stage.', stage)} · {asked.term('verdict.', verdict)}", tone)
            for tone, (stage, verdict) in enumerate(asking, start=1)
        ),
        *(Column(asked.say(f"reports.{name}")) for name in ("layer", "source", "rule_text")),
    )
    return Table(asked.say("reports.rule"), columns, largest_first(rows, range(len(asking))))


def _opt_outs(asked: Asked) -> Table:
    found = reports.opt_outs(asked.period)
    named = dict.fromkeys((*_SCOPES, "other"), 0)
    rows = []
    for day in asked.period.days():
        counts = dict(named)
        for (on, scope), count in found.items():
            if on == day:
                counts[scope if scope in _SCOPES else "other"] += count
        rows.append(Row(asked.day(day), tuple(Number(count) for count in counts.values())))
    columns = tuple(Column(asked.say(f"reports.scope.{scope}"), tone) for tone, scope in enumerate(named, start=1))
    return Table(asked.say("reports.day"), columns, tuple(rows) if found else ())


def _replies(asked: Asked) -> Table:
    return _counted(asked, "reports.intent", "intent.", reports.replies(asked.period))


def _states(asked: Asked) -> Table:
    return _counted(asked, "reports.state", "state.", reports.talks(asked.period))


def _hand_overs(asked: Asked) -> Table:
    found = reports.hand_overs(asked.period)
    rows = (
        Row(asked.term("reason.", reason), tuple(_some(found.get((reason, wait))) for wait in _WAITS))
        for reason in sorted({reason for reason, _ in found})
    )
    columns = tuple(Column(asked.say(f"reports.wait.{wait}"), tone) for tone, wait in enumerate(_WAITS, start=1))
    return Table(asked.say("reports.reason"), columns, largest_first(rows, range(len(_WAITS))))


def _kept(asked: Asked, dues: Iterable[Due]) -> Table:
    """Return the share kept of each week, from the first week with any to the last."""
    weeks: dict[date, tuple[int, int]] = {}
    for due in dues:
        monday = due.on - timedelta(days=due.on.weekday())
        kept, decided = weeks.get(monday, (0, 0))
        weeks[monday] = kept + due.kept, decided + due.decided
    rows = []
    monday = min(weeks, default=asked.today)
    while weeks and monday <= max(weeks):
        kept, decided = weeks.get(monday, (0, 0))
        cells = (share(kept, decided), *within(kept, decided), Number(kept), Number(decided))
        rows.append(Row(asked.day(monday), cells))
        monday += timedelta(days=_WEEKDAYS)
    drawn = Column(asked.say("reports.kept_share"), tone=1, low=1, high=2)
    others = (Column(asked.say(f"reports.{name}")) for name in ("low", "high", "kept_count", "decided"))
    return Table(asked.say("reports.week_of"), (drawn, *others), tuple(rows))


def _promises(asked: Asked) -> Table:
    return _kept(asked, reports.promises_due(asked.period))


def _instalments(asked: Asked) -> Table:
    grace = services().library.policy.grace_days
    return _kept(asked, reports.instalments_due(asked.period, asked.today, grace))


def _arrangements(asked: Asked) -> Table:
    return _counted(asked, "reports.standing", "standing.", reports.arrangements(asked.period))


def _scores(asked: Asked) -> Table:
    """Return how kept plans were: the whole period first, then its weeks where there are several."""
    found = reports.scores(asked.period)
    weeks: dict[date, Counter[int | None]] = {}
    for (day, score), count in sorted(found.items(), key=lambda one: one[0][0]):
        weeks.setdefault(day - timedelta(days=day.weekday()), Counter())[score] += count
    rows = [Row(asked.say("reports.whole"), _scored(sum(weeks.values(), Counter())))] if weeks else []
    if len(weeks) > 1:
        rows += [Row(asked.day(monday), _scored(counts)) for monday, counts in weeks.items()]
    columns = (
        *(Column(asked.say("reports.score", n=score), tone) for tone, score in enumerate(_SCORES, start=1)),
        Column(asked.say("reports.no_score"), OPEN),
        *(Column(asked.say(f"reports.{name}")) for name in ("asked", "answered", "median")),
    )
    return Table(asked.say("reports.week_of"), columns, tuple(rows))


def _scored(counts: Counter[int | None]) -> tuple[Cell, ...]:
    """Return the cells of a row: how often each score, no answer, asked, answered, and the median answer."""
    given = sorted(score for score in counts.elements() if score is not None)
    # The mean of the two in the middle, in tenths: exact, being a whole or a half.
    median = Number((given[(len(given) - 1) // 2] + given[len(given) // 2]) * 5, 1) if given else None
    each = (Number(counts[score]) for score in (*_SCORES, None))
    return (*each, Number(counts.total()), Number(len(given)), median)


def _scores_said(asked: Asked, table: Table) -> str:
    """Return in words how many answered and what; "" where nobody was asked."""
    if not table.rows:
        return ""
    whole, answered, median = table.rows[0].cells[-3:]
    assert isinstance(whole, Number) and isinstance(answered, Number), "counts are never left out"
    values = {"asked": whole.shown(asked.language), "answered": answered.shown(asked.language)}
    if not isinstance(median, Number):
        return asked.say("reports.scores.none", **values)
    return asked.say("reports.scores.said", median=median.shown(asked.language), **values)


def _cures(asked: Asked) -> Table:
    rows = tuple(
        Row(
            asked.term("arm.", arm.name),
            (share(arm.cured, arm.past_due), *within(arm.cured, arm.past_due), Number(arm.cured), Number(arm.past_due)),
        )
        for arm in reports.cures(asked.period, asked.today)
    )
    drawn = Column(asked.say("reports.cured_share"), tone=1, low=1, high=2)
    others = (Column(asked.say(f"reports.{name}")) for name in ("low", "high", "cured", "past_due"))
    return Table(asked.say("reports.arm"), (drawn, *others), rows)


def _cures_said(asked: Asked, table: Table) -> str:
    """Return what the figures of the table say about the two arms."""
    cured, past_due = len(table.columns) - 2, len(table.columns) - 1
    arms = {row.label: (table.value(row, cured) or 0, table.value(row, past_due) or 0) for row in table.rows}
    one, other = (arms.get(asked.term("arm.", arm), (0, 0)) for arm in ("messages", "holdout"))
    verdict, points = compared(one, other, asked.language)
    return asked.say(f"reports.cures.{verdict}", **points)


PAGES: Final[dict[str, tuple[Figure, ...]]] = {
    "messages": (
        Figure("by_day", Form.LINES, _by_day, "reports.by_day.lead"),
        Figure("by_kind", Form.BARS, _by_kind),
        Figure("cost", Form.BARS, _cost, "reports.cost.lead"),
        Figure("week", Form.HEAT, _week, "reports.week.lead", closed=quiet_hours),
        Figure("refusals", Form.BARS, _refusals, "reports.refusals.lead"),
        Figure("opt_outs", Form.LINES, _opt_outs, "reports.opt_outs.lead"),
    ),
    "talks": (
        Figure("replies", Form.BARS, _replies),
        Figure("states", Form.BARS, _states, "reports.states.lead"),
        Figure("hand_overs", Form.BARS, _hand_overs, "reports.hand_overs.lead"),
    ),
    "delivery": DELIVERY,
    "outcomes": (
        Figure("promises", Form.LINES, _promises, "reports.kept.lead"),
        Figure("instalments", Form.LINES, _instalments, "reports.kept.lead"),
        Figure("arrangements", Form.BARS, _arrangements),
        Figure("scores", Form.BARS, _scores, "reports.scores.lead", note=_scores_said),
        Figure("cures", Form.BARS, _cures, "reports.cures.lead", note=_cures_said),
    ),
}
