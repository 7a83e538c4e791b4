"""How a route carries a text: which alphabets, how long texts are joined, how much one part holds. A table.

A segment is 140 octets (3GPP TS 23.040, section 9.2.3.24). What its header takes is not there for the text: the six
octets of an 8-bit reference leave 153 septets or 67 units of 16 bits, the seven of a 16-bit one 152 and 66.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SEGMENT_OCTETS: Final = 140
# A header begins with its own length; each national shift table named in it takes three octets.
_LENGTH_OCTETS: Final = 1
_SHIFT_OCTETS: Final = 3


class Joining(StrEnum):
    """How the parts of a long text know of each other.

    UDH8, UDH16: by a header in the text itself, with a reference of 8 or 16 bits. SAR: by three optional fields of
    SMPP. PAYLOAD: the centre gets the whole text in one field and cuts it. In the last two the centre writes the header
    of the air interface, and we count the six octets of an 8-bit reference.
    """

    UDH8 = "udh8"
    UDH16 = "udh16"
    SAR = "sar"
    PAYLOAD = "message_payload"


# Octets that the joining itself takes of each part, the length not counted.
_JOINING_OCTETS: Final = {Joining.UDH8: 5, Joining.UDH16: 6, Joining.SAR: 5, Joining.PAYLOAD: 5}


@dataclass(frozen=True, slots=True)
class Carriage:
    """One way of carrying. `national`: the languages whose shift tables the route takes ('spanish', …)."""

    name: str
    joining: Joining = Joining.UDH8
    takes_gsm7: bool = True
    national: tuple[str, ...] = ()

    def octets(self, shifts: int, *, joined: bool) -> int:
        """Return the octets that one part leaves for its text, with so many shift tables named in its header."""
        header = _SHIFT_OCTETS * shifts + (_JOINING_OCTETS[self.joining] if joined else 0)
        return SEGMENT_OCTETS - (header + _LENGTH_OCTETS if header else 0)

    def septets(self, shifts: int = 0, *, joined: bool) -> int:
        """Return the septets that one part holds."""
        return self.octets(shifts, joined=joined) * 8 // 7

    def units16(self, *, joined: bool) -> int:
        """Return the 16-bit code units that one part holds."""
        return self.octets(0, joined=joined) // 2


STANDARD: Final = Carriage("standard")
"""What most centres do: the default alphabet, UCS-2, and an 8-bit reference."""

CARRIAGES: Final[dict[str, Carriage]] = {
    one.name: one
    for one in (
        STANDARD,
        Carriage("udh16", Joining.UDH16),
        Carriage("sar", Joining.SAR),
        Carriage("message_payload", Joining.PAYLOAD),
        Carriage("turkish", national=("turkish",)),
        Carriage("spanish", national=("spanish",)),
        Carriage("portuguese", national=("portuguese",)),
        # Gateways of mainland China count letters and Han alike: 70 alone, 67 in each part. Read in a copy of the
        # vendor's page on how lengths are counted (Alibaba Cloud, read 2026-11), not at its own address.
        Carriage("china", takes_gsm7=False),
    )
}
"""Name → carriage, as `parley sms inspect --route` takes it."""
