"""Sets the stage for a case: a home with the sample portfolio in it, on either database."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import as_file, files
from itertools import islice
from pathlib import Path

from django.db import connections

from parley.run.home import Opened, init_home, open_home
from parley.run.importing.importer import Report, Request, import_file
from parley.run.importing.rows import Kind

# The evening before the first due dates of the sample, as in the demo.
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Size:
    """How much each case does."""

    accounts: int
    threads: int
    singly: int
    demo_borrowers: int
    demo_days: int
    plans: int
    plans_singly: int
    lattices: int
    book: int
    book_singly: int
    posts: int
    posts_singly: int
    posts_texts: int
    hostile_templates: int
    requests: int
    smpp: int


FULL = Size(
    accounts=30_000,
    threads=200,
    singly=60,
    demo_borrowers=3_000,
    demo_days=30,
    plans=1_000_000,
    plans_singly=5_000,
    lattices=2_000,
    book=1_000_000,
    book_singly=4_000,
    posts=30_000,
    posts_singly=3_000,
    posts_texts=4_000,
    hostile_templates=20,
    requests=20_000,
    smpp=60_000,
)
QUICK = Size(
    accounts=150,
    threads=10,
    singly=3,
    demo_borrowers=30,
    demo_days=1,
    plans=4_000,
    plans_singly=20,
    lattices=4,
    book=1_000,
    book_singly=50,
    posts=400,
    posts_singly=64,
    posts_texts=100,
    hostile_templates=1,
    requests=300,
    smpp=3_000,
)


@dataclass(frozen=True, slots=True)
class Watch:
    """Seconds on the wall and of this process's CPU."""

    wall: float
    cpu: float

    @staticmethod
    def start() -> Watch:
        """Return the instant to measure from."""
        return Watch(time.perf_counter(), time.process_time())

    def stop(self) -> Watch:
        """Return what has passed since."""
        return Watch(time.perf_counter() - self.wall, time.process_time() - self.cpu)


@contextmanager
def sample(size: Size, folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Give the sample's file, cut to the size, and its map."""
    with as_file(files("parley.data") / "sample") as source:
        whole, cut = source / "uci-credit-card.csv", folder / "sample.csv"
        with whole.open(encoding="utf-8", newline="") as stream, cut.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(islice(csv.reader(stream), size.accounts + 1))
        yield cut, (source / "accounts.toml").read_bytes()


def new_home(folder: Path, database_url: str) -> Opened:
    """Make and open a home in *folder*; with its database inside where *database_url* is empty."""
    environ = {"PARLEY_DATABASE_URL": database_url} if database_url else {}
    connections.close_all()
    init_home(folder / "home", environ)
    return open_home(folder / "home", environ)


def take(opened: Opened, source: Path, map_raw: bytes) -> Report:
    """Import the sample once."""
    return import_file(opened, Request(Kind.ACCOUNTS, source, "accounts.toml", map_raw), NOW)
