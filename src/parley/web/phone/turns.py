"""What a played session looks like: the texts on the phone, and what was understood and decided at each line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Final, assert_never

from parley.contact.gate import Decision, Permit, Refused
from parley.engine.outcome import NewOffer, Outcome
from parley.engine.play import Announced, Beat, Clocked, Kept, Play, Told, unquoted
from parley.engine.twin import Acted, Heard, Message
from parley.messaging.ledger import State
from parley.negotiation.state import State as Talk
from parley.nlu.reading import Reading, Slots
from parley.rulebook.book import Rulebook
from parley.rulebook.rule import Rule
from parley.web.phone.screen import Bubble, on_screen

# Every turn leaves this event; it says nothing that the turn itself does not.
_PLAIN_TURN: Final = "turn"
_ON_THE_PHONE: Final = frozenset({State.SUBMITTED, State.DELIVERED, State.UNKNOWN})


@dataclass(frozen=True, slots=True)
class No:
    """One rule that says no, with its words from the rulebook."""

    rule: Rule
    reason_code: str
    retry_at: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate said. `asked`: every rule it judged; `lifted`: those lifted, each with the exception."""

    is_permit: bool
    waits: bool
    at: datetime
    refusals: tuple[No, ...]
    retry_at: datetime | None
    asked: tuple[Rule, ...]
    lifted: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Stopped:
    """A text that came to its hour and was not let out."""

    number: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, repr=False)
class Turn:
    """One line, with what came of it; what does not apply is empty.

    `kind`: heard, announced, told or clocked. `said`: the line without its sign, what cannot be seen in it as escapes.
    `later`: what the gate said of a text that waited.
    """

    number: int
    kind: str
    at: datetime
    said: str
    stopped: tuple[Stopped, ...] = ()
    message: Message | None = None
    verdict: Verdict | None = None
    later: Verdict | None = None
    is_talking: bool = False
    stored: str = ""
    reading: Reading | None = None
    identity: str = ""
    slots: tuple[tuple[str, str], ...] = ()
    before: str = ""
    outcome: Outcome | None = None
    offer: NewOffer | None = None
    told: Told | None = None

    @property
    def deeds(self) -> list[tuple[str, str]]:
        """What the machine did beside its text: kind of event, and the reason where it gave the thread to a person."""
        events = self.outcome.events if self.outcome is not None else ()
        return [(one.kind, str(one.data.get("reason", ""))) for one in events if one.kind != _PLAIN_TURN]


def bubbles(run: Play) -> list[Bubble]:
    """Return the texts of both sides in the order in which they stand on the phone; what waits comes last."""
    language = run.twin.case.party.language
    found = [
        Bubble(is_ours=False, text=unquoted(beat.line.partition(" ")[2]), language=language, at=beat.at, turn=number)
        for number, beat in enumerate(run.beats)
        if isinstance(beat.deed, Heard)
    ]
    turns = {made.number: number for number, beat in enumerate(run.beats) if (made := _made(beat)) is not None}
    found += [
        Bubble(
            is_ours=True,
            text=one.rendered.text,
            language=one.rendered.language,
            at=one.left_at or (one.not_before if one.waits else one.created_at),
            turn=turns[one.number],
            fate=str(one.state),
            has_arrived=one.state in _ON_THE_PHONE,
        )
        for one in run.twin.messages
    ]
    return on_screen(found, run.situation.zone)


def _made(beat: Beat) -> Message | None:
    """Return the text of ours that a line brought about."""
    match beat.deed:
        case Heard(message=message):
            return message
        case Announced(made=Message() as message):
            return message
        case Acted(message=message):
            return message
        case _:
            return None


def turns(run: Play) -> list[Turn]:
    """Return what the machine understood and decided, line by line, oldest first."""
    found, state = [], str(Talk.NOTIFIED)
    for number, beat in enumerate(run.beats):
        turn = _turn(Turn(number, "", beat.at, beat.line.partition(" ")[2]), beat, run)
        found.append(replace(turn, before=state))
        state = str(turn.outcome.to) if turn.outcome is not None else state
    return found


def _turn(turn: Turn, beat: Beat, run: Play) -> Turn:
    book = run.library.rulebook
    turn = replace(turn, stopped=tuple(Stopped(one.number, _verdict(one, book)) for one in beat.kept))
    match beat.deed:
        case Clocked():
            return replace(turn, kind="clocked")
        case Told() as told:
            return replace(turn, kind="told", told=told)
        case Announced(made=made):
            return _announced(replace(turn, kind="announced"), made, run)
        case Heard() as heard:
            found = _heard(turn, heard, unquoted(turn.said))
            return found if heard.message is None else _with_message(found, heard.message, run)
        case Acted(message=message):
            found = replace(turn, kind="acted")
            return found if message is None else _with_message(found, message, run)
        case unreachable:
            assert_never(unreachable)


def _announced(turn: Turn, made: Message | Refused | None, run: Play) -> Turn:
    if made is None:
        return replace(turn, is_talking=True)
    if isinstance(made, Refused):
        return replace(turn, verdict=_judged(made, run.library.rulebook))
    return _with_message(turn, made, run)


def _heard(turn: Turn, heard: Heard, text: str) -> Turn:
    return replace(
        turn,
        kind="heard",
        stored=heard.admitted.text if heard.admitted.text != text else "",
        reading=heard.reading,
        identity=heard.admitted.identity_answer,
        slots=tuple(_slots(heard.reading.slots)),
        outcome=heard.outcome,
        offer=heard.outcome.offer,
    )


def _with_message(turn: Turn, message: Message, run: Play) -> Turn:
    """Add the text, what the gate said of it then, and what it said when the text had waited."""
    book, last = run.library.rulebook, run.twin.message(message.number).decision
    return replace(
        turn,
        message=message,
        verdict=_judged(message.decision, book, waits=message.waits) if message.decision is not None else None,
        later=_judged(last, book) if last is not None and last is not message.decision else None,
    )


def _verdict(kept: Kept, book: Rulebook) -> Verdict:
    return _judged(kept.decision, book, waits=kept.waits)


def _judged(decision: Decision, rulebook: Rulebook, *, waits: bool = False) -> Verdict:
    refusals = () if isinstance(decision, Permit) else decision.refusals
    return Verdict(
        is_permit=isinstance(decision, Permit),
        waits=waits,
        at=decision.decided_at,
        refusals=tuple(No(rulebook.rule(one.rule_id), one.reason_code, one.retry_at) for one in refusals),
        retry_at=None if isinstance(decision, Permit) else decision.retry_at,
        asked=tuple(rulebook.rule(one) for one in decision.rules),
        lifted=decision.lifted,
    )


def _slots(slots: Slots) -> Iterator[tuple[str, str]]:
    """Give what a reply says beside its intent: the name of the slot, and its value as text."""
    for field in fields(slots):
        value = getattr(slots, field.name)
        if value not in (None, ()):
            told = value if isinstance(value, tuple) else (value,)
            yield field.name, ", ".join(map(_plain, told))


def _plain(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)


def knows(run: Play) -> list[str]:
    """Return what the borrower can prove their identity by."""
    party = run.twin.case.party
    return [one for one in (party.postcode, party.contract_tail) if one]
