"""Options that several commands share, and how they are read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from parley.errors import BadInput

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="Folder of data, keys and settings. Default: PARLEY_HOME, else ~/.parley.",
        show_default=False,
        # What may not be read is said in both languages, with what to do, where it is opened.
        readable=False,
    ),
]

# A file of lines is taken whole; a larger one is split.
MOST_FILE_BYTES: Final = 64_000_000


def day_of(text: str) -> date:
    """Return the day that an option names. Raises BadInput where it names none."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise BadInput(
            f"{text!r} is not a day. Write it as 2026-11-23.", f"{text!r} 不是日期，请写成 2026-11-23。"
        ) from None


def read_lines(file: Path) -> bytes:
    """Return the bytes of a file of lines. Raises BadInput for one that is too large or cannot be read."""
    try:
        if file.stat().st_size > MOST_FILE_BYTES:
            raise BadInput(
                f"{file} is larger than {MOST_FILE_BYTES:,} bytes. Split it; lines may come in any order.",
                f"{file} 超过 {MOST_FILE_BYTES:,} 字节。请拆分；各行顺序不限。",
            )
        return file.read_bytes()
    except OSError as error:
        raise BadInput(
            f"{file} cannot be read: {error.strerror}. Name a file this user may read.",
            f"无法读取 {file}：{error.strerror}。请指定当前用户可读取的文件。",
        ) from None
