"""Texts as octets and back: data codings, the header of a part, and the parts a long text goes in.

What cannot be read is never guessed at length: octets that are no text are one U+FFFD. Source: SMPP 3.4, 5.2.19
(data_coding) and 5.2.12 (esm_class), as in the layout of `pdu`; the values beyond 0x0F as 3GPP TS 23.038, section 4,
reads them, for many centres hand them through.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final, NamedTuple

from parley.messaging.alphabet import DEFAULT, ESCAPE, GSM7, Alphabet, alphabet, fits_gsm7
from parley.messaging.carriage import Carriage, Joining
from parley.messaging.segments import parts_of
from parley.messaging.shift_tables import LANGUAGES, LOCKING
from parley.messaging.user_data_header import MOST_PARTS, Header, Part, read_header, write_header
from parley.providers.port import TextPart
from parley.providers.smpp.pdu import HAS_HEADER, Message, Tag, write_tlv

UNREADABLE: Final = "\ufffd"
_DEFAULT_CODING: Final = 0x00
_UCS2: Final = 0x08
_ALONE: Final = 160
_NO_CODE: Final = "\ufffe"
_NO_HEADER: Final = Header()


class CentreAlphabet(StrEnum):
    """What a centre takes octets of data coding 0 to be; 3.4 leaves it to each."""

    GSM7 = "gsm7"
    LATIN1 = "latin1"
    ASCII = "ascii"


_CODECS: Final = {CentreAlphabet.LATIN1: "latin-1", CentreAlphabet.ASCII: "ascii"}
# Codings that name a character set; of JIS the seven-bit form.
_NAMED: Final[Mapping[int, str]] = {
    0x01: "ascii",
    0x03: "latin-1",
    0x05: "iso2022_jp",
    0x06: "iso8859_5",
    0x07: "iso8859_8",
    0x0E: "euc_kr",
}
_FIRST_OF_GSM: Final = 0x10
_GENERAL_END: Final = 0x40
_CLASSES: Final = 0xF0
_WIDTH: Final = 0x0C
_EIGHT_BITS: Final = 0x04

_CODES: Final = {code: char for char, code in DEFAULT.items()}
_DEFAULT_TABLE: Final = "".join(_CODES.get(code, _NO_CODE) for code in range(256))
_WRITE_DEFAULT: Final = codecs.charmap_build(_DEFAULT_TABLE)
# The same for ASCII alone, several times as fast.
_NO_SEPTET: Final = 0xFF
_FROM_ASCII: Final = bytes(DEFAULT.get(chr(code), _NO_SEPTET) for code in range(256))


class Written(NamedTuple):
    """One part as it is submitted. Prints nothing of the text."""

    data_coding: int
    esm_class: int
    text: bytes
    tlvs: bytes = b""

    def __repr__(self) -> str:
        return f"Written({self.data_coding}, {len(self.text)} octets)"


class Writer:
    """Writes texts as one centre takes them: its default alphabet, and how parts know of each other."""

    def __init__(self, alphabet_: CentreAlphabet, joining: Joining) -> None:
        self._alphabet = alphabet_
        self._carriage = Carriage("smpp", joining)
        self._wide = replace(self._carriage, takes_gsm7=False)

    def write(self, text: str, reference: int) -> Sequence[Written]:
        """Return the parts of *text*; *reference* tells them from those of the text before.

        A text of more parts than a header can count is refused: an empty sequence.
        """
        if self._alphabet is CentreAlphabet.GSM7 and len(text) <= _ALONE:
            # Most texts: all of it in the default table, so each character is one octet.
            plain = _plain(text)
            if plain is not None:
                return (Written(_DEFAULT_CODING, 0, plain),)
        is_narrow = fits_gsm7(text) and self._fits_centre(text)
        parts = parts_of(text, self._carriage if is_narrow else self._wide)
        coding = _DEFAULT_CODING if is_narrow else _UCS2
        encoded = [self._octets(part, is_narrow=is_narrow) for part in parts]
        if len(encoded) == 1:
            return (Written(coding, 0, encoded[0]),)
        if self._carriage.joining is Joining.PAYLOAD:
            return (Written(coding, 0, b"", write_tlv(Tag.MESSAGE_PAYLOAD, b"".join(encoded))),)
        if len(encoded) > MOST_PARTS:
            return ()
        return [self._joined(coding, one, Part(reference, len(encoded), n)) for n, one in enumerate(encoded, 1)]

    def _fits_centre(self, text: str) -> bool:
        if self._alphabet is CentreAlphabet.GSM7:
            return True
        try:
            text.encode(_CODECS[self._alphabet])
        except UnicodeEncodeError:
            return False
        return True

    def _octets(self, text: str, *, is_narrow: bool) -> bytes:
        if not is_narrow:
            return text.encode("utf-16-be", "replace")
        return GSM7.codes(text) if self._alphabet is CentreAlphabet.GSM7 else text.encode(_CODECS[self._alphabet])

    def _joined(self, coding: int, octets: bytes, part: Part) -> Written:
        joining = self._carriage.joining
        if joining is Joining.SAR:
            tlvs = (
                write_tlv(Tag.SAR_REFERENCE, (part.reference % 65_536).to_bytes(2, "big"))
                + write_tlv(Tag.SAR_TOTAL, bytes((part.total,)))
                + write_tlv(Tag.SAR_NUMBER, bytes((part.number,)))
            )
            return Written(coding, 0, octets, tlvs)
        header = write_header(part, None, wide=joining is Joining.UDH16)
        return Written(coding, HAS_HEADER, header + octets)


def _plain(text: str) -> bytes | None:
    """Return *text* in the default table; None where that does not hold all of it."""
    if text.isascii():
        octets = text.encode("ascii").translate(_FROM_ASCII)
        return octets if _NO_SEPTET not in octets else None
    try:
        return codecs.charmap_encode(text, "strict", _WRITE_DEFAULT)[0]
    except UnicodeEncodeError:
        return None


def read_text(message: Message, default: CentreAlphabet) -> tuple[str, TextPart | None]:
    """Return the words of *message* and which part of a longer text they are, if one."""
    octets = message.text or message.tlvs.get(Tag.MESSAGE_PAYLOAD, b"")
    header = _NO_HEADER
    if message.esm_class & HAS_HEADER:
        header, length = read_header(octets)
        octets = octets[length:]
    return decode(octets, message.data_coding, default, header), _part_of(message, header)


def decode(octets: bytes, coding: int, default: CentreAlphabet, header: Header = _NO_HEADER) -> str:
    """Return the words that *octets* are in *coding*; U+FFFD for what is none."""
    if not octets:
        return ""
    if coding >= _FIRST_OF_GSM:
        coding = _narrowed(coding)
    if coding == _DEFAULT_CODING:
        return _septets(octets, header) if default is CentreAlphabet.GSM7 else octets.decode("latin-1")
    if coding == _UCS2:
        # One octet too many is none of the text. Half a character is kept: the other half may begin the next part.
        return octets[: len(octets) & ~1].removeprefix(codecs.BOM_UTF16_BE).decode("utf-16-be", "surrogatepass")
    codec = _NAMED.get(coding)
    return octets.decode(codec, "replace") if codec else UNREADABLE


def _narrowed(coding: int) -> int:
    """Return what of SMPP's own codings a GSM data coding scheme says."""
    if coding >= _CLASSES:
        return _EIGHT_BITS if coding & _EIGHT_BITS else _DEFAULT_CODING
    return coding & _WIDTH if coding < _GENERAL_END else _EIGHT_BITS


def _septets(octets: bytes, header: Header) -> str:
    if max(octets) > 0x7F:  # noqa: PLR2004 - seven bits
        # No septets, whatever the centre says: the nearest that is readable.
        return octets.decode("latin-1")
    national = _national(header)
    main, escaped = (_CODES, _ESCAPED) if national is GSM7 else _turned(national)
    found, is_escaped = [], False
    for code in octets:
        if is_escaped:
            # An escape that leads nowhere shows what stands in the main table (6.2.1.1).
            found.append(escaped.get(code) or main.get(code, UNREADABLE))
            is_escaped = False
        elif code == ESCAPE:
            is_escaped = True
        else:
            found.append(main.get(code, UNREADABLE))
    return "".join(found)


def _national(header: Header) -> Alphabet:
    """Return the alphabet that the header names; the default for a table that the standard does not have."""
    locking = header.locking if header.locking in LOCKING else 0
    return alphabet(locking, header.single if header.single in LANGUAGES else 0)


def _turned(national: Alphabet) -> tuple[dict[int, str], dict[int, str]]:
    main = {code: char for char, code in national.main.items()}
    return main, {code: char for char, code in national.escaped.items()}


_, _ESCAPED = _turned(GSM7)


def _part_of(message: Message, header: Header) -> TextPart | None:
    if header.part is not None:
        part = header.part
        return TextPart(str(part.reference), part.number, part.total) if part.total > 1 else None
    reference, total, number = (
        int.from_bytes(message.tlvs.get(tag, b""), "big") for tag in (Tag.SAR_REFERENCE, Tag.SAR_TOTAL, Tag.SAR_NUMBER)
    )
    is_part = 1 < total <= MOST_PARTS and 1 <= number <= total
    return TextPart(str(reference % 65_536), number, total) if is_part else None
