"""A thread beside the loops goes on through whatever goes wrong, and ends when told to."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
from structlog.testing import capture_logs

from parley.errors import BadInput
from parley.run import beside
from parley.run.beside import Beside
from parley.run.clock import MovableClock
from tests.run.desk import NOON


def test_it_goes_on_through_faults_and_defects_and_ends_with_the_work_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "IDLE_SECONDS", 0)
    seen: list[datetime] = []
    reached, may_end = threading.Event(), threading.Event()

    def work(now: datetime) -> int:
        seen.append(now)
        if len(seen) == 1:
            raise BadInput("no", "否")
        if len(seen) == 2:
            raise KeyError("Ada")
        if len(seen) == 3:
            reached.set()
            may_end.wait(10)
            seen.append(now)
        return 0

    thread = Beside("odd jobs", work, MovableClock(NOON))
    with capture_logs() as told:
        thread.start()
        assert reached.wait(10)
        threading.Timer(0.01, may_end.set).start()
        thread.stop()
    assert seen[:4] == [NOON] * 4
    assert [(one["event"], one["thread"], one.get("defect")) for one in told] == [
        ("thread_waiting", "odd jobs", None),
        ("thread_failed", "odd jobs", "KeyError"),
    ]
    assert not any(each.name == "odd jobs" for each in threading.enumerate())
