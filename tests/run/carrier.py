"""A carrier for tests: it signs what it posts, and the door answers in this process, without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from standardwebhooks.webhooks import Webhook

from parley.providers.signed import SignedCallbacks
from parley.run.clock import MovableClock
from parley.store import models
from parley.web.asgi import Application
from parley.web.hooks import Gatherer, Taker, hooks
from parley.web.hooks.answers import Answer
from parley.web.hooks.gathering import Call, Write
from tests.run.desk import NOON, Anything, Desk, Person, library

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
# Signatures are of the real world, which the clock of the business does not follow.
WALL = datetime(2031, 1, 7, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Sent:
    """A callback as it leaves: headers, and the body piece by piece."""

    headers: dict[str, str]
    pieces: tuple[bytes, ...]
    path: str = "/in/sandbox"
    method: str = "POST"

    def but(self, **headers: str | None) -> Sent:
        """Return it with headers changed, or left out where None."""
        changed = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={k: v for k, v in (self.headers | changed).items() if v is not None})


@dataclass(frozen=True)
class Answered:
    status: int
    body: dict[str, Any]
    headers: dict[str, str]
    read: int


def text(event: str, sender: str | Person, words: str, at: datetime = NOON, **more: Anything) -> dict[str, Any]:
    number = sender if isinstance(sender, str) else sender.number
    return {"kind": "text", "id": event, "from": number, "to": "55501", "text": words, "at": at.isoformat()} | more


def receipt(
    event: str, message: models.Message | str | None, state: str = "delivered", **more: Anything
) -> dict[str, Any]:
    reference = str(message.id) if isinstance(message, models.Message) else message
    told = {"reference": reference, "provider_id": "SB1", "part": 0, "state": state, "at": NOON.isoformat()}
    return {"kind": "receipt", "id": event} | told | more


def signed(*deliveries: dict[str, Any], key: str = "msg_1", secret: str = SECRET, at: datetime = WALL) -> Sent:
    body = json.dumps({"deliveries": deliveries})
    headers = {"webhook-id": key, "webhook-timestamp": str(int(at.timestamp()))}
    headers["webhook-signature"] = Webhook(secret).sign(key, at, body)
    return Sent(headers, (body.encode(),))


@dataclass
class Door:
    """The door of a desk. `writes`: how many calls each write held."""

    desk: Desk
    app: Application
    clock: MovableClock
    writes: list[int] = field(default_factory=list)
    wall: datetime = WALL

    def post(self, *sent: Sent) -> list[Answered]:
        """Post everything at once; return the answers in order."""

        async def every() -> list[Answered]:
            return list(await asyncio.gather(*(self._post(one) for one in sent)))

        # A browser of another test keeps a loop running in this thread; no second one may start there.
        with ThreadPoolExecutor(1) as own_thread:
            return own_thread.submit(lambda: asyncio.run(every())).result()

    def says(self, *sent: Sent) -> list[int]:
        return [one.status for one in self.post(*sent)]

    async def _post(self, sent: Sent) -> Answered:
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.headers.items()]
        scope = {"type": "http", "method": sent.method, "path": sent.path, "headers": raw, "query_string": b""}
        waiting = list(sent.pieces)
        told: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not waiting:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

        async def send(message: Anything) -> None:
            told.append(message)

        await self.app(scope, receive, send)
        if not told:
            return Answered(0, {}, {}, len(sent.pieces))
        headers = {name.decode(): value.decode() for name, value in told[0]["headers"]}
        return Answered(told[0]["status"], json.loads(told[1]["body"]), headers, len(sent.pieces) - len(waiting))


@contextmanager
def door(
    desk: Desk, *, most_waiting: int = 4_096, wrap: Callable[[Write], Write] = lambda write: write
) -> Iterator[Door]:
    clock = MovableClock(NOON + timedelta(hours=1))
    taker = Taker(library(), desk.vault, clock)
    writes: list[int] = []

    def write(calls: Sequence[Call]) -> list[Answer]:
        writes.append(len(calls))
        return taker.write(calls)

    gatherer = Gatherer(wrap(write), taker.close, most_waiting=most_waiting)
    found = Door(desk, lambda *_: None, clock, writes)  # type: ignore[arg-type]  # replaced below
    found.app = hooks({"sandbox": SignedCallbacks([SECRET, OTHER])}, gatherer, lambda: found.wall)
    try:
        yield found
    finally:
        gatherer.stop()
