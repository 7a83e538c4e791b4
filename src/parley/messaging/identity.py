"""By what is identity asked, country by country? Data; where it holds nothing, by the tail of the contract number."""

from __future__ import annotations

import re
import tomllib
from typing import Final

from parley.errors import BadInput

IDENTITY_FILE: Final = "identity.toml"
_COUNTRY: Final = re.compile("[A-Z]{2}")


def load_asks_postcode(raw: bytes) -> frozenset[str]:
    """Return the countries whose borrowers are asked for their postcode.

    Raises BadInput where the bytes are no TOML, or hold anything but the list `postcode` of countries.
    """
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{IDENTITY_FILE} is not TOML in UTF-8: {error}.", f"{IDENTITY_FILE}不是UTF-8编码的TOML：{error}。"
        ) from None
    codes = table.get("postcode")
    if set(table) != {"postcode"} or not isinstance(codes, list) or not all(map(_is_country, codes)):
        raise BadInput(
            f'{IDENTITY_FILE} holds one list, postcode = ["US", …], of ISO 3166 countries.',
            f'{IDENTITY_FILE} 只含一个列表 postcode = ["US", …]，取 ISO 3166 国家或地区代码。',
        )
    return frozenset(codes)


def _is_country(code: object) -> bool:
    return isinstance(code, str) and _COUNTRY.fullmatch(code) is not None
