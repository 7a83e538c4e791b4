"""Routes: by whom messages leave, how each is, what it costs, what is registered for it and what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from parley.contact.registrations import Registration
from parley.contact.routes import Line
from parley.errors import ParleyError
from parley.locale import Language
from parley.providers.declared import Finding
from parley.store.trials import WhyNot
from parley.web.charts.figure import Form, figure
from parley.web.charts.table import Table, csv_rows
from parley.web.console.renewals import renewals
from parley.web.console.route_alarms import route_alarms
from parley.web.console.route_cards import cards, country_called, today
from parley.web.console.route_said import tests_of_route
from parley.web.console.route_tables import (
    PERIODS,
    budget_table,
    carried_table,
    registered_for,
    registration_table,
    route_table,
)
from parley.web.csvs import csv_answer
from parley.web.page import language_of_request, page, problem
from parley.web.ports import services
from parley.web.roles import needs
from parley.web.words import say

_BUDGETS = "budgets"


@needs("routes.read")
@require_safe
def routes(request: HttpRequest) -> HttpResponse:
    """Show every route: what it is for, how it is, what it carried of late."""
    language, now = language_of_request(request), services().clock.now()
    figures = [
        _figure(f"carried_{name}", carried_table(name, language, now), language, reverse("routes.file", args=[name]))
        for name in PERIODS
    ]
    if services().routes.routes.budgets:
        address = reverse("routes.file", args=[_BUDGETS])
        figures.append(_figure(_BUDGETS, budget_table(language, now), language, address))
    context = {
        "here": "routes",
        "cards": cards(language, now),
        "figures": figures,
        "route_alarms": route_alarms(language),
        "renewals": renewals(),
    }
    return page(request, "console/routes.html", context)


@needs("routes.read")
@require_safe
def file(request: HttpRequest, table_name: str) -> HttpResponse:
    """Give the figures of all routes as a file."""
    language, now = language_of_request(request), services().clock.now()
    if table_name in PERIODS:
        table = carried_table(table_name, language, now)
    elif table_name == _BUDGETS:
        table = budget_table(language, now)
    else:
        return problem(request, 404, "problem.not_found")
    return csv_answer(f"routes-{table_name}-{today()}.csv", *csv_rows(table))


@needs("routes.read")
@require_safe
def route(request: HttpRequest, route_name: str) -> HttpResponse:
    """Show one route."""
    line = services().routes.routes.line(route_name)
    return shown(request, line) if line is not None else problem(request, 404, "problem.not_found")


@needs("routes.read")
@require_safe
def route_file(request: HttpRequest, route_name: str, table_name: str) -> HttpResponse:
    """Give the figures of one route, or what is registered for it, as a file."""
    line, language = services().routes.routes.line(route_name), language_of_request(request)
    if line is None or table_name not in {"figures", "registrations"}:
        return problem(request, 404, "problem.not_found")
    if table_name == "figures":
        table = route_table(line, language, services().clock.now())
    else:
        table = registration_table(registered_for(line), language)
    return csv_answer(f"{route_name}-{table_name}-{today()}.csv", *csv_rows(table))


def shown(request: HttpRequest, line: Line, why_not: WhyNot | None = None, status: int = 200) -> HttpResponse:
    """Return the page of one route; *why_not*: why the test message that was asked for is none."""
    language, now, day = language_of_request(request), services().clock.now(), today()
    table = route_table(line, language, now)
    context = {
        "here": "routes",
        "card": next(one for one in cards(language, now) if one.name == line.name),
        "drawn": _figure("carried", table, language, reverse("route.file", args=[line.name, "figures"])),
        "registered": [(one, country_called(one.country, language), _ends(one, day)) for one in registered_for(line)],
        "findings": [(one.is_well, (one.en, one.zh)) for one in _findings(line, day)],
        "route_alarms": [one for one in route_alarms(language) if one.route == line.name],
        "why_not": why_not,
        **tests_of_route(line, language, now),
    }
    return page(request, "console/route.html", context, status)


def _ends(one: Registration, day: date) -> str:
    if one.has_ended(day):
        return "ended"
    return "soon" if one.must_be_renewed(day) else "holds"


def _findings(line: Line, day: date) -> Sequence[Finding]:
    """Return what `parley provider check` finds without asking the carrier, what is missing first.

    A file that is broken by now is what is missing.
    """
    try:
        return sorted(services().routes.look(line.name, day), key=lambda one: one.is_well)
    except ParleyError as fault:
        return [Finding(is_well=False, en=fault.en, zh=fault.zh)]


def _figure(name: str, table: Table, language: Language, address: str) -> SafeString:
    title, lead = say(f"routes.{name}", language), say(f"routes.{name}.lead", language)
    return figure(name, title, table, Form.TABLE, language, csv=address, lead=lead, heading="h2")
