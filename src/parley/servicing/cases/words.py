"""What do the words of a case mean? Steps of time, roundings, and how a level instalment is made."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Final

from parley.servicing.cases.case import Inputs, minor_per_major, not_understood
from parley.servicing.periods import (
    DAILY,
    FORTNIGHTLY,
    FOUR_WEEKLY,
    MONTHLY,
    QUARTERLY,
    SEMI_MONTHLY,
    WEEKLY,
    YEARLY,
    Every,
    Unit,
)
from parley.servicing.products.shapes import Level
from parley.servicing.products.terms import LoanRounding
from parley.servicing.rounding import Rounding

# Ten years of days: no payment is further from the next.
_MOST_UNITS: Final = 3_660
_STEP: Final = re.compile(r"(?:every )?(?:(\d+) )?(day|week|semi-?month|half month|month|quarter|year)s?")
_ADVERBS: Final = {
    "daily": DAILY,
    "weekly": WEEKLY,
    "fortnight": FORTNIGHTLY,
    "fortnightly": FORTNIGHTLY,
    "biweekly": FORTNIGHTLY,
    "four-weekly": FOUR_WEEKLY,
    "semimonthly": SEMI_MONTHLY,
    "semi-monthly": SEMI_MONTHLY,
    "monthly": MONTHLY,
    "quarterly": QUARTERLY,
    "yearly": YEARLY,
    "annually": YEARLY,
}
_UNITS: Final = {"day": Unit.DAY, "week": Unit.WEEK, "month": Unit.MONTH, "year": Unit.YEAR}
_PER_YEAR: Final = {
    365: DAILY,
    52: WEEKLY,
    26: FORTNIGHTLY,
    24: SEMI_MONTHLY,
    13: FOUR_WEEKLY,
    12: MONTHLY,
    6: Every(2, Unit.MONTH),
    4: QUARTERLY,
    3: Every(4, Unit.MONTH),
    2: Every(6, Unit.MONTH),
    1: YEARLY,
}

# The first word is the rounding of interest; what may follow says how its other words are meant.
_ROUNDING: Final = re.compile(
    r"(half[_ -]up|half[_ -]even|half[_ -]down|up|down)"
    r"(?: to)?(?: (?:whole )?(?:cents?|minor units?|yen))?(?: (?:each|every) period)?"
)
_LAST_ADJUSTS: Final = re.compile(r"(?:the )?last (?:payment|instalment) (?:adjusts|clears|absorbs|takes|collects)\b.*")
_LEVEL: Final = re.compile(
    r"annuity rounded (?:(up|down|half[_ -]up|half[_ -]even) )?to "
    r"(?:the )?(?:next )?(cents?|a whole unit|whole units?|[\d.]+)"
)
_MOVED: Final = "moved once by round((last - level)/n) if that makes |last - level| strictly smaller"


def every(text: str) -> Every:
    """Return the step of time that *text* names: "14 days", "2 months", "semimonth", "quarterly"."""
    if text in _ADVERBS:
        return _ADVERBS[text]
    match = _STEP.fullmatch(text)
    if match is None:
        raise not_understood(f"the step {text!r}", f"间隔 {text!r}")
    count, unit = int(match[1] or 1), match[2]
    is_half = unit not in {*_UNITS, "quarter"}
    if not 1 <= count <= _MOST_UNITS or (is_half and count > 1):
        raise not_understood(f"the step {text!r}", f"间隔 {text!r}")
    if is_half:
        return SEMI_MONTHLY
    return Every(3 * count, Unit.MONTH) if unit == "quarter" else Every(count, _UNITS[unit])


def every_of_year(periods: Fraction) -> Every:
    """Return the step of which a year has *periods*."""
    found = _PER_YEAR.get(periods.numerator) if periods.denominator == 1 else None
    if found is None:
        raise not_understood(f"a year of {periods} periods", f"一年 {periods} 期")
    return found


def rounding(inputs: Inputs) -> LoanRounding:
    """Return the roundings of a case: of interest by `rounding`, of the instalment by `level_instalment` too."""
    words = [part.strip() for part in inputs.text("rounding", "half_up cents; last payment adjusts").split(";")]
    match = _ROUNDING.fullmatch(words[0])
    if match is None or not all(_LAST_ADJUSTS.fullmatch(part) for part in words[1:]):
        raise not_understood(f"the rounding {'; '.join(words)!r}", f"舍入方式 {'; '.join(words)!r}")
    of_interest = _named(match[1])
    found = LoanRounding(interest=of_interest, instalment=of_interest)
    level = _LEVEL.match(inputs.text("level_instalment", "annuity rounded to cents"))
    if level is None:
        raise not_understood("level_instalment", "level_instalment")
    if level[1]:
        found = replace(found, instalment=_named(level[1]))
    return replace(found, unit_minor=_unit(level[2], inputs))


def _named(text: str) -> Rounding:
    return Rounding(text.replace(" ", "_").replace("-", "_"))


def _unit(text: str, inputs: Inputs) -> int:
    major = minor_per_major(inputs.currency)
    if text.startswith("cent"):
        return 1
    if "unit" in text:
        return major
    unit = Fraction(text) * major
    if unit.denominator != 1 or unit < 1:
        raise not_understood(f"level_instalment rounded to {text}", f"期款舍入到 {text}")
    return unit.numerator


def level(inputs: Inputs) -> Level:
    """Return equal instalments, moved once where `level_instalment` says so."""
    text = inputs.text("level_instalment", "annuity rounded to cents")
    rest = text[_matched(text) :].strip(" ,;")
    if rest not in {"", "not moved", _MOVED}:
        raise not_understood(f"level_instalment {rest!r}", f"level_instalment {rest!r}")
    return Level(smoothed=rest == _MOVED)


def _matched(text: str) -> int:
    match = _LEVEL.match(text)
    return match.end() if match else 0
