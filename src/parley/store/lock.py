"""Who may write, and to whom.

On SQLite one process writes; a lock file names it. The kernel holds the lock, so it ends with the process, however that
ends: a file left behind is only text. On PostgreSQL any number of processes write, and borrowers are locked by row.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.db import connection

from parley.errors import Busy, HomeUnusable
from parley.store.database import is_sqlite
from parley.store.models import Borrower

LOCK_FILE = "writer.lock"
# Well under PostgreSQL's limit of 65,535 parameters.
_IDS_PER_QUERY = 10_000


@contextmanager
def writer_lock(home: Path, command: str) -> Iterator[None]:
    """Be the one writing process of a SQLite home while the block runs; *command* is what others are told.

    Raises Busy where another process is. On PostgreSQL there is nothing to hold.
    """
    if not is_sqlite():
        yield
        return
    descriptor = _open(home / LOCK_FILE)
    try:
        _take(descriptor, home)
        _write(descriptor, json.dumps({"pid": os.getpid(), "command": command}, ensure_ascii=False))
        try:
            yield
        finally:
            # Emptied, not removed: removing would let two processes hold two files of one name.
            _write(descriptor, "")
    finally:
        os.close(descriptor)


def borrower_lock(ids: Iterable[UUID]) -> None:
    """Hold these borrowers until the transaction ends, in one order for every process.

    SQLite's immediate transaction holds everything already.
    """
    assert connection.in_atomic_block, "a lock lasts as long as its transaction"
    if is_sqlite():
        return
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), _IDS_PER_QUERY):
        part = ordered[start : start + _IDS_PER_QUERY]
        # NO KEY: rows that refer to the borrower may be inserted meanwhile; that takes a lock of its own on the key.
        rows = Borrower.objects.filter(id__in=part).order_by("id").select_for_update(no_key=True)
        list(rows.values_list("id"))


def lock_free_borrowers(ids: Iterable[UUID]) -> set[UUID]:
    """Hold those of these borrowers that nobody else holds, until the transaction ends. Returns them."""
    assert connection.in_atomic_block, "a lock lasts as long as its transaction"
    wanted = sorted(set(ids))
    if is_sqlite() or not wanted:
        return set(wanted)
    assert len(wanted) <= _IDS_PER_QUERY, "a batch is small"
    rows = Borrower.objects.filter(id__in=wanted).order_by("id").select_for_update(no_key=True, skip_locked=True)
    return set(rows.values_list("id", flat=True))


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise HomeUnusable(
            f"The lock file {path} cannot be opened: {reason}. Run Parley as the user that owns the home, "
            "on a disk that can be written.",
            f"无法打开锁文件 {path}：{reason}。请以数据目录所有者的身份运行 Parley，并确认磁盘可写。",
        ) from None


def _take(descriptor: int, home: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        who = _holder(descriptor)
        raise Busy(
            f"Another command is writing to {home}: {who}. Wait until it ends or stop it; "
            "with an embedded database one command writes at a time. For several processes use PostgreSQL.",
            f"另一个命令正在写入 {home}：{who}。请等待其结束或将其停止；使用内嵌数据库时一次只能有一个命令写入，"
            "需要多个进程请使用 PostgreSQL。",
        ) from None
    except OSError as error:
        reason = os.strerror(error.errno or errno.ENOLCK)
        raise HomeUnusable(
            f"The file system of {home} cannot lock files: {reason}. Keep the home on a local disk.",
            f"{home} 所在的文件系统不支持文件锁：{reason}。请将数据目录放在本地磁盘上。",
        ) from None


def _holder(descriptor: int) -> str:
    """Return what the lock file says of its holder; the holder may be just about to write it."""
    try:
        told = json.loads(os.pread(descriptor, 4096, 0))
        return f"`{told['command']}` (pid {int(told['pid'])})"
    except (ValueError, KeyError, TypeError):
        return "pid ?"


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)
