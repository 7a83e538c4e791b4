"""Has a route begun to lose messages? The last hours against the days before them, by counts. Pure.

Two shares are compared, each as it stood so many minutes after a message was handed over, so that an old message, which
had days for its receipt, is measured like a new one: *delivered* in that time, and *unanswered*, of which nothing was
heard in that time, neither that the carrier took it nor how it ended.

A drop is one that chance does not explain and that is large enough to matter: the 99.9 % interval of the difference of
the two shares (Newcombe 1998, method 10, from Wilson's intervals; see `parley.interval`) lies wholly on the bad side,
and the difference is at least the lender's. 99.9 % and not 95 %: who looks every five minutes looks 288 times a day.
The interval takes messages for independent; those of one hour are not quite, so the size is asked for as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from parley.interval import Z_999, difference

_BPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Tally:
    """Messages handed over in a time: how many, delivered in time, and unanswered in time."""

    handed: int
    delivered: int
    unanswered: int

    def __post_init__(self) -> None:
        assert self.delivered >= 0 and self.unanswered >= 0, "counts"
        assert self.delivered + self.unanswered <= self.handed, "what was delivered was heard of"


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on a difference counts: `least` messages on both sides, and so much less delivered, more unanswered.

    Units: hundredths of a percentage point.
    """

    least: int
    drop_bps: int
    unanswered_bps: int


class Drop(StrEnum):
    """What went wrong on a route."""

    LOST = "lost"
    UNANSWERED = "unanswered"


def may_have_dropped(recent: Tally, limits: Limits) -> bool:
    """Whether *recent* can be a drop at all, whatever came before; if not, nobody needs to count what came before."""
    if recent.handed < max(limits.least, 1):
        return False
    lost = recent.handed - recent.delivered
    return (
        lost * _BPS >= limits.drop_bps * recent.handed
        or recent.unanswered * _BPS >= limits.unanswered_bps * recent.handed
    )


def dropped(recent: Tally, earlier: Tally, limits: Limits) -> Drop | None:
    """Return what went wrong in *recent* as against *earlier*; None where nothing did, or too few messages say so.

    Where the carrier's answers stay out, that is what is told: what is lost follows from it.
    """
    if min(recent.handed, earlier.handed) < max(limits.least, 1):
        return None
    if _is_above(recent.unanswered, recent.handed, earlier.unanswered, earlier.handed, limits.unanswered_bps):
        return Drop.UNANSWERED
    if _is_above(earlier.delivered, earlier.handed, recent.delivered, recent.handed, limits.drop_bps):
        return Drop.LOST
    return None


def has_recovered(recent: Tally, earlier: Tally, limits: Limits) -> bool:
    """Whether both shares are back within half of the drop that counts, by enough messages.

    Half, so that a route at the edge does not call people again and again. *earlier* is what it dropped from.
    """
    if recent.handed < max(limits.least, 1):
        return False
    both = recent.handed * earlier.handed
    lost = earlier.delivered * recent.handed - recent.delivered * earlier.handed
    unanswered = recent.unanswered * earlier.handed - earlier.unanswered * recent.handed
    return 2 * lost * _BPS <= limits.drop_bps * both and 2 * unanswered * _BPS <= limits.unanswered_bps * both


def _is_above(part: int, whole: int, other_part: int, other_whole: int, least_bps: int) -> bool:
    """Whether the first share is above the other by the least difference, and by more than chance."""
    is_enough = (part * other_whole - other_part * whole) * _BPS >= least_bps * whole * other_whole
    _, least, _ = difference(part, whole, other_part, other_whole, Z_999)
    return is_enough and least > 0
