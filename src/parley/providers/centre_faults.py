"""What the sandbox does to a message: pure, and the same for the same seed, reference and attempt.

Everything is off by default; then each message arrives within seconds and one receipt follows.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from parley.providers.centre_log import PlannedReceipt
from parley.providers.port import DeliveryState, Submission


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults on demand. Units: shares from 0 to 1 of submissions, messages or receipts; `rejected_numbers` of numbers.

    `slow` messages arrive 10 to 90 minutes late, and a look-up does not see them for most of the settle time.
    `out_of_order` receipts are told up to an hour after later ones. `early` receipts come before the submit answers.
    """

    busy: float = 0.0
    time_out_taken: float = 0.0
    time_out_not_taken: float = 0.0
    rejected_numbers: float = 0.0
    undelivered: float = 0.0
    slow: float = 0.0
    lost_receipts: float = 0.0
    duplicate_receipts: float = 0.0
    early_receipts: float = 0.0
    out_of_order_receipts: float = 0.0
    per_part_receipts: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            share = getattr(self, field.name)
            if not 0 <= share <= 1:
                raise ValueError(f"{field.name} is a share from 0 to 1, not {share}")


NO_FAULTS: Final = Faults()


class Reception(StrEnum):
    """How a submission meets the centre."""

    TAKEN = "taken"
    TAKEN_NO_ANSWER = "taken_no_answer"
    NOT_TAKEN_NO_ANSWER = "not_taken_no_answer"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Fate:
    """What will become of a taken message. `early` receipts are told before the submission is answered."""

    visible_at: datetime | None
    arrives_at: datetime | None
    early: tuple[PlannedReceipt, ...]
    later: tuple[PlannedReceipt, ...]


# One 64-byte digest gives sixteen numbers; each use has its own, so that one fault does not move another.
_BUSY, _TIME_OUT, _UNDELIVERED, _SLOW, _SLOW_BY, _ARRIVES, _EARLY, _PER_PART, _VISIBLE = range(9)
_LOST, _DUPLICATE, _OUT_OF_ORDER, _TOLD, _LATE_BY = range(5)
_UNIT: Final = float(1 << 32)
_numbers: Final = struct.Struct("<16I").unpack


def draw(seed: int, *names: str) -> tuple[int, ...]:
    """Return sixteen 32-bit numbers: a function of *seed* and *names* alone."""
    return _numbers(hashlib.blake2b("\x1f".join((str(seed), *names)).encode()).digest())


def is_rejected_number(faults: Faults, seed: int, e164: str) -> bool:
    """Whether the centre refuses this number for good."""
    return faults.rejected_numbers > 0 and draw(seed, "number", e164)[0] / _UNIT < faults.rejected_numbers


def reception(faults: Faults, dice: tuple[int, ...]) -> Reception:
    """Return how a submission with these *dice* meets the centre."""
    if dice[_BUSY] / _UNIT < faults.busy:
        return Reception.BUSY
    share = dice[_TIME_OUT] / _UNIT
    if share < faults.time_out_taken:
        return Reception.TAKEN_NO_ANSWER
    if share < faults.time_out_taken + faults.time_out_not_taken:
        return Reception.NOT_TAKEN_NO_ANSWER
    return Reception.TAKEN


def fate(
    faults: Faults, seed: int, dice: tuple[int, ...], each: Submission, now: datetime, settle_seconds: int
) -> Fate:
    """Return what becomes of *each*, taken at *now*."""
    slow = dice[_SLOW] / _UNIT < faults.slow
    wait = 600 + dice[_SLOW_BY] % 4800 if slow else 2 + dice[_ARRIVES] % 19
    visible_at = now + timedelta(seconds=dice[_VISIBLE] % settle_seconds) if slow else None
    is_early = dice[_EARLY] / _UNIT < faults.early_receipts
    ends_at = now if is_early else now + timedelta(seconds=wait)
    state = DeliveryState.DELIVERED
    if ends_at > each.not_after:
        ends_at, state = max(now, each.not_after), DeliveryState.EXPIRED
    elif dice[_UNDELIVERED] / _UNIT < faults.undelivered:
        state = DeliveryState.UNDELIVERED
    per_part = each.segments > 1 and dice[_PER_PART] / _UNIT < faults.per_part_receipts
    parts = range(1, each.segments + 1) if per_part else (0,)
    receipts = tuple(
        receipt for part in parts for receipt in _receipts(faults, seed, each, state, ends_at, part, is_early=is_early)
    )
    arrives_at = ends_at if state is DeliveryState.DELIVERED else None
    return Fate(visible_at, arrives_at, receipts if is_early else (), () if is_early else receipts)


def _receipts(
    faults: Faults, seed: int, each: Submission, state: DeliveryState, ends_at: datetime, part: int, *, is_early: bool
) -> tuple[PlannedReceipt, ...]:
    dice = draw(seed, "receipt", each.reference, str(part))
    told_at = ends_at if is_early else ends_at + timedelta(seconds=1 + dice[_TOLD] % 10)
    if not is_early and dice[_OUT_OF_ORDER] / _UNIT < faults.out_of_order_receipts:
        told_at += timedelta(seconds=60 + dice[_LATE_BY] % 3540)
    is_lost = dice[_LOST] / _UNIT < faults.lost_receipts
    first = PlannedReceipt(told_at, ends_at, state, part, is_lost)
    if is_lost or dice[_DUPLICATE] / _UNIT >= faults.duplicate_receipts:
        return (first,)
    again_at = told_at if is_early else told_at + timedelta(seconds=1 + dice[_LATE_BY] % 600)
    return (first, PlannedReceipt(again_at, ends_at, state, part, is_lost=False))
