"""Finding a plan: what can be paid, up to three plans side by side, check your answers, agreed.

Capacity is asked before anything is offered. Every figure is one of the offer record. Agreeing is the only step that
binds, and it says so.
"""

from __future__ import annotations

import re
import unicodedata
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from parley.engine.case import Case
from parley.engine.outcome import Outcome
from parley.engine.visit import Agree, Choose, SayCapacity, is_over
from parley.errors import BadInput
from parley.money import minor_from_major
from parley.negotiation.state import State
from parley.store.models import Arrangement, ContactPoint
from parley.store.visits import standing_case
from parley.web.portal.visitor import do, show, visitor
from parley.web.ports import services

LONGEST_AMOUNT: Final = 20
_SIGNS: Final = str.maketrans(dict.fromkeys("$£€¥￥元块塊 ,’'", ""))
_AMOUNT: Final = re.compile(r"\d{1,12}(?:\.\d{1,3})?", re.ASCII)
# How the end of a reference reads: enough to find it again with.
_REFERENCE: Final = 8


@require_http_methods(["GET", "HEAD", "POST"])
@visitor
def capacity(request: HttpRequest, point: ContactPoint) -> HttpResponse:
    """Ask what can be paid each month, and compute what that allows."""
    case = _case(point)
    if _nothing_to_plan(case):
        return redirect("account")
    if request.method != "POST":
        return show(request, "capacity.html", {"currency": _currency(case)})
    typed = request.POST.get("amount", "").strip()[:LONGEST_AMOUNT]
    amount = 0 if request.POST.get("nothing") else _minor(typed, _currency(case))
    if amount is None:
        context = {"currency": _currency(case), "typed": typed, "is_wrong": True}
        return show(request, "capacity.html", context, status=422)
    outcome = do(request, point, SayCapacity(min(amount, _owed(case))))
    if outcome is not None and outcome.to is not State.OFFER:
        return show(request, "nothing_fits.html", {"advice": _advice(case)})
    return redirect("options")


@require_http_methods(["GET", "HEAD", "POST"])
@visitor
def options(request: HttpRequest, point: ContactPoint) -> HttpResponse:
    """Show the plans side by side, or take the one that was chosen."""
    case = _case(point)
    if case.offer is None or is_over(case):
        return show(request, "lapsed.html", {"is_with_person": is_over(case)}, status=_gone(request))
    if request.method != "POST":
        shown: dict[str, object] = {
            "plans": case.offer.plans,
            "offer": case.offer,
            "capacity_minor": case.offer.capacity_minor,
        }
        shown["zone"] = case.party.zones[0] if case.party.zones else "UTC"
        return show(request, "options.html", shown)
    chosen, of_offer = request.POST.get("option", ""), request.POST.get("offer", "")
    if of_offer != str(case.offer.offer_id) or chosen not in {str(n) for n in range(len(case.offer.plans))}:
        return show(request, "lapsed.html", {"is_with_person": False}, status=409)
    do(request, point, Choose(int(chosen)))
    return redirect("check")


@require_http_methods(["GET", "HEAD", "POST"])
@visitor
def check(request: HttpRequest, point: ContactPoint) -> HttpResponse:
    """Show the plan as it would bind, every payment; agree to it."""
    case = _case(point)
    if case.offer is None or is_over(case) or case.talk.state is not State.READ_BACK or case.talk.memory.option is None:
        return show(request, "lapsed.html", {"is_with_person": is_over(case)}, status=_gone(request))
    option = case.talk.memory.option
    if request.method != "POST":
        plan = case.offer.plans[option]
        return show(request, "check.html", {"plan": plan, "offer": case.offer, "option": option})
    seen = (str(case.offer.offer_id), str(option))
    if (request.POST.get("offer", ""), request.POST.get("option", "")) != seen:
        return show(request, "lapsed.html", {"is_with_person": False}, status=409)
    outcome: Outcome | None = do(request, point, Agree())
    if outcome is not None and outcome.arrangement is None:
        return show(request, "lapsed.html", {"is_with_person": False}, status=409)
    return redirect("agreed")


@require_safe
@visitor
def agreed(request: HttpRequest, point: ContactPoint) -> HttpResponse:
    """Confirm what was agreed, with a reference to name it by."""
    rows = Arrangement.objects.filter(account__borrower_id=point.borrower_id, standing="active")
    row = rows.prefetch_related("instalments").order_by("-agreed_at").first()
    if row is None:
        return redirect("account")
    parts = sorted(row.instalments.all(), key=lambda part: part.number)
    context = {"arrangement": row, "parts": parts, "first": parts[0], "reference": row.id.hex[-_REFERENCE:].upper()}
    return show(request, "agreed.html", context)


def _case(point: ContactPoint) -> Case:
    held = services()
    return standing_case(point, held.clock.now(), held.vault)


def _gone(request: HttpRequest) -> int:
    return HTTPStatus.GONE if request.method == "POST" else HTTPStatus.OK


def _nothing_to_plan(case: Case) -> bool:
    return is_over(case) or case.account is None or case.account.balance.total == 0


def _owed(case: Case) -> int:
    assert case.account is not None, "there is something to plan"
    return case.account.balance.total


def _currency(case: Case) -> str:
    assert case.account is not None, "there is something to plan"
    return case.account.currency


def _minor(typed: str, currency: str) -> int | None:
    """Return the amount as people write it: full-width digits, signs of money, thousands; None where it is none."""
    plain = unicodedata.normalize("NFKC", typed).translate(_SIGNS)
    if not _AMOUNT.fullmatch(plain):
        return None
    try:
        amount = minor_from_major(plain, currency)
    except (BadInput, ValueError):
        return None
    return amount if amount > 0 else None


def _advice(case: Case) -> str:
    words = services().library.lender.words(case.party.jurisdiction, case.party.language)
    return words["advice"]
