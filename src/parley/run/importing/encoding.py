"""Which encoding a text file is in, found from its bytes, with the reason a person is shown.

A byte-order mark says it, whatever else is said. Bytes that are UTF-8 throughout are UTF-8. NUL bytes in every second
place are UTF-16. What is left is GB18030, Big5 or Windows-1252, weighed against each other by how likely its bytes are
in each: ordinary text is made of the first level of GB 2312-80 or of Big5 (1984), of accented letters between plain
ones in Windows-1252. Where two fit about as well, or none does, nothing is guessed; charset-normalizer then names what
it looks like. Of 300 made-up files of 20 names in Big5 charset-normalizer 3.5.3 took 14 for another of the three and
this took none (measured 2026-11).
"""

from __future__ import annotations

import codecs
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from charset_normalizer import from_bytes

from parley.errors import BadInput
from parley.store.importing import Sentence

# The names a map or `--encoding` may say, and Python's codecs for each, in the order in which they are tried.
CODECS: Final[dict[str, tuple[str, ...]]] = {
    "utf-8": ("utf-8-sig",),
    "utf-16-le": ("utf-16-le",),
    "utf-16-be": ("utf-16-be",),
    "gb18030": ("gb18030",),
    # The code page of Taiwan's Windows first; Hong Kong's characters where it does not know one.
    "big5": ("cp950", "big5hkscs"),
    "windows-1252": ("cp1252",),
}
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_BLOCK_BYTES: Final = 1 << 20
# As much of the lines that are not ASCII as is looked at; a few hundred characters decide.
_SAMPLE_BYTES: Final = 1 << 18
# How much likelier than the next one an encoding must be, as a power of e: 1 in 20 is too often wrong.
_CLEARLY: Final = 5.0
# The least likely an average character may be: ordinary Chinese lies near -8.5, bytes of another encoding below -14.
_UNLIKELY: Final = -13.0
_UNLIKELY_WESTERN: Final = -9.0
_MOSTLY: Final = 0.9
_PLAIN_SHARE: Final = 0.2
# A file with fewer wrong characters than this is UTF-8 with mistakes in it; another encoding makes nearly all wrong.
_WRONG: Final = 0.25
# Above every ASCII byte.
_HIGH: Final = 0x80
# Natural logarithms of the chance of one character: share of its class in ordinary text over the size of the class.
_LEVEL_1_GB: Final = math.log(0.88 / 3_755)
_LEVEL_2_GB: Final = math.log(0.11 / 3_008)
_BEYOND_GB: Final = math.log(0.01 / 14_000)
# Big5 is ordered by strokes, and characters of few strokes, rows A4 to AF, are the frequent ones.
_FEW_STROKES_BIG5: Final = math.log(0.68 / 1_884)
_LEVEL_1_BIG5: Final = math.log(0.27 / 3_517)
_LEVEL_2_BIG5: Final = math.log(0.05 / 7_652)
_BEYOND_BIG5: Final = math.log(0.001 / 5_000)
_SYMBOL: Final = math.log(0.05 / 282)
_ACCENT: Final = math.log(0.9 / 64)
_ACCENT_AFTER_ACCENT: Final = math.log(0.02 / 64)
_SIGN: Final = math.log(0.01 / 64)
_SIGN_AFTER_ACCENT: Final = math.log(0.0005 / 64)
# A plain letter that a two-byte reading swallows.
_LETTER: Final = math.log(1 / 30)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How to decode a file: the name shown, Python's codec, and why."""

    name: str
    codec: str
    why: Sentence


def find_encoding(path: Path, file_name: str, wanted: str) -> Encoding:
    """Return the encoding of the whole file, which decodes without fault. *wanted* is what the user named, or "".

    Raises BadInput where it cannot be told, or where a byte does not fit, with its line.
    """
    with path.open("rb") as stream:
        start = stream.read(_BLOCK_BYTES)
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), "")
    if marked:
        why = Sentence(f"Read as {marked}: its first bytes say so.", f"按 {marked} 读取：文件开头的标记如此。")
        return _checked(path, file_name, marked, why)
    if wanted:
        return _named(path, file_name, wanted)
    if b"\0" in start and (wide := _wide(start)):
        why = Sentence(f"Read as {wide}: every second byte is empty.", f"按 {wide} 读取：每隔一个字节为空。")
        return _checked(path, file_name, wide, why)
    at = _first_fault(path, "utf-8-sig")
    if at is None:
        return Encoding("utf-8", "utf-8-sig", Sentence("Read as utf-8.", "按 utf-8 读取。"))
    sample = _sample(path)
    if at.is_nul or _is_nearly_utf8(sample):
        raise _fault(file_name, "utf-8", at)
    return _of_country(path, file_name, sample)


def known_encoding(name: str) -> Encoding | None:
    """Return the encoding of a file that was found to be in *name* before; None where its bytes must choose a codec."""
    codecs_of = CODECS.get(name, ())
    return Encoding(name, codecs_of[0], _why(name)) if len(codecs_of) == 1 else None


def _why(name: str) -> Sentence:
    return Sentence(f"Read as {name}, as you said.", f"按您指定的 {name} 读取。")


def _named(path: Path, file_name: str, wanted: str) -> Encoding:
    name = wanted.lower().replace("_", "-")
    if name not in CODECS:
        raise BadInput(
            f"encoding {wanted} is not one Parley reads. There are: {', '.join(CODECS)}.",
            f"编码 {wanted} 不在可读范围内。可用：{'、'.join(CODECS)}。",
        )
    return _checked(path, file_name, name, _why(name))


def _checked(path: Path, file_name: str, name: str, why: Sentence) -> Encoding:
    """Return the first codec of *name* that decodes the whole file."""
    first: _Fault | None = None
    for codec in CODECS[name]:
        fault = _first_fault(path, codec)
        if fault is None:
            return Encoding(name, codec, why)
        first = first or fault
    assert first is not None, "every name has a codec"
    raise _fault(file_name, name, first)


def _of_country(path: Path, file_name: str, sample: bytes) -> Encoding:
    """Tell GB18030, Big5 and Windows-1252 apart by how likely the sample is in each."""
    fits = {name: weight for name, weigh in _WEIGHTS.items() if (weight := weigh(sample)) is not None}
    ranked = sorted(fits, key=lambda name: fits[name], reverse=True)
    is_clear = len(ranked) == 1 or (len(ranked) > 1 and fits[ranked[0]] - fits[ranked[1]] >= _CLEARLY)
    if is_clear:
        name = ranked[0]
        why = Sentence(
            f"Read as {name}, which fits its characters best. If names look wrong, name another with `encoding`.",
            f"按 {name} 读取，与其字符最相符。若姓名显示有误，请用 encoding 另行指定。",
        )
        return _checked(path, file_name, name, why)
    guess = None if ranked else from_bytes(sample).best()
    like = [f"It may be {' or '.join(ranked[:2])}. ", f"可能是 {' 或 '.join(ranked[:2])}。"] if ranked else ["", ""]
    if guess is not None:
        like = [f"It looks like {guess.encoding}. ", f"看起来像 {guess.encoding}。"]
    raise BadInput(
        f"{file_name}: its encoding cannot be told from its bytes. {like[0]}Name it with `encoding` in the map or "
        f"--encoding ({', '.join(CODECS)}), or save the file as UTF-8.",
        f"{file_name}：无法从内容判断编码。{like[1]}请在映射文件中写 encoding 或使用 --encoding"
        f"（{'、'.join(CODECS)}），或另存为 UTF-8。",
    )


@dataclass(frozen=True, slots=True)
class _Fault:
    line: int
    byte: int
    is_nul: bool


def _fault(file_name: str, name: str, at: _Fault) -> BadInput:
    if at.is_nul:
        return BadInput(
            f"{file_name}, line {at.line}, byte {at.byte}: a NUL byte. This is not a text file. Save it as CSV in "
            "UTF-8.",
            f"{file_name} 第 {at.line} 行（第 {at.byte} 字节）：含 NUL 字节，不是文本文件。请另存为 UTF-8 编码的 CSV。",
        )
    return BadInput(
        f"{file_name}, line {at.line}, byte {at.byte}: this is not {name}, though the file is read as {name}. "
        "Correct that line, or name another encoding with `encoding` in the map or --encoding.",
        f"{file_name} 第 {at.line} 行（第 {at.byte} 字节）：不符合 {name} 编码。请改正该行，"
        "或在映射文件中写 encoding、使用 --encoding 指定其他编码。",
    )


def _first_fault(path: Path, codec: str) -> _Fault | None:
    """Return where the file stops being text in *codec*; None where it is throughout."""
    decoder = codecs.getincrementaldecoder(codec)()
    lines = offset = 0
    for block in _blocks(path):
        pending = decoder.getstate()[0]
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            before = (pending + block)[: error.start].count(b"\n")
            return _Fault(lines + before + 1, offset - len(pending) + error.start + 1, is_nul=False)
        if "\0" in text:
            before = text[: text.index("\0")].count("\n")
            # In a file of one-byte NULs the place is exact; elsewhere the line is what helps.
            return _Fault(lines + before + 1, offset + max(block.find(b"\0"), 0) + 1, is_nul=True)
        lines += text.count("\n")
        offset += len(block)
    return None


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield the file's bytes, and at last an empty block."""
    with path.open("rb") as stream:
        block = b"\0"
        while block:
            block = stream.read(_BLOCK_BYTES)
            yield block


def _sample(path: Path) -> bytes:
    """Return the lines that are not ASCII, as far as a sample goes."""
    found = bytearray()
    with path.open("rb") as stream:
        while len(found) < _SAMPLE_BYTES and (line := stream.readline(_SAMPLE_BYTES)):
            if not line.isascii():
                found += line
    return bytes(found)


def _wide(start: bytes) -> str:
    """Return which UTF-16 *start* is in, if one of them: NULs in one half of the places, and text when decoded."""
    nul_even, nul_odd = start[::2].count(0), start[1::2].count(0)
    name = "utf-16-be" if nul_even > nul_odd else "utf-16-le"
    even = start[: len(start) // 2 * 2]
    text = even.decode(name, errors="replace")
    plain = sum(character.isprintable() or character in "\r\n\t" for character in text)
    is_text = plain >= _MOSTLY * len(text) and "\0" not in text and ("\n" in text or "\r" in text)
    # Figures, delimiters and line ends are plain ASCII in whatever language the rest is.
    return name if is_text and max(nul_even, nul_odd) >= _PLAIN_SHARE * len(text) else ""


def _is_nearly_utf8(sample: bytes) -> bool:
    """Say whether the sample is UTF-8 but for a few bytes: then those are wrong, not the encoding."""
    beyond = [character for character in sample.decode("utf-8", errors="replace") if not character.isascii()]
    return beyond.count("\ufffd") <= _WRONG * len(beyond)


def _weigh_gb(sample: bytes) -> float | None:
    return _weigh_chinese(sample, "gb18030", _chance_gb)


def _weigh_big5(sample: bytes) -> float | None:
    return _weigh_chinese(sample, "big5", _chance_big5)


def _weigh_chinese(sample: bytes, name: str, chance: Callable[[int, int], float]) -> float | None:
    """Return the logarithm of how likely *sample* is in *name*; None where it does not decode, or is no such text."""
    for codec in CODECS[name]:
        with suppress(UnicodeDecodeError):
            raws = [character.encode(codec) for character in sample.decode(codec) if not character.isascii()]
            weights = [chance(raw[0], raw[1]) if len(raw) == 2 else _BEYOND_GB for raw in raws]  # noqa: PLR2004 -- bytes
            whole = sum(weights)
            return whole if whole >= _UNLIKELY * len(raws) else None
    return None


def _chance_gb(lead: int, trail: int) -> float:
    if trail < 0xA1:  # noqa: PLR2004 -- GBK's extension lies below GB 2312's trail bytes
        return _BEYOND_GB
    if lead <= 0xA3:  # noqa: PLR2004 -- rows of symbols
        return _SYMBOL if lead >= 0xA1 else _BEYOND_GB  # noqa: PLR2004
    if 0xB0 <= lead <= 0xD7:  # noqa: PLR2004 -- GB 2312, level 1
        return _LEVEL_1_GB
    return _LEVEL_2_GB if 0xD8 <= lead <= 0xF7 else _BEYOND_GB  # noqa: PLR2004 -- GB 2312, level 2


def _chance_big5(lead: int, _trail: int) -> float:
    if 0xA1 <= lead <= 0xA3:  # noqa: PLR2004 -- rows of symbols
        return _SYMBOL
    if 0xA4 <= lead <= 0xC6:  # noqa: PLR2004 -- Big5, level 1
        return _FEW_STROKES_BIG5 if lead <= 0xAF else _LEVEL_1_BIG5  # noqa: PLR2004 -- as above
    return _LEVEL_2_BIG5 if 0xC9 <= lead <= 0xF9 else _BEYOND_BIG5  # noqa: PLR2004 -- Big5, level 2


def _weigh_western(sample: bytes) -> float | None:
    """Return the same for Windows-1252, counting the plain letter after an accent: a two-byte reading takes it in."""
    try:
        sample.decode("cp1252")
    except UnicodeDecodeError:
        return None
    weight, high, before = 0.0, 0, 0
    for byte in sample:
        if byte >= _HIGH:
            high += 1
            is_letter, is_alone = byte >= 0xC0, before < _HIGH  # noqa: PLR2004 -- where the accented letters begin
            if is_letter:
                weight += _ACCENT if is_alone else _ACCENT_AFTER_ACCENT
            else:
                weight += _SIGN if is_alone else _SIGN_AFTER_ACCENT
        elif before >= _HIGH and chr(byte).isalpha():
            weight += _LETTER
        before = byte
    return weight if weight >= _UNLIKELY_WESTERN * high else None


_WEIGHTS: Final[dict[str, Callable[[bytes], float | None]]] = {
    "gb18030": _weigh_gb,
    "big5": _weigh_big5,
    "windows-1252": _weigh_western,
}
