from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.messaging.alphabet import DEFAULT, ESCAPE, EXTENSION, alphabet, alphabets_of
from parley.messaging.carriage import CARRIAGES, Carriage
from parley.messaging.segments import Encoding, measure, parts_of
from parley.messaging.shift_tables import ESCAPE_MARK, LANGUAGES, LOCKING, SINGLE


@pytest.mark.parametrize("number", LOCKING)
def test_a_locking_table_has_128_codes_and_the_escape_at_its_place(number: int) -> None:
    table = "".join(LOCKING[number])
    assert [len(row) for row in LOCKING[number]] == [16] * 8
    assert [code for code, char in enumerate(table) if char == ESCAPE_MARK] == [ESCAPE]
    # What every message needs stands at the same code in all of them.
    same = " !,.?0123456789\n\r" + "abcdefghijklmnopqrstuvwxyz"
    assert {char: table.index(char) for char in same} == {char: DEFAULT[char] for char in same}


@pytest.mark.parametrize("number", SINGLE)
def test_a_single_shift_table_keeps_the_signs_of_the_extension_table(number: int) -> None:
    codes = alphabet(0, number).escaped
    # The Telugu table alone has no euro sign.
    kept = {char: code for char, code in EXTENSION.items() if (number, char) != (12, "€")}
    assert {char: codes.get(char) for char in kept} == kept


def test_spanish_has_no_locking_table() -> None:
    # 3GPP TS 23.038, A.3.2 is void.
    assert set(SINGLE) - set(LOCKING) == {2}
    assert set(SINGLE) == set(LANGUAGES)
    assert [(each.locking, each.single) for each in alphabets_of("spanish")] == [(0, 2)]


@pytest.mark.parametrize(
    ("locking", "single", "text", "codes"),
    [
        # The Turkish letters that the default alphabet lacks: escaped, or plain in the locking table (A.2.1, A.3.1).
        (0, 1, "ğışİ", "1b671b691b731b49"),
        (1, 0, "ğışİ", "0c071d40"),
        (0, 2, "áíóú", "1b611b691b6f1b75"),
        (3, 0, "ãõ`", "7b7c7d"),
        (0, 3, "ãõÂ", "1b7b1b7c1b61"),
        (6, 0, "नमस्ते", "2f424c5f2759"),
        # The comma of the Indic tables, where readings of the standard differ.
        (6, 0, "a, b", "612c2062"),
        (6, 6, "'", "1b09"),
    ],
)
def test_codes_of_the_national_tables(locking: int, single: int, text: str, codes: str) -> None:
    assert alphabet(locking, single).codes(text).hex() == codes


def test_a_character_outside_the_tables_is_a_defect() -> None:
    with pytest.raises(KeyError):
        alphabet(0, 1).codes("元")


@pytest.mark.parametrize(
    ("route", "alone", "joined", "alone16", "joined16"),
    [
        ("standard", 160, 153, 70, 67),
        ("udh16", 160, 152, 70, 66),
        ("sar", 160, 153, 70, 67),
        ("message_payload", 160, 153, 70, 67),
    ],
)
def test_what_a_part_holds(route: str, alone: int, joined: int, alone16: int, joined16: int) -> None:
    one = CARRIAGES[route]
    assert (one.septets(joined=False), one.septets(joined=True)) == (alone, joined)
    assert (one.units16(joined=False), one.units16(joined=True)) == (alone16, joined16)


def test_what_a_part_holds_beside_shift_tables() -> None:
    # 3GPP TS 23.038, C.3: one table leaves 155 septets, both leave 152. With an 8-bit reference: 149 and 146.
    one = CARRIAGES["turkish"]
    assert [one.septets(shifts, joined=False) for shifts in (1, 2)] == [155, 152]
    assert [one.septets(shifts, joined=True) for shifts in (1, 2)] == [149, 146]


@pytest.mark.parametrize(
    ("text", "route", "encoding", "units", "count"),
    [
        # One escaped letter in 80 characters: two segments of UCS-2, or one with the Spanish table.
        ("a" * 79 + "á", "standard", Encoding.UCS2, 80, 2),
        ("a" * 79 + "á", "spanish", Encoding.GSM7, 81, 1),
        ("a" * 153 + "á", "spanish", Encoding.GSM7, 155, 1),
        ("a" * 154 + "á", "spanish", Encoding.GSM7, 156, 2),
        # Where the default alphabet does, no table is named, though the route would take one.
        ("a" * 160, "spanish", Encoding.GSM7, 160, 1),
        # Many escapes: the locking table makes them one septet each.
        ("ğ" * 150, "turkish", Encoding.GSM7, 150, 1),
        ("ğ" * 10 + "元", "turkish", Encoding.UCS2, 11, 1),
        ("a" * 71, "china", Encoding.UCS2, 71, 2),
        ("a" * 135, "china", Encoding.UCS2, 135, 3),
        ("a" * 305, "udh16", Encoding.GSM7, 305, 3),
    ],
)
def test_segments_by_route(text: str, route: str, encoding: Encoding, units: int, count: int) -> None:
    size = measure(text, CARRIAGES[route])
    assert (size.encoding, size.units, size.count) == (encoding, units, count)


@given(
    st.text(alphabet=st.sampled_from([*"ağış€[é", "\u0301", "元", "😀", "\u0928", "\u094d"]), max_size=400),
    st.sampled_from([*CARRIAGES.values(), Carriage("indic", national=("hindi", "turkish"))]),
)
def test_parts_of_every_route_join_to_the_text_and_fit(text: str, carriage: Carriage) -> None:
    size, parts = measure(text, carriage), parts_of(text, carriage)
    assert "".join(parts) == text
    assert len(parts) == size.count
    is_joined = size.count > 1
    for part in parts:
        if size.encoding is Encoding.UCS2:
            assert len(part.encode("utf-16-le")) // 2 <= carriage.units16(joined=is_joined)
        else:
            used = size.alphabet or alphabet(0, 0)
            assert len(used.codes(part)) <= carriage.septets(used.shifts, joined=is_joined)
