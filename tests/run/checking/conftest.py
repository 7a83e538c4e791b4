"""A world of its own for each test: a small database, written by hand, and the log of a message centre beside it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections, transaction

from parley.store.database import configure
from parley.store.keys import Keys
from parley.store.sealed import open_vault
from tests.run.checking.world import World


@pytest.fixture(scope="session")
def database(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("checking") / "parley.sqlite3"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"


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
