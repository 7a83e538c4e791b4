"""What holds for every page: its face, its language, how long a log-in lasts, headers, what a fault looks like."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from typing import Final

import structlog
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from parley.errors import ParleyError
from parley.locale import Language, language_of
from parley.store.faults import translate
from parley.web.page import complaint, problem
from parley.web.ports import services

log = structlog.get_logger()
Handler = Callable[[HttpRequest], HttpResponseBase]

FACES: Final = {"console": "parley.web.console.urls", "portal": "parley.web.portal.urls"}
LANGUAGE_COOKIE: Final = "parley_language"
SCHEME_COOKIE: Final = "parley_scheme"
SCHEMES: Final = ("auto", "light", "dark")
# A request that the page makes by itself does not show that somebody is there.
BY_ITSELF: Final = "X-Parley-By-Itself"
_SEEN: Final = "seen_at"
_ENTERED: Final = "entered_at"
# The borrowers' page runs no script at all.
_SCRIPTS: Final = {"console": "'self'", "portal": "'none'"}


def face(get_response: Handler) -> Handler:
    """Choose the address table by the listener that took the request: a borrower's address knows no console."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        scope = getattr(request, "scope", {})
        request.face = request.META.get("parley.face") or scope.get("parley.face") or "console"  # type: ignore[attr-defined]
        request.urlconf = FACES[request.face]  # type: ignore[attr-defined]
        return get_response(request)

    return handle


def reader(get_response: Handler) -> Handler:
    """Find the reader's language and colour scheme: what they chose here, else what their browser says."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
        accepted = request.headers.get("Accept-Language", "en").split(",")[0].split(";")[0].strip()
        language = Language(chosen) if chosen in set(Language) else language_of(accepted)
        request.language = language  # type: ignore[attr-defined]
        scheme = request.COOKIES.get(SCHEME_COOKIE, "auto")
        request.scheme_chosen = scheme if scheme in SCHEMES else "auto"  # type: ignore[attr-defined]
        answer = get_response(request)
        answer.headers.setdefault("Content-Language", str(language))
        return answer

    return handle


def headers(get_response: Handler) -> Handler:
    """Set what a browser may do with our pages: nothing from elsewhere, in no frame, kept in no cache."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        answer = get_response(request)
        where = getattr(request, "face", "console")
        answer.headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src {_SCRIPTS[where]}; style-src 'self'; img-src 'self'; connect-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        answer.headers.setdefault("Cache-Control", "no-store")
        # A link from a message is nobody's to index, to preview or to pass on.
        answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive, nosnippet"
        answer.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
        return answer

    return handle


def log_in_ends(get_response: Handler) -> Handler:
    """End a log-in after a while without a page, and after so many hours in any case. Wall time."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            web, now = services().settings.web, int(time.time())
            seen, entered = request.session.get(_SEEN, now), request.session.setdefault(_ENTERED, now)
            if (
                not request.user.is_active
                or now - seen > web.idle_minutes * 60
                or now - entered > web.longest_hours * 3600
            ):
                logout(request)
            elif BY_ITSELF not in request.headers and now - request.session.get(_SEEN, 0) > web.idle_minutes:
                # Written at most so often that the session lasts; not for every page.
                request.session[_SEEN] = now
        return get_response(request)

    return handle


class Faults:
    """Turn a fault that no view handled into a page of words; a defect stays a defect and becomes the 500 page."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for a fault of ours or of the database; of a defect only its name and place are told."""
        fault = error if isinstance(error, ParleyError) else translate(error)
        if fault is not None:
            return complaint(request, fault)
        if not isinstance(error, Http404 | PermissionDenied | SuspiciousOperation):
            log.error("page_failed", page=_name_of(request), defect=type(error).__name__, place=_place_of(error))
        return None


def _name_of(request: HttpRequest) -> str:
    """Return the name of the page, never its address: that may hold a number of somebody."""
    found = request.resolver_match
    return f"{getattr(request, 'face', '')}:{found.url_name}" if found is not None else ""


def _place_of(error: Exception) -> str:
    """Return file and line where *error* was raised: its words may quote a borrower."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""


def refused_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer a form that does not carry the token of this page (CSRF)."""
    return problem(request, 403, "problem.csrf")
