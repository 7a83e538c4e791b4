"""What a borrower is told of a payment that is missed: the lender's grace and the plan's waiver in plain words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.template import Template, TemplateError, names_used, parse, render
from parley.messaging.values import Kind, Placeholder

MISSED_FILE: Final = "missed_payment.toml"
_TYPES: Final = {"grace": Placeholder(Kind.COUNT), "waives": Placeholder(Kind.CHOICE, ("no", "yes"))}


@dataclass(frozen=True, slots=True)
class MissedWords:
    """The sentences in each language."""

    texts: Mapping[Language, Template]

    def say(self, grace_days: int, *, waives: bool, today: date) -> Mapping[Language, str]:
        """Return what happens after *grace_days* without a payment of a plan that *waives* something, or does not."""
        values = {"grace": grace_days, "waives": "yes" if waives else "no"}
        return {language: render(text, values, language, today) for language, text in self.texts.items()}


def load_missed(raw: bytes, file: str) -> MissedWords:
    """Return the sentences in the bytes of *file*.

    Raises BadInput naming the file: no TOML, a language that is missing or unknown, a text that cannot be parsed, or
    that leaves out the days or the waiver.
    """
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} is not TOML in UTF-8: {error}.", f"{file}不是UTF-8编码的TOML：{error}。") from None
    wrong = sorted(set(table) ^ {language.value for language in Language})
    if wrong:
        raise BadInput(f"{file}: {wrong[0]} is missing or not known.", f"{file}：{wrong[0]}缺失或不可用。")
    return MissedWords({language: _text(table[language.value], language, file) for language in Language})


def _text(source: object, language: Language, file: str) -> Template:
    try:
        text = parse(str(source), _TYPES)
    except TemplateError as error:
        raise BadInput(f"{file}, {language}: {error.en}", f"{file}，{language}：{error.zh}") from None
    if names_used(text.nodes) != frozenset(_TYPES):
        raise BadInput(f"{file}, {language}: names grace and waives.", f"{file}，{language}：须用grace和waives。")
    return text
