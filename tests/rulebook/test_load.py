from __future__ import annotations

from datetime import date

import pytest

from parley.errors import BadInput
from parley.rulebook.load import JURISDICTIONS, load_rulebook
from parley.rulebook.params import READERS
from parley.rulebook.terms import Kind

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
LAW = """
known_from = 2026-11-23
link = "https://example.org"

[[rule]]
id = "a-hours"
kind = "hours"
layer = "law"
status = "in_force"
actors = ["all"]
purposes = ["collection"]
channels = ["sms"]
valid_from = 2020-01-01
citation = "Act 1"
confidence = "memory"
text = { en = "Hours.", zh = "时段。" }
params = { open = { "Mon-Sun" = ["08:00", "21:00"] }, zone = "all_known" }
"""
EXCEPTION = """
[[rule]]
id = "an-exception"
kind = "exception"
layer = "policy"
status = "in_force"
actors = ["all"]
purposes = ["collection"]
channels = ["sms"]
valid_from = 2020-01-01
text = { en = "Lifts.", zh = "豁免。" }
reason = { en = "Because.", zh = "理由。" }
params = { overrides = ["a-hours"] }
"""


def load(text: str, path: str = "us/federal/hours.toml") -> object:
    return load_rulebook({JURISDICTIONS: PLACES, path: text.encode()})


def test_good_file_loads() -> None:
    book = load_rulebook({JURISDICTIONS: PLACES, "us/federal/hours.toml": LAW.encode()})
    assert [rule.id for rule in book.rules] == ["a-hours"]
    assert book.rule("a-hours").jurisdiction == "US"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('purposes = ["collection"]', 'purposes = ["dunning"]', 11, "reminder, collection, servicing"),
        ('purposes = ["collection"]', "purposes = []", 11, '["all"]'),
        ('channels = ["sms"]', 'chanels = ["sms"]', 12, "channels, citation"),
        ("valid_from = 2020-01-01", "valid_from = 2020-01-01\nvalid_until = 2021-01-01", 14, "valid_to"),
        ("valid_from = 2020-01-01", 'valid_from = "2020-01-01"', 13, "without quotes"),
        ("valid_from = 2020-01-01", "valid_from = 2020-02-30", 13, "not TOML"),
        ("valid_from = 2020-01-01", "valid_from = 2020-01-01\nvalid_to = 2019-12-31", 13, "after valid_to"),
        ('zone = "all_known"', 'zone = "Asia/Pekin"', 17, "tz database"),
        ('"21:00"', '"25:00"', 17, "time of day"),
        ('"21:00"', '"07:00"', 17, "later than"),
        ('"Mon-Sun"', '"Mon-Funday"', 17, "weekdays"),
        ('kind = "hours"', 'kind = "record"', 17, "how many months"),
        ('kind = "hours"', 'kind = "ours"', 7, "designated_times"),
        ('citation = "Act 1"', 'link = "https://example.org/1"', 6, "citation"),
        ('layer = "law"', 'layer = "policy"', 6, "reason"),
        ('status = "in_force"', 'status = "in_force"\nreviewed_by = "A. Reviewer"', 10, "excerpt"),
        ("known_from = 2026-11-23", "", 1, "known_from"),
        ('zone = "all_known"', "unless_days_past_due_over = true", 17, "whole number"),
    ],
)
def test_mistake_is_refused_with_file_line_and_what_is_allowed(old: str, new: str, line: int, says: str) -> None:
    assert old in LAW
    with pytest.raises(BadInput) as caught:
        load(LAW.replace(old, new, 1))
    assert caught.value.en.startswith(f"us/federal/hours.toml, line {line}:")
    assert says in caught.value.en
    assert caught.value.zh.startswith(f"us/federal/hours.toml 第 {line} 行")


def test_two_rules_of_one_id_are_refused() -> None:
    with pytest.raises(BadInput, match="given twice"):
        load(LAW + LAW.partition("[[rule]]")[1] + LAW.partition("[[rule]]")[2])


def test_folder_of_no_jurisdiction_is_refused() -> None:
    with pytest.raises(BadInput, match="us/federal"):
        load(LAW, "atlantis/hours.toml")


def test_bytes_that_are_not_utf8_are_refused_with_their_line() -> None:
    with pytest.raises(BadInput, match="line 2: not UTF-8"):
        load_rulebook({JURISDICTIONS: PLACES, "us/federal/hours.toml": b"# ok\n\xff\xfe"})


def test_missing_table_of_jurisdictions_is_refused() -> None:
    with pytest.raises(BadInput, match="is missing"):
        load_rulebook({"us/federal/hours.toml": LAW.encode()})


def test_policy_never_lifts_law() -> None:
    with pytest.raises(BadInput, match="cannot lift a-hours"):
        load(LAW + EXCEPTION)


def test_exception_to_an_unknown_rule_is_refused() -> None:
    with pytest.raises(BadInput, match="unknown rule 'a-hors'"):
        load(LAW + EXCEPTION.replace('"a-hours"', '"a-hors"'))


def test_hash_names_the_files_and_not_their_order() -> None:
    files = {JURISDICTIONS: PLACES, "us/federal/hours.toml": LAW.encode()}
    turned = dict(reversed(files.items()))
    assert load_rulebook(files).hash == load_rulebook(turned).hash
    changed = {**files, "us/federal/hours.toml": LAW.replace("21:00", "20:00").encode()}
    assert load_rulebook(files).hash != load_rulebook(changed).hash


def test_unknown_part_of_a_country_falls_to_the_country() -> None:
    book = load_rulebook({JURISDICTIONS: PLACES, "us/federal/hours.toml": LAW.encode()})
    assert book.chain("US-TX") == ("US", "*")
    assert book.chain("XX") == ("*",)


NEWER = LAW.partition("[[rule]]")[2]


def test_supersession_that_runs_in_a_circle_or_meets_nothing_is_refused() -> None:
    def named(rule_id: str, supersedes: str, status: str) -> str:
        rule = NEWER.replace('id = "a-hours"', f'id = "{rule_id}"\nsupersedes = ["{supersedes}"]')
        return "[[rule]]" + rule.replace('status = "in_force"', f'status = "{status}"')

    old = LAW.replace('status = "in_force"', 'status = "superseded"')
    load(old + named("b-hours", "a-hours", "in_force"))
    with pytest.raises(BadInput, match="status is not superseded"):
        load(LAW + named("b-hours", "a-hours", "in_force"))
    with pytest.raises(BadInput, match=r"us/federal/hours\.toml, line \d+: .* unknown rule 'nobody'"):
        load(old + named("b-hours", "nobody", "in_force"))
    circle = named("b-hours", "c-hours", "superseded") + named("c-hours", "b-hours", "superseded")
    with pytest.raises(BadInput, match=r"us/federal/hours\.toml, line \d+: b-hours supersedes itself in a circle"):
        load(LAW + circle)


def test_every_kind_of_rule_is_evaluated() -> None:
    assert READERS.keys() == set(Kind)


def test_a_superseded_rule_and_a_draft_never_bind() -> None:
    for status in ("superseded", "draft"):
        book = load_rulebook({JURISDICTIONS: PLACES, "us/federal/hours.toml": LAW.replace("in_force", status).encode()})
        assert not book.rules[0].binds_on(date(2026, 11, 23))


def test_the_rulebook_in_force_stays_when_a_new_one_is_refused() -> None:
    running = load_rulebook({JURISDICTIONS: PLACES, "us/federal/hours.toml": LAW.encode()})
    before = (running.hash, running.rules, dict(running.jurisdictions))
    with pytest.raises(BadInput):
        load(LAW.replace('zone = "all_known"', 'zone = "Asia/Pekin"'))
    assert (running.hash, running.rules, dict(running.jurisdictions)) == before


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("first_on = 2026-01-01", "first_on = 2027-01-01", "in this order"),
        ('2026-12-25 = "Christmas"', '2026-13-25 = "Christmas"', "no date"),
        ('2026-12-25 = "Christmas"', '2027-12-25 = "Christmas"', "lies outside"),
        ('source = "a book"', "", "source"),
        ('source = "a book"', 'source = "a book"\nyear = 2026', "unknown key 'year'"),
    ],
)
def test_a_calendar_with_a_mistake_is_refused_with_its_file(old: str, new: str, says: str) -> None:
    good = (
        'source = "a book"\nfirst_on = 2026-01-01\nsure_until = 2026-12-31\nlast_on = 2026-12-31\n'
        '[days]\n2026-12-25 = "Christmas"\n'
    )
    files = {JURISDICTIONS: PLACES, "us/federal/hours.toml": LAW.encode()}
    assert load_rulebook({**files, "holidays/US.toml": good.encode()}).calendars["US"].days == {date(2026, 12, 25)}
    with pytest.raises(BadInput, match=r"holidays/US\.toml, line ") as fault:
        load_rulebook({**files, "holidays/US.toml": good.replace(old, new).encode()})
    assert says in fault.value.en


def test_a_rule_of_an_unknown_calendar_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadInput, match=r"hours\.toml, line 17: no calendar 'Mars'"):
        load(LAW.replace('zone = "all_known"', 'zone = "all_known", holidays = "Mars"'))


def test_a_place_is_a_member_of_one() -> None:
    union = (
        PLACES + b'\n[[jurisdiction]]\ncode = "EU"\nfolder = "eu"\nmembers = ["US"]\nname = { en = "E", zh = "E" }\n'
    )
    with pytest.raises(BadInput, match="a member of it is given twice"):
        load_rulebook({JURISDICTIONS: union})
