"""How a view answers: a page in the reader's language, or a problem in words."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from parley.errors import ParleyError
from parley.locale import Language
from parley.web.words import say


def language_of_request(request: HttpRequest) -> Language:
    """Return the language of the reader, set by the middleware."""
    found: Language = getattr(request, "language", Language.EN)
    return found


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Return *template* rendered for the reader. Pages of people's data are kept by no cache (see the middleware)."""
    return render(request, template, dict(context or {}), status=status)


def problem(request: HttpRequest, status: int, key: str, **values: Any) -> HttpResponse:  # noqa: ANN401 - words
    """Return a page that says what is wrong and what to do: *key* names title and text (`<key>`, `<key>.what`)."""
    language = language_of_request(request)
    context = {"title": say(key, language), "what": say(f"{key}.what", language, **values)}
    return page(request, f"{face_of(request)}/problem.html", context, status)


def complaint(request: HttpRequest, fault: ParleyError) -> HttpResponse:
    """Return the page of a fault that was not handled nearer to where it happened."""
    language = language_of_request(request)
    status = HTTPStatus.SERVICE_UNAVAILABLE if fault.retryable else HTTPStatus.BAD_REQUEST
    context = {"title": say("problem.fault", language), "what": words_of(fault, language)}
    return page(request, f"{face_of(request)}/problem.html", context, status)


def words_of(fault: ParleyError, language: Language) -> str:
    """Return what a fault says, in the reader's language; Traditional Chinese gets the Chinese sentence there is."""
    return fault.en if language is Language.EN else fault.zh


def face_of(request: HttpRequest) -> str:
    """Return which face of Parley is asked: console or portal."""
    found: str = getattr(request, "face", "console")
    return found
