"""Which payments repay a loan, and what does each consist of? Any shape, any dates, whole minor units.

Theory: every period the interest accrues, the shape says what is asked for, and the payment pays the interest first.
The last payment clears whatever is left, so a schedule always ends at zero, sooner where rounding allows; a borrower is
told the payments of the finished schedule. Interest that no payment covers joins the balance in a row that says so.

Level plans at equal steps in basis points have a faster path, `servicing.schedule`; both give the same rows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple, assert_never

from parley.errors import BadInput
from parley.money import LARGEST_MINOR, Money
from parley.servicing.products.instalment import (
    INTEREST,
    Ask,
    asks_of,
    exact_instalment,
    refuse_more_first,
    refuse_negative,
)
from parley.servicing.products.shapes import (
    BalanceShape,
    EqualPrincipal,
    InstalmentShape,
    InterestOnly,
    InterestPlus,
    InterestPlusShare,
    Level,
    Shape,
    ShareOfBalance,
    amounts_of,
)
from parley.servicing.products.terms import (
    Ledger,
    LoanRounding,
    LoanTerms,
    UnpaidInterest,
    period_rates,
    refuse_mixed,
    refuse_too_large,
)
from parley.servicing.rounding import Rounding, divide, to_whole
from parley.servicing.schedule import TooSmall

# Whole in a whole ledger, a fraction in an exact one.
_Amount = int | Fraction


class LoanRow(NamedTuple):
    """One payment; payment = principal + interest.

    `capitalised_minor` is interest that joined the balance with this row; `held_minor` what is accrued after it and
    neither paid nor in the balance; `balance_minor` the balance after it.
    """

    number: int
    due_on: date
    payment_minor: int
    principal_minor: int
    interest_minor: int
    balance_minor: int
    capitalised_minor: int = 0
    held_minor: int = 0

    def __repr__(self) -> str:
        return f"LoanRow({self.number}, {self.due_on}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class LoanSchedule:
    """A schedule that ends at zero. The parts of principal sum to the loan and what was capitalised."""

    rows: tuple[LoanRow, ...]
    terms: LoanTerms

    @property
    def count(self) -> int:
        """The number of rows, skipped payments among them; rounding may leave fewer than were asked for."""
        return len(self.rows)

    @property
    def payments(self) -> int:
        """The number of payments that ask for money, as a borrower is told it."""
        return sum([row.payment_minor > 0 for row in self.rows])

    @property
    def last_minor(self) -> int:
        """The last payment."""
        return self.rows[-1].payment_minor

    @property
    def total_minor(self) -> int:
        """All payments together."""
        return sum([row.payment_minor for row in self.rows])

    @property
    def interest_minor(self) -> int:
        """What the loan costs: all payments less what was lent."""
        return self.total_minor - self.terms.principal.minor

    @property
    def growing(self) -> tuple[int, ...]:
        """The numbers of the payments that do not cover their interest, skipped ones included."""
        return tuple(
            [row.number for row in self.rows if row.capitalised_minor or (row.held_minor and self._skips(row))]
        )

    def _skips(self, row: LoanRow) -> bool:
        return row.number in self.terms.skipped

    def __repr__(self) -> str:
        return f"LoanSchedule({self.count} rows, {self.terms.principal.currency}, …)"


def loan_schedule(terms: LoanTerms, shape: Shape) -> LoanSchedule:
    """Return the schedule of a loan in a shape. Raises BadInput for a shape the loan cannot have.

    Rounding: as `terms.rounding` names it. In an exact ledger the interest of a row holds the rounding of its payment.
    """
    refuse_mixed(terms.principal.currency, amounts_of(shape))
    rates = period_rates(terms)
    if isinstance(shape, BalanceShape):
        return _finished(terms, _pay_down(terms, rates, _from_balance(shape, terms)))
    return _finished(terms, _by_instalment(terms, rates, shape))


def instalment_schedule(terms: LoanTerms, instalment: Money) -> LoanSchedule | TooSmall:
    """Return the schedule of payments of *instalment* until all is paid, the last one smaller.

    Refuses with TooSmall where the payments of the terms are not enough, or one would not cover its interest; its
    `needed_minor` is the least instalment that does.
    """
    refuse_mixed(terms.principal.currency, (instalment,))
    if instalment.minor < 1:
        raise BadInput(
            "An instalment must be above zero; give the amount of one payment.",
            "每期还款金额必须大于零，请填写每期金额。",
        )
    rates = period_rates(terms)
    lines = _level(terms, rates, instalment.minor, may_grow=False)
    if _repays(lines, instalment.minor):
        return _finished(terms, lines)
    first = next(line for line in lines if line.number not in terms.skipped)
    return TooSmall(to_whole(first.accrued, terms.rounding.interest), _least_instalment(terms, rates))


def repays(terms: LoanTerms, instalment: Money) -> bool:
    """Return whether payments of *instalment* repay the loan in those of the terms, each covering its interest."""
    lines = _level(terms, period_rates(terms), instalment.minor, may_grow=False)
    return _repays(lines, instalment.minor)


def last_payment_minor(terms: LoanTerms, instalment: Money) -> int | None:
    """Return what is left for the last payment where *instalment* is paid before it; None where the loan would grow.

    What is held without interest is not in it. Rounding: as an instalment.
    """
    lines = _level(terms, period_rates(terms), instalment.minor, may_grow=False)
    if lines[-1].balance:
        return None
    return to_whole(_last_without_held(lines), terms.rounding.instalment)


class _Line(NamedTuple):
    """One row before it is shown: amounts as the ledger keeps them."""

    number: int
    payment: _Amount
    accrued: _Amount
    capitalised: _Amount
    held: _Amount
    balance: _Amount


# (number, balance before, interest of the period) → what is asked for.
_Asked = Callable[[int, _Amount, _Amount], _Amount]


def _pay_down(terms: LoanTerms, rates: Sequence[Fraction], asked: _Asked, *, may_grow: bool = True) -> list[_Line]:
    """Follow the balance until the last payment clears it, or one that does not cover its interest and may not."""
    balance: _Amount = terms.principal.minor
    held: _Amount = 0
    lines = []
    whole, rounding = terms.rounding.ledger is Ledger.WHOLE, terms.rounding.interest
    for number, rate in enumerate(rates, 1):
        if whole:
            assert isinstance(balance, int)
            interest: _Amount = divide(balance * rate.numerator, rate.denominator, rounding)
        else:
            interest = balance * rate
        due = balance + interest
        if due + held > LARGEST_MINOR:
            refuse_too_large(due + held)
        payment: _Amount
        capitalised: _Amount
        if number in terms.skipped:
            payment, (capitalised, held) = 0, _unpaid(terms, number, interest, held)
            balance += capitalised
        elif number == len(rates) or (payment := asked(number, balance, interest)) >= due:
            lines.append(_Line(number, due + held, interest, 0, 0, 0))
            break
        else:
            capitalised = interest - payment if payment < interest else 0
            balance = due - payment
        lines.append(_Line(number, payment, interest, capitalised, held, balance))
        if capitalised and not may_grow and number not in terms.skipped:
            break
    return lines


def _unpaid(terms: LoanTerms, number: int, interest: _Amount, held: _Amount) -> tuple[_Amount, _Amount]:
    """Return what of a skipped payment's interest joins the balance now, and what is held after it."""
    match terms.unpaid_interest:
        case UnpaidInterest.CAPITALISED:
            return interest, held
        case UnpaidInterest.HELD:
            return 0, held + interest
        case UnpaidInterest.ADDED_ONCE:
            goes_on = number + 1 in terms.skipped
            return (0, held + interest) if goes_on else (held + interest, 0)
        case _:
            assert_never(terms.unpaid_interest)


def _by_instalment(terms: LoanTerms, rates: Sequence[Fraction], shape: InstalmentShape | InterestOnly) -> list[_Line]:
    asks = asks_of(shape, len(rates))
    distinct = {ask for ask in asks if ask is not INTEREST}
    if not distinct:
        return _pay_down(terms, rates, lambda _number, _balance, interest: interest)
    instalment = exact_instalment(terms, rates, asks)
    exact = {ask: ask.fixed + ask.weight * instalment for ask in distinct}
    refuse_negative(shape, exact.values())
    payments = {ask: _payment(terms.rounding, ask, amount) for ask, amount in exact.items()}
    lines = _pay_down(terms, rates, _in_order([None if ask is INTEREST else payments[ask] for ask in asks]))
    return _smoothed(terms, rates, lines) if isinstance(shape, Level) and shape.smoothed else lines


def _payment(rounding: LoanRounding, ask: Ask, exact: Fraction) -> _Amount:
    if rounding.ledger is Ledger.EXACT:
        return exact
    rounded = to_whole(exact, rounding.instalment, rounding.unit_minor)
    # An instalment that was looked for is never nothing, or a small loan would fall due as a whole with the last one.
    return max(rounded, rounding.unit_minor) if ask.weight else rounded


def _in_order(payments: Sequence[_Amount | None]) -> _Asked:
    def asked(number: int, _balance: _Amount, interest: _Amount) -> _Amount:
        payment = payments[number - 1]
        return interest if payment is None else payment

    return asked


def _level(terms: LoanTerms, rates: Sequence[Fraction], instalment: _Amount, *, may_grow: bool = True) -> list[_Line]:
    return _pay_down(terms, rates, lambda _number, _balance, _interest: instalment, may_grow=may_grow)


def _smoothed(terms: LoanTerms, rates: Sequence[Fraction], lines: list[_Line]) -> list[_Line]:
    """Move the instalment once by (last − level) / n, rounded, if that brings the last strictly nearer to it."""
    paying = [line for line in lines if line.number not in terms.skipped]
    level = paying[0].payment if len(paying) > 1 else _last_without_held(lines)
    gap = _last_without_held(lines) - level
    move = to_whole(gap / len(paying), terms.rounding.instalment, terms.rounding.unit_minor)
    if not move or level + move <= 0:
        return lines
    moved = _level(terms, rates, level + move)
    return moved if abs(_last_without_held(moved) - level - move) < abs(gap) else lines


def _last_without_held(lines: Sequence[_Line]) -> Fraction:
    """Return the last payment less the interest that was held for it: what an instalment is compared with."""
    held = lines[-2].held if len(lines) > 1 else 0
    return Fraction(lines[-1].payment - held)


def _from_balance(shape: BalanceShape, terms: LoanTerms) -> _Asked:
    """Return what a shape asks for that follows from the balance."""
    match shape:
        case EqualPrincipal(interest_only):
            return _equal_principal(terms, interest_only)
        case InterestPlus(capital):
            return lambda _number, _balance, interest: interest + capital.minor
        case InterestPlusShare(share, at_least):
            return lambda _number, balance, interest: (
                interest + max(_rounded(terms.rounding, balance * share), at_least.minor)
            )
        case ShareOfBalance(share, at_least):
            return lambda _number, balance, interest: max(
                _rounded(terms.rounding, (balance + interest) * share), at_least.minor
            )
        case _:
            assert_never(shape)


def _equal_principal(terms: LoanTerms, interest_only: int) -> _Asked:
    """Ask for equal parts of the principal; where skipped payments grew it, of what it is when payments begin again."""
    count = terms.due.count
    refuse_more_first(interest_only, count)

    def part_from(number: int, balance: _Amount) -> _Amount:
        paid = count - number + 1 - sum(1 for skipped in terms.skipped if skipped >= number)
        return max(_rounded(terms.rounding, Fraction(balance) / paid), terms.rounding.unit_minor)

    part: _Amount = 0

    def asked(number: int, balance: _Amount, interest: _Amount) -> _Amount:
        nonlocal part
        if number <= interest_only:
            return interest
        if number == interest_only + 1 or number - 1 in terms.skipped:
            part = part_from(number, balance)
        return interest + part

    return asked


def _rounded(rounding: LoanRounding, amount: Fraction) -> _Amount:
    if rounding.ledger is Ledger.EXACT:
        return amount
    return to_whole(amount, rounding.instalment, rounding.unit_minor)


def _repays(lines: Sequence[_Line], instalment: int) -> bool:
    return not lines[-1].balance and _last_without_held(lines) <= instalment


def _least_instalment(terms: LoanTerms, rates: Sequence[Fraction]) -> int:
    """Return the least instalment that repays: a larger one never leaves a larger balance, so it can be bisected."""
    at_once = to_whole(_level(terms, rates, LARGEST_MINOR)[-1].payment, Rounding.UP)
    amounts = range(1, at_once + 1)

    def does(amount: int) -> bool:
        return _repays(_level(terms, rates, amount, may_grow=False), amount)

    return amounts[bisect_left(amounts, 1, key=does)]


def _finished(terms: LoanTerms, lines: Sequence[_Line]) -> LoanSchedule:
    rounding = terms.rounding
    unit = rounding.unit_minor if rounding.ledger is Ledger.EXACT else 1
    before = terms.principal.minor
    rows = []
    for line, due_on in zip(lines, terms.due.due_on, strict=False):
        payment = to_whole(line.payment, rounding.instalment, unit)
        balance, held = to_whole(line.balance, rounding.interest), to_whole(line.held, rounding.interest)
        principal, grown = (0, balance - before) if line.capitalised else (before - balance, 0)
        rows.append(LoanRow(line.number, due_on, payment, principal, payment - principal, balance, grown, held))
        before = balance
    return LoanSchedule(tuple(rows), terms)
