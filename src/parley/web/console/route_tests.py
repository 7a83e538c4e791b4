"""A test message is asked for: to a number of the white list, with a fixed text, by one route."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from parley.engine.trial_texts import Trial
from parley.store.trials import Wanted, WhyNot, ask_for_test, is_of_test
from parley.web.console.route_said import numbers_of
from parley.web.console.routes import shown
from parley.web.page import problem
from parley.web.ports import services
from parley.web.roles import needs, operator_of

_STATUS = {WhyNot.STOPPED: HTTPStatus.CONFLICT, WhyNot.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS}


@needs("routes.test")
@require_POST
def send(request: HttpRequest, route_name: str) -> HttpResponse:
    """Ask for a test message; the same form twice is one message."""
    line, token = services().routes.routes.line(route_name), _token(request.POST.get("token", ""))
    if line is None:
        return problem(request, 404, "problem.not_found")
    owner, text = request.POST.get("owner", ""), request.POST.get("text", "")
    if token is None or text not in set(Trial) or owner not in {one.owner for one in numbers_of(line)}:
        return problem(request, 400, "problem.form")
    wanted = Wanted(line.name, owner, text)
    why_not = ask_for_test(token, wanted, operator_of(request).name, services().clock.now())
    if why_not is not None:
        return shown(request, line, why_not, _STATUS[why_not])
    return redirect(reverse("route", args=[line.name]) + "#tests")


def _token(told: str) -> UUID | None:
    """Return the token of a form; None for what is none of ours."""
    try:
        token = UUID(told)
    except ValueError:
        return None
    return token if is_of_test(token) else None
