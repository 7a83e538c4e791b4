"""The simulation's data, read once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import parley.simulation
from parley.simulation.persona import PublicFacts
from parley.simulation.world import FILES, World, load_world

DATA = Path(parley.simulation.__file__).parent / "data"


@pytest.fixture(scope="session")
def world() -> World:
    return load_world({name: (DATA / name).read_bytes() for name in FILES})


@pytest.fixture(scope="session")
def public() -> PublicFacts:
    return PublicFacts(
        locale="en-US",
        jurisdiction="US",
        timezone="America/New_York",
        currency="USD",
        balance_minor=150_000,
        arrears_minor=9_000,
        days_past_due=35,
        minimum_minor=5_000,
        scale=3,
        started_on=date(2026, 11, 1),
        postcode="60614",
        contract_tail="7788",
    )
