"""What a form offers beside a column: the form of days, whose numbers, which unit; and the words a constant may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from parley.money import MINOR_DIGITS
from parley.run.importing.convert import IF_NEGATIVE
from parley.run.importing.fillers import places
from parley.run.importing.fits import ASKED, day_forms, moment_forms, regions
from parley.run.importing.rows import Target, Type
from parley.store.importing import Choice

_NAMES: Final[Mapping[Type, tuple[str, ...]]] = {
    Type.MONEY: ("unit", "if_negative"),
    Type.INTEGER: ("if_negative",),
    Type.DATE: ("format",),
    Type.RATE: ("unit",),
    Type.PHONE: ("region",),
    Type.MOMENT: ("format", "zone"),
}
# What holds where the map says nothing.
DEFAULTS: Final[Mapping[tuple[Type, str], str]] = {
    (Type.MONEY, "unit"): "major",
    (Type.MONEY, "if_negative"): IF_NEGATIVE[0],
    (Type.INTEGER, "if_negative"): IF_NEGATIVE[0],
    (Type.DATE, "format"): "YYYY-MM-DD",
    (Type.RATE, "unit"): "percent",
}
_WORDS: Final[Mapping[tuple[Type, str], tuple[str, ...]]] = {
    (Type.MONEY, "unit"): ("major", "minor"),
    (Type.MONEY, "if_negative"): IF_NEGATIVE,
    (Type.INTEGER, "if_negative"): IF_NEGATIVE,
    (Type.RATE, "unit"): ("percent", "bps", "fraction"),
    (Type.PHONE, "region"): ("", *regions()),
}


def choices_of(target: Target, options: Mapping[str, Any], values: Sequence[str]) -> tuple[Choice, ...]:
    """Return what may be chosen about a column of *values*, each with what *options* say now."""
    found = []
    for name in _NAMES.get(target.type, ()):
        value = str(options.get(name, DEFAULTS.get((target.type, name), "")))
        words = _words(target, name, values)
        if value not in {ASKED, *words} and words:
            words = (*words, value)
        found.append(Choice(name, value, words))
    return tuple(found)


def words_for(target: Target) -> tuple[str, ...]:
    """Return what one value for all rows may be: all there is for a closed set, the usual for others."""
    if target.type is Type.BOOLEAN:
        return ("true", "false")
    if target.type is Type.CURRENCY:
        return tuple(sorted(MINOR_DIGITS))
    if target.name == "jurisdiction":
        return tuple(sorted(places().zones))
    return target.words


def zone_names() -> tuple[str, ...]:
    """Return the zones of every place Parley knows."""
    return tuple(sorted({name for names in places().zones.values() for name in names}))


def _words(target: Target, name: str, values: Sequence[str]) -> tuple[str, ...]:
    if name == "format" and target.type is Type.DATE:
        return day_forms(values)
    if name == "format":
        # Instants in ISO 8601 need none.
        return ("", *moment_forms(values))
    if name == "zone":
        return ("", *zone_names())
    return _WORDS[target.type, name]
