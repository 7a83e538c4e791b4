"""What every picture has: a frame with title and description, tones with patterns, ticks, a key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString

from parley.locale import Language
from parley.web.charts.markup import NOTHING, joined, tag
from parley.web.charts.scale import along, percent
from parley.web.charts.table import Number

FONT: Final = 13
SMALL: Final = 12
# The narrowest width a picture is drawn for: a telephone of 360 pixels less the margins of page and figure.
LEAST_WIDTH: Final = 296

# Colour alone tells nothing to some readers and to a black-and-white printer: each tone has a pattern too, its marks
# drawn in the colour of the paper over the tone. Tone 1 is plain.
_PATTERNS: Final[dict[int, tuple[int, str]]] = {
    2: (6, "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2"),
    3: (5, "M1,2.5 h1.6"),
    4: (6, "M-1,5 l2,2 M0,0 l6,6 M5,-1 l2,2"),
    5: (4, "M0,2 h4"),
    6: (6, "M0,0 l6,6 M0,6 l6,-6"),
    7: (4, "M2,0 v4"),
    8: (8, "M0,4 h8 M4,0 v8"),
    9: (7, "M2,3.5 h3"),
    10: (9, "M0,2 h9 M0,5 h9"),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a picture is called: `name` begins its ids, unique on the page; title and description are read aloud."""

    name: str
    title: str
    description: str


def picture(frame: Frame, height: int, *parts: object, kind: str) -> SafeString:
    """Return the SVG: as wide as its place, *height* pixels high, its text never scaled."""
    heard = (frame.name + "-title", frame.name + "-about")
    return tag(
        "svg",
        tag("title", frame.title, id=heard[0]),
        tag("desc", frame.description, id=heard[1]),
        *parts,
        class_=f"chart {kind}",
        role="img",
        aria_labelledby=heard[0],
        aria_describedby=heard[1],
        width="100%",
        height=height,
    )


def patterns(name: str, tones: Iterable[int]) -> SafeString:
    """Return the definitions of the patterns of *tones*, for the picture *name*."""
    found = [
        tag(
            "pattern",
            tag("path", d=_PATTERNS[tone][1], class_="mark"),
            id=_pattern_id(name, tone),
            width=_PATTERNS[tone][0],
            height=_PATTERNS[tone][0],
            patternUnits="userSpaceOnUse",
        )
        for tone in sorted(set(tones))
        if tone in _PATTERNS
    ]
    return tag("defs", *found) if found else NOTHING


def _pattern_id(name: str, tone: int) -> str:
    return f"{name}-p{tone}"


def block(name: str, tone: int, hover: str = "", *, apart: bool = False, **place: object) -> SafeString:
    """Return a rectangle in a tone and its pattern. *hover* is shown to a mouse; *apart* leaves a gap around it."""
    seen = tag("title", hover) if hover else None
    kind = f"tone t{tone} apart" if apart else f"tone t{tone}"
    if tone not in _PATTERNS:
        return tag("rect", seen, class_=kind, **place)
    over = tag("rect", seen, fill=f"url(#{_pattern_id(name, tone)})", **place)
    return joined([tag("rect", class_=kind, **place), over])


def tick_label(value: int, like: Number, step: int, language: Language) -> str:
    """Return the label of a tick in the unit of *like*; decimals only where the ticks need them."""
    whole = 10**like.digits
    if step % whole == 0:
        return Number(value // whole, 0, like.unit).shown(language)
    return Number(value, like.digits, like.unit).shown(language)


def upright_axis(marks: Sequence[int], like: Number, language: Language, top: int, bottom: int) -> SafeString:
    """Return grid lines across the bars and their labels below: ticks of a value axis that runs to the right."""
    parts: list[SafeString] = []
    for mark in marks:
        x = percent(along(mark, marks[-1]))
        label = tick_label(mark, like, marks[1], language)
        anchor = "start" if mark == 0 else "end" if mark == marks[-1] else "middle"
        if mark:
            parts.append(tag("line", class_="grid", x1=x, x2=x, y1=top, y2=bottom))
        parts.append(tag("text", label, class_="tick", x=x, y=bottom + FONT, text_anchor=anchor))
    return joined(parts)


def key(name: str, entries: Iterable[tuple[int, str]], *, as_line: bool = False) -> SafeString:
    """Return the key: what each tone stands for, as a list outside the picture, where it can wrap."""
    return tag(
        "ul", *(tag("li", _swatch(name, tone, as_line=as_line), label) for tone, label in entries), class_="chart-key"
    )


def _swatch(name: str, tone: int, *, as_line: bool) -> SafeString:
    if as_line:
        drawn = tag("line", class_=f"line t{tone}", x1=0, x2=28, y1=7, y2=7)
        return tag("svg", drawn, aria_hidden="true", width=28, height=14)
    return tag("svg", block(name, tone, width=14, height=14), aria_hidden="true", width=14, height=14)
