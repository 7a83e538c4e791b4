"""The whole page: three languages in one file, chosen by its address (`report.html#zh-Hans`), without a script.

Nothing is fetched: style, pictures and CSV files are inside, and the page forbids itself every request.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from django.utils.safestring import SafeString

from parley.locale import Language
from parley.web.charts.figure import figure
from parley.web.charts.markup import NOTHING, joined, tag
from parley.web.charts.table import Number, Table, csv_rows
from parley.web.csvs import csv_text
from parley.web.report import cures
from parley.web.report.parts import SECTIONS, Part, Section
from parley.web.report.source import Source
from parley.web.words import say

# Each language by its own name: who cannot read the page can still find theirs.
_OWN_NAMES: Final = {Language.EN: "English", Language.ZH_HANS: "简体中文", Language.ZH_HANT: "繁體中文"}
# The report says its assumptions in English; these are their words.
_ASSUMED: Final = ("report.assumed.rates", "report.assumed.people", "report.assumed.exceptions")


def report_page(report: Mapping[str, Any]) -> str:
    """Return `report.json` as one HTML file. Same report, same bytes."""
    asked = report.get("parameters", {}).get("locale", "")
    first = Language(asked) if asked in set(Language) else Language.EN
    ordered = sorted(Language, key=lambda language: language is not first)
    style = _style()
    digest = b64encode(sha256(style.encode()).digest()).decode()
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=f"default-src 'none'; style-src 'sha256-{digest}'"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", "Parley · " + " · ".join(say("report.title", language) for language in ordered)),
        tag("style", SafeString(style)),
    )
    body = tag("body", tag("main", *(_article(Source(report, language)) for language in ordered)))
    return "<!doctype html>\n" + tag("html", head, body, lang=first, data_scheme="auto") + "\n"


def _style() -> str:
    shared = files("parley.web") / "static"
    sheets = (shared / "tokens.css", shared / "charts.css", files("parley.web.report") / "report.css")
    return "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)


def _article(source: Source) -> SafeString:
    language = source.language
    sections = [_section(source, section) for section in SECTIONS]
    contents = (
        tag("li", tag("a", source.say(section.title), href=f"#{language}-{section.name}")) for section in SECTIONS
    )
    header = tag(
        "header",
        tag("p", "Parley 和议" if language is not Language.ZH_HANT else "Parley 和議", class_="brand"),
        _languages(language),
        tag("h1", source.say("report.title")),
        tag("p", source.say("report.lead", days=source.at("parameters").get("days", 0)), class_="lead"),
        _verdict(source),
        tag("nav", tag("ul", *contents), aria_label=source.say("report.contents"), class_="contents"),
    )
    return tag("article", header, *sections, id=language, lang=language)


def _languages(current: Language) -> SafeString:
    links = (
        tag(
            "li",
            tag("a", name, href=f"#{language}", lang=language, aria_current="true" if language is current else None),
        )
        for language, name in _OWN_NAMES.items()
    )
    return tag("nav", tag("ul", *links), aria_label=say("report.languages", current), class_="languages")


def _verdict(source: Source) -> SafeString:
    """Return the headline: how many violations, of how many kinds, in how many messages."""
    kinds = source.at("violations")
    found = sum(kinds.values())
    looked_at = source.at("checked").get("messages", 0)
    words = source.say("report.violations_found", kinds=len(kinds), messages=looked_at)
    number = tag("strong", Number(found).shown(source.language))
    return joined(
        [
            tag("p", number, " ", words, class_="verdict broken" if found else "verdict"),
            tag("p", source.say("report.checked_by"), class_="lead"),
        ]
    )


def _section(source: Source, section: Section) -> SafeString:
    name = f"{source.language}-{section.name}"
    notes = cures.said(source) if section.name == "cures" else ()
    return tag(
        "section",
        tag("h2", source.say(section.title), id=f"{name}-heading"),
        _assumptions(source) if section.name == "run" else None,
        *(_figure(source, part) for part in section.parts if part.key in source.report),
        tag("div", *(tag("p", sentence) for sentence in notes), class_="notes") if notes else None,
        id=name,
        aria_labelledby=f"{name}-heading",
    )


def _assumptions(source: Source) -> SafeString:
    """Return the assumptions in the reader's language; one that has no words of ours stands as the report says it."""
    ours = {say(key, Language.EN): key for key in _ASSUMED}
    lines = [source.say(ours[line]) if line in ours else line for line in source.report.get("assumptions", [])]
    heading = tag("h3", source.say("report.assumptions"))
    return tag("div", heading, tag("ul", *(tag("li", line) for line in lines)), class_="notes") if lines else NOTHING


def _figure(source: Source, part: Part) -> SafeString:
    table: Table = part.table(source)
    name = f"{source.language}-{part.name}"
    lead = source.say(part.lead) if part.lead else ""
    file = b64encode(csv_text(*csv_rows(table)).encode()).decode()
    csv = f"data:text/csv;charset=utf-8;base64,{file}"
    drawn = partial(figure, name, source.say(part.title), table, part.form, source.language)
    return drawn(csv=csv, file_name=f"{part.name}.csv", lead=lead)
