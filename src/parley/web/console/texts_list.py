"""Every text Parley can send: in which languages, in which version, in force until when, how long, how registered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from parley.dates import local_date
from parley.engine.judging import TextSize
from parley.locale import Language
from parley.store import own_texts
from parley.store.models import OwnText
from parley.web.page import language_of_request, page, words_of
from parley.web.ports import services
from parley.web.roles import needs

# As long as another version takes to be written, decided and, where a registry asks for it, registered.
ALARM: Final = timedelta(days=30)
# What a list can be narrowed to; "" is all.
SHOWN: Final = ("", "own", "in_hand", "ending")


@dataclass(frozen=True, slots=True)
class Cell:
    """A text in one language. `state`: of the lender's own version that matters most, or shipped.

    `days`: until it ends; None where that is not soon.
    """

    language: Language
    state: str
    version: int
    size: TextSize
    days: int | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """A key with its text in each language."""

    key: str
    discloses: str
    cells: tuple[Cell, ...]


@needs("texts.read")
@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """List every text, by what it is for; narrowed to what somebody must look at where asked for."""
    held, language = services(), language_of_request(request)
    asked = request.GET.get("show", "")
    typed = request.GET.get("find", "").strip().lower()[:60]
    asked = asked if asked in SHOWN else ""
    lines = [line for line in _lines(held.texts.overview(held.clock.now())) if _is_wanted(line, asked, typed)]
    entries = held.library.catalogue.entries
    context = {
        "here": "texts",
        "sections": [
            (str(purpose), list(some)) for purpose, some in groupby(lines, key=lambda one: entries[one.key].purpose)
        ],
        "found": len(lines),
        "total": len(entries),
        "asked": asked,
        "typed": typed,
        "shown": SHOWN,
        "languages_of_texts": tuple(Language),
        "refused": [words_of(fault, language) for _, fault in held.texts.refused],
    }
    return page(request, "console/texts.html", context)


def _lines(overview: Mapping[tuple[str, Language], TextSize]) -> Iterator[Line]:
    catalogue, latest = services().library.catalogue, own_texts.latest()
    today = local_date(services().clock.now(), services().settings.web.zone)
    for key, entry in sorted(catalogue.entries.items(), key=lambda one: (one[1].purpose, one[0])):
        cells = [_cell(key, one, latest.get((key, one)), overview[key, one], today) for one in Language]
        yield Line(key, str(entry.discloses), tuple(cells))


def _cell(key: str, language: Language, row: OwnText | None, size: TextSize, today: date) -> Cell:
    ended = (own_texts.State.WITHDRAWN, own_texts.State.SUPERSEDED)
    if row is None or row.state in ended:
        version = services().library.catalogue.version(key, language)
        return Cell(language, "shipped", version, size, None, None)
    ends = row.expires_on if row.state == own_texts.State.APPROVED else None
    days = (ends - today).days if ends is not None and ends - today <= ALARM else None
    return Cell(language, row.state, row.number, size, days, ends)


def _is_wanted(line: Line, asked: str, typed: str) -> bool:
    states = {cell.state for cell in line.cells}
    narrowed = {
        "": True,
        "own": states != {"shipped"},
        "in_hand": bool(states & {"draft", "submitted", "refused"}),
        "ending": "expired" in states or any(cell.days is not None for cell in line.cells),
    }
    return narrowed[asked] and typed in line.key
