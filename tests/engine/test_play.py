from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.contact.gate import Refused
from parley.engine.headline import read_headline, write_headline
from parley.engine.play import RECEIPTS, Announced, Play, Told, quoted, unquoted
from parley.engine.situation import Situation
from parley.engine.transcript import play, written
from parley.engine.turn import Library
from parley.engine.twin import Heard
from parley.messaging.ledger import State
from parley.servicing.account import Product
from tests.engine.sample import shipped_library

START = "now 2026-11-23 14:05 America/Chicago"
PROVEN = Situation(is_proven=True)
CALIFORNIA = Situation(jurisdiction="US-CA", zone="America/Los_Angeles", postcode="94110", is_proven=True)
LINES = ["< OPTIONS", "< 60 a month", "< 1", "< yes", "< STOP", "@ overdue", "! delivered", "! rejected", "! unknown"]


def played(situation: Situation, *lines: str) -> Play:
    run = Play(shipped_library(), situation)
    for line in lines:
        run.take(line)
    return run


situations = st.builds(
    Situation,
    jurisdiction=st.sampled_from(["US-IL", "GB", "CN", "TW", "HK", "SG"]),
    locale=st.sampled_from(["en-US", "en-GB", "zh-CN", "zh-TW", "zh-HK", "zh-Hant-US", "zh-Hans-SG"]),
    product=st.sampled_from(Product),
    currency=st.sampled_from(["USD", "CNY", "TWD"]),
    balance_minor=st.integers(0, 10**12),
    annual_rate_bps=st.integers(0, 40_00),
    days_past_due=st.integers(1, 400),
    arrears_minor=st.integers(0, 10**12),
    next_due_minor=st.integers(0, 10**12),
    next_due_on=st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    postcode=st.sampled_from(["", "60614", "M1 4BT", "200120"]),
    contract_tail=st.sampled_from(["", "4417", "77A3"]),
    is_proven=st.booleans(),
    after=st.sampled_from(["", "promo", "risk_alert"]),
)


@given(situations)
def test_a_headline_reads_as_it_was_written(situation: Situation) -> None:
    library = shipped_library()
    # The zone stands in the first `now` line.
    assert read_headline(write_headline(situation, library), library) == replace(situation, zone=Situation().zone)


def test_a_headline_of_another_policy_or_actor_does_not_hold_silently(library: Library) -> None:
    line = write_headline(PROVEN, library)
    with pytest.raises(ValueError, match="policy"):
        read_headline(line.replace(library.policy.id, "other-policy"), library)
    with pytest.raises(ValueError, match="actor"):
        read_headline(line.replace("original creditor", "debt buyer"), library)


@given(st.text())
def test_any_reply_is_one_line_and_comes_back(text: str) -> None:
    line = quoted(text)
    assert line.splitlines() in ([line], [])
    assert unquoted(line) == text


def test_an_override_of_direction_is_seen_in_a_transcript() -> None:
    assert quoted("pay \u202e06\nok\\") == r"pay \u202e06\nok\\"
    assert quoted("每月500元 🙂 café") == "每月500元 🙂 café"


@pytest.mark.parametrize("line", [r"a \q", r"a \u12"])
def test_an_unknown_escape_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="no escape"):
        unquoted(line)


def test_the_clock_does_not_go_back() -> None:
    run = played(PROVEN, START)
    with pytest.raises(ValueError, match="back"):
        run.take("now 2026-11-23 14:04")
    assert run.now == datetime(2026, 11, 23, 20, 5, tzinfo=UTC)


def test_an_hour_told_twice_in_autumn_goes_on() -> None:
    run = played(PROVEN, "now 2026-11-01 01:50 America/Chicago", "now 2026-11-01 01:10")
    assert run.now == datetime(2026, 11, 1, 7, 10, tzinfo=UTC)


@pytest.mark.parametrize("line", ["< hello", "@ overdue", "! delivered"])
def test_a_session_begins_with_the_clock(line: str) -> None:
    with pytest.raises(ValueError, match="begins"):
        played(PROVEN, line)


@pytest.mark.parametrize("line", ["! delivered", "! lost", "@ threat", "> hello", "now yesterday 9"])
def test_a_line_that_cannot_be_taken_is_refused_and_nothing_happens(line: str) -> None:
    run = played(PROVEN, START)
    with pytest.raises(ValueError, match=r".+"):
        run.take(line)
    assert len(run.beats) == 1
    assert run.twin.messages == []


@pytest.mark.parametrize("state", RECEIPTS)
def test_a_receipt_moves_the_text_that_left_last(state: State) -> None:
    run = played(PROVEN, START, "< OPTIONS", "< 60 a month", f"! {state}")
    assert [one.state for one in run.twin.messages] == [State.SUBMITTED, state]
    assert run.beats[-1].deed == Told(2, state)


def test_what_a_beat_holds_does_not_change_later() -> None:
    run = played(PROVEN, START, "< OPTIONS")
    answered = run.beats[-1].deed
    run.take("! delivered")
    assert isinstance(answered, Heard) and answered.message is not None
    assert answered.message.state is State.SUBMITTED
    assert run.twin.message(1).state is State.DELIVERED


def test_a_text_the_carrier_rejected_uses_up_no_cap() -> None:
    sent = played(PROVEN, START, "@ overdue", "! undelivered", "@ overdue")
    rejected = played(PROVEN, START, "@ overdue", "! rejected", "@ overdue")
    assert [one.state for one in sent.twin.messages] == [State.UNDELIVERED, State.QUEUED]
    assert [one.state for one in rejected.twin.messages] == [State.REJECTED, State.SUBMITTED]


def test_stop_cancels_what_waits_for_the_morning() -> None:
    run = played(CALIFORNIA, "now 2026-11-23 03:00 America/Los_Angeles", "< OPTIONS", "< STOP", "now 2026-11-24 09:00")
    assert [one.state for one in run.twin.messages] == [State.CANCELLED, State.SUBMITTED]


def test_a_crisis_cancels_what_waits() -> None:
    night = "now 2026-11-23 03:00 America/Los_Angeles"
    run = played(CALIFORNIA, night, "< OPTIONS", "< i want to kill myself", "now 2026-11-24 09:00")
    assert run.twin.messages[0].state is State.CANCELLED


def test_what_waits_leaves_at_its_hour_and_not_before() -> None:
    run = played(CALIFORNIA, "now 2026-11-23 03:00 America/Los_Angeles", "< OPTIONS", "now 2026-11-23 07:59")
    assert run.twin.said == []
    run.take("now 2026-11-23 08:00")
    assert run.twin.messages[0].left_at == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def test_nothing_else_is_begun_while_a_talk_goes_on() -> None:
    run = played(PROVEN, START, "< OPTIONS", "@ overdue")
    assert run.beats[-1].deed == Announced(None)
    run.take("now 2026-11-26 15:00")
    run.take("@ overdue")
    assert len(run.twin.said) == 2


def test_a_person_who_took_over_is_not_talked_into() -> None:
    run = played(PROVEN, START, "< can i speak to a real person", "now 2026-11-30 09:00", "@ overdue")
    made = run.beats[-1].deed
    assert isinstance(made, Announced) and isinstance(made.made, Refused)
    assert made.made.primary.reason_code


@given(st.lists(st.sampled_from(LINES), max_size=8))
def test_same_lines_same_transcript(lines: list[str]) -> None:
    library = shipped_library()
    run = Play(library, PROVEN)
    run.take(START)
    for line in lines:
        if not (line.startswith("!") and not run.twin.said):
            run.take(line)
    text = written(write_headline(PROVEN, library), run)
    assert play(text, library) == text
