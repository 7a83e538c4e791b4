"""Tables to take away: CSV that a spreadsheet shows right and runs nothing of."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from django.http import HttpResponse

# What a spreadsheet takes for a formula (OWASP, CSV injection); to Chinese and Japanese ones the full-width signs too.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


BYTE_ORDER_MARK: Final = "\ufeff"


def safe_cell(value: object) -> str:
    """Return *value* as text that no spreadsheet runs; numbers stay numbers."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    text = str(value)
    if isinstance(value, int | float) or not text.startswith(_FORMULA):
        return text
    return f"'{text}"


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as the text of a file. With a byte-order mark: spreadsheets then show Chinese."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([safe_cell(cell) for cell in header])
    writer.writerows([[safe_cell(cell) for cell in row] for row in rows])
    return BYTE_ORDER_MARK + stream.getvalue()


def csv_answer(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return a table as a file called *name*."""
    answer = HttpResponse(csv_text(header, rows).encode(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
