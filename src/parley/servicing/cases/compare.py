"""Is what came out what was expected? Field by field, within the tolerance the case gives, exactly where it gives none.

A tolerance bears the name of a field, or of what several fields are: `payment` holds for `first_payment`, `payments`
and `payment_was`, `interest` for a day count's interest, `amount` for every amount of an allocation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

from parley.errors import BadInput
from parley.servicing.cases.case import Case, Plain, number

# What a text says where a payment never repays.
_NEVER: Final = re.compile(
    r"\b(?:never|none|no|not|cannot|impossible|infeasible|refused?|insufficient|unbounded|inf(?:inite|inity)?|below"
    r"|too (?:small|low)|negative amorti[sz]ation)\b"
)
_SHOWN: Final = Context(prec=16)
_OF_EVERYTHING: Final = ("amount", "interest")


@dataclass(frozen=True, slots=True)
class Failure:
    """One field that is not as expected; field "-" is the whole case."""

    case_id: str
    field: str
    expected: str
    got: str

    @property
    def line(self) -> str:
        """The failure in one line, for a terminal."""
        return f"{self.case_id}: {self.field}: expected {self.expected}, got {self.got}"


def compare(case: Case, got: Mapping[str, Plain]) -> list[Failure]:
    """Return the fields of *case* that *got* does not meet, and those it does not have."""
    failures = []
    for field, expected in case.expect.items():
        if field not in got:
            failures.append(Failure(case.case_id, field, shown(expected), "nothing: the field is not understood"))
        elif not _agrees(expected, got[field], tolerance_of(case, field)):
            failures.append(Failure(case.case_id, field, shown(expected), shown(got[field])))
    return failures


def tolerance_of(case: Case, field: str) -> Fraction:
    """Return the tolerance that names *field*, or what it is; nothing where none does."""
    words = field.split("_")
    names = (field, field.removesuffix("s"), words[-1].removesuffix("s"), words[0], *_OF_EVERYTHING)
    for name in names:
        if name in case.tolerance:
            value = number(case.tolerance[name], f"tolerance {name}")
            if value < 0:
                raise BadInput(f"The tolerance {name} is below zero.", f"容差 {name} 小于零。")
            return value
    return Fraction(0)


def _agrees(expected: Plain, got: Plain, tolerance: Fraction) -> bool:
    if isinstance(expected, list):
        if not isinstance(got, list) or len(got) != len(expected):
            return False
        return all(_agrees(one, other, tolerance) for one, other in zip(expected, got, strict=True))
    if isinstance(expected, dict):
        if not isinstance(got, dict) or not expected or not expected.keys() <= got.keys():
            return False
        return all(_agrees(one, got[name], tolerance) for name, one in expected.items())
    if got is None or isinstance(got, bool) or expected is None or isinstance(expected, bool):
        return (got is None and (expected is None or _says_never(expected))) or expected is got
    if not isinstance(got, int | Decimal | Fraction):
        return str(expected).strip().lower() == str(got).lower()
    try:
        return abs(number(expected, "expected") - Fraction(got)) <= tolerance
    except BadInput:
        return False


def _says_never(expected: Plain) -> bool:
    return isinstance(expected, str) and _NEVER.search(expected.lower().replace("_", " ")) is not None


def shown(value: Plain) -> str:
    """Return a value as it is printed: exact as it stands, fractions to sixteen digits."""
    if isinstance(value, list):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {shown(item)}" for name, item in value.items()) + "}"
    if isinstance(value, Fraction):
        exact = _SHOWN.divide(value.numerator, value.denominator).normalize()
        return f"{exact:f}"
    return "nothing" if value is None else str(value)
