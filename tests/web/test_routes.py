"""The page of routes: how each is, what it carried and cost, what is registered for it, what it lacks."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from parley.messaging.ledger import State
from parley.store import models
from parley.store.route_health import note_batch
from parley.store.staff import Role
from tests.run.desk import NOON
from tests.web.conftest import Served
from tests.web.routed import REGISTERED, ROUTES, serve_routes

MINUTE = timedelta(minutes=1)


def read(served: Served, address: str, language: str = "en", role: Role = Role.LEAD) -> str:
    client = served.client(role)
    client.cookies["parley_language"] = language
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def rows(served: Served, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read(served, address).removeprefix("\ufeff"))))


def handed(served: Served, route: str, state: State, ago: timedelta, segments: int = 1) -> None:
    desk = served.desk
    person = desk.person()
    desk.message(person, desk.account(person), provider=route, state=state, intended_at=NOON - ago, segments=segments)


def down(served: Served, code: str, ago: timedelta) -> None:
    note_batch("uk-direct", code, NOON - ago, served.desk.vault, halts=True)


@pytest.mark.parametrize(("role", "status"), [(one, 403 if one is Role.AGENT else 200) for one in Role])
def test_whoever_answers_for_messages_sees_the_routes(served: Served, role: Role, status: int) -> None:
    serve_routes(served)
    client = served.client(role)
    addresses = ("/routes", "/routes/uk-direct", "/routes/day.csv", "/routes/uk-direct/figures.csv")
    assert {client.get(address).status_code for address in addresses} == {status}
    home = client.get("/threads" if role is Role.AGENT else "/routes").content.decode()
    assert ('href="/routes"' in home) is (status == 200)


def test_what_is_no_route_and_no_table_is_not_found(served: Served) -> None:
    client = served.client(Role.LEAD)
    for address in ("/routes/nowhere", "/routes/x.csv", "/routes/nowhere/figures.csv", "/routes/sandbox/x.csv"):
        assert client.get(address).status_code == 404


def test_a_home_of_the_sandbox_has_one_route_that_lacks_nothing(served: Served) -> None:
    assert "anywhere" in read(served, "/routes")
    assert "reaches nobody" in read(served, "/routes/sandbox")


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_a_route_says_what_it_is_for_and_what_it_costs(served: Served, language: str) -> None:
    serve_routes(served)
    text = read(served, "/routes/uk-direct", language)
    said = {
        "en": ("Twilio Programmable Messaging", "United Kingdom", "well", "50 messages a second"),
        "zh-Hans": ("Twilio 短信", "英国", "正常", "每秒 50 条"),
        "zh-Hant": ("Twilio 短信", "英國", "正常", "每秒 50 則"),
    }[language]
    for words in (*said, "+447", "234-15", "0.028"):
        assert words in text
    assert "everywhere-else-b" not in text


def test_of_a_long_list_of_countries_the_rest_is_folded_away(served: Served) -> None:
    serve_routes(served)
    text = read(served, "/routes/everywhere-else-b")
    shown, _, folded = text.partition("4 more</summary>")
    assert "Australia, Canada, China, Hong Kong SAR China, Ireland" in shown
    assert "New Zealand, Singapore, United Kingdom, United States" in folded


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_a_route_that_is_down_says_since_when_why_in_words_and_when_it_is_tried(served: Served, language: str) -> None:
    serve_routes(served)
    down(served, "20003", MINUTE)
    text = read(served, "/routes/uk-direct", language)
    why = "Twilio does not accept the account" if language == "en" else "Twilio 不接受该账户或密钥"
    since, tried = {
        "en": ("Nov 3, 16:59", "Nov 3, 17:04"),
        "zh-Hans": ("11月3日 16:59", "11月3日 17:04"),
        "zh-Hant": ("11月3日 16:59", "11月3日 17:04"),
    }[language]
    for words in (why, "<code>20003</code>", since, tried):
        assert words in text
    # The other one is well, and says so.
    both = read(served, "/routes", language)
    assert {"en": "down", "zh-Hans": "中断", "zh-Hant": "中斷"}[language] in both
    assert {"en": "well", "zh-Hans": "正常", "zh-Hant": "正常"}[language] in both


def test_a_route_whose_pause_is_over_is_down_until_a_message_has_gone(served: Served) -> None:
    serve_routes(served)
    down(served, "carrier_not_reached", timedelta(hours=2))
    text = read(served, "/routes/uk-direct")
    assert "with the next message" in text
    assert "<code>carrier_not_reached</code>" in text
    note_batch("uk-direct", "", NOON, served.desk.vault)
    assert "takes nothing" not in read(served, "/routes/uk-direct")


def test_a_code_that_nobody_wrote_down_stands_as_it_is(served: Served) -> None:
    serve_routes(served)
    down(served, "code_9<b>9", MINUTE)
    assert "code_9&lt;b&gt;9" in read(served, "/routes/uk-direct")


def test_a_route_whose_receipts_give_the_alarm_is_poor_and_tells_the_figures(served: Served) -> None:
    serve_routes(served)
    data = {"route": "uk-direct", "what": "lost", "recent": [200, 90, 0], "earlier": [1000, 960, 0], "minutes": 60}
    models.Event.objects.create(at=NOON, kind="route.dropped", data=data)
    for address in ("/routes", "/routes/uk-direct"):
        text = read(served, address)
        assert 'badge warn">delivers less<' in text
        assert "45.0%" in text
    assert "45.0%" not in read(served, "/routes/everywhere-else-b")


def test_what_was_carried_and_what_it_cost_is_told_by_route(served: Served) -> None:
    serve_routes(served)
    hour = timedelta(hours=1)
    for state, ago, segments in (
        (State.DELIVERED, hour, 3),
        (State.UNDELIVERED, hour, 1),
        (State.UNKNOWN, hour, 1),
        (State.SUBMITTED, hour, 1),
        (State.DELIVERED, 25 * hour, 2),
        (State.DELIVERED, 24 * 31 * hour, 2),
    ):
        handed(served, "uk-direct", state, ago, segments)
    handed(served, "gone", State.DELIVERED, hour)
    direct, other, gone = rows(served, "/routes/day.csv")
    assert (direct["handed over"], direct["delivered"], direct["delivered, count"]) == ("4", "33.3", "1")
    assert (direct["of"], direct["unknown"], direct["segments"], direct["spend"]) == ("3", "1", "6", "0.168")
    assert (other["route"], other["handed over"], other["delivered"]) == ("everywhere-else-b", "0", "")
    assert (gone["route"], gone["handed over"], gone["spend"]) == ("gone", "1", "")
    assert rows(served, "/routes/month.csv")[0]["spend"] == "0.224"
    assert [one["spend"] for one in rows(served, "/routes/uk-direct/figures.csv")] == ["0.168", "0.224"]
    assert "33.3%" in read(served, "/routes")
    assert "33.3%" in read(served, "/routes/uk-direct")


def test_the_budget_of_a_prefix_tells_what_this_hour_has_had(served: Served) -> None:
    serve_routes(served)
    hour = NOON.replace(minute=0)
    models.PrefixHour.objects.create(prefix="+4477", hour=hour, messages=100)
    models.PrefixHour.objects.create(prefix="+4477", hour=hour - timedelta(hours=1), messages=400)
    (found,) = rows(served, "/routes/budgets.csv")
    assert (found["used"], found["an hour"], found["of the budget"]) == ("100", "400", "25.0")
    assert "25.0%" in read(served, "/routes")
    serve_routes(served, ROUTES.partition("[[budget]]")[0])
    assert "Budgets" not in read(served, "/routes")


def test_registrations_tell_who_renews_them_and_what_ends(served: Served) -> None:
    serve_routes(served)
    text = read(served, "/routes/uk-direct")
    for words in ("GB-S1", "Messaging team 短信组", "ends soon", "GB-U1", "nobody named", "ended"):
        assert words in text
    # What is registered elsewhere, or for another carrier, is none of this route's.
    assert "US-U1" not in text
    assert "GB-S1" not in read(served, "/routes/everywhere-else-b")
    assert [one["Id"] for one in rows(served, "/routes/uk-direct/registrations.csv")] == ["GB-U1", "GB-S1"]


@pytest.mark.parametrize(("address", "role"), [("/routes", Role.COMPLIANCE), ("/sending", Role.AGENT)])
def test_what_must_be_renewed_gives_the_alarm_where_alarms_stand(served: Served, address: str, role: Role) -> None:
    serve_routes(served)
    text = read(served, address, role=role)
    for words in ("Registrations end.", "GB-S1", "Nov 20, 2026", "GB-U1", "Oct 31, 2026"):
        assert words in text
    serve_routes(served, registered="[[use_case]]" + REGISTERED.rpartition("[[use_case]]")[2])
    assert "Registrations end." not in read(served, address, role=role)


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_what_a_route_lacks_is_what_the_command_finds(served: Served, language: str) -> None:
    serve_routes(served)
    text = read(served, "/routes/uk-direct", language)
    for words in (
        {"en": "The secret auth_token of route uk-direct is missing"}.get(language, "auth_token"),
        {"en": "inbound.public_url is empty"}.get(language, "inbound.public_url 为空"),
        {"en": "ends on 2026-11-20"}.get(language, "将于 2026-11-20 到期"),
        "parley provider check uk-direct",
    ):
        assert words in text


def test_a_file_that_is_broken_by_now_is_what_is_missing(served: Served) -> None:
    serve_routes(served)
    (served.desk.folder / "routes.toml").write_text("[[route]]\nname = 7\n", encoding="utf-8")
    assert "routes.toml, line 2" in read(served, "/routes/uk-direct")
