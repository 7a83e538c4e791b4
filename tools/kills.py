"""The kill test. Its last line is the account: `K kills: M messages, 0 lost, 0 sent twice, U unknown`.

python -m tools.kills [--kills N] [--real N] [--seed N] [--flaw NAME …] [--sqlite-only] [--smpp]

In a process of its own, because it forks: nothing else may run in it.
"""

from __future__ import annotations

import argparse
import gc
import logging
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog
from django.db import connections

from parley.cli.main import COLLECT_AFTER
from parley.providers.centre_faults import Faults
from parley.store.database import configure, migrate
from parley.store.keys import Keys
from parley.store.sealed import open_vault
from parley.store.url import Durability
from parley.store.vault import Vault
from tests.run.desk import library
from tests.run.kills.centre import Manners, Plan
from tests.run.kills.flaws import FLAWS, OVER_SMPP
from tests.run.kills.points import SMPP_STEPS, STEPS
from tests.run.kills.story import Story, Told, tell_story
from tests.store.conftest import empty
from tools import postgres

# Killed in a story by exit, and by signal: the centre's log stays short, and each story begins anew.
_PER_STORY: Final = 250
# How many processes work side by side on PostgreSQL; on SQLite it is one.
_ABREAST: Final = 3
_FAULTS: Final = Faults(
    busy=0.1, time_out_taken=0.1, time_out_not_taken=0.05, rejected_numbers=0.02, undelivered=0.1, slow=0.2,
    lost_receipts=0.1, duplicate_receipts=0.3, early_receipts=0.2, out_of_order_receipts=0.3, per_part_receipts=0.3,
)  # fmt: skip
_MANNERS: Final = Manners(deaf=0.03, mute=0.03, late=0.01, doubles=0.03)
# Over SMPP each part is a submission with its own receipt, a broken line takes all with it, and nothing is looked up.
_SMPP_FAULTS: Final = replace(_FAULTS, time_out_taken=0.02, time_out_not_taken=0.02, per_part_receipts=0.0)
_SMPP_MANNERS: Final = replace(_MANNERS, deaf=0.02, mute=0.02)
# A flaw is looked for in short stories, so many at most, with more doubt than usual.
_FLAW_KILLS: Final = 15
_FLAW_STORIES: Final = 8
_FLAW_FAULTS: Final = replace(_FAULTS, slow=1.0, time_out_taken=0.3)
# On a server?, can the centre be asked by our reference? A short run tells the first half of these stories.
_SMPP_KINDS: Final = ((True, False), (False, False))
_KINDS: Final = ((True, True), (False, True), (True, False), (False, False))


def main() -> int:
    """Run what was asked for. Returns 1 where anything was lost, sent twice, or died of itself."""
    asked = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    gc.set_threshold(*COLLECT_AFTER)
    library()
    gc.freeze()
    with ExitStack() as stack:
        homes = _Homes(stack, is_sqlite_only=asked.sqlite_only)
        if asked.flaw:
            return _flawed(homes, asked.flaw, asked.seed)
        return _whole(homes, asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.kills", description="Kill processes at their work.")
    parser.add_argument("--kills", type=int, default=10_000, help="deaths in all")
    parser.add_argument("--real", type=int, default=300, help="how many of them by SIGKILL at any moment")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--flaw", nargs="*", choices=list(FLAWS), help="break the ledger first; the account must say so"
    )
    parser.add_argument("--sqlite-only", action="store_true", help="without PostgreSQL")
    parser.add_argument("--smpp", action="store_true", help="with the SMPP client before the centre")
    told = parser.parse_args()
    if told.flaw is not None and not told.flaw:
        told.flaw = list(FLAWS)
    return told


class _Homes:
    """Makes the empty home of a story: a copy of a migrated file, or the emptied database of a server."""

    def __init__(self, stack: ExitStack, *, is_sqlite_only: bool) -> None:
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-kills-")))
        self._template = self.folder / "template.db"
        configure(f"sqlite:///{self._template}")
        migrate()
        self.server = ""
        if not is_sqlite_only:
            self.server = stack.enter_context(postgres.fresh_database(stack.enter_context(postgres.server())))
            configure(self.server)
            migrate()
        stack.callback(connections.close_all)
        connections.close_all()

    def prepare(self, name: str, *, on_server: bool) -> Vault:
        """Point this process at the empty home of story *name*. Returns what opens it."""
        folder = self.folder / name
        folder.mkdir()
        if on_server:
            configure(self.server)
            empty()
        else:
            shutil.copy(self._template, folder / "parley.db")
            # Processes are killed, power is not cut: a commit need not wait for the disk.
            configure(f"sqlite:///{folder / 'parley.db'}", durability=Durability.NORMAL)
        vault = open_vault(Keys(lender=b"L" * 32, index=b"I" * 32, audit=b"A" * 32))
        connections.close_all()
        return vault


def _stories(homes: _Homes, kills: int, real: int, seed: int, *, is_smpp: bool) -> Iterator[Story]:
    """Yield the stories that make *kills* deaths, *real* of them by signal, on each kind of database and of centre."""
    kinds: tuple[tuple[bool, bool], ...] = _SMPP_KINDS if is_smpp else _KINDS
    kinds = kinds if homes.server else tuple(kind for kind in kinds if not kind[0])
    number = 0
    for is_real, deaths in ((False, kills - real), (True, real)):
        count = max(len(kinds) if deaths > _PER_STORY else len(kinds) // 2, -(-deaths // _PER_STORY)) if deaths else 0
        for part in range(count):
            on_server, can_look_up = kinds[part % len(kinds)]
            name = f"{number:03d} {'PostgreSQL' if on_server else 'SQLite'}{', SIGKILL' if is_real else ''}"
            log = homes.folder / name / "centre.jsonl"
            plan = Plan(log, seed + number, _FAULTS, _MANNERS, can_look_up)
            if is_smpp:
                plan = Plan(log, seed + number, _SMPP_FAULTS, _SMPP_MANNERS, can_look_up=False, port=free_port())
            size = deaths // count + (part < deaths % count)
            yield Story(name, plan, size, _ABREAST if on_server else 1, is_real=is_real)
            number += 1


def _whole(homes: _Homes, asked: argparse.Namespace) -> int:
    total, started = Told(), time.monotonic()
    for story in _stories(homes, asked.kills, asked.real, asked.seed, is_smpp=asked.smpp):
        told = tell_story(story, homes.prepare(story.name, on_server=story.abreast > 1))
        print(_line(f"{story.name}{'' if story.plan.can_look_up else ', no look-up'}", told), flush=True)
        _keep(homes, story, told)
        total.add(told)
    found = total.reckoning
    steps = SMPP_STEPS if asked.smpp else STEPS
    never = [f"{when} {step}" for step in steps for when in ("before", "after") if f"{when} {step}" not in total.points]
    print(f"died at {len(total.points)} of {2 * len(steps)} points; not at: {', '.join(never) or 'none'}")
    print(f"ends: {_counted(found.ends)}; unknown: {_counted(found.unknown)}")
    print(f"{total.lives} lives, the centre killed {total.centre_kills} times, {time.monotonic() - started:.0f} s")
    print(*[*found.lost, *found.twice], sep="\n", end="\n" if found.lost or found.twice else "")
    if total.defects:
        print(f"{total.defects} processes died of themselves; see above")
    # Where nobody can be asked, every death at the handing over leaves doubts.
    if found.ends["delivered"] < found.messages / (4 if asked.smpp else 2):
        print("too few were delivered: whoever sends nothing loses nothing either")
        found.lost.append("most")
    print(_account(total))
    return int(bool(found.lost or found.twice or total.defects))


def _flawed(homes: _Homes, flaws: list[str], seed: int) -> int:
    """Tell short stories under each flaw until the account sees it. Returns 1 where it does not see one of them."""
    unseen = 0
    for flaw in flaws:
        told = Told()
        for attempt in range(_FLAW_STORIES):
            name = f"{flaw} {attempt}"
            plan = Plan(homes.folder / name / "centre.jsonl", seed + attempt, _FLAW_FAULTS, _MANNERS)
            if flaw.startswith(OVER_SMPP):
                faults = replace(_SMPP_FAULTS, time_out_taken=0.3)
                plan = replace(plan, faults=faults, manners=_SMPP_MANNERS, can_look_up=False, port=free_port())
            vault = homes.prepare(name, on_server=False)
            told.add(tell_story(Story(name, plan, _FLAW_KILLS, 1, flaw=flaw), vault))
            if told.reckoning.lost or told.reckoning.twice:
                break
        print(_line(flaw, told), flush=True)
        unseen += not (told.reckoning.lost or told.reckoning.twice)
    return int(bool(unseen))


def _line(name: str, told: Told) -> str:
    return f"{name}: {_account(told)}"


def _account(told: Told) -> str:
    found = told.reckoning
    return (
        f"{told.kills} kills: {found.messages} messages, {len(found.lost)} lost, {len(found.twice)} sent twice, "
        f"{sum(found.unknown.values())} unknown"
    )


def _counted(found: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(found.items()))


def _keep(homes: _Homes, story: Story, told: Told) -> None:
    """Throw the home away where nothing was found in it."""
    if not (told.reckoning.lost or told.reckoning.twice or told.defects):
        shutil.rmtree(homes.folder / story.name)


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
