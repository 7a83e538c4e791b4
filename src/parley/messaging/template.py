"""Our subset of ICU MessageFormat: source text → tree → message. Knows nothing of keys, languages' files or sending.

    literal text          ICU apostrophes: '' is an apostrophe, '{…' quotes up to the next one; don't is plain
    {name}                a typed placeholder of the closed catalogue
    {n, plural, =1 {…} one {…} other {…}}      n a count; # inside shows it
    {x, select, a {…} other {…}}               x a choice

There is no call, loop, offset or format: a template cannot run long or read what it was not given. Every error is a
`TemplateError` with its position.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import prod
from typing import Final, NoReturn

from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.values import Kind, PlaceholderTypes, Value, fault_of, is_control, locale_of, shown

LONGEST_SOURCE_CHARS: Final = 2_000
DEEPEST_NESTING: Final = 4
# Formatting a number costs some 40 µs: a hundred keep the worst template under 10 ms.
MOST_PLACEHOLDERS: Final = 100
# A text is judged in every way it can read. With both limits that stays a matter of milliseconds.
MOST_WAYS: Final = 300
MOST_CHARS_OF_ALL_WAYS: Final = 100_000

_PLURAL_WORDS: Final = frozenset({"zero", "one", "two", "few", "many", "other"})
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_SELECTOR: Final = re.compile(r"=\d{1,9}|[a-z][a-z0-9_]{0,39}", re.ASCII)


class Fault(StrEnum):
    """What is wrong with a template."""

    UNKNOWN_PLACEHOLDER = "unknown_placeholder"
    WRONG_KIND = "wrong_kind"
    UNKNOWN_FORM = "unknown_form"
    BAD_SELECTOR = "bad_selector"
    MISSING_OTHER = "missing_other"
    UNBALANCED_BRACE = "unbalanced_brace"
    UNCLOSED_QUOTE = "unclosed_quote"
    BAD_SYNTAX = "bad_syntax"
    TOO_DEEP = "too_deep"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    TOO_MANY_WAYS = "too_many_ways"
    CONTROL_CHARACTER = "control_character"


_WORDS: Final[dict[Fault, tuple[str, str]]] = {
    Fault.UNKNOWN_PLACEHOLDER: ("is not a placeholder of this text", "不是本条文案可用的占位符"),
    Fault.WRONG_KIND: (
        "has the wrong kind: plural takes a count, select a choice",
        "类型不符：plural用计数，select用选项",
    ),
    Fault.UNKNOWN_FORM: ("is not plural or select", "不是plural或select"),
    Fault.BAD_SELECTOR: ("is not a branch that can occur, or stands twice", "不是可能出现的分支，或重复"),
    Fault.MISSING_OTHER: ("has no branch 'other'", "缺少other分支"),
    Fault.UNBALANCED_BRACE: ("has no partner; to show a brace, put it in apostrophes", "不成对；要显示大括号请加撇号"),
    Fault.UNCLOSED_QUOTE: ("opens a quotation that does not end", "撇号引用没有结束"),
    Fault.BAD_SYNTAX: ("is not what is expected here", "此处语法不对"),
    Fault.TOO_DEEP: (f"nests deeper than {DEEPEST_NESTING}", f"嵌套超过{DEEPEST_NESTING}层"),
    Fault.TOO_LONG: (f"is beyond the {LONGEST_SOURCE_CHARS} characters allowed", f"超过{LONGEST_SOURCE_CHARS}个字符"),
    Fault.TOO_MANY: (f"is beyond the {MOST_PLACEHOLDERS} placeholders allowed", f"超过{MOST_PLACEHOLDERS}个占位符"),
    Fault.TOO_MANY_WAYS: (
        f"can read in too many ways: {MOST_WAYS} at most, {MOST_CHARS_OF_ALL_WAYS:,} characters in all",
        f"可能的写法过多：最多{MOST_WAYS}种，合计不超过{MOST_CHARS_OF_ALL_WAYS:,}个字符",
    ),
    Fault.CONTROL_CHARACTER: ("is a control or direction character; delete it", "是控制字符或方向字符，请删除"),
}


class TemplateError(BadInput):
    """A template that cannot be taken: `fault` at character `position` (from 0)."""

    operator_code = "bad-template"

    def __init__(self, fault: Fault, position: int, what: str) -> None:
        en, zh = _WORDS[fault]
        super().__init__(f"At character {position + 1}: {what} {en}.", f"第{position + 1}个字符：{what} {zh}。")
        self.fault = fault
        self.position = position


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Show:
    """The value of a placeholder."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Branching:
    """A plural (kind count) or select (kind choice) and its branches; 'other' is always among them."""

    name: str
    kind: Kind
    branches: tuple[tuple[str, tuple[Node, ...]], ...]


Node = Literal | Show | Branching


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed text, the placeholders it may use, and how it was written."""

    nodes: tuple[Node, ...]
    types: PlaceholderTypes
    source: str


def parse(source: str, catalogue: PlaceholderTypes) -> Template:
    """Parse *source* against the closed *catalogue* of placeholders. Raises TemplateError."""
    if len(source) > LONGEST_SOURCE_CHARS:
        raise TemplateError(Fault.TOO_LONG, LONGEST_SOURCE_CHARS, "this")
    for position, char in enumerate(source):
        if char != "\n" and is_control(char):
            raise TemplateError(Fault.CONTROL_CHARACTER, position, f"U+{ord(char):04X}")
    parser = _Parser(source, catalogue)
    nodes = parser.message(depth=0, counted=None)
    if parser.at < len(source):
        raise TemplateError(Fault.UNBALANCED_BRACE, parser.at, "'}'")
    ways = prod(map(len, selectors(nodes).values()))
    if ways > MOST_WAYS or ways * _longest_chars(nodes) > MOST_CHARS_OF_ALL_WAYS:
        raise TemplateError(Fault.TOO_MANY_WAYS, source.index("{"), "this")
    return Template(nodes, catalogue, source)


def selectors(nodes: tuple[Node, ...]) -> dict[str, dict[str, None]]:
    """Return the branches of each placeholder that is chosen by, wherever it is; in order, each once."""
    found: dict[str, dict[str, None]] = {}
    for node in nodes:
        if isinstance(node, Branching):
            for selector, branch in node.branches:
                found.setdefault(node.name, {})[selector] = None
                for name, inner in selectors(branch).items():
                    found.setdefault(name, {}).update(inner)
    return found


def _longest_chars(nodes: tuple[Node, ...]) -> int:
    """Return how many characters the literals have in the longest way; a placeholder counts as one."""
    return sum(
        max(_longest_chars(branch) for _, branch in node.branches)
        if isinstance(node, Branching)
        else len(node.text)
        if isinstance(node, Literal)
        else 1
        for node in nodes
    )


class _Parser:
    """One walk over the source from left to right; `at` is the next character."""

    def __init__(self, source: str, catalogue: PlaceholderTypes) -> None:
        self.source = source
        self.catalogue = catalogue
        self.at = 0
        self.placeholders = 0

    def message(self, depth: int, counted: str | None) -> tuple[Node, ...]:
        """Read up to the closing brace or the end; *counted* is the plural whose number # shows."""
        nodes: list[Node] = []
        text: list[str] = []

        def flush() -> None:
            if text:
                nodes.append(Literal("".join(text)))
                text.clear()

        while self.at < len(self.source) and (char := self.source[self.at]) != "}":
            if char == "{":
                flush()
                nodes.append(self.argument(depth))
            elif char == "#" and counted:
                flush()
                self.count_placeholder()
                nodes.append(Show(counted, Kind.COUNT))
                self.at += 1
            elif char == "'":
                text.append(self.apostrophe(counted))
            else:
                text.append(char)
                self.at += 1
        flush()
        return tuple(nodes)

    def apostrophe(self, counted: str | None) -> str:
        """Read an apostrophe: a doubled one, a quotation, or a plain one."""
        opened = self.at
        self.at += 1
        following = self.source[self.at : self.at + 1]
        if following == "'":
            self.at += 1
            return "'"
        if not following or following not in ("{}#" if counted else "{}"):
            return "'"
        return self.quotation(opened)

    def quotation(self, opened: int) -> str:
        quoted: list[str] = []
        while self.at < len(self.source):
            if self.source[self.at] != "'":
                quoted.append(self.source[self.at])
            elif self.source[self.at + 1 : self.at + 2] == "'":
                quoted.append("'")
                self.at += 1
            else:
                self.at += 1
                return "".join(quoted)
            self.at += 1
        raise TemplateError(Fault.UNCLOSED_QUOTE, opened, "this apostrophe")

    def argument(self, depth: int) -> Node:
        """Read {name}, {name, plural, …} or {name, select, …}."""
        opened = self.at
        if depth >= DEEPEST_NESTING:
            raise TemplateError(Fault.TOO_DEEP, opened, "this")
        self.count_placeholder()
        self.at += 1
        self.space()
        name_at = self.at
        name = self.token(_NAME, opened)
        if name not in self.catalogue:
            raise TemplateError(Fault.UNKNOWN_PLACEHOLDER, name_at, f"{{{name}}}")
        kind = self.catalogue[name].kind
        self.space()
        if self.take("}"):
            if kind is Kind.CHOICE:
                raise TemplateError(Fault.WRONG_KIND, name_at, f"{{{name}}}")
            return Show(name, kind)
        self.expect(",", opened)
        return self.branching(name, kind, opened, depth)

    def count_placeholder(self) -> None:
        self.placeholders += 1
        if self.placeholders > MOST_PLACEHOLDERS:
            raise TemplateError(Fault.TOO_MANY, self.at, "this")

    def branching(self, name: str, kind: Kind, opened: int, depth: int) -> Branching:
        self.space()
        form_at = self.at
        form = self.token(_NAME, opened)
        if form not in {"plural", "select"}:
            raise TemplateError(Fault.UNKNOWN_FORM, form_at, form)
        if kind is not (Kind.COUNT if form == "plural" else Kind.CHOICE):
            raise TemplateError(Fault.WRONG_KIND, opened + 1, f"{{{name}}}")
        self.space()
        self.expect(",", opened)
        branches: dict[str, tuple[Node, ...]] = {}
        self.space()
        while not self.take("}"):
            selector_at = self.at
            selector = self.token(_SELECTOR, opened)
            if selector in branches or not self.can_occur(selector, name, kind):
                raise TemplateError(Fault.BAD_SELECTOR, selector_at, selector)
            branches[selector] = self.branch(name if form == "plural" else None, depth)
            self.space()
        if "other" not in branches:
            raise TemplateError(Fault.MISSING_OTHER, opened, f"{{{name}, {form}, …}}")
        return Branching(name, kind, tuple(branches.items()))

    def branch(self, counted: str | None, depth: int) -> tuple[Node, ...]:
        self.space()
        opened = self.at
        self.expect("{", opened)
        nodes = self.message(depth + 1, counted)
        if not self.take("}"):
            raise TemplateError(Fault.UNBALANCED_BRACE, opened, "'{'")
        return nodes

    def can_occur(self, selector: str, name: str, kind: Kind) -> bool:
        if kind is Kind.COUNT:
            return selector.startswith("=") or selector in _PLURAL_WORDS
        return selector == "other" or selector in self.catalogue[name].choices

    def token(self, pattern: re.Pattern[str], opened: int) -> str:
        match = pattern.match(self.source, self.at)
        if not match:
            self.fail(opened)
        self.at = match.end()
        return match.group()

    def expect(self, char: str, opened: int) -> None:
        if not self.take(char):
            self.fail(opened)

    def fail(self, opened: int) -> NoReturn:
        if self.at >= len(self.source):
            raise TemplateError(Fault.UNBALANCED_BRACE, opened, "'{'")
        raise TemplateError(Fault.BAD_SYNTAX, self.at, repr(self.source[self.at]))

    def take(self, char: str) -> bool:
        if self.source.startswith(char, self.at):
            self.at += 1
            return True
        return False

    def space(self) -> None:
        while self.at < len(self.source) and self.source[self.at] in " \n":
            self.at += 1


def render(template: Template, values: Mapping[str, Value], language: Language, today: date) -> str:
    """Return the message. A missing value, or one of the wrong kind, is a defect: there is no "Dear ,"."""
    return "".join(text for _, text in pieces(template, values, language, today))


def pieces(
    template: Template, values: Mapping[str, Value], language: Language, today: date
) -> Iterator[tuple[Literal | Show, str]]:
    """Yield each piece of the message beside the node it comes from; joined, the texts are the message."""

    def walk(nodes: tuple[Node, ...]) -> Iterator[tuple[Literal | Show, str]]:
        for node in nodes:
            match node:
                case Literal():
                    yield node, node.text
                case Show():
                    yield node, shown(node.kind, _value(template, values, node.name), language, today)
                case Branching():
                    yield from walk(_chosen(node, _value(template, values, node.name), language))

    return walk(template.nodes)


def _value(template: Template, values: Mapping[str, Value], name: str) -> Value:
    assert name in values, f"the value of {{{name}}} is missing"
    fault = fault_of(template.types[name], values[name])
    assert fault is None, f"{{{name}}}: {fault}"
    return values[name]


def _chosen(node: Branching, value: Value, language: Language) -> tuple[Node, ...]:
    branches = dict(node.branches)
    if node.kind is Kind.CHOICE:
        return branches.get(str(value), branches["other"])
    assert isinstance(value, int)
    exact = branches.get(f"={value}")
    if exact is not None:
        return exact
    return branches.get(locale_of(language).plural_form(value), branches["other"])


def names_used(nodes: tuple[Node, ...]) -> frozenset[str]:
    """Return every placeholder that some branch uses."""
    used: set[str] = set()
    for node in nodes:
        if isinstance(node, Show | Branching):
            used.add(node.name)
        if isinstance(node, Branching):
            used.update(*(names_used(inner) for _, inner in node.branches))
    return frozenset(used)


def names_certain(nodes: tuple[Node, ...]) -> frozenset[str]:
    """Return the placeholders that are shown whatever branch is taken."""
    certain: set[str] = set()
    for node in nodes:
        if isinstance(node, Show):
            certain.add(node.name)
        elif isinstance(node, Branching):
            certain |= frozenset.intersection(*(names_certain(inner) for _, inner in node.branches))
    return frozenset(certain)
