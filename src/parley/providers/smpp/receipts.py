"""Delivery receipts: a line of text (appendix B of SMPP 3.4, which every vendor writes a little otherwise) or TLV.

Where both are there, the optional parameters are believed. Their id is the one of the response to the submission
(5.3.2.12), so it is written in that form; the id in the text may be in another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from parley.providers.port import DeliveryState
from parley.providers.smpp.pdu import LONGEST_ID, Message, Tag

# Which kind of message it is: bits 5 to 2 of esm_class (5.2.12).
_KIND: Final = 0x3C
_RECEIPT: Final = 0x04
_INTERMEDIATE: Final = 0x20

# Most centres write exactly this.
_USUAL: Final = re.compile(rb"id:(\S+) sub:\d* dlvrd:\d* submit date:\d* done date:(\d+) stat:(\w+)")
_ID: Final = re.compile(rb"\bid\s*:\s*(\S+)", re.IGNORECASE)
_STATE: Final = re.compile(rb"\bstat(?:us)?\s*:\s*(\w+)", re.IGNORECASE)
_DONE: Final = re.compile(rb"\bdone[ _]?date\s*:\s*(\d+)", re.IGNORECASE)
# What follows are words of the message, and they may look like fields.
_WORDS: Final = re.compile(rb"\btext\s*:", re.IGNORECASE)
_DATES: Final = {10: ("%y%m%d%H%M",), 12: ("%y%m%d%H%M%S", "%Y%m%d%H%M"), 14: ("%Y%m%d%H%M%S",)}


class IdForm(StrEnum):
    """In which forms a centre tells one id: in its responses, and in the text of its receipts."""

    AS_IS = "as_is"
    SUBMIT_HEX = "submit_hex_receipt_decimal"
    SUBMIT_DECIMAL = "submit_decimal_receipt_hex"


class Told(NamedTuple):
    """What a receipt says: of which id, by which word and date as they stand there, and what these mean.

    `state` None: still on its way; `at` None: it does not say when.
    """

    provider_id: str
    word: str
    done: str
    state: DeliveryState | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ReceiptForm:
    """How one centre writes receipts: words and numbers of states, the forms of ids, the zone of its dates."""

    states: Mapping[str, DeliveryState | None]
    ids: IdForm
    zone: tzinfo = UTC

    def submitted_id(self, message_id: str) -> str:
        """Return the id of a response as receipts will name it here."""
        return _plain(message_id, is_hex=self.ids is IdForm.SUBMIT_HEX) if self.ids is not IdForm.AS_IS else message_id

    def receipted_id(self, message_id: str) -> str:
        """Return the id in the text of a receipt in the same form."""
        is_hex = self.ids is IdForm.SUBMIT_DECIMAL
        return _plain(message_id, is_hex=is_hex) if self.ids is not IdForm.AS_IS else message_id

    def read(self, message: Message) -> Told | None:
        """Return what the receipt *message* says; None where it names no message."""
        tlvs = message.tlvs
        name, done, state = _fields(message.text or tlvs.get(Tag.MESSAGE_PAYLOAD, b""))
        provider_id, word = self.receipted_id(_words(name)), _words(state).upper()
        if tlvs:
            told = tlvs.get(Tag.RECEIPTED_MESSAGE_ID, b"").partition(b"\0")[0]
            number = tlvs.get(Tag.MESSAGE_STATE, b"")
            provider_id = self.submitted_id(_words(told)) if told else provider_id
            word = str(number[0]) if len(number) == 1 and str(number[0]) in self.states else word
        if not 0 < len(provider_id) <= LONGEST_ID or not provider_id.isprintable():
            return None
        return Told(provider_id, word, _words(done), self.states.get(word), _date(done, self.zone) if done else None)


def is_receipt(message: Message) -> bool:
    """Whether *message* tells of one of ours, final or not.

    Some centres forget the mark and send the two parameters. One of them alone proves nothing: Kannel's test centre
    puts an id beside words that a person wrote.
    """
    if message.esm_class & _KIND in {_RECEIPT, _INTERMEDIATE}:
        return True
    return Tag.RECEIPTED_MESSAGE_ID in message.tlvs and Tag.MESSAGE_STATE in message.tlvs


def is_final(message: Message) -> bool:
    """Whether a receipt is no mere word from the way."""
    return message.esm_class & _KIND != _INTERMEDIATE


def _fields(octets: bytes) -> tuple[bytes, bytes, bytes]:
    """Return id, date and state as they stand in the text; empty where they do not."""
    usual = _USUAL.match(octets)
    if usual:
        return usual[1], usual[2], usual[3]
    own = _WORDS.split(octets, 1)[0]
    name, done, state = (pattern.search(own) for pattern in (_ID, _DONE, _STATE))
    return name[1] if name else b"", done[1] if done else b"", state[1] if state else b""


def _words(octets: bytes) -> str:
    return octets.decode("latin-1")


def _plain(message_id: str, *, is_hex: bool) -> str:
    """Return a number in its plain decimal form; what is none stays as it is."""
    with suppress(ValueError):
        if message_id.isalnum():
            return str(int(message_id, 16 if is_hex else 10))
    return message_id


@lru_cache(maxsize=1_000)
def _date(digits: bytes, zone: tzinfo) -> datetime | None:
    """Return an instant; None for what is no date."""
    for form in _DATES.get(len(digits), ()):
        with suppress(ValueError):
            return datetime.strptime(digits.decode("ascii"), form).replace(tzinfo=zone).astimezone(UTC)
    return None
