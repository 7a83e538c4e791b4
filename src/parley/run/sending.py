"""The sender: ask the gate, commit the intent, hand over, mark. And after a crash: ask the provider, never guess.

Order matters. The intent is committed before anything leaves; the mark after the provider answered. What lies between
is in doubt and is settled by look-up after the provider's settle time, or stays *unknown*.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from parley.contact.facts import ContactFacts
from parley.contact.gate import Decision, decide
from parley.engine.asking import with_text
from parley.engine.stated import Said
from parley.engine.turn import Library
from parley.ids import Msisdn
from parley.messaging.ledger import Event, State
from parley.providers.port import (
    Accepted,
    Asked,
    LookupState,
    NotTaken,
    Outcome,
    Provider,
    Rejected,
    Submission,
    Unknown,
)
from parley.store.fate import Answer, Doubt, in_doubt, mark, note_asked, numbers_of
from parley.store.outbox import Intended, Terms, decide_batch
from parley.store.pacing import UNPACED, Pace
from parley.store.stopping import stop_in_force
from parley.store.vault import Vault

BATCH: Final = 256
# Handed over and marked together: after so many the stop button is looked at again.
AT_ONCE: Final = 64


class Sender:
    """One sender of one provider."""

    def __init__(self, provider: Provider, library: Library, vault: Vault, pace: Pace = UNPACED) -> None:
        self._provider = provider
        self._pace = pace
        self._vault = vault
        self._judge = partial(_judge, library)
        self._terms = Terms(
            library.lender.actor, library.identity_fresh_days, library.in_collection_days, provider.name
        )

    def send_due(self, now: datetime, limit: int = BATCH) -> int:
        """Send up to *limit* messages whose time has come, and no more than the route takes now.

        Returns how many were handed over; none while sending is stopped.
        """
        if stop_in_force() is not None:
            return 0
        granted = self._pace.take(self._provider.name, limit, now)
        handed = self._send(now, granted) if granted else 0
        self._pace.give_back(self._provider.name, granted - handed, now)
        return handed

    def _send(self, now: datetime, limit: int) -> int:
        started = time.monotonic()
        intended = decide_batch(now, limit, self._judge, self._terms, self._vault)
        for at in range(0, len(intended), AT_ONCE):
            if time.monotonic() - started > self._provider.settle_seconds / 2:
                # So slow (a stopped process, a busy database, a slow carrier) that another sender may soon ask the
                # provider, hear that it has nothing, and send: leave it to that one.
                self._leave(intended[at:], "sender_too_slow", now)
                return at
            if stop_in_force() is not None:
                self._leave(intended[at:], "stopped", now)
                return at
            part = intended[at : at + AT_ONCE]
            answers = self._provider.submit([_submission(one) for one in part], now)
            mark([_answer(one.message_id, said, now) for one, said in zip(part, answers, strict=True)], now)
        return len(intended)

    @staticmethod
    def _leave(rest: Sequence[Intended], reason: str, now: datetime) -> None:
        """Put back what was not handed over: it certainly did not leave."""
        mark([Answer(one.message_id, Event.NOT_TAKEN, "", reason, now) for one in rest], now)

    def settle(self, now: datetime, limit: int = BATCH) -> int:
        """Find out about messages whose fate is open. Returns how many were asked about."""
        doubtful = in_doubt(now, self._provider.name, self._provider.settle_seconds, limit)
        if not doubtful:
            return 0
        numbers = numbers_of([one.message_id for one in doubtful], self._vault) if self._provider.can_look_up else {}
        mark([answer for one in doubtful if (answer := self._find(one, numbers.get(one.message_id), now))], now)
        note_asked([one.message_id for one in doubtful], now)
        return len(doubtful)

    def _find(self, one: Doubt, to: Msisdn | None, now: datetime) -> Answer | None:
        """Ask the provider by our reference. A provider that cannot say leaves an honest *unknown*."""
        message_id, state, tried_at = one
        if not self._provider.can_look_up or to is None:
            is_new = state is State.INTENDED
            return Answer(message_id, Event.UNKNOWN, "", "provider_cannot_look_up") if is_new else None
        found = self._provider.look_up(Asked(str(message_id), to, tried_at), now)
        match found.state:
            case LookupState.FOUND:
                return Answer(message_id, Event.SUBMITTED, found.provider_id or "", "found_by_look_up")
            case LookupState.NOT_FOUND if state is State.INTENDED:
                return Answer(message_id, Event.NOT_TAKEN, "", "not_found_by_look_up", tried_at)
            case LookupState.NOT_FOUND:
                return Answer(message_id, Event.LOOKUP_ABSENT, "", "not_found_by_look_up")
            case LookupState.UNSUPPORTED:
                return Answer(message_id, Event.UNKNOWN, "", "provider_cannot_look_up")


def _judge(library: Library, facts: ContactFacts, said: Said) -> Decision:
    rules = library.rulebook
    return decide(with_text(facts, said, library, rules), rules, library.gate)


def _submission(one: Intended) -> Submission:
    return Submission(str(one.message_id), one.to, one.text, one.segments, one.not_after, one.is_synthetic)


def _answer(message_id: UUID, said: Outcome, tried_at: datetime) -> Answer:
    match said:
        case Accepted(provider_id, part_ids):
            return Answer(message_id, Event.SUBMITTED, provider_id, part_ids=part_ids)
        case Rejected(code, _):
            return Answer(message_id, Event.REJECTED, "", code)
        case NotTaken(code, retryable):
            return Answer(message_id, Event.NOT_TAKEN if retryable else Event.REJECTED, "", code, tried_at)
        case Unknown(code):
            return Answer(message_id, Event.UNKNOWN, "", code)
