"""The file of refused rows: the user's own row, and beside it where and why. Personal data: mode 600, it expires.

It is written so that it can be corrected in a spreadsheet program and imported with the same map: in UTF-8 with its
mark, its header in the first row, and cells that would run as a formula shielded (see `formulas`).
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from parley.errors import HomeUnusable
from parley.run.importing.formulas import shield
from parley.run.importing.reasons import EXTRA_COLUMNS, SENTENCES, Reason
from parley.run.importing.source import Record
from parley.run.importing.table import Table


class RefusedFile:
    """Written row by row; made only when the first row is refused."""

    def __init__(self, path: Path, table: Table, kept_bytes: int = 0) -> None:
        """Write to *path*; *kept_bytes* of what is there already are of this import, and what follows them is not."""
        self.path = path
        self._header = table.header
        self._delimiter = table.manner.delimiter or ","
        self._stream: IO[str] | None = None
        self._kept_bytes = kept_bytes

    def __enter__(self) -> Self:
        if self._kept_bytes and self.path.is_file():
            os.truncate(self.path, self._kept_bytes)
            self._stream = self.path.open("a", encoding="utf-8", newline="")
        elif self.path.is_file():
            self.path.unlink()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()

    @property
    def is_empty(self) -> bool:
        """Whether no row was refused; then there is no file."""
        return self._stream is None

    def written_bytes(self) -> int:
        """Put what was written onto the disk, and return how much that is."""
        if self._stream is None:
            return 0
        self._stream.flush()
        os.fsync(self._stream.fileno())
        return os.fstat(self._stream.fileno()).st_size

    def add(self, record: Record, reason: Reason, field: str) -> None:
        """Write one refused row. A row that is too short is padded; what is too much stays at the end."""
        if self._stream is None:
            self._stream = _open_private(self.path)
            self._row([*self._header, *EXTRA_COLUMNS])
        width = len(self._header)
        padded = [*record.cells, *[""] * (width - len(record.cells))]
        self._row([*padded[:width], str(record.place), reason.value, field, *SENTENCES[reason], *padded[width:]])

    def _row(self, cells: Sequence[str]) -> None:
        assert self._stream is not None, "the file is open"
        csv.writer(self._stream, delimiter=self._delimiter, lineterminator="\n").writerow(map(shield, cells))


def name_for(file_name: str, now: datetime) -> str:
    """Return what the error file of an import of *file_name* is called."""
    return f"{Path(file_name).stem}-{now:%Y%m%dT%H%M%S.%f}.csv"


def expire(folder: Path, now: datetime, keep_days: int) -> int:
    """Delete error files older than *keep_days*. Returns how many there were."""
    oldest = (now - timedelta(days=keep_days)).timestamp()
    gone = 0
    for path in folder.glob("*.csv"):
        # One that somebody else's rights keep here expires when they let it.
        with suppress(FileNotFoundError, PermissionError):
            if path.stat().st_mtime < oldest:
                path.unlink()
                gone += 1
    return gone


def _open_private(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except (PermissionError, NotADirectoryError, FileExistsError) as error:
        raise HomeUnusable(
            f"The file of refused rows cannot be made in {path.parent}: {error.strerror}. Nothing of this step was "
            "written. Make that folder writable for the user that runs Parley.",
            f"无法在 {path.parent} 中创建拒绝行文件：{error.strerror}。本步骤未写入任何内容。"
            "请让运行 Parley 的用户对该目录有写权限。",
        ) from None
    # With its mark, so that a spreadsheet program and the map of a file in another encoding both read it right.
    return os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="")
