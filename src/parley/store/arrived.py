"""What came from outside, as the inbox takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from parley.ids import Msisdn
from parley.messaging.ledger import Event


@dataclass(frozen=True, slots=True)
class ArrivedReceipt:
    """A delivery receipt; `event` is what it tells the ledger, `part` 0 the whole message.

    `provider_id`: what the carrier calls the message, where that is all it says of whose it is; else empty.
    """

    event_id: str
    message_id: UUID | None
    part: int
    event: Event
    at: datetime
    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class ArrivedPart:
    """Which part of a longer text: part `number` of `of`, counted from 1, under the telephone's `reference`."""

    reference: str
    number: int
    of: int


@dataclass(frozen=True, slots=True, repr=False)
class ArrivedText:
    """A text from a telephone, or a part of one. `for_person`: why no machine answers it, whatever it says; else "".

    `has_media`: a picture or a file came with it, which nobody fetches.
    """

    event_id: str
    sender: Msisdn
    text: str
    at: datetime
    for_person: str = ""
    part: ArrivedPart | None = None
    has_media: bool = False


def sound(text: str) -> str:
    """Return *text* as it can be stored: halves of characters that a carrier cut apart are joined, or replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
