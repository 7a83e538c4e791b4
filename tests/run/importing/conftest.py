from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connections

from parley.run.home import DATABASE_VARIABLE, Opened, init_home, open_home
from parley.run.importing.importer import Report, Request, import_file
from parley.run.importing.rows import Kind
from parley.store.database import configure, migrate, pending_migrations
from tests.run.desk import library
from tests.store.conftest import empty

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)

ACCOUNTS_MAP = """
kind = "accounts"
[fields]
reference = { column = "no" }
borrower_reference = { column = "person" }
name = { column = "name" }
phone = { column = "phone", region = "US" }
language = { value = "en" }
jurisdiction = { value = "US-CA" }
zones = { value = "America/Los_Angeles" }
product = { value = "card" }
product_kind = { value = "card" }
minimum_floor = { value = 25 }
currency = { value = "USD" }
principal = { column = "balance" }
annual_rate_bps = { column = "rate" }
next_due_on = { column = "due" }
months_past_due = { column = "late" }
consent_promotion = { column = "promo" }
"""
HEADER = "no,person,name,phone,balance,rate,due,late,promo"
GOOD = "A-1,P-1,Ada Byron,(650) 253-0000,1240.50,19.99,2026-11-20,2,yes"
OTHER = "A-2,P-2,Ben Okri,+44 20 7031 3000,800,21.5,2026-11-21,0,no"

Import = Callable[..., Report]


@pytest.fixture(scope="session")
def made_on_postgres(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Path:
    root = tmp_path_factory.mktemp("made") / "home"
    configure(postgres_url)
    if pending_migrations():
        migrate()
    empty()
    init_home(root, {DATABASE_VARIABLE: postgres_url})
    connections.close_all()
    return root


@pytest.fixture
def sqlite_opened(tmp_path: Path, new_home: Callable[[Path], Path]) -> Iterator[Opened]:
    yield open_home(new_home(tmp_path / "home"), {})
    connections.close_all()


@pytest.fixture
def postgres_opened(tmp_path: Path, made_on_postgres: Path, postgres_url: str) -> Iterator[Opened]:
    root = tmp_path / "home"
    shutil.copytree(made_on_postgres, root)
    configure(postgres_url)
    empty()
    yield open_home(root, {DATABASE_VARIABLE: postgres_url})
    empty()
    connections.close_all()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def opened(request: pytest.FixtureRequest) -> Opened:
    found: Opened = request.getfixturevalue(f"{request.param}_opened")
    return found


@pytest.fixture
def take(opened: Opened, tmp_path: Path) -> Import:
    """Import lines of CSV text (or raw bytes) with a map."""

    def run(
        *lines: str,
        kind: Kind = Kind.ACCOUNTS,
        map_text: str = ACCOUNTS_MAP,
        raw: bytes | None = None,
        now: datetime = NOW,
        **options: bool | dict[str, str],
    ) -> Report:
        source = tmp_path / "book.csv"
        source.write_bytes(raw if raw is not None else ("\n".join(lines) + "\n").encode())
        request = Request(kind, source, "map.toml", map_text.encode(), **options)  # type: ignore[arg-type]  # Request's
        return import_file(opened, request, now, library=library())

    return run
