"""A delimited text file as rows: encoding found or named, delimiter found or named, quotes as RFC 4180 has them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from parley.errors import BadInput
from parley.run.importing.encoding import find_encoding, known_encoding
from parley.run.importing.source import Manner, Reading, Record

DELIMITERS: Final = (",", ";", "\t", "|")
_MARK: Final = "\ufeff"
# Rows that tell the delimiter.
_FIRST_ROWS: Final = 20


class TextFile:
    """A `Source` of delimited text."""

    def __init__(self, path: Path, file_name: str, reading: Reading) -> None:
        """Open *path*, called *file_name* by its owner. Raises BadInput where it is no text of one encoding."""
        self._path, self._name = path, file_name
        # The limit belongs to the csv module, not to a reader.
        csv.field_size_limit(reading.longest_field_characters)
        known = known_encoding(reading.encoding) if reading.is_checked else None
        encoding = known or find_encoding(path, file_name, reading.encoding)
        self._codec = encoding.codec
        delimiter = reading.delimiter or self._find_delimiter()
        self.manner = Manner("csv", encoding=encoding.name, delimiter=delimiter, notes=(encoding.why,))

    def records(self) -> Iterator[Record]:
        """Yield (line number, cells); blank lines are left out."""
        with self._path.open(encoding=self._codec, newline="") as stream:
            reader = csv.reader(stream, delimiter=self.manner.delimiter, strict=True)
            first = 1
            try:
                for cells in reader:
                    if cells:
                        if first == 1:
                            cells[0] = cells[0].removeprefix(_MARK)
                        yield Record(first, cells)
                    first = reader.line_num + 1
            except csv.Error as error:
                raise BadInput(
                    f"{self._name}, line {first}: this row is not CSV: {error}. Look for a quote that is never closed.",
                    f"{self._name} 第 {first} 行：不是合法的 CSV（{error}），请检查是否有未闭合的引号。",
                ) from None

    def _find_delimiter(self) -> str:
        """Return the delimiter by which the first rows agree best on a width above one; a comma where none does."""
        with self._path.open(encoding=self._codec, newline="") as stream:
            lines = [line.removeprefix(_MARK) for line in islice(stream, _FIRST_ROWS)]
        return max(DELIMITERS, key=lambda sign: _agreement(lines, sign))


def _agreement(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """Return how many of *lines* have the width that most have, and that width; (0, 0) where it is one."""
    try:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
    except csv.Error:
        return 0, 0
    width, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
    return (count, width) if width > 1 else (0, 0)
