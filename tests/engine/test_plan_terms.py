"""The terms of a plan beside its figures: said before it is agreed, wherever the borrower lives, and kept with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from parley.contact.gate import Permit
from parley.engine.asking import Answering
from parley.engine.drafting import make_draft
from parley.engine.library import Library
from parley.engine.outcome import Draft
from parley.engine.plan_terms import credit_note, plan_terms
from parley.engine.situation import Situation, case_of
from parley.engine.wording import Saying
from parley.ids import derive_id
from parley.locale import Language
from parley.messaging.credit_record import Read
from parley.negotiation.moves import Memory
from parley.negotiation.state import State
from parley.purpose import Purpose
from parley.servicing.schedule import Schedule, level_schedule
from tests.engine.sample import NOON

TODAY = date(2026, 11, 23)
# One place of each territory that has rules, one of a member, one nobody described.
PLACES = (
    *("US", "US-FL", "US-CA", "US-NYC", "US-MA", "GB", "CN", "IN", "PH", "HK", "SG", "TW", "AU", "KR", "JP", "ID"),
    *("MX", "BR", "BR-SP", "BR-RJ", "KE", "NG", "DE", "ZZ"),
)  # fmt: skip
# Here a text needs a signature in Chinese, or a registration, that the sample has not.
REFUSES_UNREGISTERED = frozenset({"CN", "IN"})


def plan_of(forgiven_minor: int = 0) -> Schedule:
    return level_schedule(124_000, 790, 23, date(2026, 12, 7), "USD", forgiven_minor=forgiven_minor)


def draft_of(key: str, place: str, language: Language, library: Library, *, asks_yes: bool = False) -> Draft:
    case = case_of(Situation(jurisdiction=place, is_proven=True), now=NOON, state=State.READ_BACK)
    case = replace(case, party=replace(case.party, language=language))
    saying = Saying(case.party, case.account, TODAY, Memory(option=0), (plan_of(),), asks_yes=asks_yes)
    answering = Answering(derive_id("inbound", place), NOON)
    reply = Purpose.NEGOTIATION_REPLY
    return make_draft(case, key, saying, NOON, library, purpose=reply, is_proven=True, answering=answering)


def refused_by(draft: Draft) -> tuple[str, ...]:
    return () if isinstance(draft.decision, Permit) else tuple(one.rule_id for one in draft.decision.refusals)


def test_the_places_are_all_that_have_rules(library: Library) -> None:
    assert {library.rulebook.chain(place)[0] for place in PLACES} == set(library.rulebook.jurisdictions) - {"*"}


@pytest.mark.parametrize("place", PLACES)
def test_the_plan_is_read_back_with_the_credit_record_and_what_follows_a_miss(place: str, library: Library) -> None:
    note = credit_note(place, library, library.rulebook)
    for language in Language:
        read_back = draft_of("plan.read_back", place, language, library)
        assert note.short[language] in read_back.rendered.text
        asked = draft_of("info.terms", place, language, library, asks_yes=True)
        assert note.short[language] in asked.rendered.text
        assert str(library.policy.grace_days) in asked.rendered.text
        # A sentence about law is no threat: no rule refuses the text that would let it pass without.
        silent = replace(library, credit=replace(library.credit, notes={}))
        assert refused_by(read_back) == refused_by(draft_of("plan.read_back", place, language, silent))
        assert refused_by(asked) == refused_by(draft_of("info.terms", place, language, silent, asks_yes=True))
        assert place in REFUSES_UNREGISTERED or not refused_by(read_back)


def test_the_law_is_that_of_the_rules_that_bind(library: Library) -> None:
    assert credit_note("US-CA", library, library.rulebook) == credit_note("US", library, library.rulebook)
    assert credit_note("DE", library, library.rulebook).jurisdiction == "EU"
    assert credit_note("ZZ", library, library.rulebook).read is Read.NONE


def test_the_days_are_the_policys_and_the_waiver_is_the_plans(library: Library) -> None:
    strict = replace(library, policy=replace(library.policy, grace_days=0))
    terms = plan_terms(plan_of(), "US-IL", TODAY, library)
    assert (terms.jurisdiction, terms.note.jurisdiction, terms.grace_days) == ("US-IL", "US", 5)
    assert "up to 5 days late" in terms.missed[Language.EN]
    assert "not in by its day" in plan_terms(plan_of(), "US-IL", TODAY, strict).missed[Language.EN]
    assert "waived" in plan_terms(plan_of(2_500), "US-IL", TODAY, library).missed[Language.EN]
    assert "waived" not in terms.missed[Language.EN]
