"""Which database this process uses, and whether it is ours and up to date.

`configure` may be called again to go to another database (tests, commands in one process): the connection of the
calling thread is closed first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings as django
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from parley.errors import HomeUnusable
from parley.store.faults import faults
from parley.store.url import Durability, connection_settings

OLDEST_POSTGRES = 150_000


def configure(database_url: str, *, durability: Durability = Durability.FULL) -> None:
    """Point the models at the database of *database_url*; opens nothing yet.

    Raises BadInput for a URL of no known form.
    """
    _point_to(connection_settings(database_url, durability))


def adopt(settings: Mapping[str, object]) -> None:
    """Take these settings of Django's: those of a layer above that serves pages."""
    for name, value in settings.items():
        setattr(django, name, value)


def _point_to(wanted: dict[str, Any]) -> None:
    connections.close_all()
    full = connections.configure_settings({DEFAULT_DB_ALIAS: wanted})
    connections.settings.update(full)
    # The next use in this thread makes a connection from the new settings.
    with suppress(AttributeError):
        del connections[DEFAULT_DB_ALIAS]


def is_sqlite() -> bool:
    """Return whether the database is the embedded one."""
    return connection.vendor == "sqlite"


def migrate() -> None:
    """Create the database where there is none and bring its tables up to this version, keeping the data.

    Raises HomeUnusable where the database holds something else or was written by a newer version.
    """
    with faults():
        path = connection.settings_dict.get("PARLEY_FILE")
        if path:
            _create_private(Path(path))
        _refuse_foreign()
        call_command("migrate", verbosity=0, interactive=False)


def pending_migrations() -> list[str]:
    """Return the names of migrations that this version has and the database has not.

    Raises HomeUnusable where the database was written by a newer version or is not ours.
    """
    with faults():
        _refuse_foreign()
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def damage(limit: int = 20) -> list[str]:
    """Return what SQLite's own check finds wrong with the file (nothing on PostgreSQL), at most *limit* lines."""
    if not is_sqlite():
        return []
    with faults(), connection.cursor() as cursor:
        cursor.execute(f"PRAGMA quick_check({int(limit)})")
        lines = [str(row[0]) for row in cursor.fetchall()]
    return [] if lines == ["ok"] else lines


@contextmanager
def snapshot() -> Iterator[None]:
    """Read one unchanging state of the database without holding up a writer. Nothing may be written inside."""
    if connection.in_atomic_block:
        yield
    elif is_sqlite():
        # Not `atomic`: that begins IMMEDIATE, as the writer it is not.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield


def _create_private(path: Path) -> None:
    """Create an empty file that only its owner may read; SQLite gives its side files the same mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        raise HomeUnusable(
            "The database file cannot be created: its folder does not exist or this user may not write there. "
            "Run `parley init`, or correct PARLEY_HOME.",
            "无法创建数据库文件：所在目录不存在，或当前用户无写权限。请运行 `parley init`，或更正 PARLEY_HOME。",
        ) from None


def _refuse_foreign() -> None:
    """Raise HomeUnusable where the database is somebody else's, of a newer Parley, or of a server too old."""
    connection.ensure_connection()
    # Django's name for the server's version, on its PostgreSQL connection only.
    if not is_sqlite() and getattr(connection, "pg_version", 0) < OLDEST_POSTGRES:
        raise HomeUnusable(
            "PostgreSQL is too old: Parley needs version 15 or later. Upgrade the server.",
            "PostgreSQL 版本过低：Parley 需要 15 或更高版本。请升级服务器。",
        )
    tables = set(connection.introspection.table_names())
    recorder = MigrationRecorder(connection)
    if tables and (not recorder.has_table() or not _ours(recorder)):
        raise HomeUnusable(
            "The database holds tables of another program; Parley does not touch them. "
            "Give Parley a database of its own.",
            "该数据库中有其他程序的表，Parley 不会改动它们。请为 Parley 准备独立的数据库。",
        )
    if recorder.has_table() and _ours(recorder) - _known():
        raise HomeUnusable(
            "The database was written by a newer Parley. Install that version or restore an older backup.",
            "该数据库由更新版本的 Parley 写入。请安装该版本，或恢复较早的备份。",
        )


def _ours(recorder: MigrationRecorder) -> set[str]:
    return {name for app, name in recorder.applied_migrations() if app == "store"}


def _known() -> set[str]:
    return {name for app, name in MigrationExecutor(None).loader.disk_migrations if app == "store"}
