"""The lint sees what is wrong: each test takes one thing out of a rulebook that has nothing wrong with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from parley.contact.lint import Finding, lint, places_of
from parley.contact.rule_cases import RuleCase, read_rule_cases
from parley.errors import BadInput
from parley.rulebook.load import JURISDICTIONS, load_rulebook
from parley.run.library import build_words

PLACES = b"""
[[jurisdiction]]
code = "*"
folder = "lender/policy"
name = { en = "Lender", zh = "\xe6\x9c\xba\xe6\x9e\x84" }

[[jurisdiction]]
code = "US"
folder = "us/federal"
name = { en = "United States", zh = "\xe7\xbe\x8e\xe5\x9b\xbd" }
"""
HEAD = "known_from = 2026-11-23\n"
RULE = """
[[rule]]
id = "{id}"
kind = "{kind}"
layer = "law"
status = "in_force"
actors = ["all"]
purposes = ["collection"]
channels = ["sms"]
valid_from = 2020-01-06
citation = "Act 1"
confidence = "memory"
text = {{ en = "One.", zh = "一。" }}
params = {params}
"""
HOURS = RULE.format(id="h", kind="hours", params='{ open = { "Mon-Sun" = ["08:00", "21:00"] }, zone = "all_known" }')
CAP = RULE.format(id="c", kind="frequency", params="{ max = 2, window_days = 7 }")
GIVEN = (
    '{ jurisdiction = "US", actor = "original_creditor", purpose = "collection", channel = "sms", '
    'debtor = { timezones = ["America/New_York"], flags = [] } }'
)
SENT = '{{ at = "2026-11-{day}T10:00-05:00", channel = "sms", direction = "out", purpose = "collection" }}'


def _case(name: str, expect: str, now: str, *history: str) -> str:
    given = f'{{ now = "{now}-05:00", history = [{", ".join(history)}] }}'
    return f'[[rule.case]]\nname = "{name}"\nexpect = "{expect}"\ngiven = {given}\n'


def _cases_of(rule_id: str, *cases: str) -> str:
    return f'[[rule]]\nid = "{rule_id}"\ngiven = {GIVEN}\n' + "".join(cases)


HOUR_CASES = {
    "before it opens": _case("before it opens", "refuse", "2026-11-23T07:59"),
    "it opens": _case("it opens", "allow", "2026-11-23T08:00"),
    "before it closes": _case("before it closes", "allow", "2026-11-23T20:59"),
    "it closes": _case("it closes", "refuse", "2026-11-23T21:00"),
    "the day it begins": _case("first day", "refuse", "2020-01-06T22:00"),
    "the day before it begins": _case("day before", "allow", "2020-01-05T22:00"),
}
SOME = tuple(SENT.format(day=day) for day in (22, 23))
LEFT = tuple(SENT.format(day=day) for day in (15, 16))
OLD = tuple(one.replace("2026-11-2", "2020-01-0").replace("-03T", "-06T").replace("-02T", "-05T") for one in SOME)
CAP_CASES = {
    "1 contacts": _case("one", "allow", "2026-11-23T12:00", SOME[0]),
    "2 contacts": _case("two", "refuse", "2026-11-23T12:00", *SOME),
    "one has left the window": _case("left", "allow", "2026-11-23T12:00", *LEFT),
    "the day it begins": _case("first day", "refuse", "2020-01-06T12:00", *OLD, *OLD),
    "the day before it begins": _case("day before", "allow", "2020-01-05T23:00", *OLD[:1], *OLD[:1]),
}


def _lint(rules: str, cases: str | None) -> tuple[Finding, ...]:
    files = {"us/federal/one.toml": (HEAD + rules).encode()}
    rulebook = load_rulebook({JURISDICTIONS: PLACES, **files})
    return lint(rulebook, places_of(files), _read(cases) if cases is not None else None, build_words())


def _read(cases: str) -> list[RuleCase]:
    return read_rule_cases({"us/federal/one.toml": cases.encode()})


@pytest.mark.parametrize(("rule", "rule_id", "cases"), [(HOURS, "h", HOUR_CASES), (CAP, "c", CAP_CASES)])
def test_whole_rules_have_nothing_wrong_and_each_missing_boundary_is_named(
    rule: str, rule_id: str, cases: dict[str, str]
) -> None:
    assert _lint(rule, _cases_of(rule_id, *cases.values())) == ()
    for gone in cases:
        left = [text for name, text in cases.items() if name != gone]
        findings = _lint(rule, _cases_of(rule_id, *left))
        assert any(gone in one.en for one in findings), gone
        assert {one.place for one in findings} == {"us/federal/one.toml, line 4"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda cases: "", "it has no case"),
        (lambda cases: _cases_of("h", HOUR_CASES["it opens"], HOUR_CASES["before it closes"]), "both sides"),
        (lambda cases: cases.replace("T08:00", "T07:30"), "expects allow, the rule does refuse"),
        (lambda cases: cases + _cases_of("x", HOUR_CASES["it opens"]), "x: is no rule of this rulebook"),
        (lambda cases: cases.replace("2026-11-23T21:00", "2026-11-23 at nine"), "is not understood"),
        (
            lambda cases: cases.replace('expect = "refuse"\ngiven = {', 'expect = "refuse"\ngiven = { account = "A",'),
            "differ in what the rule is about alone (now)",
        ),
    ],
)
def test_cases_that_show_nothing_are_named(change: Callable[[str], str], words: str) -> None:
    good = _cases_of("h", *HOUR_CASES.values())
    cases = change(good)
    findings = _lint(HOURS, cases or "rule = []")
    assert any(words in one.en for one in findings)


@pytest.mark.parametrize(
    ("change", "is_conflict"),
    [
        (("08:00", "09:00"), True),
        (("08:00", "08:00"), False),
        (('layer = "law"', 'layer = "standard"'), False),
        (('purposes = ["collection"]', 'purposes = ["promotion"]'), False),
        (("valid_from = 2020-01-06", "valid_from = 2020-01-06\nrequires = ['represented']"), False),
        (('status = "in_force"', 'status = "draft"'), False),
    ],
)
def test_two_figures_of_one_layer_for_one_matter_are_a_conflict(change: tuple[str, str], is_conflict: bool) -> None:
    other = HOURS.replace('id = "h"', 'id = "i"').replace("09:00", "08:00").replace(*change)
    if change[0] != "08:00":
        other = other.replace("21:00", "20:00")
    assert bool(_lint(HOURS + other, None)) is is_conflict


def test_a_rule_that_ends_before_the_other_begins_is_no_conflict() -> None:
    older = HOURS.replace('id = "h"', 'id = "i"').replace("21:00", "20:00")
    older = older.replace("valid_from = 2020-01-06", "valid_from = 2010-01-01\nvalid_to = 2020-01-05")
    assert _lint(HOURS + older, None) == ()
    assert _lint(HOURS + older.replace("2020-01-05", "2020-01-06"), None) != ()


def test_a_case_file_that_is_none_is_refused_with_its_name() -> None:
    for text in ("[[rule]", '[[rule]]\nid = "h"\n', _cases_of("h", HOUR_CASES["it opens"].replace("allow", "perhaps"))):
        with pytest.raises(BadInput, match=r"us/federal/one\.toml"):
            _read(text)
