"""One loan or card account: what is owed, by component, and what falls due when.

Knows no borrower, contact or message. Figures are personal data, so none of these types prints an amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from parley.ids import AccountId
from parley.money import LARGEST_MINOR, MINOR_DIGITS


class Product(StrEnum):
    """What kind of credit the account is."""

    CARD = "card"
    LOAN = "loan"
    INSTALMENT = "instalment"


class AccountStatus(StrEnum):
    """Where the account stands with the lender; delinquency is computed, not stored here."""

    OPEN = "open"
    CHARGED_OFF = "charged_off"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, repr=False)
class Balance:
    """What is owed today by component. Units: minor units of the account's currency, none negative."""

    principal: int = 0
    interest: int = 0
    fee: int = 0
    penalty_interest: int = 0
    cost: int = 0

    def __post_init__(self) -> None:
        smallest = min(self.principal, self.interest, self.fee, self.penalty_interest, self.cost)
        assert smallest >= 0, "a component of a balance is never negative"

    @property
    def total(self) -> int:
        """All components together."""
        return self.principal + self.interest + self.fee + self.penalty_interest + self.cost

    def __add__(self, other: Balance) -> Balance:
        return Balance(
            principal=self.principal + other.principal,
            interest=self.interest + other.interest,
            fee=self.fee + other.fee,
            penalty_interest=self.penalty_interest + other.penalty_interest,
            cost=self.cost + other.cost,
        )

    def __sub__(self, other: Balance) -> Balance:
        return Balance(
            principal=self.principal - other.principal,
            interest=self.interest - other.interest,
            fee=self.fee - other.fee,
            penalty_interest=self.penalty_interest - other.penalty_interest,
            cost=self.cost - other.cost,
        )

    def __repr__(self) -> str:
        return "Balance(…)"


@dataclass(frozen=True, slots=True, repr=False)
class Due:
    """One amount that falls due on a day: an instalment, or the minimum payment of a card statement.

    Amounts are increments: a statement's due holds what is *newly* asked for, not the arrears carried over.
    """

    due_on: date
    amount_minor: int
    paid_minor: int = 0

    def __post_init__(self) -> None:
        assert 0 <= self.paid_minor <= self.amount_minor, "a due is paid between nothing and its amount"

    @property
    def open_minor(self) -> int:
        """What is still to be paid of this due."""
        return self.amount_minor - self.paid_minor

    def __repr__(self) -> str:
        return f"Due({self.due_on}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """One account as of now.

    Units: minor units of `currency`; `annual_rate_bps` in hundredths of a percent a year (1,250 = 12.50 %).
    Shape: `dues` ordered by date, one per day at most. They may sum to more than `balance`: a loan's later dues hold
    interest that has not accrued yet. `contract_on`: when the contract was concluded; None: not known.
    """

    account_id: AccountId
    product: Product
    currency: str
    balance: Balance
    annual_rate_bps: int
    dues: tuple[Due, ...]
    credit_limit_minor: int | None = None
    status: AccountStatus = AccountStatus.OPEN
    contract_on: date | None = None

    def __post_init__(self) -> None:
        assert self.currency in MINOR_DIGITS, f"unknown currency {self.currency!r}"
        assert self.annual_rate_bps >= 0, "a rate is never negative"
        assert self.balance.total <= LARGEST_MINOR, "larger than any consumer's debt"
        days = [due.due_on for due in self.dues]
        assert all(a < b for a, b in pairwise(days)), "dues are ordered by date, one per day"

    def __repr__(self) -> str:
        return f"Account({self.account_id}, {self.product}, {self.currency}, {self.status}, …)"
