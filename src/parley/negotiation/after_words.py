"""Which of the words that mean something only around an agreement does a reply hold? Read from a table of its own.

The reader of replies knows none of them: its model was trained without, and they mean nothing elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from parley.nlu.lexicon import Lexicon, load_lexicon

FILE: Final = "after_agreement.toml"
_SCRIPT: Final = "script.toml"
_SCORE: Final = "score_"


@dataclass(frozen=True, slots=True)
class AfterWords:
    """What the words say: end the plan, "yes, end it", nothing has changed, something has, a score of 1 to 5.

    `asks_terms`: they speak of the credit record, or of a payment that is missed.
    """

    ends_plan: bool = False
    ends_it: bool = False
    is_unchanged: bool = False
    has_changed: bool = False
    score: int | None = None
    asks_terms: bool = False


def load_after_words(reader_tables: Mapping[str, bytes], table: bytes) -> Lexicon:
    """Compile the table; of *reader_tables* only the characters are taken. Raises BadInput where it does not hold."""
    return load_lexicon({_SCRIPT: reader_tables[_SCRIPT], FILE: table})


def after_words(text: str, lexicon: Lexicon) -> AfterWords:
    """Return what *text* says in the words of the table. Never raises; two scores in one reply are none."""
    labels = {match.rule.label for match in lexicon.matches(lexicon.prepare(text), None)}
    scores = {int(label.removeprefix(_SCORE)) for label in labels if label.startswith(_SCORE)}
    return AfterWords(
        ends_plan="end_plan" in labels,
        ends_it="end_it" in labels,
        is_unchanged="unchanged" in labels,
        has_changed="changed" in labels,
        score=scores.pop() if len(scores) == 1 else None,
        asks_terms="terms" in labels,
    )
