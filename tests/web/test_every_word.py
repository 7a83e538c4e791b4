"""Every code that a page shows has its words in every language; what the code gains, the words must gain."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

import pytest

from parley.contact.explain import explain
from parley.contact.facts import Carriage, ContactFacts, Hold
from parley.contact.gate import GateSettings, decide
from parley.engine.acts import CallOutcome, CloseReason, Direction, No, ReleaseReason
from parley.locale import Language
from parley.messaging.drop import Drop
from parley.messaging.ledger import Event, State
from parley.negotiation.budget.financial_statement import Rhythm
from parley.negotiation.budget.work_out import Flag as BudgetFlag
from parley.negotiation.state import State as Talk
from parley.nlu.reading import Intent, Slots
from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.content import Content
from parley.rulebook.load import load_rulebook
from parley.rulebook.terms import (
    Confidence,
    Consent,
    Discloses,
    Flag,
    Kind,
    Layer,
    OptOutScope,
    ReasonCode,
    Registered,
    SenderForm,
    Status,
)
from parley.run.rule_files import rule_files
from parley.servicing.account import Product
from parley.servicing.allocation_order import Component
from parley.servicing.arrangement import Standing
from parley.store.desk_reveal import Field, Why
from parley.web.words import knows, words

SHOWN: Final[dict[str, type[StrEnum]]] = {
    "actor": Actor,
    "budget_flag": BudgetFlag,
    "call": CallOutcome,
    "channel": Channel,
    "close": CloseReason,
    "component": Component,
    "confidence": Confidence,
    "consent": Consent,
    "content": Content,
    "direction": Direction,
    "discloses": Discloses,
    "drop": Drop,
    "field": Field,
    "form": SenderForm,
    "flag": Flag,
    "hold": Hold,
    "intent": Intent,
    "kind": Kind,
    "language": Language,
    "layer": Layer,
    "ledger": State,
    "often": Rhythm,
    "opt_out": OptOutScope,
    "product": Product,
    "purpose": Purpose,
    "refusal": ReasonCode,
    "registered": Registered,
    "refused": No,
    "release": ReleaseReason,
    "standing": Standing,
    "state": Talk,
    "status": Status,
    "why": Why,
}


@pytest.mark.parametrize("prefix", sorted(SHOWN))
def test_every_member_has_its_words(prefix: str) -> None:
    assert [f"{prefix}.{one}" for one in SHOWN[prefix] if not knows(f"{prefix}.{one}")] == []


def test_what_a_carrier_may_report_has_its_words() -> None:
    assert [one for one in Event if one.startswith("receipt_") and not knows(f"carrier.{one}")] == []


def test_what_a_reading_may_give_has_its_words() -> None:
    assert [one.name for one in fields(Slots) if not knows(f"slot.{one.name}")] == []


def test_every_text_is_there_in_every_language() -> None:
    def texts(text: Any) -> list[str]:  # noqa: ANN401 - a text, or its forms
        return [text] if isinstance(text, str) else list(text.values())

    empty = [
        key for key, said in words().items() for one in Language if not all(word.strip() for word in texts(said[one]))
    ]
    assert empty == []


def test_every_product_a_rule_names_has_its_words() -> None:
    products = {name for rule in load_rulebook(rule_files(None)).rules for name in rule.products}
    assert "credit_card" in products
    assert [name for name in sorted(products) if not knows(f"product.{name}")] == []


def test_what_a_verdict_is_judged_on_has_its_words() -> None:
    facts = ContactFacts(
        now=datetime(2026, 11, 23, 18, tzinfo=UTC), jurisdiction="US", zones=("America/Chicago",),
        purpose=Purpose.COLLECTION, channel=Channel.SMS, carriage=Carriage("sandbox"),
    )  # fmt: skip
    told = explain(decide(facts, load_rulebook(rule_files(None)), GateSettings()))["facts"]
    assert isinstance(told, dict)
    assert [name for name in told if not knows(f"fact.{name}")] == []
