from __future__ import annotations

import re

import pytest

from parley.contact.number_lookup import LineType
from parley.contact.routes import (
    Health,
    NoRoute,
    Routes,
    country_of,
    read_routes,
    read_test_numbers,
    single,
    takes_no_texts,
)
from parley.errors import BadInput
from parley.ids import Msisdn
from parley.locale import Language
from parley.purpose import Purpose

FILE = """
[[route]]
name = "dear"
kind = "infobip"
countries = ["GB", "IE"]
cost_per_segment_micro = 45000
[route.with]
base_url = "https://x1.api.infobip.com"
pool = 8

[[route]]
name = "cheap"
kind = "twilio"
countries = ["GB"]
purposes = ["reminder", "servicing"]
cost_per_segment_micro = 30000
per_second = 20

[[route]]
name = "jersey"
kind = "smpp"
countries = ["JE"]
prefixes = ["+447797"]
languages = ["en"]
cost_per_segment_micro = 9000

[[budget]]
prefix = "+44"
per_hour = 1000
[[budget]]
prefix = "+447700"
per_hour = 10
"""
LONDON, DUBLIN, JERSEY = Msisdn("+447400123456"), Msisdn("+353850123456"), Msisdn("+447797812345")


@pytest.fixture(scope="module")
def routes() -> Routes:
    return read_routes(FILE.encode())


def names(
    routes: Routes,
    number: Msisdn,
    purpose: Purpose = Purpose.REMINDER,
    language: Language = Language.EN,
    health: dict[str, Health] | None = None,
    full: tuple[str, ...] = (),
) -> list[str] | NoRoute:
    found = routes.candidates(routes.to(number, purpose, language), health or {}, full)
    return found if isinstance(found, NoRoute) else [line.name for line in found]


def test_the_cheapest_route_that_serves_country_purpose_and_language_is_first(routes: Routes) -> None:
    assert names(routes, LONDON) == ["cheap", "dear"]
    assert names(routes, LONDON, Purpose.PROMOTION) == ["dear"]
    assert names(routes, DUBLIN) == ["dear"]
    assert names(routes, JERSEY) == ["jersey"]


def test_what_nobody_serves_is_not_sent(routes: Routes) -> None:
    assert names(routes, Msisdn("+33612345678")) is NoRoute.COUNTRY
    assert names(routes, JERSEY, language=Language.ZH_HANS) is NoRoute.NOT_CARRIED
    assert names(routes, Msisdn("+999123456789")) is NoRoute.TAKES_NO_TEXTS


@pytest.mark.parametrize(
    "number",
    ["+449098790123", "+448431234567", "+448001234567", "+442079460000", "+447600123456", "+19002345678", "garbage"],
    ids=["premium", "shared cost", "toll free", "landline", "pager", "premium US", "none"],
)
def test_numbers_that_take_no_texts_or_make_somebody_rich_are_refused(routes: Routes, number: str) -> None:
    assert takes_no_texts(Msisdn(number))
    assert names(routes, Msisdn(number)) is NoRoute.TAKES_NO_TEXTS


def test_health_goes_before_cost_and_a_route_that_is_down_is_not_asked(routes: Routes) -> None:
    assert names(routes, LONDON, health={"cheap": Health.POOR}) == ["dear", "cheap"]
    assert names(routes, LONDON, health={"cheap": Health.DOWN}) == ["dear"]
    assert names(routes, LONDON, health={"cheap": Health.DOWN, "dear": Health.DOWN}) is NoRoute.DOWN


def test_a_text_waits_for_a_full_route_rather_than_go_by_a_dearer_one(routes: Routes) -> None:
    assert names(routes, LONDON, full=("cheap",)) is NoRoute.FULL
    assert names(routes, LONDON, full=("dear",)) == ["cheap"]


def test_a_message_counts_for_the_longest_prefix(routes: Routes) -> None:
    budgets = [routes.budget_of(Msisdn(number)) for number in ("+447700900123", "+447400123456", "+353850123456")]
    assert [one.per_hour if one is not None else None for one in budgets] == [10, 1000, None]


def test_a_route_holds_the_keys_of_its_kind_with_their_lines(routes: Routes) -> None:
    assert routes.lines[0].given == {"base_url": ("https://x1.api.infobip.com", 8), "pool": ("8", 9)}


def test_rules_are_asked_for_the_kinds_that_may_carry_a_text(routes: Routes) -> None:
    assert routes.kinds("GB-ENG", Purpose.REMINDER) == ("twilio", "infobip")
    assert routes.kinds("IE", Purpose.PROMOTION) == ("infobip",)
    assert routes.kinds("FR", Purpose.REMINDER) == ()


def test_a_line_that_a_look_up_found_takes_no_text_gets_none_whatever_its_number_says(routes: Routes) -> None:
    for line in (LineType.LANDLINE, LineType.PREMIUM, LineType.OTHER):
        for each in (routes, single("sandbox", 1)):
            to = each.to(LONDON, Purpose.REMINDER, Language.EN, line=line)
            assert each.candidates(to, {}) is NoRoute.TAKES_NO_TEXTS
    mobile = routes.to(LONDON, Purpose.REMINDER, Language.EN, line=LineType.MOBILE)
    assert not isinstance(routes.candidates(mobile, {}), NoRoute)


def test_a_route_of_one_network_carries_what_a_look_up_found_there_wherever_the_number_came_from() -> None:
    own = FILE.replace('prefixes = ["+447797"]', 'networks = ["234-50"]').replace('["JE"]', '["GB"]')
    routes = read_routes(own.encode())

    def best(network: str) -> str:
        found = routes.candidates(routes.to(LONDON, Purpose.REMINDER, Language.EN, network), {})
        assert not isinstance(found, NoRoute)
        return found[0].name

    assert [best("234-50"), best("234-10"), best("")] == ["jersey", "cheap", "cheap"]


def test_one_route_for_everything_asks_nothing_of_a_number() -> None:
    routes = single("sandbox", 7900)
    assert names(routes, Msisdn("+12025550001")) == ["sandbox"]
    assert routes.kinds("IN", Purpose.PROMOTION) == ("sandbox",)


def test_the_country_is_that_of_the_plan() -> None:
    assert [country_of(each) for each in (LONDON, JERSEY, Msisdn("+14165550123"), Msisdn("+8613800138000"))] == [
        "GB",
        "JE",
        "CA",
        "CN",
    ]


@pytest.mark.parametrize(
    ("changed", "line", "words"),
    [
        (('name = "cheap"', 'name = "dear"'), 12, "given twice"),
        (('name = "cheap"', 'name = "Cheap route"'), 12, "small letters"),
        (('countries = ["GB"]', 'countries = ["all"]'), 14, "name the countries"),
        (('countries = ["GB"]', ""), 11, "name the countries"),
        (('["reminder", "servicing"]', '["reminder", "spam"]'), 15, "spam"),
        (("per_second = 20", "per_second = -1"), 17, "0 to 10000"),
        (("pool = 8", "pool = 8.5"), 9, "whole number"),
        (('prefixes = ["+447797"]', 'prefixes = ["7797"]'), 23, "prefix is"),
        (('prefixes = ["+447797"]', 'networks = ["O2"]'), 23, "network is"),
        (('prefix = "+44"', 'prefix = "44"'), 28, "prefix is"),
        (("per_hour = 10\n", "per_hour = 0\n"), 32, "1 to"),
        (("cost_per_segment_micro = 9000", "price = 9000"), 19, "cost_per_segment_micro"),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused_with_its_line(
    changed: tuple[str, str], line: int, words: str
) -> None:
    assert changed[0] in FILE
    with pytest.raises(BadInput, match=f"routes.toml, line {line}: .*{words}"):
        read_routes(FILE.replace(*changed).encode())


def test_a_file_without_a_route_is_refused() -> None:
    with pytest.raises(BadInput, match="names no"):
        read_routes(b"")


LISTED = '[[test_number]]\nnumber = "+447400123456"\nowner = "Dana 丹娜"\n'


def test_numbers_for_test_messages_are_read_with_whose_they_are_and_without_any_route() -> None:
    (one,) = read_routes((FILE + LISTED).encode()).test_numbers
    assert (one.number, one.owner) == (LONDON, "Dana 丹娜")
    assert read_test_numbers(LISTED.encode()) == (one,)
    assert read_test_numbers(b"") == ()
    assert "+447400123456" not in repr(one)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("+447400123456", "07400123456", "line 2: number is a mobile number"),
        # A fixed line, and one that makes somebody rich.
        ("+447400123456", "+442079460000", "line 2: number is a mobile number"),
        ("+447400123456", "+449098790000", "line 2: number is a mobile number"),
        ("Dana 丹娜", "", "line 3: owner is"),
        ("Dana 丹娜", "x" * 61, "line 3: owner is"),
        ('owner = "Dana 丹娜"\n', "", "owner is missing"),
        ('owner = "Dana 丹娜"\n', 'owner = "Dana 丹娜"\nname = "x"\n', "name"),
        (LISTED, LISTED + LISTED, "is given twice"),
    ],
)
def test_a_number_for_tests_that_cannot_be_is_refused_and_not_repeated(old: str, new: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        read_test_numbers(LISTED.replace(old, new).encode())
    assert not re.search(r"\d{6}", caught.value.en + caught.value.zh)


def test_a_route_reaches_the_numbers_of_its_countries_and_prefixes(routes: Routes) -> None:
    found = [[line.name for line in routes.lines if line.reaches(one)] for one in (LONDON, DUBLIN, JERSEY)]
    assert found == [["dear", "cheap"], ["dear"], ["jersey"]]
    assert single("sandbox", 0).lines[0].reaches(LONDON)
