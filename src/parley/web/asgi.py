"""The application a server runs: Django, told which listener a request came by; a body is bounded before it is read."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from django.core.asgi import get_asgi_application
from django.core.signals import request_finished
from django.db import connections

from parley.web.ports import services

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_MEGABYTE: Final = 1 << 20
# The borrowers' page takes answers, never files; what the console takes beside files is a map written by hand.
_PORTAL_BYTES: Final = 64 << 10
_CONSOLE_BYTES: Final = 1 << 20
# Where a file may come in, and what a form adds around it.
_UPLOADS: Final = "/imports/new"
_FORM_BYTES: Final = 64 << 10
_TOO_LARGE: Final = (
    "This is larger than may be sent here; nothing was taken. Split the file, or raise imports.largest_megabytes.\n"
    "内容超过允许的大小，未接收任何数据。请拆分文件，或调高 imports.largest_megabytes。\n"
)


def application(face: str) -> Application:
    """Return the pages of one *face* (console or portal) as an ASGI application."""
    _hush()
    # Each request has a thread of its own; its connection would outlive it.
    request_finished.connect(_close, dispatch_uid="parley.web.close")
    django = get_asgi_application()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        limit = _limit(face, scope["path"])
        if announced(scope) > limit:
            await _refuse(send)
            return
        body = _Body(receive, limit)
        await django({**scope, "parley.face": face}, body.receive, send)
        if body.is_too_long:
            await _refuse(send)

    return app


def _limit(face: str, path: str) -> int:
    if path != _UPLOADS or face == "portal":
        return _PORTAL_BYTES if face == "portal" else _CONSOLE_BYTES
    return services().settings.imports.largest_megabytes * _MEGABYTE + _FORM_BYTES


def announced(scope: Scope) -> int:
    """Return how long the body is said to be; 0 where nothing is said."""
    told = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(told) if told.isdigit() else 0


class _Body:
    """A body that ends at *limit*: a sender need not say how long it is. To Django the sender has then gone away."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit

    @property
    def is_too_long(self) -> bool:
        """Whether more came than may."""
        return self._left < 0

    async def receive(self) -> Any:  # noqa: ANN401 - a message of ASGI
        """Pass a piece of the body on."""
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.is_too_long else message


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _TOO_LARGE.encode()})


def _hush() -> None:
    """Keep Django and the server from writing addresses and words of defects: the middleware tells what may be told."""
    for name in ("django", "uvicorn"):
        logger = logging.getLogger(name)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


def _close(**_signal: object) -> None:
    connections.close_all()
