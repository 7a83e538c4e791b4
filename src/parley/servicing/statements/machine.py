"""What does a statement look like to a program? CSV and JSON: keys that no language changes, labels beside them.

Every amount stands twice, as whole minor units and as decimal text; no number is a binary fraction.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Final, assert_never

from parley.locale import Language
from parley.money import decimal_text
from parley.servicing.statements.value import Amount, Count, Day, Name, Percent, Statement, Table, Value, Word
from parley.servicing.statements.words import FIELDS, PARTS, TITLES, WORDS, word
from parley.servicing.statements.written import percent_text

_Cells = Mapping[str, str]
# What is put behind a field's key for its minor units, and for what a word is called.
_MINOR: Final = "_minor"
_LABEL: Final = "_label"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def as_json(statement: Statement, language: Language) -> str:
    """Return the statement as JSON, indented; keys in the order of the statement."""
    whole = {
        "statement": statement.title,
        "title": word(TITLES, statement.title, language),
        "language": language.value,
        "currency": statement.currency,
        "summary": {
            field: {"label": word(FIELDS, field, language), "value": _plain(value, statement.currency, language)}
            for fact in statement.facts
            for field, value in fact.values
        },
        "tables": [_table(statement, table, language) for table in statement.tables],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def as_csv(statement: Statement, language: Language) -> str:
    """Return the statement as CSV: a line of keys, a line of labels, then one line for the summary and each row.

    `part` says which part a line belongs to; `payment` is decimal text and `payment_minor` the same in minor units. A
    column that a part does not have is empty there. Lines end in CRLF (RFC 4180).
    """
    lines = list(_lines(statement, language))
    fields = list(dict.fromkeys(_field(key) for _, cells in lines for key in cells))
    held = {key for _, cells in lines for key in cells}
    keys = [key for field in fields for key in (field, field + _MINOR, field + _LABEL) if key in held]
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(["part", "currency", *keys])
    writer.writerow(["", "", *(_label(key, language) for key in keys)])
    for part, cells in lines:
        writer.writerow([part, statement.currency, *(cells.get(key, "") for key in keys)])
    return out.getvalue()


def _table(statement: Statement, table: Table, language: Language) -> dict[str, object]:
    def row_of(cells: Iterable[Value | None]) -> dict[str, object]:
        return {
            column: None if value is None else _plain(value, statement.currency, language)
            for column, value in zip(table.columns, cells, strict=True)
        }

    found: dict[str, object] = {
        "table": table.key,
        "label": word(PARTS, table.key, language),
        "columns": [{"key": column, "label": word(FIELDS, column, language)} for column in table.columns],
        "rows": [row_of(row) for row in table.rows],
    }
    if table.total is not None:
        found["total"] = row_of(table.total)
    return found


def _plain(value: Value, currency: str, language: Language) -> object:
    match value:
        case Amount(minor):
            return {"minor": minor, "decimal": decimal_text(minor, currency)}
        case Count(number):
            return number
        case Day(on):
            return on.isoformat()
        case Word(key):
            return {"key": key, "label": word(WORDS, key, language)}
        case Name(text):
            return text
        case Percent(exact):
            return percent_text(exact)
        case _:
            assert_never(value)


def _lines(statement: Statement, language: Language) -> Iterator[tuple[str, _Cells]]:
    """Give the part and the cells of every line by key."""
    summary = [pair for fact in statement.facts for pair in fact.values]
    yield "summary", _flat(summary, statement.currency, language)
    for table in statement.tables:
        for row in table.rows:
            yield table.key, _flat(zip(table.columns, row, strict=True), statement.currency, language)
        if table.total is not None:
            total = zip(table.columns, table.total, strict=True)
            yield f"{table.key}.total", _flat(total, statement.currency, language)


def _flat(pairs: Iterable[tuple[str, Value | None]], currency: str, language: Language) -> _Cells:
    cells: dict[str, str] = {}
    for key, value in pairs:
        match value:
            case None:
                cells[key] = ""
            case Amount(minor):
                cells |= {key: decimal_text(minor, currency), key + _MINOR: str(minor)}
            case Word(name):
                cells |= {key: name, key + _LABEL: word(WORDS, name, language)}
            case Name(text):
                # A spreadsheet would run a name of the lender's file that begins like a formula (CWE-1236).
                cells[key] = f"'{text}" if text.startswith(_FORMULA) else text
            case _:
                cells[key] = str(_plain(value, currency, language))
    return cells


def _label(key: str, language: Language) -> str:
    label = word(FIELDS, _field(key), language)
    return word(PARTS, "minor", language).format(label=label) if key.endswith(_MINOR) else label


def _field(key: str) -> str:
    return key.removesuffix(_MINOR).removesuffix(_LABEL)
