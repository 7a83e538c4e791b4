"""A Parquet file as a source of rows; `columnar.parquet` reads it, this says what a lender must hear about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from parley.columnar import parquet
from parley.errors import BadInput
from parley.run.importing.reasons import Reason
from parley.run.importing.source import Manner, Record

_MIDNIGHT: Final = " 00:00:00"


class ParquetFile:
    """A `Source` of the rows of a Parquet file; the names of its columns are row 0."""

    manner = Manner("parquet")

    def __init__(self, path: Path, file_name: str) -> None:
        """Open *path*. Raises BadInput where it is damaged, sealed, or holds columns that are no plain values."""
        self._path, self._name = path, file_name
        try:
            self._columns = parquet.columns(path)
        except parquet.Unreadable:
            raise self._damaged() from None
        nested = [f"{column.name} ({column.type})" for column in self._columns if not column.is_plain]
        if nested:
            raise BadInput(
                f"{file_name}: these columns hold lists, structures or other values that are not one plain value: "
                f"{', '.join(nested)}. Leave them out of the file, or give each value a column of its own.",
                f"{file_name}：以下列为列表、结构等非单一值：{'、'.join(nested)}。请去掉这些列，或将其拆为单独的列。",
            )

    def records(self) -> Iterator[Record]:
        """Yield the header as row 0, then the rows from 1."""
        yield Record(0, [column.name for column in self._columns])
        binary = [number for number, column in enumerate(self._columns) if column.is_binary]
        moments = [number for number, column in enumerate(self._columns) if column.type.startswith("TIMESTAMP")]
        try:
            for place, values in enumerate(parquet.rows(self._path), 1):
                cells = ["" if value is None else value for value in values]
                for number in moments:
                    cells[number] = cells[number].removesuffix(_MIDNIGHT)
                faults = {}
                for number in binary:
                    cells[number] = cells[number].removesuffix(".0")
                    if "e+" in cells[number]:
                        faults[number] = Reason.DIGITS_LOST
                yield Record(place, cells, faults)
        except parquet.Unreadable:
            raise self._damaged() from None

    def _damaged(self) -> BadInput:
        return BadInput(
            f"{self._name} is a Parquet file that is cut short or damaged. Write or copy it again.",
            f"{self._name} 是不完整或已损坏的 Parquet 文件，请重新生成或复制。",
        )
