"""What a borrower must know of a plan beside its figures: the credit record where they live, and a missed payment.

Said in a sentence by the text that reads the plan back, whole on the page, and kept whole with the arrangement. Words
and law are data; the days are the policy's, the waiver is the plan's, the place is the one whose rules bind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from parley.engine.library import Library
from parley.engine.wording import Saying
from parley.locale import Language
from parley.messaging.catalogue import Entry
from parley.messaging.credit_record import CreditNote
from parley.rulebook.book import Rulebook
from parley.servicing.schedule import Schedule

_CREDIT: Final = "credit"
_GRACE: Final = "grace"


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """The terms of one plan beside its figures. `jurisdiction`: the borrower's; `note` may be that of a wider one."""

    jurisdiction: str
    note: CreditNote
    grace_days: int
    missed: Mapping[Language, str]


def plan_terms(plan: Schedule, jurisdiction: str, today: date, library: Library) -> PlanTerms:
    """Return what is told of *plan* to a borrower of *jurisdiction* on the borrower's day *today*."""
    grace = library.policy.grace_days
    missed = library.missed.say(grace, waives=bool(plan.forgiven_minor), today=today)
    return PlanTerms(jurisdiction, credit_note(jurisdiction, library, library.rulebook), grace, missed)


def credit_note(jurisdiction: str, library: Library, rules: Rulebook) -> CreditNote:
    """Return what is told of the credit record there, found as rules are: by the territories around the place."""
    return library.credit.note(rules.chain(jurisdiction))


def words_there(jurisdiction: str, language: Language, library: Library, rules: Rulebook) -> dict[str, str]:
    """Return all words that a text to this place and language may use, the same for every borrower there."""
    note = credit_note(jurisdiction, library, rules)
    return {**library.lender.words(jurisdiction, language), "credit": note.short[language]}


def with_terms(saying: Saying, entry: Entry, library: Library, rules: Rulebook) -> Saying:
    """Return *saying* with the terms that the text of *entry* has a place for."""
    if entry.placeholders.keys().isdisjoint({_CREDIT, _GRACE}):
        return saying
    party = saying.party
    credit = credit_note(party.jurisdiction, library, rules).short[party.language]
    return replace(saying, credit=credit, grace_days=library.policy.grace_days)
