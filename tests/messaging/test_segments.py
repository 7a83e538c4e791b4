from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.messaging.alphabet import DEFAULT, EXTENSION, SEPTETS
from parley.messaging.segments import Encoding, Segments, measure, parts_of

FAMILY = "👩‍👩‍👧‍👦"  # four people and three joiners: 11 code units
FLAG = "🇹🇼"  # two regional indicators: 4 code units


@pytest.mark.parametrize(
    ("text", "units", "count"),
    [
        ("", 0, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("a" * 159 + "€", 161, 2),
        # 153 is odd: an escape pair that would straddle the cut moves on whole, and 76 pairs fill a part.
        ("€" * 152, 304, 2),
        ("€" * 153, 306, 3),
        ("a" * 152 + "€" + "a" * 152, 306, 3),
    ],
)
def test_gsm7_boundaries(text: str, units: int, count: int) -> None:
    assert measure(text) == Segments(Encoding.GSM7, units, count)


@pytest.mark.parametrize(
    ("text", "units", "count"),
    [
        ("还" * 70, 70, 1),
        ("还" * 71, 71, 2),
        ("还" * 134, 134, 2),
        ("还" * 135, 135, 3),
        ("😀" * 35, 70, 1),
        # 67 is odd: a surrogate pair that would straddle the cut moves on whole, and 33 pairs fill a part.
        ("😀" * 66, 132, 2),
        ("😀" * 67, 134, 3),
        ("还" * 66 + "😀" + "还" * 66, 134, 3),
    ],
)
def test_ucs2_boundaries(text: str, units: int, count: int) -> None:
    assert measure(text) == Segments(Encoding.UCS2, units, count)


def test_one_character_outside_gsm7_changes_the_whole_text() -> None:
    assert measure("a" * 70 + "`") == Segments(Encoding.UCS2, 71, 2)


@pytest.mark.parametrize("cluster", [FAMILY, FLAG, "e\u0301", "👍🏽", "क्षि", "☎️"])
def test_what_a_reader_sees_as_one_is_not_cut(cluster: str) -> None:
    for before in range(50, 68):
        parts = parts_of("还" * before + cluster + "还" * 20)
        assert any(cluster in part for part in parts)


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        # 66 + half a flag: the flag moves on whole; so does the second of two, and the letter of a mark.
        ("还" * 65 + FLAG + "还" * 9, [65, 11]),
        ("还" * 63 + FLAG * 2 + "还" * 9, [65, 11]),
        ("还" * 66 + "e\u0301" + "还" * 9, [66, 11]),
        ("还" * 66 + "\r\n" + "还" * 9, [66, 11]),
        # An emoji in front takes two units: one character fewer fits.
        ("😀" + "还" * 80, [66, 15]),
    ],
)
def test_where_a_text_is_cut(text: str, lengths: list[int]) -> None:
    assert [len(part) for part in parts_of(text)] == lengths


def test_a_cluster_longer_than_a_part_is_cut_between_code_points() -> None:
    parts = parts_of("e" + "\u0301" * 200)
    assert [len(part) for part in parts] == [67, 67, 67]


texts = st.one_of(
    st.text(alphabet=st.sampled_from(sorted(DEFAULT) + sorted(EXTENSION)), max_size=700),
    st.text(alphabet=st.sampled_from([*"aé还`€", "\u0301", "\u200d", "😀", "🏽", "🇹", "🇼"]), max_size=300),
)


@given(texts)
def test_parts_join_to_the_text_and_none_is_too_long(text: str) -> None:
    size, parts = measure(text), parts_of(text)
    assert "".join(parts) == text
    assert len(parts) == size.count
    if size.count > 1:
        units = [
            len(part.encode("utf-16-le")) // 2
            if size.encoding is Encoding.UCS2
            else sum(map(SEPTETS.__getitem__, part))
            for part in parts
        ]
        assert max(units) <= {Encoding.GSM7: 153, Encoding.UCS2: 67}[size.encoding]
        assert sum(units) == size.units
        for part in parts:
            part.encode("utf-16-le")  # no half of a surrogate pair
