"""What every test may ask for: homes and databases, made once and copied, and whether properties run at full size.

PostgreSQL comes from where `tools.postgres` finds it. Each worker gets a database of its own, dropped at the end. Where
there is none, tests that need one are skipped by name, and with PARLEY_CI=1 any
skip at all is a failure.
"""

from __future__ import annotations

import gc
import os
import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from hypothesis import HealthCheck, settings

from parley.cli.main import COLLECT_AFTER
from parley.run.home import init_home
from parley.store.database import configure, migrate
from tools import postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

IN_CI = os.environ.get("PARLEY_CI") == "1"
FULL_SIZE = os.environ.get("PARLEY_TORTURE") == "1"

# No deadline: a busy machine is not a defect. On the build machine the same examples are drawn each time.
settings.register_profile("usual", deadline=None, derandomize=IN_CI, print_blob=True)
settings.register_profile(
    "torture",
    deadline=None,
    max_examples=100_000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("torture" if FULL_SIZE else "usual")


# As `parley` itself does, and for its reason.
gc.set_threshold(*COLLECT_AFTER)


def pytest_collection_finish() -> None:
    """Take what was imported and collected, which stays to the end, out of the collector's sight."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with files of slow tests: what is left for last is short, and no worker waits long for another."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def full_size() -> bool:
    """Say whether this is `make torture`, where samples are counted in millions and kills in thousands."""
    return FULL_SIZE


def _skip_is_failure(report: pytest.TestReport | pytest.CollectReport) -> None:
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: nothing may be skipped with PARLEY_CI=1: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _skip_is_failure(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _skip_is_failure(report)
    return report


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the address of a server on which we may create databases."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(postgres.server())
        except postgres.NoServer as none:
            pytest.skip(str(none))
        except postgres.UnfitServer as unfit:
            pytest.fail(str(unfit), pytrace=False)
        yield url


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Give the address of a fresh, empty database of this worker's own."""
    with postgres.fresh_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a migrated SQLite file to copy: making its tables takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "parley.db"
    configure(f"sqlite:///{path}")
    migrate()
    connections.close_all()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> Iterator[str]:
    """Give the address of this worker's database with its tables made."""
    configure(postgres_url)
    migrate()
    connections.close_all()
    yield postgres_url
    connections.close_all()


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Return what makes a home at a path, as `parley init` makes one: a copy of one made that way."""
    made = tmp_path_factory.mktemp("made") / "home"
    init_home(made, {})
    connections.close_all()

    def copy(root: Path) -> Path:
        shutil.copytree(made, root)
        return root

    return copy
