"""How are the weights found? By stochastic gradient descent with AdaGrad, in arithmetic that every machine does alike.

No matrix library and no exponential of the machine's: additions, products, quotients and square roots of float64 are
exact to the bit by IEEE 754 and come in a fixed order, so that `make train` gives the shipped file again.
Source: Duchi, Hazan, Singer, Adaptive subgradient methods (2011).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parley.nlu.features import ROWS
from parley.nlu.model import COLUMNS, CONDITIONAL, INTENTS, SENSITIVE, SIGNAL_WEIGHT, TEXT_WEIGHT

_STEP: Final = 0.12
_DAMP: Final = 1e-3
_DROP_TEXT: Final = 0.25
_DROP_SIGNALS: Final = 0.15
# A reply of no more pieces keeps them all: a few words are all there is.
_FEW: Final = 8
_MOST: Final = 127
# Beyond this share of the weights of a column, the largest are cut: one rare piece must not coarsen the rest.
_CUT_SHARE: Final = 0.9999


@dataclass(frozen=True, slots=True)
class Row:
    """One example as the trainer sees it. `target` float64[COLUMNS]: 1 where the column is to say yes."""

    phrase: str
    text: NDArray[np.int64]
    told: NDArray[np.int64]
    target: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights before they are rounded to whole numbers."""

    table: NDArray[np.float64]
    bias: NDArray[np.float64]


def train(rows: Sequence[Row], seed: int, passes: int) -> Weights:
    """Return weights after *passes* over *rows*, each in a new order, pieces left out at random."""
    table = np.zeros((ROWS, COLUMNS))
    steps = np.full((ROWS, COLUMNS), _DAMP)
    bias, bias_steps = np.zeros(COLUMNS), np.full(COLUMNS, _DAMP)
    order = list(range(len(rows)))
    rng, drops = Random(seed), np.random.Generator(np.random.PCG64(seed))  # noqa: S311 - no secret is drawn
    for number in range(passes):
        rng.shuffle(order)
        rate = _STEP * (1.0 - 0.8 * number / passes)
        for at in order:
            _step(rows[at], table, steps, bias, bias_steps, rate, drops)
    return Weights(table, bias)


def _step(
    row: Row,
    table: NDArray[np.float64],
    steps: NDArray[np.float64],
    bias: NDArray[np.float64],
    bias_steps: NDArray[np.float64],
    rate: float,
    drops: np.random.Generator,
) -> None:
    text = row.text[drops.random(len(row.text)) >= _DROP_TEXT] if len(row.text) > _FEW else row.text
    told = row.told[drops.random(len(row.told)) >= _DROP_SIGNALS]
    rows = np.concatenate((text, told))
    values = np.full((len(rows), 1), SIGNAL_WEIGHT)
    values[: len(text)] = TEXT_WEIGHT / np.sqrt(max(len(text), 1))
    logits = (table[rows] * values).sum(axis=0) + bias
    slope = chances(logits) - row.target
    push = values * slope
    steps[rows] += push * push
    table[rows] -= rate * push / np.sqrt(steps[rows])
    bias_steps += slope * slope
    bias -= rate * slope / np.sqrt(bias_steps)


def chances(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return probabilities: a softmax over the first group of columns, each of the others by itself."""
    count = len(INTENTS)
    first = exp(logits[:count] - logits[:count].max())
    rest = 1.0 / (1.0 + exp(-logits[count:]))
    return np.concatenate((first / first.sum(), rest))


def exp(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return e to the *x* for |x| ≤ 60, to five digits, the same on every machine: (1 + x/1024 + …)^1024."""
    part = np.clip(x, -60.0, 60.0) / 1024.0
    found = 1.0 + part * (1.0 + part * (0.5 + part * (1.0 / 6.0 + part / 24.0)))
    for _ in range(10):
        found = found * found
    return found


def rounded(weights: Weights) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return the weights as whole numbers from -127 to 127 and the scale of each column."""
    scales = np.empty(COLUMNS)
    table = np.zeros((ROWS, COLUMNS), dtype=np.int8)
    for column in range(COLUMNS):
        values = weights.table[:, column]
        used = np.sort(np.abs(values[values != 0.0]))
        most = float(used[int(len(used) * _CUT_SHARE)]) if len(used) else 1.0
        scales[column] = most / _MOST
        table[:, column] = np.clip(np.rint(values / scales[column]), -_MOST, _MOST).astype(np.int8)
    return table, scales


def target_of(primary: int, said: Sequence[int], *, sensitive: bool, conditional: bool) -> NDArray[np.float64]:
    """Return what the columns are to say for an example whose one intent is column *primary*."""
    target = np.zeros(COLUMNS)
    target[primary] = 1.0
    target[[len(INTENTS) + at for at in {primary, *said}]] = 1.0
    target[SENSITIVE], target[CONDITIONAL] = float(sensitive), float(conditional)
    return target
