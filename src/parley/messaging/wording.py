"""Does a message say what a carrier has registered? Registered texts, their variables, and what may stand there.

    {#var#} {#numeric#} …   as India's registries write a variable      {1} {2} …        as Tencent Cloud does
    ${name}                 as Alibaba Cloud does                       {{1}} {name}     as others do

Everything else is compared to the letter. Knows nothing of who registered what, and where.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, product
from typing import Final, TypeAlias

from parley.messaging.template import Branching, Literal, Node, Show, Template, selectors

# India's registries allow 40 characters in a variable, others name no number; a registration may say its own.
LONGEST_VALUE_CHARS: Final = 40
LONGEST_TEXT_CHARS: Final = 2_000
ANY: Final = "\ue000"
"""Stands for a value that nobody knows yet, also as a part of words that are known; no literal of a text holds it."""

_ANY: Final = re.compile(f"({ANY})")
_SIGNATURE: Final = re.compile("^【[^【】]+】")
_VARIABLE: Final = re.compile(r"\{#[A-Za-z]{1,20}#\}|\{\{\w{1,40}\}\}|\$?\{\w{1,40}\}", re.ASCII)


# One text a template may become: literals and placeholders, every choice made.
Reading: TypeAlias = tuple[Literal | Show, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """A registered text: `literals` stand around its variables, one more than these. `widths`: most characters of each.

    Variables that touch are one of their joint width, for nobody sees where the value of one ends; `names` are all that
    meet there, as the registry calls them, in order.
    """

    literals: tuple[str, ...]
    widths: tuple[int, ...]
    names: tuple[tuple[str, ...], ...]

    @property
    def has_words(self) -> bool:
        """Whether it says anything beside its variables."""
        return any(literal.strip() for literal in self.literals)


def read_wording(text: str, longest_chars: int = LONGEST_VALUE_CHARS) -> Wording:
    """Return a registered *text* with its variables found, each of at most *longest_chars* characters."""
    literals, names, at = [""], list[tuple[str, ...]](), 0
    for found in _VARIABLE.finditer(text):
        literals[-1] += text[at : found.start()]
        at = found.end()
        name = found.group().strip("${#}")
        if names and not literals[-1]:
            names[-1] += (name,)
        else:
            names.append((name,))
            literals.append("")
    literals[-1] += text[at:]
    return Wording(tuple(literals), tuple(len(met) * longest_chars for met in names), tuple(names))


def fits(wording: Wording, text: str) -> bool:
    """Say whether *text* is the registered wording with a value in each variable. Takes time linear in each of both."""
    return _ends(wording, text) is not None


def filled(wording: Wording, text: str) -> tuple[tuple[str, str], ...] | None:
    """Return the name and the value of each variable of *wording* that give *text* to the letter, in order.

    Where values could be cut in more than one way, the later ones are short. Variables that touch take what they hold
    from the first on, and leave one character at least to each that follows. None where the text does not fit.
    """
    starts = _ends(wording, text)
    if starts is None:
        return None
    found: list[tuple[str, str]] = []
    end = len(text)
    turns = zip(starts, wording.widths, wording.literals[1:], wording.names, strict=True)
    for before, width, literal, names in reversed(list(turns)):
        end -= len(literal)
        start = max(one for one in range(max(end - width, 0), end - len(names) + 1) if one in before)
        found[:0] = zip(names, _shared(text[start:end], width // len(names), len(names)), strict=True)
        end = start
    return tuple(found)


def _ends(wording: Wording, text: str) -> list[set[int]] | None:
    """Return for each variable where its value may begin if all before it holds; None where *text* does not fit."""
    first, *rest = wording.literals
    if not text.startswith(first) or not text.endswith(wording.literals[-1]):
        return None
    starts = list[set[int]]()
    ends = {len(first)}
    for width, names, literal in zip(wording.widths, wording.names, rest, strict=True):
        starts.append(ends)
        begins = _within(ends, len(names), width, len(text))
        ends = {begin + len(literal) for begin in begins if text.startswith(literal, begin)}
    return starts if len(text) in ends else None


def _within(starts: set[int], least: int, width: int, length: int) -> set[int]:
    """Return where values that begin at one of *starts* may end: after *least* characters, *width* at most."""
    found, after = set[int](), 0
    for start in sorted(starts):
        end = min(start + width, length) + 1
        # Starts overlap; each end is looked at once.
        found.update(range(max(start + least, after), end))
        after = end
    return found


def _shared(text: str, width: int, count: int) -> list[str]:
    """Return *text* cut for *count* variables that touch, each of at most *width* characters."""
    values = list[str]()
    for left in reversed(range(count)):
        taken = min(width, max(len(text) - left, 0))
        values.append(text[:taken])
        text = text[taken:]
    return values


def readings(template: Template) -> tuple[Reading, ...]:
    """Return every text the template may become, as literals and placeholders: each choice made in each way."""
    chosen_by = selectors(template.nodes)
    chosen = (dict(zip(chosen_by, picked, strict=True)) for picked in product(*chosen_by.values()))
    return tuple(dict.fromkeys(tuple(_walk(template.nodes, one)) for one in chosen))


def sayable(template: Template, known: Mapping[str, str]) -> tuple[Reading, ...]:
    """Return the texts *template* may become where *known* are the lender's words: none with advice a place lacks.

    A template that names it whatever is chosen keeps its texts; it is not said there.
    """
    found = readings(template)
    left = tuple(one for one in found if not any(isinstance(node, Show) and known.get(node.name) == "" for node in one))
    return left or found


def _walk(nodes: Sequence[Node], chosen: Mapping[str, str]) -> Iterator[Literal | Show]:
    for node in nodes:
        if isinstance(node, Branching):
            branches = dict(node.branches)
            yield from _walk(branches.get(chosen[node.name], branches["other"]), chosen)
        else:
            yield node


def unsigned(text: str) -> str:
    """Return *text* without the 【signature】 it begins with: some carriers put it there, and register the rest."""
    return _SIGNATURE.sub("", text, count=1)


def unsigned_reading(reading: Reading) -> Reading:
    """Return *reading* without the 【signature】 it begins with."""
    for number, node in enumerate(reading):
        words = node.text if isinstance(node, Literal) else ""
        if number == 0 and not words.startswith("【"):
            break
        if "】" in words:
            rest = words.partition("】")[2]
            return ((Literal(rest),) if rest else ()) + reading[number + 1 :]
    return reading


def spelled(reading: Reading, known: Mapping[str, str], variable: Callable[[int], str]) -> str:
    """Return the text to register: the lender's own words as they are, a *variable*, by number, for all others."""
    numbers = count(1)
    texts = (node.text if isinstance(node, Literal) else known.get(node.name) or ANY for node in reading)
    return "".join(variable(next(numbers)) if part == ANY else part for text in texts for part in re.split(_ANY, text))


def covers(wording: Wording, reading: Reading, known: Mapping[str, str], widest: Mapping[str, int]) -> bool:
    """Say whether every message of *reading* is the registered wording: literal to literal, placeholder in variable.

    *known*: the lender's own words by placeholder; these may be registered as words or as a variable. A variable never
    takes in words of the template: what was registered as free is not what we have approved. Nor does it take what may
    be longer than it: *widest* are the most characters of a placeholder, or of what its known words leave open.
    """
    text, spans = "", list[tuple[int, int, int]]()
    for node in reading:
        start = len(text)
        text += node.text if isinstance(node, Literal) else known.get(node.name) or ANY
        if isinstance(node, Show):
            # What a place lacks is not said there, and takes no room.
            chars = 0 if known.get(node.name) == "" else widest.get(node.name, 0)
            spans += _spans(start, known.get(node.name) or ANY, chars)
    ends_of = _joined(spans)
    first, *rest = wording.literals
    ends = {len(first)} if text.startswith(first) else set()
    for width, literal in zip(wording.widths, rest, strict=True):
        begins = {end for start in ends for end, chars in ends_of.get(start, ()) if chars <= width}
        ends = {begin + len(literal) for begin in begins if text.startswith(literal, begin)}
    return len(text) in ends


def _spans(start: int, words: str, chars: int) -> Iterator[tuple[int, int, int]]:
    """Yield where a variable may stand for a placeholder whose *words* begin at *start*, and its characters.

    For all of it; and for the end that they leave open, where they are a known beginning.
    """
    end, known = start + len(words), len(words.removesuffix(ANY))
    is_open = words.endswith(ANY)
    yield start, end, known + (chars if is_open else 0)
    if is_open and known:
        yield start + known, end, chars


def _joined(spans: Sequence[tuple[int, int, int]]) -> dict[int, list[tuple[int, int]]]:
    """Return where a variable that begins at a placeholder may end, and of how many characters it then is.

    There, or with one that follows at once.
    """
    found: dict[int, list[tuple[int, int]]] = {}
    for start, end, chars in sorted(spans, reverse=True):
        found[start] = [(end, chars), *((further, chars + more) for further, more in found.get(end, ()))]
    return found
