"""The outbox asks the gate with the words: those of the message, and those the borrower wrote while it waited."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parley.store import models
from tests.run.desk import NOON, Desk
from tests.store.conftest import Home
from tests.store.desk_work import MINUTE, Work
from tests.store.test_outbox import dispatch, ready


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def test_a_time_the_borrower_ruled_out_defers_what_waits(desk: Desk) -> None:
    """NOON is a Tuesday at noon in New York; the reply came while the reminder waited."""
    person, message = ready(desk)
    desk.hear(person, "don't text me at work")
    assert dispatch(desk) == []
    message.refresh_from_db()
    # Eight to six, where the borrower lives.
    assert (message.state, message.reason) == ("queued", "inconvenient_time")
    assert message.not_before == NOON + timedelta(hours=6)


def test_what_the_text_says_is_judged_at_dispatch(desk: Desk) -> None:
    person, _ = ready(desk, body="Example Card: pay now or you will be arrested. STOP ends texts.")
    assert dispatch(desk) == []
    decision = models.GateDecision.objects.get(borrower=person.borrower)
    assert (decision.verdict, decision.reason_code) == ("block", "prohibited_content")
    assert "threat_of_arrest" in decision.trace["facts"]["content"]


def asks_what_if(work: Work) -> models.Message:
    for n, text in enumerate(("OPTIONS", "60 a month", "what happens if I don't agree?")):
        work.hears(text, NOON + n * MINUTE)
        work.sends(NOON + n * MINUTE + MINUTE / 2)
    return models.Message.objects.get(template_key="info.what_if")


def test_what_is_owed_is_told_as_the_turn_kept_it(desk: Desk) -> None:
    said = asks_what_if(Work(desk))
    kept = models.Event.objects.get(kind="turn", message=said)
    assert said.offer == models.OfferRecord.objects.get() and said.state == "submitted"
    assert set(kept.data["owed"]) == {"balance_minor", "arrears_minor"}


def test_a_sum_that_the_turn_did_not_keep_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parley.store.offers._owed", lambda _messages: {})
    said = asks_what_if(Work(desk))
    assert (said.state, said.reason) == ("refused", "number_not_in_offer")
