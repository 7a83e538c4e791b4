"""How people write sums and days in a text message: round figures, loose currency words, words for numbers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from parley.money import MINOR_DIGITS
from parley.simulation.chance import Dice
from parley.simulation.speech import Speech

# People name round sums: below `major` of the currency's main unit they round to `step`.
_ROUND_STEPS: Final = ((20, 1), (100, 5), (500, 10), (2_000, 50), (10_000, 100), (100_000, 500), (1_000_000, 5_000))
_LARGEST_STEP: Final = 50_000
# Beyond these days ahead a bare weekday would mean another week.
_NAMED_BY_WEEKDAY: Final = range(2, 7)
_IN_WORDS_BPS: Final = 1_500
_TEENS: Final = range(11, 14)


def round_figure(minor: int, currency: str) -> int:
    """Return *minor* as people would name it: rounded down to a round sum. Units: minor units."""
    unit: int = 10 ** MINOR_DIGITS[currency]
    major = minor // unit
    step = next((step for limit, step in _ROUND_STEPS if major < limit), _LARGEST_STEP)
    return major // step * step * unit


def say_amount(speech: Speech, minor: int, currency: str, dice: Dice) -> str:
    """Return a sum as somebody would type it, e.g. "$60", "60 bucks", "六十块"."""
    digits = _plain_digits(minor, currency)
    in_words = speech.amount_words.get(digits)
    form = dice.pick(speech.amounts)
    if in_words is not None and dice.happens(_IN_WORDS_BPS):
        # Nobody writes a sign before a word.
        digits, form = in_words, form.replace("{c}{n}", "{n}")
    return form.replace("{n}", digits).replace("{c}", dice.pick(speech.currency_words[currency]))


def _plain_digits(minor: int, currency: str) -> str:
    major = Decimal(minor).scaleb(-MINOR_DIGITS[currency])
    return str(int(major)) if major == int(major) else f"{major:f}"


def say_day(speech: Speech, today: date, days: int, dice: Dice) -> str:
    """Return the day *days* after *today* as somebody would type it, e.g. "tomorrow", "fri", "the 5th", "5号"."""
    near = speech.days_near.get(days)
    if near is not None and dice.happens(7_000):
        return dice.pick(near)
    on = today + timedelta(days=days)
    forms = (*speech.days_any, *speech.days_of_week) if days in _NAMED_BY_WEEKDAY else speech.days_any
    return (
        dice.pick(forms)
        .replace("{weekday}", speech.weekdays[on.weekday()])
        .replace("{month}", speech.months[on.month - 1])
        .replace("{ordinal}", _ordinal(on.day))
        .replace("{day}", str(on.day))
    )


def _ordinal(day: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{day}th" if day in _TEENS else f"{day}{endings.get(day % 10, 'th')}"
