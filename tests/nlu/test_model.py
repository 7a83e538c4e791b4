"""The trained reader: the shipped file is the one `make train` writes, and no model takes away what the rules found."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pytest

from parley.errors import BadInput
from parley.nlu.lexicon import Lexicon
from parley.nlu.model import COLUMNS, INTENTS, MODEL_FILE, Model, softmax
from parley.nlu.read import Reader, read
from parley.nlu.reading import Intent, ReadingContext
from parley.run.model_file import dump_model, load_model
from tests.conftest import FULL_SIZE
from tools.training.build import build, digest_of
from tools.training.phrases import load_phrases
from tools.training.train import exp

OVERDUE: Final = ReadingContext(
    last_message="overdue", now=datetime(2026, 11, 23, 15, tzinfo=UTC), zone="UTC", locale="en-US", currency="USD"
)
PHRASES: Final = load_phrases()
MOST_BYTES: Final = 20_000_000


def test_the_shipped_model_is_small_and_is_that_of_the_phrases(lexicon: Lexicon, reader: Reader) -> None:
    assert len(dump_model(reader.model)) <= MOST_BYTES
    assert reader.model.made_from == digest_of(PHRASES, lexicon), "phrases, word lists or trainer changed: make train"


if FULL_SIZE:  # it trains for minutes

    def test_training_gives_the_shipped_model_again_bit_for_bit(lexicon: Lexicon, shipped_model: bytes) -> None:
        assert dump_model(build(PHRASES, lexicon).model) == shipped_model


def test_training_a_few_phrases_twice_gives_the_same_bits(lexicon: Lexicon) -> None:
    few = PHRASES[::150]
    assert dump_model(build(few, lexicon).model) == dump_model(build(few, lexicon).model)


def test_a_model_that_speaks_against_it_takes_no_urgent_matter_away(reader: Reader) -> None:
    said = {"STOP": Intent.STOP, "i want to die": Intent.RISK, "my lawyer will contact you": Intent.LEGAL}
    against = reader.model.bias.copy()
    against[[INTENTS.index(Intent.THANKS), len(INTENTS) + INTENTS.index(Intent.THANKS)]] = 1_000.0
    for intent in said.values():
        against[[INTENTS.index(intent), len(INTENTS) + INTENTS.index(intent)]] = -1_000.0
    hostile = Reader(reader.lexicon, replace(reader.model, bias=against))
    for text, intent in said.items():
        assert read(text, OVERDUE, hostile).intent is intent


def test_a_model_may_add_an_urgent_matter(reader: Reader) -> None:
    bias = reader.model.bias.copy()
    bias[len(INTENTS) + INTENTS.index(Intent.RISK)] = 1_000.0
    afraid = Reader(reader.lexicon, replace(reader.model, bias=bias))
    assert read("will pay on friday", OVERDUE, afraid).intent is Intent.RISK


def _that_hears(reader: Reader, *intents: Intent) -> Reader:
    """Return a reader whose model takes these intents for said in whatever is written."""
    bias = reader.model.bias.copy()
    for intent in intents:
        bias[len(INTENTS) + INTENTS.index(intent)] = 1_000.0
    return Reader(reader.lexicon, replace(reader.model, bias=bias))


def test_every_urgent_matter_that_the_model_hears_is_named(reader: Reader) -> None:
    reading = read("will pay on friday", OVERDUE, _that_hears(reader, Intent.RISK, Intent.STOP, Intent.LEGAL))
    assert (reading.intent, reading.also[:2]) == (Intent.RISK, (Intent.LEGAL, Intent.STOP))


@pytest.mark.parametrize("whose", [Intent.WRONG_NUMBER, Intent.FRAUD_CLAIM])
def test_a_promise_of_who_may_be_somebody_else_is_not_acted_on(reader: Reader, whose: Intent) -> None:
    reading = read("will pay on friday", OVERDUE, _that_hears(reader, whose))
    assert reading.intent is Intent.PROMISE_TO_PAY
    assert reading.is_doubtful
    assert whose in reading.alternatives


@pytest.mark.parametrize("spoilt", ["cut", "empty", "shape", "objects", "text"])
def test_a_spoilt_model_is_refused_in_words(shipped_model: bytes, spoilt: str) -> None:
    out = io.BytesIO()
    np.savez(out, weights=np.zeros((2, 2), dtype=np.int8), judge=np.array([{}], dtype=object))
    model = load_model(shipped_model)
    broken = {
        "cut": shipped_model[:10_000],
        "empty": b"",
        "shape": dump_model(replace(model, weights=np.zeros((4, COLUMNS), dtype=np.int8))),
        "objects": out.getvalue(),
        "text": b"not a model",
    }[spoilt]
    with pytest.raises(BadInput, match="make train"):
        load_model(broken)


def test_the_exponential_of_the_trainer_is_right_to_five_digits() -> None:
    x = np.linspace(-60.0, 60.0, 4_001)
    assert np.allclose(exp(x), [math.exp(one) for one in x], rtol=1e-5, atol=0.0)


def test_probabilities_sum_to_one_however_far_apart() -> None:
    assert math.isclose(sum(softmax([-1e6, 0.0, 1e6])), 1.0)


def test_a_dumped_model_loads_as_it_was(reader: Reader) -> None:
    again = load_model(dump_model(reader.model))
    assert isinstance(again, Model)
    assert dump_model(again) == dump_model(reader.model)
    assert MODEL_FILE.endswith(".npz")
