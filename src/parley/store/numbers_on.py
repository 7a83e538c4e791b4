"""Who writes from a number? The borrowers behind it, and which of them it is where that is known.

A number may belong to several borrowers. Whose reply it is is known only where one of them has proven identity from
there within a day, and nothing of ours went to another on this number since; else nobody is guessed: the door compares
the reply with what the lender holds of each, and the turn asks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypedDict
from uuid import UUID

from django.db.models import Max

from parley.contact.resuming import resume_words
from parley.dates import local_date
from parley.engine.asking import is_identity_fresh
from parley.engine.case import Case, ContactRecord, Talk
from parley.engine.door import Admitted, admit
from parley.engine.identity import is_sitting
from parley.engine.turn import Library, context_of
from parley.negotiation.moves import Memory
from parley.negotiation.state import State
from parley.nlu.reading import ReadingContext
from parley.purpose import Channel
from parley.servicing.account import Account
from parley.store import models
from parley.store.cases import load_party, load_talk
from parley.store.lock import borrower_lock
from parley.store.rows import account_of, locale_of
from parley.store.vault import Vault

PHONE: Final = "sms"


class _When(TypedDict):
    told_on: date
    locale: str
    resume_words: frozenset[str]


@dataclass(slots=True, repr=False)
class Number:
    """A number as it stands: its addresses, one of each borrower. `known`: whose reply it is, None where not known.

    `spoken_to`: the address that we wrote to last, from whose thread whoever writes is asked who they are.
    """

    index: bytes
    points: tuple[models.ContactPoint, ...] = ()
    spoken_to: models.ContactPoint | None = None
    known: models.ContactPoint | None = None
    talk: models.Conversation | None = None
    account: models.Account | None = None
    _context: ReadingContext | None = None

    def admit(self, text: str, now: datetime, library: Library, vault: Vault) -> Admitted:
        """Ask the door; the identity question is open only while it is not known who writes, or not proven."""
        point, days = self.known, library.identity_fresh_days
        if self.spoken_to is None or (point is not None and is_identity_fresh(point.identity_proven_at, now, days)):
            return self.admit_unasked(text, now, library)
        parties = tuple(load_party(each, vault) for each in ((point,) if point is not None else self.points))
        if self._context is None:
            self._context = self._read_context(self.spoken_to, now, vault)
        return admit(text, parties, self._context, library.lexicon, **_when(self.spoken_to, now, library))

    def admit_unasked(self, text: str, now: datetime, library: Library) -> Admitted:
        """Ask the door about a text that answers no question of identity."""
        return admit(text, (), None, library.lexicon, **_when(self.spoken_to, now, library))

    def writer(self, admitted: Admitted) -> models.ContactPoint | None:
        """Return the address whose thread the reply goes to; None where nobody we know has this number."""
        if self.known is None and admitted.matched is not None:
            return self.points[admitted.matched]
        return self.spoken_to

    def _read_context(self, point: models.ContactPoint, now: datetime, vault: Vault) -> ReadingContext:
        talk = load_talk(self.talk, vault) if self.talk is not None else _untold(point.id)
        account: Account | None = account_of(self.account, ()) if self.account is not None else None
        return context_of(Case(load_party(point, vault), talk, account, ContactRecord()), now)


def load_numbers(indexes: Iterable[bytes], now: datetime, library: Library) -> dict[bytes, Number]:
    """Lock every borrower behind these numbers at once, in the one order, and return the numbers as they stand.

    A text at a time would end in deadlocks. Inside a transaction.
    """
    numbers = {index: Number(index) for index in indexes}
    points = models.ContactPoint.objects.filter(channel=PHONE, address_index__in=numbers)
    borrower_lock(points.values_list("borrower_id", flat=True))
    behind: dict[bytes, list[models.ContactPoint]] = defaultdict(list)
    for point in points.select_related("borrower").order_by("id"):
        behind[bytes(point.address_index or b"")].append(point)
    written_at = _written_at([each for several in behind.values() if len(several) > 1 for each in several])
    for index, several in behind.items():
        number = numbers[index]
        number.points, number.spoken_to = tuple(several), _spoken_to(several, written_at)
        number.known = several[0] if len(several) == 1 else _known(several, written_at, now, library)
        # Whose thread it is in, where that is known.
        number.spoken_to = number.known or number.spoken_to
    _load_talks([number for number in numbers.values() if number.spoken_to is not None])
    return numbers


def _load_talks(numbers: Sequence[Number]) -> None:
    """Load the open talk and an account of whoever is spoken to: what the reader of an answer may know."""
    points = {number.spoken_to.id: number for number in numbers if number.spoken_to is not None}
    for talk in models.Conversation.objects.filter(contact_point_id__in=points, closed_at__isnull=True):
        number = points[talk.contact_point_id]
        assert number.spoken_to is not None, "it was looked up by that"
        talk.borrower, number.talk = number.spoken_to.borrower, talk
    owners = {number.spoken_to.borrower_id for number in numbers if number.spoken_to is not None}
    accounts: dict[UUID, models.Account] = {}
    for account in models.Account.objects.filter(borrower_id__in=owners).select_related("product").order_by("id"):
        accounts.setdefault(account.borrower_id, account)
    for number in numbers:
        number.account = accounts.get(number.spoken_to.borrower_id) if number.spoken_to is not None else None


def _written_at(points: Sequence[models.ContactPoint]) -> dict[UUID, datetime]:
    """Return when we last wrote to each of *points*; one we never wrote to is left out."""
    if not points:
        return {}
    rows = models.Message.objects.filter(contact_point__in=points, intended_at__isnull=False)
    return dict(rows.values_list("contact_point_id").annotate(Max("intended_at")))


def _spoken_to(points: Sequence[models.ContactPoint], written_at: Mapping[UUID, datetime]) -> models.ContactPoint:
    """Return the address on this number that we wrote to last, the first where we never did."""
    told = [point for point in points if point.id in written_at]
    return max(told, key=lambda point: written_at[point.id], default=points[0])


def _known(
    points: Sequence[models.ContactPoint], written_at: Mapping[UUID, datetime], now: datetime, library: Library
) -> models.ContactPoint | None:
    """Return which of several borrowers writes, where one has proven it and nobody else came in between."""
    proven = [(point.identity_proven_at, point) for point in points if point.identity_proven_at is not None]
    if not proven:
        return None
    proven_at, last = max(proven, key=lambda pair: pair[0])
    if not is_sitting(proven_at, now) or not is_identity_fresh(proven_at, now, library.identity_fresh_days):
        return None
    others = (written_at[point.id] for point in points if point.id in written_at and point.id != last.id)
    return None if any(at >= proven_at for at in others) else last


def _untold(point_id: UUID) -> Talk:
    return Talk(point_id, State.NOTIFIED, Memory(), "", needs_person=False)


def _when(point: models.ContactPoint | None, now: datetime, library: Library) -> _When:
    """Return the writer's day, locale and words: those of the borrower behind the number, UTC and English else."""
    if point is None:
        return {"told_on": now.date(), "locale": "en", "resume_words": frozenset()}
    borrower = point.borrower
    today = local_date(now, borrower.zones[0] if borrower.zones else "UTC")
    return {
        "told_on": today,
        "locale": locale_of(borrower.language, borrower.jurisdiction),
        "resume_words": resume_words(library.rulebook, borrower.jurisdiction, library.lender.actor, Channel.SMS, today),
    }
