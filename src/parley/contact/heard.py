"""What a borrower's words change for every later contact: holds, no more calls, times that suit.

Found by the word tables of the reader, in the rules' terms. It takes effect in the transaction of the reply.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from parley.contact.facts import Designation, Hold
from parley.nlu.lexicon import Lexicon
from parley.nlu.notices import Notice, notices
from parley.nlu.times import Times

_HOLD_OF: Final = {
    Notice.REPRESENTED: Hold.REPRESENTED,
    Notice.DEBT_ADVISER: Hold.REPRESENTED,
    Notice.INSOLVENCY: Hold.INSOLVENCY,
    Notice.BREATHING_SPACE: Hold.BREATHING_SPACE,
    Notice.DECEASED: Hold.DECEASED,
    Notice.DISPUTE: Hold.DISPUTE,
    Notice.CEASE: Hold.CEASE,
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What takes effect at once. `holds` in the order of the closed set; `no_calls`: telephone calls are refused.

    A `designation` that names no time takes back all that was named before.
    """

    holds: tuple[Hold, ...] = ()
    no_calls: bool = False
    designation: Designation | None = None


def heard(text: str, told_on: date, locale: str, lexicon: Lexicon) -> Heard:
    """Return what *text*, written on the writer's day *told_on*, changes; never raises whatever a borrower writes."""
    found = notices(text, told_on, locale, lexicon)
    laid = {_HOLD_OF[notice] for notice in found.found if notice in _HOLD_OF}
    return Heard(
        holds=tuple(hold for hold in Hold if hold in laid),
        no_calls=Notice.NO_CALLS in found.found,
        designation=designation_of(found.times) if found.times is not None else None,
    )


def designation_of(times: Times) -> Designation:
    """Return named times as the rules know them."""
    return Designation(times.closed, times.only, times.from_day)
