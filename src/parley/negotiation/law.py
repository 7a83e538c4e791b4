"""Which bounds does the law set to these plans, as far as a certificate has to name them? Prepared by the engine.

The question itself (`is_lawful`) stays the engine's; here are the bounds it asks by, so that the room each plan
leaves can be written down and checked years later without the rulebook.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from parley.negotiation.levers import WHOLE_BPS
from parley.servicing.schedule import PlanFigures


@dataclass(frozen=True, slots=True)
class LawBound:
    """One rule that bounds plans. `rates`: (below this many minor units repaid or None, highest yearly rate).

    `forbids_capitalising`: penalty interest may not come to bear interest.
    """

    rule_id: str
    max_months: int | None = None
    rates: tuple[tuple[int | None, Fraction], ...] = ()
    forbids_capitalising: bool = False

    def highest_rate(self, principal_minor: int) -> Fraction | None:
        """Return the highest yearly rate for this principal, or None where none is set."""
        return next((rate for below, rate in self.rates if below is None or principal_minor < below), None)

    def to_json(self) -> dict[str, object]:
        """Return the bound as plain values; rates as text of a fraction."""
        return {
            "rule": self.rule_id,
            "max_months": self.max_months,
            "rates": [{"below_minor": below, "highest": str(rate)} for below, rate in self.rates],
            "forbids_capitalising": self.forbids_capitalising,
        }


def law_slack(plan: PlanFigures, principal_minor: int, bounds: Sequence[LawBound]) -> dict[str, int]:
    """Return the room *plan* leaves under the narrowest bound of each kind: months, and basis points a year."""
    months = [one.max_months - plan.count - plan.deferred for one in bounds if one.max_months is not None]
    highest = [rate for one in bounds if (rate := one.highest_rate(principal_minor)) is not None]
    slack = {"law_months": min(months)} if months else {}
    if highest:
        slack["law_rate_bps"] = floor(min(highest) * WHOLE_BPS) - plan.annual_rate_bps
    return slack
