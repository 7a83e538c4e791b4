"""Which database does a URL name? From text to Django's connection settings; opens nothing."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from parley.errors import BadInput

# Longest wait for another writer before `Busy` is raised.
BUSY_WAIT_SECONDS = 10
CONNECT_WAIT_SECONDS = 10
# Page cache of one SQLite connection, in KiB; the nightly run reads in the order of the table, more does not help.
CACHE_KIB = 65_536
# PostgreSQL connections are kept this long between two uses.
KEEP_SECONDS = 600


class Durability(StrEnum):
    """What a commit promises on SQLite. FULL: it survives a power cut. NORMAL: it survives a crash of the process."""

    FULL = "FULL"
    NORMAL = "NORMAL"


def connection_settings(url: str, durability: Durability = Durability.FULL) -> dict[str, Any]:
    """Return Django's settings of the database at *url* (sqlite:////absolute/path or postgres://…).

    Raises BadInput for any other form; the message never repeats the URL, it may hold a password.
    """
    scheme = url.partition(":")[0].lower()
    match scheme:
        case "sqlite":
            return _sqlite(url, durability)
        case "postgres" | "postgresql":
            return _postgres(url)
        case _:
            raise BadInput(
                "The database URL is of no known kind. Use sqlite:////absolute/path/parley.db "
                "or postgres://user:password@host:5432/name.",
                "数据库地址的类型无法识别。请使用 sqlite:////绝对路径/parley.db "
                "或 postgres://用户:密码@主机:5432/库名。",
            )


def _sqlite_path(url: str) -> PurePosixPath:
    parts = urlsplit(url)
    path = PurePosixPath(unquote(parts.path).removeprefix("/"))
    if parts.netloc or not path.is_absolute() or path == PurePosixPath("/"):
        raise BadInput(
            "The SQLite URL needs an absolute path: sqlite:////absolute/path/parley.db (four slashes).",
            "SQLite 地址须为绝对路径：sqlite:////绝对路径/parley.db（四个斜杠）。",
        )
    return path


def _sqlite(url: str, durability: Durability) -> dict[str, Any]:
    path = _sqlite_path(url)
    pragmas = (
        "PRAGMA journal_mode = WAL",
        f"PRAGMA synchronous = {durability}",
        f"PRAGMA cache_size = -{CACHE_KIB}",
        "PRAGMA temp_store = MEMORY",
        # What is deleted is overwritten: an erased person's wrapped key shall not lie in free pages.
        "PRAGMA secure_delete = ON",
    )
    return {
        "ENGINE": "django.db.backends.sqlite3",
        # mode=rw: opening never creates a file; only `migrate` does, with the right mode.
        "NAME": f"file:{quote(str(path))}?mode=rw",
        "PARLEY_FILE": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": BUSY_WAIT_SECONDS,
            # A transaction that will write says so at its start; it then never fails half-way as busy.
            "transaction_mode": "IMMEDIATE",
            "init_command": ";".join(pragmas),
        },
    }


def _postgres(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port
        query: Mapping[str, str] = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        raise _bad_postgres() from None
    name = unquote(parts.path.removeprefix("/"))
    if not name or "/" in name:
        raise _bad_postgres()
    options = {"connect_timeout": str(CONNECT_WAIT_SECONDS), "application_name": "parley", **query}
    host = options.pop("host", unquote(parts.hostname or ""))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(options.pop("port", port or "")),
        "CONN_MAX_AGE": KEEP_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def _bad_postgres() -> BadInput:
    return BadInput(
        "The PostgreSQL URL cannot be read. It has the form postgres://user:password@host:5432/name?sslmode=require; "
        "special characters in the password are written as %XX.",
        "无法解析 PostgreSQL 地址。格式为 postgres://用户:密码@主机:5432/库名?sslmode=require；"
        "密码中的特殊字符须写成 %XX。",
    )
