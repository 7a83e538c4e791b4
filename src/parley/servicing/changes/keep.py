"""Does a debt that gets cheaper keep its term or its instalment? One of them stays, the other falls."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import assert_never

from parley.errors import BadInput
from parley.money import Money
from parley.servicing.changes.debt import Debt, with_days
from parley.servicing.products.due import days_to
from parley.servicing.products.shapes import Level


class Keep(StrEnum):
    """What a cheaper debt keeps."""

    TERM = "term"
    """As many payments, each of them smaller."""
    INSTALMENT = "instalment"
    """The same instalment, until all is paid: fewer payments."""


def repriced(debt: Debt, changed: Debt, keep: Keep) -> Debt:
    """Return *changed*, paid with what it keeps of *debt*. Raises BadInput where there is no one instalment to keep."""
    match keep:
        case Keep.TERM:
            return replace(changed, given=())
        case Keep.INSTALMENT:
            return _paid_with(changed, level_instalment_of(debt))
        case _:
            assert_never(keep)


def level_instalment_of(debt: Debt) -> Money:
    """Return the instalment of a debt that is paid in level ones; the last may differ. Raises BadInput for others."""
    rows = [row for row in debt.schedule.rows if row.number not in debt.terms.skipped]
    amounts = {row.payment_minor for row in rows[:-1]} or {rows[0].payment_minor}
    if not isinstance(debt.shape, Level) or len(amounts) > 1:
        raise BadInput(
            "The instalments of this debt are not equal, so none can be kept; keep the term.",
            "该债务各期金额不等，无法保持每期金额不变，请选择保持期限。",
        )
    return Money(amounts.pop(), debt.currency)


def _paid_with(debt: Debt, instalment: Money) -> Debt:
    paid = replace(debt, given=(instalment,) * (debt.terms.due.count - 1))
    count = paid.schedule.count
    return replace(paid, terms=with_days(debt.terms, days_to(debt.terms.due, count)), given=paid.given[: count - 1])
