"""What does a file of labelled replies hold, and how is each line read? One JSON object a line, read exactly.

A file that is not that is refused whole with its place. A line whose values are not of the schema is understood by
nobody: it fails in words and counts in no figure.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NoReturn

from parley.errors import BadInput
from parley.nlu.labels import Label, label_of
from parley.nlu.normalise import printable
from parley.nlu.read import Reader, read
from parley.nlu.score import Figures, Scored, differences, score
from parley.run.case_files import read_bytes

MOST_LINES: Final = 100_000


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One line of a file: where it stands, and the object it holds."""

    place: str
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many lines passed, what the others differ in, in words and in order, and the figures of the understood."""

    passed: int
    failures: tuple[str, ...]
    figures: Figures
    not_understood: int

    @property
    def failed(self) -> int:
        """How many lines did not pass."""
        return len(self.failures)


def read_reply_file(path: Path) -> list[Line]:
    """Return the lines of the file at *path*; empty lines hold nothing.

    Raises BadInput with the place: unreadable, too large, not UTF-8, not one JSON object a line, a field twice in one,
    an id twice in the file, no line at all.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad(path, f"byte {error.start + 1}: it is not UTF-8", f"第 {error.start + 1} 字节：不是 UTF-8") from None
    # Only line feeds end a line: a JSON text may hold the other ends of lines Unicode knows.
    rows = [(n, _object(path, n, line)) for n, line in enumerate(text.split("\n"), 1) if line.strip(" \t\r")]
    if not 1 <= len(rows) <= MOST_LINES:
        raise _bad(path, f"it holds {len(rows)} lines; 1 to {MOST_LINES} are allowed", f"共 {len(rows)} 行，超出范围")
    seen: dict[object, int] = {}
    for number, row in rows:
        name = row.get("id")
        if isinstance(name, str) and seen.setdefault(name, number) != number:
            raise _bad(
                path,
                f"line {number}: its id is that of line {seen[name]}",
                f"第 {number} 行：编号与第 {seen[name]} 行重复",
            )
    return [Line(_place(path, number, row), row) for number, row in rows]


def check_replies(lines: Sequence[Line], reader: Reader) -> Outcome:
    """Read every line in its own context and compare it with its label."""
    failures: list[str] = []
    scored: list[Scored] = []
    for line in lines:
        try:
            label = label_of(line.row)
        except BadInput as fault:
            failures.append(f"{line.place}: {fault.en}")
            continue
        scored.append(_timed(label, reader))
        if found := differences(scored[-1]):
            failures.append(f"{line.place}: {'; '.join(found)}")
    not_understood = len(lines) - len(scored)
    return Outcome(len(lines) - len(failures), tuple(failures), score(scored), not_understood)


def _timed(label: Label, reader: Reader) -> Scored:
    """Read twice and time the second reading: a phrase is compiled when it is first met, which is no reply's cost.

    The time is that of the processor, which does not depend on what else the machine does.
    """
    read(label.text, label.context, reader)
    began = time.thread_time_ns()
    reading = read(label.text, label.context, reader)
    return Scored(label, reading, (time.thread_time_ns() - began) / 1_000_000)


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        place = (f"line {number}, column {error.colno}", f"第 {number} 行第 {error.colno} 列")
        raise _bad(path, f"{place[0]}: it is no JSON ({error.msg})", f"{place[1]}：不是 JSON") from None
    except (ValueError, ArithmeticError, RecursionError) as error:
        why = str(error) if isinstance(error, _Refused) else "a number or a nesting beyond measure"
        raise _bad(path, f"line {number}: {why}", f"第 {number} 行：{why}") from None
    if not isinstance(row, dict):
        raise _bad(path, f"line {number}: it is no JSON object", f"第 {number} 行：不是 JSON 对象")
    return row


class _Refused(ValueError):
    """What JSON would let pass."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Refused(f"the field {name!a} stands twice")
        found[name] = value
    return found


def _no_number(word: str) -> NoReturn:
    raise _Refused(f"{word} is no number")


def _place(path: Path, number: int, row: Mapping[str, Any]) -> str:
    name = row.get("id")
    known = f" {printable(name)}" if isinstance(name, str) else ""
    return f"{path.name}:{number}{known}"


def _bad(path: Path, en: str, zh: str) -> BadInput:
    return BadInput(
        f"The file of replies {path.name} cannot be read: {en}. Nothing was checked. Correct the file and try again.",
        f"无法读取回复文件 {path.name}：{zh}。未作任何检查。请更正后重试。",
    )
