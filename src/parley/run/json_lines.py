"""A file of one JSON object a line, read exactly: what JSON would let pass in silence is refused with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, NoReturn, TypeAlias

MOST_LINES: Final = 100_000

# Makes the fault of a file from what is wrong and where, in both languages.
Bad: TypeAlias = Callable[[str, str], Exception]


def json_rows(raw: bytes, bad: Bad) -> list[tuple[int, dict[str, Any]]]:
    """Return (number of the line, object) of every line; empty lines hold nothing. Numbers with a point are Decimal.

    Raises what *bad* makes: not UTF-8, not one JSON object a line, a field twice in one, an id twice in the file, no
    line at all.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise bad(f"byte {error.start + 1}: it is not UTF-8", f"第 {error.start + 1} 字节：不是 UTF-8") from None
    # Only line feeds end a line: a JSON text may hold the other ends of lines Unicode knows.
    rows = [(n, json_object(bad, n, line)) for n, line in enumerate(text.split("\n"), 1) if line.strip(" \t\r")]
    if not 1 <= len(rows) <= MOST_LINES:
        raise bad(f"it holds {len(rows)} lines; 1 to {MOST_LINES} are allowed", f"共 {len(rows)} 行，超出范围")
    seen: dict[object, int] = {}
    for number, row in rows:
        name = row.get("id")
        if isinstance(name, str) and seen.setdefault(name, number) != number:
            raise bad(
                f"line {number}: its id is that of line {seen[name]}", f"第 {number} 行：编号与第 {seen[name]} 行重复"
            )
    return rows


def json_object(bad: Bad, number: int, line: str) -> dict[str, Any]:
    """Return the object on *line*. Raises what *bad* makes, naming line *number*."""
    try:
        row = json.loads(line, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        place = (f"line {number}, column {error.colno}", f"第 {number} 行第 {error.colno} 列")
        raise bad(f"{place[0]}: it is no JSON ({error.msg})", f"{place[1]}：不是 JSON") from None
    except (ValueError, ArithmeticError, RecursionError) as error:
        why = str(error) if isinstance(error, _Refused) else "a number or a nesting beyond measure"
        raise bad(f"line {number}: {why}", f"第 {number} 行：{why}") from None
    if not isinstance(row, dict):
        raise bad(f"line {number}: it is no JSON object", f"第 {number} 行：不是 JSON 对象")
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
