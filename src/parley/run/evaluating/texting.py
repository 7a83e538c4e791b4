"""Parley negotiates with one borrower of an evaluation, through the engine that serves real borrowers.

The store is the engine's twin in memory; policy, rulebook, menus, wording and gate are those of a deployment. The
borrower hears which question a text asks and which plans it names. Their answers are understood as they are meant, as
those to every other negotiator are; or, by text, they are words that the reader must read first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from parley.contact.facts import Consent
from parley.contact.gate import Refused
from parley.dates import add_days, local_date, zone
from parley.engine.announce import Figures
from parley.engine.case import Case, ContactRecord, Party, Talk
from parley.engine.library import Library
from parley.engine.nightly import of_lateness, reminder
from parley.engine.twin import Heard as HeardBack
from parley.engine.twin import Message, Twin
from parley.ids import AccountId, derive_id
from parley.locale import language_of
from parley.money import divide_up
from parley.negotiation.moves import Memory
from parley.negotiation.state import ENDED, State
from parley.run.evaluating.meaning import reading_of
from parley.run.evaluating.watching import Watch
from parley.servicing.account import Account, Balance, Due
from parley.servicing.delinquency import next_due
from parley.servicing.schedule import Schedule
from parley.simulation.rne13.agreement import Agreement
from parley.simulation.rne13.answer import Ask, Heard, Listener, Stage
from parley.simulation.rne13.case import BorrowerCase
from parley.simulation.rne13.talk import Closed
from parley.simulation.rne13.talk import Talk as Ended

_HOUR: Final = time(11)
_ANSWERS_AFTER: Final = timedelta(minutes=10)
_WAITS_AT_MOST: Final = timedelta(hours=24)
_MOST_REPLIES: Final = 60
_MONTH_DAYS: Final = 30
_NEXT_DUE_DAYS: Final = 15

# What each text asks, by its key in the catalogue; the rest asks nothing that a borrower must answer.
ASKS: Final = {
    "capacity.ask": Ask.CAPACITY,
    "capacity.again": Ask.CAPACITY,
    "cannot_pay.capacity": Ask.CAPACITY,
    "lump.capacity": Ask.CAPACITY,
    "plan.declined": Ask.CAPACITY,
    # The borrowers of an evaluation know no income and spending of their own: they say what they said before.
    **dict.fromkeys(("budget.household", "budget.income", "budget.months", "budget.housing"), Ask.AGAIN),
    **dict.fromkeys(("budget.essentials", "budget.other_debts", "budget.figure"), Ask.AGAIN),
    **dict.fromkeys(("budget.read_back", "budget.correct"), Ask.AGAIN),
    "offer.one": Ask.OFFER,
    "offer.two": Ask.OFFER,
    "offer.three": Ask.OFFER,
    "offer.parts_one": Ask.OFFER,
    "offer.parts_two": Ask.OFFER,
    "offer.parts_three": Ask.OFFER,
    "plan.read_back": Ask.READ_BACK,
    "plan.read_back_parts": Ask.READ_BACK,
    "plan.confirm_on_page": Ask.READ_BACK,
    "number_ambiguous.read_back": Ask.FIGURE_BACK,
    "info.what_if": Ask.AGAIN,
    "info.terms": Ask.AGAIN,
    "promise.ask": Ask.PROMISE,
    "unclear.ask_back": Ask.AGAIN,
    "unclear.media": Ask.AGAIN,
    "either.ask_back": Ask.AGAIN,
    "info.balance": Ask.AGAIN,
    "identity.ask_postcode": Ask.AGAIN,
    "identity.ask_contract_tail": Ask.AGAIN,
    "help.who": Ask.AGAIN,
}
_CLOSED: Final = {
    State.AGREED: Closed.AGREED,
    State.WITH_PERSON: Closed.WITH_PERSON,
    State.DISPUTED: Closed.WITH_PERSON,
    State.CRISIS: Closed.WITH_PERSON,
    State.LOCKED: Closed.WITH_PERSON,
    State.WRONG_PERSON: Closed.WITH_PERSON,
    State.OPTED_OUT: Closed.OPTED_OUT,
    State.CLOSED: Closed.REFUSED,
}


def engine_case(case: BorrowerCase, now: datetime) -> Case:
    """Return what the engine is told of *case* on the day of *now*: its public part, and no hidden fact.

    Who holds the number of somebody else has proven nothing; everybody else proved who they are the day before, and has
    given every consent: whom a deployment may write to is not what is measured.
    """
    name = (case.id,)
    party = Party(
        borrower_id=derive_id("borrower", *name),
        contact_point_id=derive_id("contact_point", *name),
        language=language_of(case.locale),
        locale=case.locale,
        jurisdiction=case.jurisdiction,
        zones=(case.timezone,),
        postcode="",
        contract_tail="",
        identity_proven_at=None if case.wrong_person else now - timedelta(days=1),
    )
    today = local_date(now, case.timezone)
    talk = Talk(derive_id("conversation", *name), State.NOTIFIED, Memory(), "", needs_person=False)
    return Case(party, talk, _account(case, today), ContactRecord(consents=frozenset(Consent)))


def _account(case: BorrowerCase, today: date) -> Account:
    """Return the account: an instalment for each month begun since the first that was missed, and the next one."""
    instalment_minor = min(case.contract_instalment_minor, case.balance_minor) or case.balance_minor
    months = divide_up(case.days_past_due, _MONTH_DAYS)
    arrears_minor = min(case.balance_minor, instalment_minor * months)
    past = (Due(add_days(today, -case.days_past_due), arrears_minor),) if months else ()
    return Account(
        account_id=AccountId(derive_id("account", case.id)),
        product=case.product,
        currency=case.currency,
        balance=Balance(principal=case.balance_minor),
        annual_rate_bps=case.annual_rate_bps,
        dues=(*past, Due(add_days(today, _NEXT_DUE_DAYS), instalment_minor)),
    )


def agreement_of(plan: Schedule, started_on: date) -> Agreement:
    """Return a plan in the days of the case. A payment so small that it is nothing falls away."""
    rows = [row for row in plan.rows if row.payment_minor > 0]
    return Agreement(
        days=tuple((row.due_on - started_on).days for row in rows),
        payments_minor=tuple(row.payment_minor for row in rows),
        principal_minor=sum(row.principal_minor for row in rows),
        rate_bps=plan.annual_rate_bps,
        down_count=1 if plan.has_down_payment else 0,
    )


@dataclass(slots=True, repr=False)
class Texting:
    """One talk. `by_text`: the reader reads what the borrower writes. `ended` is what became of it."""

    case: BorrowerCase
    library: Library
    stage: Stage
    started_on: date
    by_text: bool = False
    ended: Ended = field(default_factory=Ended)
    _replies: int = 0

    def run(self) -> Ended:
        """Carry the talk to its end: open, answer what is written back, open again after silence."""
        now = self._at(0)
        twin = Twin(self.library, engine_case(self.case, now))
        watch = Watch(self.library, self.case, self.ended)
        listener = Listener(self.stage, self.case, with_words=self.by_text)
        parameters = self.stage.parameters
        for attempt in range(parameters.openings):
            now = max(now, self._at(attempt * parameters.opening_gap_days))
            message = self._open(twin, now)
            if message is not None:
                now = self._talk(twin, listener, watch, message)
            if twin.case.talk.state in _CLOSED:
                break
        self._close(twin)
        return self.ended

    def _at(self, day: int) -> datetime:
        """Return the hour of opening on *day*, an instant."""
        return datetime.combine(add_days(self.started_on, day), _HOUR, tzinfo=zone(self.case.timezone))

    def _open(self, twin: Twin, now: datetime) -> Message | None:
        late = self.case.days_past_due
        today = twin.case.today(now)
        account = twin.case.account
        assert account is not None, "an evaluated case owes"
        coming = next_due(account.dues, today)
        if late or coming is None:
            wish, figures = of_lateness(max(1, late), today), Figures()
        else:
            wish, figures = reminder(coming.due_on), Figures(due_on=coming.due_on, amount_minor=coming.amount_minor)
        made = twin.announce(wish, figures, now)
        if made is None or isinstance(made, Refused):
            return None
        return self._left(twin, made, now)

    def _left(self, twin: Twin, message: Message, now: datetime) -> Message | None:
        """Return *message* once it has left, or None where the gate did not let it out within a day."""
        until = now + _WAITS_AT_MOST
        while message.left_at is None and message.waits and message.not_before <= until:
            twin.dispatch_due(message.not_before)
            message = twin.message(message.number)
        return message if message.left_at is not None else None

    def _talk(self, twin: Twin, listener: Listener, watch: Watch, message: Message) -> datetime:
        """Answer back and forth until somebody falls silent; return when."""
        ask, offered = Ask.OPENING, tuple[Agreement, ...]()
        while True:
            assert message.left_at is not None, "a text is heard once it has left"
            self.ended.messages += 1
            self.ended.segments += message.rendered.segments.count
            watch.text(message, twin)
            now = message.left_at + _ANSWERS_AFTER
            heard = Heard(ask, self.ended.messages, local_date(now, self.case.timezone), offered)
            answer = listener.answer(heard)
            if answer is None or self._replies >= _MOST_REPLIES:
                return now
            self._replies += 1
            understood = None if self.by_text else reading_of(answer, self.case)
            back = twin.hear(answer.text if self.by_text else "", now, understood)
            watch.turn(back, answer)
            if back.message is None:
                return now
            left = self._left(twin, back.message, now)
            if left is None:
                return now
            message, ask, offered = left, self._asked(left, twin), self._offered(back, left, twin)

    def _asked(self, message: Message, twin: Twin) -> Ask:
        ask = ASKS.get(message.rendered.key, Ask.NOTHING)
        return Ask.NOTHING if twin.case.talk.state in ENDED or twin.arrangements else ask

    def _offered(self, back: HeardBack, message: Message, twin: Twin) -> tuple[Agreement, ...]:
        """Return the plans that *message* names."""
        standing = twin.case.offer
        if standing is None:
            return ()
        option = back.outcome.memory.option
        plans = standing.plans
        if ASKS.get(message.rendered.key) is Ask.READ_BACK and option is not None:
            plans = (plans[option],)
        return tuple(agreement_of(plan, self.started_on) for plan in plans)

    def _close(self, twin: Twin) -> None:
        state = twin.case.talk.state
        self.ended.closed = _CLOSED.get(state, Closed.SILENT)
        if twin.arrangements:
            self.ended.agreement = agreement_of(twin.arrangements[-1].plan, self.started_on)
