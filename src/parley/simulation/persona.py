"""Who a simulated borrower is: what the lender knows, and the budget, temper and habits that it does not.

The hidden part is drawn once from the seed and the borrower's key. Nothing here is read by the pipeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from parley.locale import Language, language_of
from parley.money import divide_down
from parley.simulation.card import Card, Style
from parley.simulation.chance import Dice

_SHOCK_FIRST_DAY = 0
_SHOCK_LAST_DAY = 364


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class PublicFacts:
    """What lender and borrower both know. `scale` is how many minor units one unit of the sample portfolio is.

    Units: minor units of `currency`; days. `postcode` and `contract_tail` are what the borrower answers when asked.
    """

    locale: str
    jurisdiction: str
    timezone: str
    currency: str
    balance_minor: int
    arrears_minor: int
    days_past_due: int
    minimum_minor: int
    scale: int
    started_on: date
    postcode: str = ""
    contract_tail: str = ""


@dataclass(frozen=True, slots=True)
class Shock:
    """A time of less income, in days from the start of the simulation."""

    start_day: int
    days: int
    income_percent: int


@dataclass(frozen=True, slots=True, repr=False)
class Persona:
    """A borrower. Units: minor units a month; percent. Prints without its facts."""

    seed: int
    key: str
    public: PublicFacts
    language: Language
    income_minor: int
    essential_minor: int
    other_debt_minor: int
    assets_minor: int
    willing_percent: int
    accepts_up_to_percent: int
    understates_percent: int
    patience: int
    style: Style
    reason: str | None
    vulnerable: bool
    disputes: bool
    wrong_person: bool
    shock: Shock | None

    def __repr__(self) -> str:
        return f"Persona({self.key!r}, {self.style.value})"

    def income_on(self, on: date) -> int:
        """Return the monthly income as it is on the day *on*, in minor units."""
        day = (on - self.public.started_on).days
        shock = self.shock
        if shock is not None and shock.start_day <= day < shock.start_day + shock.days:
            return divide_down(self.income_minor * shock.income_percent, 100)
        return self.income_minor

    def surplus_on(self, on: date) -> int:
        """Return what is truly left over a month on the day *on*; negative where nothing is. Minor units."""
        return self.income_on(on) - self.essential_minor - self.other_debt_minor

    def accepts_minor(self, on: date) -> int:
        """Return the highest instalment this borrower agrees to on the day *on*; never below zero."""
        return max(0, divide_down(self.surplus_on(on) * self.accepts_up_to_percent, 100))


def draw_persona(card: Card, seed: int, key: str, public: PublicFacts) -> Persona:
    """Return the borrower named *key* under *seed*: same arguments, same borrower."""
    dice = Dice(seed, "persona", key)
    income_minor = _income(card, dice, public)
    is_past_due = public.days_past_due > 0
    is_short = dice.happens(card.negative_budget_past_due_bps if is_past_due else card.negative_budget_current_bps)
    low, high = card.deficit_percent if is_short else card.surplus_percent
    left_percent = dice.between(low, high) * (-1 if is_short else 1)
    spent_minor = income_minor - divide_down(income_minor * left_percent, 100)
    other_minor = 0
    if dice.happens(card.other_debt_bps):
        other_minor = divide_down(income_minor * dice.between(*card.other_debt_percent), 100)
    vulnerable = dice.happens(card.vulnerable_bps)
    return Persona(
        seed=seed,
        key=key,
        public=public,
        language=language_of(public.locale),
        income_minor=income_minor,
        essential_minor=spent_minor - other_minor,
        other_debt_minor=other_minor,
        assets_minor=divide_down(income_minor * dice.between(*card.assets_percent), 100),
        willing_percent=dice.between(*card.willing_percent),
        accepts_up_to_percent=dice.between(*card.accepts_up_to_percent),
        understates_percent=dice.pick(card.understates_percent),
        patience=dice.pick(card.patience),
        style=dice.weighted(card.style_percent),
        reason=dice.weighted(card.reason_percent) if is_short or is_past_due else None,
        vulnerable=vulnerable,
        disputes=dice.happens(card.disputes_bps),
        wrong_person=dice.happens(card.wrong_person_bps),
        shock=_shock(card, dice),
    )


def _income(card: Card, dice: Dice, public: PublicFacts) -> int:
    middle_minor = dice.pick(card.income_nt) * public.scale
    drawn_minor = divide_down(middle_minor * dice.between(90, 110), 100)
    return max(drawn_minor, divide_down(public.balance_minor * card.income_at_least_percent_of_balance, 100))


def _shock(card: Card, dice: Dice) -> Shock | None:
    if not dice.happens(card.shock_per_year_bps):
        return None
    return Shock(dice.between(_SHOCK_FIRST_DAY, _SHOCK_LAST_DAY), card.shock_days, card.shock_income_percent)
