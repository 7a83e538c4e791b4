from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from parley.engine.headline import read_headline
from parley.engine.transcript import play
from parley.engine.turn import Library
from tests.engine.sample import page_library

FOLDER = Path(__file__).parents[1] / "golden" / "transcripts"
FILES = sorted(FOLDER.rglob("*.txt"))
FEWEST = 12


def played_anew(written: str, library: Library) -> str:
    """Play a transcript by the policy that its first line names."""
    on_page = page_library()
    return play(written, on_page if on_page.policy.id in written.partition("\n")[0] else library)


def name_of(path: Path) -> str:
    return path.relative_to(FOLDER).with_suffix("").as_posix()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_engine_talks_as_the_transcript(path: Path, library: Library, request: pytest.FixtureRequest) -> None:
    written = path.read_text(encoding="utf-8")
    played = played_anew(written, library)
    if request.config.getoption("--update-transcripts", default=False):
        path.write_text(played, encoding="utf-8")
        return
    difference = difflib.unified_diff(written.splitlines(), played.splitlines(), "transcript", "engine", "", "", 2, "")
    assert played == written, "\n" + "\n".join(difference)


@pytest.mark.parametrize("folder", ["en", "zh"])
def test_each_language_has_its_transcripts(folder: str) -> None:
    assert len(list((FOLDER / folder).glob("*.txt"))) >= FEWEST


def test_a_changed_word_is_seen(library: Library) -> None:
    written = (FOLDER / "en" / "plan_agreed.txt").read_text(encoding="utf-8")
    assert play(written.replace("$41.93", "$41.94"), library) == written


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("~ dance", "does not 'dance'"),
        ("~ colleague", "does not"),
        ("~ release dispute settled", "no hold dispute"),
        ("~ offer sixty from 2026-12-05", "does not"),
        ("~ call out answered", "not a valid CallOutcome"),
        ("~ hold plan_broken", "not a valid Hold"),
    ],
)
def test_what_no_member_of_staff_does_is_an_error(line: str, why: str, library: Library) -> None:
    lines = (FOLDER / "en" / "plan_agreed.txt").read_text(encoding="utf-8").splitlines()
    with pytest.raises(ValueError, match=why):
        play("\n".join([*lines[:2], line]), library)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("% plan refused", "does not answer"),
        ("% plan accepted", "does not answer"),
        ("% limit granted", "no_limit_named"),
        ("% limit dance", "not a valid Answer"),
        ("% dance", "not enough values"),
    ],
)
def test_what_no_core_answers_is_an_error(line: str, why: str, library: Library) -> None:
    lines = (FOLDER / "en" / "plan_agreed.txt").read_text(encoding="utf-8").splitlines()
    with pytest.raises(ValueError, match=why):
        play("\n".join([*lines[:2], line]), library)


def test_an_unknown_fact_in_the_headline_is_an_error(library: Library) -> None:
    with pytest.raises(ValueError, match="no fact"):
        read_headline("# us · original creditor · en-US · moon", library)
