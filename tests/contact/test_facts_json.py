from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.contact.explain import explain
from parley.contact.facts import Contact, ContactFacts, Designation, Flag, OptOut, OptOutScope
from parley.contact.facts_json import facts_from_json, facts_to_json
from parley.contact.gate import GateSettings, decide
from parley.errors import HomeUnusable
from parley.purpose import Channel, Purpose
from parley.rulebook.book import Rulebook
from parley.rulebook.prepared import PlanTerms
from parley.rulebook.terms import PlanTrait
from tests.contact.strategies import contact_facts

AT = datetime(2026, 11, 23, 18, tzinfo=UTC)
PLAIN = ContactFacts(
    now=AT, jurisdiction="US-TX", zones=("America/Chicago",), purpose=Purpose.COLLECTION, channel=Channel.SMS
)
SETTINGS = st.builds(
    GateSettings,
    unsigned_exceptions_bind=st.booleans(),
    reply_minutes=st.integers(0, 200),
    known_on=st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
)


def again(facts: ContactFacts, settings: GateSettings) -> tuple[ContactFacts, GateSettings]:
    """Return what a database gives back: keys in another order."""
    return facts_from_json(json.loads(json.dumps(facts_to_json(facts, settings), sort_keys=True)))


@given(facts=contact_facts(), settings=SETTINGS)
def test_a_decision_made_again_from_what_was_kept_is_the_same_to_the_byte(
    rulebook: Rulebook, facts: ContactFacts, settings: GateSettings
) -> None:
    kept, by = again(facts, settings)
    told = json.dumps(explain(decide(facts, rulebook, settings)), sort_keys=True)
    assert json.dumps(explain(decide(kept, rulebook, by)), sort_keys=True) == told


@given(facts=contact_facts(), settings=SETTINGS)
def test_what_was_kept_is_kept_the_same_again(facts: ContactFacts, settings: GateSettings) -> None:
    kept, by = again(facts, settings)
    assert (facts_to_json(kept, by), by) == (facts_to_json(facts, settings), settings)


def test_every_fact_that_is_no_reference_comes_back() -> None:
    facts = replace(
        PLAIN,
        since={Flag.DISPUTED: (date(2026, 11, 2), date(2026, 11, 20))},
        contract_on=date(2024, 2, 29),
        plan=PlanTerms(months=Fraction(12, 52), apr=Fraction(1, 3), traits=frozenset(PlanTrait)),
        designations=(Designation(only=(((600, 660),), (), (), (), (), (), ()), from_day=date(2026, 12, 1)),),
        flags=frozenset({Flag.DISPUTED, Flag.WEDDING}),
    )
    assert again(facts, GateSettings(known_on=date(2026, 5, 1))) == (facts, GateSettings(known_on=date(2026, 5, 1)))


def test_only_what_is_not_usual_takes_room() -> None:
    kept = facts_to_json(PLAIN, GateSettings())
    assert set(kept["facts"]) == {"now", "jurisdiction", "zones", "purpose", "channel"}
    assert kept["gate"] == {}


def test_accounts_and_addresses_are_kept_as_numbers_that_lead_nowhere() -> None:
    facts = replace(
        PLAIN,
        account="acct-77",
        address="point-9",
        history=(
            Contact(AT, Channel.SMS, account="acct-77", address="point-8"),
            Contact(AT, Channel.SMS, account="acct-78", address=None),
            Contact(AT, Channel.SMS),
        ),
        opt_outs=(OptOut(OptOutScope.ADDRESS, AT, address="point-8"),),
    )
    kept, _ = again(facts, GateSettings())
    assert "acct" not in json.dumps(facts_to_json(facts, GateSettings()))
    assert "point" not in json.dumps(facts_to_json(facts, GateSettings()))
    assert (kept.account, [one.account for one in kept.history]) == ("1", ["1", "2", None])
    assert (kept.address, [one.address for one in kept.history]) == ("1", ["2", None, None])
    assert [one.address for one in kept.opt_outs] == ["2"]


@pytest.mark.parametrize("broken", [{}, {"facts": {}, "gate": {}}, {"facts": {"holes": 1}, "gate": {}}, {"facts": 7}])
def test_what_cannot_be_read_is_said_in_words(broken: dict[str, object]) -> None:
    with pytest.raises(HomeUnusable, match="audit verify"):
        facts_from_json(broken)
