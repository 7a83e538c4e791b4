"""The snapshot of one borrower's case: all that a turn may know. Loaded by the store, read by the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from parley.contact.facts import Consent, Contact, Designation, Hold, OptOut
from parley.dates import local_date
from parley.engine.service import Staffing
from parley.locale import Language
from parley.negotiation.levers import Confirm
from parley.negotiation.moves import Memory
from parley.negotiation.state import State
from parley.servicing.account import Account
from parley.servicing.arrangement import InstalmentState, Standing
from parley.servicing.schedule import Schedule


@dataclass(frozen=True, slots=True, repr=False)
class Party:
    """The borrower as the lender knows them. `postcode` and `contract_tail` serve the identity check only.

    `page_code` is the part of the page's address that is theirs; "" where messages name the plain address. `agent`: the
    member of staff whose turn it is, as the borrower may read it; "" where that is nobody.
    """

    borrower_id: UUID
    contact_point_id: UUID
    language: Language
    locale: str
    jurisdiction: str
    zones: tuple[str, ...]
    postcode: str
    contract_tail: str
    identity_proven_at: datetime | None
    page_code: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class OpenOffer:
    """The menu that stands: its plans in the order shown, and how one of them is agreed to."""

    offer_id: UUID
    plans: tuple[Schedule, ...]
    capacity_minor: int
    expires_at: datetime
    confirm: Confirm


@dataclass(frozen=True, slots=True, repr=False)
class AgreedPlan:
    """The newest plan agreed for the account, stands it or not. Units: minor units; `capacity_minor` is a month's.

    `missed`: the payment for which it broke, while what follows is not settled; None for any other plan.
    """

    arrangement_id: UUID
    standing: Standing
    capacity_minor: int
    missed: InstalmentState | None = None


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
    """A hold, the reply that laid it on, if one did, and its row, if it has one.

    `began_on`: the borrower's day on which what it says began; None: not known.
    """

    kind: Hold
    inbound_id: UUID | None = None
    hold_id: UUID | None = None
    began_on: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ContactRecord:
    """What was said before, and what was allowed: the gate's view of the past."""

    contacts: tuple[Contact, ...] = ()
    consents: frozenset[Consent] = frozenset({Consent.CONTACT})
    opt_outs: tuple[OptOut, ...] = ()
    holds: tuple[StandingHold, ...] = ()
    designations: tuple[Designation, ...] = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """A telephone call in which the borrower was reached: which, by whom, when."""

    call_id: UUID
    operator_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """What only a person's act asks of the case.

    `version`: how much has happened on the thread. `holder`: the member of staff who has it. `unanswered_id` and
    `unanswered_at`: the newest reply that nobody has answered. `also_held`: holds of the address. `spoken`: the last
    call that reached the borrower. What was agreed or promised and stands: `has_arrangement`, `has_promise`.
    """

    version: int = 0
    holder: int | None = None
    unanswered_id: UUID | None = None
    unanswered_at: datetime | None = None
    also_held: frozenset[Hold] = frozenset()
    spoken: Spoken | None = None
    has_arrangement: bool = False
    has_promise: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Colleague:
    """The member of staff who would take a thread now: whose log-in, and the name as the borrower may read it."""

    operator_id: int
    name: str


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """One borrower, one address, one account, one talk.

    `agreed_on`: the days on which plans of the account were agreed; `broken_plans`: how many of them were broken.
    `staffing`: who answers hand-overs, and how many wait for them; None: not known, and no time is promised. `next_to`:
    whose turn it is where this is handed over now; None: somebody's already, or not known.
    """

    party: Party
    talk: Talk
    account: Account | None
    record: ContactRecord = field(default_factory=ContactRecord)
    offer: OpenOffer | None = None
    desk: Desk = Desk()
    agreed_on: tuple[date, ...] = ()
    broken_plans: int = 0
    staffing: Staffing | None = None
    next_to: Colleague | None = None
    plan: AgreedPlan | None = None

    @property
    def standing_plan(self) -> AgreedPlan | None:
        """The plan that is being kept, where there is one."""
        return self.plan if self.plan is not None and self.plan.standing is Standing.ACTIVE else None

    @property
    def missed(self) -> InstalmentState | None:
        """The payment that broke the last plan, while another offer may stand."""
        return self.plan.missed if self.plan is not None else None

    def today(self, now: datetime) -> date:
        """Return the borrower's day: that of the first zone known, the UTC day where none is."""
        return local_date(now, self.party.zones[0] if self.party.zones else "UTC")


@dataclass(frozen=True, slots=True, repr=False)
class Inbound:
    """A reply as the door let it in: `text` holds no identity answer, card or identity number any more.

    `identity_answer` is what the door found on comparing: match, mismatch or "", and where several
    borrowers have the number what `identity.compare_all` finds. `was_redacted`: a number was removed.
    `has_resumed`: texts were refused, and this reply asked for them again. `has_media`: a picture or a file came with
    it, which nobody fetches.
    """

    inbound_id: UUID
    text: str
    received_at: datetime
    identity_answer: str = ""
    was_redacted: bool = False
    has_resumed: bool = False
    has_media: bool = False
