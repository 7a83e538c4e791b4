"""A staged file: how it is read, which column fills which field, and its first rows as they are understood."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from parley.errors import BadInput
from parley.locale import Language
from parley.store.importing import DELIMITERS, ENCODINGS, MAP_NAME, Answer, Batch, BatchState, Filling, MapForm, ReadAs
from parley.web.console.import_fields import headings, label_of, shown_lines
from parley.web.console.imports import at_work, find
from parley.web.page import language_of_request, page, problem, words_of
from parley.web.ports import services
from parley.web.roles import needs
from parley.web.words import say

# A map is hardly ever longer than a few thousand characters.
LONGEST_MAP: Final = 200_000


@needs("imports.run")
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Show how the file was read, or read it another way."""
    found = find(batch_id)
    if not _may_change(found):
        return problem(request, 409, "import.not_now")
    if request.method != "POST":
        return _file(request, found)
    typed = {name: request.POST.get(name, "") for name in ("encoding", "delimiter", "sheet", "header_row")}
    row, language = typed["header_row"].strip() or "0", language_of_request(request)
    if not (row.isascii() and row.isdecimal()):
        return _file(request, found, error=say("import.header_row.number", language), typed=typed)
    try:
        wanted = ReadAs(typed["encoding"], typed["delimiter"], typed["sheet"], int(row))
        services().imports.read_as(batch_id, wanted)
    except BadInput as fault:
        return _file(request, found, error=words_of(fault, language), typed=typed)
    return redirect("import.file", batch_id=batch_id)


@needs("imports.run")
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Show which column fills which field; a change shows what would come of it, a press keeps what was answered."""
    found = find(batch_id)
    if not _may_change(found):
        return problem(request, 409, "import.not_now")
    desk = services().imports
    if request.method != "POST":
        return _columns(request, found, desk.form(batch_id))
    answers = dict(_answers(request.POST))
    if request.headers.get("HX-Request"):
        return _columns(request, found, desk.look(batch_id, answers))
    form = desk.answer(batch_id, answers)
    if request.POST.get("go") != "preview":
        return redirect("import.columns", batch_id=batch_id)
    if not form.is_whole:
        return _columns(request, found, form, is_checked=True)
    return redirect("import.preview", batch_id=batch_id)


@needs("imports.run")
@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Show the map as text, or keep one that was written by hand."""
    found, desk, language = find(batch_id), services().imports, language_of_request(request)
    if not _may_change(found):
        return problem(request, 409, "import.not_now")
    context: dict[str, object] = {"here": "imports", "batch": found, "step": "columns", "longest": LONGEST_MAP}
    if request.method != "POST":
        context["map_text"] = desk.map_text(batch_id, chinese=language is not Language.EN)
        return page(request, "console/import_text.html", context)
    written = request.POST.get("map", "")[:LONGEST_MAP].replace("\r\n", "\n")
    try:
        desk.write_map(batch_id, written)
    except BadInput as fault:
        context |= {"map_text": written, "error": words_of(fault, language)}
        return page(request, "console/import_text.html", context, status=422)
    return redirect("import.columns", batch_id=batch_id)


# Any of these gives what falls due; a date alone gives nothing to remind of.
_AMOUNTS: Final = frozenset({"next_due", "minimum_percent_bps", "minimum_floor"})


@needs("imports.run")
@require_safe
def preview(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Show the first rows as the map understands them."""
    found, desk, language = find(batch_id), services().imports, language_of_request(request)
    if not _may_change(found):
        return problem(request, 409, "import.not_now")
    if not desk.form(batch_id).is_whole:
        return redirect("import.columns", batch_id=batch_id)
    shown = desk.preview(batch_id)
    labels = [label_of(found.kind, field, language) for field in shown.fields]
    context = {
        "here": "imports",
        "batch": found,
        "step": "preview",
        "no_amount": "next_due_on" in shown.fields and not _AMOUNTS & set(shown.fields),
        "lines": list(zip(labels, zip(*shown.rows, strict=True), strict=True)) if shown.rows else [],
        "rows": range(1, len(shown.rows) + 1),
        "problems": [(one, label_of(found.kind, one.field, language)) for one in shown.problems],
    }
    return page(request, "console/import_preview.html", context)


def _may_change(found: Batch) -> bool:
    return found.state is BatchState.STAGED and found.may_run and at_work(found.id) is None


def _file(request: HttpRequest, found: Batch, *, error: str = "", typed: dict[str, str] | None = None) -> HttpResponse:
    survey = services().imports.survey(found.id)
    told = {
        "encoding": survey.encoding,
        "delimiter": survey.delimiter,
        "sheet": survey.sheet,
        "header_row": str(survey.header_row),
    }
    context = {
        "here": "imports",
        "batch": found,
        "step": "file",
        "survey": survey,
        "kilobytes": -(-found.size_bytes // 1000),
        "encodings": ENCODINGS,
        "delimiters": DELIMITERS,
        "read": typed or told,
        "error": error,
    }
    return page(request, "console/import_file.html", context, status=422 if error else 200)


def _columns(request: HttpRequest, found: Batch, form: MapForm, *, is_checked: bool = False) -> HttpResponse:
    lines = list(shown_lines(form, found.kind, language_of_request(request)))
    wanting = [shown for shown in lines if shown.line.wants]
    context = {
        "here": "imports",
        "batch": found,
        "step": "columns",
        "form": form,
        "headings": headings(form),
        "lines": [one for one in lines if not one.is_folded],
        "more": [one for one in lines if one.is_folded],
        "known_map": found.map_name if found.map_name not in {"", MAP_NAME} else "",
        "wanting": wanting,
        "is_checked": is_checked,
        "focus": wanting[0].line.field if wanting else "",
    }
    return page(request, "console/import_columns.html", context, status=422 if is_checked else 200)


def _answers(posted: QueryDict) -> Iterable[tuple[str, Answer]]:
    """Return what the form says about each field: from.<field> is a filling or the place of a column."""
    for name, told in posted.items():
        start, _, field = name.partition(".")
        if start != "from" or not field or not isinstance(told, str):
            continue
        if told.isascii() and told.isdecimal() and len(told) < 6:  # noqa: PLR2004 - no file has so many columns
            column = int(told)
            choices = _of(posted, f"choice.{field}.{column}.")
            means = _of(posted, f"means.{field}.{column}.")
            numbered = {int(place): word for place, word in means.items() if place.isascii() and place.isdecimal()}
            yield field, Answer(Filling.COLUMN, column, choices=choices, means=numbered)
        elif told in set(Filling) and told != Filling.COLUMN:
            yield field, Answer(Filling(told), value=(posted.get(f"value.{field}") or "").strip())


def _of(posted: QueryDict, start: str) -> dict[str, str]:
    return {name.removeprefix(start): str(value).strip() for name, value in posted.items() if name.startswith(start)}
