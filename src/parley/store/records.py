"""What was said to borrowers before and what they allowed: the gate's view of the past, for many borrowers at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import DateTimeField, F, Q, QuerySet, UUIDField

from parley.contact.facts import Consent, Contact, Designation, Direction, Hold, OptOut, OptOutScope
from parley.contact.resuming import resumed
from parley.engine.acts import HOW, CallOutcome
from parley.engine.case import ContactRecord, StandingHold
from parley.messaging.ledger import State
from parley.purpose import Channel, Purpose
from parley.servicing.arrangement import Standing
from parley.store import models
from parley.store.prepared import Given, GivenMany, ask
from parley.store.rows import week_from_json

# The longest window of any shipped cap is a calendar month.
HISTORY_DAYS: Final = 31
# Scopes of a Consent row that refuse contact when they are not granted.
_EVERYTHING: Final = "all"
_REFUSABLE: Final = {_EVERYTHING: OptOutScope.ALL, "promotion": OptOutScope.PROMOTION}
# The scope of a wish for texts about the account, after all were refused: it allows no promotion.
SERVICE: Final = "service"
# What the door notes of a reply that is such a wish.
RESUMED: Final = "resume"
# What a granted scope allows, in the words of the rules. A scope that is not here allows nothing.
_GRANTS: Final = {
    "promotion": (Consent.MARKETING,),
    "marketing": (Consent.MARKETING,),
    "marketing_written": (Consent.MARKETING, Consent.MARKETING_WRITTEN),
    "soft_opt_in": (Consent.SOFT_OPT_IN,),
    "electronic_direct": (Consent.ELECTRONIC_DIRECT,),
}
# What is read of a past contact: whose, when, about which account, from or to which address, and then what it was.
SENT: Final = (
    *("borrower_id", "intended_at", "account_id", "contact_point_id"),
    *("channel", "purpose", "in_reply_to__received_at"),
)
CALLED: Final = ("borrower_id", "at", "account_id", "contact_point_id", "direction", "outcome", "purpose")
HEARD: Final = ("contact_point__borrower_id", "received_at", "contact_point_id")
# The places of what a call gives.
_IDS: Final = GivenMany("ids", UUIDField())
_SINCE: Final = Given("since", DateTimeField())
_NOW: Final = Given("now", DateTimeField())
# A message the carrier never took is no contact.
_NO_CONTACT: Final = (State.QUEUED, State.REFUSED, State.CANCELLED, State.REJECTED)


def load_records(borrower_ids: Iterable[UUID], now: datetime) -> dict[UUID, ContactRecord]:
    """Return the record of each borrower as of *now*; one without a past gets the empty record.

    Shape: eight queries, however many borrowers; one more where texts were resumed.
    """
    ids = list(borrower_ids)
    contacts = _contacts(ids, now)
    standing = load_standing(ids, now)
    return {one: replace(standing[one], contacts=tuple(contacts.get(one, ()))) for one in ids}


def load_standing(borrower_ids: Iterable[UUID], now: datetime) -> dict[UUID, ContactRecord]:
    """Return what each borrower allowed, refused and named, and what holds us back: the record without contacts."""
    ids = list(borrower_ids)
    consents, opt_outs = _consents(ids)
    holds = _holds(ids, now)
    designations = load_designations(ids)
    return {
        one: ContactRecord(
            consents=frozenset(consents.get(one, ())) | {Consent.CONTACT},
            opt_outs=tuple(opt_outs.get(one, ())),
            holds=tuple(holds.get(one, ())),
            designations=designations.get(one, ()),
        )
        for one in ids
    }


def sent_since(ids: Collection[UUID] | GivenMany, since: datetime | Given) -> QuerySet[models.Message]:
    """Return the messages to these borrowers that count as contacts. Shape: read the columns `SENT`."""
    return models.Message.objects.filter(borrower_id__in=ids, intended_at__gte=since).exclude(state__in=_NO_CONTACT)


def called_since(ids: Collection[UUID] | GivenMany, since: datetime | Given) -> QuerySet[models.Call]:
    """Return the calls with these borrowers. Shape: read the columns `CALLED`."""
    return models.Call.objects.filter(borrower_id__in=ids, at__gte=since)


def heard_since(ids: Collection[UUID] | GivenMany, since: datetime | Given) -> QuerySet[models.Inbound]:
    """Return the texts of these borrowers. Shape: read the columns `HEARD`."""
    return models.Inbound.objects.filter(contact_point__borrower_id__in=ids, received_at__gte=since)


def _sent() -> QuerySet[Any, Any]:
    # In order, so that a decision made from the same past keeps the same facts to the byte.
    return sent_since(_IDS, _SINCE).order_by("intended_at", "id").values_list(*SENT)


def _called() -> QuerySet[Any, Any]:
    return called_since(_IDS, _SINCE).order_by("at", "id").values_list(*CALLED)


def _heard() -> QuerySet[Any, Any]:
    return heard_since(_IDS, _SINCE).order_by("received_at", "id").values_list(*HEARD)


def _said() -> QuerySet[Any, Any]:
    return (
        models.Consent.objects.filter(borrower_id__in=_IDS)
        # Within one instant a refusal comes last, and so holds.
        .order_by("at", "-granted", "id")
        .values_list("borrower_id", "scope", "channel", "is_for_address", "contact_point_id", "granted", "at")
    )


def _confirmed() -> QuerySet[Any, Any]:
    return models.Message.objects.filter(
        borrower_id__in=_IDS, purpose=Purpose.OPT_OUT_CONFIRMATION, intended_at__isnull=False
    ).values_list("borrower_id", "intended_at")


def _held() -> QuerySet[Any, Any]:
    return models.Hold.objects.filter(
        Q(until_at__isnull=True) | Q(until_at__gt=_NOW),
        borrower_id__in=_IDS,
        released_at__isnull=True,
        from_at__lte=_NOW,
    ).values_list("borrower_id", "kind", "inbound_id", "id", "began_on")


def _kept() -> QuerySet[Any, Any]:
    kept = models.Arrangement.objects.filter(account__borrower_id__in=_IDS, standing=Standing.ACTIVE)
    return kept.values_list("account__borrower_id")


def _named() -> QuerySet[Any, Any]:
    return (
        models.NamedTimes.objects.filter(borrower_id__in=_IDS)
        # Several replies may be taken in at one instant; what no reply said comes before them, on both databases.
        .order_by("at", F("inbound__received_at").asc(nulls_first=True), "id")
        .values_list("borrower_id", "closed", "only", "from_day")
    )


def _contacts(ids: list[UUID], now: datetime) -> Mapping[UUID, list[Contact]]:
    found: dict[UUID, list[Contact]] = defaultdict(list)
    past = {"ids": ids, "since": now - timedelta(days=HISTORY_DAYS)}
    for borrower, at, account, point, channel, purpose, answered_at in ask(_sent, **past):
        contact = Contact(
            at=at,
            channel=Channel(channel),
            purpose=Purpose(purpose),
            answers_at=answered_at,
            account=_text(account),
            address=str(point),
        )
        found[borrower].append(contact)
    for borrower, at, account, point, direction, how, purpose in ask(_called, **past):
        contact = Contact(
            at=at,
            channel=Channel.CALL,
            direction=Direction(direction),
            purpose=Purpose(purpose),
            outcome=HOW[CallOutcome(how)],
            account=_text(account),
            address=str(point),
        )
        found[borrower].append(contact)
    for borrower, at, point in ask(_heard, **past):
        found[borrower].append(Contact(at=at, channel=Channel.SMS, direction=Direction.IN, address=str(point)))
    return found


def _text(account: UUID | None) -> str | None:
    return str(account) if account is not None else None


def _consents(ids: Collection[UUID]) -> tuple[Mapping[UUID, list[Consent]], Mapping[UUID, list[OptOut]]]:
    """Return what is allowed and refused; a confirmation confirms a refusal once sent.

    The newest event that reaches as far holds; where one instant holds both, the refusal. A new consent lifts the
    refusals of its scope that reach no further than it does; a consent to one channel or address allows nothing
    elsewhere, and a wider refusal stands. Texts wished again on one number open that number in a refusal of everything.
    Whoever says STOP again after the one confirmation has refused since the first time: no second one is due.
    """
    granted: dict[UUID, dict[_Reach, datetime]] = defaultdict(dict)
    refused: dict[UUID, dict[_Reach, _Refused]] = defaultdict(dict)
    for borrower, scope, channel, address, point, yes, at in ask(_said, ids=ids):
        reach = _Reach(scope, channel, str(point) if address else "")
        if yes and scope == SERVICE:
            refused[borrower] = {one: _opened(one, when, reach) for one, when in refused[borrower].items()}
        elif yes:
            granted[borrower][reach] = at
            refused[borrower] = {one: when for one, when in refused[borrower].items() if not reach.covers(one)}
        else:
            granted[borrower] = {one: when for one, when in granted[borrower].items() if not reach.covers(one)}
            before = refused[borrower].get(reach)
            first = before.first if before is not None and not before.opened else at
            refused[borrower][reach] = _Refused(first, at)
    consents = {
        one: [grant for reach in reaches if reach.is_whole for grant in _GRANTS.get(reach.scope, ())]
        for one, reaches in granted.items()
    }
    return consents, _opt_outs(refused, _confirmations(ids))


class _Reach(NamedTuple):
    """How far an event of consent reaches: what for, on which channel, to which contact point; empty: every one."""

    scope: str
    channel: str
    address: str

    def covers(self, other: _Reach) -> bool:
        """Say whether *other* reaches no further than this."""
        return self.scope == other.scope and self.channel in {"", other.channel} and self.address in {"", other.address}

    @property
    def is_whole(self) -> bool:
        """Whether it is for the whole person: a narrower consent is kept as proof, and allows nothing by itself."""
        return not self.channel and not self.address


class _Refused(NamedTuple):
    """Since when something is refused, when it was last said, and where texts were wished again since."""

    first: datetime
    last: datetime
    opened: tuple[_Reach, ...] = ()


def _opened(refusal: _Reach, when: _Refused, wish: _Reach) -> _Refused:
    """Return the refusal with the number of *wish* opened, where it reaches there."""
    is_inside = refusal._replace(scope=wish.scope).covers(wish)
    return when._replace(opened=(*when.opened, wish)) if refusal.scope == _EVERYTHING and is_inside else when


def _opt_outs(
    refused: Mapping[UUID, Mapping[_Reach, _Refused]], confirmations: Mapping[UUID, list[datetime]]
) -> Mapping[UUID, list[OptOut]]:
    opened = {one for one, reaches in refused.items() if any(when.opened for when in reaches.values())}
    addresses: dict[UUID, list[str]] = defaultdict(list)
    if opened:
        points = models.ContactPoint.objects.filter(borrower_id__in=opened).order_by("id")
        for borrower, point in points.values_list("borrower_id", "id"):
            addresses[borrower].append(str(point))
    found: dict[UUID, list[OptOut]] = defaultdict(list)
    for borrower, reaches in refused.items():
        for reach, when in reaches.items():
            standing = _opt_out(reach, when, confirmations[borrower])
            found[borrower] += _remaining(standing, when.opened, addresses[borrower]) if standing is not None else []
    return found


def _remaining(refusal: OptOut, opened: tuple[_Reach, ...], addresses: list[str]) -> list[OptOut]:
    """Return what stays refused of *refusal* after texts were wished again."""
    left = [refusal]
    for wish in opened:
        others = [address for address in addresses if address != wish.address]
        left = [rest for one in left for rest in resumed(one, Channel(wish.channel), wish.address, others)]
    return list(dict.fromkeys(left))


def _opt_out(reach: _Reach, when: _Refused, confirmations: list[datetime]) -> OptOut | None:
    """Return the refusal that stands; None for a scope nobody can refuse."""
    if reach.scope not in _REFUSABLE:
        return None
    told = [sent for sent in confirmations if sent >= when.first]
    scope = _REFUSABLE[reach.scope]
    if scope is OptOutScope.ALL and not reach.is_whole:
        scope = OptOutScope.ADDRESS if reach.address else OptOutScope.CHANNEL
    channel = Channel(reach.channel) if reach.channel else None
    since = when.first if told else when.last
    return OptOut(scope, since, channel, reach.address or None, confirmed_at=min(told, default=None))


def refusal_of(row: models.Consent) -> OptOut | None:
    """Return the refusal of one row by itself, whatever came after; None for a scope nobody can refuse."""
    reach = _Reach(row.scope, row.channel, str(row.contact_point_id) if row.is_for_address else "")
    return _opt_out(reach, _Refused(row.at, row.at), [])


def _confirmations(ids: Collection[UUID]) -> Mapping[UUID, list[datetime]]:
    found: dict[UUID, list[datetime]] = defaultdict(list)
    for borrower, at in ask(_confirmed, ids=ids):
        found[borrower].append(at)
    return found


def _holds(ids: Collection[UUID], now: datetime) -> Mapping[UUID, list[StandingHold]]:
    found: dict[UUID, list[StandingHold]] = defaultdict(list)
    for borrower, kind, inbound, row, began_on in ask(_held, ids=ids, now=now):
        found[borrower].append(StandingHold(Hold(kind), inbound, row, began_on))
    for (borrower,) in ask(_kept, ids=ids):
        found[borrower].append(StandingHold(Hold.PLAN_ACTIVE, None))
    return found


def load_designations(ids: Iterable[UUID]) -> Mapping[UUID, tuple[Designation, ...]]:
    """Return the times each borrower named: the newest week, and the newest day to wait for; what was said later holds.

    A day that is past keeps nothing back. A row that names no time takes back all that was named before.
    """
    weeks: dict[UUID, Designation] = {}
    days: dict[UUID, Designation] = {}
    for borrower, closed, only, from_day in ask(_named, ids=list(ids)):
        if closed is None and only is None and from_day is None:
            weeks.pop(borrower, None)
            days.pop(borrower, None)
        if closed is not None or only is not None:
            weeks[borrower] = Designation(week_from_json(closed), week_from_json(only))
        if from_day is not None:
            days[borrower] = Designation(from_day=from_day)
    return {one: tuple(found[one] for found in (weeks, days) if one in found) for one in (*weeks, *days)}
