"""How many segments a template takes: at worst, by its tree; and over rows of values, as they would go out. Pure.

The worst case is computed before any borrower is asked: every way the text can read, with the widest value of each
kind. What counts as widest is the closed table `_WIDEST`; a wider value in real rows shows in their distribution.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, TypeAlias

from parley.locale import Language
from parley.messaging.carriage import STANDARD, Carriage
from parley.messaging.segments import Encoding, Segments, measure
from parley.messaging.template import Literal, Template, render
from parley.messaging.values import Kind, Placeholder, PlaceholderTypes, Value, shown
from parley.messaging.wording import sayable
from parley.money import MINOR_DIGITS, Money

# Ten million less one, in major units: no consumer's debt here is wider (decimals are those of the currency).
_WIDEST_MAJOR: Final = 9_999_999
# A term of thirty years by months; a yearly rate below a hundred percent.
_WIDEST_COUNT: Final = 360
_WIDEST_RATE_BPS: Final = 99_99
# The widest letter of the language, for words that nobody knows yet: each costs one septet, or one unit of 16 bits.
_LETTER: Final = {Language.EN: "W", Language.ZH_HANS: "字", Language.ZH_HANT: "字"}
_MONTHS: Final = range(1, 13)
_TWO_DIGITS: Final = 10

Shape: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Worst:
    """The way of a template that takes most. `text`: how it reads with the widest values; `ways`: of how many."""

    segments: Segments
    text: str
    ways: int


@dataclass(frozen=True, slots=True)
class Spread:
    """What a template takes over rows: `by_count` says of how many rows each number of segments is, in order.

    `ucs2`: rows that do not go in the cheap alphabet. All zero where there are no rows.
    """

    by_count: tuple[tuple[int, int], ...] = ()
    ucs2: int = 0

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(rows for _, rows in self.by_count)

    @property
    def segments(self) -> int:
        """How many segments all rows take."""
        return sum(count * rows for count, rows in self.by_count)

    @property
    def least(self) -> int:
        """The fewest segments of a row."""
        return self.by_count[0][0] if self.by_count else 0

    @property
    def median(self) -> int:
        """The segments that half of the rows do not exceed."""
        seen, rows = 0, self.rows
        for count, some in self.by_count:
            seen += some
            if 2 * seen >= rows:
                return count
        return 0

    @property
    def most(self) -> int:
        """The most segments of a row."""
        return self.by_count[-1][0] if self.by_count else 0

    def cost_micro(self, price_micro: int) -> int:
        """Return what all rows cost at *price_micro* a segment, in millionths of the route's currency."""
        return self.segments * price_micro


def worst_case(
    template: Template,
    words: Mapping[str, str],
    language: Language,
    currencies: Collection[str],
    today: date,
    carriage: Carriage = STANDARD,
) -> Worst:
    """Return the way of *template* that takes most segments, with the widest values; of equals the longest.

    *words*: those that are known and always the same, by placeholder, empty where a place has none; an unknown one has
    its limit of characters.
    *currencies*: those of the accounts that are written about.
    """
    widest = {
        name: words.get(name) or _widest(one, language, frozenset(currencies), today)
        for name, one in template.types.items()
    }
    texts = {
        "".join(node.text if isinstance(node, Literal) else widest[node.name] for node in reading)
        for reading in sayable(template, words)
    }
    sizes = [(measure(text, carriage), text) for text in sorted(texts)]
    found, text = max(sizes, key=lambda one: (one[0].count, one[0].units))
    return Worst(found, text, len(sizes))


def widest_chars(
    types: PlaceholderTypes, language: Language, currencies: Collection[str], today: date
) -> dict[str, int]:
    """Return the most characters that each of *types* may show; of a choice, which is never shown, none."""
    some = frozenset(currencies)
    return {name: len(_widest(one, language, some, today)) for name, one in types.items()}


def _widest(one: Placeholder, language: Language, currencies: frozenset[str], today: date) -> str:
    return _LETTER[language] * one.limit if one.kind is Kind.WORDS else _wide(one.kind, language, currencies, today)


@lru_cache(maxsize=512)
def _wide(kind: Kind, language: Language, currencies: frozenset[str], today: date) -> str:
    """Return how the widest value of *kind* reads; of a choice, which is never shown, nothing."""
    values: Iterable[Value]
    match kind:
        case Kind.AMOUNT | Kind.FIGURE | Kind.WHOLE:
            values = (_widest_money(one, is_whole=kind is Kind.WHOLE) for one in sorted(currencies))
        case Kind.DATE:
            values = (date(today.year + 1, month, 28) for month in _MONTHS)
        case Kind.COUNT:
            values = (_WIDEST_COUNT,)
        case Kind.RATE:
            values = (_WIDEST_RATE_BPS,)
        case _:
            values = ()
    return max((shown(kind, value, language, today) for value in values), key=len, default="")


def _widest_money(currency: str, *, is_whole: bool) -> Money:
    scale = 10 ** MINOR_DIGITS[currency]
    return Money(_WIDEST_MAJOR * scale + (0 if is_whole else scale - 1), currency)


def shape_of(value: Value, today: date) -> Shape:
    """Return what the size of a message depends on: values of one shape read in as many signs of the same width.

    Figures differ in their digits, which all cost the same; so do the names of months, three letters in English.
    """
    match value:
        case Money():
            return (value.currency, len(str(value.minor)))
        case date():
            return (value.month, value.day >= _TWO_DIGITS, value.year == today.year)
        case _:
            # A number chooses the branch of a plural, a choice that of its own: they stand for themselves.
            return (value,)


def spread(
    template: Template,
    rows: Iterable[tuple[Mapping[str, Value], int]],
    language: Language,
    today: date,
    carriage: Carriage = STANDARD,
) -> Spread:
    """Return what *template* takes over *rows*: values, and how many rows have values of their shape.

    A missing value, or one of the wrong kind, is a defect.
    """
    found, ucs2 = Counter[int](), 0
    for values, count in rows:
        size = measure(render(template, values, language, today), carriage)
        found[size.count] += count
        ucs2 += count if size.encoding is Encoding.UCS2 else 0
    return Spread(tuple(sorted(found.items())), ucs2)


def joined(spreads: Iterable[Spread]) -> Spread:
    """Return the spread over the rows of all *spreads*."""
    found, ucs2 = Counter[int](), 0
    for one in spreads:
        found.update(dict(one.by_count))
        ucs2 += one.ucs2
    return Spread(tuple(sorted(found.items())), ucs2)
