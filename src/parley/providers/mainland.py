"""What the carriers of mainland China have in common: template and signature before every text, numbers, clocks.

They put 【signature】 before a template, fill in its variables and send that: what arrives is what is registered there.
Nothing they post to us is signed, so each is known by the token in the address; an array brings many things at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from parley.ids import Msisdn
from parley.providers.outgoing import Broken, Response
from parley.providers.payload import Malformed, read_json, read_table, table
from parley.providers.port import (
    Accepted,
    CallbackFault,
    CallbackRefused,
    Delivery,
    Outcome,
    Posted,
    Rejected,
    Reply,
    Submission,
    Unknown,
)
from parley.providers.statuses import Statuses
from parley.providers.tokens import Tokens

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
MOST_ROWS: Final = 1_000
_COUNTRY: Final = "+86"
_LOCAL: Final = re.compile(r"1[0-9]{10}")
_PREFIXED: Final = re.compile(r"(?:\+86|0086|86)?(1[0-9]{10})")
# How they write an instant, by the clock of Shanghai; the second way is in older pages of Alibaba Cloud alone.
_FORMS: Final = ("%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S")
_GOOD: Final = range(200, 300)
_THEIR_FAULT: Final = 500

_TOO_LATE: Final = Rejected("validity_over", "The message was handed over after its last instant.")
_ABROAD: Final = Rejected("number_not_served", "This carrier is connected for mobile numbers of mainland China alone.")
_UNREGISTERED: Final = Rejected(
    "template_not_registered",
    "This carrier sends by template and signature alone; registrations.toml holds none for this text.",
)
_OTHER_WORDS: Final = Rejected(
    "text_not_as_registered",
    "The registered signature and values do not give this text: other words would arrive than were approved.",
)


def refusal(each: Submission, now: datetime) -> Rejected | None:
    """Return why *each* is not handed over at *now*; None where it may be."""
    sent_as = each.sent_as
    if not sent_as.template_id or not sent_as.signature:
        return _UNREGISTERED
    if not _LOCAL.fullmatch(local(each.to)):
        return _ABROAD
    if not _is_said(each):
        return _OTHER_WORDS
    return _TOO_LATE if now > each.not_after else None


def _is_said(each: Submission) -> bool:
    """Say whether the text begins with its signature and holds its values in their order.

    The words between them are the registry's: whoever found the template compared these to the letter.
    """
    signed = f"【{each.sent_as.signature}】"
    if not each.text.startswith(signed):
        return False
    at = len(signed)
    for _, value in each.sent_as.values:
        found = each.text.find(value, at)
        if not value or found < 0:
            return False
        at = found + len(value)
    return True


def local(number: Msisdn) -> str:
    """Return a number of the mainland without its country."""
    return number.e164.removeprefix(_COUNTRY)


def mobile(told: str, name: str) -> Msisdn:
    """Return the number of a handset, told with or without its country. Raises Malformed with *name*."""
    found = _PREFIXED.fullmatch(told)
    if found is None:
        raise Malformed(name)
    return Msisdn(_COUNTRY + found[1])


def instant(told: str, name: str) -> datetime:
    """Return an instant told by the clock of Shanghai, in UTC. Raises Malformed with *name*."""
    for form in _FORMS:
        try:
            return datetime.strptime(told, form).replace(tzinfo=SHANGHAI).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    raise Malformed(name)


def by_family(statuses: Statuses, code: str) -> Outcome:
    """Return what *code* says of a submission; where nobody wrote it down, what its family does: `Throttling.User`.

    A code of no known family is *unknown*.
    """
    family = code.partition(".")[0]
    return statuses.outcome(family if code not in statuses.statuses and family in statuses.statuses else code)


def judged(answer: Response | Broken, read: Callable[[Mapping[str, Any]], Outcome]) -> Outcome:
    """Return what *answer* says of a submission, its table read by *read*, which may raise Malformed.

    A fault on their side leaves it open whether they took it, whatever the words beside it; so does a yes of a status
    that is none.
    """
    if isinstance(answer, Broken):
        return answer.outcome
    if answer.status >= _THEIR_FAULT:
        return Unknown(f"http_{answer.status}")
    try:
        found = read(read_table(answer.body))
    except Malformed:
        return Unknown("answer_malformed")
    return found if answer.status in _GOOD or not isinstance(found, Accepted) else Unknown(f"http_{answer.status}")


def rows(told: Mapping[str, Any], name: str) -> list[object]:
    """Return the array under *name*. Raises Malformed where there is none."""
    found = told.get(name)
    if not isinstance(found, list):
        raise Malformed(name)
    return found


# Reads one row: what it brings, given the token it came under and wall time. None: nothing yet. May raise Malformed.
Read = Callable[[Mapping[str, Any], str, datetime], Delivery | None]


class Pushed:
    """Reads what is posted under one of the tokens of *secrets*: a row or an array of rows, each by *read*."""

    def __init__(self, secrets: Sequence[str], taken: Reply, read: Read) -> None:
        self._tokens, self._taken, self._read = Tokens(secrets), taken, read

    @property
    def taken(self) -> Reply:
        """The answer this carrier waits for."""
        return self._taken

    @property
    def takes_token(self) -> bool:
        """Yes: nothing is signed."""
        return True

    def read(self, posted: Posted, wall: datetime) -> list[Delivery] | CallbackRefused:
        """Return what *posted* brings; a refusal where its token is no live one, or a row not of its form."""
        refused = self._tokens.refusal(posted.token)
        if refused is not None:
            return refused
        try:
            found = [self._read(row, posted.token, wall) for row in _rows(posted.body)]
        except Malformed as where:
            return CallbackRefused(CallbackFault.BODY, str(where))
        return [one for one in found if one is not None]


def _rows(body: bytes) -> list[Mapping[str, Any]]:
    told = read_json(body)
    posted = told if isinstance(told, list) else [told]
    if len(posted) > MOST_ROWS:
        raise Malformed("body")
    return [table(row, "body") for row in posted]
