"""What an agent does on a thread: one form each. A refusal keeps what was typed and says what can be done instead."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDictKeyError
from django.views.decorators.http import require_POST, require_safe

from parley.contact.facts import Hold
from parley.engine import acts
from parley.engine.acts import ActRefusal
from parley.errors import BadInput
from parley.locale import Language
from parley.money import minor_from_major
from parley.store.desk import act_on, look_at_replies, look_before_calling, look_before_sending
from parley.store.desk_presence import leave, look
from parley.store.desk_reveal import Field, Why, reveal
from parley.store.models import Operator
from parley.store.threads_page import Thread, load_thread
from parley.web.console.thread import show_thread
from parley.web.console.told import Told, currency_of, told
from parley.web.page import language_of_request, page, problem
from parley.web.ports import services
from parley.web.roles import may, needs, operator_of

LONGEST_NOTE: Final = 4_000
Form = Callable[[HttpRequest, Thread], acts.Act]


@needs("threads.act")
@require_POST
def act(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Carry out the act that the form names; the page goes back to the thread."""
    held, who = services(), operator_of(request)
    try:
        found = load_thread(thread_id, held.clock.now(), held.times, datetime.now(UTC))
        wanted = _FORMS[request.POST["what"]](request, found)
        version = int(request.POST.get("version", ""))
    except (KeyError, ValueError, MultiValueDictKeyError):
        return problem(request, 400, "problem.form")
    except BadInput:
        return problem(request, 404, "problem.not_found")
    if isinstance(wanted, acts.Assign) and not may(who, "threads.assign"):
        return problem(request, 403, "problem.role")
    done = act_on(
        who,
        thread_id,
        version,
        wanted,
        held.clock.now(),
        held.library,
        held.vault,
        held.settings.messages.cost_per_segment_micro,
    )
    if isinstance(done, ActRefusal):
        return refused(request, thread_id, told(done, found, language_of_request(request)))
    return redirect("thread", thread_id=thread_id)


def refused(request: HttpRequest, thread_id: UUID, refusal: Told) -> HttpResponse:
    """Show the form again as it was filled in, what is so now, and why nothing was done."""
    typed = {name: value for name, value in request.POST.items() if name not in {"csrfmiddlewaretoken", "version"}}
    show = _show_call if typed.get("what") == "call" else show_thread
    return show(request, thread_id, {"refusal": refusal, "typed": typed}, 409)


@needs("threads.act")
@require_safe
def replies(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Show every text that fits the thread, exactly as it would go, with what the gate says of it now."""
    held, who, language = services(), operator_of(request), language_of_request(request)
    now = held.clock.now()
    try:
        found = load_thread(thread_id, now, held.times, datetime.now(UTC))
    except BadInput:
        return problem(request, 404, "problem.not_found")
    shown = []
    for key, looked in look_at_replies(who, thread_id, now, held.library, held.vault):
        shown.append((key, looked, told(looked, found, language) if isinstance(looked, ActRefusal) else None))
    # What may go comes first.
    shown.sort(key=lambda one: one[2] is not None)
    context = {
        "here": "queue",
        "thread": found,
        "replies": shown,
        "seen": _seen(request, found),
        "zone": found.zones[0] if found.zones else "UTC",
    }
    return page(request, "console/replies.html", context)


@needs("threads.act")
@require_POST
def plans(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Show the plans for what the borrower said a month allows; nothing is written or sent yet."""
    held, who, language = services(), operator_of(request), language_of_request(request)
    now = held.clock.now()
    try:
        found = load_thread(thread_id, now, held.times, datetime.now(UTC))
        wanted = _offer(request, found)
    except (KeyError, ValueError):
        return show_thread(request, thread_id, {"typed": dict(request.POST.items()), "bad_offer": True}, status=422)
    except BadInput:
        return problem(request, 404, "problem.not_found")
    looked = look_before_sending(who, thread_id, wanted, now, held.library, held.vault)
    by_phone = acts.Offer(wanted.capacity_minor, wanted.first_due_on, is_sent=False)
    spoken = look_before_sending(who, thread_id, by_phone, now, held.library, held.vault)
    if isinstance(spoken, ActRefusal):
        return refused(request, thread_id, told(spoken, found, language))
    context = {
        "here": "queue",
        "thread": found,
        "looked": None if isinstance(looked, ActRefusal) else looked,
        "refusal": told(looked, found, language) if isinstance(looked, ActRefusal) else None,
        "plans": spoken.offer.menu.plans if spoken.offer is not None else (),
        "seen": _seen(request, found),
        "zone": found.zones[0] if found.zones else "UTC",
    }
    return page(request, "console/plans.html", context)


@needs("threads.act")
@require_safe
def before_calling(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Say whether the borrower may be called now, and let a call be logged."""
    return _show_call(request, thread_id, {}, 200)


def _show_call(request: HttpRequest, thread_id: UUID, more: dict[str, object], status: int) -> HttpResponse:
    """Return the page of a call; *more* is why one was not logged, and what was filled in."""
    held, now = services(), services().clock.now()
    try:
        found = load_thread(thread_id, now, held.times, datetime.now(UTC))
        verdict = look_before_calling(thread_id, now, held.library, held.vault)
    except BadInput:
        return problem(request, 404, "problem.not_found")
    context = {
        "here": "queue",
        "thread": found,
        "verdict": verdict,
        "failing": getattr(verdict, "refusals", ()),
        "retry_at": getattr(verdict, "retry_at", None),
        "outcomes": list(acts.CallOutcome),
        # Who was refused has now been shown what is new.
        "seen": str(found.version) if more else _seen(request, found),
        "zone": found.zones[0] if found.zones else "UTC",
    }
    return page(request, "console/call.html", context | more, status)


@needs("threads.read")
@require_POST
def here(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Note that somebody has the thread open, and answer who else has, and whether it has moved on."""
    who, wall = operator_of(request), datetime.now(UTC)
    held = services()
    if request.POST.get("leaves"):
        leave(who, thread_id)
        return HttpResponse(status=204)
    try:
        look(who, thread_id, wall)
        found = load_thread(thread_id, held.clock.now(), held.times, wall)
    except BadInput:
        return problem(request, 404, "problem.not_found")
    context = {"thread": found, "others": others_of(found, who), "seen": request.POST.get("version", "")}
    return page(request, "console/thread_presence.html", context)


@needs("personal.reveal")
@require_POST
def open_field(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Open one personal field for this page only, with a reason that is written down."""
    held, who, language = services(), operator_of(request), language_of_request(request)
    now, wall = held.clock.now(), datetime.now(UTC)
    try:
        found = load_thread(thread_id, now, held.times, wall)
        field, why = Field(request.POST["field"]), Why(request.POST["why"])
    except (KeyError, ValueError):
        return problem(request, 400, "problem.form")
    except BadInput:
        return problem(request, 404, "problem.not_found")
    opened = reveal(
        who,
        found.borrower_id,
        field,
        why,
        now,
        wall,
        held.vault,
        most_per_hour=held.settings.desk.reveals_per_hour,
        words=request.POST.get("words", ""),
        row_id=found.contact_point_id if field is Field.PHONE else None,
    )
    if isinstance(opened, ActRefusal):
        return refused(request, thread_id, told(opened, found, language))
    return show_thread(request, thread_id, {"opened": {str(field): opened}})


def others_of(found: Thread, who: Operator) -> list[str]:
    """Return who else has the thread open."""
    return [one.display_name for one in found.viewers if one.operator_id != who.pk]


def _seen(request: HttpRequest, found: Thread) -> str:
    """Return the version of the thread that the agent has read: what came since then is not answered unseen."""
    told = request.GET.get("version") or request.POST.get("version") or ""
    return told if told.isdecimal() else str(found.version)


def _offer(request: HttpRequest, found: Thread) -> acts.Offer:
    """Read what the borrower said a month allows, as people write it, and the first day. Raises ValueError."""
    typed = unicodedata.normalize("NFKC", request.POST["capacity"]).replace(",", "").strip()
    try:
        capacity = minor_from_major(typed, currency_of(found))
    except BadInput:
        raise ValueError("no amount") from None
    if capacity <= 0:
        raise ValueError("no amount")
    first = date.fromisoformat(request.POST["first_due_on"])
    return acts.Offer(capacity, first, is_sent=request.POST.get("by", "text") == "text")


def _hold(request: HttpRequest, _found: Thread) -> acts.LayHold:
    until, began = (request.POST.get(name, "") for name in ("until_on", "began_on"))
    return acts.LayHold(
        Hold(request.POST["kind"]),
        date.fromisoformat(until) if until else None,
        date.fromisoformat(began) if began else None,
    )


def _call(request: HttpRequest, _found: Thread) -> acts.LogCall:
    return acts.LogCall(
        acts.Direction(request.POST["direction"]),
        acts.CallOutcome(request.POST["outcome"]),
        is_identity_checked=request.POST.get("is_identity_checked") == "1",
    )


_FORMS: Final[dict[str, Form]] = {
    "take_over": lambda _request, _found: acts.TakeOver(),
    "assign": lambda request, _found: acts.Assign(int(request.POST["to"])),
    "reply": lambda request, _found: acts.Reply(request.POST["key"]),
    "offer": _offer,
    "read_back": lambda request, _found: acts.ReadBack(int(request.POST["option"])),
    "agree": lambda request, _found: acts.Agree(int(request.POST["option"])),
    "note": lambda request, _found: acts.Note(request.POST["text"][: LONGEST_NOTE + 1]),
    "call": _call,
    "language": lambda request, _found: acts.ChangeLanguage(Language(request.POST["language"])),
    "hold": _hold,
    "release": lambda request, _found: acts.ReleaseHold(
        UUID(request.POST["hold"]), acts.ReleaseReason(request.POST["reason"])
    ),
    "hand_back": lambda _request, _found: acts.HandBack(),
    "close": lambda request, _found: acts.Close(acts.CloseReason(request.POST["reason"])),
}
