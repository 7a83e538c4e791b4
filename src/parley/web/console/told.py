"""A refused act as a page shows it: the sentence, the rules of the gate that say no, and when it may be tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from parley.engine.acts import ActRefusal
from parley.errors import Refusal
from parley.locale import Language
from parley.store.models import Operator
from parley.store.threads_page import Thread
from parley.web.console.refusals import refused_words
from parley.web.ports import services


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says of a refused act."""

    what: str
    rules: tuple[Refusal, ...]
    retry_at: datetime | None


def told(refusal: ActRefusal, thread: Thread, language: Language) -> Told:
    """Return *refusal* of an act on *thread* for a reader of *language*."""
    other = Operator.objects.filter(pk=refusal.by).first() if refusal.by is not None else None
    what = refused_words(
        refusal,
        language,
        who=other.display_name if other is not None else "",
        zone_name=services().settings.web.zone,
        currency=currency_of(thread),
    )
    gate = refusal.gate
    return Told(what, gate.refusals if gate is not None else (), gate.retry_at if gate is not None else None)


def currency_of(thread: Thread) -> str:
    """Return the currency of the thread's account, of several the latest one's; USD where there is none."""
    about = [one for one in thread.accounts if one.account_id == thread.account_id] or list(thread.accounts)
    return about[0].currency if about else "USD"
