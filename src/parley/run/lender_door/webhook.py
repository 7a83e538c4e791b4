"""Post signed notices to the lender's webhook, several at once; says what came back and decides nothing.

No redirect is followed: what is told is personal data, and goes to the address in the settings and nowhere else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import aiohttp

# An answer is a few words; a longer one is none.
MOST_ANSWER_BYTES: Final = 16_384
_CONNECTIONS: Final = 8
_OK: Final = range(200, 300)


@dataclass(frozen=True, slots=True, repr=False)
class Post:
    """One try: body and headers as they leave."""

    body: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True, repr=False)
class Came:
    """What came back. `fault`: "" where the lender has the notice, else a code. `body`: its answer, None: too long."""

    fault: str
    body: bytes | None = b""


def post_all(url: str, posts: Sequence[Post], wait_seconds: int) -> list[Came]:
    """Post every one and wait at most *wait_seconds* for each; returns what came back, in order. Never raises."""
    return asyncio.run(_post_all(url, posts, wait_seconds))


async def _post_all(url: str, posts: Sequence[Post], wait_seconds: int) -> list[Came]:
    connector = aiohttp.TCPConnector(limit=_CONNECTIONS)
    # What an answer is packed in is not unpacked: nobody asked for it.
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "parley"},
    ) as session:
        return list(await asyncio.gather(*(_post(session, url, one, wait_seconds) for one in posts)))


async def _post(session: aiohttp.ClientSession, url: str, one: Post, wait_seconds: int) -> Came:
    try:
        async with (
            asyncio.timeout(wait_seconds),
            session.post(url, data=one.body.encode(), headers=one.headers, allow_redirects=False) as answer,
        ):
            if answer.status not in _OK:
                return Came(f"http_{answer.status}")
            body = await _read(answer)
            return Came("", body)
    except TimeoutError:
        return Came("timeout")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Came(_CODES.get(type(error), "unreachable"))


async def _read(answer: aiohttp.ClientResponse) -> bytes | None:
    body = b""
    async for piece in answer.content.iter_chunked(4_096):
        body += piece
        if len(body) > MOST_ANSWER_BYTES:
            answer.close()
            return None
    return body


_CODES: Final[dict[type[Exception], str]] = {
    aiohttp.ClientConnectorCertificateError: "certificate",
    aiohttp.ClientConnectorSSLError: "tls",
    aiohttp.ServerDisconnectedError: "disconnected",
    aiohttp.ClientPayloadError: "answer_cut",
}
