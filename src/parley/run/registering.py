"""Registered texts from a registry's list: a CSV file, row by row, into the home's `registrations.toml`.

A row that cannot be is refused with its line and the reason; the others are added behind what the file holds, which
stays as it is. The same list again adds nothing.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from parley.contact.registrations import Registration, read_registrations
from parley.errors import BadInput, HomeUnusable
from parley.rulebook.carriers import Carrier
from parley.rulebook.terms import Registered

LARGEST_BYTES: Final = 5_000_000
MOST_ROWS: Final = 5_000
# What registries head their columns with, in lower case, beside our own words for it.
_HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "template id", "template_id", "模板id", "模板编号", "模板code", "範本編號"),
    "text": ("text", "template content", "template_content", "content", "模板内容", "範本內容"),
    "providers": ("providers", "provider", "通道"),
    "country": ("country", "国家", "國家"),
    "purposes": ("purposes", "purpose", "用途"),
    "valid_from": ("valid_from", "valid from", "生效日期", "生效日"),
    "valid_to": ("valid_to", "valid to", "expiry date", "失效日期", "失效日"),
    "longest_value": ("longest_value", "变量最长字数", "變數最長字數"),
    "owner": ("owner", "负责人", "負責人"),
}
_NEEDED: Final = ("id", "text")
# How a list stands in one cell.
_BETWEEN: Final = re.compile(r"[;；、|,，\s]+")
_DAY: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_OF_TABLE_ZH: Final = re.compile(r" 第 \d+ 行")
_OF_TABLE: Final = re.compile(r", line \d+")


@dataclass(frozen=True, slots=True)
class Given:
    """What holds for rows that do not say it themselves; empty: a row without it is refused."""

    providers: str = "all"
    country: str = ""
    purposes: str = ""
    valid_from: str = ""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken: its line in the file, and why."""

    line: int
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the rows. `tables`: what is added to the file, as it stands there."""

    added: int
    unchanged: int
    refused: tuple[RefusedRow, ...]
    tables: str


def read_list(path: Path) -> bytes:
    """Return the bytes of a list. Raises BadInput where it cannot be read, or is too large."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.", f"无法读取 {path}：{error.strerror}。") from None
    if len(raw) > LARGEST_BYTES:
        raise BadInput(
            f"{path.name} is larger than {LARGEST_BYTES:,} bytes.", f"{path.name} 超过 {LARGEST_BYTES:,} 字节。"
        )
    return raw


def take_rows(raw: bytes, name: str, held: bytes, given: Given, carriers: Mapping[str, Carrier]) -> Taken:
    """Return what the rows of a CSV file add to the registrations *held*. Writes nothing.

    Raises BadInput where the file is no such list, or where what is held does not hold together.
    """
    known = {one.registered_id: one for one in read_registrations(held, carriers).entries if _is_template(one)}
    tables, refused = list[str](), list[RefusedRow]()
    unchanged = 0
    for line, row in _rows(raw, name):
        table = _table(row, given)
        try:
            (one,) = read_registrations(table.encode("utf-8", "surrogatepass"), carriers, "").entries
        except BadInput as fault:
            en, zh = _OF_TABLE.sub("", fault.en, count=1), _OF_TABLE_ZH.sub("", fault.zh, count=1)
            refused.append(RefusedRow(line, en.lstrip(" :"), zh.lstrip(" ：")))
            continue
        before = known.setdefault(one.registered_id, one)
        if before is one:
            tables.append(table)
        elif before == one:
            unchanged += 1
        else:
            refused.append(
                RefusedRow(
                    line,
                    f"{one.registered_id!r} is registered already, with other words, days or uses; end that one first",
                    f"{one.registered_id!r} 已登记，但内容、日期或用途不同；请先终止原登记",
                )
            )
    return Taken(len(tables), unchanged, tuple(refused), "\n".join(tables))


def _is_template(one: Registration) -> bool:
    return one.kind is Registered.TEMPLATE


def _rows(raw: bytes, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row that is not empty, with its line, by our own words for its columns."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What spreadsheets in mainland China save; every sequence it knows is one of its own.
        text = raw.decode("gb18030", "replace")
    if "\ufffd" in text or "\0" in text:
        raise BadInput(
            f"{name} is neither UTF-8 nor GB 18030. Save it as UTF-8.", f"{name} 编码无法识别，请存为 UTF-8。"
        )
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    headings = next(reader, [])
    columns = {at: word for at, heading in enumerate(headings) if (word := _word_of(heading))}
    missing = [word for word in _NEEDED if word not in columns.values()]
    if missing:
        named = "; ".join(f"{word}: {' | '.join(_HEADINGS[word])}" for word in missing)
        raise BadInput(f"{name} lacks a column. It needs {named}.", f"{name} 缺少列：{named}。")
    begins = reader.line_num + 1
    for number, row in enumerate(reader, 1):
        if number > MOST_ROWS:
            raise BadInput(f"{name} has more than {MOST_ROWS:,} rows.", f"{name} 超过 {MOST_ROWS:,} 行。")
        found = {word: row[at].strip() for at, word in columns.items() if at < len(row)}
        if any(found.values()):
            yield begins, found
        begins = reader.line_num + 1


def _word_of(heading: str) -> str:
    told = heading.strip().casefold()
    return next((word for word, names in _HEADINGS.items() if told in names), "")


def _table(row: Mapping[str, str], given: Given) -> str:
    """Return the row as a table of registrations.toml; what it lacks is left out, and refused by whoever reads it."""
    days = {name: _day(row.get(name, "")) for name in ("valid_from", "valid_to")}
    lines = {
        "id": _quoted(row.get("id", "")),
        "providers": _list(row.get("providers") or given.providers),
        "country": _quoted(row.get("country") or given.country),
        "purposes": _list(_purposes(row.get("purposes") or given.purposes)),
        "valid_from": days["valid_from"] or _day(given.valid_from),
        "valid_to": days["valid_to"],
        "longest_value": row.get("longest_value", ""),
        "owner": _quoted(row["owner"]) if row.get("owner") else "",
        "text": _quoted(row.get("text", "")),
    }
    if lines["longest_value"] and not re.fullmatch(r"[1-9]\d{0,3}", lines["longest_value"], re.ASCII):
        lines["longest_value"] = _quoted(lines["longest_value"])
    return "\n".join(["[[template]]", *(f"{key} = {value}" for key, value in lines.items() if value)]) + "\n"


def _purposes(told: str) -> str:
    return "all" if told.strip().casefold() in {"all", "全部"} else told


def _list(told: str) -> str:
    return f"[{', '.join(map(_quoted, filter(None, _BETWEEN.split(told))))}]"


def _day(told: str) -> str:
    """Return a day as TOML writes it; what is none stands in quotes, and is refused as such."""
    found = _DAY.fullmatch(told.strip())
    if found is None:
        return _quoted(told) if told else ""
    year, month, day = map(int, found.groups())
    return f"{year:04d}-{month:02d}-{day:02d}"


def _quoted(text: str) -> str:
    """Return *text* as a TOML string on one line."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r\n", "\n").replace("\n", "\\n")
    return '"' + "".join(char if char >= " " and char != "\x7f" else f"\\u{ord(char):04x}" for char in escaped) + '"'


def add_tables(path: Path, held: bytes, tables: str) -> None:
    """Write *tables* behind what the file of registrations held; all of it or nothing.

    Raises HomeUnusable where it cannot be written, or where it was changed meanwhile.
    """
    whole = held + (b"" if not held or held.endswith(b"\n") else b"\n") + (b"\n" if held else b"") + tables.encode()
    beside = path.with_name(f".{path.name}.new")
    try:
        if (path.read_bytes() if path.exists() else b"") != held:
            raise HomeUnusable(f"{path.name} was changed meanwhile. Try again.", f"{path.name} 已被修改，请重试。")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(whole)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError as error:
        raise HomeUnusable(
            f"{path} cannot be written: {error.strerror}. Run Parley as the user that owns the home.",
            f"无法写入 {path}：{error.strerror}。请以主目录所有者的身份运行 Parley。",
        ) from None
