"""Does a text about an offer state a number that is not in the offer record? Read from the finished text.

Amounts, rates and counts are read by the look of them. What is the lender's own (names, hotline, hours, page) and the
dates of payments are set aside; every figure that is left must be one of the record: a payment, a total, what is
forgiven, a rate, a count, the number of an option. A text that tells what holds without a plan states the account's
figures beside these, as they were when it was answered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from parley.engine.lender import Lender
from parley.money import MINOR_DIGITS
from parley.servicing.account import Account
from parley.servicing.delinquency import arrears_minor
from parley.servicing.schedule import Schedule

# The texts that state what the account owes beside what plans cost.
WITH_ACCOUNT: Final = frozenset({"info.what_if"})
# The texts whose figures are those of an offer; the other texts of a talk state the account's.
OFFER_TEXTS: Final = frozenset(
    {
        *WITH_ACCOUNT,
        *("offer.one", "offer.two", "offer.three", "offer.parts_one", "offer.parts_two", "offer.parts_three"),
        *("plan.read_back", "plan.read_back_parts", "plan.agreed"),
        *("arrangement.missed_one", "arrangement.missed_two", "arrangement.missed_three"),
        *("arrangement.missed_parts_one", "arrangement.missed_parts_two", "arrangement.missed_parts_three"),
    }
)

# The texts that take back what was confirmed to the borrower.
TAKING_BACK: Final = frozenset({"plan.core_refused"})

_DATES: Final = re.compile(
    r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? \d{1,2}(?:, \d{4})?\b"
    r"|(?:\d{4}年)?\d{1,2}月\d{1,2}日",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d|,\d)|\d+(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True, repr=False)
class Offered:
    """What a text about an offer may speak of: the plans of its record, and what was missed of the plan before.

    `owed_minor`: what the account owes and what of it is past due, for a text that states these too.
    """

    plans: tuple[Schedule, ...]
    missed_minor: int | None = None
    owed_minor: tuple[int, ...] = ()

    @property
    def numbers(self) -> frozenset[Decimal]:
        """Every number of the record, as a text writes it: amounts in major units, rates in percent."""
        found = {Decimal(number) for number in range(1, len(self.plans) + 1)}
        for plan in self.plans:
            digits = MINOR_DIGITS[plan.currency]
            sums = {row.payment_minor for row in plan.rows} | {plan.total_minor, plan.forgiven_minor}
            sums |= {*self.owed_minor} | ({self.missed_minor} if self.missed_minor is not None else set())
            found |= {Decimal(minor).scaleb(-digits) for minor in sums}
            found |= {Decimal(plan.annual_rate_bps).scaleb(-2), Decimal(plan.count)}
        if any(plan.has_down_payment for plan in self.plans):
            # Told in two parts: the first payment, and how many come after it, which may be none.
            found |= {Decimal(0), *(Decimal(plan.count - 1) for plan in self.plans)}
        return frozenset(found)


def owed_of(account: Account, today: date) -> Mapping[str, int]:
    """Return what *account* owes and what of it is past due on *today*, by name, in minor units: kept with the turn."""
    return {"balance_minor": account.balance.total, "arrears_minor": arrears_minor(account.dues, today)}


@dataclass(frozen=True, slots=True, repr=False)
class Said:
    """A finished text and what the gate must know of it: its template, who says it, what it may state of an offer.

    `offered` is None for a text that is not about an offer.
    """

    text: str
    key: str
    offered: Offered | None = None
    is_by_person: bool = False


def states_other_numbers(text: str, offered: Offered, lender: Lender) -> bool:
    """Say whether *text* states a number that no plan of the record holds."""
    bare = unicodedata.normalize("NFKC", text)
    if lender.page:
        # With what makes the address the borrower's own.
        bare = re.sub(re.escape(lender.page) + r"(?:/[A-Za-z0-9_-]+)?", " ", bare)
    for words in _own_words(lender):
        bare = bare.replace(words, " ")
    numbers = offered.numbers
    return any(Decimal(one.replace(",", "")) not in numbers for one in _NUMBER.findall(_DATES.sub(" ", bare)))


def _own_words(lender: Lender) -> Sequence[str]:
    """Return the lender's own words as texts show them, the longest first: one may be part of another."""
    words = {*lender.names.values(), *lender.agents.values(), *lender.hours.values(), lender.hotline}
    words |= {*lender.advice.values(), *lender.lines.values()}
    found = {unicodedata.normalize("NFKC", one) for one in (*words, *lender.stop_words.values()) if one.strip()}
    return sorted(found, key=lambda one: (-len(one), one))
