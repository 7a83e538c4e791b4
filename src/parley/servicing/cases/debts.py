"""Kind plan, a payment over several debts: those the borrower names, the rest by an order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from parley.ids import AccountId
from parley.servicing.cases.case import Inputs, Plain, not_understood
from parley.servicing.several_debts import Criterion, Debt, DebtOrder, MayName, spread_payment
from parley.servicing.table import Grounds, Layer

OF_A_CASE: Final = Grounds(("*",), Layer.POLICY, "As the case says.", "以案例为准。")
# What sources call the debt a borrower names.
_NAMED: Final = ("designated", "designated_to", "designated_debt", "designation", "borrower_designates")
_ORDERS: Final[Mapping[str, tuple[Criterion, ...]]] = {
    "pro rata": (),
    "in proportion": (),
    "proportional": (),
    "proportionate": (),
    "oldest first": (Criterion.OLDEST,),
    "highest rate first": (Criterion.MOST_BURDENSOME,),
    "highest apr first": (Criterion.MOST_BURDENSOME,),
    "least secured first": (Criterion.LEAST_SECURED,),
}


def over_debts(inputs: Inputs) -> Mapping[str, Plain]:
    """Return what each debt receives, and what is left over. Rounding: largest remainder."""
    debts = _debts(inputs)
    payment = owed_minor(inputs, "payment")
    if not payment or not any(debt.owed_minor for debt in debts.values()):
        raise not_understood("a payment or debts of nothing", "金额为零的还款或债务")
    wishes = _wishes(inputs, debts, payment)
    criteria = _criteria(inputs, is_needed=sum(wishes.values()) < payment)
    named = {debts[name].account_id: minor for name, minor in wishes.items()}
    spread = spread_payment([*debts.values()], payment, DebtOrder("case", MayName.ANY, criteria, OF_A_CASE), named)
    received = {part.account_id: part.amount_minor for part in spread.parts}
    paid = {name: inputs.major(received.get(debt.account_id, 0)) for name, debt in debts.items()}
    after = {name: inputs.major(debt.owed_minor) - paid[name] for name, debt in debts.items()}
    found: dict[str, Plain] = {**paid, **{f"{name}_after": left for name, left in after.items()}}
    found |= {"paid": [*paid.values()], "balances_after": [*after.values()]}
    return found | dict.fromkeys(("left_over", "unapplied"), inputs.major(spread.unapplied_minor))


def owed_minor(inputs: Inputs, name: str) -> int:
    """Return an amount in minor units. Raises BadInput below zero: what is owed or paid is not."""
    minor = inputs.money(name).minor
    if minor < 0:
        raise not_understood(f"{name} below zero", f"{name} 小于零")
    return minor


def _debts(inputs: Inputs) -> dict[str, Debt]:
    """Return the debts by name, of a list (its places name those without one) or of a mapping."""
    if isinstance(inputs.raw("debts"), dict):
        part = inputs.part("debts")
        return {
            name: _debt(place, Inputs({"owed": part.raw(name)}, name, part.currency), "owed")
            for place, name in enumerate(part.names(), 1)
        }
    found: dict[str, Debt] = {}
    for place, row in enumerate(inputs.parts("debts"), 1):
        owed = [name for name in ("owed", "balance", "amount", "principal") if row.has(name)]
        name = next((str(row.raw(key)) for key in ("name", "id", "account") if row.has(key)), str(place))
        if len(owed) != 1 or name in found:
            raise not_understood(
                f"debts {place} without one amount owed and a name of its own",
                f"debts {place} 缺少唯一的欠款金额或名称",
            )
        found[name] = _debt(place, row, owed[0])
        row.done()
    return found


def _debt(place: int, row: Inputs, owed: str) -> Debt:
    owed_now = owed_minor(row, owed)
    since = next((row.day(name) for name in ("due", "since") if name != owed and row.has(name)), None)
    # Only the order of the rates is asked for here.
    rate = int(row.number("apr_percent", 0) * 10_000)
    secured = owed_minor(row, "secured") if row.has("secured") else 0
    return Debt(AccountId(UUID(int=place)), row.currency, owed_now, owed_now, since, None, rate, secured)


def _wishes(inputs: Inputs, debts: Mapping[str, Debt], payment: int) -> dict[str, int]:
    """Return what of the payment goes to the debts the borrower names: one, several in turn, or each an amount."""
    given = next((name for name in _NAMED if inputs.has(name)), None)
    if given is None:
        return {}
    wish = inputs.raw(given)
    found: dict[str, int] = {}
    if isinstance(wish, dict):
        part = inputs.part(given)
        found = {name: owed_minor(part, name) for name in part.names()}
    else:
        for name in map(str, wish if isinstance(wish, list) else [wish]):
            owed = debts[name].owed_minor if name in debts else 0
            found[name] = min(payment - sum(found.values()), owed)
    if not found.keys() <= debts.keys() or sum(found.values()) > payment:
        raise not_understood(f"{given}: no such debt, or more than is paid", f"{given}：没有该债务，或金额过大")
    return found


def _criteria(inputs: Inputs, *, is_needed: bool) -> tuple[Criterion, ...]:
    name = next((name for name in ("order", "rule") if inputs.has(name)), None)
    if name is None and is_needed:
        raise not_understood("several debts without an order", "多笔债务缺少顺序")
    if name is None:
        return ()
    given = inputs.raw(name)
    found: list[Criterion] = []
    for item in given if isinstance(given, list) else [given]:
        text = str(item).strip().lower().replace("-", " ")
        # What is named goes first by itself.
        if not text.startswith("designated") and text not in _ORDERS:
            raise not_understood(f"the order of debts {text!r}", f"多笔债务的顺序“{text}”")
        found += _ORDERS.get(text, ())
    return tuple(found)
