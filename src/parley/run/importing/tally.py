"""What an error file holds, counted: how many rows for each reason and field, and where the first of them stand.

Read from the file and not kept while an import runs, so it is whole although the import was stopped and taken up again.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final, TypedDict

from parley.run.importing.reasons import EXTRA_COLUMNS

# Rows that are named for each reason.
_NAMED: Final = 10


class Counted(TypedDict):
    """One reason in one field: its code, the field ("" for the row as a whole), how many rows, the first places."""

    code: str
    field: str
    en: str
    zh: str
    count: int
    places: list[int]


def tally(path: Path) -> list[Counted]:
    """Return what the error file at *path* holds, the most frequent first."""
    found: dict[tuple[str, str], Counted] = {}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        first = stream.readline()
        stream.seek(0)
        rows = csv.reader(stream, delimiter=_delimiter(first))
        at = len(next(rows)) - len(EXTRA_COLUMNS)
        for row in rows:
            place, code, field, en, zh = row[at : at + len(EXTRA_COLUMNS)]
            one = found.setdefault(
                (code, field), {"code": code, "field": field, "en": en, "zh": zh, "count": 0, "places": []}
            )
            one["count"] += 1
            if len(one["places"]) < _NAMED:
                one["places"].append(int(place))
    return sorted(found.values(), key=lambda one: (-one["count"], one["places"]))


def _delimiter(line: str) -> str:
    """Return the sign before the last column's name."""
    return line.rstrip("\n")[-len(EXTRA_COLUMNS[-1]) - 1]
