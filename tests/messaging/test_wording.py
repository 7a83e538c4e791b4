"""Registered texts and what is sent: variables of every registry, to the letter everywhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.messaging.template import parse
from parley.messaging.values import Kind, Placeholder
from parley.messaging.wording import Wording, covers, fits, read_wording, readings, spelled

TYPES = {
    "lender": Placeholder(Kind.WORDS),
    "amount": Placeholder(Kind.AMOUNT),
    "due_on": Placeholder(Kind.DATE),
    "count": Placeholder(Kind.COUNT),
    "per": Placeholder(Kind.CHOICE, ("month", "week")),
}
KNOWN = {"lender": "Example Card", "advice": ""}


@pytest.mark.parametrize(
    "text",
    [
        "Pay {#var#} by {#var#}.",
        "Pay ${sum} by ${day}.",
        "Pay {1} by {2}.",
        "Pay {{1}} by {{2}}.",
        "Pay {a} by {b}.",
    ],
)
def test_each_registry_writes_variables_in_its_own_way(text: str) -> None:
    assert read_wording(text) == Wording(("Pay ", " by ", "."), (40, 40))


def test_variables_that_touch_are_one_of_their_joint_width() -> None:
    assert read_wording("{#var#}{#var#} is due", 30) == Wording(("", " is due"), (60,))
    assert read_wording("no variable") == Wording(("no variable",), ())
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
    assert covers(read_wording(registered), reading, KNOWN) is is_covered


def test_placeholders_that_touch_may_be_one_variable() -> None:
    (reading,) = readings(parse("{amount}{due_on}!", TYPES))
    assert covers(read_wording("{#var#}{#var#}!"), reading, KNOWN)
    assert covers(read_wording("{#var#}!"), reading, KNOWN)
