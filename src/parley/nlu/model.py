"""The trained reader: which intents a reply's pieces and signals speak for, how surely, and how known its words are.

A linear model over hashed pieces (`features`). One group of columns answers "which one intent", by a softmax; another
answers "is this said at all", each by itself; two more say whether the reply is sensitive and whether it is
conditional. Sums run over whole numbers, so that a reply gives the same figures on every machine. `make train` makes
the file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parley.nlu.features import ROWS, rows_of
from parley.nlu.reading import Intent

MODEL_FILE: Final = "model.npz"
INTENTS: Final = tuple(intent for intent in Intent if intent not in {Intent.IDENTITY_ANSWER, Intent.CAPACITY_ANSWER})
"""The columns of the model, in order: the label guide's intents."""
SENSITIVE, CONDITIONAL = 2 * len(INTENTS), 2 * len(INTENTS) + 1
_PLACE: Final[Mapping[Intent | str, int]] = {
    **{intent: len(INTENTS) + place for place, intent in enumerate(INTENTS)},
    "sensitive": SENSITIVE,
    "conditional": CONDITIONAL,
}
COLUMNS: Final = 2 * len(INTENTS) + 2
TEXT_WEIGHT: Final = 4.0
"""Length of the vector of pieces, however many there are; a signal counts SIGNAL_WEIGHT."""
SIGNAL_WEIGHT: Final = 0.4
SKETCH_BITS: Final = 256
_SKETCH_BYTES: Final = SKETCH_BITS // 8
MEASURES: Final = ("constant", "odds", "margin", "other", "known", "near", "near_outside", "agrees", "silent", "spread")
"""What the judgement of a reading looks at; `measures` computes them in this order."""
_LEAST_P: Final = 1e-6
# Multipliers of splitmix64 (Steele, Lea, Flood, Fast splittable pseudorandom number generators, 2014).
_GOLDEN, _MIX_A, _MIX_B = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Model:
    """The weights, as trained. `weights` int8[ROWS, COLUMNS] by `scales`; `seen` uint8[ROWS]: phrases with that row.

    `sketches` uint64[4, n] of the phrases it was trained on, the first `inside` of them in scope. `judge`: weights of
    MEASURES. `most_odd`: the least probability at which a label stays in the set of what the reply may say.
    `thresholds` float64[COLUMNS]: from which probability on an intent counts as said.
    `made_from`: digest of what it was trained on.
    """

    weights: NDArray[np.int8]
    scales: NDArray[np.float64]
    bias: NDArray[np.float64]
    seen: NDArray[np.uint8]
    sketches: NDArray[np.uint64]
    inside: int
    judge: NDArray[np.float64]
    most_odd: float
    thresholds: NDArray[np.float64]
    made_from: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the model says: probabilities of being the one intent and of being said at all, by intent."""

    primary: Mapping[Intent, float]
    said: Mapping[Intent, float]
    sensitive: float
    conditional: float
    known: float
    near: float
    near_outside: float

    def alarm(self, intent: Intent) -> float:
        """Return how likely it is that an urgent matter is said, as the one intent or beside another."""
        return max(self.primary[intent], self.said[intent])

    @property
    def ranked(self) -> list[Intent]:
        """The intents, the likeliest first."""
        return sorted(self.primary, key=lambda intent: (-self.primary[intent], intent))


def judge(model: Model, tokens: Sequence[str], told: Sequence[str]) -> Verdict:
    """Return the verdict on a reply with the pieces *tokens* and the signals *told*."""
    return verdict_of(model, np.array(rows_of(tokens), dtype=np.int64), np.array(rows_of(told), dtype=np.int64))


def verdict_of(model: Model, text_rows: NDArray[np.int64], signal_rows: NDArray[np.int64]) -> Verdict:
    """Return the verdict on a reply with these rows of pieces and of signals."""
    logits = logits_of(model, text_rows, signal_rows)
    count = len(INTENTS)
    chances = softmax(logits[:count])
    near, near_outside = nearest(model, text_rows)
    return Verdict(
        primary=dict(zip(INTENTS, chances, strict=True)),
        said=dict(zip(INTENTS, map(sigmoid, logits[count : 2 * count]), strict=True)),
        sensitive=sigmoid(logits[SENSITIVE]),
        conditional=sigmoid(logits[CONDITIONAL]),
        known=known_share(model, text_rows),
        near=near,
        near_outside=near_outside,
    )


def logits_of(model: Model, text_rows: NDArray[np.int64], signal_rows: NDArray[np.int64]) -> list[float]:
    """Return the sum of each column; whole numbers until the last step."""
    text = model.weights[text_rows].sum(axis=0, dtype=np.int64)
    told = model.weights[signal_rows].sum(axis=0, dtype=np.int64)
    by_text = TEXT_WEIGHT / math.sqrt(max(len(text_rows), 1))
    return [float(x) for x in model.scales * (text * by_text + told * SIGNAL_WEIGHT) + model.bias]


def softmax(logits: Sequence[float]) -> list[float]:
    """Return the probabilities behind *logits*."""
    most = max(logits)
    raised = [math.exp(max(x - most, -60.0)) for x in logits]
    total = math.fsum(raised)
    return [x / total for x in raised]


def sigmoid(x: float) -> float:
    """Return the probability behind one logit."""
    return 1.0 / (1.0 + math.exp(-max(min(x, 60.0), -60.0)))


def known_share(model: Model, text_rows: NDArray[np.int64]) -> float:
    """Return the share of the pieces that at least two of the training phrases had; 0 of none."""
    return float((model.seen[text_rows] > 1).mean()) if len(text_rows) else 0.0


def sketch(text_rows: NDArray[np.int64], seen: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return a sketch of SKETCH_BITS bits: replies of like pieces differ in few. Rare pieces weigh more.

    Source: Charikar, Similarity estimation techniques from rounding algorithms (2002).
    """
    if not len(text_rows):
        return np.zeros(SKETCH_BITS // 64, dtype=np.uint64)
    weights = _RARITY[seen[text_rows]]
    bits = np.unpackbits(_signs()[text_rows], axis=1).astype(np.int32)
    tally = (weights[:, None] * (2 * bits - 1)).sum(axis=0)
    packed: NDArray[np.uint64] = np.packbits(tally > 0).view(np.uint64)
    return packed


def nearest(model: Model, text_rows: NDArray[np.int64]) -> tuple[float, float]:
    """Return how near the nearest training phrases are, in scope and out of it: 1 the same, 0 nothing in common."""
    own = sketch(text_rows, model.seen)
    apart = np.zeros(model.sketches.shape[1], dtype=np.uint16)
    for part, bits in zip(model.sketches, own, strict=True):
        apart += np.bitwise_count(part ^ bits)
    return _nearness(apart[: model.inside]), _nearness(apart[model.inside :])


def _nearness(apart: NDArray[np.uint16]) -> float:
    return 1.0 - 2.0 * float(apart.min()) / SKETCH_BITS if len(apart) else 0.0


# 16 at a piece that one phrase had, less at those that many had.
_RARITY: Final = np.array([16, *(max(1, round(16 / (1 + math.log2(n)))) for n in range(1, 256))], dtype=np.int32)


@lru_cache(maxsize=1)
def _signs() -> NDArray[np.uint8]:
    """Return the random bits of every row."""
    state = np.arange(ROWS * (SKETCH_BITS // 64), dtype=np.uint64) * np.uint64(_GOLDEN) + np.uint64(_GOLDEN)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(_MIX_A)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(_MIX_B)
    bits: NDArray[np.uint8] = (state ^ (state >> np.uint64(31))).view(np.uint8).reshape(ROWS, _SKETCH_BYTES)
    return bits


def measures(verdict: Verdict, *, agrees: bool, silent: bool) -> list[float]:
    """Return what the judgement looks at. *agrees*: the rules name the same intent; *silent*: they name none."""
    ranked = verdict.ranked
    first, second = (max(verdict.primary[intent], _LEAST_P) for intent in ranked[:2])
    return [
        1.0,
        math.log(first / max(1.0 - first, _LEAST_P)),
        math.log(first / second),
        verdict.primary[Intent.OTHER],
        verdict.known,
        verdict.near,
        verdict.near_outside,
        float(agrees),
        float(silent),
        -math.fsum(p * math.log(max(p, _LEAST_P)) for p in verdict.primary.values()),
    ]


def confidence(model: Model, seen: Sequence[float]) -> float:
    """Return the probability that the intent is read right, as calibrated on phrases the model had not seen."""
    return sigmoid(math.fsum(weight * value for weight, value in zip(model.judge, seen, strict=True)))


def likely(model: Model, verdict: Verdict) -> tuple[Intent, ...]:
    """Return the labels the reply may have, the likeliest first: a set that misses the right one rarely.

    Source: Vovk, Gammerman, Shafer, Algorithmic learning in a random world (2005): split conformal prediction.
    """
    return tuple(intent for intent in verdict.ranked if verdict.primary[intent] >= model.most_odd)


def threshold(model: Model, what: Intent | str) -> float:
    """Return from which probability on an intent counts as said; `sensitive` and `conditional` have theirs."""
    return float(model.thresholds[_PLACE[what]])
