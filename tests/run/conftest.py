"""The homes of the store's tests, on both databases, with a desk to work at."""

from __future__ import annotations

import pytest

from tests.run.desk import Desk
from tests.store.conftest import Home, home, keys, postgres_home, sqlite_home

__all__ = ["home", "keys", "postgres_home", "sqlite_home"]


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


@pytest.fixture
def sqlite_desk(sqlite_home: Home) -> Desk:
    return Desk(sqlite_home.vault, sqlite_home.folder)


@pytest.fixture
def postgres_desk(postgres_home: Home) -> Desk:
    return Desk(postgres_home.vault, postgres_home.folder)
