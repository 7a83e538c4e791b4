"""The report as a page: every figure of `report.json` in each language, nothing fetched, the same file each time.

`report.json` beside this file is that of a whole demonstration (3,000 accounts, 30 days, seed 1).
"""

from __future__ import annotations

import csv
import io
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from parley.locale import Language
from parley.messaging.ledger import State
from parley.money import MINOR_DIGITS
from parley.negotiation.state import State as Talk
from parley.nlu.reading import Intent
from parley.purpose import Purpose
from parley.rulebook.terms import Layer
from parley.run.checking.kinds import Kind as Violation
from parley.servicing.arrangement import Standing
from parley.web.report.page import report_page
from parley.web.report.source import SEPARATOR
from parley.web.words import knows

REPORT: dict[str, Any] = json.loads((Path(__file__).parent / "report.json").read_text(encoding="utf-8"))


class Reader(HTMLParser):
    """Reads what stands in the page: figures by language and path, elements, text."""

    def __init__(self) -> None:
        super().__init__()
        self.figures: dict[str, dict[str, str]] = {}
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._language, self._path = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag == "article":
            self._language = found["lang"] or ""
        self._path = found.get("data-figure") or ""

    def handle_data(self, data: str) -> None:
        self.text += "" if self.elements[-1:] and self.elements[-1][0] == "style" else data
        if self._path:
            self.figures.setdefault(self._language, {})[self._path] = data

    def handle_endtag(self, tag: str) -> None:
        self._path = ""


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def numbers(node: Mapping[str, Any], *path: str) -> Iterator[tuple[str, int]]:
    """Give every number of a report with its path."""
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from numbers(value, *path, key)
        elif isinstance(value, int):
            yield SEPARATOR.join([*path, key]), value


def whole(text: str, path: str) -> Decimal:
    """Return the number that a figure on the page states, in the unit of its path."""
    stated = Decimal(re.sub(r"[^\d.]", "", text.strip(".")))
    if path.endswith("_micro"):
        return stated.scaleb(6)
    if path.endswith("_minor"):
        return stated.scaleb(MINOR_DIGITS[path.split(SEPARATOR)[-2]])
    return stated


def differing(report: Mapping[str, Any], figures: Mapping[str, str]) -> list[str]:
    """Return the numbers of *report* that do not stand among *figures* as they are."""
    return [path for path, value in numbers(report) if path not in figures or whole(figures[path], path) != value]


@pytest.fixture(scope="module")
def page() -> str:
    return report_page(REPORT)


@pytest.mark.parametrize("language", list(Language))
def test_every_number_of_the_report_stands_on_the_page(page: str, language: Language) -> None:
    assert len(list(numbers(REPORT))) > 300
    assert differing(REPORT, read(page).figures[language]) == []


def test_one_other_number_in_the_report_is_seen(page: str) -> None:
    """The walk above can fail: it names exactly the number that was changed, whichever it is."""
    figures = read(page).figures[Language.EN]
    for path, value in numbers(REPORT):
        *folders, name = path.split(SEPARATOR)
        other = deepcopy(REPORT)
        node = other
        for folder in folders:
            node = node[folder]
        node[name] = value + 1
        assert differing(other, figures) == [path]


@pytest.mark.parametrize("language", list(Language))
def test_codes_read_as_words(page: str, language: Language) -> None:
    """No code stands where a reader expects a word, but the ids of rules."""
    rules = {rule for counts in REPORT["refusals_by_rule"].values() for rule in counts}
    article = page.partition(f'<article id="{language}"')[2].partition("</article>")[0]
    heads = re.findall(r'<th scope="row">([^<]*)</th>', article)
    assert len(heads) > 100
    assert [head for head in heads if re.search(r"[a-z]_[a-z]", head) and head not in rules] == []
    assert "{" not in read(page).text


def test_every_code_a_run_can_report_has_words() -> None:
    codes: dict[str, type[StrEnum]] = {
        "violation.": Violation,
        "intent.": Intent,
        "state.": Talk,
        "ledger.": State,
        "purpose.": Purpose,
        "standing.": Standing,
        "layer.": Layer,
    }
    assert [start + code for start, every in codes.items() for code in every if not knows(start + code)] == []
    sections = {"report.funnel.": "funnel", "report.outcome.": "outcome", "report.checked.": "checked"}
    assert [start + key for start, name in sections.items() for key in REPORT[name] if not knows(start + key)] == []


def test_nothing_is_fetched(page: str) -> None:
    elements = read(page).elements
    fetching = {"script", "img", "iframe", "link", "object", "embed", "form", "base", "video", "audio", "image", "use"}
    assert {tag for tag, _ in elements} & fetching == set()
    for tag, attributes in elements:
        assert attributes.keys() & {"src", "srcset", "style", "action", "ping", "background"} == set()
        address = attributes.get("href") or ""
        assert address.startswith("#") or (tag == "a" and address.startswith("data:text/csv;")) or not address
        assert not any(name.startswith("on") for name in attributes)
    assert re.findall(r"url\((?!#)|@import|//[a-z]", page) == []


def test_the_page_forbids_itself_every_request(page: str) -> None:
    style = page.split("<style>")[1].split("</style>", maxsplit=1)[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policies = [a["content"] for tag, a in read(page).elements if tag == "meta" and a.get("http-equiv")]
    assert policies == [f"default-src 'none'; style-src 'sha256-{digest}'"]


def test_the_same_report_is_the_same_file(page: str) -> None:
    assert report_page(json.loads(json.dumps(REPORT))) == page


def test_ids_are_unique_and_every_reference_leads_somewhere(page: str) -> None:
    elements = [attributes for _, attributes in read(page).elements]
    ids = [one["id"] for one in elements if one.get("id")]
    assert len(ids) == len(set(ids))
    wanted = {one["href"][1:] for one in elements if (one.get("href") or "").startswith("#")}  # type: ignore[index]
    wanted |= {name for one in elements for key in ("aria-labelledby", "aria-describedby") if (name := one.get(key))}
    wanted |= set(re.findall(r"url\(#([^)]+)\)", page))
    assert wanted - set(ids) == set()


def test_the_files_hold_the_figures_of_their_tables(page: str) -> None:
    files = {
        a["download"]: b64decode((a["href"] or "").partition("base64,")[2]).decode()
        for tag, a in read(page).elements
        if tag == "a" and a.get("download")
    }
    rows = list(csv.reader(io.StringIO(files["outcome.csv"].removeprefix("\ufeff"))))
    assert [int(row[1]) for row in rows[1:]] == list(REPORT["outcome"].values())
    assert len(files) > 15 and all(text.startswith("\ufeff") for text in files.values())


def test_a_broken_promise_is_the_first_thing_said() -> None:
    report = deepcopy(REPORT)
    report["violations"]["lost"] = 3
    page = report_page(report)
    assert re.search(r'<p class="verdict broken"><strong>3</strong>', page)
    assert page.index("a message lost") < page.index("a STOP without")


def test_the_hold_out_is_said_to_show_nothing_where_it_shows_nothing() -> None:
    report = deepcopy(REPORT)
    report["cures"] = {"messages": {"accounts": 90, "past_due": 60, "cured": 20, "fell_behind": 1}}
    report["cures"]["holdout"] = {"accounts": 10, "past_due": 6, "cured": 1, "fell_behind": 0}
    assert "It may be chance" in report_page(report)
    report["cures"]["holdout"] = {"accounts": 4000, "past_due": 3000, "cured": 100, "fell_behind": 0}
    assert "more than chance explains" in report_page(report)
    report["cures"]["holdout"]["past_due"] = report["cures"]["holdout"]["cured"] = 0
    assert "No comparison can be made" in report_page(report)


def test_a_report_of_an_older_version_has_fewer_figures_but_is_a_page() -> None:
    new = {"funnel", "by_day", "sent_by_purpose", "rules", "agreed_by_currency"}
    older = {key: value for key, value in REPORT.items() if key not in new}
    assert differing(older, read(report_page(older)).figures[Language.EN]) == []


def test_an_empty_run_says_so() -> None:
    empty: dict[str, Any] = {key: {} for key in REPORT if key not in {"parameters", "assumptions", "checked"}}
    page = report_page({**REPORT, **empty, "violations": {}})
    assert page.count("Nothing to show") > 5


def test_hostile_names_stay_text() -> None:
    report = deepcopy(REPORT)
    report["campaigns"] = {'<img src=x onerror="alert(1)">': {"reached": 1, "segments": 1, "excluded": 0}}
    assert {tag for tag, _ in read(report_page(report)).elements} & {"img", "script"} == set()


@pytest.mark.parametrize("language", list(Language))
def test_the_language_of_the_run_comes_first(language: Language) -> None:
    report = {**REPORT, "parameters": {**REPORT["parameters"], "locale": str(language)}}
    articles = [attributes["lang"] for tag, attributes in read(report_page(report)).elements if tag == "article"]
    assert articles[0] == language and set(articles) == set(Language)
