"""The snapshot of one borrower's case: all that a turn may know. Loaded by the store, read by the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from parley.contact.facts import Consent, Contact, Hold, OptOut
from parley.dates import local_date
from parley.locale import Language
from parley.negotiation.moves import Memory
from parley.negotiation.state import State
from parley.servicing.account import Account
from parley.servicing.schedule import Schedule


@dataclass(frozen=True, slots=True, repr=False)
class Party:
    """The borrower as the lender knows them. `postcode` and `contract_tail` serve the identity check only."""

    borrower_id: UUID
    contact_point_id: UUID
    language: Language
    locale: str
    jurisdiction: str
    zones: tuple[str, ...]
    postcode: str
    contract_tail: str
    identity_proven_at: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class OpenOffer:
    """The menu that stands: its plans in the order shown."""

    offer_id: UUID
    plans: tuple[Schedule, ...]
    capacity_minor: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Talk:
    """The conversation as it stands."""

    conversation_id: UUID
    state: State
    memory: Memory
    last_context: str
    needs_person: bool


@dataclass(frozen=True, slots=True)
class StandingHold:
    """A hold and the reply that laid it on, if one did."""

    kind: Hold
    inbound_id: UUID | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ContactRecord:
    """What was said before, and what was allowed: the gate's view of the past."""

    contacts: tuple[Contact, ...] = ()
    consents: frozenset[Consent] = frozenset({Consent.CONTACT})
    opt_outs: tuple[OptOut, ...] = ()
    holds: tuple[StandingHold, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """One borrower, one address, one account, one talk."""

    party: Party
    talk: Talk
    account: Account | None
    record: ContactRecord = field(default_factory=ContactRecord)
    offer: OpenOffer | None = None

    def today(self, now: datetime) -> date:
        """Return the borrower's day: that of the first zone known, the UTC day where none is."""
        return local_date(now, self.party.zones[0] if self.party.zones else "UTC")


@dataclass(frozen=True, slots=True, repr=False)
class Inbound:
    """A reply as the door let it in: `text` holds no identity answer, card or identity number any more.

    `identity_answer` is what the door found on comparing: match, mismatch or "". `was_redacted`: a number was removed.
    """

    inbound_id: UUID
    text: str
    received_at: datetime
    identity_answer: str = ""
    was_redacted: bool = False
