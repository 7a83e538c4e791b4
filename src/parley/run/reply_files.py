"""What does a file of labelled replies hold, and how is each line read? One JSON object a line, read exactly.

A file that is not that is refused whole with its place. A line whose values are not of the schema is understood by
nobody: it fails in words and counts in no figure.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from parley.errors import BadInput
from parley.nlu.labels import Label, label_of
from parley.nlu.normalise import printable
from parley.nlu.read import Reader, read
from parley.nlu.score import Figures, Scored, differences, score
from parley.run.case_files import read_bytes
from parley.run.json_lines import json_rows


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
    rows = json_rows(read_bytes(path), partial(_bad, path))
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


def _place(path: Path, number: int, row: Mapping[str, Any]) -> str:
    name = row.get("id")
    known = f" {printable(name)}" if isinstance(name, str) else ""
    return f"{path.name}:{number}{known}"


def _bad(path: Path, en: str, zh: str) -> BadInput:
    return BadInput(
        f"The file of replies {path.name} cannot be read: {en}. Nothing was checked. Correct the file and try again.",
        f"无法读取回复文件 {path.name}：{zh}。未作任何检查。请更正后重试。",
    )
