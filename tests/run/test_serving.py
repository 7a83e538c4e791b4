"""The loops: what belongs together on SQLite, how a fault is waited out, how the process ends."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connections

from parley.errors import BadInput, HomeUnusable, OutsideFailed
from parley.ids import Msisdn
from parley.providers.sandbox import Sandbox
from parley.run import loops
from parley.run.clock import WorldClock
from parley.run.home import open_home
from parley.run.loops import IDLE_SECONDS, LONGEST_PAUSE_SECONDS, run_forever
from parley.run.serving import LOOPS, build_jobs, build_pipeline, build_worker_jobs, serve


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, new_home: Callable[[Path], Path]) -> Path:
    return new_home(tmp_path_factory.mktemp("serve") / "home")


@pytest.mark.parametrize("names", [("receive",), ("work", "page"), ("send",), LOOPS[:3]])
def test_single_loops_are_refused_on_sqlite(root: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match="one process does everything"):
        serve(build_pipeline(open_home(root, {})), names, WorldClock())
    connections.close_all()


def parley(*arguments: str) -> subprocess.Popen[bytes]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PARLEY_")} | {"LANG": "C.UTF-8"}
    words = [sys.executable, "-c", "from parley.cli.main import main; main()", *arguments]
    return subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def free_port() -> int:
    """Return a port that was free a moment ago, and whose successor was too."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port


@pytest.mark.slow
def test_the_command_of_a_single_loop_says_what_to_do(root: Path) -> None:
    process = parley("send", "--home", str(root))
    _, told = process.communicate(timeout=120)
    assert process.returncode == 2
    assert b"parley serve" in told and b"Traceback" not in told


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_ends_cleanly_when_told_to(root: Path, number: signal.Signals) -> None:
    process = parley("serve", "--home", str(root), "--port", str(free_port()))
    assert process.stdout is not None
    assert process.stdout.readline(), "it says that it runs"
    _wait_until_polled(process, root)
    process.send_signal(number)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told.decode()
    assert b"Traceback" not in told
    # The lock is free again.
    second = parley("serve", "--home", str(root))
    assert second.stdout is not None and second.stdout.readline()
    second.send_signal(signal.SIGTERM)
    second.communicate(timeout=120)
    assert second.returncode in {0, -signal.SIGTERM}


def _wait_until_polled(process: subprocess.Popen[bytes], root: Path) -> None:
    """Wait until the loops run: until a text at the message centre has been fetched."""
    key = str(time.monotonic())
    Sandbox(root / "centre.jsonl", seed=1, short_code="55501").handset_send(
        Msisdn("+12025550100"), "hello", datetime.now(UTC), key
    )
    for _ in range(1_200):
        assert process.poll() is None
        if f'"mo.{key}"]' in (root / "centre.jsonl").read_text(encoding="utf-8"):
            return
        time.sleep(0.1)
    pytest.fail("the loops fetched nothing")


class _Rounds:
    """Counts its rounds; stops after so many."""

    def __init__(self, most: int) -> None:
        self.calls: list[str] = []
        self.most = most

    def is_over(self) -> bool:
        return len(self.calls) >= self.most

    def fails(self, _now: datetime) -> int:
        self.calls.append("fails")
        raise OutsideFailed("the carrier does not answer", "通道无响应")

    def works(self, _now: datetime) -> int:
        self.calls.append("works")
        return 0


def test_a_carrier_that_does_not_answer_keeps_no_other_loop_from_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    at, failed_at = [0.0], list[float]()

    def wait(seconds: float, _stop: object) -> None:
        at[0] += seconds

    class Failing(_Rounds):
        def fails(self, _now: datetime) -> int:
            failed_at.append(at[0])
            return super().fails(_now)

    monkeypatch.setattr(loops, "_wait", wait)
    monkeypatch.setattr(loops, "time", SimpleNamespace(monotonic=lambda: at[0]))
    rounds = Failing(900)
    run_forever([rounds.fails, rounds.works], WorldClock(), rounds.is_over)
    # The other works on as ever, every fifth of a second; the failing one is asked ever less often.
    worked = rounds.calls.count("works")
    assert worked > 880 and at[0] == pytest.approx(worked * IDLE_SECONDS, abs=1)
    gaps = [round(later - earlier, 1) for earlier, later in pairwise(failed_at)]
    assert gaps == sorted(gaps) and gaps[-1] >= LONGEST_PAUSE_SECONDS


def test_a_fault_that_does_not_pass_ends_the_process() -> None:
    def broken(_now: datetime) -> int:
        raise HomeUnusable("the key is wrong", "密钥不符")

    with pytest.raises(HomeUnusable):
        run_forever([broken], WorldClock(), lambda: False)


def test_a_long_wait_ends_when_told_to_stop() -> None:
    started = time.monotonic()
    loops._wait(600, lambda: time.monotonic() - started > 0.3)
    assert time.monotonic() - started < 300


@pytest.mark.slow
def test_serve_answers_for_staff_and_says_when_a_port_is_taken(root: Path) -> None:
    port = free_port()
    process = parley("serve", "--home", str(root), "--port", str(port))
    try:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}".encode() in process.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/log-in", timeout=120) as answer:
            assert b"Log in to the console" in answer.read()
    finally:
        process.terminate()
        process.communicate(timeout=120)
    assert process.returncode == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        second = parley("serve", "--home", str(root), "--port", str(taken.getsockname()[1]))
        _, told = second.communicate(timeout=120)
    assert second.returncode == 2
    assert b"--port" in told
    assert b"Traceback" not in told


def test_a_worker_without_the_files_of_the_home_leaves_imports_and_replays_to_the_process_that_has_them(
    root: Path,
) -> None:
    opened = open_home(root, {})
    pipeline = build_pipeline(opened)
    every, worker = set(build_jobs(opened, pipeline).kinds), set(build_worker_jobs(opened, pipeline).kinds)
    assert every - worker == {"import.try", "import.run", "import.undo", "routes.test", "rules.replay"}
    assert worker == {"nightly", "campaign.draft", "campaign.count", "campaign.send"}
