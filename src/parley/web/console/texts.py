"""One text in one language: what it says, what is to be known of a draft while it is written, and who decides on it.

Checking keeps nothing. Everything works without scripts; with them the check follows the typing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from parley.engine.judging import Judged, Objecting
from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.carriage import STANDARD
from parley.messaging.segments import Encoding, Segments
from parley.messaging.template import LONGEST_SOURCE_CHARS
from parley.messaging.values import Kind
from parley.store import own_texts
from parley.store.models import OwnText
from parley.web.console.rules import cite
from parley.web.page import language_of_request, page, words_of
from parley.web.ports import services
from parley.web.roles import needs, operator_of
from parley.web.words import say

MICRO: Final = 1_000_000
_IN_HAND: Final = ("draft", "submitted")
# Before and behind a swapped character so much of the text is shown.
_AROUND: Final = 12
# More segments than this are one thick bar.
_MOST_BLOCKS: Final = 12


@dataclass(frozen=True, slots=True)
class Block:
    """One segment of the bar: usual, or only at worst."""

    is_usual: bool


@dataclass(frozen=True, slots=True)
class Swapped:
    """One proposed swap with what stands around it."""

    before: str
    old: str
    new: str
    after: str
    position: int


@needs("texts.read")
@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, text_key: str, spoken: str) -> HttpResponse:
    """Show a text; a POST checks what was typed and keeps nothing."""
    language = _language(text_key, spoken)
    if request.method != "POST":
        return _show(request, text_key, language, _source(text_key, language))
    typed = _typed(request)
    judged = _judged(text_key, language, typed)
    if request.POST.get("take") == "plain" and judged.proposal is not None:
        typed = judged.proposal.source
        judged = _judged(text_key, language, typed)
    if request.headers.get("HX-Request"):
        return page(request, "console/text_found.html", _found(judged, typed, text_key, language, request))
    return _show(request, text_key, language, typed, judged=judged)


@needs("texts.write")
@require_POST
def write(request: HttpRequest, text_key: str, spoken: str) -> HttpResponse:
    """Keep what was typed as the draft in hand; a faulty one too, for it goes to nobody."""
    language, held, typed = _language(text_key, spoken), services(), _typed(request)
    try:
        own_texts.write(text_key, language, typed, operator_of(request).name, held.clock.now(), held.vault)
    except BadInput as fault:
        return _show(request, text_key, language, typed, error=words_of(fault, language_of_request(request)))
    return redirect("text", text_key, language)


@needs("texts.write")
@require_POST
def submit(request: HttpRequest, text_id: int) -> HttpResponse:
    """Put a draft before somebody else, with its last day where one was named."""
    told, held = request.POST.get("expires_on", "").strip(), services()
    try:
        day = date.fromisoformat(told) if told else None
    except ValueError:
        return _again(request, text_id, say("text.bad_day", language_of_request(request)))
    return _step(request, text_id, lambda by, now: held.texts.submit(text_id, day, by, now))


@needs("texts.decide")
@require_POST
def approve(request: HttpRequest, text_id: int) -> HttpResponse:
    """Put a text in force; nobody approves what they wrote."""
    return _step(request, text_id, lambda by, now: services().texts.approve(text_id, by, now))


@needs("texts.decide")
@require_POST
def refuse(request: HttpRequest, text_id: int) -> HttpResponse:
    """Send a text back, with the reason."""
    reason, vault = request.POST.get("reason", ""), services().vault
    return _step(request, text_id, lambda by, now: own_texts.refuse(text_id, reason, by, now, vault))


@needs("texts.write")
@require_POST
def withdraw(request: HttpRequest, text_id: int) -> HttpResponse:
    """Take a text back; where it was in force, the shipped one speaks again."""
    vault = services().vault
    return _step(request, text_id, lambda by, now: own_texts.withdraw(text_id, by, now, vault))


def _step(request: HttpRequest, text_id: int, step: Callable[[str, datetime], OwnText]) -> HttpResponse:
    try:
        row = step(operator_of(request).name, services().clock.now())
    except BadInput as fault:
        return _again(request, text_id, words_of(fault, language_of_request(request)))
    return redirect("text", row.key, row.language)


def _again(request: HttpRequest, text_id: int, error: str) -> HttpResponse:
    row = own_texts.find(text_id)
    if row is None:
        raise Http404
    return _show(request, row.key, Language(row.language), row.source, error=error)


def _language(text_key: str, spoken: str) -> Language:
    if text_key not in services().library.catalogue.entries or spoken not in set(Language):
        raise Http404
    return Language(spoken)


def _typed(request: HttpRequest) -> str:
    """Return what was typed, its lines ended as in files of texts; what is too long the check refuses."""
    return request.POST.get("source", "")[: 2 * LONGEST_SOURCE_CHARS].replace("\r\n", "\n").strip()


def _source(key: str, language: Language) -> str:
    """Return the draft in hand, else what is said now."""
    in_hand = next((row for row in own_texts.versions(key, language) if row.state in _IN_HAND), None)
    return in_hand.source if in_hand is not None else services().library.catalogue.texts[key, language].source


def _judged(key: str, language: Language, source: str) -> Judged:
    return services().texts.judge(key, language, source, services().clock.now())


def _show(
    request: HttpRequest,
    key: str,
    language: Language,
    source: str,
    *,
    judged: Judged | None = None,
    error: str = "",
) -> HttpResponse:
    catalogue, by = services().library.catalogue, operator_of(request).name
    versions = own_texts.versions(key, language)
    entry = catalogue.entry(key)
    types = {**entry.placeholders, **catalogue.standing}
    found = judged or _judged(key, language, source)
    context = {
        **_found(found, source, key, language, request),
        "here": "texts",
        "entry": entry,
        "classes": ", ".join(sorted(entry.classes)),
        "spoken": language,
        "others": [one for one in Language if one is not language],
        "version": catalogue.version(key, language),
        "is_own": (key, language) in catalogue.own,
        "said_now": catalogue.texts[key, language].source,
        "names": [(name, str(one.kind), one.choices if one.kind is Kind.CHOICE else ()) for name, one in types.items()],
        "longest": LONGEST_SOURCE_CHARS,
        "versions": versions,
        "in_hand": next((row for row in versions if row.state in _IN_HAND), None),
        "in_force": next((row for row in versions if row.state == own_texts.State.APPROVED), None),
        "is_mine": any(by in row.authors for row in versions if row.state in _IN_HAND),
        "error": error,
    }
    return page(request, "console/text.html", context, status=409 if error else 200)


def _found(judged: Judged, source: str, key: str, language: Language, request: HttpRequest) -> dict[str, object]:
    """Return what was found of a source, as the page shows it."""
    reader = language_of_request(request)
    price = services().settings.messages.cost_per_segment_micro
    sized, proposal = judged.sized, judged.proposal
    over = sized.over if sized is not None else None
    worst = sized.worst.segments if sized is not None else None
    return {
        "key": key,
        "spoken": language,
        "source": source,
        "judged": judged,
        "wrong": [(one.en if reader is Language.EN else one.zh, _where(one.position)) for one in judged.wrong],
        "objecting": [(cite(one.objection.rule_id, reader), one, _said(one, reader)) for one in judged.objecting],
        "sized": sized,
        "over": over,
        "worst": worst,
        "room": _room(worst) if worst is not None else 0,
        "blocks": _blocks(sized.usual.count, worst.count) if sized is not None and worst is not None else [],
        "cost": f"{over.cost_micro(price) / MICRO:,.2f}" if over is not None and over.rows else "",
        "forcing": [(one, f"U+{ord(one.char):04X}", one.position + 1) for one in judged.forcing],
        "swaps": [_swapped(source, one.at, one.old, one.new) for one in proposal.swaps] if proposal is not None else [],
    }


def _said(one: Objecting, reader: Language) -> str:
    return one.objection.text.en if reader is Language.EN else one.objection.text.zh


def _where(position: int | None) -> int | None:
    return position + 1 if position is not None else None


def _blocks(usual: int, worst: int) -> list[Block]:
    return [Block(number < usual) for number in range(min(max(usual, worst), _MOST_BLOCKS))]


def _room(size: Segments) -> int:
    """Return how many units a message of so many segments holds."""
    is_joined = size.count > 1
    if size.encoding is Encoding.UCS2:
        return size.count * STANDARD.units16(joined=is_joined)
    return size.count * STANDARD.septets(joined=is_joined)


def _swapped(source: str, at: int, old: str, new: str) -> Swapped:
    return Swapped(source[max(0, at - _AROUND) : at], old, new, source[at + 1 : at + 1 + _AROUND], at + 1)
