"""Logging in and out, and how the console looks to the reader: language and colour scheme."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from parley.locale import Language
from parley.store.models import Operator
from parley.store.staff import log_in as check_log_in
from parley.web.middleware import LANGUAGE_COOKIE, SCHEME_COOKIE, SCHEMES
from parley.web.page import page
from parley.web.ports import services
from parley.web.roles import needs, public
from parley.web.safe import address_back

_YEAR_SECONDS = 31_536_000


class Staff:
    """Django's back end for our log-ins: it only finds again who is logged in."""

    def get_user(self, user_id: int) -> Operator | None:
        """Return the log-in of a session, if it may still be used."""
        return Operator.objects.filter(pk=user_id, is_active=True).first()


@public
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Show the form, or let somebody in."""
    back = address_back(request)
    if request.method != "POST":
        return redirect(back) if request.user.is_authenticated else page(request, "console/log_in.html", {"next": back})
    held, name = services(), request.POST.get("name", "").strip().lower()
    row = check_log_in(
        name,
        request.POST.get("password", ""),
        datetime.now(UTC),
        held.vault,
        tries=held.settings.web.log_in_tries,
        lock_minutes=held.settings.web.lock_minutes,
    )
    if row is None:
        context = {"next": back, "name": name, "is_wrong": True, "minutes": held.settings.web.lock_minutes}
        return page(request, "console/log_in.html", context, status=422)
    request.session.clear_expired()
    login(request, row, backend="parley.web.console.access.Staff")
    return redirect(back)


@needs("own")
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the log-in."""
    logout(request)
    return redirect("log_in")


@public
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Remember in the reader's browser which language and colour scheme they want."""
    answer = redirect(address_back(request))
    wanted = ((LANGUAGE_COOKIE, "language", tuple(Language)), (SCHEME_COOKIE, "scheme", SCHEMES))
    for cookie, name, allowed in wanted:
        value = request.POST.get(name, "")
        if value in allowed:
            secure = services().settings.web.behind_https
            answer.set_cookie(cookie, value, max_age=_YEAR_SECONDS, httponly=True, samesite="Lax", secure=secure)
    return answer
