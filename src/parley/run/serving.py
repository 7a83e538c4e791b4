"""Build a home's working parts, and run them: all in one process, or one loop a process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Final

from parley.contact.routes import read_test_numbers
from parley.errors import BadInput
from parley.messaging.bucket import Rate
from parley.providers.guard import Guarded
from parley.providers.sandbox import Sandbox
from parley.run.campaigns import Campaigns
from parley.run.carriers import Carriers, only
from parley.run.clock import Clock, open_clock
from parley.run.home import Opened, key_source
from parley.run.importing.asked import run_import, try_import, undo_import
from parley.run.importing.desk import ImportDesk
from parley.run.jobs import Jobs, count_job, draft_job, nightly_job, send_job
from parley.run.library import build_library, nightly_terms, unknown_policy
from parley.run.loops import Nightly, Pipeline, Round, run_forever
from parley.run.paging import Pager
from parley.run.place import read_routes_file
from parley.run.replaying import replay_job
from parley.run.route_trials import Trials, trial_job
from parley.run.routing import build_carriers, pace_of, routes_in_use
from parley.run.rulebooks import RulebookFolders, rulebook_in_use
from parley.run.rules_in_use import RulesInUse
from parley.run.sending import Sender
from parley.run.texts_in_use import TextsInUse
from parley.run.watching import Watch
from parley.settings.messages import SANDBOX
from parley.store.alerts import next_watch
from parley.store.database import is_sqlite
from parley.store.keys import KeySource
from parley.store.outbox import next_due
from parley.store.pacing import Pace
from parley.store.parts import oldest_waiting_at

SHORT_CODE: Final = "55501"
# Jobs that read files of the home.
_WITH_FILES: Final = ("import.", "routes.", "rules.")
# The sandbox's delays are drawn from this seed where nobody asks for another.
SEED: Final = 1


def build_pipeline(opened: Opened, source: KeySource | None = None, *, seed: int = SEED) -> Pipeline:
    """Return the working parts of a home. *source*: of the secrets of its routes; by default the files of the home.

    Raises BadInput where a route cannot be built.
    """
    settings = opened.settings
    carriers, sandbox, pace = _carriers(opened, source, seed)
    rules = rulebook_in_use(opened.home.rulebook)
    library = build_library(settings, rules, opened.registrations, carriers.routes)
    texts = TextsInUse(library, opened.vault, settings.web.zone)
    texts.refresh(open_clock(opened.home, settings).now())
    return Pipeline(
        carriers=carriers,
        library=library,
        vault=opened.vault,
        sender=Sender(carriers, library, opened.vault, pace),
        on_unknown=unknown_policy(settings),
        pager=Pager(settings),
        watch=Watch(settings),
        cost_per_segment_micro=settings.messages.cost_per_segment_micro,
        sandbox=sandbox,
        rules=RulesInUse(opened.home.rulebook, library),
        parts_minutes=settings.inbound.parts_minutes,
        texts=texts,
    )


def _carriers(opened: Opened, source: KeySource | None, seed: int) -> tuple[Carriers, Sandbox | None, Pace]:
    """Return the carriers of a home, its message centre where that is the sandbox, and how fast each is given texts."""
    said, routes = opened.settings.messages, routes_in_use(opened.home, opened.settings)
    if routes is None:
        sandbox = Sandbox(opened.home.centre_log, seed=seed, short_code=SHORT_CODE)
        pace = Pace({SANDBOX: Rate(said.per_second, said.burst)} if said.per_second else {})
        carriers = only(Guarded(sandbox), said.cost_per_segment_micro)
        numbers = read_test_numbers(read_routes_file(opened.home))
        return replace(carriers, routes=replace(carriers.routes, test_numbers=numbers)), sandbox, pace
    source = source or key_source(opened.home, opened.settings, {})
    return build_carriers(routes, opened.home, opened.settings, source), None, pace_of(routes)


def build_nightly(opened: Opened, pipeline: Pipeline) -> Nightly | None:
    """Return the nightly run of a serving process; None where the settings leave it to the command."""
    starts_at = opened.settings.nightly.starts_at
    if not starts_at:
        return None
    terms = nightly_terms(opened.settings, pipeline.library)
    return Nightly(time.fromisoformat(starts_at), pipeline.library, terms, opened.vault)


def build_campaigns(opened: Opened, pipeline: Pipeline) -> Campaigns:
    """Return the campaigns of a home."""
    return Campaigns(pipeline.library, nightly_terms(opened.settings, pipeline.library), opened.vault)


def build_jobs(opened: Opened, pipeline: Pipeline) -> Jobs:
    """Return the long jobs of a home, by kind."""
    campaigns = build_campaigns(opened, pipeline)
    desk = ImportDesk(opened, pipeline.library)
    return Jobs(
        {
            "import.try": partial(try_import, desk),
            "import.run": partial(run_import, desk),
            "import.undo": partial(undo_import, desk),
            "nightly": nightly_job(pipeline, nightly_terms(opened.settings, pipeline.library)),
            "campaign.draft": draft_job(campaigns),
            "campaign.count": count_job(campaigns),
            "campaign.send": send_job(campaigns),
            "routes.test": trial_job(
                Trials(pipeline.carriers, pipeline.library, opened.vault, opened.settings.web.zone)
            ),
            "rules.replay": replay_job(
                RulebookFolders(opened.home.rulebooks, opened.home.rulebook), opened.settings.web.zone
            ),
        }
    )


def build_worker_jobs(opened: Opened, pipeline: Pipeline) -> Jobs:
    """Return the jobs that any machine with the database can do: all but those that read files of the home."""
    every = build_jobs(opened, pipeline).kinds
    return Jobs({kind: work for kind, work in every.items() if not kind.startswith(_WITH_FILES)})


def serve(pipeline: Pipeline, names: Sequence[str], clock: Clock, nightly: Nightly | None = None) -> None:
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
    wanted = [rounds[name] for name in LOOPS if name in names]
    if pipeline.rules is not None:
        # First: what follows in the same round is decided by the rules as they are now.
        wanted.insert(0, pipeline.rules.look)
    if pipeline.texts is not None:
        wanted.insert(0, pipeline.texts.look)
    if nightly is not None:
        wanted.append(nightly.decide)
    run_forever(wanted, clock, stopping.is_set, lambda now: _following(pipeline, nightly, now))


def _following(pipeline: Pipeline, nightly: Nightly | None, now: datetime) -> datetime | None:
    """Return when something falls due next: a message, a receipt or reply at the carrier, the nightly run."""
    coming = (
        next_due(now),
        next_watch(now),
        waiting_at + timedelta(minutes=pipeline.parts_minutes) if (waiting_at := oldest_waiting_at()) else None,
        pipeline.sandbox.next_due_at() if pipeline.sandbox is not None else None,
        nightly.following(now) if nightly is not None else None,
    )
    return min((at for at in coming if at is not None), default=None)


LOOPS: Final = ("receive", "work", "send", "page", "order")
