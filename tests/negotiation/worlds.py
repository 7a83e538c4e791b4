"""Random lenders and borrowers from a seed: policy files as text, laws, facts. For properties by the thousand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from parley.errors import BadInput
from parley.negotiation.facts import Facts
from parley.negotiation.law import LawBound
from parley.negotiation.levers import Policy, Role
from parley.negotiation.policy import load_policy
from parley.servicing.account import Product
from parley.servicing.schedule import PlanFigures, level_instalment

TODAY = date(2026, 11, 23)
CURRENCIES = ("USD", "CNY", "TWD", "JPY", "KWD")
FACTS_A_POLICY = 100


@dataclass(frozen=True, slots=True)
class Law:
    """A law of at most one rule, asked the same way as the engine's."""

    bounds: tuple[LawBound, ...]
    facts: Facts

    def __call__(self, plan: PlanFigures) -> bool:
        """Say whether *plan* keeps within it."""
        facts = self.facts
        capitalises = facts.penalty_minor > 0 and plan.annual_rate_bps > 0 and plan.forgiven_minor < facts.charges_minor
        for bound in self.bounds:
            highest = bound.highest_rate(facts.balance_minor - plan.forgiven_minor)
            if bound.max_months is not None and plan.count + plan.deferred > bound.max_months:
                return False
            if highest is not None and Fraction(plan.annual_rate_bps, 10_000) > highest:
                return False
            if bound.forbids_capitalising and capitalises:
                return False
        return True


def policy_of(random: Random, *, most: int = 24) -> Policy:
    """Draw a policy that holds together; *most*: its longest plan."""
    while True:
        try:
            return load_policy(_policy_text(random, most).encode())
        except BadInput:
            continue


def _policy_text(random: Random, most: int) -> str:
    top = {
        "id": f"drawn-{random.randrange(10**6)}",
        "reason": "Drawn.",
        "valid_days": 7,
        "first_payment_days": random.randint(1, 30),
        "latest_first_payment_days": random.randint(30, 60),
        "grace_days": 5,
        "offers_per_conversation": 4,
        "most_of_capacity_bps": random.choice([10_000, 10_000, random.randint(5_000, 9_999)]),
    }
    tables: dict[str, dict[str, object]] = {
        "arrangements": {"most": random.randint(1, 4), "per_days": 365},
        **{
            f"products.{product}": {
                "min_payments": random.randint(1, 3),
                "max_payments": random.randint(3, most),
                "step": random.choice([1, 1, 2]),
            }
            for product in Product
        },
        **_bands(random),
        "odds": _odds(random),
        "budget": {"ask": random.choice(["when_unsure", "always"]), "most_questions": 5, "buffer_share_bps": 1_000},
        "budget.buffer_floor_minor": {"USD": random.choice([0, 3_000])},
        "budget.step_minor": {"USD": random.choice([1, 500])},
        "smallest_instalment_minor": {currency: random.choice([1, 500, 2_000]) for currency in CURRENCIES[:3]},
    }
    rows = [_row(random, from_days) for from_days in (-36_500, *sorted(random.sample(range(1, 120), 2)))]
    return "\n".join(
        [
            *_lines(top),
            *(line for row in rows for line in ("[[levers]]", *_lines(row))),
            *(line for row in _floors(random) for line in ("[[floor]]", *_lines(row))),
            *(line for name, table in tables.items() for line in (f"[{name}]", *_lines(table))),
        ]
    )


def _floors(random: Random) -> list[dict[str, object]]:
    """Draw one to three steps, the later ones with a write-down."""
    shares = [0, *sorted(random.sample(range(500, 3_000), random.randint(0, 2)))]
    return [
        {
            "reason": "Drawn.",
            "rate_bps": 0 if share else random.choice([0, 0, 100]),
            "write_down_bps": share,
            "lowest_worth_bps": random.randint(4_000, 6_000),
        }
        for share in shares
    ]


def _lines(table: dict[str, object]) -> list[str]:
    return [f"{key} = {json.dumps(value)}" for key, value in table.items()]


def _row(random: Random, from_days: int) -> dict[str, object]:
    row: dict[str, object] = {
        "from_days": from_days,
        "rate_bps": sorted(random.sample(range(200, 2_400), random.randint(1, 3))),
        "charges_waived_bps": random.choice([[0], [0, 10_000], [0, 2_500, 5_000]]),
        "most_deferred": random.randint(0, 2),
        "larger_first": random.choice([True, True, False]),
    }
    if random.random() < 0.3:
        row |= {
            "settlement_discount_bps": random.choice([[1_000], [500, 2_000]]),
            "settlement_down_payment_bps": random.choice([[10_000], [3_000, 10_000]]),
            "settlement_payments": random.choice([[3], [2, 6]]),
        }
    return row


def _bands(random: Random) -> dict[str, dict[str, object]]:
    """Draw bands that widen from role to role."""
    bands: dict[str, dict[str, object]] = {}
    rate, waived, discount, deferred, worth = 400, 0, 0, 0, random.randint(8_000, 9_800)
    for role in Role:
        bands[f"authority.{role}"] = {
            "lowest_rate_bps": rate,
            "most_waived_bps": waived,
            "most_discount_bps": discount,
            "most_deferred": deferred,
            "lowest_worth_bps": worth,
        }
        rate, waived, discount = (
            random.randint(0, rate),
            random.randint(waived, 10_000),
            random.randint(discount, 2_000),
        )
        deferred, worth = random.randint(deferred, 2), random.randint(7_000, worth)
    return bands


def _odds(random: Random) -> dict[str, object]:
    shares = [10_000, *sorted(random.sample(range(2_000, 9_900), random.randint(0, 4)), reverse=True)]
    weights = [1] * len(shares)
    for _ in range(10_000 - len(shares) if len(shares) == 1 else 0):
        weights[0] += 1
    if len(shares) > 1:
        cuts = sorted(random.sample(range(1, 10_000), len(shares) - 1))
        weights = [after - before for before, after in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    return {
        "discount_bps": random.randint(0, 2_000),
        "break_bps": random.randint(0, 1_500),
        "elasticity_bps": random.randint(0, 30_000),
        "eased_bps": random.randint(0, 10_000),
        "long_from": random.randint(2, 30),
        "long_bps": random.randint(5_000, 10_000),
        "relief_bps": random.randint(5_000, 10_000),
        "comfort_bps": shares,
        "comfort_weights_bps": weights,
    }


def facts_of(random: Random, policy: Policy) -> Facts:
    """Draw facts whose capacity lies, as often as not, near what some plan asks for."""
    product = random.choice(list(Product))
    balance = random.choice([random.randint(1, 3_000), random.randint(1, 5 * 10**6)])
    contract, late = random.choice([0, random.randint(0, 4_000)]), random.randint(-30, 200)
    count = random.randint(1, policy.grids[product].most)
    near = level_instalment(balance, policy.plan_rate_bps(contract, late, product), count) + random.randint(-2, 2)
    charges = random.choice([0, random.randint(0, balance // 5)])
    offered = random.choice([None, TODAY])
    return Facts(
        product=product,
        currency=random.choice(CURRENCIES),
        balance_minor=balance,
        contract_rate_bps=contract,
        days_past_due=late,
        capacity_minor=random.choice([max(0, near), random.randint(0, balance), 0]) if random.random() < 0.95 else -5,
        first_due_on=TODAY + timedelta(days=random.randint(1, 30 if offered is None else 110)),
        charges_minor=charges,
        penalty_minor=random.choice([0, charges]),
        lump_minor=random.choice([0, 0, random.randint(0, balance)]),
        offered_on=offered,
        agreed_before=random.choice([0, 0, 0, random.randint(0, 4)]),
        role=random.choice(list(Role)),
    )


def law_of(random: Random, facts: Facts) -> Law:
    """Draw a law: as often as not none."""
    if random.random() < 0.5:
        return Law((), facts)
    bound = LawBound(
        rule_id="drawn",
        max_months=random.choice([None, random.randint(1, 24)]),
        rates=random.choice([(), ((None, Fraction(random.randint(0, 24), 100)),)]),
        forbids_capitalising=random.choice([False, True]),
    )
    return Law((bound,), facts)
