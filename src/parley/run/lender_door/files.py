"""Write notices into files of JSON lines, each notice once, wherever the process may die.

    named    the notices of the file are chosen (committed)
    ready    the whole file lies there under a hidden name, on the disk; that it does is committed
    written  it was renamed to its own name, and that is committed

Found `ready`, a file with its hidden name still there was not yet handed out, and one without was: whoever picks files
up may have taken it away already, and it is not written again.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from parley.errors import HomeUnusable
from parley.run.lender_door.envelope import envelope
from parley.store import lender_queue
from parley.store.lender_notices import told_in
from parley.store.vault import Vault

PER_FILE: Final = 500
_LOCK: Final = ".lock"


def write_files(folder: Path, source: str, now: datetime, vault: Vault, *, is_all: bool) -> int:
    """Finish the files that are begun, then write the next. Returns how many files were finished.

    *is_all*: nobody else is told, so a written notice is delivered. Raises HomeUnusable where the folder cannot be
    written.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with _alone(folder) as is_ours:
            if not is_ours:
                return 0
            if not (begun := lender_queue.unwritten_files()):
                lender_queue.name_file(PER_FILE)
                begun = lender_queue.unwritten_files()
            for name, state in begun:
                _finish(folder, name, state, source, now, vault, is_all=is_all)
            return len(begun)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise HomeUnusable(
            f"Notices to the lender cannot be written to {folder}: {reason}. Free space or correct the rights of the "
            "folder; nothing is lost, they are written when it can be.",
            f"无法将通知写入 {folder}：{reason}。请腾出空间或更正目录权限；通知不会丢失，恢复后会继续写入。",
        ) from None


def _finish(folder: Path, name: str, state: str, source: str, now: datetime, vault: Vault, *, is_all: bool) -> None:
    hidden = folder / f".{name}"
    if state == lender_queue.NAMED:
        rows = lender_queue.in_file(name)
        _write(hidden, (envelope(row, told_in(row, vault), source) for row in rows))
        lender_queue.move_file(name, lender_queue.READY, now, is_all=is_all)
    if hidden.exists():
        hidden.rename(folder / name)
        _sync(folder)
    lender_queue.move_file(name, lender_queue.WRITTEN, now, is_all=is_all)


def _write(path: Path, lines: Iterable[str]) -> None:
    """Write *lines* and wait until they are on the disk; what a dead process left under this name is replaced."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Be the only one who writes there while the block runs; false where another process is."""
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)
