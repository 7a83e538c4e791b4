"""What is not registered does not leave: refused in the transaction of the send intent, and decided so again later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parley.contact.registrations import Route, read_registrations
from parley.contact.replay import Again, compare, decide_again
from parley.contact.routes import Routes
from parley.engine.library import Library
from parley.errors import BadInput
from parley.messaging.ledger import State
from parley.run.carriers import Carriers, only
from parley.run.home import init_home, open_home, remember_settings
from parley.run.library import build_library
from parley.run.sending import Sender
from parley.store import models
from tests.run.desk import Desk, library, state_of, taken

# Half past eleven in Kolkata.
NOON = datetime(2026, 11, 24, 6, tzinfo=UTC)
BODY = "Example Card: 500 INR is due on Dec 5. Call 800-555-0100. STOP ends texts."
REGISTERED = """
[[sender]]
id = "1101"
providers = ["all"]
country = "IN"
name = "EXCARD"
form = "alphanumeric"
purposes = ["all"]
valid_from = 2026-01-01

[[template]]
id = "1107"
providers = ["all"]
country = "IN"
purposes = ["reminder"]
valid_from = 2026-01-01
valid_to = 2026-11-24
text = "Example Card: {#var#} is due on {#var#}. Call 800-555-0100. STOP ends texts."
"""


@pytest.fixture
def desk(sqlite_desk: Desk) -> Desk:
    return sqlite_desk


def registered(text: str, provider: str = "sandbox") -> Library:
    carriers = library().rulebook.carriers
    route = Route(provider, read_registrations(text.encode(), carriers))
    return replace(library(), route=route)


def waiting(desk: Desk, body: str = BODY, place: tuple[str, str] = ("IN", "Asia/Kolkata")) -> models.Message:
    person = desk.person(*place)
    return desk.message(
        person,
        desk.account(person),
        body=body,
        created_at=NOON - timedelta(hours=1),
        not_after=NOON + timedelta(days=3),
    )


def carried(desk: Desk, kind: str) -> Carriers:
    """Let the sandbox carry everything as if it were of *kind*."""
    found = only(desk.centre())
    (line,) = found.routes.lines
    return replace(found, routes=Routes((replace(line, kind=kind),)))


def send(desk: Desk, of: Library, at: datetime = NOON) -> models.GateDecision:
    Sender(carried(desk, of.route.provider), of, desk.vault).send_due(at)
    row = models.GateDecision.objects.latest("id")
    assert row.facts is not None
    # Made again from what is stored alone: the file of registrations is not asked.
    assert compare(row.trace, decide_again(row.facts, of.rulebook)) is Again.SAME
    return row


def test_a_text_that_is_registered_goes_out_and_its_registrations_are_kept(desk: Desk) -> None:
    message, of = waiting(desk), registered(REGISTERED)
    row = send(desk, of)
    assert row.verdict == "allow"
    assert taken(desk.folder) == [str(message.id)]
    facts = row.trace["facts"]
    assert (facts["registered"], facts["relied_on"]) == (["sender", "template"], ["1101", "1107"])
    assert facts["registrations"] == of.route.registrations.digest != ""
    assert (facts["provider"], facts["sender_form"]) == ("sandbox", "alphanumeric")


@pytest.mark.parametrize(
    ("registrations", "body"),
    [
        ("", BODY),
        (REGISTERED, BODY.replace("is due", "was due")),
        (REGISTERED.replace('["reminder"]', '["promotion"]'), BODY),
        (REGISTERED[: REGISTERED.index("[[template]]")], BODY),
        (REGISTERED[REGISTERED.index("[[template]]") :], BODY),
    ],
)
def test_a_text_that_is_not_is_refused_by_rule_citation_and_reason(desk: Desk, registrations: str, body: str) -> None:
    message = waiting(desk, body)
    row = send(desk, registered(registrations))
    assert (row.verdict, row.rule_id, row.reason_code) == ("block", "in-dlt", "sender_not_registered")
    assert [one["citation"] for one in row.trace["refusals"]] == [library().rulebook.rule("in-dlt").citation]
    message.refresh_from_db()
    assert (message.state, message.reason) == (State.REFUSED, "sender_not_registered")
    assert taken(desk.folder) == []


def test_a_registration_ends_with_its_last_day_where_the_borrower_is(desk: Desk) -> None:
    message = waiting(desk)
    assert send(desk, registered(REGISTERED), NOON + timedelta(days=1)).verdict == "block"
    assert state_of(message) is State.REFUSED


def test_what_the_provider_does_not_carry_is_refused_and_the_sandbox_asks_for_nothing(desk: Desk) -> None:
    place, noon = ("US-NY", "America/New_York"), NOON + timedelta(hours=11)
    waiting(desk, place=place)
    assert send(desk, registered(""), noon).verdict == "allow"
    waiting(desk, place=place)
    row = send(desk, registered("", "twilio"), noon)
    assert (row.verdict, row.reason_code) == ("block", "sender_not_registered")
    assert {one["rule"] for one in row.trace["refusals"]} == {"us-twilio-10dlc", "us-twilio-toll-free"}


def test_a_home_reads_its_file_and_keeps_it_with_its_settings(tmp_path: Path) -> None:
    home = init_home(tmp_path / "home", {}, registrations_text=REGISTERED)
    opened = open_home(home.root, {})
    of = build_library(opened.settings, registrations=opened.registrations)
    assert [one.registered_id for one in of.route.registrations.entries] == ["1101", "1107"]
    remember_settings(opened, NOON)
    kept = models.LenderSettings.objects.get(digest=of.route.registrations.digest)
    assert kept.document == REGISTERED


def test_a_wrong_file_stops_whoever_sends_and_says_where(tmp_path: Path) -> None:
    home = init_home(tmp_path / "home", {}, registrations_text=REGISTERED.replace('"IN"', '"India"', 1))
    opened = open_home(home.root, {})
    with pytest.raises(BadInput, match=r"registrations\.toml, line 5: 'India' is no code") as refused:
        build_library(opened.settings, registrations=opened.registrations)
    assert "registrations.toml 第 5 行" in refused.value.zh
