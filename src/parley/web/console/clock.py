"""The clock of a sandbox home, moved on by buttons. A home that reaches anybody outside has none."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from parley.dates import zone
from parley.web.page import problem
from parley.web.ports import services
from parley.web.roles import needs
from parley.web.safe import address_back

MORNING: Final = time(9)
_STEPS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}


@needs("clock.move")
@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Ask the clock to move on: an hour, a day, a week, or to the next morning in the console's zone."""
    movable = services().movable
    if movable is None:
        raise Http404
    word, now = request.POST.get("step", ""), movable.target or movable.now()
    if word == "morning":
        movable.ask(_next_morning(now))
    elif word in _STEPS:
        movable.ask(now + _STEPS[word])
    else:
        return problem(request, 400, "problem.form")
    return redirect(address_back(request))


def _next_morning(now: datetime) -> datetime:
    here = now.astimezone(zone(services().settings.web.zone))
    day = here.date() if here.time() < MORNING else here.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, here.tzinfo)
