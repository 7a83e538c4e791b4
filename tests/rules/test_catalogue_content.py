"""Our own texts are in order: every template, in every language it goes out in, would be approved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from parley.contact.content import also_for, contents_of
from parley.contact.gate import GateSettings
from parley.contact.registrations import read_registrations
from parley.engine.approval import Approval, Asked, approve
from parley.engine.library import Library
from parley.locale import Language
from parley.purpose import Purpose
from parley.rulebook.content import Content, ContentForbiddenParams, ContentRequiredParams
from parley.run.approving import Audience, purposes_of, texts_to_register
from parley.run.library import build_library
from parley.settings import Settings
from tests.messaging.test_catalogue import CATALOGUE, TODAY, typical

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
# Where texts of a language go. A text to the mainland is signed in brackets, so none goes there in English.
PLACES = {
    Language.EN: ("US", "US-CA", "US-FL", "US-NYC", "US-MA", "GB", "IN", "PH", "HK", "SG", "AU"),
    Language.ZH_HANS: ("CN", "US", "US-CA", "GB", "SG", "PH"),
    Language.ZH_HANT: ("TW", "HK", "CN", "US", "US-CA", "GB"),
}
SENDER = """
[[sender]]
id = "H1"
providers = ["all"]
country = "IN"
name = "EXCARD"
form = "alphanumeric"
purposes = ["all"]
valid_from = 2026-01-01
"""


@cache
def library() -> Library:
    """Return the shipped library, all that is written binding, with what India wants registered."""
    shipped = build_library(Settings())
    texts = texts_to_register(Audience("IN", Language.EN), shipped, "2026-01-01", numbered="T-")
    registered = read_registrations("\n".join([SENDER, *texts]).encode(), shipped.rulebook.carriers)
    route = replace(shipped.route, registrations=registered)
    return replace(shipped, gate=GateSettings(unsigned_exceptions_bind=True), route=route)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", sorted(CATALOGUE.entries))
def test_a_template_holds_what_the_law_asks_and_nothing_it_bars(key: str, language: Language) -> None:
    for place in PLACES[language]:
        for purpose in purposes_of(key, library()):
            verdict = approve(Asked(key, language, place, purpose), library(), NOW)
            assert isinstance(verdict, Approval), verdict


def test_the_promotion_is_seen_to_be_one() -> None:
    for language in Language:
        entry = CATALOGUE.entry("promotion.offer")
        text = CATALOGUE.render("promotion.offer", language, typical(entry, language), today=TODAY).text
        assert also_for(Purpose.SERVICING, contents_of(text, library().outbound)) == (Purpose.PROMOTION,)


def test_everything_that_is_looked_for_is_asked_for_by_a_rule() -> None:
    """Nothing is found in texts for its own sake; what a text is for decides which rules bind it."""
    asked = {Content.PROMOTIONAL, Content.OVERDUE}
    for rule in library().rulebook.rules:
        match rule.params:
            case ContentRequiredParams(elements=elements, when=when):
                asked |= elements | when
            case ContentForbiddenParams(items=items):
                asked |= items
            case _:
                pass
    assert asked == set(Content)
