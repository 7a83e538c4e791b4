from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from parley.errors import BadInput, OutsideFailed
from parley.ids import derive_id
from parley.run.campaigns import Campaigns
from parley.run.jobs import Jobs, Tell, draft_job, nightly_job, send_job
from parley.run.paging import Pager
from parley.settings import Settings
from parley.store import jobs, models
from parley.store.database import is_sqlite
from tests.run.desk import NOON, TODAY, Desk, in_threads, library, terms
from tests.store.conftest import Home

WALL = datetime(2026, 11, 25, 9, tzinfo=UTC)


def ask(kind: str = "work", key: str = "1", **payload: object) -> models.Job:
    return models.Job.objects.get(id=jobs.ask_for(kind, key, payload, "ann", NOON))


def test_a_job_is_done_once_and_tells_how_far_it_is(home: Home) -> None:
    seen: list[str] = []

    def work(asked: dict[str, Any], _now: datetime, tell: Tell) -> dict[str, object]:
        tell(2, 2)
        seen.append(asked["what"])
        return {"found": 7}

    ask(what="this")
    every = Jobs({"work": work})
    assert (every.work_off(NOON), every.work_off(NOON), seen) == (1, 0, ["this"])
    told = jobs.latest("work", "1")
    assert told is not None
    assert (told.state, told.done, told.total, told.asked_by) == ("done", 2, 2, "ann")
    assert (told.asked["what"], told.result) == ("this", {"found": 7})


def test_asked_twice_while_it_waits_it_is_one_job_and_afterwards_another(home: Home) -> None:
    first = ask()
    assert ask().id == first.id
    Jobs({"work": lambda _asked, _now, _tell: None}).work_off(NOON)
    assert ask().id != first.id


def test_the_latest_is_the_one_asked_for_last_though_the_clock_stands(home: Home) -> None:
    every = Jobs(dict.fromkeys(("work", "other"), lambda _asked, _now, _tell: None))
    for step, kind in enumerate(("work", "other", "work", "work", "other", "work", "other", "other", "work")):
        ask(kind, step=step)
        every.work_off(NOON)
    found = [jobs.latest(kind, "1") for kind in ("work", "other", ("work", "other"))]
    assert [one.asked["step"] for one in found if one is not None] == [8, 7, 8]


def test_what_fails_for_good_says_why_in_both_languages(home: Home) -> None:
    def work(_asked: dict[str, Any], _now: datetime, _tell: Tell) -> None:
        raise BadInput("no such thing", "没有这个")

    ask()
    assert Jobs({"work": work}).work_off(NOON) == 1
    told = jobs.latest("work", "1")
    assert told is not None
    assert (told.state, told.error_en, told.error_zh) == ("failed", "no such thing", "没有这个")


def test_what_may_pass_is_tried_again_but_not_for_ever(home: Home) -> None:
    tried = []

    def work(_asked: dict[str, Any], now: datetime, _tell: Tell) -> None:
        tried.append(now)
        raise OutsideFailed("away", "不在")

    ask()
    every = Jobs({"work": work})
    assert every.work_off(NOON) == 1
    assert every.work_off(NOON) == 0
    for minute in range(1, 20):
        every.work_off(NOON + timedelta(minutes=minute))
    assert len(tried) == jobs.MOST_TRIES


def test_a_defect_is_told_without_its_words(home: Home) -> None:
    def work(_asked: dict[str, Any], _now: datetime, _tell: Tell) -> None:
        raise ValueError("Ada Test owes 1,240.00")

    ask()
    with capture_logs() as logs:
        Jobs({"work": work}).work_off(NOON)
    told = jobs.latest("work", "1")
    assert told is not None
    assert told.state == "failed"
    assert "Ada" not in told.error_en + str(logs)


def test_of_two_workers_one_takes_a_job_and_the_other_the_next(home: Home) -> None:
    for key in ("1", "2"):
        ask(key=key)
    taken: list[str] = []

    def take() -> None:
        row = jobs.claim(["work"], NOON, WALL)
        assert row is not None
        taken.append(row.payload["key"])

    in_threads(take, take)
    assert sorted(taken) == ["1", "2"]


def test_a_job_whose_process_died_is_taken_up_again(home: Home) -> None:
    ask()
    assert jobs.claim(["work"], NOON, WALL) is not None
    assert jobs.claim(["work"], NOON, WALL + timedelta(seconds=59)) is None
    again = jobs.claim(["work"], NOON, WALL + timedelta(seconds=61))
    assert again is not None
    assert again.tries == 2


def test_where_one_process_does_everything_the_next_one_need_not_wait(home: Home) -> None:
    ask()
    assert jobs.claim(["work"], NOON, datetime.now(UTC)) is not None
    done = []
    every = Jobs({"work": lambda _asked, _now, _tell: done.append(1)})
    assert every.work_off(NOON) == 0
    every.take_up()
    assert every.work_off(NOON) == (1 if is_sqlite() else 0)
    assert done == ([1] if is_sqlite() else [])


def test_a_job_that_somebody_stops_hears_of_it_and_is_not_done_again(home: Home) -> None:
    seen = []

    def work(_asked: dict[str, Any], _now: datetime, tell: Tell) -> None:
        seen.append("begun")
        assert jobs.stop(models.Job.objects.get().id, NOON)
        tell(1, 1)
        seen.append("went on")

    row = ask()
    every = Jobs({"work": work})
    assert (every.work_off(NOON), every.work_off(NOON + timedelta(days=1)), seen) == (1, 0, ["begun"])
    told = jobs.latest("work", "1")
    assert told is not None
    assert (told.state, told.is_over) == ("stopped", True)
    assert not jobs.stop(row.id, NOON)


def test_the_pager_leaves_other_jobs_alone(home: Home) -> None:
    row = ask()
    assert Pager(Settings()).page_due(NOON) == 0
    row.refresh_from_db()
    assert row.state == "waiting"


def test_a_night_asked_for_is_decided_once(home: Home) -> None:
    desk = Desk(home.vault, home.folder)
    desk.account(desk.person(), [(TODAY + timedelta(days=4), 10_300, 0)])
    pipeline = desk.pipeline(desk.centre())
    every = Jobs({"nightly": nightly_job(pipeline, terms())})
    for _ in range(2):
        jobs.ask_for("nightly", "2026-11-04", {"as_of": "2026-11-04"}, "ann", NOON)
        assert every.work_off(NOON) == 1
    assert list(models.Run.objects.values_list("as_of", flat=True)) == [date(2026, 11, 4)]
    assert models.Message.objects.count() == 1


def test_a_campaign_is_drafted_and_sent_by_jobs_and_nothing_twice(home: Home) -> None:
    desk = Desk(home.vault, home.folder)
    person = desk.person()
    desk.account(person, [(TODAY + timedelta(days=14), 10_300, 0)])
    models.Consent.objects.create(
        id=derive_id("consent", "test"),
        borrower=person.borrower,
        scope="marketing_written",
        granted=True,
        source="form",
        proof="x",
        at=NOON,
    )
    campaigns = Campaigns(library(), terms(), home.vault)
    every = Jobs({"campaign.draft": draft_job(campaigns), "campaign.send": send_job(campaigns)})
    asked = {"name": "news", "template_key": "promotion.offer", "jurisdictions": [], "by": "ann"}
    for _ in range(2):
        jobs.ask_for("campaign.draft", "news", asked, "ann", NOON)
        every.work_off(NOON)
    assert models.Campaign.objects.get().count == 1
    campaigns.approve("news", "bob", NOON)
    jobs.ask_for("campaign.send", "news", {"name": "news", "by": "ann"}, "ann", NOON)
    every.work_off(NOON)
    jobs.ask_for("campaign.send", "news", {"name": "news", "by": "ann"}, "ann", NOON)
    every.work_off(NOON)
    assert models.Message.objects.filter(campaign__name="news").count() == 1


KILLED = """
import sys, time
from datetime import UTC, datetime
from parley.store.database import configure
configure(sys.argv[1])
from parley.run.jobs import Jobs
from parley.store import models
def work(asked, now, tell):
    tell(1, 2)
    print("working", flush=True)
    time.sleep(60)
Jobs({"work": work}).work_off(datetime.now(UTC))
"""


@pytest.mark.slow
def test_a_killed_process_leaves_its_job_to_the_next(home: Home) -> None:
    row = ask()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    process = subprocess.Popen([sys.executable, "-c", KILLED, home.url], env=environ, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"working\n"
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    process.stdout.close()
    row.refresh_from_db()
    assert (row.state, row.done) == ("running", 1)
    models.Job.objects.update(leased_until=datetime.now(UTC) - timedelta(seconds=1))
    done = []
    Jobs({"work": lambda _asked, _now, _tell: done.append(time.monotonic())}).work_off(NOON)
    row.refresh_from_db()
    assert (row.state, len(done)) == ("done", 1)
