"""Speaks HTTP with carriers: POST /in/ROUTE, or /in/ROUTE/TOKEN, and nothing else.

A body is bounded before it is read. A token is how a carrier that signs nothing is known; no log line holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import structlog

from parley.providers.port import CALLBACK_PATH, CallbackRefused, Callbacks, Posted
from parley.web.asgi import Application, Receive, Scope, Send, announced
from parley.web.hooks.answers import NO_ROUTE, ONLY_POST, STATUS, TAKEN, TOO_LARGE, Answer, refused
from parley.web.hooks.gathering import Call, Gatherer

MOST_BYTES: Final = 64 << 10
log = structlog.get_logger()


def hooks(
    routes: Mapping[str, Callbacks], gatherer: Gatherer, wall: Callable[[], datetime], public_url: str = ""
) -> Application:
    """Return the application: *routes* by name, which is that of their carrier in the ledger; *wall* is wall time.

    *public_url*: how carriers reach this door, without the path; what some sign holds it.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        answer = await _answer(scope, receive)
        if answer is not None:
            await _say(send, answer)

    async def _answer(scope: Scope, receive: Receive) -> Answer | None:
        """Return what is answered; None where the sender has gone away."""
        name, has_token, token = scope["path"].removeprefix(CALLBACK_PATH).partition("/")
        route = routes.get(name) if scope["path"].startswith(CALLBACK_PATH) else None
        if route is None or bool(has_token) is not route.takes_token:
            return NO_ROUTE
        if scope["method"] != "POST":
            return ONLY_POST
        if announced(scope) > MOST_BYTES:
            return TOO_LARGE
        body = await _body(receive)
        if not isinstance(body, bytes):
            return body
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        query = scope.get("query_string", b"").decode("latin-1")
        url = f"{public_url.rstrip('/')}{scope['path']}{'?' + query if query else ''}"
        found = route.read(Posted(headers, body, url, token, query), wall())
        if isinstance(found, CallbackRefused):
            # Nothing is written for what anybody may send; the line names no one.
            log.warning("callback_refused", route=name, fault=str(found.fault), field=found.where)
            return refused(STATUS[found.fault], str(found.fault), found.where)
        answer = await gatherer.take(Call(name, tuple(found))) if found else TAKEN
        if answer is TAKEN:
            return Answer(TAKEN.status, route.taken.body, content_type=route.taken.content_type.encode())
        return answer

    return app


async def _body(receive: Receive) -> bytes | Answer | None:
    """Return the whole body; the refusal of one that is too long; None where its sender has gone away."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > MOST_BYTES:
            return TOO_LARGE
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts) if len(parts) > 1 else part


async def _say(send: Send, answer: Answer) -> None:
    headers = [(b"content-type", answer.content_type), (b"content-length", str(len(answer.body)).encode())]
    if answer.retry_after:
        headers.append((b"retry-after", str(answer.retry_after).encode()))
    if answer is ONLY_POST:
        headers.append((b"allow", b"POST"))
    if answer is TOO_LARGE:
        # What is left of the body is not read.
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
