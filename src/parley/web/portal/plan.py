"""Finding a plan: what can be paid, up to three plans side by side, check your answers, agreed.

Capacity is asked before anything is offered. Every figure is one of the offer record. Agreeing is the only step that
binds, and it says so.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from parley.engine.case import Case
from parley.engine.outcome import Outcome
from parley.engine.plan_terms import plan_terms
from parley.engine.visit import Agree, Choose, SayCapacity, is_over
from parley.negotiation.at_budget import statement_of
from parley.negotiation.state import State
from parley.servicing.schedule import Schedule
from parley.store.models import Arrangement, ContactPoint
from parley.store.visits import standing_case
from parley.web.portal.visitor import account_of_visit, do, language_of_page, show, visitor
from parley.web.ports import services
from parley.web.typed import typed_amount

LONGEST_AMOUNT: Final = 20
# How the end of a reference reads: enough to find it again with.
_REFERENCE: Final = 8


@require_http_methods(["GET", "HEAD", "POST"])
@visitor
def capacity(request: HttpRequest, point: ContactPoint) -> HttpResponse:
    """Ask what can be paid each month, and compute what that allows."""
    case = standing_now(request, point)
    if nothing_to_plan(case):
        return redirect("account")
    if request.method != "POST":
        return show(request, "capacity.html", {"currency": currency_of(case)})
    typed = request.POST.get("amount", "").strip()[:LONGEST_AMOUNT]
    amount = 0 if request.POST.get("nothing") else _minor(typed, currency_of(case))
    if amount is None:
        context = {"currency": currency_of(case), "typed": typed, "is_wrong": True}
        return show(request, "capacity.html", context, status=422)
    outcome = do(request, point, SayCapacity(min(amount, _owed(case))))
    return shown_after(request, case, outcome)


def shown_after(request: HttpRequest, case: Case, outcome: Outcome | None) -> HttpResponse:
    """Lead on from what a month allows: to the plans, to the sum or its questions, or to a person with free advice."""
    if outcome is None or outcome.to is State.OFFER:
        return redirect("options")
    if outcome.to is State.BUDGET:
        told = statement_of(outcome.memory)
        return redirect("budget_sum" if told is not None and told.income is not None else "budget")
    if outcome.person_reason in {"nothing_to_spare", "nothing_fits"}:
        return show(request, "nothing_fits.html", {"advice": advice_for(case)})
    return show(request, "done.html", {"what": "portal.person_comes"}) if outcome.person_reason else redirect("account")


@require_http_methods(["GET", "HEAD", "POST"])
@visitor
def options(request: HttpRequest, point: ContactPoint) -> HttpResponse:
    """Show the plans side by side, or take the one that was chosen."""
    case = standing_now(request, point)
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
    case = standing_now(request, point)
    if case.offer is None or is_over(case) or case.talk.state is not State.READ_BACK or case.talk.memory.option is None:
        return show(request, "lapsed.html", {"is_with_person": is_over(case)}, status=_gone(request))
    option = case.talk.memory.option
    if request.method != "POST":
        plan = case.offer.plans[option]
        told = {"plan": plan, "offer": case.offer, "option": option}
        return show(request, "check.html", told | _terms(request, case, plan))
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
    only = account_of_visit(request)
    rows = Arrangement.objects.filter(account__borrower_id=point.borrower_id, standing="active")
    rows = rows.filter(account_id=only) if only is not None else rows
    row = rows.prefetch_related("instalments").order_by("-agreed_at").first()
    if row is None:
        return redirect("account")
    parts = sorted(row.instalments.all(), key=lambda part: part.number)
    context = {"arrangement": row, "parts": parts, "first": parts[0], "reference": row.id.hex[-_REFERENCE:].upper()}
    return show(request, "agreed.html", context | terms_as_agreed(request, row))


def _terms(request: HttpRequest, case: Case, plan: Schedule) -> dict[str, str]:
    """Return what *plan* does to the credit record, and what follows a missed payment, as it would be agreed."""
    held, language = services(), language_of_page(request)
    terms = plan_terms(plan, case.party.jurisdiction, case.today(held.clock.now()), held.library)
    return {"credit": terms.note.whole[language], "missed": terms.missed[language]}


def terms_as_agreed(request: HttpRequest, row: Arrangement) -> dict[str, str]:
    """Return the same as it was agreed; nothing for a plan of before it was kept."""
    if row.terms is None:
        return {}
    language = language_of_page(request).value
    return {"credit": row.terms["credit"][language], "missed": row.terms["missed"][language]}


def standing_now(request: HttpRequest, point: ContactPoint) -> Case:
    """Return the case as it stands at this moment."""
    held = services()
    return standing_case(point, held.clock.now(), held.vault, account_of_visit(request))


def _gone(request: HttpRequest) -> int:
    return HTTPStatus.GONE if request.method == "POST" else HTTPStatus.OK


def nothing_to_plan(case: Case) -> bool:
    """Return whether there is no debt to plan for, or a person has the thread."""
    return is_over(case) or case.account is None or case.account.balance.total == 0


def _owed(case: Case) -> int:
    assert case.account is not None, "there is something to plan"
    return case.account.balance.total


def currency_of(case: Case) -> str:
    """Return the currency of the debt there is to plan for."""
    assert case.account is not None, "there is something to plan"
    return case.account.currency


def _minor(typed: str, currency: str) -> int | None:
    """Return the amount above nothing that was typed; None where it is none."""
    return typed_amount(typed, currency) or None


def advice_for(case: Case) -> str:
    """Return where free, independent debt advice is had in the borrower's country; "" where we know none."""
    words = services().library.lender.words(case.party.jurisdiction, case.party.language)
    return words["advice"]
