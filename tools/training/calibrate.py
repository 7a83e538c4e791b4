"""How sure may the reader be? Found on a fifth of the phrases, by a model that had not seen them.

Only usual replies count: unspoilt ones, and none that was written to mislead. Those stay in what is learnt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from parley.nlu.model import CONDITIONAL, INTENTS, MEASURES, SENSITIVE, Verdict, measures
from parley.nlu.reading import Intent

PARTS: Final = 5
# Of replies in scope, this share keeps its right label in the set of likely ones.
_COVERED: Final = 0.88
# Urgent matters: found rather than missed, up to this share of false alarms among all other replies.
_FALSE_ALARMS: Final[Mapping[Intent, float]] = {Intent.STOP: 0.001, Intent.RISK: 0.002, Intent.LEGAL: 0.002}
_LEAST_URGENT: Final = 0.4
_MOST_SAID: Final = 0.9
_ROUNDS: Final = 60
_SHRINK: Final = 1.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A verdict on a reply whose phrase the model had not seen, and what is right."""

    phrase: str
    language: str
    verdict: Verdict
    agrees: bool
    silent: bool
    intent: Intent
    said: frozenset[Intent]
    sensitive: bool
    conditional: bool
    hit: frozenset[Intent]


def is_held_out(phrase: str) -> bool:
    """Say whether *phrase* is of the part that the calibrating model does not see."""
    return crc32(phrase.encode()) % PARTS == 0


def fit_judge(seen: Sequence[Seen]) -> NDArray[np.float64]:
    """Return the weights of MEASURES that tell right readings from wrong: a logistic regression by Newton's steps."""
    x = np.array([measures(one.verdict, agrees=one.agrees, silent=one.silent) for one in seen])
    y = np.array([float(one.verdict.ranked[0] is one.intent) for one in seen])
    weights = np.zeros(len(MEASURES))
    for _ in range(_ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-x @ weights))
        slope = x.T @ (chance - y) + _SHRINK * weights
        curve = (x * (chance * (1.0 - chance))[:, None]).T @ x + _SHRINK * np.eye(len(MEASURES))
        weights -= np.linalg.solve(curve, slope)
    # Four digits hide in which order a machine adds.
    return np.round(weights, 3)


def most_odd(seen: Sequence[Seen]) -> float:
    """Return the probability that the right label of a reply in scope falls below in 1 - _COVERED of all cases."""
    chances = sorted(one.verdict.primary[one.intent] for one in seen if one.intent is not Intent.OTHER)
    return round(chances[int(len(chances) * (1.0 - _COVERED))], 4)


def thresholds(seen: Sequence[Seen], columns: int) -> NDArray[np.float64]:
    """Return from which probability on each intent counts as said: fewest errors; of urgent ones, few misses."""
    found = np.full(columns, 0.5)
    for place, intent in enumerate(INTENTS):
        right = np.array([intent in one.said for one in seen])
        if intent in _FALSE_ALARMS:
            alarms = np.array([one.verdict.alarm(intent) for one in seen])
            wrong = np.sort(alarms[~right & ~np.array([intent in one.hit for one in seen])])
            allowed = int(_FALSE_ALARMS[intent] * len(seen))
            found[len(INTENTS) + place] = max(_LEAST_URGENT, round(float(wrong[-1 - allowed]), 2) + 0.01)
        else:
            found[len(INTENTS) + place] = _fewest_errors(np.array([s.verdict.said[intent] for s in seen]), right)
    found[SENSITIVE] = _fewest_errors(
        np.array([s.verdict.sensitive for s in seen]), np.array([s.sensitive for s in seen])
    )
    found[CONDITIONAL] = _fewest_errors(
        np.array([s.verdict.conditional for s in seen]), np.array([s.conditional for s in seen])
    )
    return found


def _fewest_errors(chances: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the threshold between a third and _MOST_SAID with the fewest errors, the highest of equals."""
    steps = [round(0.34 + 0.02 * step, 2) for step in range(29)]
    errors = {step: int(((chances >= step) != right).sum()) for step in steps if step <= _MOST_SAID}
    return max(errors, key=lambda step: (-errors[step], step))
