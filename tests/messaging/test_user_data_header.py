from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.messaging.alphabet import alphabet
from parley.messaging.user_data_header import Header, Part, read_header, write_header


@pytest.mark.parametrize(
    ("part", "tables", "wide", "octets"),
    [
        (None, (0, 0), False, ""),
        # Two parts under reference 0xCC, and under 0xF42E in sixteen bits, as providers print them.
        (Part(0xCC, 2, 1), (0, 0), False, "050003cc0201"),
        (Part(0xF42E, 2, 2), (0, 0), True, "060804f42e0202"),
        (Part(0x1CC, 2, 1), (0, 0), False, "050003cc0201"),
        (None, (0, 1), False, "03240101"),
        (None, (1, 1), False, "06240101250101"),
        (Part(7, 3, 3), (0, 2), False, "080003070303240102"),
    ],
)
def test_headers_as_the_standard_lays_them_out(
    part: Part | None, tables: tuple[int, int], wide: bool, octets: str
) -> None:
    assert write_header(part, alphabet(*tables), wide=wide).hex() == octets


@pytest.mark.parametrize(
    ("octets", "header", "length"),
    [
        ("", Header(), 0),
        ("050003cc0201", Header(Part(0xCC, 2, 1)), 6),
        # An element we do not know (application ports) stands before ours.
        ("0b0504158200000003cc0201", Header(Part(0xCC, 2, 1)), 12),
        # A part beyond its total, part 0, none in all: ignored, as 9.2.3.24.1 asks.
        ("050003cc0203", Header(), 6),
        ("050003cc0200", Header(), 6),
        ("050003cc0000", Header(), 6),
        # Lengths that lie: more than there is, an element longer than the header.
        ("ff0003cc0201", Header(), 0),
        ("0500ffcc0201", Header(), 6),
        ("0100", Header(), 2),
        # Of one that stands twice the last counts.
        ("0a0003cc02010003dd0302", Header(Part(0xDD, 3, 2)), 11),
    ],
)
def test_headers_that_come_in(octets: str, header: Header, length: int) -> None:
    assert read_header(bytes.fromhex(octets)) == (header, length)


@given(st.binary(max_size=40))
def test_no_bytes_break_the_reader(octets: bytes) -> None:
    header, length = read_header(octets)
    assert 0 <= length <= len(octets)
    assert header.part is None or 1 <= header.part.number <= header.part.total


@given(
    st.integers(0, 0xFFFF),
    st.integers(1, 255).flatmap(lambda total: st.tuples(st.just(total), st.integers(1, total))),
    st.booleans(),
    st.sampled_from([(0, 0), (1, 0), (0, 2), (3, 3)]),
)
def test_what_is_written_is_read(reference: int, place: tuple[int, int], wide: bool, tables: tuple[int, int]) -> None:
    octets = write_header(Part(reference, *place), alphabet(*tables), wide=wide)
    kept = reference if wide else reference % 256
    assert read_header(octets + b"text") == (Header(Part(kept, *place), *tables), len(octets))
