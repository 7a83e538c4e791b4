"""Templates that somebody might type to break us, from a seed; and how long the worst of them takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

from parley.locale import Language
from parley.messaging.size import worst_case
from parley.messaging.template import (
    LONGEST_SOURCE_CHARS,
    MOST_CHARS_OF_ALL_WAYS,
    MOST_PLACEHOLDERS,
    TemplateError,
    parse,
)
from parley.messaging.values import Kind, Placeholder
from tools.bench.figures import Figure
from tools.bench.stage import Size, Watch

_SHARDS: Final = (
    *"{ } ' '' # n kind agent , plural select other one 还 =1 =2 card loan few".split(),
    " ", "\n", "{n}", "{kind, select, ", "other {", "}}", "{n, plural, ",
)  # fmt: skip
_CONTROLS: Final = "\x00\x07\x1b\u200e\u202e\u2066\u2069\u2028\u061c\ud800"
_ASTRAL: Final = "😀🏳️‍🌈𠮷👨‍👩‍👧🇹🇼"


def _filled(text: str) -> str:
    """Return *text* over and over, up to the longest a source may be."""
    return (text * (LONGEST_SOURCE_CHARS // max(len(text), 1) + 1))[:LONGEST_SOURCE_CHARS]


def _soup(draw: Random) -> str:
    return "".join(draw.choices(_SHARDS, k=900))[:LONGEST_SOURCE_CHARS]


def _nested(draw: Random) -> str:
    depth = draw.randrange(3, 60)
    inner = "".join(draw.choice(("{n, plural, other {", "{kind, select, other {")) for _ in range(depth))
    return (inner + "x" + "}}" * depth)[:LONGEST_SOURCE_CHARS]


def _selectors(draw: Random) -> str:
    branches = " ".join(f"={number} {{{'#' * draw.randrange(2)}}}" for number in range(draw.randrange(100, 300)))
    return f"{{n, plural, {branches} other {{}}}}"[:LONGEST_SOURCE_CHARS]


def _many_small(draw: Random) -> str:
    """Choices beside each other: each doubles the ways, were they not of one name."""
    one = draw.choice(("{kind,select,card{a}other{b}}", "{n,plural,=1{a}=2{b}other{c}}{kind,select,card{d}other{}}"))
    return _filled(one)[: len(one) * (LONGEST_SOURCE_CHARS // len(one))]


def _ways(draw: Random) -> str:
    """As many ways as may be, each as long as may be."""
    counts = draw.randrange(40, MOST_PLACEHOLDERS - 4)
    branches = "".join(f"={number}{{#}}" for number in range(counts - 1))
    head = f"{{n,plural,{branches}other{{}}}}{{kind,select,card{{a}}other{{b}}}}"
    room = min(LONGEST_SOURCE_CHARS - len(head), MOST_CHARS_OF_ALL_WAYS // (2 * counts) - 2)
    return head + _filled("we would [€ ")[:room]


def _controls(draw: Random) -> str:
    text = list(_filled("pay now "))
    text[draw.randrange(len(text))] = draw.choice(_CONTROLS)
    return "".join(text)


def _astral(draw: Random) -> str:
    return _filled("".join(draw.choices(_ASTRAL, k=40)))


def _combining(draw: Random) -> str:
    return _filled("e" + "".join(draw.choices("\u0301\u0308\u200d\u094d", k=draw.randrange(1, 300))))


def _braces(draw: Random) -> str:
    return "".join(draw.choices("{}'", k=LONGEST_SOURCE_CHARS))


def _quotes(draw: Random) -> str:
    return _filled("'{" + "'" * draw.randrange(5))


HOSTILE: Final[dict[str, Callable[[Random], str]]] = {
    "soup of tokens": _soup,
    "deep nesting": _nested,
    "hundreds of selectors": _selectors,
    "many small choices": _many_small,
    "the most ways": _ways,
    "control and direction characters": _controls,
    "astral and joined characters": _astral,
    "combining marks": _combining,
    "unbalanced braces": _braces,
    "quotations": _quotes,
}
"""What it is → a source of at most 2,000 characters, from a seed."""

_TYPES: Final = {"n": Placeholder(Kind.COUNT), "kind": Placeholder(Kind.CHOICE, choices=("card", "loan"))}


def hostile_templates(size: Size, _folder: Path, _database_url: str) -> list[Figure]:
    """Take so many of each kind as the console would: parsed, then measured in every way it reads."""
    _judge("{n} {kind, select, other {}}")
    spent = []
    for make in HOSTILE.values():
        for seed in range(size.hostile_templates):
            source = make(Random(seed))  # noqa: S311 - the same templates each time; nothing is secret
            watch = Watch.start()
            _judge(source)
            spent.append(watch.stop().cpu)
    return [Figure("templates: the worst hostile one", 1_000 * max(spent), "cpu-ms", aim=10, is_ceiling=True)]


def _judge(source: str) -> None:
    try:
        template = parse(source, _TYPES)
    except TemplateError:
        return
    worst_case(template, {}, Language.EN, ("USD",), date(2026, 11, 23))
