"""The facts of a reply beside its intent: days, sums, counts, rhythm, hardship. Which count depends on the intent.

A denied day or sum ("can't do friday", 500拿不出) is found and left out; so is the day of an income or a hearing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Final

from parley.nlu.amounts import Place, Roles, Sum, find_sums
from parley.nlu.counts import Count, find_instalments
from parley.nlu.days import Today
from parley.nlu.lexicon import Lexicon, Match
from parley.nlu.reading import Intent, Slots
from parley.nlu.when import When, find_days

# Where a sentence ends, or a clause that has its own yes or no. A sign between two digits ends nothing.
_PART_END: Final = re.compile(
    r"[!?;\n。、]|(?<!\d)[.,]|[.,](?!\d)|(?<![a-z])(?:but|though|however|instead)(?![a-z])|但是|但|不过"
    r"|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff\d])"
)
_MONEY_INTENTS: Final = frozenset(
    {
        Intent.PROMISE_TO_PAY,
        Intent.COUNTER_OFFER,
        Intent.ASK_PLAN,
        Intent.ALREADY_PAID,
        Intent.DISPUTE,
        Intent.CAPACITY_ANSWER,
        Intent.ACCEPT,
    }
)
_DATE_INTENTS: Final = frozenset(
    {Intent.PROMISE_TO_PAY, Intent.COUNTER_OFFER, Intent.ASK_PLAN, Intent.ALREADY_PAID, Intent.CALL_TIME, Intent.ACCEPT}
)
_PLAN_INTENTS: Final = frozenset(
    {Intent.PROMISE_TO_PAY, Intent.COUNTER_OFFER, Intent.ASK_PLAN, Intent.ACCEPT, Intent.CAPACITY_ANSWER}
)
# Which of several hardships is the cause, where no word says so: the gravest; of equals the first named.
_GRAVITY: Final = {
    "bereavement": 0, "incarceration": 0, "disaster": 0, "divorce": 0, "addiction": 1, "illness": 1,
    "cost_of_living": 3,
}  # fmt: skip
_LESS_GRAVE: Final = 2
_FAILING: Final = {"benefit_delay": "benefit", "wage_arrears": "payday"}
# How far from "I mean" the old and the new value may stand.
_CORRECTION_CHARS: Final = 24
# How far before a sum stands what makes it right; how far from a number of payments the sum that is split.
_HELD_CHARS: Final = 24
_TOTAL_CHARS: Final = 25
_RATE_CHARS: Final = 14
_SINCE: Final = re.compile(r"(?<![a-z])since(?![a-z])|自从")
_SINCE_CHARS: Final = 11
_EACH_CHARS: Final = 8
_EACH: Final = re.compile(r"(?<![a-z])(?:each|per|a piece|apiece|every)(?![a-z])|每|各")
_TOTAL_AFTER: Final = re.compile(r"[\s,]{0,2}(?:来|去)?(?:还清?|付清?|交清?|缴清?|清)(?:这|我的|掉)?")
SENSITIVE_HARDSHIPS: Final = frozenset(
    {"illness", "bereavement", "divorce", "disaster", "incarceration", "mental_health", "addiction"}
)


@dataclass(frozen=True, slots=True, repr=False)
class Facts:
    """Everything found, before the intent decides what counts. Places are those of the reading form.

    `since`: the days from which on something lasts. `held`: where the sum begins that a dispute
    holds to be right. `last_message`: kind of our last message.
    """

    days: tuple[When, ...]
    past_days: tuple[When, ...]
    sums: tuple[Sum, ...]
    count: Count | None
    today: date
    matches: tuple[Match, ...]
    denied: tuple[tuple[int, int], ...]
    since: tuple[tuple[int, int], ...] = ()
    held: int | None = None
    to_come: int | None = None
    last_message: str | None = None
    is_code: bool = False

    def labels(self, kind: str) -> list[str]:
        """Return the labels of the rules of *kind* that hold, in order of place."""
        return [m.rule.label for m in self.matches if m.rule.kind == kind]

    def is_denied(self, start: int, end: int) -> bool:
        """Say whether the place lies in what the reply denies."""
        return any(s < end and start < e for s, e in self.denied)

    def open_sums(self) -> list[Sum]:
        """Return the sums that are neither denied nor earned, owed, a limit or paid already."""
        return [s for s in self.sums if not s.own and not s.paid and not self.is_denied(s.start, s.end)]

    def open_days(self, *, past: bool) -> list[When]:
        """Return the days that are neither denied nor those of another event.

        The day of an income is left out where another day is named beside it: that is the payment's.
        """
        if past:
            return [d for d in self.past_days if self._is_open(d) and not self._is_to_come(d)]
        events, incomes = [*self._places("event"), *self.since], self._places("income")
        found = [
            d
            for d in self.days
            if self._is_open(d) and max(d.dates) >= self.today and not _lies_in(d.start, d.end, events)
        ]
        rest = [d for d in found if not _lies_in(d.start, d.end, incomes)]
        return rest or found

    def _is_open(self, day: When) -> bool:
        return bool(day.dates) and not self.is_denied(day.start, day.end)

    def _is_to_come(self, day: When) -> bool:
        """Say whether a reply of what was paid names this day for what it still will pay."""
        return min(day.dates) > self.today or (self.to_come is not None and day.start > self.to_come)

    def _places(self, label: str) -> list[tuple[int, int]]:
        return [(m.start, m.end) for m in self.matches if m.rule.kind == "not_promised" and m.rule.label == label]


def _lies_in(start: int, end: int, places: list[tuple[int, int]]) -> bool:
    return any(s < end and start < e for s, e in places)


def gather(
    text: str, matches: list[Match], today: Today, where: Place, lexicon: Lexicon, last_message: str | None = None
) -> Facts:
    """Find every fact in the reading form."""
    days = _without_haste(text, find_days(text, today, lexicon), matches, lexicon)
    count = find_instalments(text, matches, lexicon)
    taken = [(d.start, d.end) for d in days] + ([(count.start, count.end)] if count and count.is_written else [])
    places = {
        label: [(m.start, m.end) for m in matches if m.rule.kind == "not_money" and m.rule.label == label]
        for label in ("never", "own", "paid")
    }
    sums = find_sums(text, taken, Roles(**places), where, lexicon)
    named = [d for d in days if d.dates]
    words = _words(lexicon)
    to_come = words.to_come.search(text)
    return Facts(
        days=tuple(days),
        past_days=tuple(find_days(text, replace(today, past=True), lexicon)) if days else (),
        sums=tuple(_without_totals(text, sums, count)),
        count=count,
        today=today.day,
        matches=tuple(matches),
        denied=(
            *_denied(text, matches),
            *_taken_back(matches, named),
            *_taken_back(matches, sums),
            *_replaced(text, named, words),
            *_replaced(text, sums, words),
        ),
        since=tuple((d.start, d.end) for d in named if _SINCE.search(text[max(0, d.start - _SINCE_CHARS) : d.end])),
        held=_held(text, sums, words),
        to_come=to_come.start() if to_come else None,
        last_message=last_message,
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """The word lists that decide between two sums or two days, as expressions."""

    held: re.Pattern[str]
    instead: re.Pattern[str]
    change: re.Pattern[str]
    to_come: re.Pattern[str]


@lru_cache(maxsize=8)
def _words(lexicon: Lexicon) -> _Words:
    of = lexicon.lists
    start, end = r"(?<![a-z])", r"(?![a-z])"
    return _Words(
        held=re.compile(rf"{start}(?:{of['held_right']})[^\d.,;!?]{{0,6}}\Z"),
        instead=re.compile(rf"(?:{of['from_word']})(?: the)?\s?\Z"),
        change=re.compile(rf"{start}(?:{of['change_words']}){end}"),
        to_come=re.compile(rf"{start}(?:{of['to_come']}){end}"),
    )


def _held(text: str, sums: Sequence[Sum], words: _Words) -> int | None:
    """Return where the sum begins that the reply holds to be right: "should be 600, not 850"."""
    return next((s.start for s in sums if words.held.search(text[max(0, s.start - _HELD_CHARS) : s.start])), None)


def _without_totals(text: str, sums: list[Sum], count: Count | None) -> list[Sum]:
    """Leave out what is to be split: "900 over 6 months" offers no 900."""
    if count is None:
        return sums
    return [s for s in sums if not _is_total(text, s, count)]


def _is_total(text: str, each: Sum, count: Count) -> bool:
    if each.rate is not None:
        return False
    if each.end <= count.start:
        between = text[each.end : count.start]
        is_near = len(between) <= _TOTAL_CHARS and not _PART_END.search(between)
        return count.splits and is_near and not _EACH.search(text, max(0, each.start - _EACH_CHARS), count.start)
    return each.start >= count.end and bool(_TOTAL_AFTER.fullmatch(text, count.end, each.start)) and count.splits


def _without_haste(text: str, days: list[When], matches: list[Match], lexicon: Lexicon) -> list[When]:
    """Leave out "at once" as a day where another day, or an income to come, is named: 听日出粮即刻过数."""
    hasty = [d for d in days if re.fullmatch(lexicon.lists["haste"], text[d.start : d.end])]
    rest = [d for d in days if d not in hasty]
    is_named = any(d.dates for d in rest) or any(m.rule.kind == "anchor" for m in matches)
    return rest if hasty and is_named else days


def _replaced(text: str, found: Sequence[When] | Sequence[Sum], words: _Words) -> list[tuple[int, int]]:
    """Return the places of what gives way to the next one: from 310 *to 200*, move it from the 5th *to the 18th*."""
    gone: list[tuple[int, int]] = []
    is_change: bool | None = None
    each: Sequence[When | Sum] = found
    for first, second in pairwise(each):
        if second.start - first.end > _CORRECTION_CHARS or not words.instead.search(text[: first.start]):
            continue
        if is_change is None:
            is_change = isinstance(first, Sum) or words.change.search(text) is not None
        if is_change:
            gone.append((first.start, first.end))
    return gone


def _taken_back(matches: list[Match], found: Sequence[When] | Sequence[Sum]) -> list[tuple[int, int]]:
    """Return the places of sums or days that a correction replaces by the next one: "100, I mean 120"."""
    gone: list[tuple[int, int]] = []
    places = [(each.start, each.end) for each in found]
    for match in matches:
        if match.rule.kind != "correction":
            continue
        before = [place for place in places if match.start - _CORRECTION_CHARS <= place[1] <= match.start]
        after = [place for place in places if match.end <= place[0] <= match.end + _CORRECTION_CHARS]
        if before and after:
            gone.append(before[-1])
    return gone


def _denied(text: str, matches: list[Match]) -> list[tuple[int, int]]:
    """Return what each negation covers: its clause from there on, up to there, or both; up to a new affirmation."""
    ends = [0, *(hit.end() for hit in _PART_END.finditer(text)), len(text)]
    resumes = [m.start for m in matches if m.rule.kind == "resume"]
    corrections = [m for m in matches if m.rule.kind == "correction"]
    found: list[tuple[int, int]] = []
    for match in matches:
        # "No wait, Saturday" takes back Friday and denies nothing.
        is_correction = any(c.start <= match.start and match.end <= c.end for c in corrections)
        if match.rule.kind != "negation" or is_correction:
            continue
        if match.rule.label == "item":
            found.append((match.start, match.end))
            continue
        begin = max(e for e in ends if e <= match.start)
        end = min((e for e in ends if e > match.start), default=len(text))
        end = min([end, *(r for r in resumes if match.end <= r < end)])
        if match.rule.label != "backward":
            found.append((match.start, end))
        if match.rule.label != "forward":
            found.append((begin, match.end))
    return found


def fill(facts: Facts, intent: Intent, also: tuple[Intent, ...], option: str | None) -> Slots:
    """Return the slots that count for a reply of this intent; nothing else decides which of the facts count."""
    intents = {intent, *also}
    amount, alternatives, currency = _amount(_offered(facts, intent, intents), intent)
    days = facts.open_days(past=intent is Intent.ALREADY_PAID) if intents & _DATE_INTENTS else []
    plan = bool(intents & _PLAN_INTENTS)
    hardship = _cause(facts)
    return Slots(
        amount=amount,
        amount_alternatives=alternatives,
        currency=currency,
        n_instalments=facts.count.value if facts.count and plan else None,
        frequency=_frequency(facts) if plan else None,
        dates=_dates(days),
        dates_alt=_alternatives(days),
        date_anchor=_anchor(facts, hardship, plan=plan) if plan or Intent.CANNOT_PAY in intents else None,
        hardship=hardship,
        option=option,
    )


def _offered(facts: Facts, intent: Intent, intents: set[Intent]) -> list[Sum]:
    """Return the sums that this intent speaks of."""
    if intent is Intent.DISPUTE:
        right = [s for s in facts.sums if s.start == facts.held]
        return right or [s for s in facts.sums if not facts.is_denied(s.start, s.end)] or list(facts.sums)
    if facts.last_message == "risk_alert":
        # The sum of a purchase we asked about.
        return []
    if intent is Intent.ALREADY_PAID:
        return [s for s in facts.sums if not facts.is_denied(s.start, s.end) and (s.paid or not s.own)]
    return facts.open_sums() if intents & _MONEY_INTENTS else []


def _frequency(facts: Facts) -> str | None:
    """Return the rhythm beside a sum that is offered, else one that stands apart from every other sum."""
    for each in facts.open_sums():
        if each.rate is not None:
            return each.rate
    others = [(s.start, s.end + _RATE_CHARS) for s in facts.sums if s.own and s.rate is not None]
    found = [m.rule.label for m in facts.matches if m.rule.kind == "frequency" and not _lies_in(m.start, m.end, others)]
    return found[0] if found else None


def _anchor(facts: Facts, hardship: str | None, *, plan: bool) -> str | None:
    """Return the income event the date hangs on; one that only fails to come, with nothing promised, is none."""
    anchors = facts.labels("anchor")
    if not anchors or (not plan and _FAILING.get(hardship or "") == anchors[0]):
        return None
    return anchors[0]


def _cause(facts: Facts) -> str | None:
    """Return the hardship that is the cause: what stands behind "because", else before "so", else the graver."""
    named = [m for m in facts.matches if m.rule.kind == "hardship"]
    if not named:
        return None
    effects = {
        effect.rule.label for link in facts.matches if link.rule.kind == "cause" for effect in _effects(link, named)
    }
    causes = [m for m in named if m.rule.label not in effects] or named
    return min(causes, key=lambda m: (_GRAVITY.get(m.rule.label, _LESS_GRAVE), m.start)).rule.label


def _effects(link: Match, named: list[Match]) -> list[Match]:
    before = [m for m in named if m.start < link.start]
    after = [m for m in named if m.start >= link.start and m.end >= link.end]
    if not before or not after:
        return after[1:] if link.rule.label == "before" and not before else []
    return before if link.rule.label == "before" else after


def _amount(sums: list[Sum], intent: Intent) -> tuple[Decimal | None, tuple[Decimal, ...], str | None]:
    """Return the first sum; of a range its lower end, which is surely offered.

    What we asked for ourselves, the capacity, stays open where it can be read in two ways: we ask again.
    """
    if not sums:
        return None, (), None
    first = sums[0]
    currency = first.currency or next((s.currency for s in sums if s.currency), None)
    if first.other is None:
        return first.value, (), currency
    if intent is Intent.CAPACITY_ANSWER:
        return None, tuple(sorted({first.value, first.other})), currency
    return first.value, (), currency


def _dates(days: list[When]) -> tuple[date, ...]:
    return tuple(sorted({day for when in days for day in when.dates}))


def _alternatives(days: list[When]) -> tuple[date, ...]:
    """Return the other reading of the whole list, where any day has one."""
    if not any(when.alt for when in days):
        return ()
    return tuple(sorted({day for when in days for day in (when.alt or when.dates)}))
