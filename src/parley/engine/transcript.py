"""Write what a session brought about, and play a whole transcript again.

The form is told in tests/golden/transcripts/README.md. Lines of the other sides (`#`, `now`, `@`, `<`, `!`, `~`)
are taken as they stand; every `>`, `x` and `=` line is written anew, so a transcript holds if it comes back unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final, assert_never

from parley.contact.gate import Refused
from parley.dates import local, local_date
from parley.engine.act_lines import desk_deeds, refused_as
from parley.engine.acts import ActRefusal
from parley.engine.headline import read_headline
from parley.engine.identity import ONE, SEVERAL, UNSURE
from parley.engine.outcome import Outcome
from parley.engine.play import Announced, Beat, Clocked, Kept, Play, Told
from parley.engine.turn import Library
from parley.engine.twin import Acted, Heard, Message
from parley.messaging.catalogue import Rendered
from parley.nlu.reading import Intent, Reading

THEIRS: Final = ("now ", "@ ", "< ", "<+", "! ", "~ ", "% ")
OURS: Final = ("> ", "x ", "= ")

# What came of an identity answer; what is not here matched nothing.
_COMPARED: Final = {"match": "matched", ONE: "matched one of several", SEVERAL: "matches several"}
# Further intents that change what we do; the others are left out.
_HEARD_BESIDE: Final = frozenset(
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
_ANSWERED: Final = {"transaction.confirmed": "transaction confirmed", "transaction.denied": "transaction denied"}


def play(text: str, library: Library) -> str:
    """Return the transcript *text* as the engine would have it. Raises ValueError for a line of no known form."""
    first, *rest = text.rstrip("\n").split("\n")
    run = Play(library, read_headline(first, library))
    for number, line in enumerate(rest, 2):
        if line.startswith(THEIRS):
            run.take(line)
        elif not line.startswith(OURS):
            raise ValueError(f"line {number} has no known form")
    return written(first, run)


def written(headline: str, run: Play) -> str:
    """Return the transcript of a session that began with *headline*."""
    writer = _Writer(run.library, run.situation.zone)
    return "\n".join([headline, *(line for beat in run.beats for line in writer.lines(beat))]) + "\n"


class _Writer:
    """Writes beats as lines: in the borrower's zone, with `{agent}` for the name of a member of staff."""

    def __init__(self, library: Library, zone: str) -> None:
        self._agents = library.lender.agents
        self._zone = zone

    def lines(self, beat: Beat) -> Iterator[str]:
        """Give the line of *beat* and those that follow from it."""
        yield beat.line
        yield from (self._kept(one) for one in beat.kept)
        match beat.deed:
            case Clocked():
                pass
            case Announced(made=made):
                yield from self._announced(made, beat.at)
            case Heard() as heard:
                yield from self._heard(heard)
            case Told(state=state):
                yield f"= {state}"
            case Acted() as acted:
                yield from self._acted(acted)
            case unreachable:
                assert_never(unreachable)

    def _announced(self, made: Message | Refused | None, at: datetime) -> Iterator[str]:
        if made is None:
            yield "= silence · talk in progress"
        elif isinstance(made, Refused):
            yield f"= refusal {made.primary.rule_id}"
        else:
            leaves_at = made.left_at or made.not_before
            same_day = local_date(leaves_at, self._zone) == local_date(at, self._zone)
            hour = f"{local(leaves_at, self._zone):{'%H:%M' if same_day else '%Y-%m-%d %H:%M'}}"
            yield self._text(">", made.rendered)
            yield f"= {size(made.rendered)} · permit · leaves at {hour}"

    def _heard(self, heard: Heard) -> Iterator[str]:
        yield "= " + " · ".join(understood(heard))
        message = heard.message
        after = [str(heard.outcome.to), *deeds(heard.outcome)]
        if message is None:
            yield "= " + " · ".join(["silence", *after])
            return
        yield self._text(">" if heard.refusal is None or message.waits else "x", message.rendered)
        verdict = self._verdict(heard.refusal) if heard.refusal is not None else "permit"
        yield "= " + " · ".join([size(message.rendered), verdict, *after, *(["waits"] if message.waits else [])])

    def _acted(self, acted: Acted) -> Iterator[str]:
        decided, message = acted.decided, acted.message
        if isinstance(decided, ActRefusal):
            until = f" until {self._time(decided.retry_at)}" if decided.retry_at else ""
            yield f"= refused {refused_as(decided)}{until}"
            return
        after = [str(decided.to), *desk_deeds(decided), *deeds(decided)]
        if message is None:
            yield "= " + " · ".join(after)
            return
        yield self._text(">", message.rendered)
        refusal = message.decision if isinstance(message.decision, Refused) else None
        verdict = self._verdict(refusal) if refusal is not None else "permit"
        yield "= " + " · ".join([size(message.rendered), verdict, *after, *(["waits"] if message.waits else [])])

    def _kept(self, kept: Kept) -> str:
        verdict = self._verdict(kept.decision)
        return f"= text {kept.number} at {self._time(kept.at)} · {verdict} · {'waits' if kept.waits else 'not sent'}"

    def _verdict(self, refused: Refused) -> str:
        until = f" until {self._time(refused.retry_at)}" if refused.retry_at else ""
        return f"refusal {refused.primary.rule_id}{until}"

    def _time(self, at: datetime) -> str:
        return f"{local(at, self._zone):%Y-%m-%d %H:%M}"

    def _text(self, sign: str, rendered: Rendered) -> str:
        return f"{sign} {rendered.text.replace(self._agents[rendered.language], '{agent}')}"


def size(rendered: Rendered) -> str:
    """Name the alphabet and the number of segments."""
    count = rendered.segments.count
    return f"{rendered.segments.encoding} · {count} segment{'s' if count > 1 else ''}"


def understood(heard: Heard) -> Iterator[str]:
    """Name what was understood of a reply; of an identity answer only whether it matched."""
    outcome = heard.outcome
    reading = outcome.reading or heard.reading
    yield outcome.intent
    if heard.admitted.identity_answer == UNSURE:
        yield "writer not known"
    elif heard.admitted.identity_answer:
        yield _COMPARED.get(heard.admitted.identity_answer, "no match")
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
    if reading.alternatives:
        yield "or " + ", ".join(intent for intent in reading.alternatives if intent is not reading.intent)
    elif reading.is_doubtful:
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


_REFUSED: Final = {"all": "all texts stopped", "promotion": "promotions stopped"}
_CANCELLED: Final = {"all": "waiting messages cancelled", "promotion": "waiting promotions cancelled"}


def deeds(outcome: Outcome) -> list[str]:
    """Name what the outcome does beside its text, always in this order."""
    agreed = outcome.arrangement
    answered = next((_ANSWERED[one.kind] for one in outcome.events if one.kind in _ANSWERED), "")
    named = (
        (bool(answered), answered),
        (outcome.is_identity_proven, "identity proven"),
        (outcome.offer, _offered(outcome)),
        (outcome.ends_plan, "plan ended"),
        (outcome.score, f"score {outcome.score}"),
        (agreed, f"plan agreed: {agreed.plan.count} payments" if agreed is not None else ""),
        (outcome.promise, "promise recorded"),
        (outcome.limit_rise, "wish for a higher limit passed on"),
        (outcome.hold, f"hold {outcome.hold}"),
        (outcome.opt_out, _REFUSED.get(outcome.opt_out, "")),
        (any(one.kind == "resumed" for one in outcome.events), "texts resumed"),
        (outcome.cancels, _CANCELLED.get(outcome.cancels, "")),
        (outcome.quarantines, "number quarantined"),
        (outcome.person_reason, f"person: {outcome.person_reason}"),
        (outcome.pages, "person paged"),
    )
    return [words for is_done, words in named if is_done]


def _offered(outcome: Outcome) -> str:
    if outcome.offer is None:
        return ""
    count = len(outcome.offer.menu.plans)
    return f"offer of {count} plan{'s' if count > 1 else ''}{' (floor)' if outcome.offer.menu.is_floor else ''}"
