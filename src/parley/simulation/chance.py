"""Repeatable chance: every draw is a function of the names it was made for, never of what was drawn before it.

Whole numbers only, so that no rounding of a platform moves a borrower.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TypeVar

_T = TypeVar("_T")
_WORD_BYTES = 8
_BLOCK_BYTES = 64


class Dice:
    """A run of draws named by *names*: the same names give the same run."""

    __slots__ = ("_block", "_count", "_name", "_used")

    def __init__(self, *names: str | int) -> None:
        self._name = "\x1f".join(map(str, names)).encode()
        self._count = 0
        self._block = b""
        self._used = _BLOCK_BYTES

    def _word(self) -> int:
        if self._used == _BLOCK_BYTES:
            self._block = hashlib.blake2b(self._name, salt=self._count.to_bytes(16, "big")).digest()
            self._count += 1
            self._used = 0
        word = self._block[self._used : self._used + _WORD_BYTES]
        self._used += _WORD_BYTES
        return int.from_bytes(word, "big")

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to *limit* − 1. The bias of the remainder is below 2⁻⁴⁰ for our limits."""
        return self._word() % limit

    def between(self, low: int, high: int) -> int:
        """Return a whole number from *low* to *high*, both included."""
        return low + self.below(high - low + 1)

    def happens(self, bps: int) -> bool:
        """Whether something happens that has a chance of *bps* basis points (10,000 = always)."""
        return self.below(10_000) < bps

    def pick(self, choices: Sequence[_T]) -> _T:
        """Return one of *choices*, each as likely."""
        return choices[self.below(len(choices))]

    def weighted(self, weights: Mapping[_T, int]) -> _T:
        """Return a key of *weights*, as likely as its weight. The order of the mapping counts."""
        left = self.below(sum(weights.values()))
        for choice, weight in weights.items():
            if left < weight:
                return choice
            left -= weight
        raise AssertionError("a draw below the sum of the weights falls on one of them")


def odds_times(chance_bps: int, odds_percent: int) -> int:
    """Return *chance_bps* after its odds are multiplied by *odds_percent* / 100.

    Units: basis points. Rounding: down. Source: odds ratio, p·r / (1 − p + p·r).
    """
    weighted = chance_bps * odds_percent
    return 10_000 * weighted // ((10_000 - chance_bps) * 100 + weighted)
