"""What does a statement of a plan hold? One builder for each product: its figures, and one row for each payment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from fractions import Fraction
from typing import Final

from parley.servicing.daycount import DayCount
from parley.servicing.interest import Frequency
from parley.servicing.periods import FORTNIGHTLY, MONTHLY, WEEKLY, Every, Unit
from parley.servicing.products.card import CardRow, CardSchedule
from parley.servicing.products.fees import FeeRow, FeeTerms
from parley.servicing.products.loan import LoanRow, LoanSchedule
from parley.servicing.products.pay_in_n import PartRow, PayInN
from parley.servicing.schedule import PlanRow, Schedule
from parley.servicing.statements.value import Amount, Count, Day, Fact, Name, Percent, Row, Statement, Table, Word
from parley.servicing.statements.words import WORDS

_PlanRow = PlanRow | LoanRow | FeeRow | PartRow | CardRow

# What an amount of a row is called in a statement, where the row's own name would mislead beside others.
_CALLED: Final = {"held": "held_interest", "statement": "billed"}
_SPLIT: Final = ("payment", "principal", "interest", "balance")
_EVERY: Final = {Frequency.MONTHLY: MONTHLY, Frequency.BIWEEKLY: FORTNIGHTLY, Frequency.WEEKLY: WEEKLY}
# What interest by equal steps amounts to, by its market name; see `products.terms`.
_STEP_DAY_COUNT: Final = {Unit.DAY: DayCount.ACTUAL_365F.value, Unit.WEEK: DayCount.ACTUAL_364.value}
_MONTHS_DAY_COUNT: Final = "30/360"


def plan_statement(schedule: Schedule) -> Statement:
    """Return the statement of a level plan, as offered to a borrower."""
    facts = (
        _payments(schedule.count, _EVERY[schedule.frequency]),
        _amount("total", schedule.total_minor),
        _amount("interest", schedule.interest_minor),
        _rate(Fraction(schedule.annual_rate_bps, 100), schedule.frequency.rate_convention),
    )
    return Statement("plan", schedule.currency, facts, (_table(schedule.rows, _SPLIT, summed=_SPLIT[:-1]),))


def loan_statement(schedule: LoanSchedule) -> Statement:
    """Return the statement of a loan of any shape; interest that joined the balance has a column where there is any."""
    terms = schedule.terms
    facts = (
        _payments(schedule.payments, terms.due.every),
        _amount("total", schedule.total_minor),
        _amount("cost_of_credit", schedule.interest_minor),
        _rate(terms.rate.percent, _convention(terms.accrual)),
        _started(terms.disbursed_on),
    )
    names = list(_SPLIT)
    names += ["capitalised"] if any(row.capitalised_minor for row in schedule.rows) else []
    names += ["held"] if any(row.held_minor for row in schedule.rows) else []
    return Statement("loan", terms.principal.currency, facts, (_table(schedule.rows, names, summed=_SPLIT[:-1]),))


def fee_plan_statement(terms: FeeTerms, rows: Sequence[FeeRow]) -> Statement:
    """Return the statement of a plan with fees instead of interest; a fee at the start is row 0."""
    facts = (
        _payments(terms.due.count, terms.due.every),
        _amount("total", sum(row.payment_minor for row in rows)),
        Fact("fees", (("fee", Amount(sum(row.fee_minor for row in rows))),)),
        _started(terms.started_on),
    )
    names = ("payment", "principal", "fee", "balance")
    return Statement("fee_plan", terms.principal.currency, facts, (_table(rows, names, summed=names[:-1]),))


def pay_in_n_statement(terms: PayInN, rows: Sequence[PartRow]) -> Statement:
    """Return the statement of a purchase paid in parts without interest."""
    facts = (_payments(len(rows), terms.every), _amount("total", terms.price.minor), _started(terms.bought_on))
    table = _table(rows, ("payment", "left"), summed={"payment"})
    return Statement("pay_in_n", terms.price.currency, facts, (table,))


def card_statement(schedule: CardSchedule) -> Statement:
    """Return the statement of a card that runs off: what each month bills, asks for at least, and is paid."""
    facts = (
        _payments(schedule.count, MONTHLY),
        _amount("total", schedule.total_minor),
        _amount("interest", schedule.interest_minor),
    )
    names = ("statement", "interest", "minimum", "payment", "left")
    table = _table(schedule.rows, names, summed={"payment"}, days=("statement_on", "due_on"))
    return Statement("card", schedule.currency, facts, (table,))


def _payments(count: int, every: Every | None) -> Fact:
    step = str(every)
    frequency = Word(step if step in WORDS else "irregular")
    return Fact("payments" if count > 1 else "one_payment", (("count", Count(count)), ("frequency", frequency)))


def _amount(field: str, minor: int) -> Fact:
    return Fact(field, ((field, Amount(minor)),))


def _rate(percent: Fraction, convention: str) -> Fact:
    return Fact("rate", (("rate", Percent(percent)), ("convention", Name(convention))))


def _convention(accrual: Every | DayCount) -> str:
    if isinstance(accrual, DayCount):
        return accrual.value
    return _STEP_DAY_COUNT.get(accrual.unit, _MONTHS_DAY_COUNT)


def _started(on: date) -> Fact:
    return Fact("started_on", (("started_on", Day(on)),))


def _table(
    rows: Sequence[_PlanRow], names: Sequence[str], *, summed: Collection[str], days: Sequence[str] = ("due_on",)
) -> Table:
    """Return one line per payment: its number and *days*, then the amounts *names*; those *summed* have a total.

    "left" is the balance where that is more than principal.
    """
    of_row = {name: "balance_minor" if name == "left" else f"{name}_minor" for name in names}
    lines: list[Row] = [
        (
            Count(row.number),
            *(Day(getattr(row, day)) for day in days),
            *(Amount(getattr(row, attribute)) for attribute in of_row.values()),
        )
        for row in rows
    ]
    sums = (
        Amount(sum(getattr(row, attribute) for row in rows)) if name in summed else None
        for name, attribute in of_row.items()
    )
    total: Row = (None, *[None] * len(days), *sums)
    return Table("payments", ("number", *days, *(_CALLED.get(name, name) for name in names)), tuple(lines), total)
