"""What the pages need of the process they run in: handed in once by `run`, asked for by views with `services()`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from parley.contact.routes import Routes
from parley.engine.judging import Judged, TextSize
from parley.engine.service import ServiceTimes
from parley.engine.turn import Library
from parley.errors import BadInput
from parley.ids import Msisdn
from parley.locale import Language
from parley.messaging.catalogue import OwnWording
from parley.providers.declared import Finding
from parley.providers.sandbox import OnHandset
from parley.settings import Settings
from parley.store.importing import Answer, Batch, MapForm, Preview, ReadAs, Survey
from parley.store.models import Campaign, OwnText
from parley.store.vault import Vault


class Clock(Protocol):
    """Domain time."""

    def now(self) -> datetime:
        """Return the present instant of the business, UTC."""
        ...


class MovableClock(Clock, Protocol):
    """Domain time that can be moved forward, in homes that reach nobody outside."""

    @property
    def target(self) -> datetime | None:
        """The instant it is on its way to, None where it stands at none."""
        ...

    def ask(self, at: datetime) -> None:
        """Ask it to move on to *at*, event by event. Raises BadInput for an instant that is not later."""
        ...


class CampaignDesk(Protocol):
    """What a person decides about a campaign; counting and sending are jobs."""

    def approve(self, name: str, by: str, now: datetime) -> Campaign:
        """Approve a draft. Raises BadInput for one's own, or one that is no draft any more."""
        ...

    def stop(self, name: str, by: str, now: datetime) -> int:
        """Stop a campaign; returns how many waiting messages were cancelled. Raises BadInput where that is over."""
        ...


class Handsets(Protocol):
    """The telephones of a home whose message centre is the sandbox: nobody holds them, so staff may."""

    def handset_arrivals(self, references: Collection[str]) -> list[OnHandset]:
        """Return what arrived of our messages under *references*, in order."""
        ...

    def handset_send(self, sender: Msisdn, text: str, at: datetime, event_key: str) -> None:
        """Write back from *sender*. A known *event_key* is not sent again."""
        ...


class ImportDesk(Protocol):
    """Files of the lender's on their way in. What takes long (trying, importing, undoing) is a job.

    Every method but the first raises BadInput where there is no such batch, or its copy of the file is gone.
    """

    def stage(self, upload: Path, kind: str, file_name: str, by: str, now: datetime, encoding: str = "") -> Survey:
        """Take a private copy of *upload* and say what it is. Raises BadInput for a file that cannot be taken."""
        ...

    def survey(self, batch_id: UUID) -> Survey:
        """Say what the staged file is when read as its map says."""
        ...

    def read_as(self, batch_id: UUID, manner: ReadAs) -> None:
        """Read the file another way from now on: its map is suggested anew. Raises BadInput where that cannot be."""
        ...

    def map_text(self, batch_id: UUID, *, chinese: bool = False) -> str:
        """Return the map as it stands: kept, or suggested from the file where nobody has answered yet."""
        ...

    def form(self, batch_id: UUID) -> MapForm:
        """Return the map as a form."""
        ...

    def answer(self, batch_id: UUID, answers: Mapping[str, Answer]) -> MapForm:
        """Write answers into the map and keep it, whole or not."""
        ...

    def look(self, batch_id: UUID, answers: Mapping[str, Answer]) -> MapForm:
        """Return how the map would stand with answers; keeps nothing."""
        ...

    def write_map(self, batch_id: UUID, map_text: str) -> None:
        """Keep a map written as text. Raises BadInput naming its line where it is none."""
        ...

    def preview(self, batch_id: UUID) -> Preview:
        """Show the first rows as the map understands them, masked, and those it cannot take."""
        ...

    def batch(self, batch_id: UUID) -> Batch:
        """Return one batch as it stands."""
        ...

    def batches(self) -> tuple[Batch, ...]:
        """Return the latest batches, newest first."""
        ...

    def error_file(self, batch_id: UUID) -> Path | None:
        """Return the file of refused rows; None where there is none, or where it expired."""
        ...

    def discard(self, batch_id: UUID) -> None:
        """Forget a staged file that nobody will import. Raises BadInput for a batch that was begun."""
        ...


class TextDesk(Protocol):
    """A lender's own texts: judged while they are written, decided by a second person."""

    @property
    def refused(self) -> tuple[tuple[OwnWording, BadInput], ...]:
        """Approved texts that do not hold together any more, with why."""
        ...

    def overview(self, now: datetime) -> Mapping[tuple[str, Language], TextSize]:
        """Return what each text takes, and how it is registered."""
        ...

    def judge(self, key: str, language: Language, source: str, now: datetime) -> Judged:
        """Return what is to be known of a source; keeps nothing."""
        ...

    def submit(self, text_id: int, expires_on: date | None, by: str, now: datetime) -> OwnText:
        """Put a draft before somebody else. Raises BadInput where it is not yet the text of its key."""
        ...

    def approve(self, text_id: int, by: str, now: datetime) -> OwnText:
        """Put a text in force. Raises BadInput for one's own, or where anything objects."""
        ...


class Rulebooks(Protocol):
    """Rulebooks that may be run over the past; that is a job."""

    @property
    def folder(self) -> Path:
        """Where they lie, a folder for each."""
        ...

    def names(self) -> tuple[str, ...]:
        """Return what there is to choose from, beside the one in use."""
        ...


class RunningRules(Protocol):
    """The rule files of a running home, and what is wrong with them."""

    @property
    def refused(self) -> BadInput | None:
        """Why changed files were not taken up; None where the rulebook that runs is as they are."""
        ...


class RouteDesk(Protocol):
    """The routes by which messages leave, and what keeps one from carrying."""

    @property
    def routes(self) -> Routes:
        """The routes this process carries by."""
        ...

    def look(self, name: str, today: date) -> Sequence[Finding]:
        """Return what stands of a route, well or not, without asking its carrier; nothing of the sandbox.

        Raises BadInput where its file does not hold together any more.
        """
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """What one home offers its pages. A part that is None is not offered here, and its pages answer 404."""

    settings: Settings
    library: Library
    vault: Vault
    clock: Clock
    times: ServiceTimes
    campaigns: CampaignDesk
    imports: ImportDesk
    rulebooks: Rulebooks
    texts: TextDesk
    routes: RouteDesk
    movable: MovableClock | None = None
    handsets: Handsets | None = None
    running: RunningRules | None = None


class _Place:
    """Where the services of this process are kept; a process serves one home."""

    held: Services | None = None


def install(services: Services) -> None:
    """Make *services* the ones that views get."""
    _Place.held = services


def services() -> Services:
    """Return what `run` handed in; a view that runs before is a defect."""
    assert _Place.held is not None, "the services are installed before a page is served"
    return _Place.held
