"""The batches of a home: where the copy of each file and its error file lie, and what a batch tells about itself."""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from parley.errors import BadInput, Busy
from parley.run.place import Home
from parley.store.importing import Batch, BatchState, Counts
from parley.store.models import ImportBatch

_LOCK: Final = "lock"
_HEX: Final = re.compile("[0-9a-f]{32}")
_LOOKS, _LOOK_SECONDS = 5, 0.05
_RUNNABLE: Final = frozenset({BatchState.STAGED, BatchState.RUNNING})
_UNDOABLE: Final = frozenset({BatchState.DONE, BatchState.RUNNING})


def find(batch_id: UUID) -> ImportBatch:
    """Return the batch. Raises BadInput where there is none."""
    batch = ImportBatch.objects.filter(id=batch_id).first()
    if batch is None:
        raise BadInput(
            "There is no import with this number. `parley import --list` shows them.",
            "没有此编号的导入。可用 `parley import --list` 查看。",
        )
    return batch


def find_by_number(number: str) -> ImportBatch:
    """Return the batch whose id begins with *number*. Raises BadInput where none does, or several do."""
    wanted = number.lower().replace("-", "")
    ids = [one for one in ImportBatch.objects.values_list("id", flat=True) if wanted and one.hex.startswith(wanted)]
    if len(ids) > 1:
        raise BadInput(
            f"{len(ids)} imports begin with {number}. Give more of the number.",
            f"有 {len(ids)} 个导入以 {number} 开头，请写出更多位。",
        )
    return find(ids[0] if ids else UUID(int=0))


def copy_of(home: Home, batch_id: UUID) -> Path:
    """Return where the copy of a batch's file lies while it is needed."""
    return home.imports / f"{batch_id.hex}.data"


@contextmanager
def held(home: Home, batch_id: UUID) -> Iterator[None]:
    """Be the one who imports or undoes in this home while the block runs; the kernel lets go however it ends.

    Raises Busy where somebody else is at it, in this process or another.
    """
    home.imports.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(home.imports / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _take(descriptor):
            raise Busy(
                "Another import is at work in this home. Wait until it is done, then try again.",
                "此主目录中正在进行另一个导入。请等待其完成后重试。",
            )
        _write(descriptor, batch_id.hex)
        yield
        _write(descriptor, "")
    finally:
        os.close(descriptor)


def at_work(home: Home) -> UUID | None:
    """Return the batch that somebody is importing or undoing now, in whatever process."""
    try:
        descriptor = os.open(home.imports / _LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    told = os.pread(descriptor, 64, 0).decode(errors="replace")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return UUID(told) if _HEX.fullmatch(told) else None
    else:
        return None
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> bool:
    """Take the lock; who only looks (`at_work`) holds it for a moment, and is waited for."""
    for _ in range(_LOOKS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOOK_SECONDS)
        else:
            return True
    return False


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)


def error_file(batch: ImportBatch, home: Home) -> Path | None:
    """Return the file of refused rows; None where there is none, or where it expired."""
    path = home.errors / batch.error_file
    return path if batch.error_file and path.is_file() else None


def told(batch: ImportBatch, home: Home) -> Batch:
    """Return the batch as plain values."""
    state, is_at_work = BatchState(batch.state), at_work(home) == batch.id
    return Batch(
        id=batch.id,
        kind=batch.kind,
        file_name=batch.file_name,
        file_digest=batch.file_digest,
        size_bytes=batch.size_bytes,
        encoding=batch.encoding,
        state=state,
        total=batch.total,
        done=batch.done,
        counts=Counts(**batch.counts),
        has_error_file=error_file(batch, home) is not None,
        by=batch.by,
        created_at=batch.created_at,
        started_at=batch.started_at,
        finished_at=batch.finished_at,
        undone_at=batch.undone_at,
        undone_by=batch.undone_by,
        may_run=state in _RUNNABLE and copy_of(home, batch.id).is_file() and not is_at_work,
        may_undo=state in _UNDOABLE and not is_at_work,
        map_text=batch.map_text,
        map_name=batch.map_name,
        is_at_work=is_at_work,
    )
