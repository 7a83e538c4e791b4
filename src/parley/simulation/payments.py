"""When simulated borrowers pay, and how much. Asked once for each due date; the answer never depends on order.

Two sources: a persona with a budget, or, for accounts without one, what the last months of the account were like.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from parley.money import divide_down, divide_up
from parley.simulation.card import Card
from parley.simulation.chance import Dice, odds_times
from parley.simulation.persona import Persona


class DueKind(StrEnum):
    """What falls due."""

    MINIMUM = "minimum"
    ARRANGEMENT = "arrangement"
    PROMISE = "promise"


@dataclass(frozen=True, slots=True)
class Nudges:
    """What has happened before this due date: `reminders` sent, dealt with a named contact, called by a person."""

    reminders: int = 0
    named_contact: bool = False
    person_called: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class PaymentAct:
    """A payment `day_offset` days after the due date (negative: before), in minor units."""

    day_offset: int
    amount_minor: int


NO_NUDGES: Final = Nudges()
_ALWAYS_BPS: Final = 10_000
_LEAST_BREAK_PERCENT: Final = 20
# Newest month first: the last month says most about the next one.
_MONTH_WEIGHTS: Final = (6, 4, 3, 2, 2, 1)
_NO_USE, _PAID_IN_FULL, _REVOLVING = -2, -1, 0
# Of those k months late: chance to pay the minimum, and a part of it, this month.
_LATE_PAYS_BPS: Final = {1: 4500, 2: 2500}
_LATER_PAYS_BPS: Final = 1200
_LATE_PART_BPS: Final = 1000


def pays(
    card: Card,
    persona: Persona,
    due_on: date,
    amount_minor: int,
    kind: DueKind,
    *,
    days_past_due: int,
    nudges: Nudges = NO_NUDGES,
) -> PaymentAct | None:
    """Return what the borrower does about *amount_minor* due on *due_on*; None: nothing.

    Units: minor units; days. *days_past_due* is that of the account on the due date, and matters for a minimum only.
    """
    if persona.wrong_person or persona.disputes or amount_minor <= 0:
        return None
    dice = Dice(persona.seed, "pays", persona.key, due_on.isoformat(), kind.value)
    chance_bps = _chance_bps(card, persona, due_on, amount_minor, kind, days_past_due)
    if nudges.reminders >= 1:
        chance_bps = odds_times(chance_bps, card.due_reminder_odds_percent)
    for _ in range(1, nudges.reminders):
        chance_bps = odds_times(chance_bps, card.second_reminder_odds_percent)
    if nudges.named_contact:
        chance_bps = odds_times(chance_bps, card.named_contact_odds_percent)
    if nudges.person_called:
        chance_bps = min(_ALWAYS_BPS, chance_bps + card.person_called_add_bps)
    if dice.happens(chance_bps):
        return PaymentAct(_day_offset(dice, kind), amount_minor)
    if dice.happens(card.part_paid_bps):
        part_minor = divide_down(amount_minor * dice.between(20, 70), 100)
        return PaymentAct(dice.between(0, 12), part_minor) if part_minor else None
    return None


def _chance_bps(
    card: Card, persona: Persona, due_on: date, amount_minor: int, kind: DueKind, days_past_due: int
) -> int:
    within_minor = persona.surplus_on(due_on) + divide_down(persona.assets_minor, 4)
    if amount_minor > within_minor:
        return card.unaffordable_paid_bps
    match kind:
        case DueKind.MINIMUM:
            return _minimum_bps(card, days_past_due)
        case DueKind.PROMISE:
            return card.promise_kept_bps
        case DueKind.ARRANGEMENT:
            return _ALWAYS_BPS - _break_bps(card, amount_minor, persona.public.minimum_minor)


def _minimum_bps(card: Card, days_past_due: int) -> int:
    for least_days, chance_bps in (
        (60, card.minimum_60_bps),
        (30, card.minimum_30_59_bps),
        (1, card.minimum_1_29_bps),
    ):
        if days_past_due >= least_days:
            return chance_bps
    return card.minimum_current_bps


def _break_bps(card: Card, amount_minor: int, before_minor: int) -> int:
    """Return the chance to miss: by the elasticity, less where the instalment is lower than what was due before."""
    if before_minor <= 0:
        return card.arrangement_break_bps
    change_percent = divide_up(100 * (amount_minor - before_minor), before_minor)
    factor_percent = max(_LEAST_BREAK_PERCENT, 100 + divide_down(card.break_elasticity_percent * change_percent, 100))
    return min(_ALWAYS_BPS, divide_up(card.arrangement_break_bps * factor_percent, 100))


def _day_offset(dice: Dice, kind: DueKind) -> int:
    if kind is DueKind.PROMISE:
        return dice.weighted({-1: 10, 0: 60, 1: 20, 2: 10})
    return dice.weighted({-5: 10, -2: 20, -1: 15, 0: 35, 1: 8, 2: 5, 4: 4, 9: 3})


def pays_as_before(
    seed: int, key: str, months: tuple[int, ...], due_on: date, minimum_minor: int, balance_minor: int
) -> PaymentAct | None:
    """Return what an account without a persona does about its minimum due on *due_on*: as one of its last months.

    *months* are status codes, newest first, as the sample has them: −2 no use, −1 paid in full, 0 revolving (the
    minimum was paid), k = k months late. Units: minor units; days.
    """
    if balance_minor <= 0 or not months:
        return None
    dice = Dice(seed, "as_before", key, due_on.isoformat())
    weights = dict(enumerate(_MONTH_WEIGHTS[: len(months)]))
    status = months[dice.weighted(weights)]
    least_minor = min(minimum_minor, balance_minor)
    if status in {_NO_USE, _PAID_IN_FULL}:
        return PaymentAct(-dice.between(0, 6), balance_minor)
    if least_minor <= 0:
        return None
    if status == _REVOLVING:
        extra_minor = divide_down(least_minor * dice.pick((0, 0, 0, 10, 25, 100)), 100)
        return PaymentAct(dice.weighted({-4: 20, -1: 30, 0: 40, 2: 10}), min(balance_minor, least_minor + extra_minor))
    return _late(dice, status, least_minor)


def _late(dice: Dice, months_late: int, least_minor: int) -> PaymentAct | None:
    if dice.happens(_LATE_PAYS_BPS.get(months_late, _LATER_PAYS_BPS)):
        return PaymentAct(dice.between(0, 20), least_minor)
    part_minor = divide_down(least_minor, 2)
    if part_minor and dice.happens(_LATE_PART_BPS):
        return PaymentAct(dice.between(3, 20), part_minor)
    return None
