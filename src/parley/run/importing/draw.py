"""Values drawn by seed for data a file does not hold. Same seed and row, same value, in whatever order rows come.

Only a map that says so uses this, and what it makes is marked: `is_synthetic`, `is_rate_assumed`.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from parley.run.importing.reasons import BadCell, Reason

_DIGITS = "0123456789"
# Letters that no reader takes for a digit.
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed and the column whose cell names the row."""

    value: str
    key_column: int

    def draw(self, label: str, key: str, below: int) -> int:
        """Return a number from 0 to *below* − 1 for the row *key*."""
        digest = hashlib.blake2b(f"{self.value}\x1f{label}\x1f{key}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % below


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with weights, of which one is drawn."""

    name: str
    rows: tuple[dict[str, str], ...]
    bounds: tuple[int, ...]

    def draw(self, seed: Seed, key: str) -> dict[str, str]:
        """Return the row drawn for *key*."""
        return self.rows[bisect_right(self.bounds, seed.draw(self.name, key, self.bounds[-1]))]


def table(name: str, rows: Sequence[tuple[int, dict[str, str]]]) -> Table:
    """Make a table of (weight, row) pairs."""
    return Table(name, tuple(row for _, row in rows), tuple(accumulate(weight for weight, _ in rows)))


def fill_serial(pattern: str, serial: str) -> str:
    """Put the digits of *serial* into the '#' places of *pattern*, right-aligned: two serials never give one text."""
    places = pattern.count("#")
    if not serial.isascii() or not serial.isdigit():
        raise BadCell(Reason.NOT_A_NUMBER)
    digits = serial.lstrip("0").zfill(places)
    if len(digits) > places:
        raise BadCell(Reason.SERIAL_TOO_LARGE)
    following = iter(digits)
    return "".join(next(following) if mark == "#" else mark for mark in pattern)


def fill_random(pattern: str, seed: Seed, label: str, key: str) -> str:
    """Put drawn digits into the '#' places and drawn letters into the '@' places of *pattern*."""
    number = seed.draw(label, key, 1 << 62)
    out = []
    for mark in pattern:
        if mark in "#@":
            alphabet = _DIGITS if mark == "#" else _LETTERS
            number, index = divmod(number, len(alphabet))
            out.append(alphabet[index])
        else:
            out.append(mark)
    return "".join(out)
