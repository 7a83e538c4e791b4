"""Reports: live figures of a period, each with picture, table and file. Counts only; nothing of a borrower."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from parley.dates import local_date
from parley.locale import Language
from parley.store.reports import Period
from parley.web.charts.figure import figure
from parley.web.charts.table import csv_rows
from parley.web.console.reports_asked import Asked, Figure
from parley.web.console.reports_figures import PAGES
from parley.web.console.route_alarms import route_alarms
from parley.web.csvs import csv_answer
from parley.web.page import language_of_request, page, problem
from parley.web.ports import services
from parley.web.roles import needs
from parley.web.typed import typed_day
from parley.web.words import say

LONGEST_DAYS: Final = 366
USUAL_DAYS: Final = 30
# Periods one click away, in days up to today.
CLOSE_BY: Final = (7, 30, 90)
_ADDRESSES: Final = {
    "messages": "reports",
    "delivery": "reports.delivery",
    "talks": "reports.talks",
    "outcomes": "reports.outcomes",
}
# A day is ten characters; what is longer is none and is not shown again.
_LONGEST_DAY: Final = 20


@needs("reports.read")
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """Show what was sent and what was not."""
    return _report(request, "messages")


@needs("reports.read")
@require_safe
def delivery(request: HttpRequest) -> HttpResponse:
    """Show what became of what was handed over, by route and template."""
    return _report(request, "delivery")


@needs("reports.read")
@require_safe
def talks(request: HttpRequest) -> HttpResponse:
    """Show what borrowers answered, and how threads went on."""
    return _report(request, "talks")


@needs("reports.read")
@require_safe
def outcomes(request: HttpRequest) -> HttpResponse:
    """Show what came of it."""
    return _report(request, "outcomes")


@needs("reports.read")
@require_safe
def file(request: HttpRequest, figure_name: str) -> HttpResponse:
    """Give the figures of one picture as a file."""
    wanted = next((one for figures in PAGES.values() for one in figures if one.name == figure_name), None)
    form = _Form(request)
    if wanted is None or form.period is None:
        return problem(request, 404, "problem.not_found")
    period = form.period
    asked = Asked(period, form.today, language_of_request(request))
    return csv_answer(f"{wanted.name}-{period.first}-{period.last}.csv", *csv_rows(wanted.table(asked)))


class _Form:
    """The period that was asked for: what was typed, what is wrong with it, and the days where nothing is."""

    def __init__(self, request: HttpRequest) -> None:
        zone = services().settings.web.zone
        self.today = local_date(services().clock.now(), zone)
        usual = {"from": self.today - timedelta(days=USUAL_DAYS - 1), "to": self.today}
        self.typed = {
            name: request.GET.get(name, "").strip()[:_LONGEST_DAY] or day.isoformat() for name, day in usual.items()
        }
        days = {name: typed_day(text) for name, text in self.typed.items()}
        self.errors = {name: "reports.not_a_day" for name, day in days.items() if day is None}
        # A field for days shows nothing but days; what is none stands in the sentence about it.
        self.shown = {name: text if days[name] else "" for name, text in self.typed.items()}
        first, last = days["from"], days["to"]
        self.period: Period | None = None
        if first is not None and last is not None:
            if first > last:
                self.errors["to"] = "reports.wrong_order"
            elif (last - first).days >= LONGEST_DAYS:
                self.errors["from"] = "reports.too_long"
            else:
                self.period = Period(first, last, zone)

    def said(self, language: Language) -> dict[str, str]:
        """Return what is wrong, by field."""
        return {
            field: say(key, language, days=LONGEST_DAYS, typed=self.typed[field]) for field, key in self.errors.items()
        }

    def query(self, days: int = 0) -> str:
        """Return the query of the same period, or of the last *days*."""
        if not days:
            return f"?{urlencode(self.typed)}"
        first = self.today - timedelta(days=days - 1)
        return f"?{urlencode({'from': first.isoformat(), 'to': self.today.isoformat()})}"


def _report(request: HttpRequest, name: str) -> HttpResponse:
    form, language = _Form(request), language_of_request(request)
    figures: list[tuple[SafeString, str]] = []
    if form.period is not None:
        asked = Asked(form.period, form.today, language)
        figures = [_drawn(one, asked, form.query()) for one in PAGES[name]]
    context = {
        "here": "reports",
        "report": name,
        "route_alarms": route_alarms(language),
        "pages": [(one, reverse(address) + form.query()) for one, address in _ADDRESSES.items()],
        "figures": figures,
        "typed": form.shown,
        "errors": form.said(language),
        "close_by": [(days, form.query(days)) for days in CLOSE_BY],
        "zone": services().settings.web.zone,
    }
    return page(request, "console/reports.html", context, status=200 if form.period is not None else 422)


def _drawn(one: Figure, asked: Asked, query: str) -> tuple[SafeString, str]:
    """Return a figure, and the sentence below it."""
    table = one.table(asked)
    drawn = figure(
        one.name,
        asked.say(f"reports.{one.name}"),
        table,
        one.form,
        asked.language,
        csv=reverse("reports.file", args=[one.name]) + query,
        lead=asked.say(one.lead) if one.lead else "",
        heading="h2",
        closed=one.closed(),
    )
    return drawn, one.note(asked, table) if one.note is not None else ""
