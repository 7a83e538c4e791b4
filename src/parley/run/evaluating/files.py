"""Files of an evaluation: borrowers to negotiate with, and what somebody else's negotiator did with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from parley.errors import BadInput
from parley.run.case_files import read_bytes
from parley.run.json_lines import json_rows
from parley.simulation.rne13.case import BorrowerCase, Wrong, case_of
from parley.simulation.rne13.talk import Talk
from parley.simulation.rne13.transcript import talk_of

_T = TypeVar("_T")
# So many wrong lines are named; who mends those sees the next.
_NAMED_AT_MOST: Final = 5


def read_borrowers(path: Path) -> list[BorrowerCase]:
    """Return the borrowers of the case file at *path*, in its order.

    Raises BadInput with the places of what is wrong: not JSON Lines, an id twice, a field missing or of another form.
    """
    bad = partial(_bad, path, "case file", "案例文件")
    return _read(json_rows(read_bytes(path), bad), case_of, bad)


def read_transcripts(path: Path, cases: Sequence[BorrowerCase]) -> dict[str, Talk]:
    """Return what a negotiator of somebody else brought about, by the id of the case; who is not named was not met.

    Raises BadInput with the places of what is wrong; a line for no borrower of *cases* is wrong too.
    """
    bad = partial(_bad, path, "file of transcripts", "对话记录文件")
    by_id = {case.id: case for case in cases}
    rows = json_rows(read_bytes(path), bad)
    talks = _read(rows, lambda row: talk_of(row, by_id), bad)
    return {str(row["id"]): talk for (_, row), talk in zip(rows, talks, strict=True)}


def _read(
    rows: Sequence[tuple[int, Mapping[str, Any]]],
    read: Callable[[Mapping[str, Any]], _T | Wrong],
    bad: Callable[[str, str], BadInput],
) -> list[_T]:
    """Return what *read* makes of every row. Raises what *bad* makes of the first rows that are wrong."""
    made = [(number, read(row)) for number, row in rows]
    wrong = [(number, one) for number, one in made if isinstance(one, Wrong)]
    if wrong:
        shown, more = wrong[:_NAMED_AT_MOST], len(wrong) - _NAMED_AT_MOST
        en = "; ".join(f"line {number}: {one.en}" for number, one in shown)
        zh = "；".join(f"第 {number} 行：{one.zh}" for number, one in shown)
        raise bad(en + (f"; and {more} more lines" if more > 0 else ""), zh + (f"；另有 {more} 行" if more > 0 else ""))
    return [one for _, one in made if not isinstance(one, Wrong)]


def _bad(path: Path, what: str, was: str, en: str, zh: str) -> BadInput:
    return BadInput(
        f"The {what} {path.name} cannot be read: {en}. Nothing was evaluated. Correct the file and try again.",
        f"无法读取{was} {path.name}：{zh}。未作任何评估。请更正后重试。",
    )
