"""The cases. Each warms up, measures, and returns its figures; a ratio's two sides are of the same run."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from django.db import connections

from parley.ids import Msisdn
from parley.messaging.ledger import State
from parley.providers.centre_faults import NO_FAULTS
from parley.run.carriers import only
from parley.run.home import Opened
from parley.run.library import nightly_terms
from parley.run.loops import Pipeline
from parley.run.nightly import run_nightly
from parley.run.receiving import receive_due
from parley.run.sending import Sender
from parley.run.serving import build_pipeline
from parley.run.working import work_due
from parley.settings.messages import SANDBOX
from parley.store import models
from parley.store.arrived import ArrivedText
from parley.store.inbox import accept_texts
from parley.store.sealed import Sealed, open_text
from parley.store.vault import Vault
from tests.run.kills.centre import Manners, Plan, Remote, Server
from tools.bench.columns import columns
from tools.bench.figures import Figure
from tools.bench.hostile import hostile_templates
from tools.bench.inbound import inbound
from tools.bench.menus import menus
from tools.bench.over_http import over_http
from tools.bench.pricing import pricing
from tools.bench.rates import rates
from tools.bench.smpp import bound, smpp
from tools.bench.stage import NOW, Size, Watch, new_home, sample, take

PARLEY: Final = Path(sys.executable).parent / "parley"
MIB: Final = 1024 * 1024
# Linux counts the peak in KiB, macOS in bytes.
PEAK_UNIT_BYTES: Final = 1 if sys.platform == "darwin" else 1024
FIRST_NIGHT: Final = date(2026, 11, 3)

Case = Callable[[Size, Path, str], list[Figure]]


def importing(size: Size, folder: Path, database_url: str) -> list[Figure]:
    """Import accounts from a file; beside it, read the same file as bare CSV."""
    with sample(size, folder) as (source, map_raw):
        watch = Watch.start()
        with source.open(encoding="utf-8", newline="") as stream:
            rows = sum(1 for _ in csv.reader(stream)) - 1
        bare = watch.stop()
        opened = new_home(folder, database_url)
        watch = Watch.start()
        added = take(opened, source, map_raw).counts.added
        first = watch.stop()
        watch = Watch.start()
        unchanged = take(opened, source, map_raw).counts.unchanged
        again = watch.stop()
    assert added == unchanged == rows, "every row is taken once"
    return [
        Figure("import: accounts, new", rows / first.wall, "rows/s", aim=3_000),
        Figure("import: accounts, new, of one core's time", rows / first.cpu, "rows/cpu-s"),
        Figure("import: the same file again", rows / again.wall, "rows/s"),
        Figure("import: baseline, the file as bare CSV", rows / bare.wall, "rows/s"),
    ]


def nightly(size: Size, folder: Path, database_url: str) -> list[Figure]:
    """Decide the whole book for one day, on the first night and on the next."""
    opened, pipeline = _book(size, folder, database_url)
    first, queued = _night(opened, pipeline, FIRST_NIGHT)
    second, _ = _night(opened, pipeline, FIRST_NIGHT + timedelta(days=1))
    repeated, again = _night(opened, pipeline, FIRST_NIGHT)
    assert again == 0, "the same night again queues nothing"
    return [
        Figure(f"nightly: first night, {size.accounts:,} accounts, {queued:,} queued", first.wall, "seconds"),
        Figure("nightly: accounts decided, of one core's time", size.accounts / first.cpu, "accounts/cpu-s"),
        Figure("nightly: next night", second.wall, "seconds"),
        Figure("nightly: next night, of one core's time", second.cpu, "cpu-seconds"),
        Figure("nightly: baseline, the first night asked for again", repeated.wall, "seconds"),
    ]


def turns(size: Size, folder: Path, database_url: str) -> list[Figure]:
    """Answer replies, from "cannot pay" to an agreed plan: by 64 in a transaction, and one a transaction."""
    opened, pipeline = _book(size, folder, database_url)
    people = _writers(opened.vault, size.threads + size.singly)
    both = [_talk(pipeline, people[: size.threads], 64), _talk(pipeline, people[size.threads :], 1)]
    agreed = models.Arrangement.objects.count()
    assert agreed, "some of them agree a plan"
    batched, singly = both
    return [
        Figure(f"turns: by 64 in a transaction ({agreed:,} plans agreed)", batched, "turns/s"),
        Figure("turns: baseline, one a transaction", singly, "turns/s"),
    ]


def ledger(size: Size, folder: Path, database_url: str) -> list[Figure]:
    """Send a day's messages: queue → gate → intent → sandbox → mark → receipt; by 256, and one a transaction."""
    name = "PostgreSQL" if database_url else "SQLite"
    opened, pipeline = _book(size, folder, database_url)
    _night(opened, pipeline, FIRST_NIGHT)
    hours = list(_hours(FIRST_NIGHT))
    seconds, count = _send(pipeline, hours, 1, size.singly)
    alone = count / seconds
    seconds, count = _send(pipeline, hours, 256, 1_000_000)
    ended = models.Message.objects.exclude(finished_at=None).count()
    return [
        Figure(f"ledger, {name}: by 256, {count:,} sent, {ended:,} ended", count / seconds, "messages/s"),
        Figure(f"ledger, {name}: baseline, one a transaction", alone, "messages/s"),
    ]


def end_to_end(size: Size, folder: Path, database_url: str) -> list[Figure]:
    """Send a day's messages to a centre in a process of its own and match its receipts: the ledger over a socket."""
    opened, pipeline = _book(size, folder, database_url)
    _night(opened, pipeline, FIRST_NIGHT)
    address = str(folder / "centre.sock")
    centre = Server(Plan(folder / "centre.jsonl", 1, NO_FAULTS, Manners()), address)
    # What is open here would be open in the centre's process too.
    connections.close_all()
    centre.start()
    try:
        provider = Remote(address, can_look_up=True)
        sender = Sender(only(provider), pipeline.library, opened.vault)
        seconds, count = _send(
            replace(pipeline, carriers=only(provider), sender=sender), list(_hours(FIRST_NIGHT)), 256, 10**6
        )
    finally:
        centre.kill()
    ended = models.Message.objects.exclude(finished_at=None).count()
    return [
        Figure(
            f"end to end, PostgreSQL: gate, ledger, centre over a socket, receipts; {count:,} sent, {ended:,} ended",
            count / seconds, "messages/s", aim=2_000,
        )
    ]  # fmt: skip


def end_to_end_smpp(size: Size, folder: Path, database_url: str) -> list[Figure]:
    """Send a day's messages over SMPP to a centre in a process of its own and match its receipts by its own ids."""
    opened, pipeline = _book(size, folder, database_url)
    _night(opened, pipeline, FIRST_NIGHT)
    # They are invented numbers: the bench's own centre takes them, past the guard.
    connections.close_all()
    with bound() as provider:
        carriers = only(provider)
        over = replace(pipeline, carriers=carriers, sender=Sender(carriers, pipeline.library, opened.vault))
        seconds, count = _send(over, list(_hours(FIRST_NIGHT)), 256, 10**6)
        late = Watch.start()
        while models.Message.objects.filter(state=State.SUBMITTED).exists():
            over.receive(NOW + timedelta(days=1))
        seconds += late.stop().wall
    ended = models.Message.objects.filter(state=State.DELIVERED).count()
    return [
        Figure(
            f"end to end, SMPP, PostgreSQL: gate, ledger, window 100, receipts; {count:,} sent, {ended:,} delivered",
            count / seconds, "messages/s", aim=2_000,
        )
    ]  # fmt: skip


def demo(size: Size, folder: Path, _: str) -> list[Figure]:
    """`parley demo` as a user runs it, and once more."""
    words = ["--accounts", str(size.demo_borrowers), "--days", str(size.demo_days), "--seed", "1"]
    seconds, peak = _command(["demo", *words], folder / "home")
    again, _peak = _command(["demo", *words], folder / "home")
    what = f"demo: {size.demo_borrowers:,} borrowers, {size.demo_days} days"
    return [
        Figure(what, seconds, "seconds", aim=180, is_ceiling=True),
        Figure("demo: peak memory", peak, "MiB", aim=1_024, is_ceiling=True),
        Figure("demo: run again", again, "seconds"),
    ]


# Those marked need a second database.
CASES: Final[Mapping[str, tuple[Case, bool]]] = {
    "import": (importing, False),
    "nightly": (nightly, False),
    "turns": (turns, False),
    "ledger": (ledger, False),
    "ledger-postgresql": (ledger, True),
    "demo": (demo, False),
    "rates": (rates, False),
    "pricing": (pricing, False),
    "menus": (menus, False),
    "templates": (hostile_templates, False),
    "columns": (columns, False),
    "http": (over_http, False),
    "inbound": (inbound, True),
    "end_to_end": (end_to_end, True),
    "end_to_end_smpp": (end_to_end_smpp, True),
    "smpp": (smpp, False),
}


def _book(size: Size, folder: Path, database_url: str) -> tuple[Opened, Pipeline]:
    opened = new_home(folder, database_url)
    with sample(size, folder) as (source, map_raw):
        take(opened, source, map_raw)
    return opened, build_pipeline(opened)


def _night(opened: Opened, pipeline: Pipeline, as_of: date) -> tuple[Watch, int]:
    before = models.Message.objects.count()
    terms = nightly_terms(opened.settings, pipeline.library)
    watch = Watch.start()
    run_nightly(as_of, NOW, pipeline.library, terms, opened.vault, lambda _done, _of: None)
    return watch.stop(), models.Message.objects.count() - before


def _hours(day: date) -> Iterator[datetime]:
    """Give the instants at which it is day somewhere, an hour apart."""
    start = datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=8)
    return (start + timedelta(hours=hour) for hour in range(36))


def _send(pipeline: Pipeline, hours: list[datetime], batch: int, most: int) -> tuple[float, int]:
    """Send and take receipts from hour to hour, up to *most* messages. Returns seconds of work and messages sent."""
    watch, sent = Watch.start(), 0
    while hours and sent < most:
        now = hours[0]
        done = pipeline.sender.send_due(now, batch)
        sent += done
        heard = receive_due(pipeline.carriers, pipeline.library, pipeline.vault, now, batch)
        if not done and not heard:
            hours.pop(0)
    return watch.stop().wall, sent


def _writers(vault: Vault, count: int) -> list[tuple[Msisdn, str]]:
    """Return the number and the postcode of English-speaking borrowers who owe."""
    points = models.ContactPoint.objects.select_related("borrower").filter(
        borrower__language="en", borrower__jurisdiction="GB", borrower__accounts__principal_minor__gt=10_000
    )
    found = []
    for point in points.order_by("id")[:count]:
        person = point.borrower
        number = open_text(vault, person, Sealed.CONTACT_ADDRESS, point.id, bytes(point.address_sealed or b""))
        known = open_text(vault, person, Sealed.BORROWER_IDENTITY, person.id, bytes(person.identity_sealed or b""))
        found.append((Msisdn(number), str(json.loads(known)["postcode"])))
    return found


def _talk(pipeline: Pipeline, people: list[tuple[Msisdn, str]], batch: int) -> float:
    """Let *people* write five times each. Returns the turns per second of the worker, without receiving and sending."""
    seconds, count = 0.0, 0
    for step, words in enumerate(("I can't pay this month", "", "50 a month", "1", "yes")):
        now = NOW + timedelta(days=1, minutes=5 * step)
        texts = [ArrivedText(f"{number.e164}:{step}", number, words or postcode, now) for number, postcode in people]
        accept_texts(SANDBOX, texts, now, pipeline.library, pipeline.vault)
        started = time.perf_counter()
        while done := work_due(pipeline.library, pipeline.vault, now, pipeline.cost_per_segment_micro, batch):
            count += done
        seconds += time.perf_counter() - started
        while pipeline.sender.send_due(now):
            pass
    return count / seconds


def _command(words: list[str], home: Path) -> tuple[float, float]:
    """Run the program. Returns seconds and peak MiB. Raises SystemExit with its output where it fails."""
    environment = {**os.environ, "PARLEY_HOME": str(home)}
    log = home.parent / "output"
    started = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen([PARLEY, *words], env=environment, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"parley {' '.join(words)} failed:\n{log.read_text(encoding='utf-8', errors='replace')}")
    process.returncode = 0
    return time.perf_counter() - started, usage.ru_maxrss * PEAK_UNIT_BYTES / MIB
