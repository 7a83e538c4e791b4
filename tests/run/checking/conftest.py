"""A world of its own for each test: a small database, written by hand, and the log of a message centre beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections, transaction

from parley.store.database import configure, migrate
from parley.store.keys import Keys
from parley.store.sealed import open_vault
from tests.run.checking.world import World


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('checking') / 'parley.sqlite3'}"
    configure(url)
    migrate()
    connections.close_all()
    return url


@pytest.fixture
def world(database: str, tmp_path: Path) -> Iterator[World]:
    """Give a clean world; what a test plants in it is rolled back."""
    configure(database)
    with transaction.atomic():
        world = World(open_vault(Keys(lender=b"l" * 32, index=b"i" * 32, audit=b"a" * 32)), tmp_path / "centre.jsonl")
        world.build()
        yield world
        transaction.set_rollback(True)
    connections.close_all()
