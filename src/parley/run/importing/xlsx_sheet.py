"""One sheet of a workbook as rows of text.

A number is the decimal text of the file, to the 15 digits that a spreadsheet keeps and shows (IEC 60559 double; Excel's
own limit): 0.30000000000000004, which a formula left, is 0.3. Of a whole number that is longer its last digits are
gone, so the cell holds no value. Dates are ISO 8601. A formula is its last result; an error has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Final

from parley.errors import BadInput
from parley.run.importing.reasons import Reason
from parley.run.importing.source import Manner, Reading, Record
from parley.run.importing.xlsx_book import MOST_COLUMNS, Attributes, Format, Sheet, Show, Workbook
from parley.store.importing import Sentence

_DIGITS: Final = 15
_SHOWN: Final = Context(prec=_DIGITS, rounding=ROUND_HALF_EVEN)
_PLAIN: Final = Format(Show.NUMBER)
# Day 0 of the two calendars. 1900 counts a 29 February that never was, which matters before March 1900 only.
_DAY_ZERO: Final = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 -- a day, not an instant
_LAST_DAY: Final = 2_958_465
_SECONDS: Final = 86_400
_MOST_MERGED: Final = 100_000
_LETTERS: Final = 26
# Numbers repeat down a column: days, rates, round amounts.
_REMEMBERED: Final = 1 << 14

Area = tuple[int, int, int, int]


@dataclass(slots=True, repr=False)
class _Reader:
    """The state of a sheet being parsed: rows come out at their end, merged areas after all rows."""

    book: Workbook
    rows: list[Record] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    merged_rows: int = 0
    hidden: int = 0
    place: int = 0
    column: int = -1
    cells: list[str] = field(default_factory=list)
    faults: dict[int, Reason] = field(default_factory=dict)
    kind: str = ""
    style: int = 0
    value: list[str] = field(default_factory=list)
    takes_text: bool = False
    is_reading: bool = False
    has_value: bool = False
    is_formula: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Take an opening tag."""
        if name == "c":
            self._cell(attributes)
        elif name in {"v", "t"}:
            self.takes_text = not self.is_reading
            self.has_value = True
        elif name == "row":
            given = attributes.get("r", "")
            self.place = int(given) if given.isdecimal() else self.place + 1
            self.hidden += attributes.get("hidden", "") in {"1", "true"}
            self.column, self.cells, self.faults = -1, [], {}
        elif name == "rPh":
            self.is_reading = True
        elif name == "f":
            self.is_formula = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        """Take a closing tag."""
        if name in {"v", "t"}:
            self.takes_text = False
        elif name == "c":
            self._finish_cell()
        elif name == "rPh":
            self.is_reading = False
        elif name == "row":
            while self.cells and not self.cells[-1] and len(self.cells) - 1 not in self.faults:
                self.cells.pop()
            if any(self.cells) or self.faults:
                self.rows.append(Record(self.place, self.cells, self.faults))

    def text(self, text: str) -> None:
        """Take characters."""
        if self.takes_text:
            self.value.append(text)

    def _merge(self, reference: str) -> None:
        """Note a merged area; more of them than any book has would take memory without end."""
        area = _area(reference)
        if area is None:
            return
        self.merged.append(area)
        self.merged_rows += area[2] - area[0] + 1
        if self.merged_rows > _MOST_MERGED:
            raise BadInput(
                f"The sheet merges cells over more than {_MOST_MERGED:,} rows. Unmerge them and save it again.",
                f"工作表的合并单元格跨越超过 {_MOST_MERGED:,} 行，请取消合并后重新保存。",
            )

    def _cell(self, attributes: Attributes) -> None:
        given = _column(attributes.get("r", ""))
        self.column = self.column + 1 if given is None else given
        if not 0 <= self.column < MOST_COLUMNS:
            raise self.book.damaged("a cell beyond the last column", "单元格超出最大列数")
        self.kind, self.value = attributes.get("t", "n"), []
        style = attributes.get("s", "0")
        self.style = int(style) if style.isdecimal() else 0
        self.has_value = self.is_formula = False

    def _finish_cell(self) -> None:
        raw = "".join(self.value)
        fault = None
        if self.is_formula and not self.has_value:
            raw, fault = "", Reason.NOT_COMPUTED
        else:
            raw, fault = self._typed(raw)
        if raw or fault is not None:
            self.cells += [""] * (self.column + 1 - len(self.cells))
            self.cells[self.column] = raw
            if fault is not None:
                self.faults[self.column] = fault

    def _typed(self, raw: str) -> tuple[str, Reason | None]:
        match self.kind:
            case "s":
                word = self.book.words.get(int(raw)) if raw.isascii() and raw.isdigit() else None
                if word is None:
                    raise self.book.damaged("a cell names a text that is not there", "单元格引用的文本不存在")
                return word, None
            case "e":
                return raw, Reason.FORMULA_ERROR
            case "b":
                return "true" if raw == "1" else "false", None
            case "n":
                known = self.style < len(self.book.formats)
                return _number(raw, self.book.formats[self.style] if known else _PLAIN, is_1904=self.book.is_1904)
            case "d":
                return raw.replace("T", " ").removesuffix(" 00:00:00"), None
            case _:
                return raw, None


class XlsxFile:
    """A `Source`: one sheet, the first or the one named."""

    def __init__(self, path: Path, file_name: str, reading: Reading, largest_megabytes: int) -> None:
        """Open *path*. Raises BadInput where it is unsafe or damaged, or has no such sheet."""
        self._book = Workbook(path, file_name, largest_megabytes)
        self._longest = reading.longest_field_characters
        self._sheet = self._find(reading.sheet)
        self._merged: list[Area] | None = None
        self._hidden = 0

    @property
    def manner(self) -> Manner:
        """How it is read; the merged areas and hidden rows are known once all rows were."""
        notes = []
        if len(self._book.sheets) > 1:
            notes.append(Sentence(f"Read from sheet {self._sheet.name!r}.", f"读取工作表“{self._sheet.name}”。"))
        if self._merged:
            notes.append(
                Sentence(
                    f"{len(self._merged):,} areas of merged cells: only the first cell of each holds a value.",
                    f"有 {len(self._merged):,} 处合并单元格：每处只有首个单元格有值。",
                )
            )
        if self._hidden:
            notes.append(
                Sentence(f"{self._hidden:,} hidden rows are read too.", f"{self._hidden:,} 行隐藏行也会读取。")
            )
        return Manner(
            "xlsx", sheet=self._sheet.name, sheets=tuple(one.name for one in self._book.sheets), notes=tuple(notes)
        )

    def records(self) -> Iterator[Record]:
        """Yield the rows. From the second pass on a cell that is merged into another is a fault, not an empty value."""
        reader = _Reader(self._book)
        merged = _Merged(self._merged or [])
        for _ in self._book.parse(self._sheet.part, reader.start, reader.end, reader.text):
            for record in reader.rows:
                self._check_lengths(record)
                yield merged.mark(record)
            reader.rows.clear()
        self._merged, self._hidden = reader.merged, reader.hidden

    def _find(self, wanted: str) -> Sheet:
        if not wanted:
            return next((sheet for sheet in self._book.sheets if not sheet.is_hidden), self._book.sheets[0])
        found = next((sheet for sheet in self._book.sheets if sheet.name == wanted), None)
        if found is None:
            listed = ", ".join(sheet.name for sheet in self._book.sheets)
            raise BadInput(
                f"The workbook has no sheet {wanted}. It has: {listed}.",
                f"工作簿中没有工作表 {wanted}。现有：{listed}。",
            )
        return found

    def _check_lengths(self, record: Record) -> None:
        if any(len(cell) > self._longest for cell in record.cells):
            raise BadInput(
                f"Row {record.place}: a cell has more than {self._longest:,} characters. Shorten it.",
                f"第 {record.place} 行：有单元格超过 {self._longest:,} 个字符，请缩短。",
            )


class _Merged:
    """Which cells are part of a merged area without being its first, found by row while the rows go by."""

    def __init__(self, areas: list[Area]) -> None:
        self._by_row: dict[int, list[Area]] = {}
        for area in areas:
            for row in range(area[0], area[2] + 1):
                self._by_row.setdefault(row, []).append(area)

    def mark(self, record: Record) -> Record:
        areas = self._by_row.get(record.place)
        if not areas:
            return record
        faults = dict(record.faults)
        for top, left, _, right in areas:
            for column in range(left, right + 1):
                if (record.place, column) != (top, left):
                    faults[column] = Reason.MERGED_CELL
        return Record(record.place, record.cells, faults)


@lru_cache(maxsize=_REMEMBERED)
def _number(raw: str, shown: Format, *, is_1904: bool) -> tuple[str, Reason | None]:
    if not raw:
        return "", None
    try:
        exact = Decimal(raw)
    except InvalidOperation:
        return raw, Reason.NOT_A_NUMBER
    if not exact.is_finite():
        return raw, Reason.NOT_A_NUMBER
    if shown.show is not Show.NUMBER:
        return _moment(exact, shown.show, is_1904=is_1904)
    if abs(exact) >= 10**_DIGITS:
        return raw, Reason.DIGITS_LOST
    value = _SHOWN.plus(exact)
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text == "-0":
        text = "0"
    return (text.zfill(shown.digits) if text.isdigit() else text), None


def _moment(serial: Decimal, show: Show, *, is_1904: bool) -> tuple[str, Reason | None]:
    """Return a serial number of days as ISO text: a day, a day with time, or a time of day."""
    if not 0 <= serial <= _LAST_DAY:
        return str(serial), Reason.NOT_A_DATE
    seconds = int((serial * _SECONDS).to_integral_value(rounding=ROUND_HALF_UP))
    at = _DAY_ZERO[is_1904] + timedelta(seconds=seconds)
    if show is Show.TIME and serial < 1:
        return f"{at:%H:%M:%S}", None
    return (f"{at:%Y-%m-%d}" if seconds % _SECONDS == 0 else f"{at:%Y-%m-%d %H:%M:%S}"), None


def _column(reference: str) -> int | None:
    """Return the column of a reference such as BC12, from 0; None where it names none."""
    number = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number - 1 if number else None


def _area(reference: str) -> Area | None:
    first, _, last = reference.partition(":")
    corners = []
    for corner in (first, last or first):
        column, row = _column(corner), corner.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if column is None or not row.isdecimal():
            return None
        corners.append((int(row), column))
    (top, left), (bottom, right) = corners
    if bottom < top or right < left:
        return None
    return top, left, bottom, min(right, MOST_COLUMNS - 1)
