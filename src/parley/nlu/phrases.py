"""A small phrase language for word lists, compiled to bounded regular expressions.

    stop (texting|messaging) [me]     words, alternatives, an optional part; a blank allows up to three signs between
    pay*                              a word with any ending of up to eight letters
    <money>                           a list of [words]
    #                                 a number
    .. or ...                         a gap inside one sentence: 20 or 40 characters (6 or 12 beside Chinese)
    ^ $                               the beginning, the end of the reply (signs and emoji aside)

There is no unbounded quantifier and at most two gaps, so the time to search is linear in the length of the reply.
Phrases are read in the same folded form as replies; an apostrophe is left out ("dont").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

LONGEST_PHRASE_CHARS: Final = 2_000
_MOST_GAPS: Final = 2
_SEPARATOR: Final = r"[\W_]{0,3}"
_NUMBER: Final = r"\d{1,9}(?:[.,]\d{1,3}){0,3}"
_SPECIAL: Final = frozenset("()[]|<>.*#^$ ")
_TRIGGER_LETTERS: Final = 3


class BadPhrase(ValueError):
    """The phrase is not of this language; the message says where."""


class Phrase:
    """A phrase. `triggers`: one of these must be among the reply's triggers, else it cannot match.

    Its regular expression is built when a reply first triggers it: a reply triggers few, and building all is slow.
    """

    __slots__ = ("_pattern", "regex", "triggers")

    def __init__(self, regex: str, triggers: frozenset[str]) -> None:
        self.regex = regex
        self.triggers = triggers
        self._pattern: re.Pattern[str] | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return the compiled expression; two threads that build it at once build the same."""
        if self._pattern is None:
            self._pattern = re.compile(self.regex)
        return self._pattern


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of regex and the triggers one of which it needs (None: needs none)."""

    regex: str
    triggers: frozenset[str] | None


def triggers_of(text: str) -> frozenset[str]:
    """Return what a reading form can trigger: the first letters of its words, each other letter and each sign."""
    found = {word[:_TRIGGER_LETTERS] for word in re.findall(r"[a-z0-9]+", text)}
    found.update(char for char in text if char > "\x7f" or not (char.isalnum() or char.isspace()))
    return frozenset(found)


def compile_phrase(source: str, lists: Mapping[str, Part], fold: Callable[[str], str]) -> Phrase:
    """Compile *source*; *lists* are those it may name, *fold* brings it into the form of replies.

    Raises BadPhrase for an unclosed bracket, an unknown list, too many gaps, or nothing to hold on to.
    """
    if len(source) > LONGEST_PHRASE_CHARS:
        raise BadPhrase(f"longer than {LONGEST_PHRASE_CHARS} characters")
    part = _parsed(fold(source), lists)
    if not part.triggers:
        raise BadPhrase("no word that must be there")
    return Phrase(part.regex, part.triggers)


def compile_list(entries: Sequence[str], fold: Callable[[str], str]) -> Part:
    """Compile a list of words for phrases to name; it may not name lists itself. Raises BadPhrase."""
    return _parsed(fold("|".join(entries)), {})


def _parsed(source: str, lists: Mapping[str, Part]) -> Part:
    parser = _Parser(source, lists)
    part = parser.alternatives()
    if parser.position != len(source):
        raise BadPhrase(f"unexpected {source[parser.position]!r} at {parser.position}")
    return part


def _is_latin(char: str) -> bool:
    return "a" <= char <= "z" or "0" <= char <= "9"


class _Parser:
    def __init__(self, source: str, lists: Mapping[str, Part]) -> None:
        self.source = source
        self.lists = lists
        self.position = 0
        self.gaps = 0
        self.wide = any("\u3000" < char < "\ufffe" for char in source)

    def alternatives(self) -> Part:
        """Alternatives := sequence ('|' sequence)*."""
        parts = [self.sequence()]
        while self._peek() == "|":
            self.position += 1
            parts.append(self.sequence())
        if len(parts) == 1:
            return parts[0]
        return Part("(?:" + "|".join(p.regex for p in parts) + ")", _any_of([p.triggers for p in parts]))

    def sequence(self) -> Part:
        """Sequence := element*, up to ')' ']' '|' or the end; it needs what its most telling element needs."""
        regex: list[str] = []
        needed: list[frozenset[str]] = []
        while (char := self._peek()) and char not in "|)]":
            part = self._element(char)
            regex.append(part.regex)
            if part.triggers:
                needed.append(part.triggers)
        return Part("".join(regex), min(needed, key=len) if needed else None)

    def _element(self, char: str) -> Part:
        if char == "(":
            return self._bracket(")", "")
        if char == "[":
            part = self._bracket("]", "?")
            return Part(part.regex, None)
        if char == "<":
            return self._list()
        if char == ".":
            return self._gap()
        if char in _SIGNS:
            self.position += 1
            return Part(_SIGNS[char], None)
        if char == "*":
            raise BadPhrase(f"'*' follows no word at {self.position}")
        return self._literal()

    def _bracket(self, close: str, suffix: str) -> Part:
        opened = self.position
        self.position += 1
        inner = self.alternatives()
        if self._peek() != close:
            raise BadPhrase(f"bracket at {opened} is not closed")
        self.position += 1
        return Part(f"(?:{inner.regex}){suffix}", inner.triggers)

    def _list(self) -> Part:
        end = self.source.find(">", self.position)
        name = self.source[self.position + 1 : end] if end > 0 else ""
        if name not in self.lists:
            raise BadPhrase(f"no word list named {name!r}")
        self.position = end + 1
        inner = self.lists[name]
        return Part(f"(?:{inner.regex})", inner.triggers)

    def _gap(self) -> Part:
        dots = 0
        while self._peek() == ".":
            dots += 1
            self.position += 1
        self.gaps += 1
        if dots not in {2, 3} or self.gaps > _MOST_GAPS:
            raise BadPhrase("a gap is '..' or '...', at most two in a phrase")
        longest = {(2, False): 20, (3, False): 40, (2, True): 6, (3, True): 12}[dots, self.wide]
        return Part(rf"[^.!?;\n。]{{0,{longest}}}?", None)

    def _literal(self) -> Part:
        start = self.position
        latin = _is_latin(self.source[start])
        while (char := self._peek()) and char not in _SPECIAL and _is_latin(char) == latin:
            self.position += 1
        word = self.source[start : self.position]
        if not latin:
            telling = next((char for char in word if char > "\x7f"), word[0])
            return Part(re.escape(word), frozenset({telling}))
        ending = "(?![a-z0-9])"
        if self._peek() == "*":
            self.position += 1
            ending = "[a-z]{0,8}(?![a-z0-9])"
            if len(word) < _TRIGGER_LETTERS:
                return Part(f"(?<![a-z0-9]){word}{ending}", None)
        return Part(f"(?<![a-z0-9]){word}{ending}", frozenset({word[:_TRIGGER_LETTERS]}))

    def _peek(self) -> str:
        return self.source[self.position] if self.position < len(self.source) else ""


_SIGNS: Final = {
    " ": _SEPARATOR,
    "#": _NUMBER,
    "^": r"\A[\W_]{0,6}",
    "$": r"[\W_]{0,12}\Z",
}


def _any_of(triggers: list[frozenset[str] | None]) -> frozenset[str] | None:
    """Return the triggers of alternatives: if one branch needs nothing, so does the whole."""
    found: set[str] = set()
    for each in triggers:
        if each is None:
            return None
        found |= each
    return frozenset(found)
