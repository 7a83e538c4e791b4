"""The file of refused rows: the user's own row, and beside it where and why. Personal data: mode 600, it expires."""

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
from parley.run.importing.reasons import SENTENCES, Reason

EXTRA_COLUMNS = ("parley_line", "parley_code", "parley_field", "parley_reason", "parley_reason_zh")


class RefusedFile:
    """Written row by row; made only when the first row is refused."""

    def __init__(self, folder: Path, source: Path, header: Sequence[str], delimiter: str, now: datetime) -> None:
        self.path = folder / f"{source.stem}-{now:%Y%m%dT%H%M%S.%f}.csv"
        self._header = header
        self._delimiter = delimiter
        self._stream: IO[str] | None = None

    def __enter__(self) -> Self:
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

    def add(self, line: int, cells: Sequence[str], reason: Reason, field: str) -> None:
        """Write one refused row. A row that is too short is padded; what is too much stays at the end."""
        if self._stream is None:
            self._stream = _open_private(self.path)
            self._row([*self._header, *EXTRA_COLUMNS])
        padded = [*cells, *[""] * (len(self._header) - len(cells))]
        width = len(self._header)
        self._row([*padded[:width], str(line), reason.value, field, *SENTENCES[reason], *padded[width:]])

    def _row(self, cells: Sequence[str]) -> None:
        assert self._stream is not None, "the file is open"
        csv.writer(self._stream, delimiter=self._delimiter, lineterminator="\n").writerow(cells)


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
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")
