"""Options that several commands share, and how they are read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

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


def day_of(text: str) -> date:
    """Return the day that an option names. Raises BadInput where it names none."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise BadInput(
            f"{text!r} is not a day. Write it as 2026-11-23.", f"{text!r} 不是日期，请写成 2026-11-23。"
        ) from None
