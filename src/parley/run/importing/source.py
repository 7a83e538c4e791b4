"""A lender's CSV file as rows, twice: one pass checks the whole file before a second one reads it.

So nothing is written from a file that turns out to be unreadable at its end. Memory does not grow with the file.
"""

from __future__ import annotations

import codecs
import csv
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from parley.errors import BadInput

_BLOCK_BYTES: Final = 1 << 20
# A byte-order mark of another encoding, and its name for iconv.
_MARKS: Final = ((codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"))
_SPREADSHEET_MARK: Final = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over a file found: its header and how many rows follow."""

    header: tuple[str, ...]
    rows: int


def survey(path: Path, delimiter: str, longest_field_characters: int) -> Survey:
    """Read the whole file once. Raises BadInput for anything that makes it no table in UTF-8."""
    _check_openable(path)
    _check_encoding(path)
    rows = read_rows(path, delimiter, longest_field_characters)
    header = next(rows, None)
    if header is None:
        raise BadInput(
            f"{path.name} is empty. It needs a header row and at least one row of data.",
            f"{path.name} 是空文件，需要表头和至少一行数据。",
        )
    names = tuple(cell.strip() for cell in header[1])
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise BadInput(
            f"{path.name}, line 1: the header names a column twice: {', '.join(doubled)}. Rename one of them.",
            f"{path.name} 第 1 行：表头中有重复的列名：{'、'.join(doubled)}。请改名。",
        )
    count = sum(1 for _ in rows)
    if count == 0:
        raise BadInput(
            f"{path.name} has a header and no rows. Nothing to import.",
            f"{path.name} 只有表头，没有数据行，无内容可导入。",
        )
    return Survey(names, count)


def read_rows(path: Path, delimiter: str, longest_field_characters: int) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells), header first; blank lines are skipped."""
    with path.open(encoding="utf-8-sig", newline="") as stream, _field_limit(longest_field_characters):
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        first = 1
        try:
            for cells in reader:
                if cells:
                    yield first, cells
                first = reader.line_num + 1
        except csv.Error as error:
            raise BadInput(
                f"{path.name}, line {first}: this row is not CSV: {error}. Look for a quote that is never closed.",
                f"{path.name} 第 {first} 行：不是合法的 CSV（{error}），请检查是否有未闭合的引号。",
            ) from None


def _check_openable(path: Path) -> None:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise BadInput(f"{path} is a folder. Name a CSV file.", f"{path} 是文件夹，请指定 CSV 文件。")
        if not stat.S_ISREG(mode):
            raise BadInput(
                f"{path} is not an ordinary file. Save the data to a file first; it is read twice.",
                f"{path} 不是普通文件。文件需读取两遍，请先保存为文件。",
            )
        with path.open("rb") as stream:
            start = stream.read(4)
    except FileNotFoundError:
        raise BadInput(
            f"{path} does not exist. Check the path.",
            f"{path} 不存在，请检查路径。",
        ) from None
    except PermissionError:
        raise BadInput(
            f"{path} cannot be read by this user. Change its rights or run as its owner.",
            f"当前用户无权读取 {path}，请更改权限或以文件所有者身份运行。",
        ) from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.", f"无法读取 {path}：{error.strerror}。") from None
    if start == _SPREADSHEET_MARK:
        raise BadInput(
            f"{path.name} is a spreadsheet or an archive. Save it as CSV in UTF-8.",
            f"{path.name} 是电子表格或压缩文件，请另存为 UTF-8 编码的 CSV。",
        )
    for mark, name in _MARKS:
        if start.startswith(mark):
            raise _wrong_encoding(path, 1, 1, name)


def _check_encoding(path: Path) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, offset = 0, 0
    with path.open("rb") as stream:
        while True:
            block = stream.read(_BLOCK_BYTES)
            pending = decoder.getstate()[0]
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                at = offset - len(pending) + error.start
                line = lines + (pending + block)[: error.start].count(b"\n") + 1
                raise _wrong_encoding(path, line, at + 1, "GB18030") from None
            if (nul := block.find(b"\0")) >= 0:
                line = lines + block[:nul].count(b"\n") + 1
                raise BadInput(
                    f"{path.name}, line {line}, byte {offset + nul + 1}: a NUL byte. This is not a text file, "
                    "or it is UTF-16. Save it as CSV in UTF-8.",
                    f"{path.name} 第 {line} 行（第 {offset + nul + 1} 字节）：含 NUL 字节，不是文本文件或为 UTF-16。"
                    "请另存为 UTF-8 编码的 CSV。",
                )
            if not block:
                return
            lines += block.count(b"\n")
            offset += len(block)


def _wrong_encoding(path: Path, line: int, byte: int, guess: str) -> BadInput:
    return BadInput(
        f"{path.name}, line {line}, byte {byte}: this is not UTF-8. If it is {guess}, convert it: "
        f"iconv -f {guess} -t UTF-8 {path.name} > utf8.csv",
        f"{path.name} 第 {line} 行（第 {byte} 字节）：不是 UTF-8 编码。若为 {guess}，请先转换："
        f"iconv -f {guess} -t UTF-8 {path.name} > utf8.csv",
    )


@contextmanager
def _field_limit(characters: int) -> Iterator[None]:
    # The limit belongs to the csv module, not to a reader; put it back for whoever else reads.
    before = csv.field_size_limit(characters)
    try:
        yield
    finally:
        csv.field_size_limit(before)
