"""Every parameter says what it rests on, and every assumption how far it may lie off."""

from __future__ import annotations

import re

import pytest

from parley.simulation.rne13.answer import load_disclosures
from parley.simulation.rne13.card import CARD_FILE, Rne13Card, load_card
from tests.simulation.rne13.conftest import DATA

RAW = (DATA / CARD_FILE).read_text(encoding="utf-8")


def test_the_reference_definition_is_that_of_the_metric(rne13_card: Rne13Card) -> None:
    parameters = rne13_card.parameters
    assert parameters.horizon_days == 14 + 30 * parameters.most_payments == 734
    assert (parameters.misses_break, parameters.most_discount_bps, parameters.offers) == (2, 3_000, 4)


def test_an_assumption_has_a_range_around_its_value_and_a_definition_has_none(rne13_card: Rne13Card) -> None:
    ranged = {each.name for each in rne13_card.ranges}
    for each in rne13_card.ranges:
        assert each.low <= getattr(rne13_card.parameters, each.name) <= each.high
    for name, basis in re.findall(r'^\[(\w+)\]\n(?:.+\n)*?basis = "(\w+)', RAW, re.MULTILINE):
        assert basis in {"assumed", "published", "definition"}
        assert basis != "definition" or name not in ranged or name == "not_plain_percent"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('basis = "assumed: chance to opt out per message"', "", "rests on"),
        ("value = 9500", "value = 10001", "own range"),
        ("[openings]", "[opening]", "missing or unknown"),
    ],
)
def test_a_spoilt_card_is_refused(old: str, new: str, told: str) -> None:
    assert old in RAW
    with pytest.raises(ValueError, match=told):
        load_card(RAW.replace(old, new).encode())


def test_each_language_needs_words_for_who_is_vulnerable() -> None:
    with pytest.raises(ValueError, match="each language"):
        load_disclosures(b'[en]\ntexts = []\n["zh-Hans"]\ntexts = ["x"]\n["zh-Hant"]\ntexts = ["x"]\n')
