"""Settings as text: the file that `parley init` writes, and the rows that `parley settings` and the manual print."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields

from parley.settings.field import default_of, setting_of
from parley.settings.model import SECTIONS, Lender, Settings


@dataclass(frozen=True, slots=True)
class Row:
    """One setting as it stands: value and default in TOML, what is allowed and what it means in both languages."""

    section: str
    name: str
    value: str
    default: str
    allowed_en: str
    allowed_zh: str
    en: str
    zh: str


def rows_of(settings: Settings) -> tuple[Row, ...]:
    """List every setting in the order of the file."""
    rows = []
    for section, kind in SECTIONS.items():
        values = getattr(settings, section)
        for field in fields(kind):
            spec = setting_of(field)
            value, default = toml_value(getattr(values, field.name)), toml_value(default_of(field))
            rows.append(Row(section, field.name, value, default, spec.allowed_en, spec.allowed_zh, spec.en, spec.zh))
    return tuple(rows)


def default_settings_text(lender: Lender | None = None) -> str:
    """Return the settings file of a new home: every value written out, each with its sentence in both languages."""
    settings = Settings(lender=lender or Lender())
    lines = [
        "# Settings of this Parley home. Check with: parley settings",
        "# 本主目录的设置。检查命令：parley settings",
    ]
    section = ""
    for row in rows_of(settings):
        if row.section != section:
            section = row.section
            lines += ["", f"[{section}]"]
        allowed = f" ({row.allowed_en})" if row.allowed_en else ""
        lines += [f"# {row.en}{allowed}", f"# {row.zh}", f"{row.name} = {row.value}"]
    return "\n".join(lines) + "\n"


def toml_value(value: object) -> str:
    """Return *value* as TOML. A JSON string is a TOML basic string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    assert isinstance(value, Mapping), "settings hold truth values, whole numbers, text, lists and tables of text"
    return "{" + ", ".join(f"{json.dumps(key)} = {toml_value(item)}" for key, item in value.items()) + "}"
