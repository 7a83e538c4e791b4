"""What an entry of a scenario's history says where only its words are given: the outcome they amount to.

The words are read as a reply's are at the door; what the rules call it is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from parley.contact.facts import Designation, Flag, Outcome
from parley.contact.heard import designation_of
from parley.nlu.lexicon import Lexicon
from parley.nlu.notices import Notice, notices
from parley.nlu.urgent import scan
from parley.purpose import Channel, Purpose

_FLAG_OF: Final = {
    Notice.REPRESENTED: Flag.REPRESENTED,
    Notice.INSOLVENCY: Flag.BANKRUPTCY_STAY,
    Notice.BREATHING_SPACE: Flag.BREATHING_SPACE,
    Notice.DECEASED: Flag.DECEASED,
    Notice.DISPUTE: Flag.DISPUTED,
    Notice.EMPLOYER_PROHIBITS: Flag.EMPLOYER_PROHIBITS,
    Notice.HARDSHIP: Flag.HARDSHIP_REQUEST_PENDING,
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the words amount to. `said`: the outcome of the scenario schema; `refused`: the channel refused, if one is.

    `is_promotional`: only promotions are refused. `flags` hold from then on.
    """

    said: str | None = None
    outcome: Outcome | None = None
    refused: Channel | None = None
    is_promotional: bool = False
    flags: frozenset[Flag] = frozenset()
    designation: Designation | None = None


NOTHING: Final = Told()


def understand(text: str, channel: Channel, purpose: Purpose, told_on: date, locale: str, lexicon: Lexicon) -> Told:
    """Return what an inbound *text* that came by *channel* after a message of *purpose* amounts to."""
    urgent = scan(text, lexicon)
    read = notices(text, told_on, locale, lexicon)
    refused = channel if urgent.stop is not None else Channel.CALL if Notice.NO_CALLS in read.found else None
    return Told(
        said=_said(read.found, purpose, refused),
        outcome=Outcome.CONSENT if Notice.CONSENT in read.found and refused is None else None,
        refused=refused,
        is_promotional=urgent.stop is not None and urgent.stop_scope == "promotions",
        flags=frozenset(_FLAG_OF[notice] for notice in read.found if notice in _FLAG_OF),
        designation=designation_of(read.times) if read.times is not None else None,
    )


def _said(found: frozenset[Notice], purpose: Purpose, refused: Channel | None) -> str | None:
    if purpose is Purpose.LOCATION_INQUIRY and (refused is not None or Notice.CEASE in found):
        return "third_party_refused"
    if found & {Notice.CEASE, Notice.REFUSES_TO_PAY}:
        return "cease_request"
    if Notice.DEBT_ADVISER in found:
        return "adviser_notice"
    return "plan_request" if Notice.ASKS_PLAN in found else None
