from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from parley.contact.places import Places, load_places, zones_of
from parley.errors import BadInput
from parley.ids import Msisdn

PATH = Path(str(files("parley.contact"))) / "data" / "places.toml"


@pytest.fixture(scope="module")
def places() -> Places:
    return load_places(PATH.name, PATH.read_bytes())


def test_state_of_two_zones_gives_both(places: Places) -> None:
    assert zones_of(places, "US-TX") == ("America/Chicago", "America/Denver")


def test_area_code_of_elsewhere_adds_its_zone(places: Places) -> None:
    assert zones_of(places, "US-CA", Msisdn("+12125550123")) == ("America/Los_Angeles", "America/New_York")


def test_number_without_a_place_adds_nothing(places: Places) -> None:
    assert zones_of(places, "US-CA", Msisdn("+18005550100")) == ("America/Los_Angeles",)
    assert zones_of(places, "IN", Msisdn("+919999999999")) == ("Asia/Kolkata",)
    assert zones_of(places, "GB", Msisdn("+1")) == ("Europe/London",)


def test_unknown_state_may_be_anywhere_in_the_country(places: Places) -> None:
    assert set(zones_of(places, "US-ZZ")) == set(places.zones["US"])


def test_unknown_country_is_nowhere(places: Places) -> None:
    assert zones_of(places, "XX") == ()


def test_every_state_is_listed(places: Places) -> None:
    assert sum(1 for code in places.zones if code.startswith("US-") and len(code) == 5) == 51


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[zones]\nUS = ['Mars/Base']", "tz database"),
        (b"[zones]\nUS = []", "list of zones"),
        (b"[zonen]\nUS = ['UTC']", "one table"),
        (b"[zones", "not TOML"),
        (b"\xff", "not TOML in UTF-8"),
    ],
)
def test_bad_places_file_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        load_places("places.toml", content)
