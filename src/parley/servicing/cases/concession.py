"""Kind plan, two offers: what the new one costs the lender, in value today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from parley.servicing.cases.case import Inputs, Plain
from parley.servicing.cases.loan import periods_per_year
from parley.servicing.cases.offer import schedule_of
from parley.servicing.products.loan import LoanSchedule
from parley.servicing.rates.npv import net_present_value

# Read with each side.
_OF_BOTH: Final = ("principal", "day_count", "rounding", "level_instalment", "annual_nominal_rate_percent")


def concession(inputs: Inputs) -> Mapping[str, Plain]:
    """Return both instalments, both values at the discount rate, and what the lender gives up.

    Rounding: each value half up to a minor unit; the concession is the difference of these.
    """
    was, new = (_offer(inputs, name) for name in ("was", "new"))
    inputs.pass_over(*_OF_BOTH)
    discount = inputs.rate("discount_annual_nominal_rate_percent")
    periods = periods_per_year(inputs)
    npv_was, npv_new = (
        net_present_value([row.payment_minor for row in one.rows], discount, periods) for one in (was, new)
    )
    found = {
        "payment_was": _instalment(was),
        "payment_new": _instalment(new),
        "last_payment_was": was.last_minor,
        "last_payment_new": new.last_minor,
        "total_was": was.total_minor,
        "total_new": new.total_minor,
        "npv_was": npv_was,
        "npv_new": npv_new,
        "concession": npv_was - npv_new,
    }
    return {name: inputs.major(minor) for name, minor in found.items()}


def _instalment(schedule: LoanSchedule) -> int:
    return schedule.rows[len(schedule.terms.skipped)].payment_minor


def _offer(inputs: Inputs, name: str) -> LoanSchedule:
    """Return the schedule of one side: its own fields, and those of the case where it has none."""
    offer = inputs.with_part(name)
    found = schedule_of(offer)
    offer.done()
    return found
