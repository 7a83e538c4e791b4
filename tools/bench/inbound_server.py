"""The server of the case `inbound`: a process with the door of a home, or with nothing behind it.

python -m tools.bench.inbound_server grouped|singly|bare HOME PORT
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from parley.providers.signed import SignedCallbacks
from parley.run.clock import WorldClock
from parley.run.home import open_home
from parley.run.library import build_library
from parley.run.pages import Listener
from parley.run.rulebooks import rulebook_in_use
from parley.web.asgi import Receive, Scope, Send
from parley.web.hooks import Gatherer, Taker, hooks
from parley.web.hooks.gathering import MOST_AT_ONCE

SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of nobody's door
ROUTE: Final = "bench"
AT_ONCE: Final = {"grouped": MOST_AT_ONCE, "singly": 1}


def main() -> None:
    """Serve until told to stop; says the seconds of CPU it has had when it is ready, and at the end."""
    mode, home, port = sys.argv[1:]
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stopping.set())
    gatherer = _gatherer(Path(home), AT_ONCE[mode]) if mode in AT_ONCE else None
    app = hooks({ROUTE: SignedCallbacks([SECRET])}, gatherer, _wall) if gatherer is not None else _bare
    listener = Listener(app, "bench", "127.0.0.1", int(port), "", behind_https=False)
    listener.start()
    # Its own time, beside the time on the wall in which others were at work too.
    print(time.process_time(), flush=True)
    stopping.wait()
    listener.stop()
    print(time.process_time(), flush=True)
    if gatherer is not None:
        gatherer.stop()


def _gatherer(home: Path, at_once: int) -> Gatherer:
    opened = open_home(home, os.environ)
    library = build_library(opened.settings, rulebook_in_use(opened.home.rulebook), opened.registrations)
    taker = Taker(library, opened.vault, WorldClock())
    return Gatherer(taker.write, taker.close, most_at_once=at_once)


def _wall() -> datetime:
    return datetime.now(UTC)


async def _bare(_: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"14")]})
    await send({"type": "http.response.body", "body": b'{"taken":true}'})


if __name__ == "__main__":
    main()
