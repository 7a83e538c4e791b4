"""How a plan changes the case of the store in memory: agreed, ended by the borrower, judged kept or broken."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from parley.contact.facts import Hold
from parley.engine.announce import Figures
from parley.engine.case import AgreedPlan, Case, OpenOffer, StandingHold
from parley.engine.follow_up import Followed, after_completion, after_miss
from parley.engine.library import Library
from parley.engine.nightly import ARRANGEMENT_COMPLETED, OF_AN_END, Trigger
from parley.engine.outcome import NewArrangement, NewOffer, Outcome
from parley.ids import derive_id
from parley.servicing.account import Balance
from parley.servicing.arrangement import InstalmentState, Standing


def after_outcome(case: Case, outcome: Outcome, number: int, today: date) -> Case:
    """Return *case* after what was offered, ended and agreed; *number* tells its plans apart."""
    case = offered(case, outcome.offer)
    if outcome.ends_plan is not None and case.plan is not None:
        case = _without_hold(replace(case, plan=replace(case.plan, standing=Standing.CANCELLED)))
    return case if outcome.arrangement is None else _agreed(case, outcome.arrangement, number, today)


def offered(case: Case, made: NewOffer | None) -> Case:
    """Return *case* with the offer that was made, if one was."""
    if made is None:
        return case
    offer = OpenOffer(made.offer_id, made.menu.plans, made.capacity_minor, made.expires_at, made.confirm)
    return replace(case, offer=offer)


def judged(
    case: Case, wish: Trigger, figures: Figures, now: datetime, library: Library, *, is_proven: bool
) -> tuple[Case, Followed | None]:
    """Return *case* with its plan judged as *wish* says, and what follows; as it was where it speaks of no end."""
    plan, account = case.standing_plan, case.account
    if wish.family not in OF_AN_END or plan is None or account is None:
        return case, None
    case = _without_hold(case)
    if wish.family == ARRANGEMENT_COMPLETED:
        paid_off = replace(account, balance=Balance(), dues=())
        return replace(case, plan=replace(plan, standing=Standing.KEPT), account=paid_off), after_completion()
    assert figures.due_on is not None and figures.amount_minor is not None, "a payment was missed"
    missed = InstalmentState(figures.due_on, figures.amount_minor)
    broken = replace(plan, standing=Standing.BROKEN, missed=missed)
    case, offer_id = replace(case, plan=broken), derive_id("offer", "after", str(plan.arrangement_id))
    return case, after_miss(case, broken, offer_id, now, library, is_proven=is_proven)


def _agreed(case: Case, made: NewArrangement, number: int, today: date) -> Case:
    plan = AgreedPlan(derive_id("arrangement", str(number)), Standing.ACTIVE, made.capacity_minor)
    held = _without_hold(case).record
    # That a plan is kept is no row of its own.
    record = replace(held, holds=(*held.holds, StandingHold(Hold.PLAN_ACTIVE, None, None)))
    return replace(case, plan=plan, record=record, agreed_on=(*case.agreed_on, today))


def _without_hold(case: Case) -> Case:
    holds = tuple(one for one in case.record.holds if one.kind is not Hold.PLAN_ACTIVE)
    return replace(case, record=replace(case.record, holds=holds))
