"""The rulebook's pages: counts lead to what they count, a rule says everything about itself, a verdict leads to it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from parley.errors import BadInput
from parley.purpose import Purpose
from parley.rulebook.book import Rulebook
from parley.rulebook.load import load_rulebook
from parley.store.staff import Role
from parley.web.ports import install
from tests.web.book import fill
from tests.web.conftest import Served

JURISDICTIONS = """
[[jurisdiction]]
code = "*"
folder = "own"
name = { en = "The lender", zh = "机构" }

[[jurisdiction]]
code = "?"
folder = "nowhere"
name = { en = "Nowhere", zh = "未收录" }

[[jurisdiction]]
code = "ZZ"
folder = "zz"
name = { en = "Zedland", zh = "泽德兰" }

[[jurisdiction]]
code = "ZZ-A"
parent = "ZZ"
folder = "zz/a"
name = { en = "Alpha", zh = "甲州" }
"""
RULE = """
[[rule]]
id = "{id}"
kind = "{kind}"
layer = "{layer}"
status = "{status}"
actors = ["all"]
purposes = {purposes}
channels = ["sms"]
valid_from = {since}
text = {{ en = "Sentence of {id}.", zh = "{id} 的条文。" }}
params = {params}
{more}
"""
CITED = 'citation = "Zed Act, s. {0}"\nlink = "https://law.example/{0}"\nconfidence = "primary"'
POLICY = 'reason = { en = "We want it so.", zh = "自愿遵守。" }'
HOURS = '{ open = { "Mon-Fri" = ["08:00", "21:00"], "Sat" = ["09:00", "12:00"], "Sun" = [] } }'

ANSWER = '{ overrides = ["zz-hours"], answers_inbound = true }'


def rule(rule_id: str, more: str, *, kind: str = "hours", layer: str = "law", status: str = "in_force",
         purposes: str = '["collection"]', since: str = "2020-01-01", params: str = HOURS) -> str:  # fmt: skip
    return RULE.format(
        id=rule_id, kind=kind, layer=layer, status=status, purposes=purposes, since=since, params=params, more=more
    )


def zedland() -> Rulebook:
    """Two rules of Zedland, an unsigned exception and a draft of its part, one policy everywhere."""
    caps = "{ max = 2, window_days = 7 }"
    signed = CITED.format(2) + '\nreviewed_by = "R. Eader"\nreviewed_on = 2026-10-01\nexcerpt = "not <more> than twice"'
    files = {
        "jurisdictions.toml": JURISDICTIONS,
        "zz/a.toml": rule("zz-hours", CITED.format(1))
        + rule("zz-cap", signed, kind="frequency", params=caps, purposes='["collection", "reminder"]'),
        "zz/a/b.toml": rule(
            "zz-a-answer",
            CITED.format(3),
            kind="exception",
            params='{ overrides = ["zz-hours"], answers_inbound = true }',
        )
        + rule("zz-a-draft", CITED.format(4), status="draft")
        + rule("zz-a-later", CITED.format(5), since="2030-01-01"),
        "own/a.toml": rule("own-hours", POLICY, layer="policy"),
    }
    return load_rulebook({path: ("known_from = 2026-01-01\n" * (path != "jurisdictions.toml") + text).encode()
                          for path, text in files.items()})  # fmt: skip


@pytest.fixture
def zed(served: Served) -> Served:
    install(replace(served.services, library=replace(served.services.library, rulebook=zedland())))
    return served


def text_of(served: Served, address: str, role: Role = Role.COMPLIANCE, language: str = "") -> str:
    client = served.client(role)
    if language:
        client.cookies["parley_language"] = language
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def ids(text: str) -> list[str]:
    return re.findall(r'class="rule-id" href="/rules/rule/([^"]+)"', text)


def test_a_figure_of_the_matrix_is_the_number_of_rules_it_leads_to(served: Served) -> None:
    matrix = text_of(served, "/rules")
    figures = re.findall(r'<td class="number"><a href="(\?place=[^"]+)">(\d+)</a>', matrix)
    assert len(figures) > 100
    for query, count in figures[:: max(1, len(figures) // 12)]:
        text = text_of(served, f"/rules{query.replace('&amp;', '&')}")
        off = text.count('class="rule off"')
        own = len(ids(text)) - off
        policy = len(ids(text.rpartition(' id="of-')[2])) if "place=%2A" not in query else 0
        assert own - policy == int(count), query


def test_the_counts_are_of_what_is_in_force_today_with_the_places_around(zed: Served) -> None:
    rows = dict(re.findall(r'<a href="\?place=([^"]+)">\w[^<]*</a>.*?</th>(.*?)</tr>', text_of(zed, "/rules")))
    collection = 1 + list(Purpose).index(Purpose.COLLECTION)

    def figure(place: str, column: int) -> str:
        return re.sub("<[^>]+>", "", rows[place].split("<td")[column].partition(">")[2])

    # Alpha: its exception and the two of Zedland; neither the draft nor what begins in 2030.
    assert [figure(place, collection) for place in ("ZZ", "ZZ-A", "%2A")] == ["2", "3", "1"]
    assert [figure("ZZ-A", column) for column in (-3, -2, -1)] == ["3", "3", "1"]
    assert figure("ZZ", 1) == "1"


def test_the_list_of_a_place_goes_from_the_inside_out_and_ends_with_the_policy(zed: Served) -> None:
    text = text_of(zed, "/rules?place=ZZ-A")
    assert ids(text) == ["zz-a-answer", "zz-a-draft", "zz-a-later", "zz-cap", "zz-hours", "own-hours"]
    assert text.count('class="rule off"') == 2
    for word in ("draft: never binds", "not yet in force", "loosens nothing in production until signed"):
        assert text.count(word) == 1
    assert "Mon–Fri 08:00–21:00, Sat 09:00–12:00, Sun never" in text
    assert "at most 2 in 7 days; per person; all counted" in text
    assert 'href="https://law.example/1" rel="noreferrer noopener">Zed Act, s. 1</a>' in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?place=ZZ&kind=frequency", ["zz-cap"]),
        ("?place=ZZ&purpose=reminder", ["zz-cap"]),
        ("?kind=hours", ["own-hours", "zz-hours", "zz-a-draft", "zz-a-later"]),
        ("?kind=exception&purpose=promotion", []),
    ],
)
def test_place_purpose_and_kind_narrow_the_list(zed: Served, query: str, found: list[str]) -> None:
    text = text_of(zed, f"/rules{query}")
    assert ids(text) == found
    assert ("No rule fits" in text) == (not found)


@pytest.mark.parametrize("query", ["?place=ATLANTIS", "?kind=%3Cscript%3E", "?purpose=", "?place=ZZ%00"])
def test_what_is_no_place_purpose_or_kind_is_not_asked_for(zed: Served, query: str) -> None:
    assert 'class="matrix"' in text_of(zed, f"/rules{query}")


def test_a_rule_says_everything_about_itself(zed: Served) -> None:
    text = text_of(zed, "/rules/rule/zz-cap")
    for word in (
        "Sentence of zz-cap.", "Zed Act, s. 2", "read in the source", "signed by R. Eader, 2026-10-01",
        "not &lt;more&gt; than twice", "since 2020-01-01", "overdue message, reminder", "text message", "frequency",
    ):  # fmt: skip
        assert word in text, word
    assert 'href="/rules/rule/zz-a-answer"' in text_of(zed, "/rules/rule/zz-hours")
    assert "We want it so." in text_of(zed, "/rules/rule/own-hours")


def test_a_rule_in_chinese_has_the_chinese_sentence(zed: Served) -> None:
    text = text_of(zed, "/rules/rule/zz-hours", language="zh-Hant")
    assert "zz-hours 的条文。" in text
    assert 'lang="zh-Hans"' in text
    assert "Sentence of" not in text
    assert "週一至週五" in text or "週一至" in text


def test_a_rule_there_is_not_answers_in_words(zed: Served) -> None:
    answer = zed.client(Role.LEAD).get("/rules/rule/%3Cb%3E")
    assert answer.status_code == 404
    assert "There is no such rule today" in answer.content.decode()
    assert "<b>" not in answer.content.decode()


def test_what_is_unsigned_loosens_where_the_home_says_so(zed: Served) -> None:
    held = replace(zed.services.library, rulebook=zedland())
    install(replace(zed.services, library=replace(held, gate=replace(held.gate, unsigned_exceptions_bind=True))))
    assert "loosens nothing" not in text_of(zed, "/rules/rule/zz-a-answer")


def test_a_verdict_in_a_thread_leads_to_its_rules_for_those_who_may_read_them(served: Served) -> None:
    book = fill(served.desk)
    address = f"/threads/{book.thread_of(book.offered).id}"
    assert '<a href="/rules/rule/lender-hours"><code>lender-hours</code></a>' in text_of(served, address)
    assert "/rules/rule/" not in text_of(served, address, Role.AGENT)
    assert served.client(Role.AGENT).get("/rules").status_code == 403


def test_circumstances_and_consents_of_a_verdict_stand_in_words(served: Served) -> None:
    book = fill(served.desk)
    text = text_of(served, f"/threads/{book.thread_of(book.offered).id}")
    assert "the number was given with the contract" in text


def test_every_rule_of_the_rulebook_in_use_has_a_page_in_every_language(served: Served) -> None:
    client = served.client(Role.COMPLIANCE)
    for number, one in enumerate(served.services.library.rulebook.rules):
        client.cookies["parley_language"] = ("en", "zh-Hans", "zh-Hant")[number % 3]
        assert client.get(f"/rules/rule/{one.id}").status_code == 200, one.id


class Faulty:
    """A running home whose rule files were changed for the worse."""

    refused = BadInput("optout.toml, line 10: 'promotoin' is not one of: promotion", "optout.toml 第 10 行：promotoin")


def test_refused_rule_files_are_told_in_the_readers_language(served: Served) -> None:
    assert "goes on running" not in text_of(served, "/rules")
    install(replace(served.services, running=Faulty()))
    assert "goes on running" in (said := text_of(served, "/rules"))
    assert "optout.toml, line 10:" in said
    assert "optout.toml 第 10 行" in text_of(served, "/rules", language="zh-Hans")
