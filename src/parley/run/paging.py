"""Call a person: a crisis, a route that loses messages, by webhook or command; the rest waits in the console's queue.

What leaves carries the number of the thread, or the name of the route, and a reason; nothing of a borrower.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import urllib.error
import urllib.request
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

import structlog
from django.db.models import DateTimeField, QuerySet

from parley.settings import Settings
from parley.store import models
from parley.store.prepared import Given, ask

WAIT_SECONDS: Final = 10
BATCH: Final = 64
# Other jobs are work that takes long; see `jobs`.
_KINDS: Final = ("page", "person")
# After a page that failed: first soon, then less often.
_RETRY_MINUTES: Final = (1, 2, 5, 15, 30)
log = structlog.get_logger()


def _due(limit: int) -> QuerySet[Any, Any]:
    now = Given("now", DateTimeField())
    waiting = models.Job.objects.filter(kind__in=_KINDS, state="waiting", not_before__lte=now)
    return waiting.order_by("not_before", "id").values_list("id")[:limit]


class Pager:
    """Works off the jobs that call people."""

    def __init__(self, settings: Settings) -> None:
        self._crisis = settings.crisis

    def page_due(self, now: datetime, limit: int = BATCH) -> int:
        """Page for up to *limit* jobs that are due. Returns how many were tried."""
        due = [job_id for (job_id,) in ask(_due, limit, now=now)]
        jobs = models.Job.objects.filter(id__in=due).order_by("not_before", "id") if due else ()
        return sum(self._page(job, now) for job in list(jobs))

    def _page(self, job: models.Job, now: datetime) -> int:
        """Try one job; 0 where another process has just taken it."""
        # The try is written down first: a process that dies over it leaves the job to be tried again.
        wait = _RETRY_MINUTES[min(job.tries + 1, len(_RETRY_MINUTES)) - 1]
        mine = models.Job.objects.filter(id=job.id, state="waiting", tries=job.tries)
        if not mine.update(tries=job.tries + 1, not_before=now + timedelta(minutes=wait)):
            return 0
        job.tries += 1
        if job.kind != "page" or self._crisis.page_by == "none" or self._reach(job.payload):
            job.state, job.finished_at = "done", now
        elif job.tries >= self._crisis.tries:
            job.state, job.finished_at = "failed", now
            log.error("page_failed", job=str(job.id), tries=job.tries)
        job.save(update_fields=["state", "finished_at"])
        return 1

    def _reach(self, payload: dict[str, str]) -> bool:
        """Return whether somebody was reached."""
        try:
            if self._crisis.page_by == "command":
                words = [*shlex.split(self._crisis.command), _about(payload)]
                ended = subprocess.run(words, check=False, timeout=WAIT_SECONDS, capture_output=True)  # noqa: S603 - the lender's own command, run without a shell
                return ended.returncode == 0
            request = urllib.request.Request(  # noqa: S310 - settings allow https only
                self._crisis.webhook_url,
                data=json.dumps(payload).encode(),
                headers={"Content-Type": "application/json"},
                method="POST",
            )
            with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:  # noqa: S310 - as above
                return HTTPStatus.OK <= int(answer.status) < HTTPStatus.MULTIPLE_CHOICES
        except (OSError, urllib.error.URLError, subprocess.SubprocessError, ValueError) as error:
            log.warning("page_not_delivered", reason=type(error).__name__)
            return False


def _about(payload: dict[str, str]) -> str:
    """Return what a command is told: the number of a thread, or the name of a route."""
    return f"route:{payload['route']}" if "route" in payload else payload["conversation"]
