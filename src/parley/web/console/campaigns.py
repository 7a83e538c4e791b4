"""Campaigns: who would get a promotion, what it costs, what it says; a second person's approval; sending; stopping."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.catalogue import Rendered
from parley.purpose import Purpose
from parley.store import jobs
from parley.store.models import Borrower, Campaign, Message
from parley.web.console.rules import CitedRule, cite
from parley.web.page import language_of_request, page, problem, words_of
from parley.web.ports import services
from parley.web.roles import needs, operator_of
from parley.web.words import say

DRAFT: Final = "campaign.draft"
COUNT: Final = "campaign.count"
SEND: Final = "campaign.send"
LONGEST_NAME: Final = 80
# From the draft to the end; a state that is not in a row of buttons has none.
MICRO: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Excluded:
    """How many the gate, or the lack of an address, keeps a campaign from."""

    rule: CitedRule
    code: str
    count: int


@needs("campaigns.read")
@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    """List the campaigns, newest first."""
    rows = Campaign.objects.order_by("-created_at", "name")
    return page(request, "console/campaigns.html", {"here": "campaigns", "campaigns": rows})


@needs("campaigns.draft")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form, or ask for a draft to be counted."""
    context: dict[str, object] = {"here": "campaigns", "templates": _templates(), "places": _places()}
    if request.method != "POST":
        return page(request, "console/campaign_new.html", context)
    name, places = request.POST.get("name", "").strip(), request.POST.getlist("places")
    key = request.POST.get("template", "")
    error = _error_of(name, key, places, language_of_request(request))
    if error:
        context |= {"name": name, "chosen": places, "error": error}
        return page(request, "console/campaign_new.html", context, status=422)
    now, by = services().clock.now(), operator_of(request).name
    asked = {"name": name, "template_key": key, "jurisdictions": places, "by": by}
    jobs.ask_for(DRAFT, name, asked, by, now)
    return redirect(f"/campaigns/drafting/{quote(name, safe='')}")


@needs("campaigns.draft")
@require_safe
def drafting(request: HttpRequest, draft_name: str) -> HttpResponse:
    """Show how the counting goes; once it is done, the campaign."""
    made = Campaign.objects.filter(name=draft_name).first()
    if made is not None:
        return redirect("campaign", campaign_id=made.id)
    job = jobs.latest(DRAFT, draft_name)
    if job is None:
        return problem(request, 404, "problem.not_found")
    return page(request, "console/campaign_drafting.html", {"here": "campaigns", "name": draft_name, "job": job})


@needs("campaigns.read")
@require_safe
def campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Show one campaign."""
    return _show(request, _find(campaign_id))


@needs("campaigns.approve")
@require_POST
def approve(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Approve a draft; nobody approves their own."""
    found, held = _find(campaign_id), services()
    try:
        held.campaigns.approve(found.name, operator_of(request).name, held.clock.now())
    except BadInput as fault:
        return _show(request, _find(campaign_id), words_of(fault, language_of_request(request)))
    return redirect("campaign", campaign_id=campaign_id)


@needs("campaigns.read")
@require_POST
def count(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Ask for a draft to be counted anew, where its count is old."""
    found, by, now = _find(campaign_id), operator_of(request).name, services().clock.now()
    if found.state == "draft" and found.is_count_old(now):
        jobs.ask_for(COUNT, str(campaign_id), {"name": found.name, "by": by}, by, now)
    return redirect("campaign", campaign_id=campaign_id)


@needs("campaigns.draft")
@require_POST
def send(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Ask for an approved campaign to be sent."""
    found, by = _find(campaign_id), operator_of(request).name
    if found.state not in {"approved", "sending"}:
        return _show(request, found, say("campaign.not_approved", language_of_request(request)))
    jobs.ask_for(SEND, str(campaign_id), {"name": found.name, "by": by}, by, services().clock.now())
    return redirect("campaign", campaign_id=campaign_id)


@needs("campaigns.stop")
@require_POST
def stop(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Stop a campaign; what has left cannot be recalled."""
    found, held, language = _find(campaign_id), services(), language_of_request(request)
    try:
        cancelled = held.campaigns.stop(found.name, operator_of(request).name, held.clock.now())
    except BadInput as fault:
        return _show(request, _find(campaign_id), words_of(fault, language))
    return _show(request, _find(campaign_id), told=say("campaign.cancelled", language, n=cancelled), status=200)


def _find(campaign_id: UUID) -> Campaign:
    found = Campaign.objects.filter(id=campaign_id).first()
    if found is None:
        raise Http404
    return found


def _show(request: HttpRequest, found: Campaign, error: str = "", told: str = "", status: int = 0) -> HttpResponse:
    language = language_of_request(request)
    states = Message.objects.filter(campaign=found).values_list("state", flat=True)
    counted = {state: sum(1 for one in states if one == state) for state in sorted(set(states))}
    job = jobs.latest((COUNT, SEND), str(found.id))
    # Put off until the people who answer have room.
    waits = job is not None and job.state == "waiting" and bool(job.result.get("waiting"))
    context = {
        "here": "campaigns",
        "campaign": found,
        "cost_major": f"{found.cost_micro // MICRO:,}.{found.cost_micro % MICRO * 100 // MICRO:02d}",
        "excluded": [Excluded(cite(code, language), code, count) for code, count in _sorted(found.excluded)],
        "texts": list(_texts(found)),
        "states": counted,
        "job": None if waits else job,
        "waits": job if waits else None,
        "is_old": found.state == "draft" and found.is_count_old(services().clock.now()),
        "is_own": found.created_by == operator_of(request).name,
        "error": error,
        "told": told,
    }
    return page(request, "console/campaign.html", context, status or (409 if error else 200))


def _sorted(excluded: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(excluded.items(), key=lambda pair: (-pair[1], pair[0]))


def _texts(found: Campaign) -> Iterable[Rendered]:
    """Render what is said in each language; a promotion speaks of no account, so the words of the lender are all."""
    held = services()
    places = found.audience.get("jurisdictions") or [held.settings.lender.jurisdiction]
    for language in Language:
        words = held.library.lender.words(places[0], language)
        values = {name: words[name] for name in held.library.catalogue.standing}
        yield held.library.catalogue.render(found.template_key, language, values, today=held.clock.now().date())


def _templates() -> list[str]:
    entries = services().library.catalogue.entries
    return sorted(key for key, entry in entries.items() if entry.purpose is Purpose.PROMOTION)


def _places() -> list[str]:
    return sorted(set(Borrower.objects.values_list("jurisdiction", flat=True).distinct()))


def _error_of(name: str, key: str, places: list[str], language: Language) -> str:
    if not name or len(name) > LONGEST_NAME or "/" in name:
        return say("campaign.bad_name", language, most=LONGEST_NAME)
    if Campaign.objects.filter(name=name).exists():
        return say("campaign.taken", language)
    if key not in _templates() or not set(places) <= set(_places()):
        return say("problem.form.what", language)
    return ""
