"""What does a menu depend on? These facts and nothing else: no word the borrower wrote, no tone, no language."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from parley.negotiation.levers import Role
from parley.servicing.account import Product


@dataclass(frozen=True, slots=True, repr=False)
class Facts:
    """All that a menu depends on. Units: minor units of `currency`, basis points, days; capacity is a month's.

    `charges_minor` of the balance are fees and penalty interest, `penalty_minor` of these penalty interest.
    `lump_minor`: what the borrower can pay at once, on the first day, where that is more than a month's capacity.
    `pay_day`: the pay-day that the first day follows, where one was named. `offered_on`: from which a late first day
    defers payments; None: it never does. `agreed_before`: plans of the account agreed in the period the policy counts.
    """

    product: Product
    currency: str
    balance_minor: int
    contract_rate_bps: int
    days_past_due: int
    capacity_minor: int
    first_due_on: date
    charges_minor: int = 0
    penalty_minor: int = 0
    lump_minor: int = 0
    offered_on: date | None = None
    agreed_before: int = 0
    pay_day: date | None = None
    role: Role = Role.MACHINE

    def __post_init__(self) -> None:
        is_part = 0 <= self.penalty_minor <= self.charges_minor <= self.balance_minor
        assert is_part, "penalty interest is part of the charges, charges of the balance"

    @property
    def at_once_minor(self) -> int:
        """What the borrower can pay on the first day."""
        return max(self.capacity_minor, self.lump_minor)

    def to_json(self) -> Mapping[str, object]:
        """Return the facts as plain values, dates as ISO text: what the certificate keeps."""
        plain = asdict(self)
        plain["first_due_on"] = self.first_due_on.isoformat()
        plain["pay_day"] = self.pay_day.isoformat() if self.pay_day is not None else None
        plain["offered_on"] = self.offered_on.isoformat() if self.offered_on is not None else None
        return plain | {"product": str(self.product), "role": str(self.role)}

    @property
    def hash(self) -> str:
        """SHA-256 of the facts as compact JSON with sorted keys: equal hashes, equal menus."""
        text = json.dumps(self.to_json(), separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
