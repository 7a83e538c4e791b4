"""An XLSX workbook before its rows: what makes it unsafe or no workbook, its sheets, its number formats, its words.

ECMA-376 part 1 (SpreadsheetML), read with expat straight from the archive: a number stays the decimal text that the
file holds and no float is made of it, an error stays an error, and a sheet of any length takes no memory. (The library
that was tried, calamine 0.9.1, gives numbers as floats, formula errors as empty cells, and knows no number format.)
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final
from xml.parsers import expat

from parley.errors import BadInput

MARK: Final = b"PK\x03\x04"
_BLOCK_BYTES: Final = 1 << 16
_MEGABYTE: Final = 1_000_000
# Deflate reaches 1,032 to 1 and a bomb lives on that; sheets of one repeated row, the most regular there are,
# measured 40 to 1 (2026-11). Small archives cannot do harm whatever their ratio.
_LARGEST_RATIO: Final = 100
_HARMLESS_BYTES: Final = 20 * _MEGABYTE
_MOST_PARTS: Final = 10_000
# Most columns and rows of a sheet (ECMA-376 has no limit; Excel's own).
MOST_COLUMNS: Final = 16_384

Attributes = Mapping[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class Show(Enum):
    """What a number in a cell means by its format."""

    NUMBER = "number"
    DAY = "day"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Format:
    """How a cell shows a number; `digits` is the width to which it is filled with zeros on the left, 0 for none."""

    show: Show
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, the part of the archive it lies in, whether people see it."""

    name: str
    part: str
    is_hidden: bool


# Built-in formats of dates and times (ECMA-376 part 1, 18.8.30; 27–36 and 50–58 are those of Chinese and Japanese).
_BUILT_IN: Final = {
    **dict.fromkeys((*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58), Show.DAY),
    **dict.fromkeys((*range(18, 22), *range(32, 36), 45, 46, 47, 55, 56), Show.TIME),
}
_QUOTED: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ZEROS: Final = re.compile(r"0{2,60}")
_PLAIN: Final = Format(Show.NUMBER)


class Words:
    """The table of shared strings, as one run of bytes and where each begins: as large as the text itself."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q")

    def add(self, text: str) -> None:
        """Append one string."""
        self._bytes += text.encode("utf-8", errors="replace")
        self._ends.append(len(self._bytes))

    def get(self, index: int) -> str | None:
        """Return string *index*; None where there is none."""
        if not 0 <= index < len(self._ends):
            return None
        return self._bytes[self._ends[index - 1] if index else 0 : self._ends[index]].decode()


class Workbook:
    """An XLSX file opened: `sheets` in their order, and what reading a sheet needs."""

    def __init__(self, path: Path, file_name: str, largest_megabytes: int) -> None:
        """Open and check. Raises BadInput for a file that is unsafe, damaged, or another kind of archive."""
        self._path, self._name = path, file_name
        with self._archive() as archive:
            _check(archive, file_name, largest_megabytes)
        self.is_1904 = False
        self.sheets: tuple[Sheet, ...] = ()
        self._read_book()
        self.formats = self._read_formats()
        self._words: Words | None = None

    @property
    def words(self) -> Words:
        """The shared strings, read when first asked for."""
        if self._words is None:
            self._words = self._read_words()
        return self._words

    def parse(self, part: str, start: Start, end: End, text: Text) -> Iterator[None]:
        """Feed *part* to the three functions, elements by local name; yields after each block, for rows to be taken."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        local = _Local()
        parser.StartElementHandler = lambda name, attributes: start(local[name], attributes)
        parser.EndElementHandler = lambda name: end(local[name])
        parser.CharacterDataHandler = text
        # No declarations, so no entities: what an XML bomb is made of.
        parser.StartDoctypeDeclHandler = self._refuse_declarations
        try:
            with self._archive() as archive, archive.open(part) as stream:
                while block := stream.read(_BLOCK_BYTES):
                    parser.Parse(block, False)  # noqa: FBT003 -- expat takes it by position only
                    yield
                parser.Parse(b"", True)  # noqa: FBT003 -- as above
                yield
        except KeyError:
            raise self.damaged(f"{part} is missing", f"缺少 {part}") from None
        except expat.ExpatError:
            raise self.damaged(f"{part} is not XML", f"{part} 不是合法的 XML") from None
        except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise self.damaged(type(error).__name__, type(error).__name__) from None

    def damaged(self, en: str, zh: str) -> BadInput:
        """Return the fault of a workbook that does not hold together."""
        return BadInput(
            f"{self._name} is damaged or cut short ({en}). Open it in a spreadsheet program, save it again, and try "
            "once more.",
            f"{self._name} 已损坏或不完整（{zh}）。请在电子表格软件中打开并重新保存后再试。",
        )

    def _archive(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self._path)
        except (zipfile.BadZipFile, OSError) as error:
            raise self.damaged(type(error).__name__, type(error).__name__) from None

    def _refuse_declarations(self, *_: object) -> None:
        raise self.damaged("it declares XML entities", "含 XML 实体声明")

    def _all(self, part: str, start: Start, end: End | None = None, text: Text | None = None) -> None:
        for _ in self.parse(part, start, end or (lambda _: None), text or (lambda _: None)):
            pass

    def _read_book(self) -> None:
        targets: dict[str, str] = {}

        def relation(name: str, attributes: Attributes) -> None:
            if name == "Relationship":
                targets[attributes.get("Id", "")] = posixpath.normpath(
                    posixpath.join("/xl", attributes.get("Target", ""))
                ).lstrip("/")

        found: list[Sheet] = []

        def sheet(name: str, attributes: Attributes) -> None:
            if name == "workbookPr":
                self.is_1904 = attributes.get("date1904", "") in {"1", "true"}
            elif name == "sheet":
                reference = next((value for key, value in attributes.items() if key.endswith(":id")), "")
                part = targets.get(reference, "")
                if "worksheets/" in part:
                    is_hidden = attributes.get("state", "visible") != "visible"
                    found.append(Sheet(attributes.get("name", ""), part, is_hidden))

        self._all("xl/_rels/workbook.xml.rels", relation)
        self._all("xl/workbook.xml", sheet)
        if not found:
            raise self.damaged("no sheet with cells", "没有工作表")
        self.sheets = tuple(found)

    def _read_formats(self) -> tuple[Format, ...]:
        with self._archive() as archive:
            if "xl/styles.xml" not in archive.namelist():
                return ()
        codes: dict[int, str] = {}
        formats: list[Format] = []
        inside: list[str] = []

        def start(name: str, attributes: Attributes) -> None:
            inside.append(name)
            if name == "numFmt":
                codes[_int(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")
            elif name == "xf" and "cellXfs" in inside:
                number = _int(attributes.get("numFmtId", ""))
                formats.append(
                    _format(codes[number]) if number in codes else Format(_BUILT_IN.get(number, Show.NUMBER))
                )

        def end(_: str) -> None:
            inside.pop()

        self._all("xl/styles.xml", start, end)
        return tuple(formats)

    def _read_words(self) -> Words:
        words = Words()
        with self._archive() as archive:
            if "xl/sharedStrings.xml" not in archive.namelist():
                return words
        pieces: list[str] = []
        # Phonetic readings (rPh) stand beside the text and are not part of it.
        state = {"text": False, "reading": False}

        def start(name: str, _: Attributes) -> None:
            if name == "si":
                pieces.clear()
            elif name == "rPh":
                state["reading"] = True
            elif name == "t":
                state["text"] = not state["reading"]

        def end(name: str) -> None:
            if name == "si":
                words.add("".join(pieces))
            elif name == "rPh":
                state["reading"] = False
            elif name == "t":
                state["text"] = False

        self._all("xl/sharedStrings.xml", start, end, lambda text: pieces.append(text) if state["text"] else None)
        return words


class _Local(dict[str, str]):
    """Names of elements without the prefix that some programs give them; each is worked out once."""

    def __missing__(self, name: str) -> str:
        self[name] = name.rpartition(":")[2]
        return self[name]


def _int(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else -1


def _format(code: str) -> Format:
    """Read a number format: the first section decides; letters in quotes and brackets are words, not dates."""
    first = _QUOTED.sub("", code.partition(";")[0]).lower()
    if _ZEROS.fullmatch(first):
        return Format(Show.NUMBER, len(first))
    if "general" in first:
        return _PLAIN
    if any(letter in first for letter in "yd") or ("m" in first and "h" not in first and "s" not in first):
        return Format(Show.DAY)
    return Format(Show.TIME) if "h" in first or "s" in first else _PLAIN


def _check(archive: zipfile.ZipFile, file_name: str, largest_megabytes: int) -> None:
    """Refuse what could do harm or is no XLSX, from the archive's list of parts alone."""
    parts = archive.infolist()
    names = {part.filename for part in parts}
    whole, packed = sum(part.file_size for part in parts), max(sum(part.compress_size for part in parts), 1)
    is_bomb = whole > _HARMLESS_BYTES and whole > packed * _LARGEST_RATIO
    if len(parts) > _MOST_PARTS or is_bomb or whole > largest_megabytes * _MEGABYTE:
        raise BadInput(
            f"{file_name} unpacks to {whole // _MEGABYTE:,} MB in {len(parts):,} parts, {whole // packed:,} times its "
            "size. That is no lender's book; it was not opened. If it is, save it as CSV.",
            f"{file_name} 解压后为 {whole // _MEGABYTE:,} MB、{len(parts):,} 个部分，是原大小的 "
            f"{whole // packed:,} 倍，不像贷款数据，未予打开。若确为数据，请另存为 CSV。",
        )
    if any(part.flag_bits & 1 for part in parts):
        raise BadInput(
            f"{file_name} is protected by a password. Save it without one.",
            f"{file_name} 受密码保护，请去除密码后另存。",
        )
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise BadInput(
            f"{file_name} holds macros. Parley runs none and takes no file that has any: save it as .xlsx or CSV.",
            f"{file_name} 含有宏。Parley 不运行宏，也不接受含宏的文件：请另存为 .xlsx 或 CSV。",
        )
    if "xl/workbook.bin" in names:
        raise BadInput(
            f"{file_name} is in the binary format of Excel (.xlsb). Save it as .xlsx or CSV.",
            f"{file_name} 是 Excel 二进制格式（.xlsb），请另存为 .xlsx 或 CSV。",
        )
    if "xl/workbook.xml" not in names:
        raise BadInput(
            f"{file_name} is an archive, but no Excel workbook. Take the file out of it, or save it as .xlsx or CSV.",
            f"{file_name} 是压缩文件，但不是 Excel 工作簿。请解压，或另存为 .xlsx 或 CSV。",
        )
