from __future__ import annotations

from dataclasses import replace

from parley.run.clock import HomeClock, WorldClock
from parley.run.home import Opened
from parley.run.pages import build_services
from parley.run.place import Home
from parley.settings import Settings
from parley.store.keys import KeyFiles
from tests.run.desk import Desk


def test_only_a_home_of_the_sandbox_has_handsets_and_a_clock_to_move(desk: Desk) -> None:
    centre = desk.centre()
    home = Home(desk.folder)
    opened = Opened(home, Settings(), desk.vault)
    pipeline = desk.pipeline(centre)
    clock, keys = HomeClock(home.clock), KeyFiles(home.keys)
    ours = build_services(opened, replace(pipeline, sandbox=centre), clock, keys)
    assert (ours.handsets, ours.movable) == (centre, clock)
    outside = build_services(opened, replace(pipeline, sandbox=None), WorldClock(), keys)
    assert (outside.handsets, outside.movable) == (None, None)
    centre.close()
