"""What the lender's own systems were to be told and were not: which notices failed, why, and once more by hand."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from parley.locale import Language
from parley.store import lender_queue
from parley.web.page import language_of_request, page
from parley.web.ports import services
from parley.web.roles import needs, operator_of
from parley.web.words import knows, say

# So many stand on the page, the oldest first; how many there are besides, it says.
MOST: Final = 100
_STATES: Final = ("failed", "answer_unusable", "pending", "delivered")
_HTTP: Final = "http_"


@needs("lender.read")
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """List the notices that need a person, and how many wait or were delivered."""
    language = language_of_request(request)
    found = lender_queue.counts()
    rows = lender_queue.for_a_person(MOST)
    context = {
        "here": "lender",
        "notices": [(row, fault_in_words(row.fault, language)) for row in rows],
        "counts": [(state, found.get(state, 0)) for state in _STATES],
        "more": found.get("failed", 0) + found.get("answer_unusable", 0) - len(rows),
        "deliver_by": services().settings.lender_notices.deliver_by,
    }
    return page(request, "console/lender.html", context)


@needs("lender.again")
@require_POST
def again(request: HttpRequest, notice_key: UUID) -> HttpResponse:
    """Let a failed notice be tried anew. One that does not fail any more is left as it is."""
    held = services()
    lender_queue.put_back_by(operator_of(request), notice_key, held.clock.now(), held.vault)
    return redirect("lender")


def fault_in_words(fault: str, language: Language) -> str:
    """Return why a notice failed, in the reader's language; a code without words stands as it is."""
    status = fault.removeprefix(_HTTP)
    if status != fault:
        return say("lender.fault.http", language, status=status)
    key = f"lender.fault.{fault}"
    return say(key, language) if knows(key) else fault
