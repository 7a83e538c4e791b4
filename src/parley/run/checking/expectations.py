"""Reads `data/expectations.toml`: hours, caps, consents, stop words, holds and limits as the witness holds them."""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any, Final

from parley.dates import local
from parley.run.checking.kinds import Kind

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EVERYWHERE: Final = "*"

Week = tuple[tuple[int, int] | None, ...]
"""Seven days from Monday: open from and to, in minutes of the local day, or closed."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When contacts of some purposes may leave; `zone` None means every zone the borrower may be in."""

    id: str
    where: str
    is_policy: bool
    purposes: frozenset[str]
    week: Week
    zone: str | None
    holidays: frozenset[date]

    def is_open(self, at: datetime, zones: tuple[str, ...]) -> bool:
        """Whether *at* is open in each zone that counts; no known zone is closed."""
        if self.zone is not None:
            return self._is_open_in(at, self.zone)
        return bool(zones) and all(self._is_open_in(at, zone) for zone in zones)

    def _is_open_in(self, at: datetime, zone: str) -> bool:
        wall = local(at, zone)
        window = self.week[wall.weekday()]
        if window is None or wall.date() in self.holidays:
            return False
        return window[0] <= wall.hour * 60 + wall.minute < window[1]


@dataclass(frozen=True, slots=True)
class Cap:
    """A largest number of contacts in a window: of `local_days` calendar days, or else of a rolling `span`."""

    kind: Kind
    where: str
    most: int
    local_days: int | None
    span: timedelta | None
    is_per_account: bool
    purposes: frozenset[str]
    counts_all_unprompted: bool
    counts_calls: bool


@dataclass(frozen=True, slots=True)
class Expectations:
    """All that is expected. Purposes are plain words of the ledger."""

    hours: tuple[Hours, ...]
    caps: tuple[Cap, ...]
    answers: frozenset[str]
    called_for: frozenset[str]
    statutory: frozenset[str]
    protects: frozenset[str]
    unanswered_reply_is: str
    promotion_consent: dict[str, frozenset[str]]
    stop_words: dict[str, frozenset[str]]
    may_mean_promotions: frozenset[str]
    stop_works_within: timedelta
    holds: dict[str, frozenset[str]]
    silences_machine_only: frozenset[str]
    without_hotline: frozenset[str]
    without_stop_word: frozenset[str]
    offer_templates: tuple[str, ...]
    with_account: frozenset[str]
    no_counts: frozenset[str]
    hand_over: timedelta
    intended: timedelta
    receipt: timedelta
    waiting: timedelta

    def hours_of(self, jurisdiction: str, purpose: str) -> list[Hours]:
        """Return every line that binds *purpose* there."""
        places = places_of(jurisdiction)
        return [one for one in self.hours if one.where in places and purpose in one.purposes]

    def caps_of(self, jurisdiction: str) -> list[Cap]:
        """Return every cap that binds there."""
        places = places_of(jurisdiction)
        return [one for one in self.caps if one.where in places]

    def consents_of(self, jurisdiction: str) -> frozenset[str]:
        """Return the consents of which a promotion needs one: those of the narrowest place that names any."""
        return next(
            self.promotion_consent[place] for place in places_of(jurisdiction) if place in self.promotion_consent
        )

    def stop_places(self, text: str) -> frozenset[str]:
        """Return where the whole reply *text* is a plain STOP: '*', or countries."""
        squeezed = squeeze(text)
        return frozenset(place for place, words in self.stop_words.items() if squeezed in words)

    def bars(self, hold: str) -> frozenset[str]:
        """Return the purposes that a hold of this kind bars; 'all' for everything unprompted."""
        return self.holds.get(hold, self.holds["other"])


def places_of(jurisdiction: str) -> tuple[str, ...]:
    """Return the territories whose rules bind in *jurisdiction*, narrowest first: US-CA → US-CA, US, *."""
    parts = jurisdiction.split("-")
    return (*("-".join(parts[:length]) for length in range(len(parts), 0, -1)), _EVERYWHERE)


def squeeze(text: str) -> str:
    """Return letters and digits only, in one case: the form in which a STOP is compared."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


@cache
def expectations() -> Expectations:
    """Return what the shipped data file says."""
    return parse(resources.files(__package__).joinpath("data/expectations.toml").read_bytes())


def parse(raw: bytes) -> Expectations:
    """Read the bytes of an expectations file; a word missing in it is a defect of ours."""
    table = tomllib.loads(raw.decode())
    purposes, stop, lines, limits = table["purposes"], table["stop"], table["lines"], table["limits"]
    places = {_EVERYWHERE if place == "everywhere" else place: words for place, words in stop.items()}
    return Expectations(
        hours=tuple(_hours(one) for one in table["hours"]),
        caps=tuple(_cap(one) for one in table["cap"]),
        answers=frozenset(purposes["answers"]),
        called_for=frozenset(purposes["called_for"]),
        statutory=frozenset(purposes["statutory"]),
        protects=frozenset(purposes["protects"]),
        unanswered_reply_is=purposes["unanswered_reply_is"],
        promotion_consent={place: frozenset(scopes) for place, scopes in table["promotion_consent"].items()},
        stop_words={
            place: frozenset(map(squeeze, words))
            for place, words in places.items()
            if place not in {"may_mean_promotions", "works_within_seconds"}
        },
        may_mean_promotions=frozenset(stop["may_mean_promotions"]),
        stop_works_within=timedelta(seconds=stop["works_within_seconds"]),
        silences_machine_only=frozenset(table["people"]["not_bound_by"]),
        holds={kind: frozenset(barred) for kind, barred in table["holds"].items()},
        without_hotline=frozenset(lines["without_hotline"]),
        without_stop_word=frozenset(lines["without_stop_word"]),
        offer_templates=tuple(table["offers"]["templates"]),
        with_account=frozenset(table["offers"]["with_account"]),
        no_counts=frozenset(table["offers"]["no_counts"]),
        hand_over=timedelta(seconds=limits["hand_over_seconds"]),
        intended=timedelta(minutes=limits["intended_minutes"]),
        receipt=timedelta(hours=limits["receipt_hours"]),
        waiting=timedelta(hours=limits["waiting_hours"]),
    )


def _hours(one: dict[str, Any]) -> Hours:
    week: list[tuple[int, int] | None] = [None] * len(_DAYS)
    for days, opens, closes in one["open"]:
        first, _, last = days.partition("-")
        for day in range(_DAYS.index(first), _DAYS.index(last or first) + 1):
            week[day] = (_minutes(opens), _minutes(closes))
    return Hours(
        id=one["id"],
        where=one["where"],
        is_policy=one.get("is_policy", False),
        purposes=frozenset(one["purposes"]),
        week=tuple(week),
        zone=None if one["zone"] == "all" else one["zone"],
        holidays=frozenset(date.fromisoformat(day) for day in one.get("holidays", [])),
    )


def _minutes(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)


def _cap(one: dict[str, Any]) -> Cap:
    return Cap(
        kind=Kind(one["kind"]),
        where=one["where"],
        most=one["max"],
        local_days=one.get("local_days"),
        span=timedelta(hours=one["hours"]) if "hours" in one else None,
        is_per_account=one["per"] == "account",
        purposes=frozenset(one["purposes"]),
        counts_all_unprompted=one["counts"] == "unprompted",
        counts_calls=one.get("counts_calls", False),
    )
