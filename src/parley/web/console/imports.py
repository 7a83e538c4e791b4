"""Imports: a file comes in, is tried, imported, undone. What it holds and how it is read: see `imports_map`.

Each step has an address, and everything a step needs is kept, so a restart or a second person finds the place again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parley.errors import BadInput
from parley.store import jobs
from parley.store.importing import ENCODINGS, KINDS, Batch, BatchState
from parley.web.console.import_fields import label_of
from parley.web.files import FileAnswer
from parley.web.page import language_of_request, page, problem, words_of
from parley.web.ports import services
from parley.web.roles import needs, operator_of
from parley.web.words import say

TRY, RUN, UNDO = "import.try", "import.run", "import.undo"
ALL: Final = (TRY, RUN, UNDO)
MEGABYTE: Final = 1_000_000
_CSV: Final = "text/csv; charset=utf-8"


@needs("imports.run")
@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    """List the imports, newest first."""
    return page(request, "console/imports.html", {"here": "imports", "batches": services().imports.batches()})


@needs("imports.run")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form, or take a file in."""
    context: dict[str, object] = {
        "here": "imports",
        "kinds": KINDS,
        "encodings": ENCODINGS,
        "megabytes": services().settings.imports.largest_megabytes,
        "largest_bytes": services().settings.imports.largest_megabytes * MEGABYTE,
    }
    if request.method != "POST":
        return page(request, "console/import_new.html", context)
    held, language = services(), language_of_request(request)
    kind, encoding, upload = request.POST.get("kind", ""), request.POST.get("encoding", ""), request.FILES.get("file")
    context |= {"kind": kind, "encoding": encoding}
    if kind not in KINDS or not isinstance(upload, TemporaryUploadedFile):
        missing = {"kind_error": kind not in KINDS, "file_error": say("import.no_file", language) if not upload else ""}
        return page(request, "console/import_new.html", context | missing, status=422)
    try:
        path = Path(upload.temporary_file_path())
        by, name = operator_of(request).name, upload.name or ""
        found = held.imports.stage(path, kind, name, by, held.clock.now(), encoding)
    except BadInput as fault:
        context |= {"file_error": words_of(fault, language), "file_name": upload.name}
        return page(request, "console/import_new.html", context, status=422)
    return redirect("import.file", batch_id=found.batch)


@needs("imports.run")
@require_safe
def example(request: HttpRequest, kind: str) -> HttpResponse:
    """Give a small file of a kind, in the reader's language, as it might come from a lender."""
    if kind not in KINDS:
        raise Http404
    name = f"{kind}.{language_of_request(request)}.csv"
    raw = (files("parley.data") / "imports" / "examples" / name).read_bytes()
    answer = HttpResponse(raw, content_type=_CSV)
    answer.headers["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return answer


@needs("imports.run")
@require_safe
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Show one import: how far it is, what came of it, what can be done now."""
    return _show(request, find(batch_id))


@needs("imports.run")
@require_POST
def attempt(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Ask for a dry run: every row is judged, none is kept."""
    found = find(batch_id)
    if found.state is not BatchState.STAGED or at_work(batch_id) is not None:
        return problem(request, 409, "import.not_now")
    desk = services().imports
    # A map that was only suggested is kept now: what is tried is what will be imported.
    form = desk.form(batch_id) if found.map_text else desk.answer(batch_id, {})
    if not form.is_whole:
        return redirect("import.columns", batch_id=batch_id)
    _ask(request, TRY, batch_id, {"map": map_digest(find(batch_id))})
    return redirect("import.one", batch_id=batch_id)


@needs("imports.run")
@require_POST
def run(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Ask for the good rows to be kept; only after a dry run with this very map, or to go on where it stopped."""
    found = find(batch_id)
    is_ready = found.state is BatchState.STAGED and tried(found) is not None
    if at_work(batch_id) is not None or not (is_ready or found.state is BatchState.RUNNING):
        return problem(request, 409, "import.not_now")
    digest = map_digest(found) if is_ready else ""
    _ask(request, RUN, batch_id, {"map": digest})
    return redirect("import.one", batch_id=batch_id)


@needs("imports.run")
@require_POST
def stop(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Stop what is at work on a file; rows that are in stay until it is gone on with or undone."""
    job = at_work(find(batch_id).id)
    if job is None or not jobs.stop(job.job_id, services().clock.now()):
        return problem(request, 409, "import.not_now")
    return redirect("import.one", batch_id=batch_id)


@needs("imports.run")
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Show what an undo would take back, or ask for it."""
    found = find(batch_id)
    if not found.may_undo or at_work(batch_id) is not None:
        return problem(request, 409, "import.not_now")
    if request.method != "POST":
        return page(request, "console/import_undo.html", {"here": "imports", "batch": found})
    _ask(request, UNDO, batch_id, {})
    return redirect("import.one", batch_id=batch_id)


@needs("imports.run")
@require_POST
def discard(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Forget a file that nobody will import."""
    found = find(batch_id)
    if found.state is not BatchState.STAGED or at_work(batch_id) is not None:
        return problem(request, 409, "import.not_now")
    services().imports.discard(batch_id)
    return redirect("imports")


@needs("imports.run")
@require_safe
def refused(request: HttpRequest, batch_id: UUID) -> HttpResponseBase:
    """Give the file of refused rows while it is kept."""
    found = find(batch_id)
    path = services().imports.error_file(batch_id)
    if path is None:
        return problem(request, 404, "import.file_gone")
    return FileAnswer(path, f"{Path(found.file_name).stem}-refused.csv", _CSV)


def find(batch_id: UUID) -> Batch:
    """Return a batch, or answer that there is none."""
    try:
        return services().imports.batch(batch_id)
    except BadInput:
        raise Http404 from None


def at_work(batch_id: UUID) -> jobs.Progress | None:
    """Return the job of a batch that waits or runs."""
    job = jobs.latest(ALL, str(batch_id))
    return job if job is not None and not job.is_over else None


def tried(found: Batch) -> Mapping[str, Any] | None:
    """Return what a dry run with the map as it stands found; None where there was none since it was changed."""
    job = jobs.latest(TRY, str(found.id))
    is_of_this = job is not None and job.state == "done" and job.asked["map"] == map_digest(found)
    return job.result if job is not None and is_of_this else None


def map_digest(found: Batch) -> str:
    """Return what tells a map from every other."""
    return hashlib.sha256(found.map_text.encode()).hexdigest()


def _ask(request: HttpRequest, kind: str, batch_id: UUID, more: Mapping[str, object]) -> None:
    by = operator_of(request).name
    jobs.ask_for(kind, str(batch_id), {"batch": str(batch_id), "by": by, **more}, by, services().clock.now())


def _show(request: HttpRequest, found: Batch) -> HttpResponse:
    language, key = language_of_request(request), str(found.id)
    newest = jobs.latest(ALL, key)
    context: dict[str, object] = {"here": "imports", "batch": found, "job": newest, "counts": found.counts}
    if found.state is BatchState.STAGED:
        result = tried(found)
        context |= {"step": "try", "is_rehearsed": True, "counts": result["counts"] if result else None}
    else:
        result = _result(RUN, key)
        context["undone"] = _result(UNDO, key)
        context["takes_back"] = found.counts.added + found.counts.changed > 0
    tally = result["tally"] if result else []
    context |= {"result": result, "tally": [(one, label_of(found.kind, one["field"], language)) for one in tally]}
    return page(request, "console/import.html", context)


def _result(kind: str, key: str) -> Mapping[str, Any] | None:
    job = jobs.latest(kind, key)
    return job.result if job is not None and job.state == "done" else None
