"""Log-ins: who has one, as what; added, given a one-time password, let in no more. And everybody's own password."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parley.errors import BadInput
from parley.store.models import Operator
from parley.store.staff import Role, add_operator, change_role, one_time_password, reset_password, set_active
from parley.web.page import language_of_request, page, problem, words_of
from parley.web.ports import services
from parley.web.roles import needs, operator_of


@needs("users.keep")
@require_safe
def users(request: HttpRequest) -> HttpResponse:
    """List the log-ins."""
    return _list(request)


@needs("users.keep")
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Add a log-in with a one-time password, shown once."""
    typed = {name: request.POST.get(name, "").strip() for name in ("name", "display_name", "role")}
    password = one_time_password()
    try:
        role = Role(typed["role"])
    except ValueError:
        return problem(request, 400, "problem.form")
    by, held = operator_of(request).name, services()
    try:
        add_operator(
            typed["name"], typed["display_name"], role, password, by, datetime.now(UTC), held.vault, is_one_time=True
        )
    except BadInput as fault:
        return _list(request, typed=typed, error=words_of(fault, language_of_request(request)), status=422)
    return _list(request, shown_for=typed["name"], password=password)


@needs("users.keep")
@require_POST
def change(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give somebody a one-time password or another role, or let them in (no more)."""
    row, by, now, vault = get_object_or_404(Operator, pk=user_id), operator_of(request).name, _now(), services().vault
    if row.name == by:
        return problem(request, 409, "problem.own_log_in")
    match request.POST.get("what", ""):
        case "password":
            password = one_time_password()
            reset_password(row, password, by, now, vault, is_one_time=True)
            return _list(request, shown_for=row.name, password=password)
        case "off" | "on" as word:
            set_active(row, by, now, vault, is_active=word == "on")
        case "role" if request.POST.get("role", "") in set(Role):
            change_role(row, Role(request.POST["role"]), by, now, vault)
        case _:
            return problem(request, 400, "problem.form")
    return redirect("users")


@needs("own")
@require_http_methods(["GET", "HEAD", "POST"])
def own_password(request: HttpRequest) -> HttpResponse:
    """Let somebody choose their password; other sessions of theirs end."""
    if request.method != "POST":
        return page(request, "console/own_password.html", {"here": "own_password"})
    row, language = operator_of(request), language_of_request(request)
    password, again = request.POST.get("password", ""), request.POST.get("again", "")
    if password != again:
        return page(request, "console/own_password.html", {"here": "own_password", "differs": True}, status=422)
    try:
        reset_password(row, password, row.name, _now(), services().vault, is_one_time=False)
    except BadInput as fault:
        context = {"here": "own_password", "error": words_of(fault, language)}
        return page(request, "console/own_password.html", context, status=422)
    update_session_auth_hash(request, row)
    return page(request, "console/own_password.html", {"here": "own_password", "is_done": True})


def _list(request: HttpRequest, status: int = 200, **context: object) -> HttpResponse:
    rows = Operator.objects.order_by("-is_active", "name")
    return page(request, "console/users.html", {"here": "users", "rows": rows, "roles": list(Role), **context}, status)


def _now() -> datetime:
    return datetime.now(UTC)
