"""What must a card borrower pay at least? A share of the principal plus all charges, or a floor, or all there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from parley.money import divide_half_up
from parley.servicing.account import Balance

_WHOLE_BPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class MinimumTerms:
    """The product's terms: `percent_bps` of principal in hundredths of a percent, `floor_minor` in minor units."""

    percent_bps: int
    floor_minor: int

    def __post_init__(self) -> None:
        assert 0 <= self.percent_bps <= _WHOLE_BPS, "a share of the principal lies between 0 and 100 %"
        assert self.floor_minor >= 0, "a floor is never negative"


def minimum_payment(terms: MinimumTerms, balance: Balance) -> int:
    """Return max(share of principal + interest + fees, floor), never above the balance.

    Fees are all that is neither principal nor interest: fee, penalty interest and cost.
    Units: minor units. Rounding: the share of the principal half up.
    """
    share = divide_half_up(balance.principal * terms.percent_bps, _WHOLE_BPS)
    charges = balance.total - balance.principal
    return min(max(share + charges, terms.floor_minor), balance.total)
