"""What holds for all texts, whoever wrote them: which lines each has, how it begins, what it may not recommend."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from parley.locale import Language
from parley.messaging.catalogue.entry import ContentClass, Entry
from parley.messaging.phrases import GuidanceWords
from parley.messaging.template import Literal, Node, Template, names_certain, names_used
from parley.messaging.values import PlaceholderTypes
from parley.messaging.wording import readings
from parley.purpose import Purpose


@dataclass(frozen=True, slots=True)
class House:
    """What holds for all texts: standing words, limits of other words, the lines each needs, how each begins.

    `implies`: the class that a placeholder makes a text of. `signposts`: purposes whose texts have a place for advice.
    """

    standing: PlaceholderTypes
    limits: Mapping[str, int]
    lines: Mapping[str, frozenset[str]]
    implies: Mapping[str, ContentClass]
    signposts: frozenset[Purpose]
    begins: Mapping[str, tuple[Node, ...]]
    guidance: GuidanceWords


@dataclass(frozen=True, slots=True)
class TextFault:
    """What a text lacks or may not say. `words`: those of the text that it is about; empty where it is about none."""

    en: str
    zh: str
    words: str = ""


def faults_of(language: Language, entry: Entry, template: Template, house: House) -> Iterator[TextFault]:
    """Yield each fault that *template* has as the text of *entry*."""
    unused = ", ".join(sorted(set(entry.placeholders) - names_used(template.nodes)))
    if unused:
        yield TextFault(f"does not use {unused}.", f"没有使用占位符{unused}。")
    certain = names_certain(template.nodes)
    for line, names in house.lines.items():
        missing = ", ".join(sorted(names - certain))
        if missing and line not in entry.without:
            yield TextFault(
                f"lacks the {line} line: {missing} must show in every branch.",
                f"缺少{line}一行：每个分支都须显示{missing}。",
            )
    if figure := _first(template, _FIGURE):
        yield TextFault(
            f"has the figure {figure!r} typed in; every figure comes from a record: put a placeholder there.",
            f"直接写入了数字 {figure!r}；所有数字须来自记录，请改用占位符。",
            figure,
        )
    if ContentClass.RECOMMENDATION not in entry.classes and _recommends(template, house.guidance):
        yield TextFault(
            "recommends something; say which options there are to choose from, or declare class E.",
            "含有推荐用语；请写明有哪些可选项，或声明类别E。",
            _first(template, house.guidance.recommends.pattern, is_folded=True),
        )
    if not _begins_with(template.nodes, house.begins.get(language, ())):
        begins = "".join(
            node.text if isinstance(node, Literal) else f"{{{node.name}}}" for node in house.begins[language]
        )
        yield TextFault(
            f"does not begin with {begins}, the signature (begins.{language}).", f"须以签名 {begins} 开头。"
        )


# An amount, a rate, a telephone or account number: whatever looks like a figure that some record holds. A number of
# digits to reply with ("the last 4 digits") or of an option is none.
_FIGURE: Final = re.compile(
    r"[$€£¥]\s?\d[\d,.]*\b|\d[\d,.]*\s?(?:%|％|[元圆圓块塊]|\b(?:USD|EUR|GBP|CNY|RMB|HKD|TWD|dollars?|pounds?|percent)\b)"
    r"|\d+[.,]\d{2}(?!\d)|\d{1,3}(?:,\d{3})+|\d{4,}",
    re.ASCII | re.IGNORECASE,
)


def _first(template: Template, pattern: re.Pattern[str], *, is_folded: bool = False) -> str:
    """Return what of the words of *template*, its placeholders out, *pattern* finds first; empty where nothing."""
    for reading in readings(template):
        words = "".join(node.text if isinstance(node, Literal) else "\n" for node in reading)
        found = pattern.search(words.lower() if is_folded else words)
        if found is not None:
            return words[found.start() : found.end()]
    return ""


def _recommends(template: Template, guidance: GuidanceWords) -> bool:
    """Say whether any text the template may become holds words of a recommendation; a value stands for a word."""
    return any(
        guidance.recommends.found_in("".join(node.text if isinstance(node, Literal) else "X" for node in reading))
        for reading in readings(template)
    )


def _begins_with(nodes: tuple[Node, ...], wanted: tuple[Node, ...]) -> bool:
    """Return whether *nodes* open as *wanted*; the last literal of *wanted* may go on into the text."""
    if not wanted:
        return True
    *signed, last = wanted
    if len(nodes) < len(wanted) or list(nodes[: len(signed)]) != signed:
        return False
    first = nodes[len(signed)]
    if isinstance(first, Literal) and isinstance(last, Literal):
        return first.text.startswith(last.text)
    return first == last
