"""A rulebook beside the one in use, and a replay of it, for tests of pages."""

from __future__ import annotations

from uuid import UUID

from parley.run.jobs import Jobs
from parley.run.replaying import replay_job
from parley.run.rule_files import rule_files
from parley.run.rulebooks import RulebookFolders
from parley.store import jobs
from tests.run.desk import NOON
from tests.run.test_replaying import later_mornings
from tests.web.conftest import Served

NAME = "later mornings 晚开始"


def beside(served: Served) -> str:
    """Put a rulebook with later mornings into the home; return its name."""
    folder = served.desk.folder / "rulebooks" / NAME
    for path, content in rule_files(None).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    later_mornings(folder)
    return NAME


def work_off(served: Served) -> None:
    """Do the replays that were asked for, as the thread of the jobs does."""
    folders = RulebookFolders(served.desk.folder / "rulebooks", served.desk.folder / "rulebook")
    every = Jobs({"rules.replay": replay_job(folders, served.services.settings.web.zone)})
    while every.work_off(NOON):
        pass


def replayed(served: Served, first: str = "2026-11-01", last: str = "2026-11-30") -> UUID:
    """Return a replay of a month that is done."""
    asked = {"first": first, "last": last, "rulebook": beside(served)}
    job = jobs.ask_for("rules.replay", "test", asked, "ann", NOON)
    work_off(served)
    return job
