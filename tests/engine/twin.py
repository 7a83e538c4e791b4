"""A store in memory: it carries out what the door and a turn decide, as the real store does in one transaction.

It keeps the state of the talk, the proof of identity, the standing offer, holds, refusals and the contacts that left.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from parley.contact.facts import Contact, ContactFacts, Direction, Hold, OptOut, OptOutScope
from parley.contact.gate import Permit, Refused, decide
from parley.engine.announce import Announcement, Figures, announce
from parley.engine.asking import Answering, contact_facts, is_identity_fresh
from parley.engine.case import Case, ContactRecord, Inbound, OpenOffer, StandingHold, Talk
from parley.engine.door import Admitted, admit
from parley.engine.nightly import Trigger
from parley.engine.outcome import Draft, NewArrangement, NewPromise, Outcome
from parley.engine.turn import Library, context_of, turn
from parley.ids import derive_id
from parley.negotiation.moves import Memory
from parley.negotiation.state import State
from parley.nlu.read import read
from parley.nlu.reading import Reading
from parley.purpose import Channel, Purpose

_SCOPES = {"all": OptOutScope.ALL, "promotions": OptOutScope.PROMOTION, "promotion": OptOutScope.PROMOTION}
LAST_USE_HOURS = 48


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one reply."""

    admitted: Admitted
    reading: Reading
    outcome: Outcome

    @property
    def refusal(self) -> Refused | None:
        draft = self.outcome.draft
        return draft.decision if draft is not None and isinstance(draft.decision, Refused) else None


@dataclass(slots=True)
class Twin:
    """One borrower's rows. `said` holds every text that left, in order."""

    library: Library
    case: Case
    said: list[str] = field(default_factory=list)
    arrangements: list[NewArrangement] = field(default_factory=list)
    promises: list[NewPromise] = field(default_factory=list)
    heard: int = 0
    _opt_outs: dict[OptOutScope, OptOut] = field(default_factory=dict)
    _waiting: list[tuple[datetime, Draft, Answering]] = field(default_factory=list)

    def announce(self, wish: Trigger, figures: Figures, now: datetime) -> Announcement | Refused:
        """Let the nightly run say *wish*; what it may say leaves at the first permitted instant."""
        assert self.case.account is not None, "the nightly run writes about an account"
        made = announce(
            wish,
            self.case.party,
            self.case.account,
            self.case.record,
            figures,
            as_of=self.case.today(now),
            now=now,
            last_use_hours=LAST_USE_HOURS,
            also_held=frozenset(),
            library=self.library,
        )
        if isinstance(made, Announcement):
            self._left(made.rendered.text, made.purpose, made.context, made.not_before, None)
        return made

    def hear(self, text: str, now: datetime) -> Heard:
        """Take a reply in at the door, then answer it."""
        self.dispatch_due(now)
        self.heard += 1
        if self.case.offer is not None and self.case.offer.expires_at <= now:
            self.case = replace(self.case, offer=None)
        if self.case.talk.state is State.CLOSED:
            self._talk(state=State.NOTIFIED, memory=Memory(), last_context="", needs_person=False)
        inbound_id = derive_id("inbound", str(self.heard))
        admitted = self._admit(text, now)
        self._obey(admitted, inbound_id, now)
        self._record(contacts=(*self.case.record.contacts, self._contact(now, Direction.IN)))
        reading = read(admitted.text, context_of(self.case, now), self.library.lexicon)
        inbound = Inbound(inbound_id, admitted.text, now, admitted.identity_answer, admitted.was_redacted)
        outcome = turn(self.case, inbound, now, self.library)
        self._carry_out(outcome, inbound, now)
        return Heard(admitted, reading, outcome)

    def dispatch_due(self, now: datetime) -> None:
        """Send what waited for a permitted hour: the gate is asked again then."""
        for at, draft, answering in [one for one in self._waiting if one[0] <= now]:
            assert isinstance(
                decide(self._facts(draft, at, answering), self.library.rulebook, self.library.gate), Permit
            )
            self._left(draft.rendered.text, draft.purpose, draft.context, at, answering)
        self._waiting = [one for one in self._waiting if one[0] > now]

    def _admit(self, text: str, now: datetime) -> Admitted:
        lexicon = self.library.lexicon
        if self._is_proven(now):
            return admit(text, None, None, lexicon)
        return admit(text, self.case.party, context_of(self.case, now), lexicon)

    def _is_proven(self, now: datetime) -> bool:
        return is_identity_fresh(self.case.party.identity_proven_at, now, self.library.identity_fresh_days)

    def _obey(self, admitted: Admitted, inbound_id: UUID, now: datetime) -> None:
        """Carry out a STOP and a crisis before anything else."""
        if admitted.stops:
            self._refused(admitted.stops, now)
        if admitted.is_crisis:
            self._hold("crisis", inbound_id)

    def _carry_out(self, outcome: Outcome, inbound: Inbound, now: datetime) -> None:
        if outcome.opt_out:
            self._refused(outcome.opt_out, now)
        if outcome.hold:
            self._hold(outcome.hold, inbound.inbound_id)
        if outcome.is_identity_proven:
            self.case = replace(self.case, party=replace(self.case.party, identity_proven_at=now))
        if outcome.offer is not None:
            made = outcome.offer
            standing = OpenOffer(made.offer_id, made.menu.plans, made.capacity_minor, made.expires_at)
            self.case = replace(self.case, offer=standing)
        if outcome.arrangement is not None:
            self.arrangements.append(outcome.arrangement)
            self._record(holds=(*self.case.record.holds, StandingHold(Hold.PLAN_ACTIVE)))
        if outcome.promise is not None:
            self.promises.append(outcome.promise)
        needs_person = self.case.talk.needs_person or bool(outcome.person_reason)
        self._talk(state=outcome.to, memory=outcome.memory, needs_person=needs_person)
        if outcome.draft is not None:
            self._send(outcome.draft, Answering(inbound.inbound_id, inbound.received_at), now)

    def _send(self, draft: Draft, answering: Answering, now: datetime) -> None:
        match draft.decision:
            case Permit():
                self._left(draft.rendered.text, draft.purpose, draft.context, now, answering)
            case Refused(retry_at=at) if at is not None and at <= draft.not_after:
                self._waiting.append((at, draft, answering))
            case Refused():
                pass

    def _left(self, text: str, purpose: Purpose, context: str, at: datetime, answering: Answering | None) -> None:
        self.said.append(text)
        answered_at = answering.received_at if answering is not None else None
        contact = replace(self._contact(at, Direction.OUT), purpose=purpose, answers_at=answered_at)
        self._record(contacts=(*self.case.record.contacts, contact))
        if purpose is Purpose.OPT_OUT_CONFIRMATION:
            self._opt_outs = {
                scope: one if one.confirmed_at is not None else replace(one, confirmed_at=at)
                for scope, one in self._opt_outs.items()
            }
            self._record(opt_outs=tuple(self._opt_outs.values()))
        if context != "none":
            self._talk(last_context=context)

    def _contact(self, at: datetime, direction: Direction) -> Contact:
        account = str(self.case.account.account_id) if self.case.account is not None else None
        address = str(self.case.party.contact_point_id)
        return Contact(at=at, channel=Channel.SMS, direction=direction, account=account, address=address)

    def _facts(self, draft: Draft, now: datetime, answering: Answering) -> ContactFacts:
        return contact_facts(
            self.case.party,
            self.case.account,
            self.case.record,
            purpose=draft.purpose,
            discloses=draft.discloses,
            now=now,
            today=self.case.today(now),
            actor=self.library.lender.actor,
            is_proven=self._is_proven(now),
            answering=answering,
        )

    def _refused(self, scope: str, now: datetime) -> None:
        # Said again it is the same refusal: its confirmation stands.
        self._opt_outs.setdefault(_SCOPES[scope], OptOut(_SCOPES[scope], now))
        self._record(opt_outs=tuple(self._opt_outs.values()))

    def _hold(self, kind: str, inbound_id: UUID) -> None:
        standing = StandingHold(Hold(kind), inbound_id)
        if standing not in self.case.record.holds:
            self._record(holds=(*self.case.record.holds, standing))

    def _record(self, **changes: object) -> None:
        record: ContactRecord = replace(self.case.record, **changes)  # type: ignore[arg-type]  # names of its fields
        self.case = replace(self.case, record=record)

    def _talk(self, **changes: object) -> None:
        talk: Talk = replace(self.case.talk, **changes)  # type: ignore[arg-type]  # names of its fields
        self.case = replace(self.case, talk=talk)
