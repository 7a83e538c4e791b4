"""What does a statement look like to a person? As text in columns, and as Markdown, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import assert_never
from unicodedata import east_asian_width

from parley.locale import Language
from parley.money import amount_text
from parley.servicing.rounding import Rounding, to_whole
from parley.servicing.statements.value import Amount, Count, Day, Name, Percent, Statement, Table, Value, Word
from parley.servicing.statements.words import FIELDS, PARTS, PHRASES, TITLES, WORDS, word

# A rate that does not end, such as a third, is cut where nobody looks any more.
_MOST_DECIMALS = 6
_LEAST_DECIMALS = 2


def as_markdown(statement: Statement, language: Language) -> str:
    """Return the statement as Markdown: a title, one line of facts, and a table for each part."""
    lines = [f"# {word(TITLES, statement.title, language)}", "", _facts(statement, language)]
    for table in statement.tables:
        lines += ["", *_heading(statement, table, language, lambda text: [f"## {text}", ""])]
        cells = _cells(statement, table, language)
        marks = ["---:" if is_right else "---" for is_right in _right(table)]
        lines += [_piped(cells[0]), _piped(marks), *map(_piped, cells[1:])]
    return "\n".join(lines) + "\n"


def as_text(statement: Statement, language: Language) -> str:
    """Return the statement as plain text, columns apart by two spaces; a Chinese sign is as wide as two others."""
    lines = [word(TITLES, statement.title, language), _facts(statement, language)]
    for table in statement.tables:
        lines += ["", *_heading(statement, table, language, lambda text: [text])]
        cells = _cells(statement, table, language)
        widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
        lines += [_aligned(row, widths, _right(table)) for row in cells]
    return "\n".join(lines) + "\n"


def value_text(value: Value, currency: str, language: Language) -> str:
    """Return one value as a person reads it; an amount without its currency."""
    match value:
        case Amount(minor):
            return amount_text(minor, currency)
        case Count(number):
            return str(number)
        case Day(on):
            return on.isoformat()
        case Word(key):
            return word(WORDS, key, language)
        case Name(text):
            return text
        case Percent(exact):
            return percent_text(exact)
        case _:
            assert_never(value)


def percent_text(exact: Fraction) -> str:
    """Return a percentage with two decimals, or as many as it has, at most six. Rounding: the sixth half up."""
    decimals = _LEAST_DECIMALS
    while decimals < _MOST_DECIMALS and (exact * 10**decimals).denominator != 1:
        decimals += 1
    whole, part = divmod(to_whole(exact * 10**decimals, Rounding.HALF_UP), 10**decimals)
    return f"{whole}.{part:0{decimals}d}"


def _facts(statement: Statement, language: Language) -> str:
    said = []
    for fact in statement.facts:
        values = {name: value_text(value, statement.currency, language) for name, value in fact.values}
        said.append(word(PHRASES, fact.phrase, language).format(currency=statement.currency, **values))
    return " · ".join(said)


def _heading(statement: Statement, table: Table, language: Language, form: Callable[[str], list[str]]) -> list[str]:
    """Return the heading of a part, where there is more than one."""
    return form(word(PARTS, table.key, language)) if len(statement.tables) > 1 else []


def _cells(statement: Statement, table: Table, language: Language) -> list[list[str]]:
    head = [word(FIELDS, column, language) for column in table.columns]
    rows = [*table.rows, *([table.total] if table.total else [])]
    cells = [["" if one is None else value_text(one, statement.currency, language) for one in row] for row in rows]
    if table.total:
        cells[-1][0] = word(PARTS, "total", language)
    return [head, *cells]


def _right(table: Table) -> list[bool]:
    """Return for each column whether it holds figures; one without any value is written as if it did."""
    columns = zip(*table.rows, strict=True) if table.rows else [() for _ in table.columns]
    return [all(isinstance(one, Amount | Count | Percent) for one in column if one is not None) for column in columns]


def _piped(cells: Sequence[str]) -> str:
    return "".join(f"| {cell} " if cell else "| " for cell in cells) + "|"


def _aligned(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for cell, width, is_right in zip(cells, widths, right, strict=True):
        gap = " " * (width - _width(cell))
        padded.append(gap + cell if is_right else cell + gap)
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
