"""What a template takes: at worst by its tree, and over rows."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from parley.locale import Language
from parley.messaging.carriage import CARRIAGES
from parley.messaging.segments import Encoding, measure
from parley.messaging.size import Spread, joined, shape_of, spread, worst_case
from parley.messaging.template import parse, render
from parley.messaging.values import Kind, Placeholder, Value
from parley.money import Money
from tests.messaging.test_catalogue import CATALOGUE, placeholders, typical, worst

TODAY = date(2026, 11, 23)
TYPES = {
    "amount": Placeholder(Kind.AMOUNT),
    "due_on": Placeholder(Kind.DATE),
    "n": Placeholder(Kind.COUNT),
    "rate": Placeholder(Kind.RATE),
    "agent": Placeholder(Kind.WORDS, limit=10),
    "kind": Placeholder(Kind.CHOICE, choices=("card", "loan")),
}
EN, HANS = Language.EN, Language.ZH_HANS


def worst_text(source: str, language: Language = EN, currencies: tuple[str, ...] = ("USD",), **words: str) -> str:
    return worst_case(parse(source, TYPES), words, language, currencies, TODAY).text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{amount}", "$9,999,999.99"),
        ("{due_on} {n} {rate}", "Jan 28, 2027 360 99.99%"),
        ("{agent}", "WWWWWWWWWW"),
        ("{kind, select, card {a} other {long}} {kind, select, card {much longer} other {b}}", "a much longer"),
        ("{n, plural, one {# day} other {# days}}", "360 days"),
    ],
)
def test_the_worst_is_the_longest_way_with_the_widest_values(source: str, text: str) -> None:
    assert worst_text(source) == text


def test_words_that_are_known_are_as_long_as_they_are_and_what_a_place_lacks_is_not_said() -> None:
    assert worst_text("{agent}", agent="Dana") == "Dana"
    assert worst_text("{agent}", HANS) == "字" * 10
    source = "x{kind, select, card { {agent} and more} other {}}"
    assert (worst_text(source, agent="Dana"), worst_text(source, agent="")) == ("x Dana and more", "x")


def test_the_widest_currency_counts_and_decimals_are_its_own() -> None:
    assert worst_text("{amount}", currencies=("USD", "CHF", "EUR")[::2]) == "9,999,999.99 EUR"
    assert worst_text("{amount}", currencies=("JPY",)) == "9,999,999 JPY"


def test_one_way_in_ucs2_may_be_worse_than_a_longer_one_in_gsm7() -> None:
    found = worst_case(parse(f"{{kind, select, card {{{'a' * 160}}} other {{{'字' * 71}}}}}", TYPES), {}, EN, (), TODAY)
    assert (found.segments.encoding, found.segments.count, found.ways) == (Encoding.UCS2, 2, 2)


def test_a_route_without_gsm7_counts_letters_as_han() -> None:
    template = parse("a" * 100, TYPES)
    counts = [worst_case(template, {}, EN, (), TODAY, CARRIAGES[one]).segments.count for one in ("standard", "china")]
    assert counts == [1, 2]


@pytest.mark.parametrize("language", list(Language))
def test_no_message_of_the_catalogue_is_longer_than_its_worst(language: Language) -> None:
    for key, entry in CATALOGUE.entries.items():
        template = CATALOGUE.texts[key, language]
        most = worst_case(template, {}, language, ("USD", "CNY", "TWD"), TODAY).segments.count
        for values in (typical(entry, language), worst(entry, language)[0]):
            assert CATALOGUE.render(key, language, values, today=TODAY).segments.count <= most


def test_rows_are_counted_by_their_segments_and_priced() -> None:
    template = parse("a" * 150 + "{amount}", TYPES)
    rows = [({"amount": Money(minor, "USD")}, count) for minor, count in ((5_00, 3), (123_456_78, 1), (9_99, 2))]
    found = spread(template, rows, EN, TODAY)
    assert found.by_count == ((1, 5), (2, 1))
    assert (found.least, found.median, found.most, found.rows, found.segments, found.ucs2) == (1, 1, 2, 6, 7, 0)
    assert found.cost_micro(7_900) == 55_300
    both = joined([found, Spread(((2, 5), (4, 1)), 6)])
    assert (both.by_count, both.median, both.ucs2) == (((1, 5), (2, 6), (4, 1)), 2, 6)


def test_no_rows_are_no_segments_and_cost_nothing() -> None:
    empty = spread(parse("a", TYPES), [], EN, TODAY)
    assert (empty.least, empty.median, empty.most, empty.rows, empty.cost_micro(7_900)) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("language", list(Language))
def test_values_of_one_shape_read_in_as_many_units(language: Language) -> None:
    draw = Random(5)
    template = parse("{amount} {due_on}", TYPES)
    sizes: dict[object, int] = {}
    for _ in range(400):
        money = Money(draw.randrange(10 ** draw.randrange(1, 9)), "USD")
        day = date(draw.choice((2026, 2027)), draw.randrange(1, 13), draw.randrange(1, 29))
        values: dict[str, Value] = {"amount": money, "due_on": day}
        units = measure(render(template, values, language, TODAY)).units
        assert sizes.setdefault((shape_of(money, TODAY), shape_of(day, TODAY)), units) == units


def test_every_kind_has_a_widest_value() -> None:
    entry = CATALOGUE.entry("offer.parts_three")
    assert {one.kind for one in placeholders(entry).values()} >= {Kind.FIGURE, Kind.RATE, Kind.DATE, Kind.COUNT}
    text = worst_case(CATALOGUE.texts["offer.parts_three", EN], {}, EN, ("USD",), TODAY).text
    assert "9,999,999.99" in text
    assert "Jan 28, 2027" in text
