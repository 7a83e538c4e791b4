"""The door of a home on the loopback address, as `parley serve` opens it."""

from __future__ import annotations

import http.client
import socket
from dataclasses import replace

import pytest

from parley.errors import BadInput, HomeUnusable
from parley.run.callbacks import CallbackDoor, build_callback_door
from parley.run.clock import MovableClock
from parley.run.home import Opened
from parley.run.place import Home
from parley.settings import Settings
from parley.store import models
from parley.store.keys import KeyVariables
from tests.run.carrier import SECRET, Sent, signed, text
from tests.run.desk import NOON, Desk

KEYS = KeyVariables({"PARLEY_CALLBACK_SANDBOX_KEY": SECRET})


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def build(desk: Desk, port: int, routes: str = "sandbox", keys: KeyVariables = KEYS) -> CallbackDoor | None:
    settings = Settings()
    settings = replace(settings, inbound=replace(settings.inbound, routes=routes, port=port))
    pipeline = desk.pipeline(desk.centre())
    return build_callback_door(Opened(Home(desk.folder), settings, desk.vault), pipeline, MovableClock(NOON), keys)


def post(port: int, sent: Sent) -> int:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.request("POST", sent.path, b"".join(sent.pieces), sent.headers)
        return line.getresponse().status
    finally:
        line.close()


def test_a_carrier_posts_over_loopback_and_no_page_is_there(sqlite_desk: Desk) -> None:
    person, port = sqlite_desk.person(), free_port()
    door = build(sqlite_desk, port)
    assert door is not None
    door.start()
    try:
        # Signed by the clock on the wall, here that of this machine.
        sent = signed(text("mo.1", person, "STOP"), at=door.wall())
        assert [post(port, sent), post(port, sent), post(port, replace(sent, path="/log-in"))] == [200, 200, 404]
        assert post(port, signed(text("mo.2", person, "hello"))) == 401
        with pytest.raises(BadInput, match=r"inbound\.port"):
            build(sqlite_desk, port)
    finally:
        door.stop()
    assert models.Inbound.objects.get().provider == "sandbox" and models.Consent.objects.count() == 1


def test_without_a_route_nothing_listens_and_a_route_needs_its_secret(sqlite_desk: Desk) -> None:
    assert build(sqlite_desk, 1, routes="") is None
    with pytest.raises(HomeUnusable, match="PARLEY_CALLBACK_OTHER_KEY"):
        build(sqlite_desk, 1, routes="sandbox other")
