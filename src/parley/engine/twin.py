"""A store in memory: it carries out what the door and a turn decide, as the real store does in one transaction.

It keeps the state of the talk, the proof of identity, the standing offer, holds, refusals, and every text of ours in
its state of the ledger. Its sender is always awake: what waits leaves at its instant, and the gate is asked then. The
carrier tells what it is made to tell. What the nightly run does beside writing to people (it closes silent threads,
judges promises and plans) is not here; that a plan was judged kept or broken it is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from parley.contact.facts import Contact, ContactFacts, Designation, Direction, Hold
from parley.contact.gate import Permit, Refused, decide
from parley.contact.resuming import resume_words
from parley.engine.acts import HOW, Act, ActRefusal, CallOutcome, Operator
from parley.engine.announce import Announcement, Figures, announce
from parley.engine.asking import Answering, contact_facts, is_identity_fresh, with_text
from parley.engine.case import Case, ContactRecord, Inbound, Party, Spoken, StandingHold, Talk
from parley.engine.door import Admitted, admit
from parley.engine.identity import is_sitting
from parley.engine.nightly import Trigger, is_talking
from parley.engine.operator import decide_act
from parley.engine.outcome import DeskChange, NewArrangement, NewPromise, Outcome
from parley.engine.refusals import Refusals
from parley.engine.turn import Library, answer, context_of, turn
from parley.engine.twin_plans import after_outcome, judged, offered
from parley.engine.twin_rows import Acted, Heard, Message
from parley.ids import derive_id
from parley.locale import Language
from parley.messaging import ledger
from parley.messaging.catalogue import Rendered
from parley.negotiation.moves import Memory
from parley.negotiation.state import State
from parley.nlu.read import read
from parley.nlu.reading import Reading
from parley.purpose import Channel, Purpose
from parley.rulebook.book import Rulebook

__all__ = ["Acted", "Heard", "Message", "Twin"]

_LAST_USE_HOURS: Final = 48
# What the carrier never took is no contact.
_NO_CONTACT: Final = frozenset({ledger.State.REJECTED})


@dataclass(slots=True)
class Twin:
    """One borrower's rows. *others*: who else has the number."""

    library: Library
    case: Case
    messages: list[Message] = field(default_factory=list)
    arrangements: list[NewArrangement] = field(default_factory=list)
    promises: list[NewPromise] = field(default_factory=list)
    scores: list[int] = field(default_factory=list)
    _heard_at: list[datetime] = field(default_factory=list)
    _refusals: Refusals = field(default_factory=Refusals)
    _needs_person_since: datetime | None = None
    _quarantined_at: datetime | None = None
    _calls: list[tuple[Contact, Spoken | None]] = field(default_factory=list)
    _acts: int = 0
    _contacts_before: tuple[Contact, ...] = ()
    others: tuple[Party, ...] = ()

    def __post_init__(self) -> None:
        self._contacts_before = self.case.record.contacts

    @property
    def said(self) -> list[str]:
        """Every text that left, in the order in which it left."""
        return [one.rendered.text for one in self._left()]

    def announce(self, wish: Trigger, figures: Figures, now: datetime) -> Message | Refused | None:
        """Let the nightly run say *wish*: the message queued, the gate's no, or None while another talk goes on.

        An alert is not the nightly run's and waits for no talk to end.
        """
        self.dispatch_due(now)
        heard_at = self._heard_at[-1] if self._heard_at else None
        if wish.purpose is not Purpose.RISK_ALERT and is_talking(self.case.talk.state, heard_at, now):
            return None
        self._reopen()
        proven = self._is_proven(now)
        self.case, followed = judged(self.case, wish, figures, now, self.library, is_proven=proven)
        if followed is not None and followed.offer is not None:
            figures = replace(figures, plans=followed.offer.menu.plans)
        assert self.case.account is not None, "the nightly run writes about an account"
        made = announce(
            wish,
            self.case.party,
            self.case.account,
            self.case.record,
            figures,
            as_of=self.case.today(now),
            now=now,
            last_use_hours=_LAST_USE_HOURS,
            also_held=frozenset({Hold.WITH_PERSON} if self.case.talk.needs_person else ()),
            library=self.library,
        )
        if not isinstance(made, Announcement):
            return made
        if followed is not None:
            self._talk(state=followed.state, memory=followed.memory)
            self.case = offered(self.case, followed.offer)
        queued = self._queue(
            made.rendered, made.purpose, made.discloses, made.context, now, made.not_before, made.not_after
        )
        self.dispatch_due(now)
        return self.message(queued.number)

    def hear(self, text: str, now: datetime, understood: Reading | None = None, *, has_media: bool = False) -> Heard:
        """Take a reply in at the door, then answer it; by what is *understood* already, where somebody says so.

        *has_media*: a picture or a file came with it.
        """
        self.dispatch_due(now)
        self._heard_at.append(now)
        if self.case.offer is not None and self.case.offer.expires_at <= now:
            self.case = replace(self.case, offer=None)
        self._reopen()
        inbound_id = derive_id("inbound", str(len(self._heard_at)))
        admitted = self._admit(text, now)
        has_resumed = self._obey(admitted, inbound_id, now)
        self._recount()
        inbound = Inbound(
            inbound_id, admitted.text, now, admitted.identity_answer, admitted.was_redacted, has_resumed, has_media
        )
        if understood is None:
            reading = read(admitted.text, context_of(self.case, now), self.library.reader)
            outcome = turn(self.case, inbound, now, self.library)
        else:
            reading = understood
            outcome = answer(self.case, inbound, now, self.library, reading, is_proven=self._is_proven(now))
        queued = self._carry_out(outcome, inbound, now)
        self.dispatch_due(now)
        return Heard(admitted, reading, outcome, self.message(queued.number) if queued is not None else None)

    def act(self, act: Act, by: Operator, now: datetime) -> Acted:
        """Let a member of staff act, on a page that shows all that has happened."""
        self.dispatch_due(now)
        self._acts += 1
        if self.case.offer is not None and self.case.offer.expires_at <= now:
            self.case = replace(self.case, offer=None)
        decided = decide_act(self._desk_case(), act, by, now, self.library)
        if isinstance(decided, ActRefusal):
            return Acted(decided, None)
        queued = self._carry_out_act(decided, by, now)
        self.dispatch_due(now)
        return Acted(decided, self.message(queued.number) if queued is not None else None)

    def follow(self, outcome: Outcome, now: datetime) -> Acted:
        """Carry out what follows from no word of the borrower and no act of staff: an answer of the lender's core."""
        self.dispatch_due(now)
        if outcome.cancels:
            self._cancel(outcome.cancels)
        if outcome.person_reason and self._needs_person_since is None:
            self._needs_person_since = now
        self._talk(state=outcome.to, memory=outcome.memory, needs_person=self._needs_person_since is not None)
        draft = outcome.draft
        if draft is None:
            return Acted(outcome, None)
        window = (draft.not_before, draft.not_after)
        queued = self._queue(draft.rendered, draft.purpose, draft.discloses, draft.context, now, *window)
        self.dispatch_due(now)
        return Acted(outcome, self.message(queued.number))

    def forget_plan(self) -> None:
        """Take the last plan back, as if it had never been agreed."""
        self.arrangements.pop()
        self._record(holds=tuple(one for one in self.case.record.holds if one.kind is not Hold.PLAN_ACTIVE))
        self.case = replace(self.case, offer=None, agreed_on=self.case.agreed_on[:-1])

    def _desk_case(self) -> Case:
        """Return the case as a person acts on it."""
        unanswered = self._unanswered()
        held = {Hold.WRONG_NUMBER} if self._quarantined_at is not None else set()
        spoken = [one for _, one in self._calls if one is not None]
        desk = replace(
            self.case.desk,
            version=self._acts,
            unanswered_id=unanswered.inbound_id if unanswered is not None else None,
            unanswered_at=unanswered.received_at if unanswered is not None else None,
            also_held=frozenset(held),
            spoken=spoken[-1] if spoken else None,
            has_arrangement=self.case.standing_plan is not None,
            has_promise=bool(self.promises),
        )
        return replace(self.case, desk=desk)

    def _unanswered(self) -> Answering | None:
        """Return the newest reply where no text of ours answers it that left or may yet leave."""
        if not self._heard_at:
            return None
        newest = Answering(derive_id("inbound", str(len(self._heard_at))), self._heard_at[-1])
        answers = [one for one in self.messages if one.answering == newest]
        said = [one for one in answers if one.waits or (one.left_at is not None and one.state not in _NO_CONTACT)]
        return None if said else newest

    def _carry_out_act(self, outcome: Outcome, by: Operator, now: datetime) -> Message | None:
        change = outcome.desk or DeskChange()
        if outcome.cancels:
            self._cancel(outcome.cancels)
        if outcome.quarantines:
            self._quarantined_at = self._quarantined_at or now
        if outcome.is_identity_proven:
            self.case = replace(self.case, party=replace(self.case.party, identity_proven_at=now))
        self._agree(outcome, now)
        self._change(change, by, now)
        if change.clears_person:
            self._needs_person_since = None
        elif outcome.person_reason and self._needs_person_since is None:
            self._needs_person_since = now
        self._talk(state=outcome.to, memory=outcome.memory, needs_person=self._needs_person_since is not None)
        draft = outcome.draft
        if draft is None:
            return None
        answering = self._unanswered() if draft.answers is not None else None
        window = (draft.not_before, draft.not_after)
        return self._queue(
            draft.rendered, draft.purpose, draft.discloses, draft.context, now, *window, answering, is_by_person=True
        )

    def _change(self, change: DeskChange, by: Operator, now: datetime) -> None:
        """Carry out what only people change."""
        desk = self.case.desk
        if change.assigns is not None or change.is_freed:
            self.case = replace(self.case, desk=replace(desk, holder=change.assigns))
        if change.language is not None:
            country = self.case.party.jurisdiction.partition("-")[0]
            locale = f"{'en' if change.language is Language.EN else 'zh'}-{country}"
            party = replace(self.case.party, language=change.language, locale=locale)
            self.case = replace(self.case, party=party)
        if change.lays is not None:
            self._hold(change.lays.kind, None, change.lays.began_on)
        if change.releases is not None:
            self._record(holds=tuple(one for one in self.case.record.holds if one.hold_id != change.releases))
        if change.call is not None:
            call, number = change.call, len(self._calls) + 1
            contact = replace(
                self._contact(now, Direction(call.direction.value)),
                channel=Channel.CALL,
                purpose=call.purpose,
                outcome=HOW[call.outcome],
            )
            is_reached = call.outcome is CallOutcome.REACHED
            spoken = Spoken(derive_id("call", str(number)), by.operator_id, now) if is_reached else None
            self._calls.append((contact, spoken))
            self._recount()

    def tell(self, event: ledger.Event) -> Message | None:
        """Let the carrier tell *event* of the text that left last; None where none has left."""
        left = self._left()
        if not left:
            return None
        told = self._happens(left[-1], event)
        self._recount()
        return told

    def message(self, number: int) -> Message:
        """Return text *number* as it stands; the first is 1."""
        return self.messages[number - 1]

    def dispatch_due(self, now: datetime) -> list[Message]:
        """Try what is due by *now*, each at its own instant. Returns those that the gate did not let out."""
        tried = []
        while (due := self._next_due(now)) is not None:
            tried.append(self._dispatch(due))
        return [one for one in tried if one.left_at is None]

    def _next_due(self, now: datetime) -> Message | None:
        due = [one for one in self.messages if one.waits and one.not_before <= now]
        return min(due, key=lambda one: (one.not_before, one.number), default=None)

    def _dispatch(self, message: Message) -> Message:
        at = message.not_before
        rules = self.library.rulebook
        decision = decide(self._facts(message, at, rules), rules, self.library.gate)
        match decision:
            case Permit():
                return self._leave(message, decision, at)
            case Refused(retry_at=later) if later is not None and later < message.not_after:
                return self._happens(message, ledger.Event.DEFER, decision=decision, not_before=later)
            case Refused():
                return self._happens(message, ledger.Event.REFUSE, decision=decision)

    def _happens(self, message: Message, event: ledger.Event, **changes: object) -> Message:
        """Move *message* on in the ledger."""
        state = ledger.advance(message.state, event)
        moved: Message = replace(message, state=state, **changes)  # type: ignore[arg-type]  # names of its fields
        self.messages[message.number - 1] = moved
        return moved

    def _leave(self, message: Message, decision: Permit, at: datetime) -> Message:
        intended = self._happens(message, ledger.Event.INTEND, decision=decision, left_at=at)
        submitted = self._happens(intended, ledger.Event.SUBMITTED)
        self._recount()
        if message.purpose is Purpose.OPT_OUT_CONFIRMATION:
            self._refusals.confirm(at)
            self._record(opt_outs=self._refusals.standing())
        if message.context != "none":
            self._talk(last_context=message.context)
        return submitted

    def _reopen(self) -> None:
        """Begin a new thread where the last one is over."""
        if self.case.talk.state is State.CLOSED:
            self._needs_person_since = None
            self._talk(state=State.NOTIFIED, memory=Memory(), last_context="", needs_person=False)

    def _admit(self, text: str, now: datetime) -> Admitted:
        library, party, today = self.library, self.case.party, self.case.today(now)
        words = resume_words(library.rulebook, party.jurisdiction, library.lender.actor, Channel.SMS, today)
        is_known = not self.others or is_sitting(party.identity_proven_at, now)
        is_asked = not is_known or not self._is_proven(now)
        parties = (party,) if is_known else (party, *self.others)
        admitted = admit(
            text,
            parties if is_asked else (),
            context_of(self.case, now) if is_asked else None,
            library.lexicon,
            told_on=today,
            locale=party.locale,
            resume_words=words,
        )
        if admitted.matched:
            raise ValueError("another borrower answered, whose thread is not here")
        return admitted

    def _is_proven(self, now: datetime) -> bool:
        return is_identity_fresh(self.case.party.identity_proven_at, now, self.library.identity_fresh_days)

    def _obey(self, admitted: Admitted, inbound_id: UUID, now: datetime) -> bool:
        """Carry out a STOP and a crisis before anything else; what waits is cancelled by the turn that follows.

        Returns whether texts were refused and are wished again.
        """
        if admitted.stops:
            self._refused(admitted.stops, now)
        if admitted.is_crisis:
            self._hold(Hold.CRISIS, inbound_id)
        for kind in admitted.heard.holds:
            self._hold(kind, inbound_id)
        if admitted.heard.designation is not None:
            named = admitted.heard.designation
            # One that names no time takes back what was named before.
            self._record(designations=() if named == Designation() else (named,))
        return admitted.asks_again and self._resumed()

    def _carry_out(self, outcome: Outcome, inbound: Inbound, now: datetime) -> Message | None:
        if outcome.opt_out:
            self._refused(outcome.opt_out, now)
        if outcome.hold:
            self._hold(Hold(outcome.hold), inbound.inbound_id)
        if outcome.cancels:
            self._cancel(outcome.cancels)
        if outcome.quarantines:
            self._cancel("all")
            self._quarantined_at = self._quarantined_at or now
        if outcome.is_identity_proven:
            self.case = replace(self.case, party=replace(self.case.party, identity_proven_at=now))
        self._agree(outcome, now)
        if outcome.person_reason and self._needs_person_since is None:
            self._needs_person_since = now
        needs_person = self.case.talk.needs_person or bool(outcome.person_reason)
        self._talk(state=outcome.to, memory=outcome.memory, needs_person=needs_person)
        draft, answering = outcome.draft, Answering(inbound.inbound_id, inbound.received_at)
        if draft is None:
            return None
        return self._queue(
            draft.rendered,
            draft.purpose,
            draft.discloses,
            draft.context,
            now,
            draft.not_before,
            draft.not_after,
            answering,
        )

    def _agree(self, outcome: Outcome, now: datetime) -> None:
        """Keep what was offered, agreed, ended and promised."""
        self.arrangements += [outcome.arrangement] if outcome.arrangement is not None else []
        self.case = after_outcome(self.case, outcome, len(self.arrangements), self.case.today(now))
        self.scores += [outcome.score] if outcome.score is not None else []
        if outcome.promise is not None:
            self.promises.append(outcome.promise)

    def _queue(
        self,
        rendered: Rendered,
        purpose: Purpose,
        discloses: str,
        context: str,
        now: datetime,
        not_before: datetime,
        not_after: datetime,
        answering: Answering | None = None,
        *,
        is_by_person: bool = False,
    ) -> Message:
        number = len(self.messages) + 1
        message = Message(number, rendered, purpose, discloses, context, now, not_before, not_after, answering)
        message = replace(message, is_by_person=is_by_person)
        self.messages.append(message)
        return message

    def _cancel(self, scope: str) -> None:
        """Cancel what waits: all of it, or the promotions."""
        for one in list(self.messages):
            if one.waits and (scope == "all" or one.purpose is Purpose.PROMOTION):
                self._happens(one, ledger.Event.CANCEL)

    def _left(self) -> list[Message]:
        """Return the texts that left, in the order in which they left."""
        left = [(one.left_at, one.number, one) for one in self.messages if one.left_at is not None]
        return [one for _, _, one in sorted(left, key=lambda row: row[:2])]

    def _recount(self) -> None:
        """Write the contacts down anew: what the carrier rejected was none."""
        out = tuple(
            replace(
                self._contact(one.left_at, Direction.OUT),
                purpose=one.purpose,
                answers_at=one.answering.received_at if one.answering is not None else None,
            )
            for one in self._left()
            if one.left_at is not None and one.state not in _NO_CONTACT
        )
        heard = tuple(self._contact(at, Direction.IN) for at in self._heard_at)
        calls = tuple(contact for contact, _ in self._calls)
        self._record(contacts=(*self._contacts_before, *heard, *out, *calls))

    def _contact(self, at: datetime, direction: Direction) -> Contact:
        account = str(self.case.account.account_id) if self.case.account is not None else None
        address = str(self.case.party.contact_point_id)
        return Contact(at=at, channel=Channel.SMS, direction=direction, account=account, address=address)

    def _facts(self, message: Message, now: datetime, rules: Rulebook) -> ContactFacts:
        facts = contact_facts(
            self.case.party,
            self.case.account,
            self.case.record,
            purpose=message.purpose,
            discloses=message.discloses,
            now=now,
            today=self.case.today(now),
            actor=self.library.lender.actor,
            is_proven=self._is_proven(now),
            in_collection_days=self.library.in_collection_days,
            also_held=self._also_held(message),
            answering=message.answering,
            is_by_person=message.is_by_person,
        )
        return with_text(facts, message.said, self.library, rules)

    def _also_held(self, message: Message) -> frozenset[Hold]:
        """Return the holds of the thread and the address, but for the answer written by the turn that laid them on."""
        is_answer = message.answering is not None and not message.is_by_person
        since = {Hold.WITH_PERSON: self._needs_person_since, Hold.WRONG_NUMBER: self._quarantined_at}
        return frozenset(
            hold for hold, at in since.items() if at is not None and not (is_answer and message.created_at >= at)
        )

    def _refused(self, scope: str, now: datetime) -> None:
        self._refusals.refuse(scope, now)
        self._record(opt_outs=self._refusals.standing())

    def _resumed(self) -> bool:
        """Open this number again where texts to it were refused."""
        has_resumed = self._refusals.resume(str(self.case.party.contact_point_id))
        self._record(opt_outs=self._refusals.standing())
        return has_resumed

    def _hold(self, kind: Hold, inbound_id: UUID | None, began_on: date | None = None) -> None:
        holds = self.case.record.holds
        if any((one.kind, one.inbound_id) == (kind, inbound_id) for one in holds):
            return
        row = derive_id("hold", str(len(self._heard_at)), str(self._acts), kind)
        self._record(holds=(*holds, StandingHold(kind, inbound_id, row, began_on)))

    def _record(self, **changes: object) -> None:
        record: ContactRecord = replace(self.case.record, **changes)  # type: ignore[arg-type]  # names of its fields
        self.case = replace(self.case, record=record)

    def _talk(self, **changes: object) -> None:
        talk: Talk = replace(self.case.talk, **changes)  # type: ignore[arg-type]  # names of its fields
        self.case = replace(self.case, talk=talk)
