"""Another rulebook over the past: asked for here, done as a job, shown with picture, table and file. Counts only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from parley.dates import local_date
from parley.locale import Language
from parley.store import jobs
from parley.store.jobs import Progress
from parley.web.charts.figure import Form, figure
from parley.web.charts.table import Column, Number, Row, Table, csv_rows
from parley.web.csvs import csv_answer
from parley.web.page import language_of_request, page, problem
from parley.web.ports import services
from parley.web.roles import needs, operator_of
from parley.web.typed import typed_day
from parley.web.words import say

REPLAY: Final = "rules.replay"
LONGEST_DAYS: Final = 366
SHOWN_AT_MOST: Final = 20
_USUAL_DAYS: Final = 30
# What a day that was typed may be at most; longer is none and is not shown again.
_LONGEST_DAY: Final = 20
# The columns of a result, with the tones of their bars.
_CHANGES: Final = (("allowed", 1), ("deferred", 9), ("refused", 5), ("otherwise", 8))
_VERDICTS: Final = ("allow", "defer", "block")


@needs("rules.replay")
@require_safe
def replays(request: HttpRequest) -> HttpResponse:
    """Show the form, and what was replayed last."""
    today = _today()
    typed = {"from": (today - timedelta(days=_USUAL_DAYS - 1)).isoformat(), "to": today.isoformat(), "rulebook": ""}
    return _page(request, typed, {})


@needs("rules.replay")
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Ask for a replay; the same one while it waits or runs is that one."""
    typed = {name: request.POST.get(name, "").strip()[:_LONGEST_DAY] for name in ("from", "to")}
    typed["rulebook"] = request.POST.get("rulebook", "")
    errors = _errors(typed, language_of_request(request))
    if errors:
        return _page(request, typed, errors, status=422)
    asked = {"first": typed["from"], "last": typed["to"], "rulebook": typed["rulebook"]}
    jobs.ask_for(REPLAY, " ".join(asked.values()), asked, operator_of(request).name, services().clock.now())
    return redirect("replays")


@needs("rules.replay")
@require_safe
def one_replay(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Show what a replay found."""
    job = jobs.find(REPLAY, job_id)
    if job is None or job.state != "done":
        return problem(request, 404, "problem.not_found")
    language = language_of_request(request)
    drawn = figure(
        "changes",
        say("replays.figure", language),
        _table(job, language),
        Form.BARS,
        language,
        csv=reverse("replay.csv", args=[job_id]),
        heading="h2",
    )
    context = {
        "here": "rules",
        "part": "replays",
        "job": job,
        "found": job.result,
        "same": job.result["decisions"] - job.result["changed"],
        "drawn": drawn,
        "verdicts": _verdicts(job.result),
        "words": _VERDICTS,
    }
    return page(request, "console/replay.html", context)


@needs("rules.replay")
@require_safe
def file(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Give the counts of a replay as a file."""
    job = jobs.find(REPLAY, job_id)
    if job is None or job.state != "done":
        return problem(request, 404, "problem.not_found")
    table = _table(job, language_of_request(request))
    return csv_answer(f"replay-{job.asked['first']}-{job.asked['last']}.csv", *csv_rows(table))


def _page(request: HttpRequest, typed: Mapping[str, str], errors: Mapping[str, str], status: int = 200) -> HttpResponse:
    found = jobs.recent(REPLAY, SHOWN_AT_MOST)
    desk = services().rulebooks
    context = {
        "here": "rules",
        "part": "replays",
        "typed": typed,
        "errors": errors,
        "names": desk.names(),
        "folder": desk.folder,
        "replays": found,
        # The page asks again by itself for as long as one is not over.
        "job": next((one for one in found if not one.is_over), found[0] if found else None),
    }
    return page(request, "console/replays.html", context, status)


def _today() -> date:
    held = services()
    return local_date(held.clock.now(), held.settings.web.zone)


def _errors(typed: Mapping[str, str], language: Language) -> dict[str, str]:
    """Return what is wrong with what was typed, by field."""
    days = {name: typed_day(typed[name]) for name in ("from", "to")}
    wrong = {
        name: say("replays.not_a_day", language, typed=typed[name] or "–") for name, day in days.items() if day is None
    }
    first, last = days["from"], days["to"]
    if first is not None and last is not None:
        if first > last:
            wrong["to"] = say("replays.wrong_order", language)
        elif (last - first).days >= LONGEST_DAYS:
            wrong["from"] = say("replays.too_long", language, days=LONGEST_DAYS)
    if typed["rulebook"] not in ("", *services().rulebooks.names()):
        wrong["rulebook"] = say("replays.unknown", language)
    return wrong


def _table(job: Progress, language: Language) -> Table:
    """Return the changes by place and rule, as they are drawn and as they stand in the file."""
    columns = tuple(Column(say(f"replays.{name}", language), tone) for name, tone in _CHANGES)
    rows = tuple(
        Row(f"{place} · {rule_id}", tuple(Number(count) for count in counts))
        for place, rule_id, *counts in job.result["rows"]
    )
    return Table(say("replays.rule", language), columns, rows)


def _verdicts(result: Mapping[str, Any]) -> list[tuple[str, list[int]]]:
    """Return how many decisions of each verdict became which."""
    found = {(before, after): count for before, after, count in result["verdicts"]}
    return [(before, [found.get((before, after), 0) for after in _VERDICTS]) for before in _VERDICTS]
