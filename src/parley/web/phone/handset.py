"""The handset of a sandbox home: what arrived at the number behind a thread, and a field to write back from it.

What is written goes the whole way: message centre, inbox, engine, sender. A home with any other provider has no such
telephones, and these pages answer 404.
"""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from parley.errors import BadInput
from parley.store.handset import Telephone, load_telephone
from parley.web.page import page, problem
from parley.web.phone.screen import Bubble, on_screen
from parley.web.phone.session import LONGEST_REPLY
from parley.web.ports import Handsets, services
from parley.web.roles import may, needs, operator_of

# Sent twice by one form, a text arrives once.
_KEY: Final = re.compile(r"[0-9a-f]{32}")


@needs("threads.read")
@require_http_methods(["GET", "HEAD", "POST"])
def handset(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Show the telephone, or let it write."""
    held = services()
    if held.handsets is None:
        raise Http404
    try:
        telephone = load_telephone(thread_id, held.vault)
    except BadInput:
        raise Http404 from None
    if request.method != "POST":
        return _show(request, thread_id, telephone, held.handsets)
    if not may(operator_of(request), "threads.act"):
        return problem(request, 403, "problem.role")
    text, key = request.POST.get("text", ""), request.POST.get("key", "")
    if not _KEY.fullmatch(key):
        return problem(request, 400, "problem.form")
    notice = "empty" if not text.strip() else "long" if len(text) > LONGEST_REPLY else ""
    if notice:
        return _show(request, thread_id, telephone, held.handsets, notice=notice, typed=text, status=422)
    held.handsets.handset_send(telephone.number, text, held.clock.now(), f"hand.{key}")
    return redirect("thread.phone", thread_id)


def _show(
    request: HttpRequest,
    thread_id: UUID,
    telephone: Telephone,
    handsets: Handsets,
    *,
    notice: str = "",
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    shown = _texts(telephone, handsets)
    context = {
        "here": "queue",
        "thread_id": thread_id,
        "telephone": telephone,
        "lender_name": services().library.lender.names[telephone.language],
        "bubbles": shown,
        "longest": LONGEST_REPLY,
        "key": uuid4().hex,
        "notice": notice,
        "typed": typed,
    }
    if request.headers.get("HX-Request"):
        if request.GET.get("seen", "") == str(len(shown)):
            return HttpResponse(status=204)
        return page(request, "phone/handset_texts.html", context)
    return page(request, "phone/handset.html", context, status)


def _texts(telephone: Telephone, handsets: Handsets) -> list[Bubble]:
    """Return what the telephone shows: our texts that arrived, as often as they did, and what it wrote."""
    language = telephone.language
    arrived = [
        Bubble(is_ours=True, text=one.text, language=telephone.handed_over[one.reference], at=one.at)
        for one in handsets.handset_arrivals(list(telephone.handed_over))
    ]
    written = [Bubble(is_ours=False, text=one.text, language=language, at=one.at) for one in telephone.written]
    return on_screen([*arrived, *written], telephone.zone)
