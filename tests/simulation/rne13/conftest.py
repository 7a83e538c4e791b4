"""Cases made by hand, and the data of the evaluation, read once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import parley.simulation
from parley.servicing.account import Product
from parley.simulation.card import Style
from parley.simulation.rne13.answer import DISCLOSURES_FILE, Stage, load_disclosures
from parley.simulation.rne13.card import CARD_FILE, Rne13Card, load_card
from parley.simulation.rne13.case import BorrowerCase, IncomeEvery
from parley.simulation.world import FILES, load_world

DATA = Path(parley.simulation.__file__).parent / "data"
Make = Callable[..., BorrowerCase]


@pytest.fixture(scope="session")
def rne13_card() -> Rne13Card:
    return load_card((DATA / CARD_FILE).read_bytes())


@pytest.fixture(scope="session")
def stage(rne13_card: Rne13Card) -> Stage:
    world = load_world({name: (DATA / name).read_bytes() for name in FILES})
    return Stage(rne13_card.parameters, world, load_disclosures((DATA / DISCLOSURES_FILE).read_bytes()), seed=5)


def case(**changes: Any) -> BorrowerCase:  # noqa: ANN401 - any field of a case
    """Return a borrower with 300.00 left over a month, who owes 1,200.00 and answers everything."""
    usual: dict[str, Any] = {
        "id": "c-1",
        "locale": "en-US",
        "timezone": "America/Chicago",
        "jurisdiction": "US",
        "product": Product.CARD,
        "currency": "USD",
        "balance_minor": 120_000,
        "annual_rate_bps": 1_990,
        "days_past_due": 40,
        "remaining_instalments": 12,
        "contract_instalment_minor": 10_000,
        "income_minor": 200_000,
        "income_every": IncomeEvery.MONTHLY,
        "essential_minor": 150_000,
        "other_debt_minor": 20_000,
        "assets_minor": 50_000,
        "shock": None,
        "understates_bps": 1_000,
        "willing_bps": 10_000,
        "accepts_up_to_bps": 10_000,
        "patience": 50,
        "style": Style.PLAIN,
        "reason": None,
        "vulnerable": False,
        "disputes": False,
        "wrong_person": False,
    }
    return BorrowerCase(**usual | changes)
