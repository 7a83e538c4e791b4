"""Callbacks signed by Standard Webhooks, in Parley's own form: how the sandbox's centre and gateways of a lender post.

    webhook-id, webhook-timestamp (seconds), webhook-signature: "v1,BASE64", several with spaces between
    {"deliveries": [{"kind": "text", "id": …, "from": "+1…", "to": …, "text": …, "at": …},
      (a part of a longer text: "part": {"reference": …, "number": 2, "of": 3})
                    {"kind": "receipt", "id": …, "reference": …, "provider_id": …, "part": 0, "state": …, "at": …}]}

Signed is HMAC-SHA256 over "id.timestamp.body". Source: standardwebhooks.com, "Webhook Standard", signature scheme.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from standardwebhooks.webhooks import Webhook

from parley.providers.payload import LONGEST_ID, LONGEST_TEXT, Malformed, instant, is_id, number, read_json, words
from parley.providers.port import (
    TAKEN,
    CallbackFault,
    CallbackRefused,
    Delivery,
    DeliveryState,
    InboundIn,
    Posted,
    ReceiptIn,
    Reply,
    TextPart,
)

# How far the clocks of both sides may differ; the tolerance of the scheme's own libraries.
TOLERANCE_SECONDS: Final = 300
MOST_DELIVERIES: Final = 100
# A part's number is one byte.
MOST_PARTS: Final = 255
_MOST_SIGNATURES: Final = 8
_VERSION: Final = "v1,"
_SECONDS: Final = re.compile(r"\d{1,12}")
_STATES: Final = {str(state): state for state in DeliveryState}


class Signatures:
    """Verifies posts signed with any of *secrets* (`whsec_…`): two are live while one is replaced."""

    def __init__(self, secrets: Sequence[str]) -> None:
        assert secrets, "a door without a secret would let nobody in, or everybody"
        # The library knows how a secret is written; it asks the clock itself, so the rest stands here.
        self._keys = tuple(Webhook(secret)._whsecret for secret in secrets)  # noqa: SLF001 - it offers no other way

    def refusal(self, posted: Posted, wall: datetime) -> CallbackRefused | None:
        """Return why *posted* is not taken: a header is missing, old or wrong; None where it is signed."""
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        key, seconds, signatures = (posted.headers.get(name, "") for name in names)
        if not key or not signatures or not _SECONDS.fullmatch(seconds):
            return CallbackRefused(CallbackFault.HEADERS)
        if abs(wall.timestamp() - int(seconds)) > TOLERANCE_SECONDS:
            return CallbackRefused(CallbackFault.STALE)
        if not self._is_signed(f"{key}.{seconds}.".encode("utf-8", "surrogatepass") + posted.body, signatures):
            return CallbackRefused(CallbackFault.SIGNATURE)
        return None

    def _is_signed(self, content: bytes, signatures: str) -> bool:
        """Say whether one of the signatures is ours; every one is compared, in constant time."""
        given = [_decoded(one) for one in signatures.split(" ")[:_MOST_SIGNATURES]]
        found = False
        for key in self._keys:
            wanted = hmac.digest(key, content, "sha256")
            for one in given:
                found |= hmac.compare_digest(wanted, one)
        return found


class SignedCallbacks:
    """Reads callbacks in Parley's own form, signed with any of *secrets*."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._signatures = Signatures(secrets)

    @property
    def taken(self) -> Reply:
        """The answer in Parley's own form."""
        return TAKEN

    @property
    def takes_token(self) -> bool:
        """No: every post is signed."""
        return False

    def read(self, posted: Posted, wall: datetime) -> list[Delivery] | CallbackRefused:
        """Return what *posted* brings; a refusal where it is not signed, or its body holds no deliveries."""
        refusal = self._signatures.refusal(posted, wall)
        if refusal is not None:
            return refusal
        try:
            return _deliveries(posted.body)
        except Malformed as where:
            return CallbackRefused(CallbackFault.BODY, str(where))


def _decoded(signature: str) -> bytes:
    """Return the bytes of a signature of our version; none of another."""
    if not signature.startswith(_VERSION):
        return b""
    try:
        return base64.b64decode(signature.removeprefix(_VERSION), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _deliveries(body: bytes) -> list[Delivery]:
    told = read_json(body)
    rows = told.get("deliveries") if isinstance(told, dict) else None
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_DELIVERIES:
        raise Malformed("deliveries")
    return [_delivery(row) for row in rows]


def _delivery(row: object) -> Delivery:
    if not isinstance(row, dict):
        raise Malformed("deliveries")
    read = _KINDS.get(str(row.get("kind")))
    if read is None:
        raise Malformed("kind")
    return read(row)


def _text(row: Mapping[str, Any]) -> InboundIn:
    sender = number(words(row, "from", 16), "from")
    text, part = words(row, "text", LONGEST_TEXT), _part(row.get("part"))
    return InboundIn(_id(row), sender, words(row, "to", 40), text, instant(words(row, "at", 40), "at"), part)


def _part(told: object) -> TextPart | None:
    if told is None:
        return None
    if not isinstance(told, dict):
        raise Malformed("part")
    place, of = told.get("number"), told.get("of")
    if type(place) is not int or type(of) is not int or not 1 <= place <= of or not 2 <= of <= MOST_PARTS:  # noqa: PLR2004 - one part is no part
        raise Malformed("part")
    return TextPart(words(told, "reference", 40), place, of)


def _receipt(row: Mapping[str, Any]) -> ReceiptIn:
    state = _STATES.get(words(row, "state", 16))
    if state is None:
        raise Malformed("state")
    part = row.get("part", 0)
    if type(part) is not int or not 0 <= part <= MOST_PARTS:
        raise Malformed("part")
    reference = row.get("reference")
    if reference is not None and not isinstance(reference, str):
        raise Malformed("reference")
    at = instant(words(row, "at", 40), "at")
    return ReceiptIn(_id(row), reference, words(row, "provider_id", 80), part, state, at)


def _id(row: Mapping[str, Any]) -> str:
    found = words(row, "id", LONGEST_ID)
    if not is_id(found):
        raise Malformed("id")
    return found


_KINDS: Final[dict[str, Callable[[Mapping[str, Any]], Delivery]]] = {"text": _text, "receipt": _receipt}
