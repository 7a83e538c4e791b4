"""Which replies may never be learnt? Those by which the reader is judged, in any case, width or punctuation."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Final

_TESTS: Final = Path(__file__).parents[2] / "tests" / "nlu"


def key(text: str) -> str:
    """Return what two texts share that differ in case, width, blanks or signs only."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum()) or "".join(folded.split())


def held_out_keys() -> frozenset[str]:
    """Return the keys of the evaluation set and of the visible examples."""
    files = [*sorted((_TESTS / "evaluation").glob("*.jsonl")), _TESTS / "cases" / "examples.jsonl"]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return frozenset(key(json.loads(line)["text"]) for line in lines)
