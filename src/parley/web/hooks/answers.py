"""What a callback is answered: a status and one line of JSON, in words that a machine reads. A table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from parley.providers.port import CallbackFault

# Seconds after which whoever was refused for want of room or database may come again.
RETRY_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body; `retry_after`: seconds, 0 where coming again changes nothing."""

    status: int
    body: bytes
    retry_after: int = 0
    content_type: bytes = b"application/json"


def refused(status: int, word: str, where: str = "", retry_after: int = 0) -> Answer:
    """Return the answer that says no, by *word*, naming the field that is wrong."""
    named = f',"field":"{where}"' if where else ""
    return Answer(status, f'{{"refused":"{word}"{named}}}'.encode(), retry_after)


TAKEN: Final = Answer(200, b'{"taken":true}')
USED_TWICE: Final = refused(409, "id_used_twice")
TOO_LARGE: Final = refused(413, "body_too_large")
NO_ROUTE: Final = refused(404, "no_such_route")
ONLY_POST: Final = refused(405, "only_post")
FULL: Final = refused(503, "too_many_waiting", retry_after=RETRY_SECONDS)
UNAVAILABLE: Final = refused(503, "not_stored", retry_after=RETRY_SECONDS)
DEFECT: Final = refused(500, "not_stored")

STATUS: Final[dict[CallbackFault, int]] = {
    CallbackFault.HEADERS: 401,
    CallbackFault.STALE: 401,
    CallbackFault.SIGNATURE: 401,
    CallbackFault.BODY: 400,
}
