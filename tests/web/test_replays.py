"""A replay is asked for on a page, done as a job, and shown with figures that are those of the job."""

from __future__ import annotations

import re

import pytest

from parley.store import jobs, models
from parley.store.staff import Role
from tests.run.desk import NOON
from tests.run.test_replaying import decide_three
from tests.web.conftest import Served
from tests.web.rulebooks import NAME, beside, replayed, work_off

ASKED = {"from": "2026-11-01", "to": "2026-11-30", "rulebook": NAME}


def text_of(served: Served, address: str) -> str:
    answer = served.client(Role.COMPLIANCE).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_replay_is_asked_for_once_and_shown_when_it_is_done(served: Served) -> None:
    decide_three(served.desk)
    beside(served)
    client = served.client(Role.COMPLIANCE)
    assert client.post("/rules/replays/start", ASKED).status_code == 302
    client.post("/rules/replays/start", ASKED)
    row = models.Job.objects.get(kind="rules.replay")
    waiting = text_of(served, "/rules/replays")
    assert "waiting" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    assert client.get(f"/rules/replays/{row.id}").status_code == 404
    work_off(served)
    assert f'href="/rules/replays/{row.id}"' in text_of(served, "/rules/replays")
    text = text_of(served, f"/rules/replays/{row.id}")
    tiles = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", text))
    assert (tiles["Decisions"], tiles["The same"], tiles["Otherwise"]) == ("3", "0", "3")
    assert "US-NY · lender-hours" in text
    assert "<svg" in text


def test_the_file_holds_the_figures_of_the_picture(served: Served) -> None:
    decide_three(served.desk)
    job = replayed(served)
    answer = served.client(Role.COMPLIANCE).get(f"/rules/replays/{job}/changes.csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("place · rule,now allowed,now deferred,now refused,")
    assert "US-NY · lender-hours,0,1,0,0" in lines
    found = jobs.find("rules.replay", job)
    assert found is not None
    assert sum(sum(map(int, line.rsplit(",", 4)[1:])) for line in lines[1:]) == found.result["changed"]


def test_the_rulebook_in_use_says_that_nothing_would_be_otherwise(served: Served) -> None:
    decide_three(served.desk)
    served.client(Role.LEAD).post("/rules/replays/start", ASKED | {"rulebook": ""})
    work_off(served)
    row = models.Job.objects.get(kind="rules.replay")
    assert "Every decision would have been the same." in text_of(served, f"/rules/replays/{row.id}")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"from": "yesterday"}, "yesterday is not a day."),
        ({"to": ""}, "– is not a day."),
        ({"from": "2026-12-01"}, "The first day is after the last."),
        ({"from": "2025-01-01"}, "At most 366 days at a time."),
        ({"rulebook": "../secrets"}, "There is no such rulebook any more."),
        ({"from": "<script>"}, "&lt;script&gt; is not a day."),
    ],
)
def test_what_cannot_be_replayed_is_said_and_nothing_is_asked_for(
    served: Served, typed: dict[str, str], says: str
) -> None:
    beside(served)
    answer = served.client(Role.COMPLIANCE).post("/rules/replays/start", ASKED | typed)
    assert (answer.status_code, says in answer.content.decode()) == (422, True)
    assert not models.Job.objects.exists()


def test_a_rulebook_that_is_wrong_ends_the_job_with_file_and_line(served: Served) -> None:
    beside(served)
    (served.desk.folder / "rulebooks" / NAME / "gb" / "hours.toml").write_text("colour = 1\n", encoding="utf-8")
    served.client(Role.COMPLIANCE).post("/rules/replays/start", ASKED)
    work_off(served)
    text = text_of(served, "/rules/replays")
    assert "gb/hours.toml, line 1" in text
    assert "failed" in text


def test_a_rulebook_that_is_gone_ends_the_job_in_words(served: Served) -> None:
    jobs.ask_for("rules.replay", "x", {"first": "2026-11-01", "last": "2026-11-02", "rulebook": "gone"}, "ann", NOON)
    work_off(served)
    assert "There is no rulebook" in text_of(served, "/rules/replays")


def test_agents_and_administrators_replay_nothing(served: Served) -> None:
    for role in (Role.AGENT, Role.ADMINISTRATOR):
        assert served.client(role).post("/rules/replays/start", ASKED).status_code == 403


def test_a_job_of_another_kind_is_no_replay(served: Served) -> None:
    job = jobs.ask_for("nightly", "2026-11-04", {"as_of": "2026-11-04"}, "ann", NOON)
    for address in (f"/rules/replays/{job}", f"/rules/replays/{job}/changes.csv"):
        assert served.client(Role.COMPLIANCE).get(address).status_code == 404
