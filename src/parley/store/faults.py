"""What went wrong outside, in words. The one place that knows the error codes of SQLite and PostgreSQL.

`with faults():` goes round a whole unit of work, outside its transaction: the transaction has rolled back when the
fault is raised, so nothing is half-written. What no table names is a defect and passes through untouched.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseLayerError
from django.db import connection

from parley.errors import Busy, HomeUnusable, OutsideFailed, ParleyError


class _Words(NamedTuple):
    en: str
    zh: str


_DISK_FULL = _Words(
    "The disk or the space set for the database is full. Nothing of the last step was written. Free some "
    "space, then run the command again: it goes on where it stopped.",
    "磁盘或数据库可用空间已满。最后一步未写入任何内容。请腾出空间后重新运行该命令，会从中断处继续。",
)
_DISK_FAULT = _Words(
    "The disk failed while the database was read or written. Nothing of the last step was written. Check "
    "the disk (dmesg, SMART) and try again; if it stays so, restore the latest backup.",
    "读写数据库时磁盘出错。最后一步未写入任何内容。请检查磁盘（dmesg、SMART）后重试；如仍出错，请恢复最近的备份。",
)
_CORRUPT = _Words(
    "The database is damaged or is not a Parley database. Stop every Parley process, keep a copy of the "
    "file, then restore the latest backup; if the path is wrong, correct it.",
    "数据库已损坏，或不是 Parley 的数据库。请停止所有 Parley 进程，保留该文件的副本，再恢复最近的备份；"
    "若路径有误，请更正路径。",
)
_CANNOT_OPEN = _Words(
    "The database file cannot be opened. Check PARLEY_HOME; if this home is new, run `parley init`; if "
    "it is not, check that this user may read and write the folder.",
    "无法打开数据库文件。请检查 PARLEY_HOME；"
    "若是新的数据目录，请运行 `parley init`；否则请检查当前用户是否可读写该目录。",
)
_READ_ONLY = _Words(
    "The database may not be written by this user. Make the folder and the files in it writable for the "
    "user that runs Parley.",
    "当前用户无权写入数据库。请让运行 Parley 的用户对该目录及其中文件有写权限。",
)
_LOCKED = _Words(
    "Another process is writing to the database and did not finish in time. Try again in a moment; on "
    "SQLite run one writing command at a time.",
    "另一个进程正在写入数据库且未能及时完成。请稍后重试；使用 SQLite 时一次只能运行一个写入命令。",
)
_NO_TABLES = _Words(
    "The database lacks a table or column that this version needs. Run `parley migrate`.",
    "数据库缺少本版本所需的表或列。请运行 `parley migrate`。",
)
_UNREACHABLE = _Words(
    "PostgreSQL does not answer at the address in PARLEY_DATABASE_URL. Check that the server runs, that "
    "host and port are right and that a firewall lets this machine in.",
    "PARLEY_DATABASE_URL 所指的 PostgreSQL 无响应。请检查服务器是否运行、主机与端口是否正确、防火墙是否放行。",
)
_LOGIN = _Words(
    "PostgreSQL refused the log-in. Check user and password in PARLEY_DATABASE_URL and the server's pg_hba.conf.",
    "PostgreSQL 拒绝登录。请检查 PARLEY_DATABASE_URL 中的用户名和密码，以及服务器的 pg_hba.conf。",
)
_NO_DATABASE = _Words(
    "The PostgreSQL server has no database of the name in PARLEY_DATABASE_URL. Create it (createdb) and "
    "run `parley migrate`.",
    "PostgreSQL 服务器上没有 PARLEY_DATABASE_URL 所写的数据库。请先创建（createdb），再运行 `parley migrate`。",
)
_NO_RIGHTS = _Words(
    "The PostgreSQL user lacks a right that Parley needs. Make it the owner of the database or grant it the right.",
    "PostgreSQL 用户缺少 Parley 所需的权限。请将其设为数据库所有者，或授予相应权限。",
)
_BUSY_SERVER = _Words(
    "PostgreSQL is short of connections or memory, is starting, or is going down. Parley tries again; if "
    "it stays so, raise max_connections or run fewer workers.",
    "PostgreSQL 连接数或内存不足，或正在启动、关闭。Parley 会重试；如仍如此，请调高 max_connections 或减少工作进程。",
)
_CLASH = _Words(
    "Two transactions got in each other's way and PostgreSQL ended one. Nothing of it was written; try again.",
    "两个事务互相冲突，PostgreSQL 终止了其中一个。该事务未写入任何内容，请重试。",
)
_NO_DRIVER = _Words(
    "The PostgreSQL driver is not installed. Install Parley with its extra: pip install 'parley[postgres]'.",
    "未安装 PostgreSQL 驱动。请连同附加组件安装：pip install 'parley[postgres]'。",
)
_BAD_OPTION = _Words(
    "PARLEY_DATABASE_URL has a parameter after '?' that PostgreSQL does not know. Correct or remove it.",
    "PARLEY_DATABASE_URL 中“?”后的某个参数不被 PostgreSQL 支持。请更正或删除。",
)

_Fault = tuple[type[ParleyError], _Words]

# Primary result codes (the low byte of the extended code), https://sqlite.org/rescode.html
_SQLITE: dict[int, _Fault] = {
    sqlite3.SQLITE_FULL: (OutsideFailed, _DISK_FULL),
    sqlite3.SQLITE_IOERR: (OutsideFailed, _DISK_FAULT),
    sqlite3.SQLITE_CORRUPT: (HomeUnusable, _CORRUPT),
    sqlite3.SQLITE_NOTADB: (HomeUnusable, _CORRUPT),
    sqlite3.SQLITE_CANTOPEN: (HomeUnusable, _CANNOT_OPEN),
    sqlite3.SQLITE_READONLY: (HomeUnusable, _READ_ONLY),
    sqlite3.SQLITE_PERM: (HomeUnusable, _READ_ONLY),
    sqlite3.SQLITE_BUSY: (Busy, _LOCKED),
    sqlite3.SQLITE_LOCKED: (Busy, _LOCKED),
}

# SQLSTATE, longest prefix first, https://www.postgresql.org/docs/15/errcodes-appendix.html
_POSTGRES: dict[str, _Fault] = {
    "53100": (OutsideFailed, _DISK_FULL),
    "58030": (OutsideFailed, _DISK_FAULT),
    "42P01": (HomeUnusable, _NO_TABLES),
    "42703": (HomeUnusable, _NO_TABLES),
    "42501": (HomeUnusable, _NO_RIGHTS),
    "3D000": (HomeUnusable, _NO_DATABASE),
    "40001": (OutsideFailed, _CLASH),
    "40P01": (OutsideFailed, _CLASH),
    "55P03": (Busy, _LOCKED),
    "57P": (OutsideFailed, _BUSY_SERVER),
    "XX": (HomeUnusable, _CORRUPT),
    "53": (OutsideFailed, _BUSY_SERVER),
    "28": (HomeUnusable, _LOGIN),
    "08": (OutsideFailed, _UNREACHABLE),
}

_ERRNO: dict[int, _Fault] = {
    errno.ENOSPC: (OutsideFailed, _DISK_FULL),
    errno.EDQUOT: (OutsideFailed, _DISK_FULL),
    errno.EIO: (OutsideFailed, _DISK_FAULT),
}

# A failed connection carries no SQLSTATE; libpq's words are all there is.
_CONNECT_WORDS: tuple[tuple[str, _Fault], ...] = (
    ("password authentication failed", (HomeUnusable, _LOGIN)),
    ("no password supplied", (HomeUnusable, _LOGIN)),
    ("no pg_hba.conf entry", (HomeUnusable, _LOGIN)),
    ("role ", (HomeUnusable, _LOGIN)),
    ("database ", (HomeUnusable, _NO_DATABASE)),
    ("too many clients", (OutsideFailed, _BUSY_SERVER)),
    ("the database system is", (OutsideFailed, _BUSY_SERVER)),
)


@contextmanager
def faults() -> Iterator[None]:
    """Turn errors of disk and database into faults with words; let everything else pass."""
    try:
        yield
    except (DatabaseLayerError, ImproperlyConfigured, sqlite3.Error, OSError) as error:
        fault = translate(error)
        if fault is None:
            raise
        _drop_broken_connection()
        raise fault from error


def translate(error: BaseException) -> ParleyError | None:
    """Return the fault that *error* stands for, or None where it is a defect of ours."""
    cause = error.__cause__ if isinstance(error, DatabaseLayerError) and error.__cause__ else error
    found = _of_sqlite(cause) or _of_postgres(cause) or _of_system(cause)
    if found is None:
        return None
    kind, words = found
    return kind(*words)


def _of_sqlite(error: BaseException) -> _Fault | None:
    if not isinstance(error, sqlite3.Error):
        return None
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    if code == sqlite3.SQLITE_ERROR and str(error).startswith(("no such table", "no such column", "table ")):
        return HomeUnusable, _NO_TABLES
    return _SQLITE.get(code & 0xFF)


def _of_postgres(error: BaseException) -> _Fault | None:
    if isinstance(error, ImproperlyConfigured):
        return (HomeUnusable, _NO_DRIVER) if "psycopg" in str(error) else None
    if not type(error).__module__.startswith("psycopg"):
        return None
    state = getattr(error, "sqlstate", None)
    if state is not None:
        return next((fault for prefix, fault in _POSTGRES.items() if state.startswith(prefix)), None)
    if type(error).__name__ == "ProgrammingError":
        return (HomeUnusable, _BAD_OPTION) if "connection option" in str(error) else None
    if type(error).__name__ not in {"OperationalError", "ConnectionTimeout"}:
        return None
    text = str(error)
    return next((fault for words, fault in _CONNECT_WORDS if f"FATAL:  {words}" in text), (OutsideFailed, _UNREACHABLE))


def _of_system(error: BaseException) -> _Fault | None:
    return _ERRNO.get(error.errno or 0) if isinstance(error, OSError) else None


def _drop_broken_connection() -> None:
    """Close a connection that no longer answers, so that the next unit of work opens a new one."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
