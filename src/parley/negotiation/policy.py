"""What the lender allows in a plan: a versioned file, read once, hashed into every certificate."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from parley.errors import BadInput
from parley.money import MINOR_DIGITS
from parley.servicing.account import Product

_KEYS: Final = frozenset(
    {
        "id",
        "reason",
        "valid_days",
        "first_payment_days",
        "latest_first_payment_days",
        "grace_days",
        "offers_per_conversation",
        "lengths",
        "products",
        "relief",
        "floor",
        "smallest_instalment_minor",
    }
)
MOST_OPTIONS: Final = 3


@dataclass(frozen=True, slots=True)
class Policy:
    """The limits of a lender's plans. Units: days, basis points a year, minor units."""

    id: str
    hash: str
    valid_days: int
    first_payment_days: int
    latest_first_payment_days: int
    grace_days: int
    offers_per_conversation: int
    lengths: tuple[Fraction, ...]
    max_payments: Mapping[Product, int]
    relief: tuple[tuple[int, int], ...]
    floor_rate_bps: int
    smallest_instalment_minor: Mapping[str, int]

    def plan_rate_bps(self, contract_rate_bps: int, days_past_due: int) -> int:
        """Return the annual rate of a plan for an account so many days past due; never above the contract's."""
        reached = [rate for from_days, rate in self.relief if from_days <= days_past_due]
        return min(contract_rate_bps, reached[-1])


def load_policy(raw: bytes) -> Policy:
    """Read a policy file. Raises BadInput naming the key and what is allowed; nothing is guessed."""
    try:
        document = tomllib.loads(raw.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad(f"cannot be read as TOML: {error}", f"不是有效的 TOML：{error}") from None
    unknown, missing = document.keys() - _KEYS, _KEYS - document.keys()
    if unknown or missing:
        raise _bad(
            f"has unknown keys {sorted(unknown)} and lacks {sorted(missing)}",
            f"含未知键 {sorted(unknown)}，缺少 {sorted(missing)}",
        )
    try:
        policy = _policy(document, hashlib.sha256(raw).hexdigest())
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise _bad(f"holds a value of the wrong form: {error}", f"含格式错误的值：{error}") from None
    _check(policy)
    return policy


def _policy(document: Mapping[str, Any], digest: str) -> Policy:
    numbers = {
        key: int(document[key])
        for key in (
            "valid_days",
            "first_payment_days",
            "latest_first_payment_days",
            "grace_days",
            "offers_per_conversation",
        )
    }
    return Policy(
        id=str(document["id"]),
        hash=digest,
        **numbers,
        lengths=tuple(Fraction(text) for text in document["lengths"]),
        max_payments={Product(kind): int(row["max_payments"]) for kind, row in document["products"].items()},
        relief=tuple((int(row["from_days"]), int(row["rate_bps"])) for row in document["relief"]),
        floor_rate_bps=int(document["floor"]["rate_bps"]),
        smallest_instalment_minor={k: int(v) for k, v in document["smallest_instalment_minor"].items()},
    )


def _check(policy: Policy) -> None:
    rows = policy.relief
    if not rows or list(rows) != sorted(rows, key=lambda row: row[0]):
        raise _bad("needs `relief` rows in ascending `from_days`", "`relief` 须按 `from_days` 递增排列")
    if min(rate for _, rate in rows) < 0 or policy.floor_rate_bps < 0:
        raise _bad("has a negative rate", "利率不得为负")
    if policy.first_payment_days > policy.latest_first_payment_days:
        raise _bad(
            "has `first_payment_days` after `latest_first_payment_days`: no plan could start",
            "`first_payment_days` 晚于 `latest_first_payment_days`，方案无法开始",
        )
    if not 1 <= len(policy.lengths) <= MOST_OPTIONS or policy.lengths[0] != 1 or min(policy.lengths) < 1:
        raise _bad("needs one to three `lengths` of which the first is 1", "`lengths` 须为一至三项且首项为 1")
    if set(policy.max_payments) != set(Product) or min(policy.max_payments.values()) < 1:
        raise _bad("needs `max_payments` ≥ 1 for each product", "每种产品的 `max_payments` 须 ≥ 1")
    unknown = set(policy.smallest_instalment_minor) - set(MINOR_DIGITS)
    if unknown or min(policy.smallest_instalment_minor.values(), default=1) < 1:
        raise _bad("names an unknown currency or an instalment below 1", "含未知币种或小于 1 的分期金额")


def _bad(en: str, zh: str) -> BadInput:
    return BadInput(f"The policy file {en}. Mend the file and start again.", f"政策文件{zh}。请修正后重试。")
