"""Pictures: named and described, as high as their content, honest where there is little or nothing."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise

import pytest

from parley.locale import Language
from parley.web.charts.bars import bars
from parley.web.charts.drawing import Frame
from parley.web.charts.figure import Form, figure
from parley.web.charts.heat import heat
from parley.web.charts.lines import drawn_lines
from parley.web.charts.measure import width
from parley.web.charts.table import Cell, Column, Number, Row, Table, share

FRAME = Frame("n", "Messages", "What it shows.")
LONG = "a label of a length that nobody who writes codes for reasons would have thought of, and then some"
CHINESE = "保留对照组中既未回复也未还款并且其间更换过号码的借款人所在的账户"


def table(*rows: tuple[str, tuple[int | None, ...]], columns: tuple[Column, ...] = (Column("count", tone=1),)) -> Table:
    cells = tuple(Row(label, tuple(None if n is None else Number(n) for n in values)) for label, values in rows)
    return Table("row", columns, cells)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own markup


def texts(root: ET.Element, kind: str) -> list[str]:
    return [one.text or "" for one in root.iter("text") if one.get("class") == kind]


def share_of(value: str | None) -> float:
    assert value is not None and value.endswith("%")
    return float(value[:-1])


def week(values: dict[tuple[int, int], int]) -> Table:
    columns = tuple(Column(f"{hour:02d}", tone=1) for hour in range(24))
    rows = tuple(Row(f"d{day}", tuple(Number(values.get((day, hour), 0)) for hour in range(24))) for day in range(7))
    return Table("day", columns, rows)


DAYS = table(("Nov 1", (5,)), ("Nov 2", (0,)), ("Nov 3", (9,)))


def drawings() -> Iterator[str]:
    yield bars(table(("x", (3,)), ("y", (0,))), FRAME, Language.EN)
    yield drawn_lines(DAYS, FRAME, Language.EN)
    yield heat(week({(1, 9): 4}), FRAME, Language.EN)


def test_every_picture_is_an_image_with_title_and_description() -> None:
    for svg in drawings():
        root = parsed(svg)
        ids = {one.get("id"): one.text for one in root}
        assert root.get("role") == "img"
        assert ids[root.get("aria-labelledby", "")] == "Messages"
        assert ids[root.get("aria-describedby", "")] == "What it shows."
        assert "style=" not in svg and "<script" not in svg and "href" not in svg


def test_no_two_texts_of_bars_overlap() -> None:
    root = parsed(bars(table((LONG, (12345,)), (CHINESE, (7,)), ("x", (0,))), FRAME, Language.EN))
    placed = [one for one in root.iter("text") if one.get("class") in {"label", "value"}]
    by_line: dict[int, int] = {}
    for one in placed:
        by_line[int(one.get("y", "0"))] = by_line.get(int(one.get("y", "0")), 0) + width(one.text or "", 13)
    assert max(by_line.values()) <= 296
    ys = sorted(by_line)
    assert all(after - before >= 13 for before, after in pairwise(ys))
    assert ys[-1] < int(root.get("height", "0"))


def test_bars_are_as_long_as_their_figures_and_a_little_one_is_seen() -> None:
    root = parsed(bars(table(("a", (1000,)), ("b", (500,)), ("c", (1,)), ("d", (0,))), FRAME, Language.EN))
    found = [share_of(one.get("width")) for one in root.iter("rect")]
    assert found == [100, 50, 0.5]


def test_parts_of_a_bar_stand_one_after_the_other() -> None:
    columns = (Column("sent", tone=1), Column("failed", tone=7), Column("share"))
    root = parsed(bars(table(("a", (30, 10, None)), columns=columns), FRAME, Language.EN))
    tones = [one for one in root.iter("rect") if "tone" in (one.get("class") or "")]
    assert [(one.get("x"), one.get("width")) for one in tones] == [("0%", "75%"), ("75%", "25%")]
    assert texts(root, "value") == ["40"]


def test_a_bar_of_an_estimate_shows_how_far_chance_reaches() -> None:
    columns = (Column("cured", tone=1, low=1, high=2), Column("low"), Column("high"))
    cells: tuple[Cell, ...] = (share(1, 10), share(1, 50), share(2, 5))
    root = parsed(bars(Table("arm", columns, (Row("a", cells),)), FRAME, Language.EN))
    reach = next(one for one in root.iter("line") if one.get("class") == "reach")
    assert (reach.get("x1"), reach.get("x2")) == ("5%", "100%")
    assert texts(root, "tick") == ["0%", "10%", "20%", "30%", "40%"]


def test_a_line_is_broken_where_there_is_no_figure() -> None:
    root = parsed(drawn_lines(table(("a", (5,)), ("b", (None,)), ("c", (0,)), ("d", (10,))), FRAME, Language.EN))
    line = next(one for one in root.iter("path") if "line" in (one.get("class") or ""))
    assert re.sub(r"[\d,]+", "", line.get("d", "")) == "M M L"
    assert len(list(root.iter("circle"))) == 3


def test_a_band_lies_between_its_edges() -> None:
    columns = (Column("kept", tone=1, low=1, high=2), Column("low"), Column("high"))
    root = parsed(drawn_lines(table(("a", (5, 4, 10)), ("b", (6, 5, 8)), columns=columns), FRAME, Language.EN))
    band = next(one for one in root.iter("path") if "band" in (one.get("class") or ""))
    assert band.get("d") == "M0,0 L10000,2000 L10000,5000 L0,6000Z"


@pytest.mark.parametrize("days", [1, 2, 31, 366])
def test_lines_of_any_length_name_first_and_last_day(days: int) -> None:
    many = table(*((f"day {n}", (n,)) for n in range(days)))
    root = parsed(drawn_lines(many, FRAME, Language.EN))
    named = [text for text in texts(root, "tick") if text.startswith("day")]
    assert named[0] == "day 0" and named[-1] == f"day {days - 1}" and len(named) <= 4
    assert bool(list(root.iter("circle"))) == (days <= 62)


def test_the_map_deepens_with_the_count_and_hatches_closed_hours() -> None:
    root = parsed(
        heat(week({(0, 9): 1, (1, 9): 30, (2, 9): 100}), FRAME, Language.EN, closed={(day, 22) for day in range(7)})
    )
    kinds = [one.get("class") or "" for one in root.iter("rect")]
    assert (kinds.count("cell h1"), kinds.count("cell h4"), kinds.count("cell h5")) == (1, 1, 1)
    assert kinds.count("cell h0") == 7 * 24 - 3
    assert kinds.count("closed") == 7


@pytest.mark.parametrize("form", [Form.BARS, Form.LINES, Form.HEAT])
@pytest.mark.parametrize("language", list(Language))
def test_nothing_to_show_is_said_in_words(form: Form, language: Language) -> None:
    empty = Table("a", (Column("b", tone=1),), ())
    zero = week({}) if form is Form.HEAT else table(("x", (0,)))
    words = {Language.EN: "Nothing to show", Language.ZH_HANS: "暂无", Language.ZH_HANT: "暫無"}[language]
    found = [figure("n", "t", nothing, form, language, csv="/x.csv") for nothing in (empty, zero)]
    assert all(words in html and "<svg" not in html for html in found)
    assert ["<table" in html for html in found] == [False, True], "the zeros stand in the table"


def test_beside_each_picture_stand_its_table_and_its_file() -> None:
    html = figure(
        "n", "Messages", table(("x", (1234,))), Form.BARS, Language.EN, csv="/reports/x.csv", file_name="x.csv"
    )
    order = [html.index(part) for part in ("<svg", "<table", 'href="/reports/x.csv"')]
    assert order == sorted(order)
    assert html.count("1,234") >= 3, "in the picture, its description and the table"
