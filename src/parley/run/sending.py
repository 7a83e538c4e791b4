"""The sender: ask the gate, commit the intent, hand over, mark. And after a crash: ask the provider, never guess.

Order matters. The intent is committed before anything leaves; the mark after the provider answered. What lies between
is in doubt and is settled by look-up after the provider's settle time, or stays *unknown*. Another route is taken only
for what certainly was not, by the queue and the gate anew: nothing goes by two routes on doubt.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from parley.contact.facts import ContactFacts
from parley.contact.gate import Decision, decide
from parley.contact.registrations import UNNAMED, NamedAs
from parley.contact.routes import Health
from parley.dates import local_date
from parley.engine.asking import with_text
from parley.engine.stated import Said
from parley.engine.turn import Library
from parley.errors import OutsideFailed
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
    SentAs,
    Submission,
    Unknown,
)
from parley.run.carriers import Carriers
from parley.store.fate import Answer, Doubt, in_doubt, mark, note_asked, numbers_of
from parley.store.outbox import Intended, Terms, decide_batch
from parley.store.pacing import UNPACED, Pace
from parley.store.route_health import health_of_routes, note_batch
from parley.store.stopping import stop_in_force
from parley.store.vault import Vault

BATCH: Final = 256
# Handed over and marked together: after so many the stop button is looked at again.
AT_ONCE: Final = 64

Handed = tuple[str, Sequence[Intended], "list[Outcome] | OutsideFailed"]


class Sender:
    """One sender of all routes."""

    def __init__(self, carriers: Carriers, library: Library, vault: Vault, pace: Pace = UNPACED) -> None:
        self._carriers = carriers
        self._pace = pace
        self._vault = vault
        self._judge = partial(_judge, library)
        self._terms = Terms(
            library.lender.actor,
            library.identity_fresh_days,
            library.in_collection_days,
            carriers.routes,
            partial(_named, library),
            self._health,
        )

    def send_due(self, now: datetime, limit: int = BATCH) -> int:
        """Send up to *limit* messages whose time has come, and no more than each route takes now.

        Returns how many were handed over; none while sending is stopped. Raises OutsideFailed where the only carrier
        could not be reached.
        """
        if stop_in_force() is not None:
            return 0
        providers = self._carriers.providers
        room = {name: self._pace.take(name, limit, now) for name in providers}
        most = min(limit, sum(room.values()))
        handed: Mapping[str, int] = self._send(now, most, room) if most else {}
        for name, granted in room.items():
            self._pace.give_back(name, granted - handed.get(name, 0), now)
        return sum(handed.values())

    def _health(self, now: datetime) -> Mapping[str, Health]:
        return health_of_routes(now)

    def _send(self, now: datetime, limit: int, room: Mapping[str, int]) -> Mapping[str, int]:
        """Hand over up to *limit* messages. Returns how many by route."""
        started = time.monotonic()
        intended = decide_batch(now, limit, self._judge, self._terms, self._vault, room)
        waiting: dict[str, deque[Intended]] = defaultdict(deque)
        for one in intended:
            waiting[one.route].append(one)
        handed: dict[str, int] = defaultdict(int)
        unreached: OutsideFailed | None = None
        while waiting:
            self._leave_slow(waiting, started, now)
            if waiting and stop_in_force() is not None:
                self._leave([one for rest in waiting.values() for one in rest], "stopped", now)
                break
            for name, part, answers in self._submitted(_cut(waiting), now):
                if isinstance(answers, OutsideFailed):
                    unreached = answers
                    self._leave([*part, *waiting.pop(name, ())], "carrier_not_reached", now)
                    note_batch(name, "carrier_not_reached", now, self._vault)
                    continue
                mark([_answer(one.message_id, said, now) for one, said in zip(part, answers, strict=True)], now)
                handed[name] += len(part)
                self._note(name, answers, now)
        if unreached is not None and len(self._carriers.providers) == 1:
            raise unreached
        return handed

    def _leave_slow(self, waiting: dict[str, deque[Intended]], started: float, now: datetime) -> None:
        """Put back what has waited so long (a stopped process, a busy database, a slow carrier) for its turn.

        Another sender may soon ask the provider, hear that it has nothing, and send: leave it to that one.
        """
        passed = time.monotonic() - started
        for name in list(waiting):
            if passed > self._carriers.providers[name].settle_seconds / 2:
                self._leave(waiting.pop(name), "sender_too_slow", now)

    def _submitted(self, parts: Mapping[str, Sequence[Intended]], now: datetime) -> Iterator[Handed]:
        """Hand each part to its route, all routes at once; yield the answers as they come."""
        if len(parts) <= 1:
            for name, part in parts.items():
                yield name, part, _submit(self._carriers.providers[name], part, now)
            return
        with ThreadPoolExecutor(len(parts), thread_name_prefix="route") as pool:
            asked = {
                pool.submit(_submit, self._carriers.providers[name], part, now): (name, part)
                for name, part in parts.items()
            }
            for done in as_completed(asked):
                name, part = asked[done]
                yield name, part, done.result()

    def _note(self, name: str, answers: Sequence[Outcome], now: datetime) -> None:
        """Remember whether the route took anything; where it took none, why."""
        halting = next((one for one in answers if isinstance(one, NotTaken) and one.halts), None)
        if halting is not None:
            note_batch(name, halting.code, now, self._vault, halts=True)
        elif answers and all(isinstance(one, NotTaken | Unknown) for one in answers):
            note_batch(name, next(one.code for one in answers if isinstance(one, NotTaken | Unknown)), now, self._vault)
        else:
            note_batch(name, "", now, self._vault)

    @staticmethod
    def _leave(rest: Sequence[Intended] | deque[Intended], reason: str, now: datetime) -> None:
        """Put back what was not handed over: it certainly did not leave."""
        mark([Answer(one.message_id, Event.NOT_TAKEN, "", reason, now) for one in rest], now)

    def settle(self, now: datetime, limit: int = BATCH) -> int:
        """Find out about messages whose fate is open. Returns how many were asked about.

        Raises OutsideFailed where the only carrier does not answer.
        """
        return self._carriers.each("look_up", partial(self._settle, now, limit))

    def _settle(self, now: datetime, limit: int, provider: Provider) -> int:
        doubtful = in_doubt(now, provider.name, provider.settle_seconds, limit)
        if not doubtful:
            return 0
        numbers = numbers_of([one.message_id for one in doubtful], self._vault) if provider.can_look_up else {}
        found = [_find(provider, one, numbers.get(one.message_id), now) for one in doubtful]
        mark([answer for answer in found if answer], now)
        note_asked([one.message_id for one in doubtful], now)
        return len(doubtful)


def _cut(waiting: dict[str, deque[Intended]]) -> dict[str, list[Intended]]:
    """Take the next part of each route out of *waiting*."""
    parts = {name: [rest.popleft() for _ in range(min(AT_ONCE, len(rest)))] for name, rest in waiting.items()}
    for name in [name for name, rest in waiting.items() if not rest]:
        del waiting[name]
    return parts


def _submit(provider: Provider, part: Sequence[Intended], now: datetime) -> list[Outcome] | OutsideFailed:
    try:
        return provider.submit([_submission(one) for one in part], now)
    except OutsideFailed as fault:
        return fault


def _find(provider: Provider, one: Doubt, to: Msisdn | None, now: datetime) -> Answer | None:
    """Ask the provider by our reference. A provider that cannot say leaves an honest *unknown*."""
    message_id, state, tried_at = one
    if not provider.can_look_up or to is None:
        is_new = state is State.INTENDED
        return Answer(message_id, Event.UNKNOWN, "", "provider_cannot_look_up") if is_new else None
    found = provider.look_up(Asked(str(message_id), to, tried_at), now)
    match found.state:
        case LookupState.FOUND:
            return Answer(message_id, Event.SUBMITTED, found.provider_id or "", "found_by_look_up")
        case LookupState.NOT_FOUND if state is State.INTENDED:
            return Answer(message_id, Event.NOT_TAKEN, "", "not_found_by_look_up", tried_at)
        case LookupState.NOT_FOUND:
            return Answer(message_id, Event.LOOKUP_ABSENT, "", "not_found_by_look_up")
        case LookupState.UNSUPPORTED:
            return Answer(message_id, Event.UNKNOWN, "", "provider_cannot_look_up")


def _judge(library: Library, facts: ContactFacts, said: Said, kind: str) -> Decision:
    rules = library.rulebook
    return decide(with_text(facts, said, library, rules, kind), rules, library.gate)


def _named(library: Library, facts: ContactFacts, text: str, kind: str) -> NamedAs:
    """Return what is registered for *text* where *kind* carries it."""
    if not library.route.registrations.entries:
        return UNNAMED
    days = {local_date(facts.now, zone) for zone in facts.zones or ("UTC",)}
    return replace(library.route, provider=kind).named_as(facts.jurisdiction, facts.purpose, days, text)


def _submission(one: Intended) -> Submission:
    named = one.named_as
    sent_as = SentAs(named.sender, named.sender_id, named.signature, named.template_id, named.use_case_id, named.values)
    return Submission(str(one.message_id), one.to, one.text, one.segments, one.not_after, one.is_synthetic, sent_as)


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
