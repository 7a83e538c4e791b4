"""What becomes of a talk, and the other negotiators: each opens, offers by its own rule, reads back and closes.

They understand every reply and stop where a person must take over, as the law has it for everybody; all they lack is
the question what a month allows. `upper_bound` knows the answer, and everything else the borrower hides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from parley.simulation.rne13.agreement import FIRST_DAY, Agreement, Terms, write
from parley.simulation.rne13.answer import Answer, Ask, Heard, Listener
from parley.simulation.rne13.card import Parameters
from parley.simulation.rne13.case import BorrowerCase
from parley.simulation.speech import Intention


class Closed(StrEnum):
    """How a talk ended. `silent`: it did not; the borrower no longer answers, or the offers are used up."""

    AGREED = "agreed"
    REFUSED = "refused"
    WITH_PERSON = "with_person"
    OPTED_OUT = "opted_out"
    SILENT = "silent"


@dataclass(slots=True, repr=False)
class Talk:
    """What became of one case. Units: texts of ours, segments of them; days from the start."""

    closed: Closed = Closed.SILENT
    agreement: Agreement | None = None
    messages: int = 0
    segments: int = 0
    bad_messages: int = 0
    violations: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Ground:
    """What is the same for every negotiator of a case. `rate_bps`: what the lender asks for on a plan of this case."""

    parameters: Parameters
    started_on: date
    rate_bps: int
    lowest_rate_bps: int


# Given the rounds so far and the borrower's last sum (0: none named): the next offer, or None where there is none.
Rule = Callable[[BorrowerCase, Ground, int, int], Terms | None]
# A text of ours is so long, in segments; measured on Parley's own texts for the same purpose.
_SEGMENTS: Final = 2
_CLOSES: Final = {
    Intention.STOP: Closed.OPTED_OUT,
    Intention.WRONG_NUMBER: Closed.WITH_PERSON,
    Intention.DISPUTE: Closed.WITH_PERSON,
    Intention.PERSON: Closed.WITH_PERSON,
    Intention.NOTHING_TO_SPARE: Closed.WITH_PERSON,
}


@dataclass(slots=True, repr=False)
class Bargain:
    """One talk of a negotiator that offers by a rule."""

    case: BorrowerCase
    ground: Ground
    listener: Listener
    rule: Rule
    prices: Callable[[BorrowerCase, Ground, Terms, int], Agreement]
    talk: Talk = field(default_factory=Talk)
    _day: int = 0
    _round: int = 0
    _named_minor: int = 0
    _standing: Agreement | None = None
    _has_confirmed: bool = False

    def run(self) -> Talk:
        """Carry the talk to its end."""
        for attempt in range(self.ground.parameters.openings):
            self._day = attempt * self.ground.parameters.opening_gap_days
            answer = self._say(Ask.OPENING, ())
            while answer is not None:
                answer = self._next(answer)
            if self.talk.closed is not Closed.SILENT:
                break
        return self.talk

    def _say(self, ask: Ask, offers: tuple[Agreement, ...]) -> Answer | None:
        self.talk.messages += 1
        self.talk.segments += _SEGMENTS
        on = self.ground.started_on + timedelta(days=self._day)
        return self.listener.answer(Heard(ask, self.talk.messages, on, offers))

    def _next(self, answer: Answer) -> Answer | None:
        if closed := _CLOSES.get(answer.intention):
            self.talk.closed = closed
            return None
        if self.case.vulnerable:
            self.talk.closed = Closed.WITH_PERSON
            return None
        if not answer.plain:
            return self._ask_again()
        if answer.intention in {Intention.YES, Intention.ACCEPT_OPTION} and self._standing is not None:
            return self._accepted()
        if answer.amount_minor:
            self._named_minor = answer.amount_minor
        return self._offer()

    def _ask_again(self) -> Answer | None:
        if self._has_confirmed:
            self.talk.closed = Closed.WITH_PERSON
            return None
        self._has_confirmed = True
        return self._say(Ask.AGAIN, ())

    def _accepted(self) -> Answer | None:
        """Read back what was taken; a yes to that closes the talk."""
        assert self._standing is not None, "only an offer is accepted"
        answer = self._say(Ask.READ_BACK, (self._standing,))
        if answer is not None and answer.intention is Intention.YES:
            self.talk.closed, self.talk.agreement = Closed.AGREED, self._standing
            self._say(Ask.NOTHING, ())
            return None
        self._standing = None
        return answer

    def _offer(self) -> Answer | None:
        terms = None
        if self._round < self.ground.parameters.offers:
            terms = self.rule(self.case, self.ground, self._round, self._named_minor)
        if terms is None:
            self.talk.closed = Closed.REFUSED
            return None
        self._round += 1
        self._standing = self.prices(self.case, self.ground, terms, self._day)
        return self._say(Ask.OFFER, (self._standing,))


def priced(case: BorrowerCase, ground: Ground, terms: Terms, day: int) -> Agreement:
    """Return the plan of *terms* agreed on *day*, at the lender's rate for the case."""
    return write(case.balance_minor, ground.rate_bps, terms, day + FIRST_DAY)
