"""What became of what was handed over, by route and template: how much arrived, how fast, what came back, what it cost.

Counts only, of messages handed over in a period; nothing of a borrower.

- *handed over*: messages whose last intent lies in the period; not those of which it is certain that they never left.
- *ends*: each of them once, by the state it is in now: these sum to *handed over*.
- *accepted*: those of which the carrier said that it has them, or told how they ended on the network.
- *waited*: seconds from the intent to the delivery, of those delivered; the carrier's clock says when it was.
- *answered*: those after which the borrower wrote within REPLY_DAYS, before we handed over another text to the number.
  *opted out*: where that reply is the proof of a refusal.
- *agreed*: those that were the last we sent of our own accord, not as an answer, to the number on which a plan was
  agreed within AGREED_DAYS. A plan that was cancelled, or that the lender's core refused, is none.

A message is answered, or led to a plan, once, however often the borrower wrote or agreed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, UUIDField, Value, When
from django.db.models.functions import Cast, Replace

from parley.messaging.ledger import State
from parley.servicing.arrangement import Standing
from parley.store import models
from parley.store.instants import Seconds
from parley.store.obeying import REPLY
from parley.store.outbox import TOO_LATE
from parley.store.reports import Period

ENDS: Final = (
    State.DELIVERED,
    State.UNDELIVERED,
    State.REJECTED,
    State.EXPIRED,
    State.UNKNOWN,
    State.SUBMITTED,
    State.INTENDED,
)
"""The states of what was handed over."""
REPLY_DAYS: Final = 7
AGREED_DAYS: Final = 30
_OPEN: Final = frozenset({State.SUBMITTED, State.INTENDED})
_DAY_SECONDS: Final = 86_400
# What expired by our own clock was never taken by the carrier.
LEFT: Final = Q(state__in=ENDS) & ~Q(state=State.EXPIRED, reason=TOO_LATE)
"""Handed over, where there is an intent."""
_ACCEPTED: Final = Q(submitted_at__isnull=False) | Q(state__in=[State.SUBMITTED, State.DELIVERED, State.EXPIRED])


@dataclass(slots=True)
class Carried:
    """What became of the messages of one route, or one template. Units: `cost_micro` millionths, `waited` seconds."""

    ends: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    cost_micro: int = 0
    waited: Counter[int] = field(default_factory=Counter)
    answered: int = 0
    opted_out: int = 0
    agreed: int = 0

    @property
    def handed(self) -> int:
        """How many were handed over."""
        return self.ends.total()

    @property
    def ended(self) -> int:
        """How many are no longer on their way; one of which nobody knows is not."""
        return self.handed - sum(self.ends[state] for state in _OPEN)

    @property
    def delivered(self) -> int:
        """How many arrived."""
        return self.ends[State.DELIVERED]

    def within(self, percent: int) -> int | None:
        """Return the seconds within which *percent* of the delivered arrived (nearest rank); None where none did."""
        place, passed = -(-self.waited.total() * percent // 100), 0
        for seconds, count in sorted(self.waited.items()):
            passed += count
            if passed >= place:
                return seconds
        return None

    def add(self, other: Carried) -> None:
        """Add the figures of *other*."""
        self.ends += other.ends
        self.waited += other.waited
        self.accepted += other.accepted
        self.cost_micro += other.cost_micro
        self.answered += other.answered
        self.opted_out += other.opted_out
        self.agreed += other.agreed


Found = Mapping[tuple[str, str], Carried]
"""By route (the provider's name) and template."""


def carried(period: Period) -> Found:
    """Return what became of the messages handed over in *period*, by route and template.

    Shape: four queries, however large the book.
    """
    found: dict[tuple[str, str], Carried] = {}
    for provider, template, state, seconds, count, taken, cost in _counted(period):
        one = found.setdefault((provider, template), Carried())
        one.ends[state] += count
        one.accepted += taken
        one.cost_micro += cost
        if seconds is not None:
            # A carrier whose clock is behind ours delivered at once.
            one.waited[max(seconds, 0)] += count
    for provider, template, count in _among(_spoken_to(_replies(period)), period):
        found[provider, template].answered = count
    for provider, template, count in _among(_spoken_to(_refusals(period)), period):
        found[provider, template].opted_out = count
    for provider, template, count in _among(_led_to_plans(period), period):
        found[provider, template].agreed = count
    return found


def by_route(found: Found) -> Mapping[str, Carried]:
    """Return the figures of each route."""
    return _summed(found, lambda key: key[0])


def by_template(found: Found) -> Mapping[str, Carried]:
    """Return the figures of each template, over all routes."""
    return _summed(found, lambda key: key[1])


def _summed(found: Found, name_of: Callable[[tuple[str, str]], str]) -> Mapping[str, Carried]:
    sums: dict[str, Carried] = {}
    for key, one in found.items():
        sums.setdefault(name_of(key), Carried()).add(one)
    return sums


def _counted(period: Period) -> Iterable[tuple[Any, ...]]:
    # By state first, as LEFT does: so the index of states and intents serves a query of a period.
    sent = models.Message.objects.filter(LEFT, _in(period))
    arrived = When(state=State.DELIVERED, then=Seconds("finished_at", "intended_at"))
    rows = sent.annotate(waited=Case(arrived)).values_list("provider", "template_key", "state", "waited")
    taken = Count("pk", filter=_ACCEPTED)
    return rows.annotate(n=Count("pk"), taken=taken, cost=Sum("cost_micro")).order_by()


def _in(period: Period) -> Q:
    return Q(intended_at__gte=period.start, intended_at__lt=period.end)


def _among(ids: QuerySet[Any, Any], period: Period) -> Iterable[tuple[str, str, int]]:
    """Return how many of these messages were handed over in *period*, by route and template; none of none."""
    # Counted, not filtered, by the period: else a database reads the whole period to find these few.
    rows = models.Message.objects.filter(pk__in=ids).values_list("provider", "template_key")
    return [row for row in rows.annotate(n=Count("pk", filter=_in(period))).order_by() if row[2]]


def _replies(period: Period) -> QuerySet[models.Inbound]:
    until = period.end + timedelta(days=REPLY_DAYS)
    return models.Inbound.objects.filter(
        received_at__gte=period.start, received_at__lt=until, contact_point__isnull=False
    )


def _refusals(period: Period) -> QuerySet[models.Inbound]:
    """Return the replies that are the proof of a refusal."""
    told = models.Consent.objects.filter(granted=False, source=REPLY)
    # An id stands in the proof with its hyphens; SQLite keeps ids without.
    plain = Replace("proof", Value("-"), Value(""))
    return _replies(period).filter(pk__in=told.annotate(reply=Cast(plain, UUIDField())).values("reply"))


def _spoken_to(replies: QuerySet[models.Inbound]) -> QuerySet[models.Inbound, Any]:
    """Return the message that each reply came upon: the last one to its number, within the days of a reply."""
    last = _before("contact_point", "received_at", REPLY_DAYS)
    return replies.annotate(upon=Subquery(last)).values("upon")


def _led_to_plans(period: Period) -> QuerySet[models.Arrangement, Any]:
    until = period.end + timedelta(days=AGREED_DAYS)
    plans = models.Arrangement.objects.filter(agreed_at__gte=period.start, agreed_at__lt=until)
    standing = plans.exclude(standing__in=[Standing.CANCELLED, Standing.REFUSED])
    last = _before("conversation__contact_point", "agreed_at", AGREED_DAYS, in_reply_to__isnull=True)
    return standing.annotate(upon=Subquery(last)).values("upon")


def _before(point: str, at: str, days: int, **more: bool) -> QuerySet[models.Message, Any]:
    """Return the last message handed over to the number *point* within *days* before *at*, both of the outer query."""
    sent = models.Message.objects.filter(LEFT, contact_point=OuterRef(point), intended_at__lte=OuterRef(at), **more)
    near = sent.annotate(gap=Seconds(OuterRef(at), F("intended_at"))).filter(gap__lte=days * _DAY_SECONDS)
    return near.order_by("-intended_at", "-id").values("id")[:1]
