"""The calendars of the rulebook are what the library says now; a new version of it is written, not overlooked."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version

import pytest

from parley.rulebook.book import Rulebook
from parley.rulebook.load import load_rulebook
from parley.run.library import data_files
from tools.calendars import CALENDARS, FOLDER, calendar


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook(data_files("parley.rulebook.data"))


@pytest.mark.parametrize("name", sorted(CALENDARS))
def test_a_calendar_is_what_the_library_says(name: str) -> None:
    assert (FOLDER / f"{name}.toml").read_text(encoding="utf-8") == calendar(CALENDARS[name])


def test_calendars_know_the_days_the_collected_scenarios_use(book: Rulebook) -> None:
    expected = {
        "ID-national": {date(2026, 8, 17), date(2026, 12, 25)},
        "AU-national": {date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 26)},
        "BR-national": {date(2026, 12, 25)},
    }
    for name, days in expected.items():
        assert days <= book.calendars[name].days


def test_feasts_by_the_moon_are_sure_only_as_far_as_they_are_decreed(book: Rulebook) -> None:
    indonesia = book.calendars["ID-national"]
    assert indonesia.knows(date(2026, 3, 21))
    assert not indonesia.knows(date(2031, 1, 1))
    assert book.calendars["AU-national"].knows(date(2031, 1, 1))
    assert version("holidays") in indonesia.source
