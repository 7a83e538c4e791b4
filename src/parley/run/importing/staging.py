"""A lender's file taken into the home before it is read: one private copy that nobody changes, deleted when done with.

So a file that changes meanwhile is found out before a row of it is kept, an interrupted import can go on without the
file it came from, and every form of file is read twice from the same bytes. The copy has mode 600 and expires.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Final

from parley.errors import BadInput, HomeUnusable, OutsideFailed

_BLOCK_BYTES: Final = 1 << 20
_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Staged:
    """A copy in the home: where it lies, what its owner calls it, SHA-256 in hex, size."""

    path: Path
    file_name: str
    digest: str
    size_bytes: int


def stage(source: Path, target: Path, file_name: str, largest_megabytes: int) -> Staged:
    """Copy *source* to *target* (absent), proving that it stayed as it was meanwhile.

    Raises BadInput where it is no readable, ordinary file, is too large (known before a byte is read), or changed;
    nothing is left at *target* then.
    """
    before = _look(source, file_name)
    _check_size(before.st_size, file_name, largest_megabytes)
    with _new_file(target) as out:
        digest = hashlib.sha256()
        copied = 0
        for block in _blocks(source, file_name):
            copied += len(block)
            _check_size(copied, file_name, largest_megabytes)
            digest.update(block)
            out.write(block)
        again = hashlib.sha256()
        for block in _blocks(source, file_name):
            again.update(block)
        after = _look(source, file_name)
        is_same = _state(before) == _state(after) and copied == before.st_size
        if not is_same or digest.digest() != again.digest():
            raise BadInput(
                f"{file_name} changed while it was read; nothing of it was kept. Wait until whatever writes it is "
                "done, then try again.",
                f"{file_name} 在读取过程中发生变化，未保留任何内容。请等写入结束后重试。",
            )
    return Staged(target, file_name, digest.hexdigest(), copied)


def expire_copies(folder: Path, now: datetime, keep_days: int) -> int:
    """Delete copies older than *keep_days*, and uploads that a dead process left. Returns how many there were."""
    oldest = (now - timedelta(days=keep_days)).timestamp()
    gone = 0
    for path in (*folder.glob("*.data"), *folder.glob("*.upload*")):
        with suppress(FileNotFoundError, PermissionError):
            if path.stat().st_mtime < oldest:
                path.unlink()
                gone += 1
    return gone


def _look(path: Path, file_name: str) -> os.stat_result:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise BadInput(f"{path} does not exist. Check the path.", f"{path} 不存在，请检查路径。") from None
    except OSError as error:
        raise _unreadable(path, error) from None
    if stat.S_ISDIR(found.st_mode):
        raise BadInput(f"{path} is a folder. Name a file.", f"{path} 是文件夹，请指定文件。")
    if not stat.S_ISREG(found.st_mode):
        raise BadInput(
            f"{path} is not an ordinary file. Save the data to a file first; it is read twice.",
            f"{path} 不是普通文件。文件需读取两遍，请先保存为文件。",
        )
    if found.st_size == 0:
        raise BadInput(
            f"{file_name} is empty. It needs a header row and at least one row of data.",
            f"{file_name} 是空文件，需要表头和至少一行数据。",
        )
    return found


def _state(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ino


def _check_size(size_bytes: int, file_name: str, largest_megabytes: int) -> None:
    if size_bytes > largest_megabytes * _MEGABYTE:
        raise BadInput(
            f"{file_name} has {size_bytes // _MEGABYTE:,} MB; at most {largest_megabytes:,} MB are taken. Split it, or "
            "raise imports.largest_megabytes in the settings.",
            f"{file_name} 为 {size_bytes // _MEGABYTE:,} MB，最多接受 {largest_megabytes:,} MB。"
            "请拆分文件，或调高设置 imports.largest_megabytes。",
        )


def _blocks(path: Path, file_name: str) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK_BYTES):
                yield block
    except FileNotFoundError:
        raise BadInput(
            f"{file_name} went away while it was read; nothing of it was kept. Try again.",
            f"{file_name} 在读取过程中消失，未保留任何内容。请重试。",
        ) from None
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> BadInput:
    if isinstance(error, PermissionError):
        return BadInput(
            f"{path} cannot be read by this user. Change its rights or run as its owner.",
            f"当前用户无权读取 {path}，请更改权限或以文件所有者身份运行。",
        )
    return BadInput(f"{path} cannot be read: {error.strerror}.", f"无法读取 {path}：{error.strerror}。")


@contextmanager
def _new_file(target: Path) -> Iterator[IO[bytes]]:
    """Give a new private file; it is gone again where the block raises."""
    try:
        target.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise HomeUnusable(
            f"A copy of the file cannot be made in {target.parent}: {error.strerror}. Make that folder writable for "
            "the user that runs Parley.",
            f"无法在 {target.parent} 中保存文件副本：{error.strerror}。请让运行 Parley 的用户对该目录有写权限。",
        ) from None
    try:
        with os.fdopen(descriptor, "wb") as out:
            try:
                yield out
                out.flush()
            except OSError as error:
                raise OutsideFailed(
                    f"The copy of the file cannot be written: {error.strerror}. Free some space on the home's disk.",
                    f"无法写入文件副本：{error.strerror}。请为主目录所在磁盘腾出空间。",
                ) from None
    except BaseException:
        target.unlink(missing_ok=True)
        raise
