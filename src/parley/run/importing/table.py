"""A file, whatever its kind, as one table: its kind by its first bytes, where its header is, how many rows follow.

One pass over the whole file proves it readable before a second one is taken for keeps, so nothing is written from a
file that turns out to be broken at its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

from parley.columnar import parquet
from parley.errors import BadInput
from parley.run.importing import xlsx_book
from parley.run.importing.formulas import unshield
from parley.run.importing.parquet_file import ParquetFile
from parley.run.importing.reasons import EXTRA_COLUMNS
from parley.run.importing.source import Manner, Reading, Record, Source
from parley.run.importing.text_file import TextFile
from parley.run.importing.xlsx_sheet import XlsxFile
from parley.store.importing import Sentence

# Rows among which a header is looked for where titles stand above it.
_FIRST_ROWS: Final = 20
_OLE_MARK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_SEALED: Final = "EncryptedPackage".encode("utf-16-le")
# Files that are sent by mistake, by how they begin.
_NO_TABLES: Final = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"{\\rtf": "RTF",
}
_ENDINGS: Final = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_BLOCK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Table:
    """A file as a table. `header_row` is its place in the file (0 for a file whose columns have names of their own)."""

    source: Source
    manner: Manner
    header_row: int
    header: tuple[str, ...]
    rows: int

    def records(self) -> Iterator[Record]:
        """Yield the rows below the header, in a spreadsheet filled up to its width."""
        is_ragged, is_ours = self.manner.form == "xlsx", is_error_file(self.header)
        width = len(self.header)
        for record in self.source.records():
            if record.place <= self.header_row:
                continue
            if is_ours:
                yield Record(record.place, [unshield(cell) for cell in record.cells], record.faults)
            elif is_ragged and len(record.cells) < width:
                yield Record(record.place, record.cells + [""] * (width - len(record.cells)), record.faults)
            else:
                yield record


def open_table(path: Path, file_name: str, reading: Reading, largest_megabytes: int, rows: int = 0) -> Table:
    """Read the whole file once and return it as a table. Raises BadInput for anything that makes it none.

    *rows*: how many there are, where this very file was read so before; then only its beginning is read.
    """
    source = _open(path, file_name, reading, largest_megabytes)
    manner = source.manner
    records = source.records()
    first = list(islice(records, _FIRST_ROWS))
    if not first:
        raise BadInput(
            f"{file_name} holds no rows. It needs a header row and at least one row of data.",
            f"{file_name} 没有任何行，需要表头和至少一行数据。",
        )
    top = _header(first, reading.header_row, file_name)
    header = _names(top, file_name)
    rows = rows or sum(record.place > top.place for record in first) + sum(1 for _ in records)
    if rows == 0:
        raise BadInput(
            f"{file_name} has a header and no rows. Nothing to import.",
            f"{file_name} 只有表头，没有数据行，无内容可导入。",
        )
    notes = [*source.manner.notes, *_notes(top, first, file_name, manner.form)]
    return Table(source, replace(source.manner, notes=tuple(notes)), top.place, header, rows)


def _open(path: Path, file_name: str, reading: Reading, largest_megabytes: int) -> Source:
    with path.open("rb") as stream:
        start = stream.read(8)
    if start.startswith(xlsx_book.MARK):
        return XlsxFile(path, file_name, reading, largest_megabytes)
    if start.startswith(parquet.MARK):
        return ParquetFile(path, file_name)
    if start.startswith(parquet.SEALED_MARK):
        raise BadInput(
            f"{file_name} is an encrypted Parquet file. Write it without encryption.",
            f"{file_name} 是加密的 Parquet 文件，请以不加密方式生成。",
        )
    if start.startswith(_OLE_MARK):
        raise _old_office(path, file_name)
    for mark, name in _NO_TABLES.items():
        if start.startswith(mark):
            raise BadInput(
                f"{file_name} is a {name} file. Send the table itself, as CSV, XLSX or Parquet.",
                f"{file_name} 是 {name} 文件。请提供表格本身（CSV、XLSX 或 Parquet）。",
            )
    return TextFile(path, file_name, reading)


def _old_office(path: Path, file_name: str) -> BadInput:
    """Return the fault of an OLE file: a sealed workbook, or one of the format before 2007."""
    before, is_sealed = b"", False
    with path.open("rb") as stream:
        while not is_sealed and (block := stream.read(_BLOCK_BYTES)):
            is_sealed = _OLE_SEALED in before + block
            before = block[-len(_OLE_SEALED) :]
    if is_sealed:
        return BadInput(
            f"{file_name} is protected by a password. Save it without one.",
            f"{file_name} 受密码保护，请去除密码后另存。",
        )
    return BadInput(
        f"{file_name} is in the format of Excel before 2007 (.xls). Save it as .xlsx or CSV.",
        f"{file_name} 是 Excel 2007 之前的格式（.xls），请另存为 .xlsx 或 CSV。",
    )


def _header(first: Sequence[Record], wanted: int, file_name: str) -> Record:
    """Return the row of the header: the one named, else the first that is not much narrower than the rows below it."""
    if not wanted:
        return _by_width(first)
    if is_error_file(first[0].cells):
        # An error file of ours: the map is that of the file it came from, its header is in its first row.
        return first[0]
    found = next((record for record in first if record.place == wanted), None)
    if found is None:
        raise BadInput(
            f"{file_name}: header_row = {wanted}, but that row is blank or not among the first {_FIRST_ROWS}.",
            f"{file_name}：header_row = {wanted}，但该行为空，或不在前 {_FIRST_ROWS} 行内。",
        )
    return found


def _by_width(first: Sequence[Record]) -> Record:
    """Return the first row that is not much narrower than the widest one.

    A last row has nothing below it to name: the first row stays the header there, if it names more than a title does.
    """
    widest = max(_filled(record) for record in first)
    found = next(record for record in first if _filled(record) * 2 > widest)
    return first[0] if found is first[-1] and _filled(first[0]) > 1 else found


def is_error_file(header: Sequence[str]) -> bool:
    """Say whether the header is that of a file of refused rows that Parley wrote."""
    return set(EXTRA_COLUMNS) <= set(header)


def _filled(record: Record) -> int:
    return sum(bool(cell.strip()) for cell in record.cells)


def _names(top: Record, file_name: str) -> tuple[str, ...]:
    is_ours = is_error_file(top.cells)
    names = tuple(unshield(cell) if is_ours else cell.strip() for cell in top.cells)
    doubled = sorted({name for name in names if name and names.count(name) > 1})
    if doubled:
        raise BadInput(
            f"{file_name}, line {top.place}: the header names a column twice: {', '.join(doubled)}. Rename one of "
            "them.",
            f"{file_name} 第 {top.place} 行：表头中有重复的列名：{'、'.join(doubled)}。请改名。",
        )
    return names


def _notes(top: Record, first: Sequence[Record], file_name: str, form: str) -> Iterator[Sentence]:
    above = sum(record.place < top.place for record in first)
    if above:
        yield Sentence(
            f"The header is taken from row {top.place}; {above} rows above it are left out. Another: header_row.",
            f"表头取自第 {top.place} 行，其上 {above} 行未读取。如需更改请写 header_row。",
        )
    ending = Path(file_name).suffix.lower()
    if _ENDINGS.get(ending, form) != form:
        yield Sentence(
            f"The file is called {ending} but is {form}; it was read as what it is.",
            f"文件扩展名为 {ending}，实际为 {form}，已按实际格式读取。",
        )
