"""From words to a message, from a capacity to a menu: what a turn and the act of a person have in common."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from parley.contact.gate import Permit, decide
from parley.dates import add_days
from parley.engine.asking import Answering, contact_facts, with_text
from parley.engine.case import Case
from parley.engine.lawful import lawful_plans
from parley.engine.library import Library
from parley.engine.outcome import Draft, NewOffer
from parley.engine.pay_day import PayDay, first_after, followed
from parley.engine.plan_terms import with_terms
from parley.engine.stated import OFFER_TEXTS, WITH_ACCOUNT, Offered, Said, owed_of
from parley.engine.wording import Saying, render
from parley.negotiation.levers import Role
from parley.negotiation.menu import Facts, Menu, NoPlan, build_menu
from parley.purpose import Purpose
from parley.servicing.delinquency import days_past_due

# An answer is worth sending for so long; after that the talk has moved on and a person looks.
ANSWER_HOURS: Final = 24


def make_draft(
    case: Case,
    key: str,
    saying: Saying,
    now: datetime,
    library: Library,
    *,
    purpose: Purpose,
    is_proven: bool,
    answering: Answering | None,
    is_by_person: bool = False,
) -> Draft:
    """Return the message of template *key*, with what the gate says of it now; it is asked again at dispatch."""
    entry, rules = library.catalogue.entry(key), library.rulebook
    rendered = render(key, with_terms(saying, entry, library, rules), library.lender, library.catalogue)
    facts = contact_facts(
        case.party,
        case.account,
        case.record,
        purpose=purpose,
        discloses=str(entry.discloses),
        now=now,
        today=case.today(now),
        actor=library.lender.actor,
        is_proven=is_proven,
        in_collection_days=library.in_collection_days,
        also_held=case.desk.also_held if is_by_person else frozenset(),
        answering=answering,
        is_by_person=is_by_person,
    )
    owed = owed_of(saying.debt, saying.today) if key in WITH_ACCOUNT else {}
    offered = Offered(saying.plans, saying.amount_minor, tuple(owed.values())) if key in OFFER_TEXTS else None
    said = Said(rendered.text, key, offered, is_by_person)
    return Draft(
        rendered=rendered,
        purpose=purpose,
        discloses=str(entry.discloses),
        context=str(entry.context),
        not_before=now,
        not_after=now + timedelta(hours=ANSWER_HOURS),
        decision=decide(with_text(facts, said, library, rules), rules, library.gate),
        answers=answering.inbound_id if answering is not None else None,
        promised_at=saying.promised.at if saying.promised is not None and "when" in entry.placeholders else None,
    )


def will_leave(draft: Draft) -> bool:
    """Say whether the gate lets the message out now, or at an hour at which it is still worth sending."""
    decision = draft.decision
    return isinstance(decision, Permit) or (decision.retry_at is not None and decision.retry_at <= draft.not_after)


def compute_offer(
    case: Case,
    capacity_minor: int,
    first_due_on: date | None,
    offer_id: UUID,
    now: datetime,
    library: Library,
    role: Role = Role.MACHINE,
    pay_day: PayDay | None = None,
    lump_minor: int | None = None,
) -> NewOffer | NoPlan:
    """Return the menu for what a month allows, or what is missing for one. Units: minor units of the account.

    *lump_minor*: what can be paid once, on the first day; it counts where it is more than a month allows.
    The first payment falls due on *first_due_on*, where that is to come; else on the next *pay_day* that the policy
    lets a plan begin on; else so many days from now as the policy says. Where pay comes by weeks, on the first pay-day
    from then on.
    """
    assert case.account is not None, "a menu needs a debt"
    today, account, policy, rules = case.today(now), case.account, library.policy, library.rulebook
    since = add_days(today, -policy.arrangements.per_days)
    # A day that was named and has gone by since is no first day.
    first_on = first_due_on if first_due_on is not None and first_due_on > today else None
    if first_on is None and pay_day is not None:
        usual, latest = (add_days(today, n) for n in (policy.first_payment_days, policy.latest_first_payment_days))
        first_on = first_after(pay_day, today, latest, usual)
    facts = Facts(
        product=account.product,
        currency=account.currency,
        balance_minor=account.balance.total,
        contract_rate_bps=account.annual_rate_bps,
        days_past_due=days_past_due(account.dues, today),
        capacity_minor=capacity_minor,
        first_due_on=first_on or add_days(today, policy.first_payment_days),
        charges_minor=account.balance.fee + account.balance.penalty_interest,
        penalty_minor=account.balance.penalty_interest,
        lump_minor=lump_minor if lump_minor is not None and lump_minor > capacity_minor else 0,
        offered_on=today,
        agreed_before=sum(day > since for day in case.agreed_on),
        pay_day=followed(pay_day, first_on) if pay_day is not None and first_on is not None else None,
        role=role,
    )
    law = lawful_plans(case, today, library, rules)
    menu = build_menu(facts, policy, rules.hash, law, law.bounds)
    if not isinstance(menu, Menu):
        return menu
    expires_at = now + timedelta(days=policy.valid_days)
    return NewOffer(offer_id, menu, capacity_minor, expires_at, policy.text, policy.confirm)
