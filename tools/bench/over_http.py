"""A carrier over HTTP at 64 connections: messages that it answered, a second; its server shares the machine.

Beside it the same posts by the bare library, which writes them again and believes whatever it is answered.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import aiohttp

from parley.ids import Msisdn
from parley.providers.declared import Given
from parley.providers.infobip import KIND, InfobipDialect
from parley.providers.outgoing import CONNECTIONS, Request
from parley.providers.port import Accepted, Submission
from tools.bench.figures import Figure
from tools.bench.stage import NOW, Size, Watch

AIM_PER_SECOND: Final = 5_000
# As many as the sender hands over at once, and four times as many.
BATCHES: Final = (64, 256)
_PARLEY: Final = Path(__file__).parents[2]
_WARM: Final = 64


def over_http(size: Size, _folder: Path, _database_url: str) -> list[Figure]:
    """Hand over messages in batches to a server in another process; the same posts by the bare library."""
    figures = []
    with _server() as url:
        given = Given(
            "bench", {"address": url, "sender": "BENCH", "principal_entity": ""}, {"api_key": "k"}, public_url=""
        )
        carrier, messages = KIND.build(given), [_message(n) for n in range(size.requests)]
        carrier.submit(messages[:_WARM], NOW)
        for batch in BATCHES:
            watch = Watch.start()
            taken = sum(
                isinstance(one, Accepted)
                for at in range(0, len(messages), batch)
                for one in carrier.submit(messages[at : at + batch], NOW)
            )
            took = watch.stop()
            assert taken == len(messages), "every message is taken"
            figures += [
                Figure(f"http: messages, {batch} at once", taken / took.wall, "messages/s", aim=AIM_PER_SECOND),
                Figure(f"http: messages, {batch} at once, of one core's time", taken / took.cpu, "messages/cpu-s"),
            ]
        carrier.close()
        written = [InfobipDialect(given).request(one, NOW) for one in messages]
        watch = Watch.start()
        asyncio.run(_bare([one for one in written if isinstance(one, Request)]))
        bare = watch.stop()
    return [
        *figures,
        Figure("http: baseline, the bare library", len(messages) / bare.wall, "messages/s"),
        Figure("http: baseline, the bare library, of one core's time", len(messages) / bare.cpu, "messages/cpu-s"),
    ]


def _message(n: int) -> Submission:
    to, until = Msisdn(f"+1202555{n % 10_000:04d}"), NOW + timedelta(hours=2)
    return Submission(str(UUID(int=n)), to, "Your payment of $120.00 is due on Friday.", 1, until, is_synthetic=True)


async def _bare(requests: Sequence[Request]) -> None:
    """Post every one by workers that each wait for their answer."""
    waiting = iter(requests)

    async def work(session: aiohttp.ClientSession) -> None:
        for one in waiting:
            async with session.post(one.url, data=one.body, headers=one.headers) as answer:
                await answer.read()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:
        await asyncio.gather(*(work(session) for _ in range(CONNECTIONS)))


@contextmanager
def _server() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([sys.executable, "-m", "tools.bench.over_http_server", str(port)], cwd=_PARLEY) as process:
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
