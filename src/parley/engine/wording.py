"""Which template says a move, and with which values? Words come from the catalogue, figures from the case.

Every placeholder name of the catalogue means one thing; `_FIGURES` and the lender's words say where it comes from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from parley.engine.case import Case, Party
from parley.engine.lender import Lender
from parley.engine.service import Promise
from parley.messaging.catalogue import Catalogue, Rendered
from parley.messaging.values import Value
from parley.money import Money
from parley.negotiation.budget.bands import Band
from parley.negotiation.budget.work_out import Budget, ReadBack
from parley.negotiation.levers import Confirm
from parley.negotiation.moves import Memory, Move
from parley.negotiation.state import State
from parley.servicing.account import Account
from parley.servicing.delinquency import arrears_minor, next_due
from parley.servicing.schedule import Schedule

# Texts of the questions about income and spending begin so.
BUDGET_TEXTS: Final = "budget."
_OFFER_KEYS: Final = ("offer.one", "offer.two", "offer.three")
# Where a plan has a first payment of its own, every plan is told in two parts.
_PARTS_KEYS: Final = ("offer.parts_one", "offer.parts_two", "offer.parts_three")
_BEFORE_A_YES: Final = frozenset({State.OFFER, State.READ_BACK})
_MISSED: Final = "arrangement.missed"
_COMPLETED: Final = "arrangement.completed"


@dataclass(frozen=True, slots=True, repr=False)
class Saying:
    """All that the words of one message may draw on."""

    party: Party
    account: Account | None
    today: date
    memory: Memory = Memory()  # noqa: RUF009 - frozen, so one shared default is safe
    plans: tuple[Schedule, ...] = ()
    context: str = ""
    between: tuple[str, ...] = ()
    # When a person answers, where a time can be told.
    promised: Promise | None = None
    # Whether the line of independent advice belongs in it.
    advised: bool = False
    due_on: date | None = None
    amount_minor: int | None = None
    limit_before_minor: int | None = None
    limit_after_minor: int | None = None
    budget: Budget | None = None
    bands: tuple[Band, ...] = ()
    # What is said of the credit record where the borrower lives, and how many days late a payment of a plan may be.
    credit: str = ""
    grace_days: int = 0
    # Whether a plan has been read back and waits for the yes, and how it is agreed to.
    asks_yes: bool = False
    confirm: Confirm = Confirm.REPLY

    def money(self, minor: int) -> Money:
        """Return an amount in the account's currency."""
        return Money(minor, self.debt.currency)

    @property
    def debt(self) -> Account:
        """Return the account; a figure without one is a defect."""
        assert self.account is not None, "a figure needs an account"
        return self.account

    @property
    def plan(self) -> Schedule:
        """Return the plan that is being read back."""
        if self.memory.option is None:
            assert len(self.plans) == 1, "a plan is read back after it was chosen"
            return self.plans[0]
        return self.plans[self.memory.option]


def _balance(say: Saying) -> Value:
    return say.money(say.debt.balance.total)


def _arrears(say: Saying) -> Value:
    return say.money(arrears_minor(say.debt.dues, say.today))


def _due_on(say: Saying) -> Value:
    if say.due_on is not None:
        return say.due_on
    coming = next_due(say.debt.dues, say.today)
    return coming.due_on if coming is not None else say.today


def _amount(say: Saying) -> Value:
    if say.amount_minor is not None:
        return say.money(say.amount_minor)
    if say.memory.asked_minor is not None:
        return say.money(say.memory.asked_minor)
    assert say.memory.promise_minor is not None, "an amount was promised"
    return say.money(say.memory.promise_minor)


def _lump(say: Saying) -> Value:
    assert say.memory.lump_minor is not None, "a payment was named"
    return say.money(say.memory.lump_minor)


def _limit(which: str) -> Callable[[Saying], Value]:
    def of(say: Saying) -> Value:
        minor = getattr(say, which)
        assert minor is not None, "a limit change names both limits"
        return say.money(minor)

    return of


def _sum(of: Callable[[ReadBack], int]) -> Callable[[Saying], Value]:
    """Return a figure of the sum that is read back."""

    def figure(say: Saying) -> Value:
        shown = say.budget.read_back() if say.budget is not None else None
        assert shown is not None, "a sum is read back where there is an income"
        return say.money(of(shown))

    return figure


def _left_state(say: Saying) -> Value:
    """Return whether a plan fits what is left, nothing is left, or too little."""
    assert say.budget is not None, "a sum is read back where there is one"
    return "short" if say.budget.is_negative else "left" if say.budget.proposal_minor else "tight"


def _edge(say: Saying, name: str) -> Value | None:
    """Return the upper edge of a band, from 1; 0 where the question shows none. None for any other name."""
    stem, _, number = name.rpartition("_")
    if stem != "edge" or not number.isdecimal():
        return None
    edges = [band.up_to_minor or 0 for band in say.bands]
    return say.money(edges[int(number) - 1] if int(number) <= len(edges) else 0)


_FIGURES: Final[dict[str, Callable[[Saying], Value]]] = {
    "balance": _balance,
    "arrears": _arrears,
    "amount": _amount,
    "due_on": _due_on,
    "limit_before": _limit("limit_before_minor"),
    "limit_after": _limit("limit_after_minor"),
    "instalment": lambda say: say.money(say.plan.level_minor),
    "count": lambda say: say.plan.count,
    # A plan told in two parts: the first payment, and those after it.
    "first": lambda say: say.money(say.plan.rows[0].payment_minor),
    "later": lambda say: say.money(say.plan.rows[1].payment_minor if say.plan.count > 1 else 0),
    "later_count": lambda say: say.plan.count - 1,
    "waives": lambda say: "yes" if say.plan.forgiven_minor else "no",
    # In a menu: whether any of its plans waives something.
    "waived": lambda say: "yes" if any(plan.forgiven_minor for plan in say.plans) else "no",
    "forgiven": lambda say: say.money(say.plan.forgiven_minor),
    "last": lambda say: say.money(say.plan.last_minor),
    "first_on": lambda say: say.plan.rows[0].due_on,
    "rate": lambda say: say.plan.annual_rate_bps,
    "total": lambda say: say.money(say.plan.total_minor),
    "last_differs": lambda say: "yes" if say.plan.last_minor != say.plan.level_minor else "no",
    "context": lambda say: say.context or "none",
    "range": lambda say: "yes" if len({plan.total_minor for plan in say.plans}) > 1 else "no",
    "least": lambda say: say.money(min(plan.total_minor for plan in say.plans)),
    "most": lambda say: say.money(max(plan.total_minor for plan in say.plans)),
    "when": lambda say: say.promised.day if say.promised is not None else "soon",
    # Not shown where no time is told.
    "by": lambda say: say.promised.clock if say.promised is not None else "–",
    "one": lambda say: say.between[0],
    "other": lambda say: say.between[1],
    "per": lambda say: "once" if say.memory.asked_once else "month",
    "lump": _lump,
    "bands": lambda say: "yes" if say.bands else "no",
    "topic": lambda say: say.memory.budget_asks.rpartition(":")[2],
    "income": _sum(lambda shown: shown.income_minor),
    "costs": _sum(lambda shown: shown.costs_minor),
    "left": _sum(lambda shown: abs(shown.left_minor)),
    "proposal": _sum(lambda shown: shown.plan_minor),
    "state": _left_state,
    "assumed": lambda say: "yes" if say.budget is not None and say.budget.has_assumed else "no",
    "credit": lambda say: say.credit,
    "grace": lambda say: say.grace_days,
    "asks": lambda say: "no" if not say.asks_yes else "page" if say.confirm is Confirm.PAGE else "yes",
    "confirm": lambda say: say.confirm.value,
    "same_start": lambda say: "yes" if len({plan.rows[0].due_on for plan in say.plans}) == 1 else "no",
}


def _of_option(say: Saying, name: str) -> Value | None:
    """Return a figure of the numbered options: instalment_1, count_2, total_3, …; None for any other name."""
    figure, _, number = name.rpartition("_")
    if not number.isdecimal() or not 1 <= int(number) <= len(say.plans):
        return None
    chosen = replace(say, memory=say.memory.but(option=int(number) - 1))
    return _FIGURES[figure](chosen) if figure in _FIGURES else None


def template_key(move: Move, case: Case, plans: tuple[Schedule, ...], lender: Lender) -> str:
    """Return the catalogue key of a move's saying; some depend on what the country or the case has to offer."""
    words = lender.words(case.party.jurisdiction, case.party.language)
    match move.say:
        case "offer" | "missed" | "kept":
            keys = {"offer": _offer_key, "missed": missed_key}
            return keys[move.say](plans) if move.say in keys else completed_key(lender)
        case "plan.read_back" if move.memory.option is not None and plans[move.memory.option].has_down_payment:
            return "plan.read_back_parts"
        case "info.balance" if move.to in _BEFORE_A_YES and plans:
            # Whoever asks before agreeing is told what a plan costs, and what holds without one.
            return "info.what_if"
        case "offer.none" if not words["advice"]:
            return "offer.none_person"
        case "identity.ask":
            country = case.party.jurisdiction.split("-", maxsplit=1)[0]
            return "identity.ask_postcode" if country in lender.asks_postcode else "identity.ask_contract_tail"
        case "crisis.support" if not words["lines"]:
            return "crisis.person"
        case "crisis.support_stopped":
            return "stop.confirmed_crisis" if words["lines"] else "stop.confirmed"
        case _:
            return move.say


def missed_key(plans: tuple[Schedule, ...]) -> str:
    """Return the key of the text about a missed payment, with the offer of *plans* where there are any."""
    if not plans:
        return _MISSED
    return f"{_MISSED}_{_offer_key(plans).removeprefix('offer.')}"


def _offer_key(plans: tuple[Schedule, ...]) -> str:
    keys = _PARTS_KEYS if any(plan.has_down_payment for plan in plans) else _OFFER_KEYS
    return keys[len(plans) - 1]


def completed_key(lender: Lender) -> str:
    """Return the key of the thanks for a plan that was kept, with or without the question how it was."""
    return f"{_COMPLETED}_score" if lender.asks_satisfaction else _COMPLETED


def render(key: str, say: Saying, lender: Lender, catalogue: Catalogue) -> Rendered:
    """Render template *key* in the borrower's language. A placeholder without a source is a defect."""
    party = say.party
    words = lender.words(party.jurisdiction, party.language)
    values: dict[str, Value] = {name: words[name] for name in catalogue.standing}
    if lender.names_people and party.agent and len(party.agent) <= catalogue.standing["agent"].limit:
        values["agent"] = party.agent
    values["page"] = lender.page_of(party.page_code, catalogue.standing["page"].limit)
    # Shown where it belongs and the place has such advice.
    values["advised"] = "yes" if say.advised and words["advice"] else "no"
    for name in catalogue.entry(key).placeholders.keys() - values.keys():
        values[name] = words[name] if name in words else _figure(say, name)
    return catalogue.render(key, party.language, values, today=say.today)


def _figure(say: Saying, name: str) -> Value:
    source = _FIGURES.get(name)
    if source is not None:
        return source(say)
    of_option = edge if (edge := _edge(say, name)) is not None else _of_option(say, name)
    assert of_option is not None, f"no source for placeholder {name!r}"
    return of_option
