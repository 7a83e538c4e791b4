"""Which shape of loan does a repayment rule mean, written as a sentence? Shapes are those of `products`.

A sentence is read for what it names: interest on top or in it, a share in per cent, an amount, a floor, a count. A word
that is not known makes it not understood: nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from parley.errors import BadInput
from parley.money import Money
from parley.servicing.cases.case import minor_per_major, not_understood
from parley.servicing.interest import MOST_PAYMENTS
from parley.servicing.products.shapes import (
    EqualPrincipal,
    InterestOnly,
    InterestPlus,
    InterestPlusShare,
    Level,
    Shape,
    ShareOfBalance,
)


@dataclass(frozen=True, slots=True, repr=False)
class Rule:
    """A shape with the most payments it has; without one, payments of `instalment` until all is paid.

    `cost` is paid beside the loan with the first payment and every `cost_every` after it.
    """

    shape: Shape | None
    payments: int
    instalment: Money | None = None
    cost: Money | None = None
    cost_every: int = 1

    def __repr__(self) -> str:
        return f"Rule({type(self.shape).__name__}, {self.payments})"


_NUMBER: Final = r"(\d+(?:\.\d+)?)"
# What is taken out of the sentence, first come first; what is left must be known words.
_COST: Final = re.compile(
    rf"(?:plus )?(?:a cost of )?{_NUMBER} with (?:payment 1|the first payment) and every (\d+) \w+ after(?: it)?"
)
_SHARE: Final = re.compile(rf"{_NUMBER} ?%")
_FLOOR: Final = re.compile(rf"(?:at least|no less than|not less than|(?:a )?minimum(?: of)?) {_NUMBER}")
_COUNT: Final = re.compile(
    r"(?:payment|1/|(?:principal|capital|\d{3,}) ?/) ?(\d+)\b"
    r"|\b(\d+) (?:equal |monthly )*(?:payments|months|periods|parts|instalments)\b"
)
_AMOUNT: Final = re.compile(_NUMBER)
_SENTENCE: Final = re.compile(r"[a-z\s,;()]*")
_ON_TOP: Final = re.compile(r"\binterest (?:plus|and)\b|\b(?:plus|and) (?:the )?interest on\b|\bplus interest\b")
_WITHIN: Final = re.compile(
    r"(?:capital|principal|balance)(?: and|,? including|,? with) (?:accrued )?interest|interest included"
    r"|balance \(?(?:of )?(?:capital|principal) plus (?:accrued )?interest"
)
_ONLY: Final = re.compile(r"\binterest only\b|\bonly interest\b")
_EQUAL: Final = re.compile(r"\bequal\b|\bsame\b|\blevel\b|\bannuity\b|1/|(?:principal|capital) ?/")
_INSTALMENTS: Final = re.compile(r"\blevel\b|\bannuity\b|\bequal (?:monthly )?(?:instalments|payments)\b")
_WORDS: Final = frozenset(
    """a accrued all amount an and annuity are as at balance but by capital constant due each end equal every
    everything falls fixed full fully in included including instalment instalments interest is it last least
    left less level loan minimum month monthly months no not of on only original outstanding over paid part
    parts payment payments per period plus principal remaining rest same smaller sum that the then there to
    total until unpaid up what whichever whole with""".split()
)


def repayment_rule(text: str, currency: str, payments: int | None) -> Rule:
    """Return the rule a sentence states; *payments* is the count the case gives beside it, if any.

    Raises BadInput for a sentence that is not understood.
    """
    rest, cost = _taken(_COST, text)
    rest, share = _taken(_SHARE, rest)
    rest, floor = _taken(_FLOOR, rest)
    rest, count = _taken(_COUNT, rest)
    rest, amount = _taken(_AMOUNT, rest)
    # A share of the original capital is an amount, not a share of what is outstanding.
    if share and "original" in rest:
        raise _unknown(text)
    if not _SENTENCE.fullmatch(rest) or not set(re.findall(r"[a-z]+", rest)) <= _WORDS:
        raise _unknown(text)
    stated = int(count[0]) if count else payments
    named = [groups[0] if groups else None for groups in (share, floor, amount)]
    shape = _shape(text, currency, *named)
    if shape is None and not (amount and "interest" not in text and not share and not floor):
        raise _unknown(text)
    if stated is None and isinstance(shape, EqualPrincipal | Level | InterestOnly):
        raise _unknown(text)
    return Rule(
        shape,
        stated or MOST_PAYMENTS,
        _money(amount[0], currency) if amount and shape is None else None,
        _money(cost[0], currency) if cost else None,
        int(cost[1]) if cost else 1,
    )


def _shape(text: str, currency: str, share: str | None, floor: str | None, amount: str | None) -> Shape | None:
    """Return the shape the named parts make; None for a plain amount. Raises BadInput where they do not go together."""
    on_top = _ON_TOP.search(text) is not None and not _WITHIN.search(text)
    if share and not amount:
        least = _money(floor or "0", currency)
        if on_top:
            return InterestPlusShare(Fraction(share) / 100, least)
        if _WITHIN.search(text):
            return ShareOfBalance(Fraction(share) / 100, least)
    elif share or floor:
        pass
    elif _ONLY.search(text) and not amount:
        return InterestOnly()
    elif amount and on_top and not _EQUAL.search(text):
        return InterestPlus(_money(amount, currency))
    elif amount:
        return None
    elif _INSTALMENTS.search(text):
        return Level()
    elif _EQUAL.search(text) or on_top:
        return EqualPrincipal()
    raise _unknown(text)


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, tuple[str, ...] | None]:
    """Return *text* without the one match of *pattern*, and its groups. Raises BadInput where there are two."""
    found = list(pattern.finditer(text))
    if len(found) > 1:
        raise _unknown(text)
    if not found:
        return text, None
    groups = tuple(group for group in found[0].groups() if group is not None)
    return text[: found[0].start()] + " " + text[found[0].end() :], groups


def _money(text: str, currency: str) -> Money:
    minor = Fraction(text) * minor_per_major(currency)
    if minor.denominator != 1:
        raise not_understood(f"the amount {text} in {currency}", f"{currency} 的金额 {text}")
    return Money(minor.numerator, currency)


def _unknown(text: str) -> BadInput:
    return not_understood(f"the repayment rule {text!r}", f"还款规则 {text!r}")
