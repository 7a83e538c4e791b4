"""The facts of a reply beside its intent: days, sums, counts, rhythm, hardship. Which count depends on the intent.

A denied day or sum ("can't do friday", 500拿不出) is found and left out; so is the day of an income or a hearing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from parley.nlu.amounts import Place, Sum, find_sums
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
    }
)
_DATE_INTENTS: Final = frozenset(
    {Intent.PROMISE_TO_PAY, Intent.COUNTER_OFFER, Intent.ASK_PLAN, Intent.ALREADY_PAID, Intent.CALL_TIME, Intent.ACCEPT}
)
_PLAN_INTENTS: Final = frozenset(
    {Intent.PROMISE_TO_PAY, Intent.COUNTER_OFFER, Intent.ASK_PLAN, Intent.ACCEPT, Intent.CAPACITY_ANSWER}
)
# The cause before its effect, when a reply names several hardships.
_CAUSE_FIRST: Final = (
    "bereavement incarceration disaster divorce addiction illness mental_health job_loss wage_arrears benefit_delay "
    "reduced_income cost_of_living"
).split()
# How far from "I mean" the old and the new value may stand.
_CORRECTION_CHARS: Final = 24
SENSITIVE_HARDSHIPS: Final = frozenset(
    {"illness", "bereavement", "divorce", "disaster", "incarceration", "mental_health", "addiction"}
)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything found, before the intent decides what counts. Places are those of the reading form."""

    days: tuple[When, ...]
    past_days: tuple[When, ...]
    sums: tuple[Sum, ...]
    count: Count | None
    today: date
    matches: tuple[Match, ...]
    denied: tuple[tuple[int, int], ...]
    is_code: bool = False

    def labels(self, kind: str) -> list[str]:
        """Return the labels of the rules of *kind* that hold, in order of place."""
        return [m.rule.label for m in self.matches if m.rule.kind == kind]

    def is_denied(self, start: int, end: int) -> bool:
        """Say whether the place lies in what the reply denies."""
        return any(s < end and start < e for s, e in self.denied)

    def open_sums(self) -> list[Sum]:
        """Return the sums that are neither denied nor earned, owed or a limit."""
        return [s for s in self.sums if not s.own and not self.is_denied(s.start, s.end)]

    def open_days(self, *, past: bool) -> list[When]:
        """Return the days that are neither denied nor those of another event."""
        days = self.past_days if past else self.days
        other = [(m.start, m.end) for m in self.matches if m.rule.kind == "not_promised"] if not past else []
        return [
            d
            for d in days
            if d.dates and not self.is_denied(d.start, d.end) and not any(s < d.end and d.start < e for s, e in other)
        ]


def gather(text: str, matches: list[Match], today: Today, where: Place, lexicon: Lexicon) -> Facts:
    """Find every fact in the reading form."""
    days = _without_haste(text, find_days(text, today, lexicon), matches, lexicon)
    count = find_instalments(text, matches, lexicon)
    taken = [(d.start, d.end) for d in days] + ([(count.start, count.end)] if count else [])
    never = [(m.start, m.end) for m in matches if m.rule.kind == "not_money" and m.rule.label == "never"]
    own = [(m.start, m.end) for m in matches if m.rule.kind == "not_money" and m.rule.label == "own"]
    sums = find_sums(text, taken, never, own, where, lexicon)
    return Facts(
        days=tuple(days),
        past_days=tuple(find_days(text, replace(today, past=True), lexicon)) if days else (),
        sums=tuple(sums),
        count=count,
        today=today.day,
        matches=tuple(matches),
        denied=(
            *_denied(text, matches),
            *_taken_back(matches, [d for d in days if d.dates]),
            *_taken_back(matches, sums),
        ),
    )


def _without_haste(text: str, days: list[When], matches: list[Match], lexicon: Lexicon) -> list[When]:
    """Leave out "at once" as a day where another day, or an income to come, is named: 听日出粮即刻过数."""
    hasty = [d for d in days if re.fullmatch(lexicon.lists["haste"], text[d.start : d.end])]
    rest = [d for d in days if d not in hasty]
    is_named = any(d.dates for d in rest) or any(m.rule.kind == "anchor" for m in matches)
    return rest if hasty and is_named else days


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
        begin = max(e for e in ends if e <= match.start)
        end = min((e for e in ends if e > match.start), default=len(text))
        end = min([end, *(r for r in resumes if match.end <= r < end)])
        if match.rule.label != "backward":
            found.append((match.start, end))
        if match.rule.label != "forward":
            found.append((begin, match.end))
    return found


def fill(facts: Facts, intent: Intent, also: tuple[Intent, ...], option: str | None) -> Slots:
    """Return the slots that count for a reply of this intent."""
    intents = {intent, *also}
    paid = intent is Intent.ALREADY_PAID
    sums = facts.open_sums() if intents & _MONEY_INTENTS or (intent is Intent.ACCEPT) else []
    if intent is Intent.DISPUTE:
        sums = [s for s in facts.sums if not facts.is_denied(s.start, s.end)] or list(facts.sums)
    amount, alternatives, currency = _amount(sums)
    days = facts.open_days(past=paid) if intents & _DATE_INTENTS else []
    plan = bool(intents & _PLAN_INTENTS)
    hardships = facts.labels("hardship")
    frequencies = facts.labels("frequency")
    anchors = facts.labels("anchor")
    return Slots(
        amount=amount,
        amount_alternatives=alternatives,
        currency=currency,
        n_instalments=facts.count.value if facts.count and plan else None,
        frequency=frequencies[0] if frequencies and plan else None,
        dates=_dates(days),
        dates_alt=_alternatives(days),
        date_anchor=anchors[0] if anchors and (plan or Intent.CANNOT_PAY in intents) else None,
        hardship=next((h for h in _CAUSE_FIRST if h in hardships), None),
        option=option,
    )


def _amount(sums: list[Sum]) -> tuple[Decimal | None, tuple[Decimal, ...], str | None]:
    if not sums:
        return None, (), None
    first = sums[0]
    currency = first.currency or next((s.currency for s in sums if s.currency), None)
    if first.other is not None:
        return None, tuple(sorted({first.value, first.other})), currency
    return first.value, (), currency


def _dates(days: list[When]) -> tuple[date, ...]:
    return tuple(sorted({day for when in days for day in when.dates}))


def _alternatives(days: list[When]) -> tuple[date, ...]:
    """Return the other reading of the whole list, where any day has one."""
    if not any(when.alt for when in days):
        return ()
    return tuple(sorted({day for when in days for day in (when.alt or when.dates)}))
