"""What follows the end of a plan: after a miss one more offer, after the last payment thanks. Nothing is sent here.

The offer is computed as in a turn, from what the borrower said a month allows and today's facts. Where nothing fits,
or so many plans were agreed that the policy asks for a person, there is none: a person comes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from parley.engine.case import AgreedPlan, Case
from parley.engine.drafting import compute_offer
from parley.engine.library import Library
from parley.engine.outcome import NewOffer
from parley.negotiation.after_agreement import PLAN_KEPT, PLAN_MISSED
from parley.negotiation.menu import NoPlan
from parley.negotiation.moves import Memory
from parley.negotiation.state import State


@dataclass(frozen=True, slots=True, repr=False)
class Followed:
    """Where the talk stands once the text about the end of a plan is queued. `offer`: the one more, where there is."""

    state: State
    memory: Memory
    offer: NewOffer | None = None


def after_miss(
    case: Case, plan: AgreedPlan, offer_id: UUID, now: datetime, library: Library, *, is_proven: bool
) -> Followed:
    """Return what follows a missed payment of *plan*; the offer is open to an answer where it is told already."""
    made = compute_offer(case, plan.capacity_minor, None, offer_id, now, library)
    if isinstance(made, NoPlan):
        return Followed(State.NOTIFIED, Memory())
    memory = Memory(menus=1, capacity_minor=plan.capacity_minor, offer_id=str(offer_id))
    if is_proven:
        return Followed(State.OFFER, memory, made)
    return Followed(State.NOTIFIED, replace(memory, goal=PLAN_MISSED), made)


def after_completion() -> Followed:
    """Return what follows the last payment: nothing is open any more but how it went."""
    return Followed(State.NOTIFIED, Memory(goal=PLAN_KEPT))
