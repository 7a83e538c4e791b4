"""All that the database and the log say of one borrower, side by side, in the order it happened.

Borrowers come in chunks, so that memory does not grow with the book.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, cast
from uuid import UUID

from parley.run.checking.centre import Centre, Stop, Trace
from parley.run.checking.expectations import expectations
from parley.store import models
from parley.store.sealed import Sealed, open_text
from parley.store.vault import Vault

CHUNK: Final = 500
_WITH_PERSON: Final = "with_person"
# States in which a carrier other than the sandbox, which keeps no log for us, has or may have had the message.
_CARRIED: Final = frozenset({"submitted", "delivered", "undelivered", "unknown"})


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """A message row. `body` is what the database keeps sealed; empty where the person was erased."""

    body: str
    id: UUID
    account: UUID | None
    point: UUID
    conversation: UUID | None
    reply_to: UUID | None
    reply_to_at: datetime | None
    offer: UUID | None
    option: int | None
    resend_of: UUID | None
    purpose: str
    template: str
    state: str
    reason: str
    provider: str
    not_before: datetime
    not_after: datetime
    intended_at: datetime | None
    submitted_at: datetime | None
    written_by: int | None


# In the order of the fields of `Row` after its body.
_ROW_COLUMNS: Final = (
    "id", "account_id", "contact_point_id", "conversation_id", "in_reply_to_id", "in_reply_to__received_at",
    "offer_id", "option", "resend_of_id", "purpose", "template_key", "state", "reason", "provider",
    "not_before", "not_after", "intended_at", "submitted_at", "written_by_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """A message that really left. `purpose` is what it was in effect; `answers` whether it is the one timely answer."""

    row: Row
    trace: Trace | None
    at: datetime
    purpose: str
    answers: bool
    number: str
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Point:
    """An address."""

    id: UUID
    number: str
    is_synthetic: bool
    quarantined_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wish:
    """An event of consent or refusal. `point`: the contact point it is limited to, None where it is for all."""

    at: datetime
    scope: str
    granted: bool
    point: UUID | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A hold, or a thread in a person's hands (kind with_person), from `since` until `until`."""

    kind: str
    account: UUID | None
    since: datetime
    until: datetime | None

    def stands(self, at: datetime) -> bool:
        """Whether it stood at *at*. Not at its own first instant: what left in that instant may have been first."""
        return self.since < at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Called:
    """A telephone call to the borrower, whatever came of it."""

    at: datetime
    account: UUID | None
    purpose: str


@dataclass(frozen=True, slots=True, repr=False)
class Agreed:
    """An arrangement, and for each instalment the day it was due and the day it was paid in full."""

    id: UUID
    account: UUID
    since: datetime
    until: datetime | None
    dues: tuple[tuple[date, date | None, bool], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Offered:
    """An offer record: what its texts may state."""

    id: UUID
    conversation: UUID
    at: datetime
    currency: str
    plans: list[dict[str, Any]]


@dataclass(slots=True, repr=False)
class Dossier:
    """One borrower."""

    id: UUID
    jurisdiction: str
    zones: tuple[str, ...]
    name: str = ""
    postcode: str = ""
    contract_tail: str = ""
    references: list[str] = field(default_factory=list)
    points: dict[UUID, Point] = field(default_factory=dict)
    arms: dict[UUID, str] = field(default_factory=dict)
    wishes: list[Wish] = field(default_factory=list)
    holds: list[Held] = field(default_factory=list)
    proofs: dict[UUID, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    arrangements: list[Agreed] = field(default_factory=list)
    offers: list[Offered] = field(default_factory=list)
    # What the turn that wrote a message kept of what was owed, in minor units.
    owed: dict[UUID, frozenset[int]] = field(default_factory=dict)
    stops: list[Stop] = field(default_factory=list)
    permitted: set[UUID] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)

    def offer_of(self, row: Row, at: datetime) -> Offered | None:
        """Return the offer a text speaks of: the one it names, else the newest of its thread."""
        if row.offer is not None:
            return next((one for one in self.offers if one.id == row.offer), None)
        before = [one for one in self.offers if one.conversation == row.conversation and one.at <= at]
        return max(before, key=lambda one: one.at, default=None)


def dossiers(vault: Vault, centre: Centre) -> Iterator[Dossier]:
    """Yield every borrower of the database, with what the log says joined in; contacts are not yet judged."""
    last = UUID(int=0)
    while True:
        people = list(models.Borrower.objects.filter(id__gt=last).order_by("id")[:CHUNK])
        if not people:
            return
        first, last = people[0].id, people[-1].id
        chunk = _Chunk(vault, centre, people, (first, last))
        chunk.load()
        yield from chunk.found.values()


class _Chunk:
    """Some borrowers at a time: one query for each table, of all ids *within* the first and the last."""

    def __init__(
        self, vault: Vault, centre: Centre, people: Sequence[models.Borrower], within: tuple[UUID, UUID]
    ) -> None:
        self._vault = vault
        self._centre = centre
        self._people = {person.id: person for person in people}
        self._within = within
        self.found = {person.id: self._person(person) for person in people}

    def load(self) -> None:
        """Fill the dossiers."""
        self._points()
        self._accounts()
        self._wishes()
        self._holds()
        self._proofs()
        self._arrangements()
        self._offers()
        self._rows()
        self._owed()
        self._calls()

    def _among(self, borrower: str) -> dict[str, UUID]:
        """Return the condition that the column *borrower* names one of these people."""
        first, last = self._within
        return {f"{borrower}__gte": first, f"{borrower}__lte": last}

    def _open(self, borrower: UUID, column: Sealed, row: UUID, sealed: bytes | memoryview | None) -> str:
        person = self._people[borrower]
        if sealed is None or (person.data_key_wrapped is None and not self._vault.is_shared(bytes(sealed))):
            return ""
        return open_text(self._vault, person, column, row, bytes(sealed))

    def _person(self, person: models.Borrower) -> Dossier:
        identity = self._open(person.id, Sealed.BORROWER_IDENTITY, person.id, person.identity_sealed)
        known = json.loads(identity) if identity else {}
        return Dossier(
            id=person.id,
            jurisdiction=person.jurisdiction,
            zones=tuple(person.zones),
            name=self._open(person.id, Sealed.BORROWER_NAME, person.id, person.name_sealed),
            postcode=str(known.get("postcode", "")),
            contract_tail=str(known.get("contract_tail", "")),
        )

    def _points(self) -> None:
        rows = models.ContactPoint.objects.filter(**self._among("borrower_id")).order_by("id")
        for borrower, one, sealed, is_synthetic, quarantined_at, proven_at in rows.values_list(
            "borrower_id", "id", "address_sealed", "is_synthetic", "quarantined_at", "identity_proven_at"
        ):
            number = self._open(borrower, Sealed.CONTACT_ADDRESS, one, sealed)
            dossier = self.found[borrower]
            dossier.points[one] = Point(one, number, is_synthetic, quarantined_at)
            dossier.stops.extend(self._centre.stops.get(number, ()))
            if proven_at is not None:
                dossier.proofs[one].append(proven_at)

    def _accounts(self) -> None:
        rows = models.Account.objects.filter(**self._among("borrower_id")).order_by("id")
        for row in rows.values_list("id", "borrower_id", "arm", "reference_sealed"):
            dossier = self.found[row[1]]
            dossier.arms[row[0]] = row[2]
            reference = self._open(row[1], Sealed.ACCOUNT_REFERENCE, row[0], row[3])
            if reference:
                dossier.references.append(reference)

    def _wishes(self) -> None:
        rows = models.Consent.objects.filter(**self._among("borrower_id")).order_by("at", "-granted", "id")
        columns = ("borrower_id", "at", "scope", "granted", "is_for_address", "contact_point_id")
        for borrower, at, scope, granted, is_limited, point in rows.values_list(*columns):
            self.found[borrower].wishes.append(Wish(at, scope, granted, point if is_limited else None))

    def _holds(self) -> None:
        holds = models.Hold.objects.filter(**self._among("borrower_id")).order_by("from_at", "id")
        for hold in holds:
            ends = [at for at in (hold.until_at, hold.released_at) if at is not None]
            held = Held(hold.kind, hold.account_id, hold.from_at, min(ends, default=None))
            self.found[hold.borrower_id].holds.append(held)
        talks = models.Conversation.objects.filter(**self._among("borrower_id"), needs_person_since__isnull=False)
        for borrower, since, closed_at in talks.values_list("borrower_id", "needs_person_since", "closed_at"):
            assert since is not None, "asked for above"
            self.found[borrower].holds.append(Held(_WITH_PERSON, None, since, closed_at))
        # A thread that a person gave back or closed says since when it was theirs.
        over = models.Event.objects.filter(**self._among("borrower_id"), kind__in=["handed_back", "closed"])
        for borrower, data, at in over.values_list("borrower_id", "data", "at"):
            if borrower in self.found and "since" in data:
                since = datetime.fromisoformat(data["since"])
                self.found[borrower].holds.append(Held(_WITH_PERSON, None, since, at))

    def _proofs(self) -> None:
        rows = models.Event.objects.filter(kind="identity.proven", **self._among("borrower_id"))
        for borrower, point, at in rows.values_list("borrower_id", "conversation__contact_point_id", "at"):
            if borrower in self.found and point is not None:
                self.found[borrower].proofs[point].append(at)

    def _arrangements(self) -> None:
        dues: dict[UUID, list[tuple[date, date | None, bool]]] = defaultdict(list)
        mine = models.Arrangement.objects.filter(**self._among("account__borrower_id"))
        parts = models.ArrangementInstalment.objects.filter(arrangement__in=mine).order_by("arrangement_id", "number")
        for plan, due_on, cleared_on, amount, paid in parts.values_list(
            "arrangement_id", "due_on", "cleared_on", "amount_minor", "paid_minor"
        ):
            dues[plan].append((due_on, cleared_on, paid >= amount))
        for row in mine.select_related("account").order_by("agreed_at", "id"):
            agreed = Agreed(row.id, row.account_id, row.agreed_at, row.ended_at, tuple(dues[row.id]))
            self.found[row.account.borrower_id].arrangements.append(agreed)

    def _offers(self) -> None:
        rows = models.OfferRecord.objects.filter(**self._among("conversation__borrower_id")).order_by("at", "id")
        for borrower, one, talk, at, currency, plans in rows.values_list(
            "conversation__borrower_id", "id", "conversation_id", "at", "currency", "plans"
        ):
            self.found[borrower].offers.append(Offered(one, talk, at, currency, plans))

    def _rows(self) -> None:
        allowed = models.GateDecision.objects.filter(
            **self._among("borrower_id"), stage="dispatch", verdict="allow", message_id__isnull=False
        )
        for borrower, message in allowed.values_list("borrower_id", "message_id"):
            if message is not None:
                self.found[borrower].permitted.add(message)
        rows = models.Message.objects.filter(**self._among("borrower_id")).order_by("id")
        for found in rows.values_list("borrower_id", "body_sealed", *_ROW_COLUMNS):
            borrower, sealed, *values = cast("tuple[Any, ...]", found)
            body = self._open(borrower, Sealed.MESSAGE_BODY, values[0], sealed)
            self.found[borrower].rows.append(Row(body, *values))

    def _owed(self) -> None:
        stating = [
            row for one in self.found.values() for row in one.rows if row.template in expectations().with_account
        ]
        if not stating:
            return
        # A message that was sent again says what the first one said.
        turns = models.Event.objects.filter(
            kind="turn", message_id__in=[row.resend_of or row.id for row in stating], borrower_id__in=self.found
        )
        for borrower, message, data in turns.values_list("borrower_id", "message_id", "data"):
            assert message is not None, "asked for above"
            self.found[borrower].owed[message] = frozenset(data.get("owed", {}).values())

    def _calls(self) -> None:
        placed = models.Call.objects.filter(**self._among("borrower_id"), direction="out").order_by("at", "id")
        for borrower, at, account, purpose in placed.values_list("borrower_id", "at", "account_id", "purpose"):
            self.found[borrower].calls.append(Called(at, account, purpose))


def was_handed_over(row: Row, trace: Trace | None, sandbox: str) -> bool:
    """Whether the carrier had the message: the sandbox's log says so; of others only the ledger speaks."""
    if trace is not None and trace.taken:
        return True
    return row.provider not in {"", sandbox} and row.state in _CARRIED


def first_answers(rows: Iterable[tuple[Row, datetime]], allowed: frozenset[str], within_seconds: float) -> set[UUID]:
    """Return the messages that are the first, timely answer to what the borrower wrote. Shape: in order of time."""
    answered: set[UUID] = set()
    found = set()
    for row, at in rows:
        if row.reply_to is None or row.reply_to_at is None or row.purpose not in allowed:
            continue
        waited = (at - row.reply_to_at).total_seconds()
        if 0 <= waited <= within_seconds and row.reply_to not in answered:
            found.add(row.id)
        answered.add(row.reply_to)
    return found


def newest(wishes: Sequence[Wish], scope: str, at: datetime) -> Wish | None:
    """Return the event of *scope* that held just before *at*."""
    before = [one for one in wishes if one.scope == scope]
    place = bisect_left(before, at, key=lambda one: one.at)
    return before[place - 1] if place else None
