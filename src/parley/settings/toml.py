"""A TOML document that remembers on which line each key stands, so that an error can name it.

`tomllib` gives values without places. Our files are flat (tables of `key = value` lines), so one scan finds the lines.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any, Final

from parley.errors import BadInput

_HEADER: Final = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"^\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"))*)\s*=")
_PLACE: Final = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


@dataclass(frozen=True, slots=True)
class Document:
    """The values of one file, and the line of each key (`('section', 'key')`, `('array', 2, 'key')`)."""

    name: str
    data: dict[str, Any]
    lines: dict[tuple[str | int, ...], int]

    def line(self, *path: str | int) -> int:
        """Return the line of *path*, or of the nearest table that encloses it; 1 where nothing does."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 1


def parse(raw: bytes, name: str) -> Document:
    """Read a TOML file. Raises BadInput that names the line where *raw* is not UTF-8 or not TOML."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadInput(
            f"{name}, line {line}: this is not UTF-8 text. Save the file as UTF-8 and try again.",
            f"{name} 第 {line} 行：不是 UTF-8 文本。请将文件另存为 UTF-8 后重试。",
        ) from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(name, text, str(error)) from None
    return Document(name, data, _lines(text))


def _syntax(name: str, text: str, message: str) -> BadInput:
    found = _PLACE.search(message)
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    what = _PLACE.sub("", message)
    return BadInput(
        f"{name}, line {line}: this is not TOML: {what}. Correct the line and try again.",
        f"{name} 第 {line} 行：不是合法的 TOML（{what}）。请改正该行后重试。",
    )


def _lines(text: str) -> dict[tuple[str | int, ...], int]:
    lines: dict[tuple[str | int, ...], int] = {}
    seen: dict[str, int] = {}
    table: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            if line.lstrip().startswith("[["):
                index = seen.get(header[1], 0)
                seen[header[1]] = index + 1
                table = (*table, index)
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_parts(key[1])), number)
    return lines


def _parts(dotted: str) -> tuple[str | int, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
