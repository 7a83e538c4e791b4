"""What a statement of income and spending says, in one line: for the record, in place of a reply's words."""

from __future__ import annotations

from collections.abc import Iterator

from parley.money import amount_text
from parley.negotiation.budget.financial_statement import Cost, FinancialStatement


def words_of_statement(told: FinancialStatement) -> str:
    """Return what was told, figure by figure, in the statement's own currency; what was not told is not named."""
    return f"{told.currency}: {'; '.join(_parts(told)) or 'nothing yet'}"


def _parts(told: FinancialStatement) -> Iterator[str]:
    if told.household is not None:
        old = f", {told.household.from_65} of them 65 or older" if told.household.from_65 is not None else ""
        yield f"people {told.household.people}{old}"
    if told.income is not None:
        months = ", ".join(amount_text(one, told.currency) for one in told.income.recent_months_minor)
        regular = _cost(told, Cost(told.income.amount_minor, told.income.rhythm))
        yield f"income by month {months}" if months else f"income {regular}"
        if told.income.payday is not None:
            yield f"pay-day {told.income.payday.isoformat()}"
    costs = {
        "housing": told.housing,
        "essentials": told.essentials,
        **dict(sorted(told.by_category.items())),
        "other debts": told.other_debts,
        "priority arrears": told.priority_arrears,
    }
    yield from (f"{name} {_cost(told, cost)}" for name, cost in costs.items() if cost is not None)
    if told.listed_debts_minor:
        yield f"owed to others {', '.join(amount_text(one, told.currency) for one in told.listed_debts_minor)}"
    if told.capacity_minor is not None:
        yield f"can pay at most {amount_text(told.capacity_minor, told.currency)} a month"


def _cost(told: FinancialStatement, cost: Cost) -> str:
    return f"{amount_text(cost.amount_minor, told.currency)} {cost.rhythm.value}"
