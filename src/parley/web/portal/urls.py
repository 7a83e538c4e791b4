"""The addresses of the borrower's page. A message names the first, or the first with the borrower's own code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from parley.web.assets import asset
from parley.web.page import problem
from parley.web.portal import account, budget, door, letter, plan, wishes

urlpatterns = [
    path("", door.start, name="start"),
    re_path(r"^(?P<code>[b-zB-Z]{25})$", door.own, name="own"),
    path("language", door.language, name="language"),
    path("leave", door.leave, name="leave"),
    path("account", account.account, name="account"),
    path("plan", plan.capacity, name="capacity"),
    path("plan/budget", budget.budget, name="budget"),
    path("plan/budget/sum", budget.budget_sum, name="budget_sum"),
    path("plan/options", plan.options, name="options"),
    path("plan/check", plan.check, name="check"),
    path("plan/agreed", plan.agreed, name="agreed"),
    path("plan/letter", letter.letter, name="letter"),
    path("person", wishes.person, name="person"),
    path("stop", wishes.stop, name="stop"),
    path("not-me", wishes.not_me, name="not_me"),
    path("static/<str:digest>/<str:name>", asset, name="asset"),
]


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer for an address there is not."""
    return problem(request, 404, "problem.not_found")


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for a defect of ours."""
    return problem(request, 500, "portal.failed")


handler404 = not_found
handler500 = failed
