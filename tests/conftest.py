"""What every test may ask for: a PostgreSQL database, and whether properties run at full size.

PostgreSQL comes from, in this order: the server of PARLEY_TEST_DATABASE_URL; a local server that lets us in; a
throw-away cluster started from installed binaries (as another user when we are root). Each worker gets a database of
its own, dropped at the end. Where there is none, tests that need one are skipped by name, and with PARLEY_CI=1 any
skip at all is a failure.
"""

from __future__ import annotations

import getpass
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

OLDEST_POSTGRES = 150000
CLUSTER_START_SECONDS = 30

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
    named = os.environ.get("PARLEY_TEST_DATABASE_URL")
    if named:
        _refuse_unfit(named)
        yield named
        return
    local = next((url for url in _local_addresses() if _unfit(url) is None), None)
    if local:
        yield local
        return
    binaries = _installed_binaries()
    if binaries is None:
        pytest.skip(
            "no PostgreSQL 15 or later: PARLEY_TEST_DATABASE_URL is not set, no local server lets us in, "
            "and none is installed (apt-get install postgresql)"
        )
    with _throw_away_cluster(binaries) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Give the address of a fresh, empty database of this worker's own."""
    name = f"parley_test_{os.getpid()}_{secrets.token_hex(4)}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name)))
        try:
            yield urlunsplit(urlsplit(postgres_server)._replace(path=f"/{name}"))
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _local_addresses() -> Iterator[str]:
    for user in dict.fromkeys(("postgres", getpass.getuser())):
        yield f"postgresql://{quote(user)}@127.0.0.1:5432/postgres"
        yield f"postgresql://{quote(user)}@/postgres?host=/var/run/postgresql"


def _unfit(url: str) -> str | None:
    """Say why the server at *url* cannot serve, or None where it can."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            if connection.info.server_version < OLDEST_POSTGRES:
                return "it is older than PostgreSQL 15"
            row = connection.execute(
                "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            return None if row and row[0] else "its user may not create databases"
    except psycopg.OperationalError as error:
        return f"it does not let us in: {error}"


def _refuse_unfit(url: str) -> None:
    reason = _unfit(url)
    if reason:
        pytest.fail(f"the server of PARLEY_TEST_DATABASE_URL cannot be used: {reason}", pytrace=False)


def _installed_binaries() -> Path | None:
    """Return the newest folder with a complete server."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    on_path = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    fit = [folder for folder in [*on_path, *debian] if (folder / "initdb").exists() and (folder / "pg_ctl").exists()]
    return fit[-1] if fit else None


@contextmanager
def _throw_away_cluster(binaries: Path) -> Iterator[str]:
    """Start a server on loopback that only a random password opens; remove it afterwards."""
    # Not under TMPDIR: the path of a Unix socket ends at about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="parley-pg-", dir="/tmp"))
    secret_file, data = folder / "password", folder / "data"
    secret = secrets.token_urlsafe(24)
    secret_file.write_text(secret)
    prefix = _as_server_user(folder)
    port = _free_port()
    try:
        _run([*prefix, binaries / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
              "--auth=scram-sha-256", f"--pwfile={secret_file}"])  # fmt: skip
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off -c max_connections=50"
        _run([*prefix, binaries / "pg_ctl", "start", "-w", "-t", str(CLUSTER_START_SECONDS), "-D", data,
              "-l", folder / "log", "-o", options])  # fmt: skip
        yield f"postgresql://postgres:{quote(secret)}@127.0.0.1:{port}/postgres"
    finally:
        if (data / "postmaster.pid").exists():
            _run([*prefix, binaries / "pg_ctl", "stop", "-m", "immediate", "-D", data])
        shutil.rmtree(folder)


def _as_server_user(folder: Path) -> list[str]:
    """Return the command prefix that leaves root behind, for a server that refuses to run as root."""
    if os.geteuid() != 0:
        return []
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    for path in (folder, *folder.iterdir()):
        os.chown(path, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: list[str | Path]) -> None:
    # The server keeps what it inherits open; a pipe would never end, so output goes to a file.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, cwd="/", check=False)
        output.seek(0)
        assert done.returncode == 0, output.read().decode(errors="replace")
