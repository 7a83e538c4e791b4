"""Build a home's working parts, and run them: all in one process, or one loop a process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from typing import Final

from parley.errors import BadInput
from parley.providers.guard import Guarded
from parley.providers.sandbox import Sandbox
from parley.run.clock import WorldClock
from parley.run.home import Opened
from parley.run.library import build_library
from parley.run.loops import Pipeline, Round, run_forever
from parley.run.paging import Pager
from parley.run.sending import Sender
from parley.settings.model import SANDBOX
from parley.store.database import is_sqlite

SHORT_CODE: Final = "55501"
# The sandbox's delays are drawn from this seed where nobody asks for another.
SEED: Final = 1


def build_pipeline(opened: Opened, *, seed: int = SEED) -> Pipeline:
    """Return the working parts of a home with the sandbox as its provider, the only one of this version."""
    settings = opened.settings
    assert settings.messages.provider == SANDBOX, "the settings allow no other provider yet"
    library = build_library(settings)
    provider = Guarded(Sandbox(opened.home.centre_log, seed=seed, short_code=SHORT_CODE))
    return Pipeline(
        provider=provider,
        library=library,
        vault=opened.vault,
        sender=Sender(provider, library, opened.vault),
        pager=Pager(settings),
        cost_per_segment_micro=settings.messages.cost_per_segment_micro,
    )


def serve(pipeline: Pipeline, names: Sequence[str]) -> None:
    """Run the named loops until the process is told to stop (SIGTERM, SIGINT); what is in hand is finished first.

    Raises BadInput where fewer than all loops are asked for on SQLite, where one process does everything.
    """
    rounds: dict[str, Round] = {
        "receive": pipeline.receive,
        "work": pipeline.work,
        "send": pipeline.send,
        "page": pipeline.page,
        "order": pipeline.order,
    }
    assert tuple(rounds) == LOOPS, "every loop has a name to start it by"
    if is_sqlite() and set(names) != set(LOOPS):
        raise BadInput(
            "On SQLite one process does everything: run `parley serve`. Separate processes need PostgreSQL "
            "(PARLEY_DATABASE_URL).",
            "SQLite 只允许单进程：请运行 `parley serve`。分进程运行需要 PostgreSQL（PARLEY_DATABASE_URL）。",
        )
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    run_forever([rounds[name] for name in LOOPS if name in names], WorldClock(), stopping.is_set)


LOOPS: Final = ("receive", "work", "send", "page", "order")
