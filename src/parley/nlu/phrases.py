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
from functools import lru_cache
from typing import Final, TypeAlias

LONGEST_PHRASE_CHARS: Final = 2_000
_MOST_GAPS: Final = 2
_SEPARATOR: Final = r"[\W_]{0,3}"
_NUMBER: Final = r"\d{1,9}(?:[.,]\d{1,3}){0,3}"
_END_OF_SEQUENCE: Final = frozenset({"|", ")", "]", ""})
_TRIGGER_LETTERS: Final = 3


class BadPhrase(ValueError):
    """The phrase is not of this language; the message says where."""


Needs: TypeAlias = tuple[frozenset[str], ...]
"""Sets of triggers: a text must have at least one of each set. Of none at all nothing is known to be needed."""


class Phrase:
    """A phrase. `triggers`: one of these must be among the reply's triggers, else it cannot match.

    Its regular expression is built when a reply first has all it needs: a reply has that for few, and building all is
    slow.
    """

    __slots__ = ("_all_of", "_one_of", "_pattern", "regex", "triggers")

    def __init__(self, regex: str, needs: Needs) -> None:
        self.regex = regex
        self.triggers = _fewest(needs)
        self._all_of = frozenset().union(*(need for need in needs if len(need) == 1))
        self._one_of = tuple(need for need in needs if len(need) > 1)
        self._pattern: re.Pattern[str] | None = None

    def may_match(self, triggers: frozenset[str]) -> bool:
        """Say whether a reply of these *triggers* has something of each part that must be there."""
        if not self._all_of <= triggers:
            return False
        # A loop, not `any`: this is asked for some sixty phrases of every reply.
        for need in self._one_of:  # noqa: SIM110
            if need.isdisjoint(triggers):
                return False
        return True

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return the compiled expression; two threads that build it at once build the same."""
        if self._pattern is None:
            self._pattern = re.compile(self.regex)
        return self._pattern


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of regex, and what it needs of a text to match."""

    regex: str
    needs: Needs


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
    if not part.needs:
        raise BadPhrase("no word that must be there")
    return Phrase(part.regex, part.needs)


def compile_list(entries: Sequence[str], fold: Callable[[str], str]) -> Part:
    """Compile a list of words for phrases to name; it may not name lists itself. Raises BadPhrase."""
    return _parsed(fold("|".join(entries)), {})


def _parsed(source: str, lists: Mapping[str, Part]) -> Part:
    parser = _Parser(source, lists)
    part = parser.alternatives()
    if parser.position != len(source):
        raise BadPhrase(f"unexpected {source[parser.position]!r} at {parser.position}")
    return part


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
        return Part("(?:" + "|".join(p.regex for p in parts) + ")", _any_of([p.needs for p in parts]))

    def sequence(self) -> Part:
        """Sequence := element*, up to ')' ']' '|' or the end; it needs what each element needs."""
        run = _RUN.match(self.source, self.position)
        if run is not None and self.source[run.end() : run.end() + 1] in _END_OF_SEQUENCE:
            # One word and no more, as most are.
            self.position = run.end()
            return _wide(run[0]) if run[1] is None else _word(run[0], is_stem=False)
        regex: list[str] = []
        needs: dict[frozenset[str], None] = {}
        while (char := self._peek()) and char not in "|)]":
            part = self._element(char)
            regex.append(part.regex)
            needs |= dict.fromkeys(part.needs)
        return Part("".join(regex), tuple(needs))

    def _element(self, char: str) -> Part:
        if char == "(":
            return self._bracket(")", "")
        if char == "[":
            part = self._bracket("]", "?")
            return Part(part.regex, ())
        if char == "<":
            return self._list()
        if char == ".":
            return self._gap()
        if char in _SIGNS:
            self.position += 1
            return Part(_SIGNS[char], ())
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
        return Part(f"(?:{inner.regex}){suffix}", inner.needs)

    def _list(self) -> Part:
        end = self.source.find(">", self.position)
        name = self.source[self.position + 1 : end] if end > 0 else ""
        if name not in self.lists:
            raise BadPhrase(f"no word list named {name!r}")
        self.position = end + 1
        inner = self.lists[name]
        return Part(f"(?:{inner.regex})", inner.needs)

    def _gap(self) -> Part:
        dots = 0
        while self._peek() == ".":
            dots += 1
            self.position += 1
        self.gaps += 1
        if dots not in {2, 3} or self.gaps > _MOST_GAPS:
            raise BadPhrase("a gap is '..' or '...', at most two in a phrase")
        longest = {(2, False): 20, (3, False): 40, (2, True): 6, (3, True): 12}[dots, self.wide]
        return Part(rf"[^.!?;\n。]{{0,{longest}}}?", ())

    def _literal(self) -> Part:
        run = _RUN.match(self.source, self.position)
        if run is None:
            raise BadPhrase(f"unexpected {self.source[self.position]!r} at {self.position}")
        self.position = run.end()
        if run[1] is None:
            return _wide(run[0])
        is_stem = self._peek() == "*"
        self.position += is_stem
        return _word(run[0], is_stem=is_stem)

    def _peek(self) -> str:
        return self.source[self.position] if self.position < len(self.source) else ""


# One word of Latin letters and digits, or a run of anything else that is no sign of the language.
_RUN: Final = re.compile(r"([a-z0-9]+)|[^a-z0-9()\[\]|<>.*#^$ ]+")


# Lists repeat their words thousands of times.
@lru_cache(maxsize=1 << 15)
def _word(word: str, *, is_stem: bool) -> Part:
    ending = "[a-z]{0,8}(?![a-z0-9])" if is_stem else "(?![a-z0-9])"
    tells = not is_stem or len(word) >= _TRIGGER_LETTERS
    return Part(f"(?<![a-z0-9]){word}{ending}", (frozenset({word[:_TRIGGER_LETTERS]}),) if tells else ())


@lru_cache(maxsize=1 << 15)
def _wide(run: str) -> Part:
    telling = [char for char in run if char > "\x7f"] or [run[0]]
    return Part(re.escape(run), tuple(frozenset({char}) for char in dict.fromkeys(telling)))


_SIGNS: Final = {
    " ": _SEPARATOR,
    "#": _NUMBER,
    "^": r"\A[\W_]{0,6}",
    "$": r"[\W_]{0,12}\Z",
}


def _any_of(branches: list[Needs]) -> Needs:
    """Return what alternatives need: one of the most telling of each branch; if one branch needs nothing, nothing."""
    if not all(branches):
        return ()
    return (frozenset().union(*map(_fewest, branches)),)


def _fewest(needs: Needs) -> frozenset[str]:
    """Return the most telling of *needs*: the smallest set, the first of equals."""
    return min(needs, key=len)
