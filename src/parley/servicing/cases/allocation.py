"""Kind plan, a payment and what is owed: which part of the payment goes where.

By an order of components, joined with "+" where they rank alike; over balances by their rate, up to and above a
minimum; or over several debts: those the borrower names, the rest by an order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from parley.money import split
from parley.servicing.card_order import CardBalance, CardOrder, RateFirst, allocate_to_balances
from parley.servicing.cases.case import Inputs, Plain, not_understood
from parley.servicing.cases.debts import OF_A_CASE, over_debts, owed_minor

_NOTE: Final = re.compile(r"\(([^)]*)\)")
# Of these only "pro rata" changes a figure: a component is one amount here.
_NOTES: Final = frozenset({"", "oldest first", "newest first", "in full", "pro rata"})
_FIRST: Final = {"lowest": RateFirst.LOWEST, "highest": RateFirst.HIGHEST}


def allocate(inputs: Inputs) -> Mapping[str, Plain]:
    """Return what each component, balance or debt receives, and what is left over."""
    if inputs.has("balances"):
        return _over_balances(inputs)
    if inputs.has("debts"):
        return over_debts(inputs)
    return _over_components(inputs)


def _over_components(inputs: Inputs) -> Mapping[str, Plain]:
    """Pay the components of `owed` in the order of the cells, each in full before the next."""
    open_minor = _flat(inputs.part("owed"))
    left = owed_minor(inputs, "payment")
    found: dict[str, Plain] = {}
    for item in inputs.items("order"):
        names, note = _cell(str(item))
        # An order may list what is not owed here.
        amounts = tuple([open_minor.pop(name, 0) for name in names])
        paid = min(left, sum(amounts))
        left -= paid
        parts = split(paid, amounts) if note == "pro rata" and any(amounts) else _in_turn(paid, amounts)
        for name, amount, part in zip(names, amounts, parts, strict=True):
            found[name] = inputs.major(part)
            found[f"{name}_after"] = inputs.major(amount - part)
        found |= dict.fromkeys(_joint_names(names), inputs.major(paid))
    if open_minor:
        raise not_understood(f"an order without {next(iter(open_minor))}", f"顺序中缺少 {next(iter(open_minor))}")
    return found | dict.fromkeys(("left_over", "unapplied", "remaining"), inputs.major(left))


def _flat(owed: Inputs) -> dict[str, int]:
    """Return what is owed by component; a component of a timing is named by both: past_due_interest."""
    found: dict[str, int] = {}
    for name in owed.names():
        if isinstance(owed.raw(name), dict):
            found |= {f"{name}_{inner}": minor for inner, minor in _flat(owed.part(name)).items()}
        else:
            found[name] = owed_minor(owed, name)
    return found


def _cell(text: str) -> tuple[list[str], str]:
    note = _NOTE.search(text)
    said = note[1].strip().lower() if note else ""
    names = [re.sub(r"[ .:-]+", "_", name.strip()) for name in _NOTE.sub("", text).split("+")]
    if said not in _NOTES:
        raise not_understood(f"the cell {text!r}", f"“{text}”")
    return names, said


def _joint_names(names: Sequence[str]) -> list[str]:
    """Return what a cell of several components may be called: interest_and_penalty for interest+penalty_interest."""
    short = [name.partition("_")[0] for name in names]
    return ["_and_".join(names), "_and_".join(short), "_and_".join([names[0], *short[1:]])]


def _in_turn(paid: int, amounts: Sequence[int]) -> list[int]:
    parts = []
    for amount in amounts:
        parts.append(min(paid, amount))
        paid -= parts[-1]
    return parts


def _over_balances(inputs: Inputs) -> Mapping[str, Plain]:
    """Pay a card's balances: the minimum where the case says, what exceeds it by the highest rate first."""
    rows = inputs.parts("balances")
    # Only the order of the rates is asked for here.
    balances = [
        CardBalance(str(place), owed_minor(row, "balance"), int(row.number("apr_percent") * 10_000))
        for place, row in enumerate(rows)
    ]
    for row in rows:
        row.pass_over("name", "kind")
        row.done()
    order = CardOrder(
        "case",
        _rate_first(inputs.text("minimum_applied_to", "highest")),
        _rate_first(inputs.text("excess_applied_to", "highest")),
        0,
        OF_A_CASE,
    )
    minimum = owed_minor(inputs, "minimum_payment") if inputs.has("minimum_payment") else 0
    payment = owed_minor(inputs, "payment")
    if not payment:
        raise not_understood("a payment of nothing", "金额为零的还款")
    found = allocate_to_balances(balances, payment, minimum, order)
    paid = [inputs.major(part) for part in found.parts_minor]
    after = [
        inputs.major(balance.amount_minor - part) for balance, part in zip(balances, found.parts_minor, strict=True)
    ]
    return {"balances_after": after, "paid": paid, "left_over": inputs.major(found.unapplied_minor)}


def _rate_first(text: str) -> RateFirst:
    first = text.partition(" ")[0]
    if first not in _FIRST:
        raise not_understood(f"applied to {text!r}", f"分配方式 {text!r}")
    return _FIRST[first]
