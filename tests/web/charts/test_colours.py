"""Marks stand at least 3:1 from the paper in both schemes (WCAG 1.4.11), and differ by more than their colour."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from parley.web.charts.drawing import block
from tests.house.source import SRC

STATIC = SRC / "parley" / "web" / "static"
TONES = [f"--chart-{n}" for n in range(1, 9)]
STEPS = [f"--heat-{n}" for n in range(1, 6)]


def tokens(scheme: str) -> dict[str, str]:
    """Return the custom properties of a scheme: the light ones, and over them those of the dark one where asked for."""
    found: dict[str, str] = {}
    for name in ("tokens.css", "charts.css"):
        text = re.sub(r"/\*.*?\*/", "", (STATIC / name).read_text(encoding="utf-8"), flags=re.DOTALL)
        for selector, rules in re.findall(r'(:root(?:\[data-scheme="\w+"\])?)\s*\{([^}]*)\}', text):
            if selector == ":root" or (scheme in selector):
                found |= dict(re.findall(r"(--[\w-]+):\s*([^;]+);", rules))
    return found


def colour(name: str, found: dict[str, str]) -> tuple[int, int, int]:
    value = found[name].strip()
    if value.startswith("var("):
        return colour(value[4:-1], found)
    assert re.fullmatch(r"#[0-9a-f]{6}", value), f"{name} is {value}"
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


def luminance(rgb: tuple[int, int, int]) -> float:
    parts = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "auto"])
def test_every_tone_and_step_stands_out_from_the_paper(scheme: str) -> None:
    found = tokens(scheme)
    paper = colour("--paper", found)
    low = {name: contrast(colour(name, found), paper) for name in [*TONES, *STEPS, "--line-strong"]}
    assert {name: round(ratio, 2) for name, ratio in low.items() if ratio < 3} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_steps_of_the_map_rise_and_are_told_apart(scheme: str) -> None:
    found = tokens(scheme)
    paper = colour("--paper", found)
    ratios = [contrast(colour(name, found), paper) for name in STEPS]
    assert ratios == sorted(ratios)
    assert all(contrast(colour(a, found), colour(b, found)) > 1.35 for a, b in pairwise(STEPS))


def test_both_ways_to_the_dark_scheme_have_the_same_colours() -> None:
    assert tokens("dark") == tokens("auto")


def test_every_tone_but_the_plain_one_has_a_pattern_and_dashes_of_its_own() -> None:
    assert 'fill="url(#' not in block("n", 1)
    assert all('fill="url(#n-p' in block("n", tone) for tone in range(2, 11))
    css = (STATIC / "charts.css").read_text(encoding="utf-8")
    dashes = re.findall(r"\.t\d+ \{[^}]*--dashes: ([\d ]+);", css)
    assert len(set(dashes)) == 9


def test_contrast_is_measured_as_wcag_does() -> None:
    assert round(contrast((0, 0, 0), (255, 255, 255)), 1) == 21.0
    assert round(contrast((118, 118, 118), (255, 255, 255)), 2) == 4.54
