"""Why an act was refused, as a sentence in the reader's language."""

from __future__ import annotations

from datetime import date
from typing import Final

from babel.dates import format_date, format_datetime

from parley.dates import zone
from parley.engine.acts import ActRefusal, No
from parley.locale import Language
from parley.messaging.values import Kind, locale_of, shown
from parley.money import Money
from parley.web.words import knows, say

# An amount reads the same on any day.
_ANY_DAY: Final = date(2000, 1, 1)


def refused_words(refusal: ActRefusal, language: Language, *, who: str, zone_name: str, currency: str) -> str:
    """Return why an act was refused, and what to do.

    *who*: the name of the member of staff who was faster, "" where it was nobody of staff. *currency*: that of the
    thread's account.
    """
    key, locale = f"refused.{refusal.no}", locale_of(language)
    match refusal.no:
        case No.STALE:
            at = refusal.at.astimezone(zone(zone_name)) if refusal.at is not None else None
            time = format_datetime(at, "HH:mm", locale=locale) if at is not None else "–"
            other = say("refused.by_borrower" if refusal.event == "wrote" else "refused.by_machine", language)
            return say(key, language, who=who or other, event=_event(refusal.event, language), time=time)
        case No.NOTHING_FITS if refusal.needed_minor is not None:
            amount = shown(Kind.AMOUNT, Money(refusal.needed_minor, currency), language, _ANY_DAY)
            return say(key, language, amount=amount)
        case No.FIRST_DAY if refusal.last_on is not None:
            return say(key, language, day=format_date(refusal.last_on, "medium", locale=locale))
        case No.GATE:
            code = f"refusal.{refusal.reason_code}"
            return say(key, language, reason=say(code, language) if knows(code) else refusal.reason_code)
        case _:
            return say(key, language)


def _event(kind: str, language: Language) -> str:
    key = f"event.{kind}"
    return say(key, language) if knows(key) else kind
