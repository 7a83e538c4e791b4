"""Several routes at once: by whom a message leaves, what another takes over, and that nothing leaves by two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest

from parley.contact.number_lookup import LineType, NumberFinding
from parley.contact.routes import Routes, read_routes
from parley.errors import OutsideFailed
from parley.ids import Msisdn
from parley.messaging.bucket import Rate
from parley.providers.port import (
    Accepted,
    Asked,
    Delivery,
    Lookup,
    LookupState,
    NotTaken,
    Outcome,
    Provider,
    Rejected,
    Submission,
    Unknown,
)
from parley.run import carriers as carriers_module
from parley.run.carriers import LONGEST_REST_SECONDS, Carriers
from parley.run.receiving import receive_due
from parley.run.sending import Sender
from parley.store import models
from parley.store.numbers import apply_finding
from parley.store.pacing import UNPACED, Pace
from parley.store.route_health import CAME_BACK, FIRST_PAUSE, HALTED_PAUSE, WENT_DOWN
from tests.run.desk import NOON, TODAY, Anything, Desk, library
from tests.store.conftest import Home

ROUTES = read_routes(
    b"""
[[route]]
name = "cheap"
kind = "sandbox"
countries = ["US"]
cost_per_segment_micro = 100
[[route]]
name = "dear"
kind = "sandbox"
countries = ["US", "CA"]
cost_per_segment_micro = 900
[[budget]]
prefix = "+1212"
per_hour = 2
"""
)
MINUTE = timedelta(minutes=1)


@dataclass
class Carrier:
    """A carrier that answers as it is told, and remembers what it took."""

    name: str
    answers: list[Outcome | Exception] = field(default_factory=list)
    took: list[Submission] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    settle_seconds: int = 120
    can_look_up: bool = True
    takes_synthetic: bool = True

    def submit(self, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
        said: list[Outcome] = []
        for each in batch:
            answer = self.answers.pop(0) if self.answers else Accepted(f"{self.name}-{len(self.took)}")
            if isinstance(answer, Exception):
                raise answer
            if isinstance(answer, Accepted | Unknown):
                self.took.append(each)
            said.append(answer)
        return said

    def look_up(self, asked: Asked, now: datetime) -> Lookup:
        self.asked.append(asked.reference)
        is_there = any(one.reference == asked.reference for one in self.took)
        return Lookup(LookupState.FOUND if is_there else LookupState.NOT_FOUND, "found" if is_there else None)

    def poll(self, now: datetime, limit: int) -> list[Delivery]:
        return []

    def acknowledge(self, event_ids: Sequence[str]) -> None: ...

    def close(self) -> None: ...


@dataclass
class Both:
    """Two carriers, and a sender of both."""

    desk: Desk
    cheap: Carrier = field(default_factory=lambda: Carrier("cheap"))
    dear: Carrier = field(default_factory=lambda: Carrier("dear"))
    pace: Pace = UNPACED

    def send(self, at: datetime = NOON, routes: Routes = ROUTES) -> int:
        carriers = Carriers(routes, {"cheap": self.cheap, "dear": self.dear})
        return Sender(carriers, library(), self.desk.vault, self.pace).send_due(at)

    def settle(self, at: datetime) -> int:
        carriers = Carriers(ROUTES, {"cheap": self.cheap, "dear": self.dear})
        return Sender(carriers, library(), self.desk.vault).settle(at)

    def message(self, number: str, **more: Anything) -> models.Message:
        person = self.desk.person(number=number)
        due = date(TODAY.year, TODAY.month, TODAY.day) + timedelta(days=3)
        account = self.desk.account(person, [(due, 5_000, 0)])
        return self.desk.message(person, account, **more)


@pytest.fixture
def both(home: Home) -> Both:
    return Both(Desk(home.vault, home.folder))


def stands(message: models.Message) -> tuple[str, str, str]:
    row = models.Message.objects.get(id=message.id)
    return row.state, row.provider, row.reason


def test_each_message_leaves_by_the_cheapest_route_that_serves_it(both: Both) -> None:
    york, toronto, paris = both.message("+13475550001"), both.message("+14165550002"), both.message("+33612345678")
    assert both.send() == 2
    assert stands(york) == ("submitted", "cheap", "")
    assert stands(toronto) == ("submitted", "dear", "")
    assert stands(paris)[0::2] == ("refused", "country_not_served")


def test_what_one_carrier_certainly_did_not_take_another_takes_after_the_gate_was_asked_again(both: Both) -> None:
    message = both.message("+13475550001")
    both.cheap.answers = [NotTaken("credentials", retryable=True, halts=True)]
    both.send()
    assert stands(message)[0::2] == ("queued", "credentials")
    assert both.send(NOON + MINUTE) == 1
    assert stands(message) == ("submitted", "dear", "")
    assert models.GateDecision.objects.filter(message=message, verdict="allow").count() == 2
    assert (len(both.cheap.took), len(both.dear.took)) == (0, 1)


def test_what_is_in_doubt_is_asked_of_the_carrier_that_had_it_and_never_goes_by_another(both: Both) -> None:
    message = both.message("+13475550001")
    both.cheap.answers = [Unknown("time_out")]
    both.send()
    assert both.send(NOON + MINUTE) == 0
    assert stands(message) == ("unknown", "cheap", "time_out")
    both.settle(NOON + 3 * MINUTE)
    assert (len(both.cheap.asked), both.dear.asked) == (1, [])
    assert stands(message) == ("unknown", "cheap", "found_by_look_up") and both.dear.took == []


def test_a_carrier_that_is_not_reached_keeps_nobody_from_the_others(both: Both) -> None:
    york, toronto = both.message("+13475550001"), both.message("+14165550002")
    both.cheap.answers = [OutsideFailed("no route", "无法连接")]
    both.send()
    assert stands(york)[0::2] == ("queued", "carrier_not_reached")
    assert stands(toronto)[:2] == ("submitted", "dear")


def test_a_route_that_takes_nothing_goes_down_once_and_comes_back(both: Both) -> None:
    both.cheap.answers = [NotTaken("busy", retryable=True)] * 3
    message = both.message("+13475550001", not_after=NOON + timedelta(hours=4))
    at = NOON
    for _ in range(3):
        both.send(at)
        at += MINUTE
    assert models.RouteState.objects.get().down_until == NOON + 2 * MINUTE + FIRST_PAUSE
    assert [row.kind for row in models.Event.objects.filter(kind__startswith="route.")] == [WENT_DOWN]
    assert models.Job.objects.filter(kind="page").count() == 1
    both.dear.answers = [NotTaken("busy", retryable=True)] * 9
    # While it is down the dearer one is asked; once its pause is over it is tried again, and is well.
    both.send(NOON + 2 * MINUTE + FIRST_PAUSE - timedelta(seconds=1))
    both.send(NOON + 5 * MINUTE)
    assert stands(message)[:2] == ("submitted", "cheap")
    assert models.Event.objects.filter(kind=CAME_BACK).count() == 1
    assert models.RouteState.objects.get(provider="cheap").down_since is None


def test_a_route_whose_messages_are_refused_one_by_one_is_well(both: Both) -> None:
    for number in range(4):
        both.message(f"+1347555010{number}")
    both.cheap.answers = [Rejected("opted_out", "The recipient has opted out.")] * 4
    both.send()
    assert not models.RouteState.objects.exists()


def test_where_every_route_is_down_messages_wait(both: Both) -> None:
    message = both.message("+13475550001")
    for carrier in (both.cheap, both.dear):
        carrier.answers = [NotTaken("credentials", retryable=True, halts=True)]
    both.send()
    both.send(NOON + MINUTE)
    assert both.send(NOON + 2 * MINUTE) == 0
    assert stands(message)[0::2] == ("queued", "routes_down")
    assert both.send(NOON + HALTED_PAUSE) == 1
    assert stands(message)[:2] == ("submitted", "cheap")


def test_no_more_than_its_budget_goes_to_a_prefix_in_an_hour(both: Both) -> None:
    messages = [both.message(f"+1212555010{number}", not_after=NOON + timedelta(hours=5)) for number in range(5)]
    assert both.send() == 2
    waiting = [message for message in messages if stands(message)[0] == "queued"]
    assert {stands(message)[2] for message in waiting} == {"prefix_budget_spent"} and len(waiting) == 3
    assert {models.Message.objects.get(id=one.id).not_before for one in waiting} == {NOON + timedelta(hours=1)}
    assert both.send(NOON + timedelta(hours=1)) == 2


def test_what_was_taken_back_counts_for_the_budget_no_less(both: Both) -> None:
    """A budget bounds what may be spent; it is never a reason to spend more."""
    both.cheap.answers = [NotTaken("busy", retryable=True)] * 2
    for number in range(3):
        both.message(f"+1212555010{number}", not_after=NOON + timedelta(hours=5))
    both.send()
    both.send(NOON + 2 * MINUTE)
    assert len(both.cheap.took) + len(both.dear.took) == 0


def test_each_route_keeps_its_own_pace_and_a_text_waits_for_the_cheap_one(both: Both) -> None:
    both.pace = Pace({"cheap": Rate(per_second=1, burst=2)})
    york = [both.message(f"+1347555010{number}", not_after=NOON + timedelta(hours=5)) for number in range(4)]
    toronto = both.message("+14165550002")
    assert both.send() == 3
    assert stands(toronto)[:2] == ("submitted", "dear")
    assert sorted(stands(message)[0] for message in york) == ["queued", "queued", "submitted", "submitted"]
    assert both.send(NOON + timedelta(seconds=2)) == 2
    assert len(both.cheap.took) == 4


def test_a_landline_that_a_look_up_found_gets_no_text(both: Both) -> None:
    message = both.message("+13475550001")
    finding = NumberFinding(Msisdn("+13475550001"), None, NOON - MINUTE, LineType.LANDLINE)
    apply_finding(finding, NOON, both.desk.vault)
    assert both.send() == 0
    assert stands(message)[0::2] == ("refused", "number_takes_no_texts")


def test_a_carrier_that_does_not_answer_keeps_nothing_of_the_others_from_coming_in(both: Both) -> None:
    class Silent(Carrier):
        def poll(self, now: datetime, limit: int) -> list[Delivery]:
            raise OutsideFailed("no answer", "无应答")

    polled: list[str] = []

    class Heard(Carrier):
        def poll(self, now: datetime, limit: int) -> list[Delivery]:
            polled.append(self.name)
            return []

    carriers = Carriers(ROUTES, {"cheap": Silent("cheap"), "dear": Heard("dear")})
    receive_due(carriers, library(), both.desk.vault, NOON)
    assert polled == ["dear"] and carriers.rests.rests("poll", "cheap") and not carriers.rests.rests("poll", "dear")
    # The silent one is left alone for a while; the other is asked each time.
    receive_due(carriers, library(), both.desk.vault, NOON)
    assert polled == ["dear", "dear"]
    alone = Carriers(ROUTES, {"cheap": Silent("cheap")})
    with pytest.raises(OutsideFailed):
        receive_due(alone, library(), both.desk.vault, NOON)


def test_that_a_carrier_answers_one_question_does_not_hurry_another(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [0.0]
    monkeypatch.setattr(carriers_module, "time", SimpleNamespace(monotonic=lambda: at[0]))
    carriers, asked = Carriers(ROUTES, {"cheap": both.cheap, "dear": both.dear}), list[float]()

    def look_up(provider: Provider) -> int:
        if provider is both.cheap:
            asked.append(at[0])
            raise OutsideFailed("no answer", "无应答")
        return 0

    for _ in range(1_000):
        carriers.each("poll", lambda _: 0)
        carriers.each("look_up", look_up)
        at[0] += 0.2
    gaps = [round(later - earlier, 1) for earlier, later in pairwise(asked)]
    assert gaps == sorted(gaps) and gaps[-1] >= LONGEST_REST_SECONDS
