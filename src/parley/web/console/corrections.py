"""Correcting how a reply was read. What a person says is kept beside the reading; nothing on the thread changes."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from parley.engine.acts import ActRefusal
from parley.errors import BadInput
from parley.nlu.correction import Correction
from parley.nlu.reading import Intent, Reading, Slots
from parley.store.corrections import correct
from parley.store.threads_entries import Heard
from parley.store.threads_open import open_thread
from parley.store.threads_page import Thread, load_thread
from parley.web.console.correction_form import form_fields, read_form, typed, values_of
from parley.web.console.thread import context_of
from parley.web.console.told import told
from parley.web.page import language_of_request, page, problem
from parley.web.ports import services
from parley.web.roles import needs, operator_of


@needs("threads.act")
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest, thread_id: UUID, reply_id: UUID) -> HttpResponse:
    """Show the form of one reply as it stands, or keep what was typed; the page then goes back to the reply."""
    if request.method != "POST":
        return _show(request, thread_id, reply_id, {})
    held, said = services(), read_form(typed(request.POST))
    if isinstance(said, dict):
        return _show(request, thread_id, reply_id, said, status=422)
    try:
        after = UUID(request.POST["after"]) if request.POST.get("after") else None
    except ValueError:
        return problem(request, 400, "problem.form")
    try:
        done = correct(operator_of(request), thread_id, reply_id, said, after, held.clock.now(), held.vault)
    except BadInput:
        return problem(request, 404, "problem.not_found")
    if isinstance(done, ActRefusal):
        return _show(request, thread_id, reply_id, {}, done, 409)
    return redirect(f"{reverse('thread', args=[thread_id])}#in-{reply_id}")


def _show(
    request: HttpRequest,
    thread_id: UUID,
    reply_id: UUID,
    errors: dict[str, str],
    refusal: ActRefusal | None = None,
    status: int = 200,
) -> HttpResponse:
    held, language = services(), language_of_request(request)
    try:
        found = load_thread(thread_id, held.clock.now(), held.times, datetime.now(UTC))
    except BadInput:
        return problem(request, 404, "problem.not_found")
    opened = open_thread(thread_id, held.vault)
    if not _is_read(found, reply_id) or reply_id not in opened.texts:
        return problem(request, 404, "problem.not_found")
    context = context_of(found, opened, language)
    stands = opened.corrections.get(reply_id)
    if request.method == "POST":
        values = typed(request.POST)
    else:
        values = values_of(stands.correction if stands else _as_read(opened.readings.get(reply_id), found.language))
    # Who was refused has now been shown what is new; who mistyped has not.
    seen = str(stands.correction_id) if stands is not None else ""
    context |= {
        "line": next(line for line in context["lines"] if line.reply_id == reply_id),
        "fields": list(form_fields(values, errors, language)),
        "after": request.POST.get("after", "") if errors else seen,
        "refusal": told(refusal, found, language) if refusal is not None else None,
        "has_errors": bool(errors),
        "reply_id": reply_id,
    }
    return page(request, "console/correction.html", context, status)


def _is_read(found: Thread, reply_id: UUID) -> bool:
    return any(isinstance(one, Heard) and one.inbound_id == reply_id and one.status != "new" for one in found.entries)


def _as_read(reading: Reading | None, language: str) -> Correction:
    """Return what the reader said, to be corrected; of several amounts it chose none."""
    if reading is None:
        return Correction(language, Intent.OTHER)
    slots = {name: getattr(reading.slots, name) for name in reading.slots.filled() if name != "amount_alternatives"}
    return Correction(
        language, reading.intent, reading.also, Slots(**slots), conditional=reading.conditional,
        sensitive=reading.sensitive,
    )  # fmt: skip
