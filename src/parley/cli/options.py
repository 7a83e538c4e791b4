"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
