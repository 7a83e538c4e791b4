"""A crisis reaches a person: by command or webhook, with the thread's number only, again and again until told."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest

from parley.run import paging, watching
from parley.run.paging import Pager
from parley.run.watching import Watch
from parley.settings import Settings
from parley.store import models
from parley.store.drops import Terms
from parley.store.vault import Vault
from tests.run.desk import NOON, Anything, Desk

THREAD = "0b5c5bd1-1111-4222-8333-444455556666"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def desk(sqlite_desk: Desk) -> Desk:
    return sqlite_desk


def settings(**crisis: Anything) -> Settings:
    return replace(Settings(), crisis=replace(Settings().crisis, **crisis))


def job(kind: str = "page") -> models.Job:
    return models.Job.objects.create(
        id=UUID(int=1),
        kind=kind,
        payload={"conversation": THREAD, "reason": "crisis"},
        not_before=NOON,
        created_at=NOON,
    )


def test_the_command_gets_the_thread_and_nothing_else(tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = tmp_path / "page"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {told}\ncat >> {told}\n', encoding="utf-8")
    script.chmod(0o700)
    row = job()
    pager = Pager(settings(page_by="command", command=f"{script} --on-call"))
    assert pager.page_due(NOON) == 1
    assert told.read_text(encoding="utf-8") == f"--on-call\n{THREAD}\n"
    row.refresh_from_db()
    assert (row.state, row.tries, row.finished_at) == ("done", 1, NOON)
    assert pager.page_due(NOON + MINUTE) == 0


class _Hook(http.server.BaseHTTPRequestHandler):
    bodies: ClassVar[list[Any]] = []
    status = 204

    def do_POST(self) -> None:
        self.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[str]:
    _Hook.bodies, _Hook.status = [], 204
    server = http.server.HTTPServer(("127.0.0.1", 0), _Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_webhook_gets_the_thread_and_the_reason(hook: str) -> None:
    job()
    Pager(settings(page_by="webhook", webhook_url=hook)).page_due(NOON)
    assert _Hook.bodies == [{"conversation": THREAD, "reason": "crisis"}]
    assert models.Job.objects.get().state == "done"


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_webhook_that_fails_is_tried_again_ever_less_often_and_the_end_is_visible(hook: str) -> None:
    _Hook.status = 500
    job()
    pager = Pager(settings(page_by="webhook", webhook_url=hook, tries=4))
    at, waits = NOON, []
    while (row := models.Job.objects.get()).state == "waiting":
        assert pager.page_due(row.not_before - MINUTE / 2) == 0
        waits.append((row.not_before - at).seconds // 60)
        at = row.not_before
        assert pager.page_due(at) == 1
    assert waits == [0, 1, 2, 5]
    assert (row.state, row.tries, row.finished_at) == ("failed", 4, at)
    assert len(_Hook.bodies) == 4


@pytest.mark.parametrize("command", ["/nowhere/at-all", "false", "sleep 30"])
def test_a_command_that_fails_or_hangs_is_a_page_not_delivered(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "WAIT_SECONDS", 0.2)
    job()
    Pager(settings(page_by="command", command=f"sh -c '{command}' --" if " " in command else command)).page_due(NOON)
    row = models.Job.objects.get()
    assert (row.state, row.tries, row.not_before) == ("waiting", 1, NOON + MINUTE)


def test_a_process_that_dies_while_it_pages_leaves_the_page_to_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    job()
    pager = Pager(settings(page_by="command", command="true"))

    def die(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Pager, "_reach", die)
        with pytest.raises(KeyboardInterrupt):
            pager.page_due(NOON)
    assert pager.page_due(NOON) == 0
    assert pager.page_due(NOON + MINUTE) == 1
    assert models.Job.objects.get().state == "done"


def test_what_is_not_a_crisis_is_not_paged(monkeypatch: pytest.MonkeyPatch) -> None:
    job("person")
    monkeypatch.setattr(Pager, "_reach", lambda *_: pytest.fail("nobody is to be called"))
    Pager(settings(page_by="command", command="true")).page_due(NOON)
    assert models.Job.objects.get().state == "done"


def test_a_route_that_loses_messages_is_named_as_that(tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = tmp_path / "page"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {told}\n', encoding="utf-8")
    script.chmod(0o700)
    row = job()
    models.Job.objects.update(payload={"route": "sandbox", "reason": "route_lost"})
    Pager(settings(page_by="command", command=str(script))).page_due(NOON)
    row.refresh_from_db()
    assert (told.read_text(encoding="utf-8"), row.state) == ("route:sandbox\n", "done")


def test_routes_are_looked_at_in_the_rounds_but_not_in_each(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[datetime] = []

    def look(now: datetime, _terms: Terms, _vault: Vault) -> int:
        looked.append(now)
        return 1

    monkeypatch.setattr(watching, "look", look)
    pipeline = desk.pipeline(desk.centre())
    for minutes in (0, 1, 4, 5, 9, 20):
        pipeline.settle_all(NOON + minutes * MINUTE)
    assert looked == [NOON, NOON + 5 * MINUTE, NOON + 20 * MINUTE]
    off = replace(Settings(), delivery=replace(Settings().delivery, least_messages=0))
    assert Watch(off).look(NOON + DAY, desk.vault) == 0
    assert len(looked) == 3
