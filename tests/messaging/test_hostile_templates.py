"""Whatever is typed into the field of a template is taken or refused in few steps, and by its own error alone.

Steps are calls, of Python and of C: they are the same on every machine. `make bench` says what they take.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from random import Random
from types import FrameType

import pytest

from parley.locale import Language
from parley.messaging.size import worst_case
from parley.messaging.template import LONGEST_SOURCE_CHARS, MOST_WAYS, Fault, Template, TemplateError, parse
from parley.messaging.wording import readings
from tests.messaging.test_catalogue import CATALOGUE
from tests.messaging.test_size import TYPES
from tools.bench.hostile import HOSTILE

TODAY = date(2026, 11, 23)
# A text of 2,000 characters: some ten calls for each, and a few for each character of every way it can read.
MOST_STEPS = 60_000
SEEDS = range(6)


def parsed(source: str) -> Template | TemplateError:
    try:
        return parse(source, TYPES)
    except TemplateError as refused:
        return refused


def judged(source: str) -> int:
    """Take *source* as the console does. Returns in how many ways it reads, 0 where it is refused."""
    template = parsed(source)
    if isinstance(template, TemplateError):
        assert 0 <= template.position <= LONGEST_SOURCE_CHARS
        assert template.en
        assert template.zh
        return 0
    found = readings(template)
    CATALOGUE.guidance.recommends.found_in(source)
    worst_case(template, {}, Language.EN, ("USD",), TODAY)
    return len(found)


def steps_of(what: Callable[[], object]) -> int:
    """Return how many calls *what* makes."""
    calls = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        what()
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_template_takes_few_steps_and_raises_only_its_own_error(name: str) -> None:
    for seed in SEEDS:
        source = HOSTILE[name](Random(seed))
        assert len(source) <= LONGEST_SOURCE_CHARS
        assert steps_of(lambda text=source: judged(text)) <= MOST_STEPS  # type: ignore[misc]  # bound in the loop


def counted(ways: int, other: str = "") -> str:
    return "{n, plural, " + "".join(f"={number}{{}}" for number in range(ways - 1)) + f"other{{{other}}}}}"


@pytest.mark.parametrize(
    ("source", "is_taken"),
    [
        (counted(MOST_WAYS), True),
        (counted(MOST_WAYS + 1), False),
        (counted(MOST_WAYS // 2 + 1, "{kind, select, card{}other{}}"), False),
        (counted(200) + "x" * 500, True),
        (counted(200) + "x" * 501, False),
    ],
)
def test_a_text_of_too_many_ways_is_refused_before_they_are_made(source: str, *, is_taken: bool) -> None:
    if is_taken:
        assert judged(source) == 1
        return
    with pytest.raises(TemplateError) as caught:
        parse(source, TYPES)
    assert (caught.value.fault, caught.value.position) == (Fault.TOO_MANY_WAYS, 0)
    assert "300" in caught.value.zh
