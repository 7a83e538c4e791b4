"""Who may see and do what: capabilities by role, as a table. A view names the capability it needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from parley.store.models import Operator
from parley.store.staff import Role
from parley.web.page import problem

_A, _L, _C, _M = Role.AGENT, Role.LEAD, Role.COMPLIANCE, Role.ADMINISTRATOR

# capability → roles. Administrators keep the house and see no borrower; whoever needs both has two log-ins.
MAY: Final[dict[str, frozenset[Role]]] = {
    "threads.read": frozenset({_A, _L, _C}),
    "threads.act": frozenset({_A, _L}),
    "threads.assign": frozenset({_L}),
    "personal.reveal": frozenset({_A, _L, _C}),
    "runs.read": frozenset({_L, _C, _M}),
    "runs.start": frozenset({_L, _M}),
    "campaigns.read": frozenset({_L, _C, _M}),
    "campaigns.draft": frozenset({_L, _M}),
    "campaigns.approve": frozenset({_L, _C}),
    "campaigns.stop": frozenset({_L, _C, _M}),
    # Whoever sees a wrong message may stop all; to go on is for those who answer for it.
    "sending.read": frozenset({_A, _L, _C, _M}),
    "sending.stop": frozenset({_A, _L, _C, _M}),
    "sending.resume": frozenset({_L, _M}),
    "sending.settle": frozenset({_A, _L}),
    "routes.read": frozenset({_L, _C, _M}),
    "routes.test": frozenset({_L, _M}),
    "imports.run": frozenset({_L, _M}),
    "lender.read": frozenset({_L, _C, _M}),
    "lender.again": frozenset({_L}),
    "texts.read": frozenset({_L, _C, _M}),
    "texts.write": frozenset({_L, _C}),
    "texts.decide": frozenset({_L, _C}),
    "rules.read": frozenset({_L, _C}),
    "rules.replay": frozenset({_L, _C}),
    "reports.read": frozenset({_L, _C, _M}),
    "phone.play": frozenset({_A, _L, _C, _M}),
    "clock.move": frozenset({_L, _M}),
    "users.keep": frozenset({_M}),
    "own": frozenset({_A, _L, _C, _M}),
}

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def may(operator: Operator, capability: str) -> bool:
    """Return whether *operator* has *capability*."""
    return Role(operator.role) in MAY[capability]


def needs(capability: str) -> Callable[[View[P]], View[P]]:
    """Guard a view: who is not logged in is sent to do so, who may not is told so in words."""
    assert capability in MAY, f"{capability} is no capability"

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_log_in(request)
            if not may(operator_of(request), capability):
                return problem(request, 403, "problem.role")
            return view(request, *args, **kwargs)

        guarded.capability = capability  # type: ignore[attr-defined]  # read by the tests of the URL table
        return cast("View[P]", guarded)

    return guard


def public(view: View[P]) -> View[P]:
    """Mark a view of the console that needs no log-in."""
    view.capability = ""  # type: ignore[attr-defined]  # read by the tests of the URL table
    return view


def operator_of(request: HttpRequest) -> Operator:
    """Return who is logged in; without the guard this is a defect."""
    assert request.user.is_authenticated, "the guard let somebody in who is not logged in"
    return request.user


def _to_log_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # A piece of a page asked for after the log-in ended: the whole page goes to the log-in.
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = reverse("log_in")
        return answer
    back = request.get_full_path() if request.method == "GET" else "/"
    return redirect(f"{reverse('log_in')}?{_query(back)}")


def _query(back: str) -> str:
    return urlencode({"next": back})
