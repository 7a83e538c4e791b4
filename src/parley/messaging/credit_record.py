"""What a borrower is told of the credit record: how a late payment or a plan shows there, by jurisdiction.

A jurisdiction whose rule nobody has read gets the neutral sentence, which claims nothing and says: ask us. Not legal
advice; what each entry rests on stands beside it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, NoReturn, TypeAlias

from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.alphabet import fits_gsm7

CREDIT_FILE: Final = "credit_record.toml"
# Longest sentences, in characters: the short one is part of a text, the whole one of a page.
SHORT_CHARS: Final = {Language.EN: 60, Language.ZH_HANS: 30, Language.ZH_HANT: 30}
WHOLE_CHARS: Final = {Language.EN: 300, Language.ZH_HANS: 150, Language.ZH_HANT: 150}

_NEUTRAL: Final = "neutral"
_FIELDS: Final = {"read": str, "read_on": date, "citation": str, "source": str}
_UNREAD_FIELDS: Final = {"read": str, "read_on": date, "why": str}
_LINE: Final = re.compile(r"line (\d+)")
_DIGIT: Final = re.compile(r"\d")

_Sentences: TypeAlias = Mapping[Language, str]


class Read(StrEnum):
    """How much of its source somebody has read."""

    WHOLE = "whole"
    EXCERPT = "excerpt"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class CreditNote:
    """What is said of the credit record in one jurisdiction, and on what grounds; `citation` "" where none was read.

    `short` is part of a text and holds no figure: those of a text are the plan's. `whole` stands on the page.
    """

    jurisdiction: str
    read: Read
    read_on: date | None
    citation: str
    source: str
    short: Mapping[Language, str]
    whole: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class CreditBook:
    """The notes by jurisdiction, and the neutral one of everywhere else."""

    notes: Mapping[str, CreditNote]
    neutral: CreditNote

    def note(self, chain: Sequence[str]) -> CreditNote:
        """Return the note of the innermost of *chain* that has one: the territories a rulebook finds around a place."""
        return next((self.notes[code] for code in chain if code in self.notes), self.neutral)


def load_credit_book(raw: bytes, file: str, known: Collection[str]) -> CreditBook:
    """Return the book in the bytes of *file*; *known*: the jurisdictions there are.

    Raises BadInput naming file and line: no TOML, an unknown jurisdiction or field, a missing language, citation,
    source or day, words that are too long or where nothing was read, a short English sentence beyond the GSM alphabet.
    """
    tables, lines = _toml(raw, file)
    if _NEUTRAL not in tables:
        _refuse(_Place(file, 1), "needs the table [neutral].", "缺少[neutral]表。")
    plain = _words(tables.pop(_NEUTRAL), _Place(file, _line_of(lines, _NEUTRAL)), frozenset())
    neutral = CreditNote("", Read.NONE, None, "", "", *plain)
    notes: dict[str, CreditNote] = {}
    for code, fields in tables.items():
        at = _Place(file, _line_of(lines, code))
        if code not in known or not isinstance(fields, dict):
            _refuse(at, f"{code} is no jurisdiction of the rulebook.", f"{code}不是规则库中的法域。")
        notes[code] = _note(code, fields, at, neutral)
    return CreditBook(notes, neutral)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an entry begins."""

    file: str
    line: int


def _toml(raw: bytes, file: str) -> tuple[dict[str, Any], list[str]]:
    try:
        text = raw.decode("utf-8")
        return tomllib.loads(text), text.splitlines()
    except UnicodeDecodeError as error:
        _refuse(_Place(file, raw[: error.start].count(b"\n") + 1), "is not UTF-8.", "不是UTF-8编码。")
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        _refuse(_Place(file, int(found[1]) if found else 1), f"is not TOML: {error}.", f"不是TOML：{error}。")


def _line_of(lines: Sequence[str], code: str) -> int:
    """Return the line on which the table of *code* begins."""
    heads = (f"[{code}]", f"[{code}.", f'["{code}"')
    return next((n for n, line in enumerate(lines, start=1) if line.strip().startswith(heads)), 1)


def _note(code: str, fields: Mapping[str, Any], at: _Place, neutral: CreditNote) -> CreditNote:
    reads = fields.get("read")
    if reads not in set(Read):
        listed = ", ".join(Read)
        _refuse(at, f"read of {code} is one of {listed}.", f"{code}的read须为{listed}之一。")
    is_read = reads != Read.NONE
    needed = _FIELDS if is_read else _UNREAD_FIELDS
    for name, kind in needed.items():
        value = fields.get(name)
        if type(value) is not kind or (isinstance(value, str) and not value.strip()):
            _refuse(at, f"{code} needs {name}.", f"{code}缺少{name}。")
    if is_read:
        words = _words(fields, at, needed.keys())
        return CreditNote(code, Read(str(reads)), fields["read_on"], fields["citation"], fields["source"], *words)
    beyond = ", ".join(sorted(fields.keys() - needed.keys()))
    if beyond:
        _refuse(at, f"{code} was not read, so it may not say: {beyond}.", f"{code}未经查阅，不得写明{beyond}。")
    return CreditNote(code, Read.NONE, fields["read_on"], "", "", neutral.short, neutral.whole)


def _words(fields: Mapping[str, Any], at: _Place, beside: Collection[str]) -> tuple[_Sentences, _Sentences]:
    unknown = ", ".join(sorted(set(fields) - {*beside, "short", "whole"}))
    if unknown:
        _refuse(at, f"{unknown} is not known here.", f"{unknown}不可用。")
    short = _sentences(fields, "short", SHORT_CHARS, at)
    whole = _sentences(fields, "whole", WHOLE_CHARS, at)
    if any(_DIGIT.search(words) for words in short.values()):
        _refuse(at, "the short sentence writes numbers in words.", "短句中的数字须以文字写出。")
    if not fits_gsm7(short[Language.EN]):
        _refuse(at, "the short English sentence leaves the GSM alphabet.", "英文短句超出GSM字符集。")
    return short, whole


def _sentences(fields: Mapping[str, Any], name: str, longest: Mapping[Language, int], at: _Place) -> _Sentences:
    table = fields.get(name)
    found: dict[Language, str] = {}
    for language in Language:
        words = table.get(language.value) if isinstance(table, dict) else None
        if not isinstance(words, str) or not words.strip():
            _refuse(at, f"{name} needs a sentence in {language}.", f"{name}缺少{language}的文字。")
        most = longest[language]
        if len(words) > most:
            _refuse(at, f"{name} in {language} has at most {most} characters.", f"{name}的{language}最多{most}个字符。")
        found[language] = words
    return found


def _refuse(at: _Place, en: str, zh: str) -> NoReturn:
    raise BadInput(f"{at.file}, line {at.line}: {en}", f"{at.file} 第 {at.line} 行：{zh}")
