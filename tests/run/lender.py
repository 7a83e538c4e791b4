"""The lender's side of the door, for tests: a receiver that behaves as it is told, and a borrower who agrees."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from standardwebhooks.webhooks import Webhook

from parley.run.lender_door import Door
from parley.settings import Settings
from parley.store import models
from parley.store.lender_notices import told_in
from parley.store.sealed import Sealed, seal_text
from tests.run.desk import COST, NOON, Anything, Desk, Person, library

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
REFERENCE = "4000-1234"


@dataclass
class Reply:
    """What the receiver does with one notice."""

    status: int = 204
    body: bytes = b""
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Receiver:
    """A receiver on the loopback address: verifies what comes and answers by `say`."""

    url: str
    say: Callable[[dict[str, Any]], Reply] = lambda _event: Reply()
    events: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]


@contextmanager
def receiver() -> Iterator[Receiver]:
    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            event = Webhook(SECRET).verify(body, dict(self.headers))
            found.events.append(event)
            found.ids.append(self.headers["webhook-id"])
            found.bodies.append(body)
            found.paths.append(self.path)
            reply = found.say(event)
            time.sleep(reply.seconds)
            try:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.status != 204:
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
            except OSError:
                # Whoever asked has given up.
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    found = Receiver(f"http://127.0.0.1:{server.server_port}/notices")
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def door(desk: Desk, deliver_by: str, url: str = "", *, secrets: tuple[str, ...] = (SECRET,), **more: Anything) -> Door:
    settings = replace(Settings().lender_notices, deliver_by=deliver_by, webhook_url=url, **more)
    return Door(settings, desk.folder / "lender", secrets, library(), desk.vault, COST)


@dataclass
class Agreed:
    """A borrower who has agreed a plan in texts, and the talk it was agreed in."""

    person: Person
    account: models.Account
    talk: models.Conversation
    plan: models.Arrangement
    now: datetime


def account_with_reference(desk: Desk, person: Person, **more: Anything) -> models.Account:
    row = desk.account(person, **more)
    row.reference_sealed = seal_text(desk.vault, person.borrower, Sealed.ACCOUNT_REFERENCE, row.id, REFERENCE)
    row.save()
    return row


def talk_through(desk: Desk, person: Person, says: list[str], now: datetime = NOON) -> datetime:
    """Let the borrower write one text after the other, each answered before the next."""
    pipeline = desk.pipeline(desk.centre())
    for one in says:
        desk.hear(person, one, now)
        pipeline.settle_all(now)
        now += timedelta(minutes=1)
    return now


def agree(desk: Desk, says: tuple[str, ...] = ("i can pay 310 a month", "1", "yes"), now: datetime = NOON) -> Agreed:
    """Let a new borrower, known and behind, agree a plan."""
    person = desk.person()
    due = (now - timedelta(days=12)).date()
    account = account_with_reference(desk, person, dues=[(due, 4_500, 0)], principal=30_000)
    desk.prove(person, now - timedelta(days=1))
    talk = desk.talk(person, account)
    now = talk_through(desk, person, list(says), now)
    talk.refresh_from_db()
    return Agreed(person, account, talk, models.Arrangement.objects.get(account=account, standing="active"), now)


def files(folder: Path) -> list[Path]:
    """Return the files handed out, oldest first: what a lender's pick-up would see."""
    return sorted(path for path in folder.glob("*.jsonl") if not path.name.startswith("."))


def events_in(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in files(folder) for line in path.read_text(encoding="utf-8").splitlines()]


def told(row: models.LenderNotice, desk: Desk) -> dict[str, Any]:
    return told_in(models.LenderNotice.objects.select_related("borrower").get(id=row.id), desk.vault)
