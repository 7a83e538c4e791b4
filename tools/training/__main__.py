"""`make train`: write the reader's model anew from the phrases, and its figures into the model card."""

from __future__ import annotations

import argparse
from importlib.resources import files
from pathlib import Path
from typing import Final

from parley.nlu.lexicon import Lexicon, load_lexicon
from parley.nlu.model import MODEL_FILE
from parley.run.model_file import dump_model
from tools.training.build import build
from tools.training.card import write_card
from tools.training.phrases import load_phrases

_DATA: Final = Path(str(files("parley.nlu"))) / "data"
_CARD: Final = Path(__file__).parents[2] / "docs" / "model-card.md"


def words() -> Lexicon:
    """Return the word lists of replies."""
    return load_lexicon({one.name: one.read_bytes() for one in sorted(_DATA.glob("*.toml"))})


def main() -> None:
    """Build, then write the model and the card; says how large and how good."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--to", type=Path, default=_DATA / MODEL_FILE, help="where the model goes")
    asked.add_argument("--card", type=Path, default=_CARD, help="where the card goes")
    to = asked.parse_args()
    built = build(load_phrases(), lexicon := words())
    to.to.write_bytes(dump_model(built.model))
    write_card(to.card, built, lexicon)


if __name__ == "__main__":
    main()
