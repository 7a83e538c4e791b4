"""What somebody else's negotiator did with a borrower of an evaluation, told in one row, so that it can be scored too.

The offers are terms of the lattice; which of them was agreed is claimed, and believed only where the borrower of the
case would have agreed to it and a machine may agree with them at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from parley.simulation.rne13.agreement import Agreement, Terms, write
from parley.simulation.rne13.case import WHOLE_BPS, BorrowerCase, Wrong
from parley.simulation.rne13.talk import Closed, Talk

_FIELDS: Final = ("id", "closed", "messages", "segments", "offers", "agreed", "bad_messages", "violations")
_OFFER_FIELDS: Final = frozenset({"discount", "down_payment", "first_day", "payments", "rate_bps"})
_MOST: Final = 10_000
_MOST_PAYMENTS: Final = 120
_MOST_RATE_BPS: Final = 100_000


def talk_of(row: Mapping[str, Any], cases: Mapping[str, BorrowerCase]) -> Talk | Wrong:
    """Return what *row* tells of its case, or the first field that is wrong; a missing count is 0.

    An agreement that the borrower of the case would not have taken counts as none, and as a violation `not_agreed_to`.
    """
    case = cases.get(row["id"]) if isinstance(row.get("id"), str) else None
    if case is None:
        return Wrong("id", "`id` must be that of a borrower of this run", "`id` 须为本次评估中的借款人")
    if row.get("closed") not in set(Closed):
        words = ", ".join(Closed)
        return Wrong("closed", f"`closed` must be one of {words}", f"`closed` 须为以下之一：{words}")
    counts = {name: row.get(name, 0) for name in ("messages", "segments", "bad_messages")}
    for name, value in counts.items():
        if not _is_whole(value, 0, _MOST):
            return Wrong(
                name, f"`{name}` must be a whole number from 0 to {_MOST}", f"`{name}` 须为 0 至 {_MOST} 的整数"
            )
    seen = _violations(row.get("violations", {}))
    if isinstance(seen, Wrong):
        return seen
    offers = _offers(row.get("offers", []), case)
    if isinstance(offers, Wrong):
        return offers
    agreed = row.get("agreed")
    if agreed is not None and not _is_whole(agreed, 1, len(offers)):
        return Wrong(
            "agreed",
            "`agreed` must be null or the number of an offer from 1",
            "`agreed` 须为 null 或报价序号（从 1 起）",
        )
    if (agreed is not None) is not (row["closed"] == Closed.AGREED):
        return Wrong(
            "agreed",
            "`agreed` names an offer exactly where `closed` is agreed",
            "仅当 `closed` 为 agreed 时 `agreed` 须指明报价",
        )
    talk = Talk(Closed(row["closed"]), violations=seen, **counts)
    if agreed is not None:
        _agree(talk, case, offers[agreed - 1])
    return talk


def _agree(talk: Talk, case: BorrowerCase, offer: Agreement) -> None:
    if offer.largest_minor > case.accepts_minor and not case.for_a_person:
        talk.closed = Closed.SILENT
        talk.violations["not_agreed_to"] += 1
        return
    talk.agreement = offer


def _is_whole(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _violations(value: object) -> Counter[str] | Wrong:
    wrong = Wrong("violations", "`violations` must be an object of counts by kind", "`violations` 须为按类别计数的对象")
    if not isinstance(value, Mapping):
        return wrong
    if not all(_is_whole(count, 0, _MOST) and str(kind).isidentifier() for kind, count in value.items()):
        return wrong
    return Counter(dict(value))


def _offers(value: object, case: BorrowerCase) -> list[Agreement] | Wrong:
    if not isinstance(value, list) or len(value) > _MOST:
        return Wrong("offers", "`offers` must be a list", "`offers` 须为列表")
    made = []
    for number, one in enumerate(value, 1):
        offer = _offer(one, case)
        if offer is None:
            en = f"`offers`, number {number}, must be {{discount, down_payment, first_day, payments}}"
            return Wrong("offers", f"{en} within its bounds", f"`offers` 第 {number} 项不符合格式")
        made.append(offer)
    return made


def _offer(value: object, case: BorrowerCase) -> Agreement | None:
    if not isinstance(value, Mapping) or not set(value) <= _OFFER_FIELDS:
        return None
    discount, down = (_bps(value.get(name, 0)) for name in ("discount", "down_payment"))
    payments, first_day, rate = (value.get(name, 0) for name in ("payments", "first_day", "rate_bps"))
    if discount is None or down is None or discount >= WHOLE_BPS:
        return None
    if not (
        _is_whole(payments, 1, _MOST_PAYMENTS) and _is_whole(first_day, 0, _MOST) and _is_whole(rate, 0, _MOST_RATE_BPS)
    ):
        return None
    return write(case.balance_minor, rate, Terms(discount, down, payments), first_day)


def _bps(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= 1:
        return None
    return int(Decimal(value) * WHOLE_BPS)


# What a row may hold, for the documents.
FIELDS: Final = _FIELDS
