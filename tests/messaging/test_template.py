from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.locale import Language
from parley.messaging.template import (
    DEEPEST_NESTING,
    LONGEST_SOURCE_CHARS,
    Fault,
    TemplateError,
    names_certain,
    names_used,
    parse,
    render,
)
from parley.messaging.values import Kind, Placeholder, Value
from parley.money import Money

TYPES = {
    "amount": Placeholder(Kind.AMOUNT),
    "due_on": Placeholder(Kind.DATE),
    "n": Placeholder(Kind.COUNT),
    "rate": Placeholder(Kind.RATE),
    "agent": Placeholder(Kind.WORDS, limit=20),
    "kind": Placeholder(Kind.CHOICE, choices=("card", "loan", "other_thing")),
}
VALUES: dict[str, Value] = {
    "amount": Money(124000, "USD"),
    "due_on": date(2026, 12, 5),
    "n": 2,
    "rate": 1200,
    "agent": "Dana",
    "kind": "card",
}


def say(source: str, language: Language = Language.EN, **values: Value) -> str:
    return render(parse(source, TYPES), {**VALUES, **values}, language, date(2026, 11, 23))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", ""),
        ("{agent}: {amount} on {due_on}", "Dana: $1,240.00 on Dec 5"),
        ("{ agent }", "Dana"),
        ("don't, it''s", "don't, it's"),
        ("'{agent}' and '{'it''s'}'", "{agent} and {it's}"),
        ("5 o'clock {n, plural, one {# day} other {# days '#'}}", "5 o'clock 2 days #"),
        ("# {n, plural, other {'{#}' #}}", "# {#} 2"),
        ("{kind, select, card {a {kind, select, card {blue} other {red}} card} other {}}", "a blue card"),
        ("{n, plural,\n =2 {two}\n one {one}\n other {many}\n}", "two"),
    ],
)
def test_what_a_template_says(source: str, message: str) -> None:
    assert say(source) == message


@pytest.mark.parametrize(("count", "text"), [(0, "0 days"), (1, "1 day"), (2, "2 days"), (1000, "1,000 days")])
def test_plural_follows_the_language(count: int, text: str) -> None:
    source = "{n, plural, one {# day} other {# days}}"
    assert say(source, n=count) == text
    assert say("{n, plural, one {一} other {#天}}", Language.ZH_HANS, n=1) == "1天"


def test_a_choice_without_its_own_branch_takes_other() -> None:
    assert say("{kind, select, card {card} other {account}}", kind="loan") == "account"


@pytest.mark.parametrize(
    ("source", "fault", "position"),
    [
        ("Dear {nmae}", Fault.UNKNOWN_PLACEHOLDER, 6),
        ("{kind}", Fault.WRONG_KIND, 1),
        ("{agent, plural, other {}}", Fault.WRONG_KIND, 1),
        ("{n, select, other {}}", Fault.WRONG_KIND, 1),
        ("{n, number}", Fault.UNKNOWN_FORM, 4),
        ("{n, plural, one {#}}", Fault.MISSING_OTHER, 0),
        ("{kind, select, card {}}", Fault.MISSING_OTHER, 0),
        ("{kind, select, house {} other {}}", Fault.BAD_SELECTOR, 15),
        ("{n, plural, several {} other {}}", Fault.BAD_SELECTOR, 12),
        ("{n, plural, other {} other {}}", Fault.BAD_SELECTOR, 21),
        ("{n, plural, offset:1 other {}}", Fault.BAD_SELECTOR, 12),
        ("pay {agent", Fault.UNBALANCED_BRACE, 4),
        ("pay {", Fault.UNBALANCED_BRACE, 4),
        ("pay } now", Fault.UNBALANCED_BRACE, 4),
        ("{n, plural, other {days}", Fault.UNBALANCED_BRACE, 0),
        ("{n, plural, other {days", Fault.UNBALANCED_BRACE, 18),
        ("say '{agent}", Fault.UNCLOSED_QUOTE, 4),
        ("{}", Fault.BAD_SYNTAX, 1),
        ("{agent.__class__}", Fault.BAD_SYNTAX, 6),
        ("{agent!r}", Fault.BAD_SYNTAX, 6),
        ("{n, plural other {}}", Fault.BAD_SYNTAX, 11),
        ("pay \u202enow", Fault.CONTROL_CHARACTER, 4),
        ("pay \u2066now", Fault.CONTROL_CHARACTER, 4),
        ("pay\x00", Fault.CONTROL_CHARACTER, 3),
        ("pay\ue000", Fault.CONTROL_CHARACTER, 3),
        ("{n}" * 101, Fault.TOO_MANY, 300),
        ("{n, plural, other {" + "#" * 101 + "}}", Fault.TOO_MANY, 118),
        ("a" * (LONGEST_SOURCE_CHARS + 1), Fault.TOO_LONG, LONGEST_SOURCE_CHARS),
    ],
)
def test_a_wrong_template_is_refused_at_its_place(source: str, fault: Fault, position: int) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(source, TYPES)
    assert (caught.value.fault, caught.value.position) == (fault, position)
    assert str(position + 1) in caught.value.en
    assert str(position + 1) in caught.value.zh


def test_nesting_has_a_limit() -> None:
    def nested(levels: int) -> str:
        return "{n, plural, other {" * levels + "}}" * levels

    parse(nested(DEEPEST_NESTING), TYPES)
    with pytest.raises(TemplateError) as caught:
        parse(nested(DEEPEST_NESTING + 1), TYPES)
    assert caught.value.fault is Fault.TOO_DEEP


def outcome(source: str) -> str | TemplateError:
    try:
        return say(source)
    except TemplateError as error:
        return error


SHARDS = [*"{ } ' '' # n kind agent , plural select other one 还 =1 x".split(), " "]


@given(st.lists(st.sampled_from(SHARDS), max_size=300).map("".join))
def test_a_hostile_template_raises_only_its_own_error_or_renders_bounded(source: str) -> None:
    result = outcome(source)
    if isinstance(result, TemplateError):
        assert 0 <= result.position <= len(source)
    else:
        assert len(result) <= 20 * LONGEST_SOURCE_CHARS


@given(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=200))
def test_quoted_text_comes_out_as_it_went_in(text: str) -> None:
    quoted = text.replace("'", "''")
    assert say(f"'{{{quoted}}}'") == f"{{{text}}}"


@pytest.mark.parametrize(
    "values",
    [
        {"agent": ""},
        {"agent": "  "},
        {"agent": "D" * 21},
        {"agent": "Da\nna"},
        {"agent": "Da\u202ena"},
        {"agent": 5},
        {"amount": "$5"},
        {"amount": 5},
        {"n": True},
        {"n": -1},
        {"rate": "12%"},
        {"due_on": "2026-12-05"},
        {"kind": "house"},
    ],
)
def test_a_value_that_does_not_fit_is_a_defect(values: dict[str, Value]) -> None:
    (name,) = values
    source = "{kind, select, other {}}" if name == "kind" else f"{{{name}}}"
    with pytest.raises(AssertionError):
        render(parse(source, TYPES), {**VALUES, **values}, Language.EN, date(2026, 11, 23))


def test_a_missing_value_is_a_defect_and_never_a_blank() -> None:
    with pytest.raises(AssertionError, match="agent"):
        render(parse("Dear {agent},", TYPES), {}, Language.EN, date(2026, 11, 23))


def test_a_defect_does_not_repeat_the_value() -> None:
    with pytest.raises(AssertionError) as caught:
        say("{agent}", agent="Secret Name Of Somebody Long")
    assert "Secret" not in str(caught.value)


def test_names_certain_are_those_shown_in_every_branch() -> None:
    nodes = parse("{agent} {kind, select, card {{amount} {n}} other {{amount}}}", TYPES).nodes
    assert names_certain(nodes) == {"agent", "amount"}
    assert names_used(nodes) == {"agent", "amount", "kind", "n"}
