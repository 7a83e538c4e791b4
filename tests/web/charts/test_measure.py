"""Texts that fit where they are drawn."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from parley.web.charts.measure import lines, width


def test_latin_breaks_at_spaces_and_hyphens() -> None:
    assert lines("overdue message: skipped, talk in progress", 13, 160, 3) == (
        "overdue message:",
        "skipped, talk in",
        "progress",
    )
    assert lines("lender-no-promotion-in-trouble", 13, 130, 3) == ("lender-no-", "promotion-in-", "trouble")


def test_chinese_breaks_anywhere_but_before_closing_marks() -> None:
    assert lines("一二三四五六七八。九十", 10, 80, 3) == ("一二三四五六七", "八。九十")
    assert width("一二三", 13) == 39


def test_a_word_longer_than_the_line_is_broken_and_the_rest_is_cut_visibly() -> None:
    found = lines("x" * 200, 13, 100, 2)
    assert len(found) == 2 and found[-1].endswith("…")
    assert all(width(line, 13) <= 100 for line in found)


@given(st.text(max_size=80), st.integers(40, 400), st.integers(1, 3))
@example("0 ·000\U00011747", 40, 2)
def test_no_line_is_wider_than_its_room(text: str, room: int, most: int) -> None:
    found = lines(text, 13, room, most)
    assert 1 <= len(found) <= most
    assert all(width(line, 13) <= room for line in found)


@given(st.text(alphabet="ab -逾期。，", max_size=40))
def test_nothing_is_lost_where_there_is_room(text: str) -> None:
    found = lines(text, 13, 60, 99)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
