"""The rulebook: how many rules bind where, the rules that were asked for, and one rule with everything about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from parley.dates import local_date
from parley.locale import Language
from parley.purpose import Purpose
from parley.rulebook.book import EVERYWHERE, Rulebook
from parley.rulebook.overview import Place, around, is_read, places, rules_of
from parley.rulebook.rule import ExceptionParams, ImportParams, Rule
from parley.rulebook.terms import Kind
from parley.web.page import language_of_request, page, problem
from parley.web.ports import services
from parley.web.roles import needs
from parley.web.rule_words import brief, code_words, loosens_unsigned, source_of, text_of
from parley.web.words import say

# Purposes as a column of the matrix; the crisis reply and the confirmation of an opt-out stand last.
_PURPOSES: Final = tuple(Purpose)


@dataclass(frozen=True, slots=True)
class Shown:
    """A rule as a list shows it. `timing` is "", not_yet or over."""

    rule: Rule
    text: str
    source: str
    brief: str
    timing: str
    loosens_nothing: bool


@dataclass(frozen=True, slots=True)
class Section:
    """The rules of one territory that were asked for."""

    code: str
    name: str
    rules: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A territory: for each purpose how many rules bind and where they are listed, then how sure they are."""

    place: Place
    name: str
    query: str
    cells: tuple[tuple[int, str], ...]
    read: int
    signed: int


@needs("rules.read")
@require_safe
def rulebook(request: HttpRequest) -> HttpResponse:
    """Show the matrix, and the rules that fit the place, purpose and kind asked for."""
    book, language, today = services().library.rulebook, language_of_request(request), _today()
    asked = _asked(request, book)
    sections = _sections(book, asked, language, today) if any(asked.values()) else []
    context = {
        "here": "rules",
        "part": "rulebook",
        "asked": asked,
        "purposes": _PURPOSES,
        "kinds": tuple(Kind),
        "places": [(code, text_of(one.name, language)) for code, one in book.jurisdictions.items()],
        "matrix": [_row(one, language) for one in places(book, today)],
        "sections": sections,
        "found": sum(len(one.rules) for one in sections),
        "hash": book.hash,
        "refused": _refused(language),
    }
    return page(request, "console/rulebook.html", context)


def _refused(language: Language) -> str:
    """Return why changed rule files were not taken up; "" where the rulebook that runs is as they are."""
    running = services().running
    fault = running.refused if running is not None else None
    return "" if fault is None else fault.en if language is Language.EN else fault.zh


@needs("rules.read")
@require_safe
def one_rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    """Show one rule with everything about it."""
    book, language = services().library.rulebook, language_of_request(request)
    found = next((rule for rule in book.rules if rule.id == rule_id), None)
    if found is None:
        return problem(request, 404, "rule.missing", rule=rule_id)
    context = {
        "here": "rules",
        "one": _shown(found, language, _today()),
        "place": text_of(book.jurisdictions[found.jurisdiction].name, language),
        "place_query": f"?{urlencode({'place': found.jurisdiction})}",
        "facts": [(key, words) for key, words in _facts(found, book, language) if words],
        "others": [(key, ids) for key, ids in _others(found, book) if ids],
        "hash": book.hash,
    }
    return page(request, "console/rule.html", context)


def _today() -> date:
    held = services()
    return local_date(held.clock.now(), held.settings.web.zone)


def _asked(request: HttpRequest, book: Rulebook) -> dict[str, str]:
    """Return what was asked for; what is no place, purpose or kind was not asked for."""
    known: Mapping[str, Iterable[str]] = {"place": book.jurisdictions, "purpose": Purpose, "kind": Kind}
    typed = {name: request.GET.get(name, "") for name in known}
    return {name: value if value in set(known[name]) else "" for name, value in typed.items()}


def _row(place: Place, language: Language) -> MatrixRow:
    code = place.jurisdiction.code
    cells = tuple(
        (len(place.binding(purpose)), f"?{urlencode({'place': code, 'purpose': purpose})}") for purpose in _PURPOSES
    )
    return MatrixRow(
        place=place,
        name=text_of(place.jurisdiction.name, language),
        query=f"?{urlencode({'place': code})}",
        cells=cells,
        read=sum(map(is_read, place.rules)),
        signed=sum(rule.signature is not None for rule in place.rules),
    )


def _sections(book: Rulebook, asked: Mapping[str, str], language: Language, today: date) -> list[Section]:
    """Return what was asked for by territory: of one place with those around it and the lender's policy, or of all."""
    codes = tuple(book.jurisdictions)
    if asked["place"]:
        codes = tuple(dict.fromkeys((*around(book, asked["place"]), EVERYWHERE)))
    fitting = [rule for rule in rules_of(book, codes) if _fits(rule, asked)]
    by_place = groupby(fitting, key=lambda rule: rule.jurisdiction)
    shown = ((code, tuple(_shown(rule, language, today) for rule in rules)) for code, rules in by_place)
    return [Section(code, text_of(book.jurisdictions[code].name, language), rules) for code, rules in shown]


def _fits(rule: Rule, asked: Mapping[str, str]) -> bool:
    return (not asked["purpose"] or asked["purpose"] in rule.purposes) and asked["kind"] in {"", rule.kind}


def _shown(rule: Rule, language: Language, today: date) -> Shown:
    timing = "not_yet" if rule.valid_from > today else ""
    if rule.valid_to is not None and rule.valid_to < today:
        timing = "over"
    return Shown(
        rule=rule,
        text=text_of(rule.text, language),
        source=source_of(rule, language),
        brief=brief(rule, language),
        timing=timing,
        loosens_nothing=loosens_unsigned(rule) and not services().library.gate.unsigned_exceptions_bind,
    )


def _facts(rule: Rule, book: Rulebook, language: Language) -> Iterable[tuple[str, str]]:
    """Give whom and what the rule binds, in words."""
    for key, prefix, codes in (
        ("actors", "actor.", rule.actors),
        ("purposes", "purpose.", rule.purposes),
        ("channels", "channel.", rule.channels),
        ("products", "product.", rule.products),
        ("requires", "flag.", rule.requires),
    ):
        yield f"rule.{key}", ", ".join(code_words(prefix, codes, language))
    yield "rule.providers", ", ".join(text_of(book.carriers[one].name, language) for one in sorted(rule.providers))
    first, last = rule.contract_from, rule.contract_to
    since = say("rules.from", language, day=first.isoformat()) if first is not None else ""
    until = say("rules.until", language, day=last.isoformat()) if last is not None else ""
    yield "rule.contracts", " ".join(word for word in (since, until) if word)
    yield "rule.params", brief(rule, language)


def _others(rule: Rule, book: Rulebook) -> Iterable[tuple[str, list[str]]]:
    """Give the rules that this one has to do with."""
    exceptions = [one for one in book.rules if isinstance(one.params, ExceptionParams)]
    yield "rule.lifts", sorted(rule.params.overrides) if isinstance(rule.params, ExceptionParams) else []
    yield "rule.carries", sorted(rule.params.rules) if isinstance(rule.params, ImportParams) else []
    yield "rule.lifted_by", [one.id for one in exceptions if rule.id in _overrides(one)]
    yield "rule.supersedes", sorted(rule.supersedes)
    yield "rule.superseded_by", [one.id for one in book.rules if rule.id in one.supersedes]


def _overrides(rule: Rule) -> frozenset[str]:
    return rule.params.overrides if isinstance(rule.params, ExceptionParams) else frozenset()
