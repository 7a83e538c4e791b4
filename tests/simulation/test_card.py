from __future__ import annotations

import pytest

from parley.simulation.card import Style, load_card
from tests.simulation.conftest import DATA

RAW = (DATA / "card.toml").read_bytes()


def test_the_card_is_read_and_its_shares_are_whole() -> None:
    card = load_card(RAW)
    assert card.due_reminder_odds_percent == 115
    assert sum(card.style_percent.values()) == 100
    assert sum(card.reason_percent.values()) == 100
    assert set(card.style_percent) == set(card.not_plain_bps) == set(Style)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"[opt_out_bps]", b"[opt_outs_bps]"),
        (b'basis = "assumed: chance to opt out per message"', b'basis = ""'),
        (b"value = 30\nrange = [5, 100]", b"value = 300\nrange = [5, 100]"),
    ],
)
def test_a_parameter_unknown_without_basis_or_out_of_range_is_refused(before: bytes, after: bytes) -> None:
    assert before in RAW
    with pytest.raises(ValueError, match=r"parameter|basis|rests|range"):
        load_card(RAW.replace(before, after))
