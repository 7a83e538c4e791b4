"""One thread: what was said by both sides, what became of it and why, what is owed and agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from parley.dates import local_date
from parley.engine.acts import LAID_BY_PERSON, CloseReason, ReleaseReason
from parley.engine.library import Library
from parley.engine.plan_terms import plan_terms
from parley.errors import BadInput
from parley.locale import Language, language_of
from parley.nlu.reading import Reading, Slots
from parley.store.corrections import Corrected
from parley.store.desk import summary_of_thread
from parley.store.desk_reveal import Field, Why
from parley.store.models import Operator
from parley.store.threads_entries import Called, Changed, Entry, Heard, Noted, Said, Verdict
from parley.store.threads_open import Opened, open_thread
from parley.store.threads_page import Thread, load_thread
from parley.web.console.consents import consents_shown
from parley.web.console.correction_form import corrected_lines
from parley.web.console.named_times import named_lines
from parley.web.page import language_of_request, page, problem
from parley.web.ports import services
from parley.web.roles import may, needs, operator_of
from parley.web.telling import WORDS_OF_FACT
from parley.web.understood import pieces

_KINDS = {Heard: "heard", Said: "said", Noted: "noted", Called: "called", Changed: "changed"}


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact a verdict was judged on. `key` is that of its words, `value` what stands where it has none.

    Of several `codes`, `key` is the beginning of the keys.
    """

    name: str
    key: str
    value: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One line of the page: what happened, its words, how a reply was read, of which pieces, and what a person says.

    `corrected` is the correction that holds, `says` what it says, as names and words.
    """

    kind: str
    entry: Entry
    text: str
    reading: Reading | None
    slots: tuple[tuple[str, str], ...]
    pieces: tuple[str, ...]
    corrected: Corrected | None
    says: tuple[tuple[str, str], ...]
    facts: tuple[Fact, ...]
    binding: Verdict | None

    @property
    def reply_id(self) -> UUID | None:
        """The reply's id; None where the line is none."""
        return self.entry.inbound_id if isinstance(self.entry, Heard) else None


@needs("threads.read")
@require_safe
def thread(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Show the thread."""
    return show_thread(request, thread_id, {})


def show_thread(request: HttpRequest, thread_id: UUID, more: dict[str, object], status: int = 200) -> HttpResponse:
    """Return the page of the thread as it is now; *more* is what an act on it has to say."""
    held, who = services(), operator_of(request)
    try:
        found = load_thread(thread_id, held.clock.now(), held.times, datetime.now(UTC))
    except BadInput:
        return problem(request, 404, "problem.not_found")
    language = language_of_request(request)
    context = context_of(found, open_thread(thread_id, held.vault), language) | _desk(found, who) | more
    context["consents"] = tuple(consents_shown(found))
    if found.reason and not found.is_erased:
        context["summary"] = summary_of_thread(thread_id, held.clock.now(), held.vault)
    context["named_times"] = named_lines(found.named_times, language)
    context["read_out"] = _read_out(found, held.library, held.clock.now())
    return page(request, "console/thread.html", context, status)


def _read_out(found: Thread, library: Library, now: datetime) -> tuple[str, ...]:
    """Return what is read out with each plan of the open offer on the phone, in the borrower's language."""
    offer = next((one for one in found.offers if one.stands), None)
    if offer is None:
        return ()
    # One plan of the offer may waive something: then the sentence on that is read out too.
    plan = max(offer.plans, key=lambda one: one.forgiven_minor)
    today = local_date(now, found.zones[0] if found.zones else "UTC")
    terms = plan_terms(plan, found.jurisdiction, today, library)
    language = language_of(found.language)
    return terms.note.whole[language], terms.missed[language]


def _desk(found: Thread, who: Operator) -> dict[str, object]:
    """Return what the forms of a thread offer to whoever looks at it."""
    is_open = found.closed_at is None and not found.is_erased
    is_mine = found.assigned_to is not None and found.assigned_to.operator_id == who.pk
    colleagues = Operator.objects.filter(is_active=True, role__in=["agent", "lead"]).exclude(pk=who.pk)
    return {
        "may_act": may(who, "threads.act") and not found.is_erased,
        "is_mine": is_mine and is_open,
        "is_open": is_open,
        "colleagues": list(colleagues.order_by("display_name")) if may(who, "threads.assign") and is_open else [],
        "may_open": may(who, "personal.reveal") and not found.is_erased,
        "fields": [field.value for field in Field],
        "whys": [why.value for why in Why],
        "hold_kinds": sorted(kind.value for kind in LAID_BY_PERSON),
        "release_reasons": [reason.value for reason in ReleaseReason],
        "close_reasons": [reason.value for reason in CloseReason],
        "others": [one.display_name for one in found.viewers if one.operator_id != who.pk],
        "opened": {},
        "typed": {},
    }


def context_of(found: Thread, opened: Opened, language: Language) -> dict[str, Any]:
    """Return what the templates of a thread show."""
    return {
        "here": "queue",
        "thread": found,
        "lines": list(lines_of(found, opened, language)),
        "zone": found.zones[0] if found.zones else "UTC",
        "standing_holds": [hold for hold in found.holds if hold.stands],
        "open_offer": next((offer for offer in found.offers if offer.stands), None),
    }


def lines_of(found: Thread, opened: Opened, language: Language) -> Iterable[Line]:
    """Return the lines of the conversation, oldest first."""
    for entry in found.entries:
        key = _id_of(entry)
        text = opened.texts.get(key, "") if key is not None else ""
        reading = opened.readings.get(key) if key is not None else None
        corrected = opened.corrections.get(key) if key is not None else None
        last = entry.verdicts[-1] if isinstance(entry, Said) and entry.verdicts else None
        yield Line(
            kind=_KINDS[type(entry)],
            entry=entry,
            text=text,
            reading=reading,
            slots=tuple(_slots(reading.slots)) if reading is not None else (),
            pieces=tuple(pieces(text, reading, language)) if reading is not None else (),
            corrected=corrected,
            says=tuple(corrected_lines(corrected.correction, language)) if corrected is not None else (),
            facts=tuple(_facts(last.facts)) if last is not None else (),
            binding=last,
        )


def _id_of(entry: Entry) -> UUID | None:
    match entry:
        case Heard():
            return entry.inbound_id
        case Said():
            return entry.message_id
        case Noted():
            return entry.note_id
        case _:
            return None


def _slots(slots: Slots) -> Iterable[tuple[str, str]]:
    """Return what a reply gave beside its intent, as words."""
    for field in fields(slots):
        value = getattr(slots, field.name)
        if value not in (None, ()):
            told = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            yield f"slot.{field.name}", told


def _facts(facts: Mapping[str, object]) -> Iterable[Fact]:
    """Return the facts a verdict was judged on, flat."""
    for name, value in sorted(facts.items()):
        match value:
            case bool():
                yield Fact(name, "thread.yes" if value else "thread.no")
            case dict():
                yield Fact(name, "", " · ".join(f"{key} {one}" for key, one in sorted(value.items())) or "–")
            case list():
                yield Fact(name, WORDS_OF_FACT.get(name, ""), "–", tuple(map(str, value)))
            case _:
                told = "–" if value is None or value == "" else str(value)
                yield Fact(name, WORDS_OF_FACT.get(name, "") + told, told)
