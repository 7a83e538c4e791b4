"""A thread in the hands of a member of staff, for tests of what people may do on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from parley.contact.facts import Contact, Direction, Hold, OptOut
from parley.engine.acts import (
    ActRefusal,
    No,
    Operator,
)
from parley.engine.case import Case, ContactRecord, Desk, StandingHold
from parley.engine.outcome import DeskChange, Outcome
from parley.engine.situation import Situation, case_of
from parley.negotiation.moves import Memory
from parley.negotiation.state import State
from parley.purpose import Channel, Purpose

# Noon in Chicago on a Monday.
NOON = datetime(2026, 11, 23, 18, tzinfo=UTC)
TODAY = NOON.date()
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
DANA, LEAD = Operator(1), Operator(2, may_assign=True)
REPLY_ID, HOLD_ID, CALL_ID = UUID(int=1), UUID(int=2), UUID(int=3)
FIRST = TODAY + 12 * DAY


def case(
    *,
    state: State = State.WITH_PERSON,
    proven: bool = True,
    holds: tuple[Hold, ...] = (),
    contacts: tuple[Contact, ...] = (),
    opt_outs: tuple[OptOut, ...] = (),
    desk: Desk | None = None,
    memory: Memory | None = None,
    situation: Situation | None = None,
) -> Case:
    """Return a thread in Dana's hands, of a borrower 34 days late, to whom nothing was said in the last days."""
    record = ContactRecord(
        contacts=contacts, opt_outs=opt_outs, holds=tuple(StandingHold(kind, None, HOLD_ID) for kind in holds)
    )
    made = case_of(situation or Situation(is_proven=proven), now=NOON, state=state, memory=memory, record=record)
    held = desk or Desk(holder=DANA.operator_id)
    return replace(made, desk=replace(held, also_held=held.also_held | {Hold.WITH_PERSON}))


def texted(at: datetime, purpose: Purpose = Purpose.COLLECTION) -> Contact:
    return Contact(at=at, channel=Channel.SMS, purpose=purpose)


def unanswered(minutes_ago: int) -> Desk:
    return Desk(holder=DANA.operator_id, unanswered_id=REPLY_ID, unanswered_at=NOON - minutes_ago * MINUTE)


def heard(minutes_ago: int) -> Contact:
    return Contact(at=NOON - minutes_ago * MINUTE, channel=Channel.SMS, direction=Direction.IN)


def done(decided: Outcome | ActRefusal) -> Outcome:
    assert isinstance(decided, Outcome), decided.no
    return decided


def change(decided: Outcome | ActRefusal) -> DeskChange:
    found = done(decided).desk
    assert found is not None
    return found


def no(decided: Outcome | ActRefusal) -> No:
    assert isinstance(decided, ActRefusal)
    return decided.no


def gate_says(decided: Outcome | ActRefusal) -> set[str]:
    assert isinstance(decided, ActRefusal) and decided.no is No.GATE and decided.gate is not None
    return {one.rule_id for one in decided.gate.refusals}
