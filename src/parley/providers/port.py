"""What every carrier looks like from inside: what we hand over, what it answers, what it brings back.

Knows nothing of why a message is sent. A provider never decides; it carries, and tells honestly what it knows:
`Accepted` and `Rejected` are the carrier's word, `NotTaken` is certain, `Unknown` is the honest rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from parley.ids import Msisdn


@dataclass(frozen=True, slots=True, repr=False)
class SentAs:
    """What the lender had registered for a text, as a carrier must name it; an empty field: nothing of that kind.

    `sender`: what recipients see (a number, a name); `signature`: the words between 【 and 】; `sender_id`,
    `template_id`, `use_case_id`: what registry or carrier calls them. `values`: name and value of each variable of the
    registered template, in its order; put into it they give the text to the letter.
    """

    sender: str = ""
    sender_id: str = ""
    signature: str = ""
    template_id: str = ""
    use_case_id: str = ""
    values: tuple[tuple[str, str], ...] = ()


UNREGISTERED: Final = SentAs()
"""Nothing was registered for it."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One text for one telephone, under *our* reference. After `not_after` it must no longer arrive."""

    reference: str
    to: Msisdn
    text: str
    segments: int
    not_after: datetime
    is_synthetic: bool
    sent_as: SentAs = UNREGISTERED

    def __repr__(self) -> str:
        return f"Submission({self.reference!r}, to={self.to!r}, segments={self.segments})"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier has it and will report on it under `provider_id`.

    `part_ids`: of a carrier that knows only parts, the id of each, in order; receipts come under these.
    """

    provider_id: str
    part_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """The carrier will never take it; `operator_words` say why, for the operator, without personal data."""

    code: str
    operator_words: str


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The carrier certainly has not got it; the same submission may be tried again if `retryable`.

    `halts`: nothing else will be taken either until a person acts (credentials, balance, an account that is closed).
    """

    code: str
    retryable: bool
    halts: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer came: it may have been taken or not. Ask by reference after the settle time."""

    code: str


Outcome = Accepted | Rejected | NotTaken | Unknown


class LookupState(StrEnum):
    """What a carrier can say about our reference."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """The message a carrier is asked about: our reference, and whom it was for and when it was handed over.

    Some carriers find a message by number and day alone; our reference must then stand in what they tell.
    """

    reference: str
    to: Msisdn
    tried_at: datetime


@dataclass(frozen=True, slots=True)
class Lookup:
    """The answer to a look-up; `provider_id` is set when found."""

    state: LookupState
    provider_id: str | None = None


class DeliveryState(StrEnum):
    """How a message ended, as the carrier reports it."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ReceiptIn:
    """A delivery receipt. `part` counts from 1; 0 means the whole message. `at` is when it ended, not when we heard.

    `reference` is ours where the carrier brings it back; None: the message is found by `provider_id`, and the part by
    its own.
    """

    event_id: str
    reference: str | None
    provider_id: str
    part: int
    state: DeliveryState
    at: datetime


@dataclass(frozen=True, slots=True)
class TextPart:
    """Which part of a longer text a handset sent: `number` of `of`, from 1, under a `reference` that it uses again."""

    reference: str
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class InboundIn:
    """A text from a handset to `to`, the number or short code of the lender; `part` where it is one of a longer text.

    A carrier that joins them itself leaves it out. `has_media`: a picture or the like came with it, which we do not
    fetch: words are asked for.
    """

    event_id: str
    sender: Msisdn
    to: str
    text: str
    at: datetime
    part: TextPart | None = None
    has_media: bool = False

    def __repr__(self) -> str:
        return f"InboundIn({self.event_id!r}, sender={self.sender!r})"


Delivery = ReceiptIn | InboundIn


CALLBACK_PATH: Final = "/in/"
"""Where carriers post to: behind it the name of the route and, of a carrier that signs nothing, its token."""


class CallbackFault(StrEnum):
    """Why a callback is not taken; what is told to whoever sent it."""

    HEADERS = "headers_missing"
    STALE = "timestamp_outside_tolerance"
    SIGNATURE = "signature_wrong"
    BODY = "body_malformed"


@dataclass(frozen=True, slots=True)
class CallbackRefused:
    """A callback that is not taken; `where` names the field that is wrong, where one is. Nothing of it was kept."""

    fault: CallbackFault
    where: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Posted:
    """A callback as it came: headers by their names in small letters, and the body to the byte.

    `url`: the address as the carrier called it, by the public address of the settings, query included. `token`: what
    stood behind the route's name in the path, by which a carrier that signs nothing is known. `query`: what stood
    behind the question mark, as it came.
    """

    headers: Mapping[str, str]
    body: bytes
    url: str = ""
    token: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a carrier expects to read when its callback was taken. `content_type` as HTTP writes it."""

    content_type: str
    body: bytes


TAKEN: Final = Reply("application/json", b'{"taken":true}')
"""What is said to carriers that expect nothing particular."""


class Callbacks(Protocol):
    """How one carrier posts to us: whether a callback is truly of that carrier, and what it brings.

    Knows nothing of what was taken before: the same callback twice reads the same twice, and the inbox tells them
    apart by `event_id`.
    """

    @property
    def taken(self) -> Reply:
        """What is answered once everything was stored."""
        ...

    @property
    def takes_token(self) -> bool:
        """Whether a token stands behind the route's name in the address: of a carrier that signs nothing."""
        ...

    def read(self, posted: Posted, wall: datetime) -> list[Delivery] | CallbackRefused:
        """Return what *posted* brings, verified at *wall* time; a refusal where it is not of this carrier. No effect.

        Never raises for what was posted.
        """
        ...


class Provider(Protocol):
    """A carrier. May raise `OutsideFailed` where nothing was handed over; never for the fate of one message.

    Units: `settle_seconds` is how long after a submission a look-up that says *not found* may be believed.
    """

    @property
    def name(self) -> str:
        """The key of this provider in settings and ledger."""
        ...

    @property
    def settle_seconds(self) -> int:
        """Seconds to wait after a submission before asking for it by reference."""
        ...

    @property
    def can_look_up(self) -> bool:
        """Whether `look_up` can answer anything but *unsupported*."""
        ...

    @property
    def takes_synthetic(self) -> bool:
        """Whether numbers that belong to nobody may be handed over: true for the sandbox only."""
        ...

    def submit(self, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
        """Hand over *batch*; the answers stand in the order of the batch."""
        ...

    def look_up(self, asked: Asked, now: datetime) -> Lookup:
        """Say whether the carrier holds the message. Raises OutsideFailed where it does not answer."""
        ...

    def poll(self, now: datetime, limit: int) -> list[Delivery]:
        """Return up to *limit* deliveries not yet acknowledged, oldest first; they come again until they are."""
        ...

    def acknowledge(self, event_ids: Sequence[str]) -> None:
        """Tell the carrier that these deliveries are stored. Unknown ids are ignored."""
        ...

    def close(self) -> None:
        """Let go of connections; what is in hand is finished first. Nothing is asked of it afterwards."""
        ...
