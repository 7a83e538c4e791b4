"""Nightly runs: what goes out, to whom, why not to others; and a run asked for by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from parley.store import jobs
from parley.store.runs import find_run, items, outgoing, runs, withheld
from parley.web.console.rules import cite
from parley.web.csvs import csv_answer
from parley.web.page import language_of_request, page, problem
from parley.web.ports import services
from parley.web.roles import needs, operator_of

NIGHTLY: Final = "nightly"
_COLUMNS: Final = "purpose verdict template language state reason rule citation count segments".split()


@needs("runs.read")
@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """List the runs, and how the one asked for is going."""
    tomorrow = services().clock.now().date() + timedelta(days=1)
    found = runs()
    context = {
        "here": "runs",
        "runs": found,
        "tomorrow": tomorrow,
        "is_decided": any(run.as_of == tomorrow and run.finished_at for run in found),
        "job": jobs.latest(NIGHTLY, tomorrow.isoformat()),
    }
    return page(request, "console/runs.html", context)


@needs("runs.start")
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Ask for tomorrow's decisions now. The run is keyed by its day: asked again it adds nothing."""
    now = services().clock.now()
    tomorrow = (now.date() + timedelta(days=1)).isoformat()
    jobs.ask_for(NIGHTLY, tomorrow, {"as_of": tomorrow}, operator_of(request).name, now)
    return redirect("runs")


@needs("runs.read")
@require_safe
def one_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show a run: what goes out and why not to others."""
    found = find_run(run_id)
    if found is None:
        return problem(request, 404, "problem.not_found")
    language = language_of_request(request)
    context = {
        "here": "runs",
        "run": found,
        "outgoing": outgoing(run_id),
        "withheld": [
            (one, cite(one.rule_id, language), _behind(one.rule_id, one.reason_code)) for one in withheld(run_id)
        ],
    }
    return page(request, "console/run.html", context)


@needs("runs.read")
@require_safe
def run_items(request: HttpRequest, run_id: int) -> HttpResponse:
    """List the accounts behind a figure of a run."""
    found = find_run(run_id)
    after = request.GET.get("after", "0")
    if found is None or not after.isdecimal():
        return problem(request, 404, "problem.not_found")
    asked = {name: request.GET.get(name, "") for name in ("verdict", "rule", "reason")}
    lines, following = items(
        run_id, verdict=asked["verdict"], rule_id=asked["rule"], reason=asked["reason"], after=int(after)
    )
    context = {
        "here": "runs",
        "run": found,
        "items": lines,
        "rule": cite(asked["rule"], language_of_request(request)) if asked["rule"] else None,
        "reason": asked["reason"],
        "more": f"?{urlencode({**asked, 'after': str(following)})}" if following else "",
    }
    return page(request, "console/run_items.html", context)


@needs("runs.read")
@require_safe
def run_csv(request: HttpRequest, run_id: int) -> HttpResponse:
    """Give a run's counts as a file."""
    found = find_run(run_id)
    if found is None:
        return problem(request, 404, "problem.not_found")
    sent = [
        (one.purpose, "queued", one.template_key, one.language, one.state, "", "", "", one.messages, one.segments)
        for one in outgoing(run_id)
    ]
    language = language_of_request(request)
    kept = [
        (
            *(one.purpose, one.verdict, "", "", "", one.reason_code, one.rule_id),
            *(cite(one.rule_id, language).source, one.accounts, 0),
        )
        for one in withheld(run_id)
    ]
    return csv_answer(f"run-{found.as_of}.csv", _COLUMNS, [*sent, *kept])


def _behind(rule_id: str, reason: str) -> str:
    wanted = {"rule": rule_id, "reason": "" if rule_id else reason}
    return urlencode({name: value for name, value in wanted.items() if value})
