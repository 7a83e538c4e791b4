"""Registered texts and what is sent: variables of every registry, to the letter everywhere else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.messaging.template import parse
from parley.messaging.values import Kind, Placeholder
from parley.messaging.wording import (
    ANY,
    Wording,
    covers,
    filled,
    fits,
    read_wording,
    readings,
    spelled,
    unsigned,
    unsigned_reading,
)

TYPES = {
    "lender": Placeholder(Kind.WORDS),
    "amount": Placeholder(Kind.AMOUNT),
    "due_on": Placeholder(Kind.DATE),
    "count": Placeholder(Kind.COUNT),
    "page": Placeholder(Kind.WORDS),
    "per": Placeholder(Kind.CHOICE, ("month", "week")),
}
KNOWN = {"lender": "Example Card", "advice": "", "page": f"pay.example.com/{ANY}"}
WIDEST = {"amount": 13, "due_on": 12, "lender": 24, "count": 3, "page": 15}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Pay {#var#} by {#var#}.", ("var", "var")),
        ("Pay ${sum} by ${day}.", ("sum", "day")),
        ("Pay {1} by {2}.", ("1", "2")),
        ("Pay {{1}} by {{2}}.", ("1", "2")),
        ("Pay {a} by {b}.", ("a", "b")),
    ],
)
def test_each_registry_writes_variables_in_its_own_way(text: str, names: tuple[str, str]) -> None:
    assert read_wording(text) == Wording(("Pay ", " by ", "."), (40, 40), tuple((one,) for one in names))


def test_variables_that_touch_are_one_of_their_joint_width() -> None:
    assert read_wording("{#var#}{1} is due", 30) == Wording(("", " is due"), (60,), (("var", "1"),))
    assert read_wording("no variable") == Wording(("no variable",), (), ())
    assert not read_wording("{1} {2}").has_words


@pytest.mark.parametrize(
    ("registered", "sent", "is_it"),
    [
        ("Pay {1} by {2}.", "Pay $58.27 by Dec 5.", True),
        ("Pay {1} by {2}.", "Pay $58.27 by Dec 5!", False),
        ("Pay {1} by {2}.", "pay $58.27 by Dec 5.", False),
        ("Pay {1} by {2}.", "Pay  by Dec 5.", False),
        # A value may hold the words around it.
        ("Pay {1} by {2}.", "Pay 1 by 2 by 3.", True),
        ("Pay {1}.", "Pay " + "9" * 40 + ".", True),
        ("Pay {1}.", "Pay " + "9" * 41 + ".", False),
        ("【示例金融】应还{1}", "【示例金融】应还58.27元", True),
        ("【示例金融】应还{1}", "应还58.27元", False),
        ("Pay.", "Pay.", True),
        ("Pay.", "Pay. ", False),
        ("{1} is due", "is due", False),
        ("aa{1}aa", "aaa", False),
        # Each of two that touch holds something.
        ("Pay {1}{2}.", "Pay 5.", False),
        ("Pay {1}{2}.", "Pay 5$.", True),
    ],
)
def test_a_message_is_the_registered_text_or_it_is_not(registered: str, sent: str, is_it: bool) -> None:
    assert fits(read_wording(registered), sent) is is_it


PARTS = st.text("ab .", max_size=4)


@given(st.lists(PARTS, min_size=1, max_size=4), st.data())
def test_values_put_into_a_registered_text_fit_it(literals: list[str], data: st.DataObject) -> None:
    values = [data.draw(st.text("ab1", min_size=1, max_size=40)) for _ in literals[1:]]
    wording = read_wording("{1}".join(literals))
    sent = "".join(one for pair in zip(literals, [*values, ""], strict=True) for one in pair)
    assert fits(wording, sent)


REGISTERED = st.lists(st.sampled_from(["{1}", "{2}", "${name}", "a", "b", "ab", " "]), max_size=8).map("".join)
SENT = st.text("ab 1{}", max_size=24)


def put_back(registered: str, values: tuple[tuple[str, str], ...]) -> str:
    """Put *values* into the variables of a registered text, one after the other."""
    given = iter(values)
    return re.sub(r"\$?\{\w+\}", lambda _found: next(given)[1], registered)


@given(REGISTERED, SENT, st.integers(1, 6))
def test_values_are_told_exactly_where_a_text_fits_and_give_it_to_the_letter(
    registered: str, sent: str, longest: int
) -> None:
    wording = read_wording(registered, longest)
    values = filled(wording, sent)
    assert (values is not None) is fits(wording, sent)
    if values is not None:
        assert put_back(registered, values) == sent
        assert [name for name, _ in values] == re.findall(r"\w+", "".join(re.findall(r"\{\w+\}", registered)))
        assert all(1 <= len(value) <= longest for _, value in values)


@given(st.lists(st.sampled_from(["{1}", "${x}", "a", "ba"]), max_size=6), st.data())
def test_a_text_made_of_values_has_values_that_make_it(parts: list[str], data: st.DataObject) -> None:
    value = st.text("ab1", min_size=1, max_size=5)
    sent = "".join(data.draw(value) if "{" in part else part for part in parts)
    values = filled(read_wording("".join(parts), 5), sent)
    assert values is not None
    assert put_back("".join(parts), values) == sent


@pytest.mark.parametrize(
    ("registered", "sent", "values"),
    [
        ("您的${sum}于${day}到期", "您的58.27元于12月5日到期", (("sum", "58.27元"), ("day", "12月5日"))),
        ("Pay {1} by {2}.", "Pay 1 by 2 by 3.", (("1", "1 by 2"), ("2", "3"))),
        ("{1}{2}!", "123456789!", (("1", "1234567"), ("2", "89"))),
        ("{1}{2}!", "12!", (("1", "1"), ("2", "2"))),
        # No variable is left empty for the sake of a short value.
        ("{1}a{2}{3}", "xaab", (("1", "x"), ("2", "a"), ("3", "b"))),
        ("Pay.", "Pay.", ()),
        ("Pay {1}.", "Pay.", None),
    ],
)
def test_the_values_of_a_registered_text_have_their_names(
    registered: str, sent: str, values: tuple[tuple[str, str], ...] | None
) -> None:
    assert filled(read_wording(registered, 7), sent) == values


def test_a_carrier_that_signs_has_the_rest_of_a_text_registered() -> None:
    assert unsigned("【示例金融】应还58元") == "应还58元"
    assert unsigned("应还58元【示例金融】") == "应还58元【示例金融】"
    assert unsigned("【】应还") == "【】应还"
    types = {**TYPES, "page": Placeholder(Kind.WORDS)}
    for source, rest in [
        ("【{lender}】应还{amount}。", "应还{1}。"),
        ("【示例】{amount}", "{1}"),
        ("应还【{lender}】", "应还【Example Card】"),
        ("【{lender}", "【Example Card"),
    ]:
        (reading,) = readings(parse(source, types))
        assert spelled(unsigned_reading(reading), KNOWN, "{{{0}}}".format) == rest


def test_every_choice_of_a_template_is_a_text_of_its_own_and_one_name_chooses_once() -> None:
    template = parse("{per, select, month {each month} other {once}}: {amount}{per, select, month {} other {!}}", TYPES)
    texts = [spelled(one, KNOWN, "{{{0}}}".format) for one in readings(template)]
    assert texts == ["each month: {1}", "once: {1}!"]
    plural = parse("{count, plural, =1 {one of {amount}} other {# of {amount}}}", TYPES)
    assert [spelled(one, KNOWN, "{{{0}}}".format) for one in readings(plural)] == ["one of {1}", "{1} of {2}"]


@pytest.mark.parametrize(
    ("registered", "is_covered"),
    [
        ("Example Card: {#var#} is due on {#var#}.", True),
        # The lender's own words may be a variable too.
        ("{#var#}: {#var#} is due on {#var#}.", True),
        ("Example Card: {#var#} is due on {#var#}", False),
        ("Example Bank: {#var#} is due on {#var#}.", False),
        # A variable that takes in words of ours, or a word where we have a value.
        ("Example Card: {#var#}.", False),
        ("Example Card: {#var#} on {#var#}.", False),
        ("Example Card: $58.27 is due on {#var#}.", False),
        ("Example {#var#}: {#var#} is due on {#var#}.", False),
    ],
)
def test_a_template_is_covered_placeholder_by_variable(registered: str, is_covered: bool) -> None:
    (reading,) = readings(parse("{lender}: {amount} is due on {due_on}.", TYPES))
    assert covers(read_wording(registered), reading, KNOWN, WIDEST) is is_covered


@pytest.mark.parametrize(
    ("text", "longest", "is_covered"),
    [
        ("Example Card: {1} is due on {2}.", 13, True),
        # A date is never longer than 12, an amount may be.
        ("Example Card: {1} is due on {2}.", 12, False),
        # The lender's own words are as long as they are.
        ("{1}: {2} is due on {3}.", 13, True),
        ("{1}: {2} is due on {3}.", 11, False),
    ],
)
def test_a_variable_does_not_cover_what_may_be_longer_than_it(text: str, longest: int, is_covered: bool) -> None:
    (reading,) = readings(parse("{lender}: {amount} is due on {due_on}.", TYPES))
    assert covers(read_wording(text, longest), reading, KNOWN, WIDEST) is is_covered


@pytest.mark.parametrize(
    ("text", "longest", "is_covered"),
    [
        ("Pay on pay.example.com/{1}.", 15, True),
        ("Pay on pay.example.com/{1}.", 14, False),
        ("Pay on {1}.", 31, True),
        ("Pay on {1}.", 30, False),
        # As nobody gets it.
        ("Pay on pay.example.com.", 40, False),
        ("Pay on pay.example.com{1}.", 40, False),
    ],
)
def test_an_address_that_ends_for_each_borrower_in_another_way_needs_a_variable_there(
    text: str, longest: int, is_covered: bool
) -> None:
    (reading,) = readings(parse("Pay on {page}.", TYPES))
    assert covers(read_wording(text, longest), reading, KNOWN, WIDEST) is is_covered
    assert spelled(reading, KNOWN, "{{{0}}}".format) == "Pay on pay.example.com/{1}."


def test_what_a_place_lacks_takes_no_room() -> None:
    types = {**TYPES, "advice": Placeholder(Kind.WORDS)}
    (reading,) = readings(parse("Advice: {advice}.", types))
    assert covers(read_wording("Advice: {1}.", 1), reading, KNOWN, {**WIDEST, "advice": 45})
    assert not covers(read_wording("Advice: {1}.", 1), reading, {}, {**WIDEST, "advice": 45})


def test_placeholders_that_touch_may_be_one_variable() -> None:
    (reading,) = readings(parse("{amount}{due_on}!", TYPES))
    assert covers(read_wording("{#var#}{#var#}!"), reading, KNOWN, WIDEST)
    assert covers(read_wording("{#var#}!"), reading, KNOWN, WIDEST)
