"""At which lower rate does a debt go on, for how long? A rate cut, or an interest freeze: a rate of nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from parley.errors import BadInput
from parley.servicing.changes.debt import Debt
from parley.servicing.changes.keep import Keep, repriced
from parley.servicing.products.terms import rates_in_force
from parley.servicing.rate import ZERO_RATE, Rate


@dataclass(frozen=True, slots=True)
class RateCut:
    """Lower the rate to *rate*, for the next *periods* payments or, without a number, to the end.

    With a number and the term kept, one instalment goes through all payments, those at the old rate too.
    """

    rate: Rate
    periods: int | None = None
    keep: Keep = Keep.TERM

    def applied(self, debt: Debt) -> Debt:
        """Return *debt* after it. Raises BadInput for a rate that is not lower."""
        return _at_rate(debt, self.rate, self.periods, self.keep)


@dataclass(frozen=True, slots=True)
class InterestFreeze:
    """Let no interest accrue in the next *periods* payments or, without a number, ever again; as `RateCut`."""

    periods: int | None = None
    keep: Keep = Keep.TERM

    def applied(self, debt: Debt) -> Debt:
        """Return *debt* after it. Raises BadInput where there is no interest to freeze."""
        return _at_rate(debt, ZERO_RATE, self.periods, self.keep)


def _at_rate(debt: Debt, rate: Rate, periods: int | None, keep: Keep) -> Debt:
    in_force = [Rate(per_year) for per_year in rates_in_force(debt.terms)]
    if periods is not None and not 1 <= periods < len(in_force):
        raise BadInput(
            f"Relief of the rate is for 1 to {len(in_force) - 1} of the {len(in_force)} payments; give no number for "
            "all of them.",
            f"利率优惠期须为 1 至 {len(in_force) - 1} 期（共 {len(in_force)} 期）；不填期数即为直至结清。",
        )
    until = len(in_force) if periods is None else periods
    if rate >= max(in_force[:until]):
        raise BadInput(
            "The new rate is not below the rate in force; give a lower one.",
            "新利率不低于现行利率，请填写更低的利率。",
        )
    # A period that is cheaper already stays so: relief never raises a rate.
    rates = [*[min(rate, old) for old in in_force[:until]], *in_force[until:]]
    terms = replace(debt.terms, rate=rates[0], rate_changes=_changes(rates))
    return repriced(debt, replace(debt, terms=terms), keep)


def _changes(rates: Sequence[Rate]) -> tuple[tuple[int, Rate], ...]:
    return tuple([(number + 1, rate) for number, rate in enumerate(rates) if number and rate != rates[number - 1]])
