"""Where may this borrower be? Every zone that address or number points to; none is guessed away."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import phonenumbers
from phonenumbers import timezone as number_zones

from parley.dates import zone
from parley.errors import BadInput
from parley.ids import Msisdn

# A number that belongs to so many zones says no more than its country, which the address says better.
_MOST_ZONES_OF_A_NUMBER: Final = 3
# The library still says the old name; one zone under two names would be asked twice.
_OLD_NAMES: Final = {"Asia/Calcutta": "Asia/Kolkata"}


@dataclass(frozen=True, slots=True)
class Places:
    """Zones by jurisdiction code."""

    zones: Mapping[str, tuple[str, ...]]


def load_places(path: str, content: bytes) -> Places:
    """Return the table of a places file. Raises BadInput with the line and what is wrong."""
    try:
        document = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise BadInput(f"{path}: not TOML in UTF-8: {fault}", f"{path}：不是 UTF-8 编码的 TOML：{fault}") from None
    table = document.get("zones")
    if not isinstance(table, dict) or set(document) != {"zones"}:
        raise BadInput(f"{path}: it holds one table, [zones]", f"{path}：应只含一个 [zones] 表")
    return Places({code: _zones(path, code, names) for code, names in table.items()})


def zones_of(places: Places, jurisdiction: str, number: Msisdn | None = None) -> tuple[str, ...]:
    """Return every zone the borrower may be in, by address and by area code; empty where neither says.

    Where the two disagree both count: a contact must suit the place of either.
    """
    code = jurisdiction
    while code not in places.zones and "-" in code:
        code = code.rpartition("-")[0]
    found = dict.fromkeys(places.zones.get(code, ()))
    if number is not None:
        found.update(dict.fromkeys(zones_of_number(number)))
    return tuple(found)


def zones_of_number(number: Msisdn) -> tuple[str, ...]:
    """Return the zones of a number's area; empty for one that says only its country, or that is of no country."""
    try:
        parsed = phonenumbers.parse(number.e164)
    except phonenumbers.NumberParseException:
        return ()
    names = tuple(
        _OLD_NAMES.get(name, name)
        for name in number_zones.time_zones_for_number(parsed)
        if name != number_zones.UNKNOWN_TIMEZONE
    )
    return names if len(names) <= _MOST_ZONES_OF_A_NUMBER else ()


def _zones(path: str, code: str, names: object) -> tuple[str, ...]:
    if not isinstance(names, list) or not names:
        raise BadInput(f"{path}, {code}: a list of zones is wanted", f"{path}，{code}：应为时区列表")
    for name in names:
        try:
            zone(str(name))
        except ValueError:
            raise BadInput(
                f"{path}, {code}: time zone {name!r} is not in the tz database",
                f"{path}，{code}：时区 {name!r} 不在 tz 数据库中",
            ) from None
    return tuple(names)
