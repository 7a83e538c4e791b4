"""Every rule of the shipped rulebook against its cases: the tree here mirrors the tree of the rule files."""

from __future__ import annotations

import tomllib
from pathlib import Path

from parley.contact.lint import lint, places_of
from parley.contact.rule_cases import read_rule_cases
from parley.rulebook.carriers import PROVIDERS
from parley.rulebook.holidays import FOLDER
from parley.rulebook.load import JURISDICTIONS, load_rulebook
from parley.run.library import build_words, data_files
from parley.run.rule_files import toml_files

CASES = read_rule_cases(toml_files(Path(__file__).parent))
RULES = data_files("parley.rulebook.data")


def test_every_rule_decides_its_cases_and_shows_both_sides_of_each_number_and_date() -> None:
    findings = lint(load_rulebook(RULES), places_of(RULES), CASES, build_words())
    assert [f"{one.place}: {one.en}" for one in findings] == []


def test_case_files_mirror_rule_files() -> None:
    expected = {path for path in RULES if path not in {JURISDICTIONS, PROVIDERS} and not path.startswith(FOLDER)}
    assert {case.path for case in CASES} == expected
    for path in sorted(expected):
        ours = list(dict.fromkeys(case.rule_id for case in CASES if case.path == path))
        theirs = [rule["id"] for rule in tomllib.loads(RULES[path].decode())["rule"]]
        assert ours == theirs
