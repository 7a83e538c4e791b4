"""The pages of the phone. Each act adds a line to the session, which is then played from the start."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from parley.dates import local
from parley.engine.play import Play
from parley.locale import Language
from parley.servicing.account import Product
from parley.servicing.delinquency import arrears_minor, days_past_due, next_due
from parley.web.page import page
from parley.web.phone import buttons, session, turns
from parley.web.phone.scenarios import MOST_DAYS, Holder, WrongField, from_form, phrases, places, presets
from parley.web.phone.session import LONGEST_REPLY, MOST_LINES, Session
from parley.web.ports import services
from parley.web.roles import needs

_AREA: Final = "phone"


@needs("phone.play")
@require_safe
def phone(request: HttpRequest) -> HttpResponse:
    """Show the phone, or whom one may play where nobody is played."""
    kept = session.load(request.session)
    return _chooser(request) if kept is None else _phone(request, kept)


@needs("phone.play")
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Show whom one may play; the session at hand stays until another begins."""
    return _chooser(request)


@needs("phone.play")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin with a borrower of the list, or with one put together in the form."""
    library = services().library
    ready = {one.id: one.scenario for one in presets(library)}
    wanted = request.POST.get("preset", "")
    try:
        scenario = ready[wanted] if wanted in ready else from_form(request.POST.dict(), library)
    except WrongField as field:
        return _chooser(request, typed=request.POST.dict(), wrong=str(field), status=422)
    session.keep(request.session, session.begin(scenario))
    return redirect("phone")


@needs("phone.play")
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Add the line of a reply or of a button, or take the last one back."""
    kept = session.load(request.session)
    if kept is None:
        return _whole_page(request)
    if request.POST.get("step", "") != str(len(kept.lines)):
        return _phone(request, kept, notice="stale", typed=request.POST.get("text", ""), status=409)
    if "undo" in request.POST:
        return _go_on(request, kept.less()) if kept.can_undo else _phone(request, kept, status=422)
    if kept.is_full:
        return _phone(request, kept, notice="full", status=422)
    if "button" in request.POST:
        line = buttons.line_of(kept.play(services().library), request.POST["button"])
        return _phone(request, kept, notice="stale", status=409) if line is None else _go_on(request, kept.more(line))
    text = request.POST.get("text", "")
    if not text.strip():
        return _phone(request, kept, notice="empty", status=422)
    if len(text) > LONGEST_REPLY:
        return _phone(request, kept, notice="long", typed=text, status=422)
    return _go_on(request, kept.more(session.reply_line(text)))


@needs("phone.play")
@require_safe
def save(request: HttpRequest) -> HttpResponse:
    """Give the session as a golden transcript."""
    kept = session.load(request.session)
    if kept is None:
        return redirect("phone")
    run = kept.play(services().library)
    answer = HttpResponse(kept.transcript(run), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_file_name(run)}"'
    return answer


def _file_name(run: Play) -> str:
    """Return where, in which language and how it ended: us_il_en_agreed.txt."""
    place = run.situation.jurisdiction.lower().replace("-", "_")
    language = run.twin.case.party.language.value.lower().replace("-", "_")
    return f"{place}_{language}_{run.twin.case.talk.state}.txt"


def _go_on(request: HttpRequest, kept: Session) -> HttpResponse:
    session.keep(request.session, kept)
    if request.headers.get("HX-Request"):
        return _phone(request, kept)
    return redirect("phone")


def _whole_page(request: HttpRequest) -> HttpResponse:
    """Go to the page of the phone; a piece asked for by htmx makes the browser go there."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("phone")})
    return redirect("phone")


def _phone(request: HttpRequest, kept: Session, notice: str = "", typed: str = "", status: int = 200) -> HttpResponse:
    try:
        run = kept.play(services().library)
    except ValueError:
        # Kept by another version of Parley, or under other settings.
        session.drop(request.session)
        return _whole_page(request) if request.headers.get("HX-Request") else _chooser(request, is_lost=True)
    context = {
        "here": _AREA,
        "kept": kept,
        "step": len(kept.lines),
        "most": MOST_LINES,
        "longest": LONGEST_REPLY,
        "notice": notice,
        "typed": typed,
        "is_piece": bool(request.headers.get("HX-Request")),
        "transcript": kept.transcript(run),
        **_shown(run),
    }
    template = "phone/phone_body.html" if context["is_piece"] else "phone/phone.html"
    return page(request, template, context, status)


def _shown(run: Play) -> dict[str, object]:
    case, situation = run.twin.case, run.situation
    assert case.account is not None, "a played borrower has an account"
    account, party, today = case.account, case.party, case.today(run.now)
    lender = run.library.lender
    return {
        "lender_name": lender.names[party.language],
        "phrases": [*phrases(party.language), lender.words(party.jurisdiction, party.language)["stop"]],
        "late_days": days_past_due(account.dues, today),
        "arrears_minor": arrears_minor(account.dues, today),
        "next_due": next_due(account.dues, today),
        "zone": situation.zone,
        "hour": f"{local(run.now, situation.zone):%H:%M}",
        "today": today,
        "case": case,
        "account": account,
        "situation": situation,
        "knows": turns.knows(run),
        "bubbles": turns.bubbles(run),
        "turns": list(reversed(turns.turns(run))),
        "clock_buttons": buttons.clock(run),
        "wish_buttons": buttons.wishes(run),
        "receipt_buttons": buttons.receipts(run),
    }


def _chooser(request: HttpRequest, status: int = 200, **more: object) -> HttpResponse:
    typed = more.pop("typed", None) or {
        "place": "US-IL", "language": str(Language.EN), "product": str(Product.CARD), "days": "34",
        "balance": "1,240.00", "holder": str(Holder.RIGHT),
    }  # fmt: skip
    context = {
        "here": _AREA,
        "presets": presets(services().library),
        "places": places().values(),
        "borrower_languages": list(Language),
        "products": list(Product),
        "holders": list(Holder),
        "most_days": MOST_DAYS,
        "is_playing": session.load(request.session) is not None,
        "typed": typed,
        **more,
    }
    return page(request, "phone/choose.html", context, status)
