"""A map written as TOML: what `suggest` proposes, and what a form filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

# What stands above [fields], in this order; all other tables follow it.
_TOP: Final = ("kind", "encoding", "delimiter", "sheet", "header_row")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def write_map(data: Mapping[str, Any]) -> str:
    """Return a map as TOML; reading it gives *data* again."""
    lines = [f"{name} = {quoted(data[name])}" for name in _TOP if name in data]
    for table in ("fields", *(name for name in data if name not in {*_TOP, "fields"})):
        lines += ["", f"[{_key(table)}]"]
        lines += [f"{_key(name)} = {quoted(value)}" for name, value in data.get(table, {}).items()]
    return "\n".join([*lines, ""])


def quoted(value: object) -> str:
    """Return a value as TOML writes it in one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return inline(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(quoted, value))}]"
    # A JSON string is a TOML basic string but for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def inline(options: Mapping[str, Any]) -> str:
    """Return a table as TOML writes it in one line."""
    return f"{{ {', '.join(f'{_key(name)} = {quoted(value)}' for name, value in options.items())} }}"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else quoted(name)
