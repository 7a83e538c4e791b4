from __future__ import annotations

import re
from pathlib import Path

from parley.providers.smpp.account import KEYS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "connect-smpp.md").read_text(encoding="utf-8")


def test_the_page_has_every_key_with_its_default_and_its_words_in_both_languages() -> None:
    rows = [
        "| `{}`{} | {} | {} | {} |".format(
            key.name,
            " (secret)" if key.is_secret else "",
            "–" if key.default is None else f"`{key.default}`" if key.default else "empty",
            key.en,
            key.zh,
        )
        for key in KEYS
    ]
    assert re.findall(r"^\| `\w+`.*\|$", PAGE, re.MULTILINE) == rows
