"""What several votes say together: which intents fall away or turn into another, by the guide and our last message.

It sees votes and facts, never the account. The one intent is then the first in the guide's priority.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from parley.nlu.reading import PATTERN, TAUGHT, Intent, ReadingContext
from parley.nlu.slots import Facts
from parley.nlu.votes import MENU_CONTEXTS, Vote

# The guide's priority, then the order in which what a reply "mainly does" is decided between equals.
_PRIORITY: Final = (
    *(Intent.RISK, Intent.LEGAL, Intent.STOP, Intent.FRAUD_CLAIM, Intent.WRONG_NUMBER),
    *(Intent.ALREADY_PAID, Intent.DISPUTE, Intent.ASK_PLAN, Intent.COUNTER_OFFER, Intent.DECLINE, Intent.CALL_TIME),
    *(Intent.ASK_HUMAN, Intent.COMPLAINT, Intent.CANNOT_PAY, Intent.PROMISE_TO_PAY, Intent.ACCEPT, Intent.HELP),
    *(Intent.ASK_INFO, Intent.THANKS, Intent.OTHER, Intent.IDENTITY_ANSWER, Intent.CAPACITY_ANSWER),
)
RANK: Final[Mapping[Intent, int]] = {intent: rank for rank, intent in enumerate(_PRIORITY)}
# These come before what the reply mainly does, however sure the rest is.
FIRST: Final = frozenset(_PRIORITY[:5])
# Our messages that a yes or a no answers.
_YES_NO_CONTEXTS: Final = MENU_CONTEXTS | {"limit_change", "promo", "risk_alert", "capacity"}
_COUNTERED: Final = 0.9
_WHOLE_CHOICE: Final = 1.0


class Ballot:
    """The strongest vote for each intent."""

    def __init__(self, votes: list[Vote]) -> None:
        self.best: dict[Intent, Vote] = {}
        for vote in votes:
            self.offer(vote)

    def __contains__(self, intent: Intent) -> bool:
        return intent in self.best

    def offer(self, vote: Vote) -> None:
        """Count *vote* where it is the strongest for its intent."""
        if vote.intent not in self.best or vote.weight > self.best[vote.intent].weight:
            self.best[vote.intent] = vote

    def weight(self, intent: Intent) -> float:
        """Return the weight of the intent's vote; 0 where it has none."""
        return self.best[intent].weight if intent in self.best else 0.0

    def covers(self, outer: Intent, inner: Intent) -> bool:
        """Say whether the words of *inner* are part of those of *outer*."""
        if outer not in self.best or inner not in self.best:
            return False
        a, b = self.best[outer], self.best[inner]
        return a.start <= b.start and b.end <= a.end

    def drop(self, *intents: Intent) -> None:
        """Take the votes of *intents* away."""
        for intent in intents:
            self.best.pop(intent, None)

    def turn(self, old: Intent, new: Intent) -> None:
        """Count the vote of *old* for *new*."""
        if old in self.best:
            self.offer(replace(self.best.pop(old), intent=new))


def settle(votes: list[Vote], facts: Facts, context: ReadingContext) -> Ballot:
    """Return the votes that stand, by the guide."""
    ballot = Ballot(votes)
    _settle_urgent(ballot, facts)
    by_context = _BY_CONTEXT.get(context.last_message or "")
    if by_context is not None:
        by_context(ballot, facts)
    if context.last_message not in _YES_NO_CONTEXTS:
        ballot.drop(Intent.ACCEPT, Intent.DECLINE)
    _settle_money(ballot, context)
    if len(ballot.best) > 1:
        ballot.drop(Intent.OTHER)
    return ballot


def _settle_urgent(ballot: Ballot, facts: Facts) -> None:
    if Intent.STOP in ballot:
        ballot.drop(Intent.DECLINE, Intent.ACCEPT, Intent.OTHER, Intent.THANKS)
        if not facts.labels("channel"):
            ballot.drop(Intent.CALL_TIME)
    if Intent.HELP in ballot and Intent.FRAUD_CLAIM in ballot and "fraud_claim" in facts.labels("also"):
        # "Is this fraud?" asks; "I borrowed nothing, is this fraud?" claims.
        asks, claims = ballot.best[Intent.HELP], ballot.best[Intent.FRAUD_CLAIM]
        apart = claims.end <= asks.start or asks.end <= claims.start
        ballot.drop(Intent.HELP if apart else Intent.FRAUD_CLAIM)


def _settle_money(ballot: Ballot, context: ReadingContext) -> None:
    """Let a wish, a receipt and a refusal speak louder than the promise that their words also look like."""
    is_plan = Intent.ASK_PLAN in ballot and context.last_message != "offer"
    if is_plan and ballot.weight(Intent.ASK_PLAN) >= ballot.weight(Intent.CANNOT_PAY):
        ballot.drop(Intent.PROMISE_TO_PAY)
    if Intent.DECLINE in ballot:
        ballot.drop(Intent.ACCEPT)
    if Intent.ALREADY_PAID in ballot:
        ballot.drop(Intent.PROMISE_TO_PAY, Intent.COUNTER_OFFER)


def _after_identity(ballot: Ballot, _facts: Facts) -> None:
    """Read a no to who they are as a wrong number."""
    ballot.turn(Intent.DECLINE, Intent.WRONG_NUMBER)
    if Intent.IDENTITY_ANSWER in ballot:
        ballot.drop(Intent.FRAUD_CLAIM, Intent.ACCEPT)


def _after_capacity(ballot: Ballot, _facts: Facts) -> None:
    if Intent.CAPACITY_ANSWER in ballot:
        ballot.drop(
            Intent.PROMISE_TO_PAY,
            Intent.COUNTER_OFFER,
            Intent.ACCEPT,
            Intent.CANNOT_PAY,
            Intent.ASK_PLAN,
            Intent.DECLINE,
            Intent.OTHER,
        )


def _after_alert(ballot: Ballot, _facts: Facts) -> None:
    """Hear nothing of payments to us: an alert asks about a transaction."""
    ballot.drop(Intent.CANNOT_PAY, Intent.PROMISE_TO_PAY, Intent.ALREADY_PAID, Intent.THANKS)
    if Intent.FRAUD_CLAIM in ballot:
        ballot.drop(Intent.ACCEPT, Intent.DISPUTE)


def _after_read_back(ballot: Ballot, _facts: Facts) -> None:
    """Read every other wish as one to change the plan that was read back."""
    ballot.turn(Intent.COUNTER_OFFER, Intent.ASK_PLAN)


def _after_promise(ballot: Ballot, facts: Facts) -> None:
    """Read what follows a no as the other amount or day that the text asks for."""
    if Intent.DECLINE in ballot:
        ballot.turn(Intent.PROMISE_TO_PAY, Intent.COUNTER_OFFER)
        for day in facts.open_days(past=False)[:1]:
            ballot.offer(Vote(Intent.COUNTER_OFFER, PATTERN, day.start, day.end, "another day after a no"))


def _after_offer(ballot: Ballot, facts: Facts) -> None:
    """Read thanks and okays as a yes, a payment named instead as a counter-offer."""
    if Intent.ACCEPT in ballot and Intent.ASK_PLAN in ballot and facts.labels("conditional"):
        ballot.drop(Intent.ASK_PLAN)
    if Intent.ACCEPT in ballot and facts.labels("conditional"):
        # "Agreed, if you drop the fee": the condition is neither a dispute nor a no of its own.
        ballot.drop(Intent.DISPUTE)
        if ballot.covers(Intent.ACCEPT, Intent.DECLINE):
            ballot.drop(Intent.DECLINE)
    if ballot.weight(Intent.DECLINE) >= TAUGHT:
        # The whole reply is a no: what its words would be elsewhere counts for nothing.
        ballot.drop(Intent.COUNTER_OFFER, Intent.ASK_PLAN)
    if Intent.COUNTER_OFFER in ballot:
        _with_counter(ballot)
    elif Intent.PROMISE_TO_PAY in ballot:
        is_other = bool(facts.open_days(past=False) or facts.labels("anchor"))
        if is_other or Intent.ACCEPT not in ballot:
            ballot.turn(Intent.PROMISE_TO_PAY, Intent.COUNTER_OFFER if is_other else Intent.ACCEPT)
    if Intent.THANKS in ballot and len(ballot.best) == 1:
        ballot.turn(Intent.THANKS, Intent.ACCEPT)
    if Intent.CANNOT_PAY in ballot and not facts.labels("hardship"):
        ballot.turn(Intent.CANNOT_PAY, Intent.DECLINE)


def _with_counter(ballot: Ballot) -> None:
    ballot.best[Intent.COUNTER_OFFER] = replace(ballot.best[Intent.COUNTER_OFFER], weight=_COUNTERED)
    if ballot.weight(Intent.ACCEPT) >= _WHOLE_CHOICE:
        ballot.drop(Intent.COUNTER_OFFER, Intent.PROMISE_TO_PAY)
    else:
        ballot.drop(Intent.PROMISE_TO_PAY, Intent.ACCEPT, Intent.DECLINE, Intent.ASK_PLAN, Intent.CANNOT_PAY)


_BY_CONTEXT: Final[Mapping[str, Callable[[Ballot, Facts], None]]] = {
    "identity": _after_identity,
    "capacity": _after_capacity,
    "risk_alert": _after_alert,
    "offer": _after_offer,
    "plan_confirm": _after_read_back,
    "promise_confirm": _after_promise,
}
