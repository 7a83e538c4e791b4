"""Which help outside the lender a borrower is told of: crisis lines and debt advice, by jurisdiction, as dated data.

A jurisdiction that the data does not hold has no answer; the message then only says that a person will help.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NoReturn

from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.numbers import numbers_in

CRISIS_FILE: Final = "crisis_lines.toml"
ADVICE_FILE: Final = "debt_advice.toml"


class Confidence(StrEnum):
    """Who has read a number: at its owner's page, at somebody else's, or nobody."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Help:
    """The help of one jurisdiction: its words per language, and how far each number can be trusted."""

    checked_on: date
    words: Mapping[Language, str]
    numbers: Mapping[str, Confidence]


HelpBook = Mapping[str, Help]
"""Jurisdiction (ISO 3166-1 alpha-2) → its help."""


def load_help(raw: bytes, file: str) -> HelpBook:
    """Return the help book in the bytes of *file*.

    Raises BadInput naming file and jurisdiction: no TOML, a missing date or language, a number that a text lacks or
    has beyond those listed, an unknown confidence.
    """
    try:
        tables = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} is not TOML in UTF-8: {error}.", f"{file}不是UTF-8编码的TOML：{error}。") from None
    return {jurisdiction: _help(file, jurisdiction, fields) for jurisdiction, fields in tables.items()}


def lines_for(jurisdiction: str, language: Language, book: HelpBook) -> str | None:
    """Return the emergency and crisis lines of *jurisdiction* ('US', or 'US-CA' for its part), or None."""
    return _words(jurisdiction, language, book)


def advice_for(jurisdiction: str, language: Language, book: HelpBook) -> str | None:
    """Return the independent debt advice of *jurisdiction* ('US', or 'US-CA' for its part), or None."""
    return _words(jurisdiction, language, book)


def _words(jurisdiction: str, language: Language, book: HelpBook) -> str | None:
    found = book.get(jurisdiction) or book.get(jurisdiction.split("-", maxsplit=1)[0])
    return found.words[language] if found else None


def _refuse(file: str, jurisdiction: str, en: str, zh: str) -> NoReturn:
    raise BadInput(f"{file}, {jurisdiction}: {en}", f"{file}，{jurisdiction}：{zh}")


def _help(file: str, jurisdiction: str, fields: object) -> Help:
    if not isinstance(fields, dict):
        _refuse(file, jurisdiction, "is a table.", "应为表。")
    checked_on = fields.get("checked_on")
    if type(checked_on) is not date:
        _refuse(file, jurisdiction, "needs checked_on, a date such as 2026-11-23.", "需要checked_on日期。")
    numbers = _numbers(file, jurisdiction, fields.get("numbers"))
    words: dict[Language, str] = {}
    for language in Language:
        text = fields.get(language.value)
        if not isinstance(text, str):
            _refuse(file, jurisdiction, f"needs a text in {language}.", f"缺少{language}的文字。")
        if _without_hours(text) != sorted(part for number in numbers for part in numbers_in(number)):
            _refuse(
                file,
                jurisdiction,
                f"the numbers of the {language} text are not those listed.",
                f"{language}文字中的号码与列表不一致。",
            )
        words[language] = text
    return Help(checked_on, words, numbers)


def _without_hours(text: str) -> list[str]:
    """Return the numbers of *text* but for '24h' and its Chinese forms, which are opening hours."""
    for hours in ("24h", "24小时", "24小時"):
        text = text.replace(hours, "")
    return sorted(numbers_in(text))


def _numbers(file: str, jurisdiction: str, table: object) -> Mapping[str, Confidence]:
    if not isinstance(table, dict):
        _refuse(file, jurisdiction, "needs the table numbers (it may be empty).", "需要numbers表（可以为空）。")
    confidences: dict[str, Confidence] = {}
    for number, fields in table.items():
        confidence = fields.get("confidence") if isinstance(fields, dict) else None
        if confidence not in set(Confidence):
            allowed = ", ".join(Confidence)
            _refuse(
                file, jurisdiction, f"the confidence of {number} is one of {allowed}.", f"可信度须为{allowed}之一。"
            )
        confidences[number] = Confidence(confidence)
    return confidences
