"""The door: is it real, and who are you? By the number we text, or by one's own address from a message.

A number nobody has and a wrong answer look the same. Nothing of a debt, and no name, is shown before the answer fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from parley.locale import Language
from parley.store.find import points_of_number
from parley.store.models import ContactPoint
from parley.store.page_links import link_of
from parley.store.visits import Asked, identify, is_locked
from parley.web.middleware import LANGUAGE_COOKIE
from parley.web.portal.visitor import begin, end, show
from parley.web.ports import services
from parley.web.safe import address_back

LONGEST_NUMBER: Final = 30
LONGEST_ANSWER: Final = 20
# Wrong answers in one session, whoever was asked about.
TRIES: Final = 5
_YEAR_SECONDS: Final = 31_536_000
_TRIED: Final = "visit_tries"


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Ask for the number we text and for what only the borrower knows."""
    if request.method != "POST":
        return show(request, "start.html", {})
    number = request.POST.get("number", "").strip()[:LONGEST_NUMBER]
    return _ask(request, points_of_number(number, services().vault), {"number": number})


@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, code: str) -> HttpResponse:
    """Ask whoever comes by a borrower's own address who they are; opening it does nothing."""
    held = services()
    link = link_of(code, held.clock.now(), held.vault)
    if link is None:
        # Mistyped, expired or revoked: nobody is let in by it, and the way in is the number.
        return show(request, "start.html", {"is_ended": True}, status=410)
    if request.method != "POST":
        return show(request, "start.html", {"code": code})
    return _ask(request, [link.point], {"code": code}, link.account_id)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End the visit."""
    end(request)
    return show(request, "left.html", {})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Speak another language from here on."""
    answer = redirect(address_back(request))
    wanted = request.POST.get("language", "")
    if wanted in set(Language):
        secure = services().settings.web.behind_https
        answer.set_cookie(LANGUAGE_COOKIE, wanted, max_age=_YEAR_SECONDS, httponly=True, samesite="Lax", secure=secure)
    return answer


def _ask(
    request: HttpRequest, points: Sequence[ContactPoint], context: dict[str, object], account_id: UUID | None = None
) -> HttpResponse:
    held, said = services(), request.POST.get("answer", "").strip()[:LONGEST_ANSWER]
    now = held.clock.now()
    tried = int(request.session.get(_TRIED, 0))
    if tried >= TRIES or is_locked(points, now):
        return show(request, "locked.html", {}, status=423)
    if not said or ("code" not in context and not context.get("number")):
        return show(request, "start.html", context | {"is_missing": True}, status=422)
    found, point = identify(points, said, now, held.vault)
    if found is Asked.PROVEN and point is not None:
        begin(request, point, account_id)
        return redirect("account")
    request.session[_TRIED] = tried + 1
    if found is Asked.LOCKED or tried + 1 >= TRIES:
        return show(request, "locked.html", {}, status=423)
    return show(request, "start.html", context | {"is_wrong": True, "left": TRIES - tried - 1}, status=422)
