"""Test messages of a route as its page shows them: to whom and what may be sent, and what became of the last ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from parley.contact.routes import Line, ListedNumber
from parley.engine.trial_texts import Trial, trial_text
from parley.locale import Language
from parley.messaging.carriage import STANDARD
from parley.messaging.segments import measure
from parley.providers.kinds import KINDS
from parley.store.trials import PER_HOUR, Outcome, Tested, tests_of
from parley.web.carrier_words import reason_said
from parley.web.ports import services
from parley.web.words import knows, say

_SHOWN: Final = 10
# So long the page looks by itself for the receipt of a message that was taken.
_AWAITED: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Said:
    """One test message: what became of it in a word (`routes.test.outcome.…`), why, and the carrier's own id for it."""

    test: Tested
    outcome: str
    why: str
    provider_id: str


def numbers_of(line: Line) -> list[ListedNumber]:
    """Return the listed numbers that *line* reaches."""
    return [one for one in services().routes.routes.test_numbers if line.reaches(one.number)]


def tests_of_route(line: Line, language: Language, now: datetime) -> dict[str, Any]:
    """Return what the part of the page about test messages shows."""
    found = tests_of(line.name, _SHOWN)
    carriage = KINDS[line.kind].declared.carriage if line.kind in KINDS else STANDARD
    texts = [(one, trial_text(one, services().library.lender)) for one in Trial]
    return {
        "numbers": [(one.owner, one.number.e164[-2:]) for one in numbers_of(line)],
        "texts": [(one, text, measure(text, carriage).count) for one, text in texts],
        "token": uuid4(),
        "per_hour": PER_HOUR,
        "tests": [_said(one, line, language) for one in found],
        "is_live": any(_is_awaited(one, now) for one in found),
    }


def _is_awaited(one: Tested, now: datetime) -> bool:
    if one.found is None:
        return True
    return one.found.outcome is Outcome.ACCEPTED and one.receipt is None and now - one.asked_at < _AWAITED


def _said(one: Tested, line: Line, language: Language) -> Said:
    if one.found is None:
        return Said(one, "waiting", "", "")
    code, words = one.found.code, one.found.words
    told = reason_said(code, (line.kind,), language) if code else ""
    if knows(f"routes.test.why.{code}"):
        told = say(f"routes.test.why.{code}", language)
    # A code that nobody wrote down: what the carrier's own words say.
    why = words if told == code and words else told
    outcome = one.receipt if one.receipt is not None else one.found.outcome
    return Said(one, str(outcome), why, ", ".join(one.found.provider_ids))
