"""Read a golden transcript, play its replies through the engine, and write what happened in the same form.

The form is told in tests/golden/transcripts/README.md. Lines of the borrower's side (`#`, `now`, `@`, `<`) are taken as
they stand; every `>`, `x` and `=` line is written anew, so that a transcript holds if it comes back unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from parley.contact.gate import Refused
from parley.dates import local, zone
from parley.engine.announce import Figures
from parley.engine.nightly import Trigger
from parley.engine.outcome import Draft, Outcome
from parley.engine.turn import Library
from parley.locale import Language
from parley.messaging.catalogue import Rendered
from parley.negotiation.dialogue import LEAST_CONFIDENCE
from parley.nlu.reading import Intent, Reading
from parley.purpose import Purpose
from parley.servicing.account import Product
from tests.engine.sample import Situation, case_of
from tests.engine.twin import Heard, Twin

_SUM = r"([\d,]+\.\d\d)"
_WORDS = {
    "original creditor": ("actor", "original_creditor"),
    "原债权人": ("actor", "original_creditor"),
    "原債權人": ("actor", "original_creditor"),
    "card": ("product", Product.CARD),
    "信用卡": ("product", Product.CARD),
    "loan": ("product", Product.LOAN),
    "贷款": ("product", Product.LOAN),
    "貸款": ("product", Product.LOAN),
    "identity proven": ("is_proven", True),
    "已核实本人": ("is_proven", True),
    "已驗明本人": ("is_proven", True),
    "identity not proven": ("is_proven", False),
    "未核实本人": ("is_proven", False),
    "未驗明本人": ("is_proven", False),
    "not past due": ("days_past_due", 0),
    "未逾期": ("days_past_due", 0),
}
_Facts = dict[str, object]
_PATTERNS: tuple[tuple[str, Callable[[re.Match[str]], _Facts]], ...] = (
    (r"[a-z]{2}(?:-[a-z]{2,3})?", lambda m: {"jurisdiction": m[0].upper()}),
    (r"(?:en|zh)-[A-Z]{2}", lambda m: {"locale": m[0]}),
    (rf"(?:balance|余额|餘額) {_SUM} ([A-Z]{{3}})", lambda m: {"balance_minor": minor(m[1]), "currency": m[2]}),
    (rf"(?:rate|年利率) {_SUM}%", lambda m: {"annual_rate_bps": minor(m[1])}),
    (rf"(\d+) days past due: {_SUM}", lambda m: {"days_past_due": int(m[1]), "arrears_minor": minor(m[2])}),
    (rf"逾期 (\d+) 天：{_SUM}", lambda m: {"days_past_due": int(m[1]), "arrears_minor": minor(m[2])}),
    (
        rf"(?:next due|下期) {_SUM} (?:on|于|於) (\S+)",
        lambda m: {"next_due_minor": minor(m[1]), "next_due_on": date.fromisoformat(m[2])},
    ),
    (r"(?:ZIP|postcode) (.+)", lambda m: {"postcode": m[1]}),
    (r"(?:contract tail|合同尾号|契約末碼) (\w+)", lambda m: {"contract_tail": m[1]}),
    (r"(?:after|此前) (\w+)", lambda m: {"after": m[1]}),
)
_POLICY = re.compile(r"(?:policy|策略|政策) (\S+)")
# Further intents that change what we do; the others are left out.
_HEARD_BESIDE = frozenset(
    {
        Intent.STOP,
        Intent.RISK,
        Intent.LEGAL,
        Intent.FRAUD_CLAIM,
        Intent.WRONG_NUMBER,
        Intent.DISPUTE,
        Intent.COMPLAINT,
        Intent.ASK_HUMAN,
    }
)
_PURPOSES = {"reminder": Purpose.REMINDER, "overdue": Purpose.COLLECTION, "limit_change": Purpose.SERVICING}


def minor(text: str) -> int:
    """Return hundredths of a figure written with two decimals; no currency here has another number of them."""
    return int(text.replace(",", "").replace(".", ""))


def headline(line: str, library: Library) -> Situation:
    """Read the facts of a `#` line; a fact nobody knows is an error, for it would hold silently."""
    facts: _Facts = {}
    for part in line.removeprefix("#").split("·"):
        facts.update(_fact(part.strip(), library))
    return replace(Situation(), **facts)  # type: ignore[arg-type]  # the tables name fields of Situation


def _fact(part: str, library: Library) -> _Facts:
    if part in _WORDS:
        name, value = _WORDS[part]
        return {name: value}
    policy = _POLICY.fullmatch(part)
    if policy is not None:
        assert policy[1] == library.policy.id, f"the policy is {library.policy.id}"
        return {}
    for pattern, read in _PATTERNS:
        found = re.fullmatch(pattern, part)
        if found is not None:
            return read(found)
    raise AssertionError(f"{part!r} is no fact of a headline")


@dataclass(slots=True)
class Play:
    """A transcript being played: the clock, the twin, and the lines so far."""

    library: Library
    situation: Situation
    lines: list[str] = field(default_factory=list)
    now: datetime | None = None
    twin: Twin | None = None

    def take(self, line: str) -> None:
        """Take one line of the borrower's side."""
        self.lines.append(line)
        if line.startswith("now "):
            self._set_clock(line.split()[1:])
        elif line.startswith("@ "):
            self.lines += self._announced(line.split()[1:])
        else:
            self.lines += self._heard(line.removeprefix("< "))
            self._clock(timedelta(minutes=1))

    def _set_clock(self, words: list[str]) -> None:
        if len(words) > 2:
            self.situation = replace(self.situation, zone=words[2])
        wall = datetime.fromisoformat(f"{words[0]} {words[1]}").replace(tzinfo=zone(self.situation.zone))
        self.now = wall.astimezone(UTC)
        if self.twin is None:
            self.twin = Twin(self.library, case_of(self.situation, now=self.now))

    def _clock(self, step: timedelta) -> None:
        """Move the clock on: replies under one `now` come a minute apart."""
        assert self.now is not None, "a transcript begins with `now`"
        self.now += step

    def _parts(self) -> tuple[Twin, datetime]:
        assert self.twin is not None and self.now is not None, "a transcript begins with `now`"
        return self.twin, self.now

    def _announced(self, words: list[str]) -> Iterator[str]:
        twin, now = self._parts()
        family, *rest = words
        sums = [minor(word) for word in rest if re.fullmatch(_SUM, word)]
        day = next((date.fromisoformat(word) for word in rest if re.fullmatch(r"\d{4}-\d\d-\d\d", word)), None)
        figures = Figures(due_on=day, amount_minor=sums[0] if sums else None)
        if family == "limit_change":
            figures = Figures(limit_before_minor=sums[0], limit_after_minor=sums[1])
        made = twin.announce(Trigger(_PURPOSES[family], family, "golden", day), figures, now)
        if isinstance(made, Refused):
            yield f"= refusal {made.primary.rule_id}"
            return
        yield from self._text(">", made.rendered)
        yield f"= {_size(made.rendered)} · permit · leaves at {local(made.not_before, self.situation.zone):%H:%M}"

    def _heard(self, text: str) -> Iterator[str]:
        twin, now = self._parts()
        heard = twin.hear(text, now)
        yield "= " + " · ".join(_understood(heard))
        draft, refusal = heard.outcome.draft, heard.refusal
        after = [str(heard.outcome.to), *_deeds(heard.outcome)]
        if draft is None:
            yield "= " + " · ".join(["silence", *after])
            return
        waits = refusal is not None and refusal.retry_at is not None and refusal.retry_at <= draft.not_after
        yield from self._text(">" if refusal is None or waits else "x", draft.rendered)
        yield "= " + " · ".join([_size(draft.rendered), self._verdict(draft), *after, *(["waits"] if waits else [])])

    def _verdict(self, draft: Draft) -> str:
        decision = draft.decision
        if not isinstance(decision, Refused):
            return "permit"
        until = f" until {local(decision.retry_at, self.situation.zone):%Y-%m-%d %H:%M}" if decision.retry_at else ""
        return f"refusal {decision.primary.rule_id}{until}"

    def _text(self, sign: str, rendered: Rendered) -> Iterator[str]:
        language: Language = rendered.language
        yield f"{sign} {rendered.text.replace(self.library.lender.agents[language], '{agent}')}"


def _size(rendered: Rendered) -> str:
    count = rendered.segments.count
    return f"{rendered.segments.encoding} · {count} segment{'s' if count > 1 else ''}"


def _understood(heard: Heard) -> Iterator[str]:
    reading, outcome = heard.reading, heard.outcome
    yield outcome.intent
    if heard.admitted.identity_answer:
        yield "matched" if heard.admitted.identity_answer == "match" else "no match"
        yield "stored redacted"
        return
    also = [intent for intent in outcome.also if intent in _HEARD_BESIDE]
    if also:
        yield "also " + ", ".join(also)
    yield from _slots(reading)
    if reading.conditional:
        yield "conditional"
    if reading.sensitive:
        yield "sensitive"
    if reading.oos or reading.confidence < LEAST_CONFIDENCE:
        yield "not understood"
    if heard.admitted.was_redacted:
        yield "number removed"


def _slots(reading: Reading) -> Iterator[str]:
    slots = reading.slots
    amounts = [slots.amount] if slots.amount is not None else list(slots.amount_alternatives)
    rhythm = slots.frequency or ""
    if amounts:
        yield f"amount {' or '.join(map(_figure, amounts))} {rhythm}".rstrip()
    elif rhythm:
        yield rhythm
    if slots.n_instalments is not None:
        yield f"{slots.n_instalments} payments"
    yield from (f"date {day.isoformat()}" for day in slots.dates)
    if slots.date_anchor:
        yield slots.date_anchor
    if slots.hardship:
        yield f"hardship {slots.hardship}"
    if slots.option:
        yield f"option {slots.option}"


def _figure(amount: Decimal) -> str:
    return f"{amount:,.2f}"


_REFUSED = {"all": "all texts stopped", "promotion": "promotions stopped"}
_CANCELLED = {"all": "waiting messages cancelled", "promotion": "waiting promotions cancelled"}


def _deeds(outcome: Outcome) -> list[str]:
    """Name what the outcome does beside its text, always in this order."""
    agreed = outcome.arrangement
    deeds = (
        (outcome.is_identity_proven, "identity proven"),
        (outcome.offer, _offered(outcome)),
        (agreed, f"plan agreed: {agreed.plan.count} payments" if agreed is not None else ""),
        (outcome.promise, "promise recorded"),
        (outcome.hold, f"hold {outcome.hold}"),
        (outcome.opt_out, _REFUSED.get(outcome.opt_out, "")),
        (outcome.cancels, _CANCELLED.get(outcome.cancels, "")),
        (outcome.quarantines, "number quarantined"),
        (outcome.person_reason, f"person: {outcome.person_reason}"),
        (outcome.pages, "person paged"),
    )
    return [words for is_done, words in deeds if is_done]


def _offered(outcome: Outcome) -> str:
    if outcome.offer is None:
        return ""
    count = len(outcome.offer.menu.plans)
    return f"offer of {count} plan{'s' if count > 1 else ''}{' (floor)' if outcome.offer.menu.is_floor else ''}"


def play(text: str, library: Library) -> str:
    """Return the transcript *text* as the engine would have it."""
    first, *rest = text.splitlines()
    run = Play(library, headline(first, library), [first])
    for number, line in enumerate(rest, 2):
        if line.startswith(("now ", "@ ", "< ")):
            run.take(line)
        else:
            assert line.startswith(("> ", "x ", "= ")), f"line {number} has no known form: {line}"
    return "\n".join(run.lines) + "\n"
