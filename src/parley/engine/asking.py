"""How the engine asks the gate: the same facts, prepared in the same way, at night, in a turn and at dispatch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from parley.contact.content import contents_of
from parley.contact.facts import FLAG_OF_HOLD, ContactFacts, Content, Discloses, Flag, Hold
from parley.engine.case import ContactRecord, Party, StandingHold
from parley.engine.guidance import barred_flags
from parley.engine.library import Library
from parley.engine.stated import TAKING_BACK, Said, states_other_numbers
from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.book import Rulebook
from parley.servicing.account import Account, AccountStatus, Product
from parley.servicing.delinquency import days_past_due, next_due

# What rule files call our products: the words of the collected facts, which tell cards from loans of every kind.
_PRODUCTS: Final = {Product.CARD: "credit_card", Product.LOAN: "loan", Product.INSTALMENT: "instalment"}


def is_identity_fresh(proven_at: datetime | None, now: datetime, fresh_days: int) -> bool:
    """Return whether the proof of identity from this address is at most *fresh_days* old."""
    return proven_at is not None and proven_at <= now <= proven_at + timedelta(days=fresh_days)


@dataclass(frozen=True, slots=True)
class Answering:
    """The reply that a message answers: which, and when it came."""

    inbound_id: UUID
    received_at: datetime


def contact_facts(
    party: Party,
    account: Account | None,
    record: ContactRecord,
    *,
    purpose: Purpose,
    discloses: str,
    now: datetime,
    today: date,
    actor: Actor,
    is_proven: bool,
    in_collection_days: int,
    also_held: frozenset[Hold] = frozenset(),
    answering: Answering | None = None,
    is_by_person: bool = False,
    channel: Channel = Channel.SMS,
    content: frozenset[Content] | None = None,
) -> ContactFacts:
    """Return the facts of one contact with *party* at *now*.

    A hold does not stop the machine's one answer to the reply that laid it on: that answer says so. *also_held* are the
    holds of the thread and the address rather than of the borrower. That a person holds the thread silences the machine
    and not that person (*is_by_person*); every other hold binds people too. *content*: what the text contains.
    """
    answered = answering.inbound_id if answering is not None and not is_by_person else None
    standing = [one for one in record.holds if one.inbound_id is None or one.inbound_id != answered]
    holds = {one.kind for one in standing} | also_held
    if is_by_person:
        holds -= {Hold.WITH_PERSON}
    return ContactFacts(
        now=now,
        jurisdiction=party.jurisdiction,
        zones=party.zones,
        purpose=purpose,
        channel=channel,
        actor=actor,
        product=rule_product(account.product) if account is not None else "",
        days_past_due=_lateness(account, today),
        answers_at=answering.received_at if answering is not None else None,
        consents=record.consents,
        opt_outs=record.opt_outs,
        holds=frozenset(holds),
        flags=standing_flags(account, today, in_collection_days) if account is not None else frozenset(),
        designations=record.designations,
        identity_proven=is_proven,
        discloses=Discloses(discloses),
        history=record.contacts,
        since=since_of(standing),
        contract_on=account.contract_on if account is not None else None,
        content=content,
        account=str(account.account_id) if account is not None else None,
        address=str(party.contact_point_id),
    )


def since_of(holds: Sequence[StandingHold]) -> Mapping[Flag, tuple[date, ...]]:
    """Return the days on which what holds say began; a kind of which one day is not known has none: it runs on."""
    found: dict[Flag, tuple[date, ...]] = {}
    for kind in {one.kind for one in holds}:
        days = [one.began_on for one in holds if one.kind is kind]
        known = sorted(day for day in days if day is not None)
        if len(known) == len(days):
            found[FLAG_OF_HOLD[kind]] = tuple(known)
    return found


def with_text(
    facts: ContactFacts, said: Said, library: Library, rules: Rulebook, kind: str | None = None
) -> ContactFacts:
    """Return the facts of a contact whose text is known.

    What it contains, how it is carried, what is registered, whether its guidance is permitted, its numbers are those of
    the offer, and it takes back what was confirmed. *rules*: those it will be judged by, of *library* or not. *kind*:
    of carrier; None where its route is not chosen yet: that of the cheapest that may.
    """
    found = set[Flag]()
    if said.offered is not None and states_other_numbers(said.text, said.offered, library.lender):
        found.add(Flag.NUMBER_NOT_IN_OFFER)
    if said.key in TAKING_BACK:
        found.add(Flag.TAKES_BACK_A_PLAN)
    barred = barred_flags(
        *(said.key, said.text, library.catalogue, facts.actor, library.permissions), is_by_person=said.is_by_person
    )
    if kind is None:
        kind = next(iter(library.routes.kinds(facts.jurisdiction, facts.purpose)), library.route.provider)
    route = library.route if kind == library.route.provider else replace(library.route, provider=kind)
    return replace(
        facts,
        content=contents_of(said.text, library.outbound),
        carriage=route.carriage(facts, said.text, rules.carriers),
        flags=facts.flags | barred | found,
    )


def rule_product(product: Product) -> str:
    """Return what rule files call a product of ours."""
    return _PRODUCTS[product]


def standing_flags(account: Account, today: date, in_collection_days: int) -> frozenset[Flag]:
    """Return what the account's own data say of it: whether it has left routine servicing for collection.

    It has once charged off, or from *in_collection_days* past due.
    """
    if account.status is AccountStatus.CHARGED_OFF:
        return frozenset({Flag.IN_COLLECTION_PROCEDURES})
    return flags_of_lateness(days_past_due(account.dues, today), in_collection_days)


def flags_of_lateness(days: int, in_collection_days: int) -> frozenset[Flag]:
    """Return what days past due say of an account that was not charged off."""
    return frozenset({Flag.IN_COLLECTION_PROCEDURES} if days >= in_collection_days else ())


def _lateness(account: Account | None, today: date) -> int:
    """Days past due; before the due date the days to go, negative."""
    if account is None:
        return 0
    late = days_past_due(account.dues, today)
    if late > 0:
        return late
    coming = next_due(account.dues, today)
    return (today - coming.due_on).days if coming is not None else 0
