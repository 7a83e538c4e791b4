"""A month in the life of a lender, through the real pipeline, from its file to agreed plans.

The home is a home like any other: settings, keys, database, the sandbox's log. What is simulated stands around it: the
clock, the borrowers, the lender's core. A run that was stopped goes on where it was; a finished one prints its report.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from parley.errors import BadInput
from parley.locale import Language
from parley.providers.guard import Guarded
from parley.providers.sandbox import Sandbox
from parley.run import approving
from parley.run.campaigns import TEMPLATES, Audience, Campaigns
from parley.run.carriers import only
from parley.run.checking import check
from parley.run.clock import MovableClock
from parley.run.demo.core import Core
from parley.run.demo.handsets import Handsets
from parley.run.demo.parameters import EACH_OWN, Parameters
from parley.run.demo.people import person_from_json, person_to_json, public_facts
from parley.run.demo.report import build_report
from parley.run.home import Home, Opened, init_home, open_home, remember_settings
from parley.run.importing.importer import Request, import_file
from parley.run.importing.rows import Kind
from parley.run.library import build_library, build_waterfalls, data_files, lender_facts, nightly_terms, unknown_policy
from parley.run.loops import Pipeline
from parley.run.nightly import run_nightly
from parley.run.paging import Pager
from parley.run.sending import Sender
from parley.run.watching import Watch
from parley.settings import Settings, default_settings_text
from parley.settings.messages import SANDBOX
from parley.simulation.persona import Persona, draw_persona
from parley.simulation.world import load_world
from parley.store import audit, models
from parley.store.lock import writer_lock
from parley.store.outbox import next_due
from parley.web.report.page import report_page

START_ON: Final = date(2026, 11, 2)
# The run for a day begins when the first zone of the book has reached it, so that each borrower's morning is ahead.
RUN_AT: Final = time(15, 0)
PAYMENTS_AT: Final = time(21, 0)
# The clock moves from event to event, but by no less than this.
STEP: Final = timedelta(minutes=4)
REGISTERED_ON: Final = date(2026, 1, 1)
MARKER: Final = "demo.json"
# What lender and simulated borrowers both knew at the start; a resumed run must not draw other people.
PEOPLE: Final = "people.json"
CAMPAIGN: Final = "autumn news"
CAMPAIGN_AFTER_DAYS: Final = 11
SHORT_CODE: Final = "55501"

Progress = Callable[[str, int, int], None]


def is_claimed(home: Home, parameters: Parameters) -> bool:
    """Return whether *home* holds this demonstration already. Raises BadInput where it holds anything else."""
    marker = home.root / MARKER
    if not home.root.exists() or not any(home.root.iterdir()):
        return False
    if not marker.exists():
        raise BadInput(
            f"{home.root} is in use and is no demonstration. Name an absent or empty folder with PARLEY_HOME.",
            f"{home.root} 已被使用，且不是演示目录。请用 PARLEY_HOME 指定不存在的或空的目录。",
        )
    held = json.loads(marker.read_text(encoding="utf-8"))
    if held != asdict(parameters):
        raise BadInput(
            f"{home.root} holds a demonstration with other parameters. Name another folder with PARLEY_HOME.",
            f"{home.root} 是参数不同的演示。请用 PARLEY_HOME 指定其他目录。",
        )
    return True


def claim(home: Home, parameters: Parameters) -> None:
    """Mark *home* as this demonstration's."""
    _write(home.root / MARKER, asdict(parameters))


class Month:
    """The simulated time around a home, and its position in it."""

    def __init__(self, opened: Opened, parameters: Parameters) -> None:
        self._opened, self._parameters = opened, parameters
        settings, vault = opened.settings, opened.vault
        self._world = load_world(data_files("parley.simulation.data"))
        library = build_library(settings, registrations=opened.registrations)
        self._centre = Sandbox(opened.home.centre_log, seed=parameters.seed, short_code=SHORT_CODE)
        cost = settings.messages.cost_per_segment_micro
        carriers = only(Guarded(self._centre), cost)
        sender, doubts = Sender(carriers, library, vault), unknown_policy(settings)
        self._pipeline = Pipeline(
            carriers, library, vault, sender, Pager(settings), Watch(settings), cost, on_unknown=doubts
        )
        self._terms = nightly_terms(settings, library)
        self._library = library
        people = self._people()
        self._late_at_start = {key: persona.public.days_past_due > 0 for key, (_, persona) in people.items()}
        self._handsets = Handsets(
            dict(people.values()),
            self._world,
            self._centre,
            opened.home.root / "handsets.jsonl",
        )
        self._core = Core(
            {key: persona for key, (_, persona) in people.items()},
            self._world,
            build_waterfalls(),
            parameters.seed,
            vault,
        )
        self._clock = MovableClock(self._position())

    def run(self, progress: Progress) -> None:
        """Run from where the clock stands to the end of the last day."""
        remember_settings(self._opened, self._clock.now())
        days = self._parameters.days
        first = (self._clock.now().date() - START_ON).days
        for day in range(max(0, first), days):
            progress("days", day, days)
            self._day(START_ON + timedelta(days=day))
            audit.sequence(1_000_000)
        self._until(self._end() + timedelta(days=1))
        while audit.sequence(1_000_000):
            pass
        audit.checkpoint(self._opened.vault, self._clock.now())
        progress("days", days, days)

    def report(self) -> dict[str, Any]:
        """Count what came of it, and let the witness look."""
        found = check(
            self._opened.vault,
            self._opened.home.centre_log,
            self._clock.now(),
            lender_facts(self._opened.settings, self._library),
        )
        counts = {str(kind): count for kind, count in found.counts.items()}
        looked_at, rulebook = found.seen, self._library.rulebook
        return build_report(asdict(self._parameters), self._late_at_start, counts, looked_at, rulebook)

    def _end(self) -> datetime:
        return datetime.combine(START_ON + timedelta(days=self._parameters.days), time(0), UTC)

    def _day(self, today: date) -> None:
        """One UTC day: the payments of the day, and the night's run for tomorrow."""
        run_at = datetime.combine(today, RUN_AT, UTC)
        self._until(run_at)
        if self._clock.now() <= run_at:
            tomorrow = today + timedelta(days=1)
            run_nightly(tomorrow, run_at, self._library, self._terms, self._opened.vault, lambda _done, _of: None)
        payments_at = datetime.combine(today, PAYMENTS_AT, UTC)
        self._until(payments_at)
        if self._clock.now() <= payments_at:
            self._core.day(today, payments_at)
            self._campaign(today, payments_at)
        self._until(datetime.combine(today + timedelta(days=1), time(0), UTC))

    def _campaign(self, today: date, now: datetime) -> None:
        """Send one promotion, drafted by one person and approved by another, to those who agreed to get it."""
        if (today - START_ON).days < CAMPAIGN_AFTER_DAYS:
            return
        campaigns = Campaigns(self._library, self._terms, self._opened.vault)
        if not models.Campaign.objects.filter(name=CAMPAIGN).exists():
            campaigns.draft(CAMPAIGN, TEMPLATES[0], Audience(), "marketing", now)
        if campaigns.find(CAMPAIGN).state == "draft":
            campaigns.approve(CAMPAIGN, "compliance", now)
        # Where the people are behind it goes on day by day.
        if campaigns.find(CAMPAIGN).state != "sent":
            campaigns.send(CAMPAIGN, "marketing", now, lambda _done, _of: None)

    def _until(self, end: datetime) -> None:
        """Let the pipeline and the borrowers act, from event to event, up to *end*."""
        while True:
            now = self._clock.now()
            self._pipeline.settle_all(now)
            if self._handsets.react():
                continue
            following = self._next_event(now)
            if following is None or following > end:
                break
            self._move(min(max(following, now + STEP), end))
        self._move(max(end, self._clock.now()))

    def _next_event(self, now: datetime) -> datetime | None:
        coming = [at for at in (self._centre.next_due_at(), next_due(now)) if at is not None]
        return min(coming, default=None)

    def _move(self, at: datetime) -> None:
        if at > self._clock.now():
            self._clock.move_to(at)
            _write(self._opened.home.clock, {"now": at.isoformat()})

    def _position(self) -> datetime:
        """Return where an earlier, stopped run stood; the start for a new one."""
        path = self._opened.home.clock
        if path.exists():
            return datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["now"])
        return datetime.combine(START_ON, time(0), UTC)

    def _people(self) -> dict[UUID, tuple[str, Persona]]:
        parameters = self._parameters
        path = self._opened.home.root / PEOPLE
        if not path.exists():
            facts = public_facts(parameters.seed, parameters.accounts, START_ON, self._opened.vault)
            _write(path, {str(key): person_to_json(*value) for key, value in facts.items()})
        held = {
            UUID(key): person_from_json(value) for key, value in json.loads(path.read_text(encoding="utf-8")).items()
        }
        card, seed = self._world.card, parameters.seed
        return {key: (number, draw_persona(card, seed, str(key), public)) for key, (number, public) in held.items()}


def _write(path: Path, values: Mapping[str, object]) -> None:
    _replace(path, json.dumps(values, ensure_ascii=False, indent=2))


def _replace(path: Path, text: str) -> None:
    """Replace a small file whole, readable by its owner only."""
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def run_demo(root: Path, parameters: Parameters, environ: Mapping[str, str], progress: Progress) -> dict[str, Any]:
    """Make or take up the demonstration at *root*, run what is missing, and return its report.

    Raises BadInput where *root* is in use for anything else; Busy where another command writes to it.
    """
    home = Home(root)
    if not is_claimed(home, parameters):
        _make_home(root, parameters, environ)
    if home.report.exists():
        return _with_page(home, dict(json.loads(home.report.read_text(encoding="utf-8"))))
    opened = open_home(root, environ)
    with writer_lock(root, "parley demo"):
        _import_sample(opened, parameters, progress)
        month = Month(opened, parameters)
        month.run(progress)
        progress("checking", 0, 1)
        report = month.report()
        _write(home.report, report)
        progress("checking", 1, 1)
    return _with_page(home, report)


def _with_page(home: Home, report: dict[str, Any]) -> dict[str, Any]:
    """Write the report's page where it is not there yet: a run may have ended between the two files, or before both."""
    if not home.report_page.exists():
        _replace(home.report_page, report_page(report))
    return report


def _make_home(root: Path, parameters: Parameters, environ: Mapping[str, str]) -> None:
    """Make the home beside its place and move it there whole, so that a stop in between leaves nothing half-made."""
    making = root.with_name(f"{root.name}.making")
    if making.exists():
        shutil.rmtree(making)
    init_home(making, environ, settings_text=_settings_text(), registrations_text=_registrations_text())
    claim(Home(making), parameters)
    if root.exists():
        root.rmdir()
    making.rename(root)


def _registrations_text() -> str:
    """Return what the sample lender has had registered: its sender and texts in India, whose law asks for both."""
    library, since = build_library(Settings()), REGISTERED_ON.isoformat()
    sender = (
        f'[[sender]]\nid = "sample-IN"\nproviders = ["{SANDBOX}"]\ncountry = "IN"\nname = "EXCARD"\n'
        f'form = "alphanumeric"\npurposes = ["all"]\nvalid_from = {since}'
    )
    texts = [
        table
        for language in Language
        for table in approving.texts_to_register(
            approving.Audience("IN", language), library, since, numbered="sample-IN-"
        )
    ]
    return "\n\n".join([sender, *texts]) + "\n"


def _settings_text() -> str:
    """Return the settings of the sample lender: the defaults, with unsigned exceptions in force, as the report says."""
    text = default_settings_text()
    changed = text.replace("unsigned_exceptions_bind = false", "unsigned_exceptions_bind = true")
    assert changed != text, "the settings file names the value"
    return changed


def _import_sample(opened: Opened, parameters: Parameters, progress: Progress) -> None:
    """Import the sample portfolio; a row that is there already is not added again."""
    if (opened.home.root / PEOPLE).exists():
        return
    overrides = {} if parameters.locale == EACH_OWN else {"language": parameters.locale}
    sample = files("parley.data.sample")
    with as_file(sample / "uci-credit-card.csv") as source:
        request = Request(
            kind=Kind.ACCOUNTS,
            source=source,
            map_name="accounts.toml",
            map_raw=(sample / "accounts.toml").read_bytes(),
            overrides=overrides,
        )
        now = datetime.combine(START_ON, time(0), UTC)
        found = import_file(opened, request, now, lambda done, of: progress("import", done, of))
    assert found.counts.refused == 0, "the sample portfolio fits its map"
