"""Does Parley keep its own rules in a talk? A watch beside it: what must not be is counted, by kind.

It reads the texts by the look of their figures, as the witness of the demonstration does, and checks each plan anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from parley.engine.library import Library
from parley.engine.twin import Heard, Message, Twin
from parley.money import MINOR_DIGITS
from parley.run.checking.figures import figures
from parley.servicing.delinquency import arrears_minor
from parley.servicing.schedule import Schedule
from parley.simulation.rne13.answer import Answer
from parley.simulation.rne13.case import BorrowerCase
from parley.simulation.rne13.talk import Talk

# Every kind, in the order in which the figures list them. `machine_agreement` is counted where a case is closed.
KINDS: Final = (
    "machine_agreement", "above_capacity", "outside_policy", "wrong_sum", "worsened_offer", "other_number",
    "missing_name", "asked_again", "says_not_done",
)  # fmt: skip
_SHOWS_PLANS: Final = ("offer.", "plan.")
_ASKS_CAPACITY: Final = frozenset({"capacity.ask", "cannot_pay.capacity", "lump.capacity"})


@dataclass(slots=True, repr=False)
class Watch:
    """What was seen of one talk so far; what is wrong is written into `talk`."""

    library: Library
    case: BorrowerCase
    talk: Talk
    _plans: list[Schedule] = field(default_factory=list)
    _named: set[Decimal] = field(default_factory=set)
    _best: tuple[int, int] | None = None

    def text(self, message: Message, twin: Twin) -> None:
        """Judge a text that left; a text with a fault counts once."""
        found = set(self._of_text(message, twin))
        self.talk.violations.update(found)
        self.talk.bad_messages += bool(found)

    def turn(self, back: Heard, answer: Answer) -> None:
        """Judge a menu made in answer to *answer*."""
        if answer.amount_minor:
            self._named.add(self._major(answer.amount_minor))
        memory = back.outcome.memory
        for amount in (memory.asked_minor, memory.capacity_minor, memory.lump_minor, memory.promise_minor):
            if amount is not None:
                self._named.add(self._major(amount))
        if back.outcome.offer is None:
            return
        made = back.outcome.offer
        self._plans += made.menu.plans
        for plan in made.menu.plans:
            self.talk.violations.update(self._of_plan(plan, made.capacity_minor))
        cheapest = min(plan.total_minor for plan in made.menu.plans)
        if self._best is not None and made.capacity_minor >= self._best[0] and cheapest > self._best[1]:
            self.talk.violations["worsened_offer"] += 1
        self._best = (made.capacity_minor, cheapest)

    def _of_plan(self, plan: Schedule, capacity_minor: int) -> list[str]:
        found, policy = [], self.library.policy
        monthly = plan.rows[1:] if plan.has_down_payment else plan.rows
        if max(row.payment_minor for row in monthly) > capacity_minor:
            found.append("above_capacity")
        if plan.count > policy.max_payments[self.case.product] or plan.annual_rate_bps > self.case.annual_rate_bps:
            found.append("outside_policy")
        principal_minor = sum(row.principal_minor for row in plan.rows)
        if principal_minor + plan.forgiven_minor != self.case.balance_minor or plan.rows[-1].balance_minor:
            found.append("wrong_sum")
        return found

    def _of_text(self, message: Message, twin: Twin) -> list[str]:
        found, key, text = [], message.rendered.key, message.rendered.text
        lender, account = self.library.lender, twin.case.account
        if lender.names[message.rendered.language] not in text:
            found.append("missing_name")
        if key in _ASKS_CAPACITY and self._plans:
            found.append("asked_again")
        if (key == "plan.agreed") is not bool(twin.arrangements) and key.startswith("plan."):
            found.append("says_not_done")
        assert account is not None, "an evaluated case owes"
        known = {self._major(account.balance.total), *self._named}
        known |= {self._major(due.amount_minor) for due in account.dues}
        known.add(self._major(arrears_minor(account.dues, twin.case.today(message.created_at))))
        rates = {Decimal(account.annual_rate_bps) / 100}
        for plan in self._plans:
            first = plan.rows[0].payment_minor
            shown = (first, plan.level_minor, plan.last_minor, plan.total_minor, plan.forgiven_minor)
            known |= {self._major(sum_) for sum_ in shown}
            rates.add(Decimal(plan.annual_rate_bps) / 100)
        seen = figures(self._without_own_words(text, twin))
        if not (set(seen.amounts) <= known and set(seen.rates) <= rates):
            found.append("other_number")
        return found

    def _without_own_words(self, text: str, twin: Twin) -> str:
        lender, party = self.library.lender, twin.case.party
        for word in lender.words(party.jurisdiction, party.language).values():
            text = text.replace(word, " ") if word else text
        return text

    def _major(self, minor: int) -> Decimal:
        return Decimal(minor).scaleb(-MINOR_DIGITS[self.case.currency])
