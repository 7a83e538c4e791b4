"""What the lender allows in a plan: a versioned file, read once, hashed into every certificate.

Nothing is guessed: an unknown lever, a value of the wrong form, two limits that cannot both hold, or limits that leave
no plan at all refuse the file, with the line and the limits that clash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Never, TypeVar

from parley.errors import BadInput
from parley.money import MINOR_DIGITS
from parley.negotiation.budget.questions import MOST_QUESTIONS
from parley.negotiation.clashes import Limit, find_clash
from parley.negotiation.levers import (
    MOST_OPTIONS,
    WHOLE_BPS,
    AskBudget,
    Band,
    BudgetTerms,
    Confirm,
    Count,
    Floor,
    Grid,
    Levers,
    Odds,
    Policy,
    Role,
    Settlement,
)
from parley.servicing.account import Product
from parley.servicing.interest import HIGHEST_RATE_BPS, MOST_PAYMENTS
from parley.settings.toml import Document, parse

__all__ = ["FILE_NAME", "MOST_OPTIONS", "Policy", "Role", "load_policy"]

FILE_NAME: Final = "policy.toml"
# A grid longer than this was written by mistake; the menu prices every combination.
_LONGEST_GRID: Final = 12
_MOST_DAYS: Final = 36_500
# Two settlements of many payments cost as much to price as a lattice of level plans.
_MOST_SETTLEMENT_PAYMENTS: Final = 24
_NUMBERS: Final = (
    "valid_days",
    "first_payment_days",
    "latest_first_payment_days",
    "grace_days",
    "offers_per_conversation",
)
_TABLES: Final = ("arrangements", "products", "authority", "odds", "smallest_instalment_minor", "budget")
_LEVERS: Final = (
    "products",
    "from_days",
    "rate_bps",
    "charges_waived_bps",
    "most_payments",
    "most_deferred",
    "larger_first",
    "settlement_discount_bps",
    "settlement_down_payment_bps",
    "settlement_payments",
)
_SETTLEMENT: Final = _LEVERS[-3:]

Choice = TypeVar("Choice", bound=StrEnum)


def load_policy(raw: bytes, name: str = FILE_NAME) -> Policy:
    """Read a policy file. Raises BadInput naming the line, and where limits clash both of them."""
    document = parse(raw, name)
    top = _Table(document, (), document.data)
    top.only(("id", "reason", "confirm", "levers", "floor", "most_of_capacity_bps", *_NUMBERS, *_TABLES))
    levers = _levers(document)
    policy = Policy(
        id=top.text("id"),
        hash=hashlib.sha256(raw).hexdigest(),
        text=raw.decode(),
        **{key: top.number(key, 1, _MOST_DAYS) for key in _NUMBERS},
        most_of_capacity_bps=top.number("most_of_capacity_bps", 1, WHOLE_BPS),
        arrangements=_count(_table(document, "arrangements")),
        grids={product: _grid(document, product) for product in Product},
        levers=tuple(levers),
        bands={role: _band(document, role) for role in Role},
        floors=tuple(_floor(table) for table in _rows(document, "floor")),
        odds=_odds(_table(document, "odds")),
        smallest_instalment_minor=_by_currency(_table(document, "smallest_instalment_minor"), 1),
        budget=_budget(_table(document, "budget")),
        confirm=top.choice("confirm", Confirm, Confirm.REPLY),
    )
    top.text("reason")
    top.table("products").only(tuple(Product))
    top.table("authority").only(tuple(Role))
    clash = find_clash(policy)
    if clash is not None:
        raise _clash(document, clash.one, clash.other, clash.en, clash.zh)
    return policy


@dataclass(frozen=True, slots=True)
class _Table:
    """One table of the file and where it lies."""

    document: Document
    path: tuple[str | int, ...]
    values: Mapping[str, Any]

    def fail(self, key: str, en: str, zh: str) -> Never:
        """Refuse the file at the line of *key*."""
        where, line = self.document.name, self.document.line(*self.path, key)
        raise BadInput(
            f"{where}, line {line}: {en}. Mend the file and start again.", f"{where} 第 {line} 行：{zh}。请修正后重试。"
        )

    def only(self, known: Collection[str]) -> None:
        """Refuse keys that are not known."""
        for key in self.values:
            if key not in known:
                what = "unknown lever" if self.path[:1] == ("levers",) else "unknown key"
                listed = ", ".join(sorted(known))
                self.fail(key, f"{what} {key!r}; known are {listed}", f"未知的键 {key!r}；可用的有 {listed}")

    def needs(self, key: str) -> Any:  # noqa: ANN401 - a value of any form, looked at by the caller
        """Return the value of *key*; refuse the file where it is missing."""
        if key not in self.values:
            self.fail(key, f"lacks {key!r}", f"缺少 {key!r}")
        return self.values[key]

    def text(self, key: str) -> str:
        """Return a text that is not blank."""
        value = self.needs(key)
        if not isinstance(value, str) or not value.strip():
            self.fail(key, f"{key!r} is a text that is not blank", f"{key!r} 须为非空文本")
        return value

    def number(self, key: str, least: int, most: int, default: int | None = None) -> int:
        """Return a whole number within bounds; *default* where the key is missing and there is one."""
        value = self.values.get(key, default) if default is not None else self.needs(key)
        return self._whole(key, value, least, most)

    def truth(self, key: str, *, default: bool) -> bool:
        """Return true or false; *default* where the key is missing."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            self.fail(key, f"{key!r} is true or false", f"{key!r} 须为 true 或 false")
        return value

    def choice(self, key: str, of: type[Choice], default: Choice | None = None) -> Choice:
        """Return one of the values of *of*; *default* where the key is missing and there is one."""
        value = self.values.get(key, default) if default is not None else self.needs(key)
        if value not in list(of):
            known = ", ".join(of)
            self.fail(key, f"{key!r} is one of {known}", f"{key!r} 须为 {known} 之一")
        return of(value)

    def numbers(self, key: str, least: int, most: int, default: tuple[int, ...] | None = None) -> tuple[int, ...]:
        """Return a list of whole numbers within bounds, no two alike."""
        value = self.values.get(key, list(default)) if default is not None else self.needs(key)
        if (
            not isinstance(value, list)
            or not 1 <= len(value) <= _LONGEST_GRID
            or len(set(map(str, value))) < len(value)
        ):
            self.fail(
                key,
                f"{key!r} is a list of one to {_LONGEST_GRID} different whole numbers; an empty one leaves no plan",
                f"{key!r} 须为 1 至 {_LONGEST_GRID} 个互不相同的整数；空列表会使方案为空",
            )
        return tuple(self._whole(key, one, least, most) for one in value)

    def table(self, key: str) -> _Table:
        """Return the table under *key*."""
        value = self.needs(key)
        if not isinstance(value, dict):
            self.fail(key, f"{key!r} is a table", f"{key!r} 须为表")
        return _Table(self.document, (*self.path, key), value)

    def _whole(self, key: str, value: object, least: int, most: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.fail(
                key, f"{key!r} holds whole numbers from {least} to {most}", f"{key!r} 须为 {least} 至 {most} 的整数"
            )
        return value


def _table(document: Document, *path: str) -> _Table:
    table = _Table(document, (), document.data)
    for part in path:
        table = table.table(part)
    return table


def _count(table: _Table) -> Count:
    table.only(("most", "per_days"))
    return Count(table.number("most", 1, _MOST_DAYS), table.number("per_days", 1, _MOST_DAYS))


def _grid(document: Document, product: Product) -> Grid:
    table = _table(document, "products", product)
    table.only(("min_payments", "max_payments", "step"))
    most = table.number("max_payments", 1, MOST_PAYMENTS)
    return Grid(table.number("min_payments", 1, MOST_PAYMENTS, 1), most, table.number("step", 1, MOST_PAYMENTS, 1))


def _levers(document: Document) -> list[Levers]:
    return [_row(table) for table in _rows(document, "levers")]


def _rows(document: Document, name: str) -> list[_Table]:
    """Return the rows of `[[name]]`, of which there is at least one."""
    top = _Table(document, (), document.data)
    rows = top.needs(name)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        top.fail(name, f"needs one or more [[{name}]]", f"须有至少一个 [[{name}]]")
    return [_Table(document, (name, place), row) for place, row in enumerate(rows)]


def _row(table: _Table) -> Levers:
    table.only(_LEVERS)
    names = table.values.get("products", list(Product))
    if not isinstance(names, list) or not names or not all(name in list(Product) for name in names):
        known = ", ".join(Product)
        table.fail("products", f"'products' lists some of {known}", f"'products' 须从 {known} 中列出")
    return Levers(
        products=frozenset(map(Product, names)),
        from_days=table.number("from_days", -_MOST_DAYS, _MOST_DAYS),
        rate_bps=table.numbers("rate_bps", 0, HIGHEST_RATE_BPS),
        waived_bps=table.numbers("charges_waived_bps", 0, WHOLE_BPS, (0,)),
        most_payments=table.number("most_payments", 1, MOST_PAYMENTS) if "most_payments" in table.values else None,
        most_deferred=table.number("most_deferred", 0, MOST_PAYMENTS, 0),
        settlement=_settlement(table),
        larger_first=table.truth("larger_first", default=False),
    )


def _settlement(table: _Table) -> Settlement | None:
    """Return the grids of settlements; all three keys or none."""
    if not any(key in table.values for key in _SETTLEMENT):
        return None
    discounts = table.numbers(_SETTLEMENT[0], 1, WHOLE_BPS - 1)
    downs = table.numbers(_SETTLEMENT[1], 1, WHOLE_BPS)
    payments = table.numbers(_SETTLEMENT[2], 1, _MOST_SETTLEMENT_PAYMENTS)
    return Settlement(discounts, downs, payments)


def _band(document: Document, role: Role) -> Band:
    table = _table(document, "authority", role)
    keys = ("lowest_rate_bps", "most_waived_bps", "most_discount_bps", "most_deferred", "lowest_worth_bps")
    table.only(keys)
    most = dict(zip(keys, (HIGHEST_RATE_BPS, WHOLE_BPS, WHOLE_BPS - 1, MOST_PAYMENTS, 2 * WHOLE_BPS), strict=True))
    return Band(**{key: table.number(key, 0, most[key]) for key in keys})


def _floor(table: _Table) -> Floor:
    table.only(("reason", "rate_bps", "charges_waived_bps", "write_down_bps", "lowest_worth_bps"))
    write_down = table.number("write_down_bps", 0, WHOLE_BPS - 1, 0)
    if write_down and table.number("rate_bps", 0, HIGHEST_RATE_BPS):
        table.fail("write_down_bps", "a debt is written down in a plan without interest only", "仅免息方案可减免本金")
    return Floor(
        write_down_bps=write_down,
        rate_bps=table.number("rate_bps", 0, HIGHEST_RATE_BPS),
        waived_bps=table.number("charges_waived_bps", 0, WHOLE_BPS, 0),
        lowest_worth_bps=table.number("lowest_worth_bps", 0, 2 * WHOLE_BPS),
        reason=table.text("reason"),
    )


def _odds(table: _Table) -> Odds:
    shares = table.numbers("comfort_bps", 1, WHOLE_BPS)
    weights = table.values.get("comfort_weights_bps")
    is_whole = isinstance(weights, list) and all(type(one) is int and one > 0 for one in weights)
    if not isinstance(weights, list) or not is_whole or len(weights) != len(shares) or sum(weights) != WHOLE_BPS:
        table.fail(
            "comfort_weights_bps",
            "'comfort_weights_bps' holds one whole number above 0 for each of 'comfort_bps', together 10000",
            "'comfort_weights_bps' 须与 'comfort_bps' 一一对应，均为正整数，合计 10000",
        )
    if shares[0] != WHOLE_BPS or list(shares) != sorted(shares, reverse=True):
        table.fail("comfort_bps", "'comfort_bps' falls from 10000", "'comfort_bps' 须从 10000 起递减")
    table.only((
        *("discount_bps", "break_bps", "elasticity_bps", "eased_bps", "long_from", "long_bps", "relief_bps"),
        *("comfort_bps", "comfort_weights_bps"),
    ))  # fmt: skip
    return Odds(
        discount_bps=table.number("discount_bps", 0, HIGHEST_RATE_BPS),
        break_bps=table.number("break_bps", 0, WHOLE_BPS - 1),
        elasticity_bps=table.number("elasticity_bps", 0, 10 * WHOLE_BPS),
        eased_bps=table.number("eased_bps", 0, WHOLE_BPS),
        long_from=table.number("long_from", 1, MOST_PAYMENTS),
        long_bps=table.number("long_bps", 0, WHOLE_BPS),
        relief_bps=table.number("relief_bps", 0, WHOLE_BPS),
        comfort=tuple(zip(shares, weights, strict=True)),
    )


def _budget(table: _Table) -> BudgetTerms:
    table.only(("ask", "most_questions", "buffer_share_bps", "buffer_floor_minor", "step_minor"))
    return BudgetTerms(
        ask=table.choice("ask", AskBudget),
        most_questions=table.number("most_questions", 1, MOST_QUESTIONS),
        buffer_share_bps=table.number("buffer_share_bps", 0, WHOLE_BPS),
        buffer_floor_minor=_by_currency(table.table("buffer_floor_minor"), 0),
        step_minor=_by_currency(table.table("step_minor"), 1),
    )


def _by_currency(table: _Table, least: int) -> dict[str, int]:
    """Return an amount of each currency. Units: minor units."""
    table.only(tuple(MINOR_DIGITS))
    return {currency: table.number(currency, least, 10**12) for currency in table.values}


def _clash(document: Document, one: Limit, other: Limit, en: str, zh: str) -> BadInput:
    first, second = (document.line(*limit.path) for limit in (one, other))
    where = document.name
    return BadInput(
        f"{where}, line {first}: `{one.words}` and line {second}: `{other.words}` clash: {en}. "
        "Change one of the two and start again.",
        f"{where} 第 {first} 行 `{one.words}` 与第 {second} 行 `{other.words}` 相互矛盾：{zh}。请修改其一后重试。",
    )
