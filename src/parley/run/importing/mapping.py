"""A lender's map: which column, word or draw fills which target. Compiled once against a header, then run per row.

A map is a TOML file:

    kind = "accounts"
    [fields]
    reference = { column = "Account No" }
    principal = { column = "Saldo", decimal = ",", group = "." }
    status    = { column = "St", table = { A = "open", C = "closed" } }
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from parley.errors import BadInput
from parley.run.importing.draw import Seed, Table, table
from parley.run.importing.fillers import Filler, Line, Lookup, MapFault, compile_field
from parley.run.importing.reasons import BadCell, Reason
from parley.run.importing.rows import ROWS, Kind, Row, Target, Type, targets_of
from parley.run.importing.source import Reading, Record
from parley.run.importing.text_file import DELIMITERS
from parley.settings.toml import Document, parse

_TOP: Final = ("kind", "encoding", "delimiter", "sheet", "header_row", "fields", "seeded", "draw", "names")
# What others lean on is filled first: amounts need the currency, a drawn name the language, zones the jurisdiction.
_ORDER: Final = {Type.CURRENCY: 0, Type.WORD: 1, Type.ZONES: 3}


class RefusedRow(Exception):
    """A row that cannot be taken, with the target that is wrong ("" where the row as a whole is)."""

    def __init__(self, reason: Reason, field: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.field = field


@dataclass(frozen=True, slots=True)
class MapFile:
    """A map as written: checked for its kind, not yet against a header."""

    document: Document
    kind: Kind
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 0

    def reading(self, longest_field_characters: int, encoding: str = "") -> Reading:
        """Return how to read the file; *encoding* is what the command line names, before the map."""
        return Reading(
            longest_field_characters,
            encoding=encoding or self.encoding,
            delimiter=self.delimiter,
            sheet=self.sheet,
            header_row=self.header_row,
        )


@dataclass(frozen=True, slots=True)
class FileMap:
    """A map compiled against one header: turns cells into a row."""

    kind: Kind
    width: int
    seed: Seed | None
    fillers: tuple[tuple[str, Filler], ...]

    def row(self, record: Record) -> Row:
        """Return the typed row. Raises RefusedRow."""
        cells = record.cells
        if len(cells) != self.width:
            raise RefusedRow(Reason.MISSING_CELLS if len(cells) < self.width else Reason.EXTRA_CELLS)
        line = Line(cells, record.faults, cells[self.seed.key_column].strip() if self.seed else "")
        values = line.values
        for name, filler in self.fillers:
            try:
                value = filler(line)
            except BadCell as bad:
                raise RefusedRow(bad.reason, name) from None
            if value is not None:
                values[name] = value
        try:
            return ROWS[self.kind](**values)
        except BadCell as bad:
            raise RefusedRow(bad.reason) from None


def read_map(raw: bytes, name: str, kind: Kind) -> MapFile:
    """Read a map file for *kind*. Raises BadInput naming the line."""
    document = parse(raw, name)
    for key in document.data:
        if key not in _TOP:
            raise _unknown(document, (key,), key, _TOP)
    if document.data.get("kind", kind.value) != kind.value:
        raise _fault(
            document,
            ("kind",),
            f"this map is for {document.data['kind']}, the command says {kind}",
            f"此映射文件用于 {document.data['kind']}，而命令指定的是 {kind}",
        )
    if not isinstance(document.data.get("fields"), dict):
        raise _fault(document, (), "a map needs a table [fields]", "映射文件需要 [fields] 表")
    delimiter = document.data.get("delimiter", "")
    if delimiter not in ("", *DELIMITERS):
        raise _fault(
            document, ("delimiter",), "delimiter must be one of , ; | or \\t", "delimiter 必须是 , ; | 或 \\t 之一"
        )
    encoding, sheet = document.data.get("encoding", ""), document.data.get("sheet", "")
    if not isinstance(encoding, str) or not isinstance(sheet, str):
        raise _fault(
            document, ("encoding",), "encoding and sheet are names in quotes", "encoding 与 sheet 应为带引号的名称"
        )
    header_row = document.data.get("header_row", 0)
    if type(header_row) is not int or header_row < 0:
        raise _fault(document, ("header_row",), "header_row is the number of a row", "header_row 应为行号")
    return MapFile(document, kind, encoding, delimiter, sheet, header_row)


def compile_map(map_file: MapFile, header: Sequence[str], overrides: Mapping[str, str]) -> FileMap:
    """Check the map against *header* and return it ready to run. *overrides* replace a field by one fixed value.

    Raises BadInput naming the line of the map and what exists.
    """
    document, kind = map_file.document, map_file.kind
    targets = targets_of(kind)
    for name in overrides:
        if name not in targets:
            raise BadInput(
                f"--set {name}: there is no such field. Fields of {kind}: {', '.join(targets)}.",
                f"--set {name}：没有该字段。{kind} 的字段有：{'、'.join(targets)}。",
            )
    check_names(map_file)
    fields = {**document.data["fields"], **{name: {"value": value} for name, value in overrides.items()}}
    missing = [name for name, target in targets.items() if target.is_required and name not in fields]
    if missing:
        raise _fault(
            document,
            ("fields",),
            f"the map lacks {', '.join(missing)}. Columns of the file: {', '.join(header)}",
            f"映射文件缺少 {'、'.join(missing)}。文件中的列有：{'、'.join(header)}",
        )
    lookup = _lookup(document, header, fields)
    fillers = tuple(
        (target.name, _compile(document, target, fields[target.name], lookup, is_override=target.name in overrides))
        for target in in_order(targets[name] for name in fields)
    )
    return FileMap(kind, len(header), lookup.seed, fillers)


def check_names(map_file: MapFile) -> None:
    """Refuse a map with a field that there is not. Raises BadInput naming its line."""
    targets = targets_of(map_file.kind)
    for name in map_file.document.data["fields"]:
        if name not in targets:
            raise _unknown(map_file.document, ("fields", name), name, list(targets))


def compile_each(map_file: MapFile, header: Sequence[str]) -> dict[str, Filler | MapFault]:
    """Check each field by itself, for a map that may not be whole yet: what fills it, or what is wrong with it.

    Raises BadInput where the map is wrong as a whole.
    """
    document, targets = map_file.document, targets_of(map_file.kind)
    fields = document.data["fields"]
    lookup = _lookup(document, header, fields)
    found: dict[str, Filler | MapFault] = {}
    for target in in_order(targets[name] for name in fields if name in targets):
        try:
            found[target.name] = compile_field(target, _options(fields[target.name]), lookup)
        except MapFault as fault:
            found[target.name] = fault
    return found


def in_order(targets: Iterable[Target]) -> list[Target]:
    """Return targets in the order in which a row fills them."""
    return sorted(targets, key=lambda target: _ORDER.get(target.type, 2))


def _compile(document: Document, target: Target, options: object, lookup: Lookup, *, is_override: bool) -> Filler:
    path = ("fields", target.name)
    try:
        return compile_field(target, _options(options), lookup)
    except MapFault as fault:
        if is_override:
            raise BadInput(f"--set {target.name}: {fault.en}.", f"--set {target.name}：{fault.zh}。") from None
        raise _fault(document, (*path, fault.option), fault.en, fault.zh) from None


def _options(options: object) -> Mapping[str, Any]:
    if not isinstance(options, dict):
        raise MapFault("", 'write { column = "…" } or { value = … }', '请写成 { column = "…" } 或 { value = … }')
    return options


def _lookup(document: Document, header: Sequence[str], fields: Mapping[str, Any]) -> Lookup:
    columns = {name: index for index, name in enumerate(header)}
    synthetic = fields.get("is_synthetic")
    return Lookup(
        columns=columns,
        seed=_seed(document, columns),
        tables={name: _table(document, name, rows) for name, rows in document.data.get("draw", {}).items()},
        names={language: tuple(names) for language, names in document.data.get("names", {}).items()},
        is_synthetic=isinstance(synthetic, dict) and synthetic.get("value") is True,
    )


def _seed(document: Document, columns: Mapping[str, int]) -> Seed | None:
    seeded = document.data.get("seeded")
    if seeded is None:
        return None
    if not isinstance(seeded, dict) or set(seeded) != {"seed", "key"}:
        raise _fault(document, ("seeded",), "[seeded] needs seed and key", "[seeded] 需要 seed 与 key 两项")
    if seeded["key"] not in columns:
        raise _unknown(document, ("seeded", "key"), str(seeded["key"]), list(columns))
    return Seed(str(seeded["seed"]), columns[seeded["key"]])


def _table(document: Document, name: str, rows: object) -> Table:
    path = ("draw", name)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise _fault(document, path, "a draw is a list of tables", "draw 应为表的列表")
    for row in rows:
        if set(row) != set(rows[0]):
            raise _fault(document, path, "all rows of a draw need the same keys", "draw 的每一行必须有相同的键")
        weight = row.get("weight")
        if type(weight) is not int or weight < 1:
            raise _fault(document, path, "each row needs weight, 1 or more", "每一行需要 weight，且不小于 1")
    return table(name, [(row["weight"], {key: str(value) for key, value in row.items()}) for row in rows])


def _unknown(document: Document, path: tuple[str | int, ...], word: str, known: Sequence[str]) -> BadInput:
    close = get_close_matches(word, known, n=1)
    hint_en, hint_zh = (f" Did you mean {close[0]}?", f"是否想写 {close[0]}？") if close else ("", "")
    return BadInput(
        f"{document.name}, line {document.line(*path)}: {word} does not exist.{hint_en} There are: {', '.join(known)}.",
        f"{document.name} 第 {document.line(*path)} 行：{word} 不存在。{hint_zh}可用的有：{'、'.join(known)}。",
    )


def _fault(document: Document, path: tuple[str | int, ...], en: str, zh: str) -> BadInput:
    line = document.line(*path)
    return BadInput(
        f"{document.name}, line {line}: {en}. Correct the map and try again.",
        f"{document.name} 第 {line} 行：{zh}。请改正映射文件后重试。",
    )
