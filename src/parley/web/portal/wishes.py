"""Wishes that need no plan: a person, no more texts, and "this is not me"."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from parley.engine.visit import AskPerson, NotMe, Stop
from parley.store.models import ContactPoint
from parley.store.page_links import link_of
from parley.web.portal.visitor import do, show, visitor
from parley.web.ports import services


@require_http_methods(["GET", "HEAD", "POST"])
@visitor
def person(request: HttpRequest, point: ContactPoint) -> HttpResponse:
    """Ask for a person."""
    if request.method != "POST":
        return show(request, "person.html", {})
    do(request, point, AskPerson())
    return show(request, "done.html", {"what": "portal.person_comes"})


@require_http_methods(["GET", "HEAD", "POST"])
@visitor
def stop(request: HttpRequest, point: ContactPoint) -> HttpResponse:
    """Stop texts: promotions, or all of them."""
    if request.method != "POST":
        return show(request, "stop.html", {})
    scope = request.POST.get("scope", "")
    if scope not in {"all", "promotions"}:
        return show(request, "stop.html", {"is_missing": True}, status=422)
    do(request, point, Stop(promotions_only=scope == "promotions"))
    return show(request, "done.html", {"what": f"portal.stopped_{scope}"})


@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest) -> HttpResponse:
    """Hear that a number belongs to somebody else; only whoever holds a message with its address can say so here."""
    code = request.POST.get("code", "") or request.GET.get("code", "")
    held = services()
    link = link_of(code, held.clock.now(), held.vault)
    if request.method != "POST":
        return show(request, "not_me.html", {"code": code}) if link is not None else redirect("start")
    if link is not None:
        do(request, link.point, NotMe())
    return show(request, "done.html", {"what": "portal.not_me_done"})
