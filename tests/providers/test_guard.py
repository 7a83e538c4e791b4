from __future__ import annotations

from pathlib import Path

from parley.providers.guard import SYNTHETIC_NUMBER, Guarded
from parley.providers.port import Accepted, LookupState, Provider, Rejected
from parley.providers.sandbox import Sandbox
from tests.providers.conftest import LATER, NOON, Open, asked, message


class RealCarrier(Sandbox):
    """A carrier to people."""

    takes_synthetic = False  # type: ignore[misc]  # the sandbox's own is final, for good reason


def test_a_real_carrier_never_gets_a_synthetic_number(log: Path) -> None:
    inside = RealCarrier(log, seed=1, short_code="70000")
    carrier: Provider = Guarded(inside)
    answers = carrier.submit([message(1), message(2, synthetic=False), message(3)], NOON)
    assert [type(answer) for answer in answers] == [Rejected, Accepted, Rejected]
    assert answers[0] == answers[2]
    assert isinstance(answers[0], Rejected)
    assert answers[0].code == SYNTHETIC_NUMBER
    assert "555" not in answers[0].operator_words
    inside.poll(LATER, 10)
    assert [each.reference for each in inside.handset_inbox(0)] == ["ref-2"]
    assert carrier.submit([message(1)], NOON) == [answers[0]]


def test_the_sandbox_takes_any_number_and_the_guard_passes_everything_on(centre: Open) -> None:
    carrier = Guarded(centre())
    answers = carrier.submit([message(1), message(2, synthetic=False)], NOON)
    assert all(isinstance(answer, Accepted) for answer in answers)
    assert (carrier.name, carrier.takes_synthetic, carrier.can_look_up) == ("sandbox", True, True)
    assert carrier.look_up(asked("ref-1"), NOON).state is LookupState.FOUND
    deliveries = carrier.poll(LATER, 10)
    assert len(deliveries) == 2
    carrier.acknowledge([each.event_id for each in deliveries])
    assert carrier.poll(LATER, 10) == []
    assert carrier.settle_seconds > 0
