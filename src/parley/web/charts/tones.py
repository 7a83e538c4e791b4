"""Which tone stands for which state of the ledger, on every page: what arrived is plain, what failed is told apart."""

from __future__ import annotations

from typing import Final

from parley.messaging.ledger import State

DELIVERED: Final = 1
FAILED: Final = 7
WITHHELD: Final = 8
OPEN: Final = 9

# In the order in which the parts of a bar stand.
TONE_OF_STATE: Final[dict[str, int]] = {
    State.DELIVERED: DELIVERED,
    State.UNDELIVERED: FAILED,
    State.REJECTED: 2,
    State.EXPIRED: 6,
    State.UNKNOWN: 4,
    State.CANCELLED: WITHHELD,
    State.REFUSED: 5,
    State.SUBMITTED: 3,
    State.INTENDED: 10,
    State.QUEUED: OPEN,
}
