"""Who is on the page: nobody yet, or a borrower who has proven it a short while ago. Wall time."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from parley.engine.outcome import Outcome
from parley.engine.visit import VisitAct
from parley.locale import Language, language_of
from parley.store import models
from parley.store.visits import act, find_point
from parley.web.middleware import LANGUAGE_COOKIE
from parley.web.page import page
from parley.web.ports import services

# A visit ends after so long without a page, and in any case after the longer time.
IDLE_SECONDS: Final = 15 * 60
LONGEST_SECONDS: Final = 60 * 60
LONGEST_FORM: Final = 64
_POINT, _SEEN, _SINCE, _ACCOUNT = "visit", "visit_seen", "visit_since", "visit_account"

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, models.ContactPoint, P], HttpResponse]


def begin(request: HttpRequest, point: models.ContactPoint, account_id: UUID | None = None) -> None:
    """Begin a visit under a new session: whoever knew the old one is not let in.

    *account_id*: the one account that the link is about by which the visitor came; None: all that are theirs.
    """
    request.session.flush()
    now = int(time.time())
    request.session[_POINT], request.session[_SEEN], request.session[_SINCE] = str(point.id), now, now
    request.session[_ACCOUNT] = str(account_id) if account_id is not None else ""


def account_of_visit(request: HttpRequest) -> UUID | None:
    """Return the one account this visit may see; None where it is all of the visitor's."""
    held = request.session.get(_ACCOUNT, "")
    return UUID(held) if held else None


def end(request: HttpRequest) -> None:
    """End the visit."""
    request.session.flush()


def visitor(view: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Guard a page: who has not proven who they are, or not lately, is asked first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        point = _point(request)
        if point is None:
            return redirect("start")
        _speak(request, point)
        return view(request, point, *args, **kwargs)

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", guarded)


def show(request: HttpRequest, template: str, context: dict[str, object], status: int = 200) -> HttpResponse:
    """Return a page of the borrower's, with a fresh number for the form on it."""
    held = services()
    language = language_of_page(request)
    settings = held.settings.lender
    shared = {
        "form_number": secrets.token_urlsafe(16),
        "hotline": settings.hotline,
        "hours": settings.hours_text[language.value],
        "agent": settings.agent_names[language.value],
    }
    return page(request, f"portal/{template}", shared | context, status)


def language_of_page(request: HttpRequest) -> Language:
    """Return the language in which the page speaks to this visitor."""
    language: Language = request.language  # type: ignore[attr-defined]  # set by the middleware
    return language


def do(request: HttpRequest, point: models.ContactPoint, wanted: VisitAct) -> Outcome | None:
    """Carry out what the form asks for; None where this very form was sent before."""
    held, form = services(), request.POST.get("form_number", "")[:LONGEST_FORM]
    cost = held.settings.messages.cost_per_segment_micro
    return act(point, wanted, form or secrets.token_urlsafe(16), held.clock.now(), held.library, held.vault, cost)


def _point(request: HttpRequest) -> models.ContactPoint | None:
    held, now = request.session.get(_POINT), int(time.time())
    if not held:
        return None
    idle, age = now - request.session.get(_SEEN, 0), now - request.session.get(_SINCE, 0)
    if idle > IDLE_SECONDS or age > LONGEST_SECONDS:
        end(request)
        return None
    if idle > IDLE_SECONDS // 30:
        # Not for every page: looking writes as little as it can.
        request.session[_SEEN] = now
    return find_point(UUID(held))


def _speak(request: HttpRequest, point: models.ContactPoint) -> None:
    """Speak the borrower's language until they choose another."""
    if LANGUAGE_COOKIE not in request.COOKIES:
        request.language = language_of(point.borrower.language)  # type: ignore[attr-defined]  # set by the middleware
