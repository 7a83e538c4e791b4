"""The deployment that Parley negotiates with in an evaluation, read once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from parley.engine.library import Library
from parley.run.evaluating.evaluate import simulation_files
from parley.run.library import build_library
from parley.settings import Settings


@pytest.fixture(scope="session")
def library() -> Library:
    return build_library(Settings())


@pytest.fixture(scope="session")
def sim_files() -> Mapping[str, bytes]:
    return simulation_files()
