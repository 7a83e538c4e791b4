"""The sandbox's log file: append under a lock, follow what other processes append, drop a torn last line.

What an append has returned for survives the death of the process (not the loss of power: the sandbox carries no
real message). Knows bytes and line ends, not what the lines mean.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parley.errors import HomeUnusable, OutsideFailed

_CHUNK_BYTES = 1 << 20


class CentreFile:
    """An append-only file of lines shared by processes. Every method but `read_line` needs the lock held."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Bodies and numbers lie here in clear, so nobody but the owner reads it.
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            os.fchmod(self._handle, 0o600)
        except OSError as reason:
            raise _unusable(path, reason) from reason
        self._path = path
        self._read_bytes = 0

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock that every process of this log respects."""
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._handle, fcntl.LOCK_UN)

    def new_lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield (offset, line) for each whole line appended since the last call, by anybody."""
        rest = b""
        while chunk := os.pread(self._handle, _CHUNK_BYTES, self._read_bytes + len(rest)):
            lines = (rest + chunk).split(b"\n")
            rest = lines.pop()
            for line in lines:
                offset = self._read_bytes
                self._read_bytes += len(line) + 1
                yield offset, line

    def drop_torn_tail(self) -> int:
        """Cut an unfinished last line off; return how many bytes went. All lines must have been read.

        Under the lock nobody is writing: what has no line end was left by a process that died, unacknowledged.
        """
        torn = os.fstat(self._handle).st_size - self._read_bytes
        if torn:
            os.ftruncate(self._handle, self._read_bytes)
        return torn

    def append(self, lines: bytes) -> int:
        """Append whole *lines*; return the offset of the first. All earlier lines must have been read."""
        offset = self._read_bytes
        try:
            written = 0
            while written < len(lines):
                written += os.write(self._handle, lines[written:] if written else lines)
        except OSError as reason:
            # A full disk: what is half there must not be mistaken for taken.
            os.ftruncate(self._handle, offset)
            words = os.strerror(reason.errno or 0)
            raise OutsideFailed(
                f"The sandbox could not write to {self._path.name}: {words}. "
                "Nothing of this batch was taken. Free space on the disk; it is tried again.",
                f"沙箱无法写入 {self._path.name}：{words}。本批短信均未接收。请释放磁盘空间，系统会自动重试。",
            ) from reason
        self._read_bytes += len(lines)
        return offset

    def read_line(self, offset: int) -> bytes:
        """Return the line that starts at *offset*."""
        found = b""
        while b"\n" not in found:
            chunk = os.pread(self._handle, 4096, offset + len(found))
            assert chunk, "an offset of the log points at a whole line"
            found += chunk
        return found[: found.index(b"\n")]


def _unusable(path: Path, reason: OSError) -> HomeUnusable:
    words = os.strerror(reason.errno) if reason.errno else "input/output error"
    return HomeUnusable(
        f"The sandbox cannot use its log {path.name}: {words}. Mend the folder's rights or choose another.",
        f"沙箱无法使用日志 {path.name}：{words}。请修复目录权限，或改用其他目录。",
    )
