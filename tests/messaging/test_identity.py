"""By what identity is asked: a list of countries as data, refused where it is anything else."""

from __future__ import annotations

from importlib.resources import files

import pytest

from parley.errors import BadInput
from parley.messaging.identity import IDENTITY_FILE, load_asks_postcode


def test_the_shipped_list_names_countries() -> None:
    assert load_asks_postcode((files("parley.messaging") / "data" / IDENTITY_FILE).read_bytes()) == {"US", "GB"}


@pytest.mark.parametrize(
    "raw",
    [
        b"postcode = [", b"\xff", b"", b"postcode = 1", b'postcode = ["usa"]', b"postcode = [1]",
        b'postcode = ["US"]\nother = 1',
    ],
)  # fmt: skip
def test_what_is_no_list_of_countries_is_refused(raw: bytes) -> None:
    with pytest.raises(BadInput, match=r"identity\.toml"):
        load_asks_postcode(raw)
