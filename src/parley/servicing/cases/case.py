"""What is a case, and how are its inputs read? Exactly: numbers are whole or decimal, never binary.

Every input must be read or be known to describe only; one that is left over is not understood, and so is its case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from parley.errors import BadInput
from parley.money import MINOR_DIGITS, Money
from parley.servicing.periods import parse_day
from parley.servicing.rate import Rate

# What a case file can hold; lists and mappings of the same.
Plain = object
# Fields that say something to a reader and change no figure.
_DESCRIBING: Final = frozenset({"what", "note", "was"})
_USUAL_CURRENCY: Final = "USD"
_MOST_DIGITS: Final = 60


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """One case as read: `expect` and `tolerance` by field."""

    case_id: str
    kind: str
    inputs: Mapping[str, Plain]
    expect: Mapping[str, Plain]
    tolerance: Mapping[str, Plain]

    def __repr__(self) -> str:
        return f"Case({self.case_id}, {self.kind})"


class Inputs:
    """The fields of one mapping of a case; remembers which were read."""

    def __init__(self, fields: Mapping[str, Plain], place: str = "inputs", currency: str | None = None) -> None:
        self._fields = fields
        self._place = place
        self._read: set[str] = set()
        # Where this is a part with what it lacks from a whole: that whole, in which such a field counts as read too.
        self._whole: Inputs | None = None
        self._lent: frozenset[str] = frozenset()
        named = currency or (fields.get("currency") if "currency" in fields else _USUAL_CURRENCY)
        self._read.add("currency")
        if not isinstance(named, str) or named not in MINOR_DIGITS:
            raise not_understood(f"the currency {named!r} of {place}", f"{place} 的币种 {named!r}")
        self.currency = named

    def has(self, name: str) -> bool:
        """Whether the field is there and not empty."""
        return self._fields.get(name) is not None

    def raw(self, name: str) -> Plain:
        """Return a field as it is; raises BadInput where it is missing."""
        self.pass_over(name)
        if not self.has(name):
            raise not_understood(f"{self._place} without {name}", f"{self._place} 缺少 {name}")
        return self._fields[name]

    def number(self, name: str, default: int | None = None) -> Fraction:
        """Return an exact number, also one written as a/b."""
        if default is not None and not self.has(name):
            return Fraction(default)
        return number(self.raw(name), name)

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a whole number."""
        value = self.number(name, default)
        if value.denominator != 1:
            raise not_understood(f"{name} {value}: it is not whole", f"{name} 为 {value}，不是整数")
        return value.numerator

    def minor(self, name: str, default: int | None = None) -> Fraction:
        """Return an amount of major units in minor units, exactly."""
        return self.number(name, default) * minor_per_major(self.currency)

    def major(self, minor: int | Fraction) -> Fraction:
        """Return minor units in major units, exactly."""
        return Fraction(minor) * Fraction(1, minor_per_major(self.currency))

    def money(self, name: str, default: int | None = None) -> Money:
        """Return an amount of whole minor units."""
        value = self.minor(name, default)
        if value.denominator != 1:
            raise not_understood(
                f"{name}: more decimals than {self.currency} has", f"{name} 的小数位多于 {self.currency}"
            )
        return Money(value.numerator, self.currency)

    def rate(self, name: str) -> Rate:
        """Return a nominal annual rate given in per cent."""
        return Rate(self.number(name) / 100)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text, its letters small."""
        value = default if default is not None and not self.has(name) else self.raw(name)
        self.pass_over(name)
        return str(value).strip().lower()

    def day(self, name: str) -> date:
        """Return a date."""
        return day(self.raw(name), name)

    def items(self, name: str) -> Sequence[Plain]:
        """Return a list."""
        value = self.raw(name)
        if not isinstance(value, list):
            raise not_understood(f"{name}: it is not a list", f"{name} 不是列表")
        return value

    def parts(self, name: str) -> list[Inputs]:
        """Return a list of mappings."""
        return [inputs(item, f"{name} {place}", self.currency) for place, item in enumerate(self.items(name), 1)]

    def part(self, name: str) -> Inputs:
        """Return a mapping inside this one."""
        return inputs(self.raw(name), name, self.currency)

    def with_part(self, name: str) -> Inputs:
        """Return a mapping inside this one with what it lacks from this one: the roundings, the day count."""
        part = self.raw(name)
        if not isinstance(part, dict):
            raise not_understood(f"{name}: it has no fields", f"{name} 没有字段")
        shared = {key: value for key, value in self._fields.items() if not isinstance(value, dict)}
        found = Inputs({**shared, **part}, name, self.currency)
        found._whole, found._lent = self, frozenset(shared.keys() - part.keys())
        return found

    def given(self) -> list[str]:
        """Return the names of the fields that are there, read or not."""
        return [name for name in self._fields if self.has(name)]

    def names(self) -> list[str]:
        """Return the names of all fields, and count them as read."""
        self._read.update(self._fields)
        return list(self._fields)

    def pass_over(self, *names: str) -> None:
        """Count fields as read that repeat what others say."""
        self._read.update(names)
        if self._whole:
            self._whole.pass_over(*(name for name in names if name in self._lent))

    def done(self) -> None:
        """Raise BadInput where a field was not read and may change the figures."""
        known = self._read | self._lent | _DESCRIBING
        left = [name for name in self._fields if name not in known and self.has(name)]
        if left:
            raise not_understood(f"the field {left[0]} of {self._place}", f"{self._place} 的字段 {left[0]}")


def inputs(value: Plain, place: str, currency: str | None = None) -> Inputs:
    """Return a mapping as inputs; raises BadInput for anything else."""
    if not isinstance(value, dict):
        raise not_understood(f"{place}: it has no fields", f"{place} 没有字段")
    return Inputs(value, place, currency)


def number(value: Plain, name: str) -> Fraction:
    """Return *value* as an exact number; a text may hold one, or a/b."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise not_understood(f"{name}: {value!r} is not a number", f"{name} 的 {value!r} 不是数字")
    try:
        return _sum(value) if isinstance(value, str) else _exact(value)
    except (ArithmeticError, ValueError):
        raise not_understood(f"{name}: {value!r} is not a number", f"{name} 的 {value!r} 不是数字") from None


def _sum(text: str) -> Fraction:
    """Return a number, a quotient a/b, or a sum of them: 1/12 + 3/366."""
    total = Fraction(0)
    for member in text.split("+"):
        above, _, below = member.partition("/")
        total += _exact(above.strip()) / _exact(below.strip() or 1)
    return total


def _exact(value: int | Decimal | str) -> Fraction:
    """Return a plain number. Raises ValueError for one so long that it is none: a power of ten can fill the memory."""
    found = Decimal(value)
    if not found.is_finite() or abs(found.adjusted()) > _MOST_DIGITS or len(found.as_tuple().digits) > _MOST_DIGITS:
        raise ValueError("no number of a case")
    return Fraction(found)


def day(value: Plain, name: str) -> date:
    """Return *value* as a date; raises BadInput for one that does not exist."""
    try:
        return parse_day(str(value))
    except BadInput as error:
        raise BadInput(f"{name}: {error.en}", f"{name}：{error.zh}") from None


def minor_per_major(currency: str) -> int:
    """Return how many minor units a major unit has."""
    return int(10 ** MINOR_DIGITS[currency])


def not_understood(en: str, zh: str) -> BadInput:
    """Return the fault of a case that asks for something in words not known."""
    return BadInput(f"Not understood: {en}. Nothing was guessed.", f"无法理解：{zh}。未作任何猜测。")
