"""Serve the pages beside the loops: one listener for staff, one for borrowers, in threads of this process."""

from __future__ import annotations

import socket
import threading
import time
from typing import Final

import uvicorn

from parley.errors import BadInput
from parley.run.clock import Clock, HomeClock
from parley.run.home import Opened
from parley.run.importing.desk import ImportDesk
from parley.run.loops import Pipeline
from parley.run.route_desk import RouteDesk
from parley.run.rulebooks import RulebookFolders
from parley.run.serving import build_campaigns
from parley.run.text_desk import TextDesk
from parley.store.database import adopt
from parley.store.keys import KeySource
from parley.web.asgi import Application, application
from parley.web.configuration import django_settings, secret_of
from parley.web.ports import Services, install

_START_SECONDS: Final = 10
# What a browser may keep open without asking for anything.
_IDLE_SECONDS: Final = 15
# What names the ports of the pages.
_TOLD: Final = "web.console_port, web.page_port, --port"


def build_services(opened: Opened, pipeline: Pipeline, clock: Clock, source: KeySource) -> Services:
    """Return what the pages of this home are handed. *source*: of the secrets of its routes."""
    return Services(
        settings=opened.settings,
        library=pipeline.library,
        vault=opened.vault,
        clock=clock,
        times=pipeline.library.times,
        campaigns=build_campaigns(opened, pipeline),
        imports=ImportDesk(opened, pipeline.library),
        rulebooks=RulebookFolders(opened.home.rulebooks, opened.home.rulebook),
        texts=TextDesk(pipeline.library, opened.settings, opened.vault, pipeline.texts),
        routes=RouteDesk(opened, pipeline.carriers.routes, source),
        running=pipeline.rules,
        movable=clock if isinstance(clock, HomeClock) else None,
        handsets=pipeline.sandbox,
    )


class Pages:
    """The listeners of a home. Built before the loops start, so that a port in use is said at once."""

    def __init__(self, opened: Opened, services: Services, ports: dict[str, int]) -> None:
        opened.home.imports.mkdir(mode=0o700, exist_ok=True)
        adopt(django_settings(opened.settings, secret_of(opened.vault.keys.index), opened.home.imports))
        install(services)
        web = opened.settings.web
        self._servers = [
            Listener(application(face), f"pages-{face}", web.listen, port, _TOLD, behind_https=web.behind_https)
            for face, port in ports.items()
        ]

    def start(self) -> None:
        """Begin to answer."""
        for server in self._servers:
            server.start()

    def stop(self) -> None:
        """Finish what is in hand, then answer no more."""
        for server in self._servers:
            server.stop()


class Listener:
    """One application on one port, in a thread of its own; *told*: the settings that name the port."""

    def __init__(self, app: Application, name: str, host: str, port: int, told: str, *, behind_https: bool) -> None:
        self._socket = _bind(host, port, told)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_keep_alive=_IDLE_SECONDS,
            proxy_headers=behind_https,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name=name, daemon=True
        )

    @property
    def port(self) -> int:
        """The port it answers on."""
        port: int = self._socket.getsockname()[1]
        return port

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()
        until = time.monotonic() + _START_SECONDS
        while not self._server.started and time.monotonic() < until:
            time.sleep(0.01)
        assert self._server.started, "the server answers"

    def stop(self) -> None:
        """Take no more, and finish what is in hand."""
        self._server.should_exit = True
        self._thread.join(_START_SECONDS)
        self._socket.close()


def _bind(host: str, port: int, told: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError as error:
        found.close()
        raise BadInput(
            f"Nothing can be served on {host}, port {port}: {error.strerror}. Stop what uses it, or choose another "
            f"port ({told}).",
            f"无法在 {host} 的端口 {port} 上提供服务：{error.strerror}。请停止占用该端口的程序，"
            f"或改用其他端口（{told}）。",
        ) from None
    return found
