from __future__ import annotations

from datetime import timedelta

import pytest

from parley.messaging.ledger import State
from parley.store import models
from parley.store.staff import Role
from parley.store.stopping import Why, stop, stop_in_force
from tests.run.desk import NOON
from tests.web.conftest import Served


def lost(served: Served) -> models.Message:
    desk = served.desk
    person = desk.person()
    return desk.message(
        person, desk.account(person), conversation=desk.talk(person), state=State.UNDELIVERED, intended_at=NOON
    )


def test_whoever_is_on_shift_stops_and_a_lead_goes_on(served: Served) -> None:
    agent, lead = served.client(Role.AGENT), served.client(Role.LEAD)
    assert b"Stop now" in agent.get("/sending").content
    assert agent.post("/sending/stop", {"why": "wrong_figures"}).status_code == 302
    found = stop_in_force()
    assert found is not None
    assert (found.by, found.why) == ("agent", "wrong_figures")
    # Every page says so to everybody; the way back is shown to those who may.
    for client, may_resume in ((agent, False), (lead, True)):
        text = client.get("/runs" if may_resume else "/threads").content.decode()
        assert "Sending is stopped." in text
        assert ('action="/sending/resume"' in text) is may_resume
    assert agent.post("/sending/resume").status_code == 403
    assert stop_in_force() is not None
    assert lead.post("/sending/resume").status_code == 302
    assert stop_in_force() is None


def test_a_reason_that_is_none_stops_nothing(served: Served) -> None:
    assert served.client(Role.LEAD).post("/sending/stop", {"why": "Ada Test"}).status_code == 400
    assert stop_in_force() is None


def test_looking_stops_nothing(served: Served) -> None:
    for address in ("/sending/stop", "/sending/resume"):
        assert served.client(Role.LEAD).get(address).status_code == 405
    assert stop_in_force() is None


def test_what_did_not_arrive_is_sent_again_or_left(served: Served) -> None:
    first, second = lost(served), lost(served)
    agent = served.client(Role.AGENT)
    text = agent.get("/sending").content.decode()
    assert "the telephone did not take it" in text
    assert str(first.account_id)[-6:] in text
    assert "Ada Test" not in text
    assert agent.post(f"/sending/{first.id}", {"act": "again"}).status_code == 302
    assert agent.post(f"/sending/{second.id}", {"act": "leave"}).status_code == 302
    assert models.Message.objects.get(resend_of=first).state == "queued"
    assert "Everything arrived" in agent.get("/sending").content.decode()
    assert served.client(Role.COMPLIANCE).post(f"/sending/{first.id}", {"act": "again"}).status_code == 403


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_what_has_been_overtaken_says_why_it_stays(served: Served, language: str) -> None:
    row = lost(served)
    models.Message.objects.filter(id=row.id).update(created_at=NOON - timedelta(hours=5))
    person = models.ContactPoint.objects.get(id=row.contact_point_id)
    models.Inbound.objects.create(
        id=row.id, provider="sandbox", provider_event="x", address_index=person.address_index,
        contact_point=person, received_at=NOON,
    )  # fmt: skip
    client = served.client(Role.AGENT)
    client.cookies["parley_language"] = language
    answer = client.post(f"/sending/{row.id}", {"act": "again"})
    assert answer.status_code == 409
    said = {"en": "It was not sent again.", "zh-Hans": "没有再次发送。", "zh-Hant": "沒有再次傳送。"}[language]
    assert said in answer.content.decode()


def test_a_narrowed_list_shows_its_kind_alone(served: Served) -> None:
    lost(served)
    client = served.client(Role.LEAD)
    assert b"Show all" in client.get("/sending?state=undelivered&reason=&purpose=reminder").content
    assert b'<button class="secondary small" name="act"' not in client.get("/sending?state=rejected").content
    assert client.get("/sending?after=-1").status_code == 404


def test_a_stop_is_shown_with_who_and_why_in_every_language(served: Served) -> None:
    stop("dana", Why.CARRIER, NOON, served.desk.vault)
    client = served.client(Role.LEAD)
    for language, said in (("en", "Trouble at the carrier"), ("zh-Hans", "运营商故障"), ("zh-Hant", "電信業者故障")):
        client.cookies["parley_language"] = language
        assert said in client.get("/sending").content.decode()
