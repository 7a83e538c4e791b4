"""A TOML file as tables that know their lines, or a refusal with file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Final

from parley.errors import BadInput
from parley.rulebook.fields import Fields

LARGEST_FILE_BYTES: Final = 1_000_000
_TOML_LINE = re.compile(r"at line (\d+)")


def read_document(path: str, content: bytes) -> Fields:
    """Return the outermost table of a file. Raises BadInput: too large, not UTF-8, not TOML, each with its line."""
    lines, document = _parse(path, content)
    return Fields(path, lines, 1, document)


def tables_of(top: Fields, name: str) -> Iterator[Fields]:
    """Yield each `[[name]]` table with the line of its header."""
    tables = top.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        top.fail(name, f"write each {name} as [[{name}]]", f"每条 {name} 应写作 [[{name}]]")
    headers = [number for number, line in enumerate(top.lines, 1) if line.strip() == f"[[{name}]]"]
    for place, table in enumerate(tables):
        yield Fields(top.path, top.lines, headers[place] if place < len(headers) else 1, table)


def _parse(path: str, content: bytes) -> tuple[list[str], dict[str, object]]:
    if len(content) > LARGEST_FILE_BYTES:
        raise BadInput(f"{path}: larger than {LARGEST_FILE_BYTES} bytes", f"{path}：超过 {LARGEST_FILE_BYTES} 字节")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise BadInput(f"{path}, line {line}: not UTF-8", f"{path} 第 {line} 行：不是 UTF-8 编码") from None
    try:
        return text.splitlines(), tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        found = _TOML_LINE.search(str(fault))
        line = int(found[1]) if found else text.count("\n") + 1
        raise BadInput(
            f"{path}, line {line}: not TOML: {fault}", f"{path} 第 {line} 行：不是合法的 TOML：{fault}"
        ) from None
