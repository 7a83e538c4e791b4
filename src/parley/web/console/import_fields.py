"""How a page names the fields of a file and the words that go with them, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from parley.locale import Language
from parley.messaging.values import locale_of
from parley.store.importing import Choice, Filling, FormLine, MapForm, Meaning, Wanting
from parley.web.words import knows, say

_TEMPLATE: Final = re.compile(r'\{ template = "([^"]*)" \}')
# Isolates a text from the direction of what stands around it, where no element can (Unicode UAX 9: FSI, PDI).
_ISOLATED: Final = "\u2068{}\u2069"
_LONGEST_HEADING: Final = 60
# A choice that was asked for and not made stands in the map as this.
ASKED: Final = "?"


@dataclass(frozen=True, slots=True, repr=False)
class Offered:
    """One choice as a page offers it: its name in words, and (value, words) of what there is; free text where none."""

    choice: Choice
    label: str
    words: tuple[tuple[str, str], ...]
    is_asked: bool


@dataclass(frozen=True, slots=True, repr=False)
class ShownLine:
    """One line of the map's form with its words. `filling`: what the form proposes where nothing was said yet."""

    line: FormLine
    label: str
    hint: str
    filling: str
    other: str
    offered: tuple[Offered, ...]
    words: tuple[tuple[str, str], ...]
    meaning_words: tuple[tuple[str, str], ...]
    meanings: tuple[Meaning, ...]
    is_open: bool

    @property
    def is_folded(self) -> bool:
        """Whether it stands last and folded away: a field that may stay empty, and does."""
        return self.filling == Filling.NONE and not self.line.is_required and not self.line.notes


def label_of(kind: str, field: str, language: Language) -> str:
    """Return what a page calls a field of a file of *kind*; "" for the row as a whole."""
    return _either(f"column.{kind}.{field}", f"column.{field}", language) or field


def _either(one: str, other: str, language: Language) -> str:
    """Return the words of a kind's own, or those that all kinds share; "" where there are none."""
    return next((say(key, language) for key in (one, other) if knows(key)), "")


def shown_lines(form: MapForm, kind: str, language: Language) -> Iterable[ShownLine]:
    """Return the lines of a form with their words."""
    for line in form.lines:
        offered = tuple(_offered(choice, language) for choice in line.choices)
        is_needed = line.is_required and line.filling is Filling.NONE and line.example != ""
        yield ShownLine(
            line=line,
            label=label_of(kind, line.field, language),
            hint=_either(f"hint.{kind}.{line.field}", f"hint.{line.field}", language),
            # What no column says is most often one value for all rows.
            filling=Filling.VALUE if is_needed else line.filling,
            other=_other(line.other, language),
            offered=offered,
            words=_named(line.words, language),
            meaning_words=_named(line.meaning_words, language),
            meanings=line.meanings,
            is_open=line.wants in {Wanting.CHOICE, Wanting.CORRECTION} or any(not one.means for one in line.meanings),
        )


def headings(form: MapForm) -> list[tuple[int, str]]:
    """Return (place, heading) of the columns that a field can name, cut to what a list shows."""
    return [
        (place, _ISOLATED.format(name if len(name) <= _LONGEST_HEADING else f"{name[:_LONGEST_HEADING]}…"))
        for place, name in enumerate(form.header)
        if name
    ]


def _other(told: str, language: Language) -> str:
    """Return what only the map's text can say in words, where there are any, else as it stands."""
    if told == '{ from = "jurisdiction" }':
        return say("import.from.jurisdiction", language)
    template = _TEMPLATE.fullmatch(told)
    return say("import.from.template", language, template=template[1]) if template else told


def _offered(choice: Choice, language: Language) -> Offered:
    label = say(f"choice.{choice.name}", language)
    words = tuple((word, _choice_word(choice.name, word, language)) for word in choice.words)
    return Offered(choice, label, words, choice.value == ASKED)


def _choice_word(name: str, word: str, language: Language) -> str:
    if name == "region" and word:
        return f"{locale_of(language).territories.get(word, word)} ({word})"
    if name == "format" and word:
        order = "day" if word.startswith("D") else "month" if word.startswith("M") else ""
        return f"{word} ({say(f'choice.{order}_first', language)})" if order else word
    key = f"choice.{name}.{word or 'none'}"
    return say(key, language) if knows(key) else word


def _named(words: Iterable[str], language: Language) -> tuple[tuple[str, str], ...]:
    return tuple((word, say(f"word.{word}", language) if knows(f"word.{word}") else word) for word in words)
