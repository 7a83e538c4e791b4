"""What a borrower of an evaluation means, as a reader that never errs would read it."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from parley.money import MINOR_DIGITS
from parley.nlu.reading import Intent, Reading, Slots
from parley.simulation.rne13.answer import Answer
from parley.simulation.rne13.case import BorrowerCase
from parley.simulation.speech import Intention

_INTENTS: Final = {
    Intention.ASK_OPTIONS: Intent.ASK_PLAN,
    Intention.CAPACITY: Intent.CAPACITY_ANSWER,
    Intention.NOTHING_TO_SPARE: Intent.CAPACITY_ANSWER,
    Intention.CANNOT_PAY: Intent.CANNOT_PAY,
    Intention.ACCEPT_OPTION: Intent.ACCEPT,
    Intention.YES: Intent.ACCEPT,
    Intention.NO: Intent.DECLINE,
    Intention.DECLINE: Intent.DECLINE,
    Intention.COUNTER: Intent.COUNTER_OFFER,
    Intention.PERSON: Intent.ASK_HUMAN,
    Intention.DISPUTE: Intent.DISPUTE,
    Intention.WRONG_NUMBER: Intent.WRONG_NUMBER,
    Intention.STOP: Intent.STOP,
}


def reading_of(answer: Answer, case: BorrowerCase) -> Reading:
    """Return *answer* as a reading. A reply that is not plain is out of scope: it can only be asked back.

    What a vulnerable borrower tells of themselves is sensitive, whatever else it is.
    """
    if not answer.plain and not case.vulnerable:
        return Reading(Intent.OTHER, oos=True, confidence=1)
    amount = None
    if answer.amount_minor or answer.intention is Intention.NOTHING_TO_SPARE:
        amount = Decimal(answer.amount_minor).scaleb(-MINOR_DIGITS[case.currency])
    option = str(answer.option) if answer.intention is Intention.ACCEPT_OPTION else None
    slots = Slots(amount=amount, option=option)
    return Reading(_INTENTS[answer.intention], slots=slots, sensitive=case.vulnerable, confidence=1)
