"""Random readings, memories, standing facts and menu facts, and the shipped policy."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files

from hypothesis import strategies as st

from parley.negotiation.after_agreement import END_PLAN, PLAN_KEPT, PLAN_MISSED, RECHECK, SATISFACTION
from parley.negotiation.after_words import AfterWords
from parley.negotiation.menu import Facts
from parley.negotiation.moves import Memory
from parley.negotiation.policy import Policy, load_policy
from parley.negotiation.standing import AtOnce, Standing
from parley.nlu.reading import Intent, Reading, Slots
from parley.servicing.account import Product
from parley.servicing.schedule import level_instalment

TODAY = date(2026, 11, 23)
CURRENCIES = ("USD", "CNY", "TWD", "PHP", "INR")


@cache
def raw_policy() -> bytes:
    return (files("parley.negotiation") / "data" / "policy.toml").read_bytes()


@cache
def shipped_policy() -> Policy:
    return load_policy(raw_policy())


def page_policy_text() -> str:
    """Return the shipped policy with plans agreed to on the page alone, under a name of its own."""
    name = 'id = "sample-lender-2026-11'
    text = raw_policy().decode()
    assert text.count(name) == 1
    return text.replace(name + '"', f'confirm = "page"\n{name}-on-page"')


def days(near: int = 400) -> st.SearchStrategy[date]:
    return st.integers(-near, near).map(lambda step: TODAY + timedelta(days=step))


def amounts() -> st.SearchStrategy[Decimal]:
    return st.one_of(st.just(Decimal(0)), st.decimals(0, 1_000_000, places=2), st.integers(0, 5_000).map(Decimal))


def slots() -> st.SearchStrategy[Slots]:
    return st.builds(
        Slots,
        amount=st.none() | amounts(),
        amount_alternatives=st.just(()) | st.tuples(amounts(), amounts()),
        currency=st.sampled_from([None, None, *CURRENCIES]),
        frequency=st.sampled_from([None, "daily", "weekly", "biweekly", "semimonthly", "monthly"]),
        dates=st.lists(days(), max_size=2).map(tuple),
        option=st.none() | st.sampled_from(["1", "2", "3", "4", "0", "A", "b", "Z"]),
    )


def readings(intents: st.SearchStrategy[Intent] | None = None) -> st.SearchStrategy[Reading]:
    return st.builds(
        Reading,
        intent=st.sampled_from(Intent) if intents is None else intents,
        also=st.lists(st.sampled_from(Intent), max_size=2).map(tuple),
        slots=slots(),
        conditional=st.booleans(),
        oos=st.booleans(),
        sensitive=st.booleans(),
        confidence=st.sampled_from([0.3, 0.6, 0.8, 0.95]),
        alternatives=st.just(()) | st.lists(st.sampled_from(Intent), min_size=2, max_size=3, unique=True).map(tuple),
    )


@st.composite
def memories(draw: st.DrawFn) -> Memory:
    """Draw a memory; one with a chosen option has an offer it was chosen from."""
    has_offer = draw(st.booleans())
    return Memory(
        goal=draw(st.sampled_from(["", *map(str, Intent), END_PLAN, PLAN_MISSED, PLAN_KEPT])),
        turns=draw(st.integers(0, 25)),
        unclear=draw(st.integers(0, 2)),
        identity_tries=draw(st.integers(0, 3)),
        menus=draw(st.integers(0, 5)),
        capacity_minor=draw(st.none() | st.integers(0, 10**7)),
        lump_minor=draw(st.none() | st.integers(1, 10**8)),
        asked_minor=draw(st.none() | st.integers(1, 10**7)),
        asked_once=draw(st.booleans()),
        first_due_on=draw(st.none() | days()),
        offer_id="x" if has_offer else "",
        option=draw(st.none() | st.integers(0, 2)) if has_offer else None,
        promise_minor=draw(st.none() | st.integers(1, 10**7)),
        promise_due_on=draw(st.none() | days()),
    )


@st.composite
def standings(draw: st.DrawFn, *, is_proven: bool | None = None) -> Standing:
    balance = draw(st.integers(0, 10**8))
    proven = draw(st.booleans()) if is_proven is None else is_proven
    return Standing(
        today=TODAY,
        currency=draw(st.sampled_from(CURRENCIES)),
        is_proven=proven,
        identity_answer="" if proven else draw(st.sampled_from(["", "match", "mismatch"])),
        identity_tries=3,
        owes=balance > 0,
        arrears_minor=draw(st.integers(0, balance)),
        balance_minor=balance,
        options=draw(st.integers(0, 3)),
        stop_scope=draw(st.sampled_from(["all", "promotions"])),
        context=draw(
            st.sampled_from(["", "offer", "promo", "limit_change", "identity", "overdue", RECHECK, SATISFACTION])
        ),
        has_plan=draw(st.booleans()),
        has_missed=draw(st.booleans()),
        after=draw(
            st.builds(
                AfterWords,
                ends_plan=st.booleans(),
                ends_it=st.booleans(),
                is_unchanged=st.booleans(),
                has_changed=st.booleans(),
                score=st.none() | st.integers(1, 5),
            )
        ),
        wants_limit_rise=draw(st.booleans()),
        may_ask_limit_rise=draw(st.booleans()),
        at_once=draw(
            st.none()
            | st.builds(
                AtOnce,
                amount_minor=st.none() | st.integers(0, 2 * 10**8),
                is_sure=st.booleans(),
                rest_minor=st.none() | st.integers(0, 10**6),
                is_later=st.booleans(),
            )
        ),
    )


@st.composite
def menu_facts(draw: st.DrawFn) -> Facts:
    """Draw facts whose capacity lies, as often as not, within two minor units of what some plan asks for."""
    product, currency = draw(st.sampled_from(Product)), draw(st.sampled_from(CURRENCIES))
    balance = draw(st.one_of(st.integers(1, 3_000), st.integers(1, 5 * 10**6)))
    contract, late = draw(st.integers(0, 4_000)), draw(st.integers(-30, 200))
    rate = shipped_policy().plan_rate_bps(contract, late)
    count = draw(st.integers(1, 60))
    near = st.integers(-2, 2).map(lambda step: max(0, level_instalment(balance, rate, count) + step))
    return Facts(
        product=product,
        currency=currency,
        balance_minor=balance,
        contract_rate_bps=contract,
        days_past_due=late,
        capacity_minor=draw(near | st.integers(0, 5 * 10**5)),
        first_due_on=TODAY + timedelta(days=draw(st.integers(1, 45))),
    )
