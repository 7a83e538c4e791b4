"""Reads what a carrier wrote, field by field: a value of the form that was asked for, or the name of the field.

Whatever was sent, `Malformed` is all that leaves here, and it holds no content.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

from parley.ids import Msisdn

# Eight characters less than the inbox keeps: a second text under the same id is kept under a longer one.
LONGEST_ID: Final = 72
LONGEST_TEXT: Final = 8_000
_ID: Final = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_ID}}}")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{4,14}")
_HEX: Final = 32


class Malformed(Exception):
    """A field is not of its form; holds its name."""


def read_json(content: bytes) -> object:
    """Return what JSON says. Raises Malformed: not JSON, nested too deep, a number of thousands of digits, NaN."""
    try:
        return json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Malformed("body") from None


def read_table(content: bytes) -> Mapping[str, Any]:
    """Return a JSON object. Raises Malformed where it is anything else."""
    return table(read_json(content), "body")


def table(value: object, name: str) -> Mapping[str, Any]:
    """Return *value*, which is a JSON object. Raises Malformed with *name* where it is not."""
    if not isinstance(value, dict):
        raise Malformed(name)
    return value


def words(row: Mapping[str, Any], name: str, longest: int) -> str:
    """Return the text under *name*, of at most *longest* characters. Raises Malformed."""
    value = row.get(name)
    if not isinstance(value, str) or len(value) > longest:
        raise Malformed(name)
    return value


def is_number(value: str) -> bool:
    """Say whether *value* is a telephone number in E.164, the plus sign included; a short code or a name is none."""
    return _NUMBER.fullmatch(value) is not None


def number(value: str, name: str) -> Msisdn:
    """Return a telephone number in E.164, the plus sign included. Raises Malformed with *name*."""
    if not is_number(value):
        raise Malformed(name)
    return Msisdn(value)


def instant(value: str, name: str) -> datetime:
    """Return an instant as ISO 8601 writes it, with its offset, in UTC. Raises Malformed with *name*."""
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise Malformed(name)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed(name) from None


def is_id(value: str) -> bool:
    """Say whether the inbox can keep *value* as the id of a delivery: visible ASCII, not too long."""
    return _ID.fullmatch(value) is not None


def event_id(*parts: str) -> str:
    """Return the id of the delivery that *parts* name: the same parts, the same id.

    Where they cannot be kept as they are it is the beginning of their SHA-256.
    """
    joined = ".".join(parts)
    if is_id(joined):
        return joined
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:_HEX]


def _no_number(_said: str) -> NoReturn:
    raise ValueError
