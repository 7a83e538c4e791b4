"""Callbacks over HTTP into PostgreSQL: a real server process, 64 connections that stay open, every post signed.

Each figure is of posts that were answered 200, that is: committed. Beside them the same posts with a transaction each,
and a server with nothing behind it. The posting side shares the machine, and its time is in the figures.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
from django.db import connections
from standardwebhooks.webhooks import Webhook

from parley.ids import derive_id
from parley.run.home import Opened
from parley.store import models
from parley.store.bulk import insert_all
from parley.store.sealed import Sealed, open_text
from tools.bench.figures import Figure
from tools.bench.inbound_server import ROUTE, SECRET
from tools.bench.stage import NOW, Size, new_home, sample, take

CONNECTIONS: Final = 64
AIM_PER_SECOND: Final = 8_000
AIM_P99_MS: Final = 50
_PARLEY: Final = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class _Post:
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Measured:
    """Posts a second, by the wall and by the server's own time; the time within which 99 of 100 were answered."""

    rate: float
    per_cpu: float
    p99_ms: float


def inbound(size: Size, folder: Path, database_url: str) -> list[Figure]:
    """Post receipts, then texts: in groups, one a transaction, and to a server that only answers."""
    opened = new_home(folder, database_url)
    with sample(size, folder) as (source, map_raw):
        take(opened, source, map_raw)
    messages = _messages(size.posts + size.posts_singly)
    people = _numbers(opened, size.posts_texts)
    connections.close_all()
    receipts = [_receipt(n, message) for n, message in enumerate(messages)]
    texts = [_text(n, number) for n, number in enumerate(people)]
    runs = {"bare": receipts[: size.posts], "singly": receipts[size.posts :], "grouped": receipts[: size.posts]}
    bare, alone, grouped = (_serve(mode, folder, database_url, posts) for mode, posts in runs.items())
    said = _serve("grouped", folder, database_url, texts)
    assert models.Receipt.objects.count() == len(receipts), "every receipt is stored once"
    assert models.Inbound.objects.count() == len(texts), "every text is stored once"
    return [
        Figure("inbound: receipts, signed and durable", grouped.rate, "posts/s", aim=AIM_PER_SECOND),
        Figure("inbound: receipts, 99 of 100 within", grouped.p99_ms, "ms", aim=AIM_P99_MS, is_ceiling=True),
        Figure("inbound: receipts, of one core's time of the server", grouped.per_cpu, "posts/cpu-s"),
        Figure("inbound: baseline, a transaction each", alone.rate, "posts/s"),
        Figure("inbound: as many times as one a transaction", grouped.rate / alone.rate, "times"),
        Figure("inbound: baseline, a server with nothing behind it", bare.rate, "posts/s"),
        Figure("inbound: baseline, the same, of one core's time", bare.per_cpu, "posts/cpu-s"),
        Figure("inbound: share of the bare server", grouped.rate / bare.rate * 100, "%"),
        Figure("inbound: texts, read for STOP and danger, durable", said.rate, "posts/s"),
        Figure("inbound: texts, of one core's time of the server", said.per_cpu, "posts/cpu-s"),
        Figure("inbound: texts, 99 of 100 within", said.p99_ms, "ms"),
    ]


def _messages(count: int) -> list[str]:
    """Write *count* messages that were handed over, as many to each address; return their references."""
    points = list(models.ContactPoint.objects.order_by("id")[:count])
    rows = [
        models.Message(
            id=derive_id("bench-message", str(n)), borrower_id=(point := points[n % len(points)]).borrower_id,
            contact_point=point, purpose="reminder", template_key="reminder.neutral", template_version=1,
            language="en", discloses="nothing", context="reminder", encoding="gsm7", segments=1, state="submitted",
            created_at=NOW, not_before=NOW, not_after=NOW + timedelta(days=2), intended_at=NOW, submitted_at=NOW,
        )
        for n in range(count)
    ]  # fmt: skip
    insert_all(rows)
    return [str(row.id) for row in rows]


def _numbers(opened: Opened, count: int) -> list[str]:
    points = models.ContactPoint.objects.select_related("borrower").order_by("id")[:count]
    return [
        open_text(opened.vault, point.borrower, Sealed.CONTACT_ADDRESS, point.id, bytes(point.address_sealed or b""))
        for point in points
    ]


def _receipt(n: int, reference: str) -> _Post:
    told = {"kind": "receipt", "id": f"dr.{n}", "reference": reference, "provider_id": f"SB{n}", "part": 0}
    return _signed(n, told | {"state": "delivered", "at": NOW.isoformat()})


def _text(n: int, number: str) -> _Post:
    words = ("hello, who is this?", "i cannot pay this month", "ok thanks")[n % 3]
    told = {"kind": "text", "id": f"mo.{n}", "from": number, "to": "55501", "text": words, "at": NOW.isoformat()}
    return _signed(n, told)


def _signed(n: int, delivery: dict[str, Any]) -> _Post:
    body, now = json.dumps({"deliveries": [delivery]}), datetime.now(UTC)
    headers = {"webhook-id": f"msg.{n}", "webhook-timestamp": str(int(now.timestamp()))}
    headers["webhook-signature"] = Webhook(SECRET).sign(f"msg.{n}", now, body)
    return _Post(body.encode(), headers | {"content-type": "application/json"})


def _serve(mode: str, folder: Path, database_url: str, posts: Sequence[_Post]) -> _Measured:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "tools.bench.inbound_server", mode, str(folder / "home"), str(port)]
    environment = {**os.environ, "PARLEY_DATABASE_URL": database_url}
    with subprocess.Popen(words, cwd=_PARLEY, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None, "it is piped"
        try:
            before = float(process.stdout.readline())
            took, seconds = asyncio.run(_post_all(f"http://127.0.0.1:{port}/in/{ROUTE}", posts))
        finally:
            process.send_signal(signal.SIGTERM)
        cpu = float(process.stdout.readline()) - before
    return _Measured(len(posts) / took, len(posts) / cpu, sorted(seconds)[len(seconds) * 99 // 100] * 1_000)


async def _post_all(url: str, posts: Sequence[_Post]) -> tuple[float, list[float]]:
    """Post everything over connections that stay open, each its next once it is answered.

    Returns the seconds it took, and those of each post.
    """
    waiting, seconds = iter(posts), list[float]()

    async def connection(session: aiohttp.ClientSession) -> None:
        for post in waiting:
            started = time.perf_counter()
            async with session.post(url, data=post.body, headers=post.headers) as answer:
                assert answer.status == 200, await answer.text()  # noqa: PLR2004
                await answer.read()
            seconds.append(time.perf_counter() - started)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:
        started = time.perf_counter()
        await asyncio.gather(*(connection(session) for _ in range(CONNECTIONS)))
        return time.perf_counter() - started, seconds
