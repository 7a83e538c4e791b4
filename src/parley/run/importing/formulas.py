"""Cells of the user's own that a spreadsheet program would run as a formula, made safe and made themselves again.

An apostrophe before the cell makes it text to every such program (CWE-1236). It is taken away when the error file is
imported, so a row comes back as it was. A negative number is no formula and stays as it is.
"""

from __future__ import annotations

import re
from typing import Final

_SHIELD: Final = "'"
# With the full-width forms that programs set to Chinese or Japanese take for the same.
_BEGINNINGS: Final = frozenset("=+-@\t\r＝＋－＠")
_NEGATIVE: Final = re.compile(r"-\d[\d.,' ]*")


def shield(cell: str) -> str:
    """Return the cell as text: with an apostrophe where it would run, or where it would be taken for shielded."""
    runs = cell[:1] in _BEGINNINGS and not _NEGATIVE.fullmatch(cell)
    return _SHIELD + cell if cell and (runs or _is_shielded(cell)) else cell


def unshield(cell: str) -> str:
    """Return the cell that was shielded; any other as it is."""
    return cell[1:] if _is_shielded(cell) else cell


def _is_shielded(cell: str) -> bool:
    return cell.startswith(_SHIELD) and (cell[1:2] in _BEGINNINGS or cell[1:2] == _SHIELD)
