"""The queue: which threads need a person, why, what to do, and by when. Nothing of a borrower is opened here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from parley.locale import Language
from parley.store.find import find_threads
from parley.store.threads import QueueFilter, queue
from parley.web.page import language_of_request, page
from parley.web.ports import services
from parley.web.roles import needs, operator_of
from parley.web.words import say

# A search is a telephone number or a reference; longer is neither.
LONGEST_SEARCH: Final = 60


@needs("threads.read")
@require_safe
def threads(request: HttpRequest) -> HttpResponse:
    """Show the queue, or the part of it that was asked for."""
    return page(request, "console/queue.html", _queue(request))


@needs("threads.read")
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Find threads by telephone number or reference; both are personal data and so never part of an address."""
    searched = request.POST.get("searched", "").strip()[:LONGEST_SEARCH]
    found = find_threads(searched, services().vault) if searched else []
    if len(found) == 1:
        return redirect("thread", thread_id=found[0].conversation_id)
    context = {**_queue(request), "searched": searched, "found": found, "has_searched": True}
    return page(request, "console/queue.html", context)


def _queue(request: HttpRequest) -> dict[str, object]:
    held, operator = services(), operator_of(request)
    asked = {name: request.GET.get(name, "") for name in ("whose", "reason", "language")}
    chosen = QueueFilter(
        assigned_to=operator.pk if asked["whose"] == "mine" else None,
        reason=asked["reason"],
        language=asked["language"] if asked["language"] in set(Language) else "",
    )
    shown = queue(held.clock.now(), held.times, datetime.now(UTC), chosen, request.GET.get("after", ""))
    reasons = sorted(shown.counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "here": "queue",
        "queue": shown,
        "asked": asked,
        "is_filtered": any(asked.values()),
        "reasons": [(reason, count, _with(asked, reason=reason)) for reason, count in reasons],
        "all_reasons": _with(asked, reason=""),
        "whose": [("", _with(asked, whose="")), ("mine", _with(asked, whose="mine"))],
        "tongues": list(_tongues(request, asked)),
        "more": _with(asked, after=shown.cursor) if shown.cursor else "",
        "instant": held.clock.now(),
    }


def _tongues(request: HttpRequest, asked: dict[str, str]) -> Iterable[tuple[str, str, str]]:
    reader = language_of_request(request)
    yield "", say("queue.any_language", reader), _with(asked, language="")
    for one in Language:
        yield one, say(f"language.{one}", reader), _with(asked, language=one)


def _with(asked: dict[str, str], **changes: str) -> str:
    """Return the query of the same page with *changes*; what is empty is left out."""
    wanted = {name: value for name, value in (asked | changes).items() if value}
    return f"?{urlencode(wanted)}"
