"""Where a made-up borrower stands on a day: the facts of a transcript's headline, and the case the engine gets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from parley.engine.case import Case, ContactRecord, Party, Talk
from parley.engine.service import Staffing
from parley.ids import AccountId, derive_id
from parley.locale import language_of
from parley.negotiation.moves import Memory
from parley.negotiation.state import State
from parley.servicing.account import Account, Balance, Due, Product


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a borrower stands on a day. Units: minor units; `days_past_due` 0 is not late.

    `shared_tail`: the contract tail of another borrower with the same number and postcode; "": nobody shares it.
    """

    jurisdiction: str = "US-IL"
    locale: str = "en-US"
    zone: str = "America/Chicago"
    product: Product = Product.CARD
    currency: str = "USD"
    balance_minor: int = 124_000
    annual_rate_bps: int = 2_190
    days_past_due: int = 34
    arrears_minor: int = 10_300
    next_due_minor: int = 3_500
    next_due_on: date = date(2026, 12, 20)
    postcode: str = "60614"
    contract_tail: str = "4417"
    shared_tail: str = ""
    is_proven: bool = False
    after: str = ""


def party_of(situation: Situation, now: datetime) -> Party:
    """Return the borrower of *situation*; a proof of identity is a day old."""
    return Party(
        borrower_id=derive_id("borrower", "sample"),
        contact_point_id=derive_id("contact_point", "sample"),
        language=language_of(situation.locale),
        locale=situation.locale,
        jurisdiction=situation.jurisdiction,
        zones=(situation.zone,),
        postcode=situation.postcode,
        contract_tail=situation.contract_tail,
        identity_proven_at=now - timedelta(days=1) if situation.is_proven else None,
    )


def others_of(situation: Situation, now: datetime) -> tuple[Party, ...]:
    """Return who else has the number."""
    if not situation.shared_tail:
        return ()
    other = replace(situation, contract_tail=situation.shared_tail, is_proven=False)
    return (replace(party_of(other, now), borrower_id=derive_id("borrower", "other")),)


def account_of(situation: Situation, today: date) -> Account:
    """Return the account of *situation* with what is past due and what falls due next."""
    late = timedelta(days=situation.days_past_due)
    past = (Due(today - late, situation.arrears_minor),) if situation.days_past_due else ()
    return Account(
        account_id=AccountId(derive_id("account", "sample")),
        product=situation.product,
        currency=situation.currency,
        balance=Balance(principal=situation.balance_minor),
        annual_rate_bps=situation.annual_rate_bps,
        dues=(*past, Due(situation.next_due_on, situation.next_due_minor)),
    )


def case_of(
    situation: Situation,
    *,
    now: datetime,
    state: State = State.NOTIFIED,
    memory: Memory | None = None,
    record: ContactRecord | None = None,
) -> Case:
    """Return the case of *situation* on the day of *now*; the borrower's number was given with the credit."""
    party = party_of(situation, now)
    talk = Talk(derive_id("conversation", "sample"), state, memory or Memory(), situation.after, needs_person=False)
    case = Case(party, talk, None, record or ContactRecord())
    account = account_of(situation, case.today(now))
    # One person is there, and nobody else waits.
    return replace(case, account=account, staffing=Staffing(people=1, waiting=0))
