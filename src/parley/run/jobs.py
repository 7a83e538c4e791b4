"""Works off long jobs, one after the other, beside the loops (`run.beside`): nightly runs, campaigns, imports.

A job whose process died is taken up again; each kind is written so that doing it again adds nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import structlog

from parley.errors import OutsideFailed, ParleyError
from parley.run.campaigns import PACE, Audience, Campaigns
from parley.run.loops import Pipeline
from parley.run.nightly import NightlyTerms, run_nightly
from parley.store import jobs, models
from parley.store.database import is_sqlite
from parley.store.faults import translate

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Later:
    """A job that goes on from `at` on, with what it `found` until now."""

    at: datetime
    found: Mapping[str, object]


# What a job found is kept for whoever asked: counts and reasons, never a borrower's data.
Work = Callable[[dict[str, Any], datetime, Tell], Mapping[str, object] | Later | None]
log = structlog.get_logger()

# Progress is written at most so often.
TOLD_EVERY_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Jobs:
    """The kinds of jobs of a home, by name."""

    kinds: Mapping[str, Work]

    def work_off(self, now: datetime) -> int:
        """Do the next job that is ready. Returns 1, or 0 where there was none."""
        row = jobs.claim(self.kinds, now, datetime.now(UTC))
        if row is None:
            return 0
        try:
            result = self.kinds[row.kind](jobs.payload_of(row), now, _teller(row))
        except _Stopped:
            return 1
        except Exception as error:  # noqa: BLE001 - the process goes on; whoever asked reads what is wrong
            fault = error if isinstance(error, ParleyError) else translate(error)
            if fault is None:
                # The name of the defect only: its words may quote a borrower.
                log.error("job_failed", kind=row.kind, defect=type(error).__name__)  # noqa: TRY400 - as above
                fault = _defect()
            jobs.finish(row, now, fault)
            return 1
        if isinstance(result, Later):
            jobs.put_off(row, result.at, result.found)
        else:
            jobs.finish(row, now, result=result)
        return 1

    def take_up(self) -> None:
        """Let what a process before this one left in hand be taken up at once, where it cannot be alive."""
        if is_sqlite():
            jobs.take_back(self.kinds)


def nightly_job(pipeline: Pipeline, terms: NightlyTerms) -> Work:
    """Return the job that decides a night; the run is keyed by its day, so again adds nothing."""

    def work(asked: dict[str, Any], now: datetime, tell: Tell) -> None:
        run_nightly(date.fromisoformat(asked["as_of"]), now, pipeline.library, terms, pipeline.vault, tell)

    return work


def draft_job(campaigns: Campaigns) -> Work:
    """Return the job that counts whom a campaign would reach; one that was drafted already is left as it is."""

    def work(asked: dict[str, Any], now: datetime, tell: Tell) -> None:
        if models.Campaign.objects.filter(name=asked["name"]).exists():
            return
        audience = Audience(tuple(asked["jurisdictions"]))
        campaigns.draft(asked["name"], asked["template_key"], audience, asked["by"], now, tell)

    return work


def count_job(campaigns: Campaigns) -> Work:
    """Return the job that counts a draft anew."""

    def work(asked: dict[str, Any], now: datetime, tell: Tell) -> None:
        campaigns.count_again(asked["name"], asked["by"], now, tell)

    return work


def send_job(campaigns: Campaigns) -> Work:
    """Return the job that queues a campaign's messages; a message of a campaign to an account exists once.

    What the people have no room for waits for the next day.
    """

    def work(asked: dict[str, Any], now: datetime, tell: Tell) -> Later | None:
        queued = campaigns.send(asked["name"], asked["by"], now, tell)
        return Later(now + PACE, {"waiting": queued.waiting}) if queued.waiting else None

    return work


def _teller(row: models.Job) -> Tell:
    told_at = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told_at
        if done >= total or time.monotonic() - told_at > TOLD_EVERY_SECONDS:
            told_at = time.monotonic()
            if not jobs.report(row.id, done, total, datetime.now(UTC)):
                raise _Stopped

    return tell


def _defect() -> ParleyError:
    return _Defect(
        "Something is wrong on our side. What was finished stays; tell an engineer when this was.",
        "系统出现故障。已完成的部分保留；请将发生时间告知工程师。",
    )


class _Stopped(Exception):
    """Somebody has stopped the job: what it has done stays."""


class _Defect(OutsideFailed):
    """A defect told to whoever asked; trying again would meet it again."""

    retryable = False
