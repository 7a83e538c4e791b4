"""Finds a PostgreSQL server for tests and measurements; never the one a lender serves from.

In this order: the server of PARLEY_TEST_DATABASE_URL; a local server that lets us in; a throw-away cluster started
from installed binaries (as another user when we are root).
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

OLDEST_POSTGRES = 150000
CLUSTER_START_SECONDS = 30


class NoServer(Exception):
    """There is none; the text says where was looked."""


class UnfitServer(Exception):
    """PARLEY_TEST_DATABASE_URL names one that cannot be used; the text says why."""


@contextmanager
def server() -> Iterator[str]:
    """Give the address of a server on which we may create databases. Raises NoServer, UnfitServer."""
    named = os.environ.get("PARLEY_TEST_DATABASE_URL")
    if named:
        reason = _unfit(named)
        if reason:
            raise UnfitServer(f"the server of PARLEY_TEST_DATABASE_URL cannot be used: {reason}")
        yield named
        return
    local = next((url for url in _local_addresses() if _unfit(url) is None), None)
    if local:
        yield local
        return
    binaries = _installed_binaries()
    if binaries is None:
        raise NoServer(
            "no PostgreSQL 15 or later: PARLEY_TEST_DATABASE_URL is not set, no local server lets us in, "
            "and none is installed (apt-get install postgresql)"
        )
    with _throw_away_cluster(binaries) as url:
        yield url


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """Give the address of a fresh, empty database of our own; drop it afterwards."""
    name = f"parley_test_{os.getpid()}_{secrets.token_hex(4)}"
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name)))
        try:
            yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
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
