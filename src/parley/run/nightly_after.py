"""What a night does about plans that ended: thanks for one that was kept, one offer more after a miss, then a person.

| the plan | what follows |
|---|---|
| kept | one text of thanks; what the plan waives leaves the balance; nothing more |
| broke, the first of its account in the policy's period | one text, with one offer more where one fits |
| … and no plan was agreed until the offer ran out, or none fitted | a person |
| broke, another having broken before | a person, and no text |
| broke, and no number of the borrower's may be written to | a person, to find another way |
| broke, but the payment was in time and its file late | it stands again |
| ended, and for a week nobody could be told | broken: a person; kept: nothing |

A plan agreed later ends it all. Everything here is inside a chunk's transaction; `followed_at` says what is done with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from parley.contact.gate import Refused
from parley.engine.announce import Announcement, Figures, opening
from parley.engine.follow_up import Followed, after_completion, after_miss
from parley.engine.nightly import OF_AN_END, Trigger
from parley.engine.turn import Library
from parley.ids import derive_id
from parley.negotiation.state import State
from parley.servicing.arrangement import Standing, standing
from parley.store import models
from parley.store.after_plans import hand_over, mend, open_ends, plans_of, states_of, write_waiver
from parley.store.bulk import update_rows
from parley.store.cases import load_standing, seal_memory
from parley.store.offers import keep_offer
from parley.store.vault import Vault

# Word of how a plan ended is tried for so many days: a talk may be going on, or the day's messages be used up.
NEWS_DAYS: Final = 7
_AGAIN: Final = "plan_missed_again"
_MISSED: Final = "plan_missed"
_LAPSED: Final = "reoffer_lapsed"
_NO_NUMBER: Final = "plan_missed_no_number"


@dataclass(slots=True)
class AfterPlans:
    """The plans of a chunk that ended: `pending` of which the borrower is to be told tonight, by account."""

    as_of: date
    now: datetime
    library: Library
    vault: Vault
    pending: dict[UUID, models.Arrangement] = field(default_factory=dict)
    _for_a_person: dict[UUID, tuple[models.Arrangement, str]] = field(default_factory=dict)
    _done: list[models.Arrangement] = field(default_factory=list)
    _followed: dict[UUID, Followed] = field(default_factory=dict)
    _waivers: list[models.Arrangement] = field(default_factory=list)

    def look(self, number: int, chunks: int, judged_on: date, grace_days: int) -> None:
        """Find what is to follow in a chunk, whose plans were judged on *judged_on*."""
        ends = [row for row in open_ends(number, chunks) if not self._stands_again(row, judged_on, grace_days)]
        others = plans_of({row.account_id for row in ends})
        for row in ends:
            later = [one for one in others if one.account_id == row.account_id and _is_after(one, row)]
            before = [one for one in others if one.account_id == row.account_id and self._broke_before(one, row)]
            if later:
                self._done.append(row)
            elif row.standing == Standing.KEPT:
                self._of_a_kept_one(row)
            else:
                self._of_a_broken_one(row, is_again=bool(before))

    @property
    def plans(self) -> Collection[UUID]:
        """The plans of which the borrower is to be told."""
        return [row.id for row in self.pending.values()]

    @property
    def borrowers(self) -> set[UUID]:
        """Whom it takes to hold while a person is called."""
        called = {row.account.borrower_id for row, _ in self._for_a_person.values()}
        return called | {row.account.borrower_id for row in self._waivers}

    def figures(self, wish: Trigger, account_id: UUID, point: models.ContactPoint, figures: Figures) -> Figures:
        """Return the figures of *wish*, with the plans of the offer it makes where it is about a missed payment."""
        plan = self.pending.get(account_id)
        if wish.family not in OF_AN_END or plan is None:
            return figures
        if plan.standing == Standing.KEPT:
            self._followed[account_id] = after_completion()
            return figures
        fresh = models.Conversation(
            id=point.id, borrower=point.borrower, contact_point=point, account_id=account_id, state=State.NOTIFIED
        )
        case = load_standing(fresh, point, self.now, self.vault)
        assert case.plan is not None, "what broke was agreed"
        days = self.library.identity_fresh_days
        first = opening(wish.family, case.party.zones, point.identity_proven_at, self.as_of, self.now, days)
        offer_id = derive_id("offer", "after", str(plan.id))
        made = after_miss(case, case.plan, offer_id, self.now, self.library, is_proven=first.is_proven)
        self._followed[account_id] = made
        return replace(figures, plans=made.offer.menu.plans if made.offer is not None else ())

    def keep(self, account_id: UUID, said: Announcement, talk: models.Conversation) -> models.OfferRecord | None:
        """Write what follows a text that is being queued: the offer, the talk it is answered in, the plan told of.

        Returns the offer where the text states it.
        """
        followed, plan = self._followed.get(account_id), self.pending.get(account_id)
        if followed is None or plan is None:
            return None
        talk.account_id, talk.state, talk.version = account_id, followed.state, talk.version + 1
        talk.memory_sealed = seal_memory(talk, followed.memory, self.vault)
        talk.save(update_fields=["account", "state", "memory_sealed", "version"])
        offer = None
        if followed.offer is not None:
            offer = keep_offer(followed.offer, talk, account_id, plan.currency, self.now)
            plan.reoffer = offer
        plan.told_at = self.now
        if plan.standing == Standing.KEPT:
            plan.followed_at = self.now
        plan.save(update_fields=["reoffer", "told_at", "followed_at"])
        return offer if offer is not None and said.rendered.key.startswith("arrangement.missed_") else None

    def refused(self, account_id: UUID, refused: Refused) -> None:
        """Take the gate's no to word of an end: it is tried again where waiting helps, else a person sees it."""
        plan = self.pending.get(account_id)
        if plan is None or refused.retry_at is not None:
            return
        if plan.standing == Standing.KEPT:
            self._done.append(plan)
        else:
            self._for_a_person[account_id] = (plan, _MISSED)

    def unreachable(self, account_id: UUID) -> None:
        """Take it that there is no number to tell of a plan's end on: of a miss a person sees, and thanks may wait."""
        plan = self.pending.get(account_id)
        if plan is not None and plan.standing == Standing.BROKEN:
            self._for_a_person[account_id] = (plan, _NO_NUMBER)

    def finish(self, points: Mapping[UUID, models.ContactPoint]) -> None:
        """Call people, write waivers down, and mark what is done with. The borrowers are held.

        *points*: the numbers that may be written to. Where there is none, the thread the plan was agreed in, or the
        one open on its address since, is the person's.
        """
        for plan in self._waivers:
            write_waiver(plan, self.now, self.vault)
        self._waivers = []
        for plan, reason in self._for_a_person.values():
            point = points.get(plan.account.borrower_id)
            why = reason if point is not None else _NO_NUMBER
            if plan.account.borrower.erased_at is None:
                where = point or plan.conversation.contact_point
                hand_over(where, plan.account_id, why, plan.id, self.now, self.vault)
            self._done.append(plan)
        for plan in self._done:
            plan.followed_at = self.now
        update_rows(self._done, ["followed_at"])
        self._for_a_person, self._done = {}, []

    def _stands_again(self, row: models.Arrangement, judged_on: date, grace_days: int) -> bool:
        """Judge a broken plan anew by what was paid of it. Returns whether it is being kept."""
        if row.standing != Standing.BROKEN:
            return False
        verdict = standing(states_of(row), judged_on, grace_days)
        if verdict is not Standing.BROKEN:
            mend(row, verdict, self.now, self.vault)
        return verdict is Standing.ACTIVE

    def _of_a_kept_one(self, row: models.Arrangement) -> None:
        if not row.waived_minor:
            self._waivers.append(row)
        if self._is_news(row) and row.account.arm != "holdout":
            self.pending[row.account_id] = row
        else:
            self._done.append(row)

    def _of_a_broken_one(self, row: models.Arrangement, *, is_again: bool) -> None:
        if row.told_at is not None:
            if row.reoffer is None or row.reoffer.expires_at <= self.now:
                self._for_a_person[row.account_id] = (row, _MISSED if row.reoffer is None else _LAPSED)
        elif is_again:
            self._for_a_person[row.account_id] = (row, _AGAIN)
        elif not self._is_news(row) or row.account.arm == "holdout" or row.account.status != "open":
            self._for_a_person[row.account_id] = (row, _MISSED)
        elif any(part.paid_minor < part.amount_minor for part in row.instalments.all()):
            self.pending[row.account_id] = row
        else:
            # All is paid, though late: there is nothing to ask for.
            self._for_a_person[row.account_id] = (row, _MISSED)

    def _is_news(self, row: models.Arrangement) -> bool:
        return row.ended_at is not None and row.ended_at > self.now - timedelta(days=NEWS_DAYS)

    def _broke_before(self, one: models.Arrangement, row: models.Arrangement) -> bool:
        since = self.now - timedelta(days=self.library.policy.arrangements.per_days)
        is_recent = one.ended_at is not None and one.ended_at > since
        return one.standing == Standing.BROKEN and _is_after(row, one) and is_recent


def _is_after(one: models.Arrangement, other: models.Arrangement) -> bool:
    """Say whether *one* was agreed after *other*."""
    return (one.agreed_at, one.id) > (other.agreed_at, other.id)
