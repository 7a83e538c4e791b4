"""Sending: the stop button, and the messages that did not arrive, which a person sends again or leaves."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from parley.store.dead_letters import PAGE, WhyNot, groups, letters, send_again, set_aside
from parley.store.stopping import Why, resume, stop
from parley.web.console.renewals import renewals
from parley.web.console.route_alarms import route_alarms
from parley.web.page import language_of_request, page, problem
from parley.web.ports import services
from parley.web.roles import needs, operator_of

_FILTERS: Final = ("state", "reason", "purpose")


@needs("sending.read")
@require_safe
def sending(request: HttpRequest) -> HttpResponse:
    """Show whether messages leave, and what did not arrive."""
    return _shown(request, None)


@needs("sending.stop")
@require_POST
def halt(request: HttpRequest) -> HttpResponse:
    """Stop handing over from the next moment on."""
    why = request.POST.get("why", "")
    if why not in set(Why):
        return problem(request, 400, "problem.form")
    stop(operator_of(request).name, Why(why), services().clock.now(), services().vault)
    return redirect("sending")


@needs("sending.resume")
@require_POST
def go_on(request: HttpRequest) -> HttpResponse:
    """Hand over again."""
    resume(operator_of(request).name, services().clock.now(), services().vault)
    return redirect("sending")


@needs("sending.settle")
@require_POST
def letter(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Send one message again, or leave it."""
    word, who, now, vault = request.POST.get("act", ""), operator_of(request), services().clock.now(), services().vault
    if word == "again":
        why_not = send_again(message_id, who, now, vault)
    elif word == "leave":
        why_not = set_aside(message_id, who, now, vault)
    else:
        return problem(request, 400, "problem.form")
    if why_not is WhyNot.GONE:
        return problem(request, 404, "problem.not_found")
    return redirect("sending") if why_not is None else _shown(request, why_not, status=409)


def _shown(request: HttpRequest, why_not: WhyNot | None, status: int = 200) -> HttpResponse:
    now = services().clock.now()
    wanted = {name: request.GET[name] for name in _FILTERS if name in request.GET}
    passed = request.GET.get("after", "0")
    if not passed.isdecimal() or len(passed) > len("100000"):
        return problem(request, 404, "problem.not_found")
    after = int(passed)
    found = letters(now, wanted, after)
    more = {**wanted, "after": str(after + PAGE)} if len(found) == PAGE else None
    context = {
        "here": "sending",
        "route_alarms": route_alarms(language_of_request(request)),
        "renewals": renewals(),
        "reasons": list(Why),
        "groups": [
            (one, urlencode({"state": one.state, "reason": one.reason, "purpose": one.purpose})) for one in groups(now)
        ],
        "letters": found,
        "narrowed": bool(wanted),
        "more": f"?{urlencode(more)}" if more else "",
        "why_not": why_not,
    }
    return page(request, "console/sending.html", context, status)
