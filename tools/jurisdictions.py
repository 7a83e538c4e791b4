"""Makes a page for each place of the rulebook, in English and in Chinese: what binds there, and what is not covered.

Called by tools/reference.py. The rules are those known on the newest `known_from` of the rulebook, so that a page is as
old as its rules and no test fails because a day has passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from parley.locale import Language
from parley.purpose import Actor, Purpose
from parley.rulebook.book import EVERYWHERE, NOWHERE, Rulebook
from parley.rulebook.overview import Place, around, is_read, places, rules_of
from parley.rulebook.rule import Rule
from parley.rulebook.terms import Confidence, Kind, Layer, Status
from parley.web.rule_words import brief, code_words, loosens_unsigned, source_of, text_of
from parley.web.words import say

LANGUAGES: Final = (Language.EN, Language.ZH_HANS)
# Kinds whose absence a reader should hear of: what nobody wrote here may still be law.
_EXPECTED: Final = (
    *(Kind.HOURS, Kind.FREQUENCY, Kind.CONSENT, Kind.OPTOUT, Kind.PAUSE, Kind.THIRD_PARTY, Kind.CONTENT_REQUIRED),
    *(Kind.CONTENT_FORBIDDEN, Kind.SENDER, Kind.PLAN, Kind.FORBEARANCE_FIRST, Kind.PROCESS, Kind.RECORD),
)
_DASH: Final = "–"

# Words of these pages alone; what a code or a rule is called is said by the words of the console.
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "origin": (
        "<!-- Written by `make reference` from src/parley/rulebook/data; edit there. -->",
        "<!-- 由 `make reference` 依 src/parley/rulebook/data 生成，请在该处修改。 -->",
    ),
    "title": ("Places and their rules", "各地规则"),
    "intro": (
        "What the shipped rulebook holds, as known on {day}. It is no legal advice: what is not listed is not covered.",
        "内置规则库的内容，知悉日期为 {day}。不构成法律意见：未列出者即未涵盖。",
    ),
    "other": ("中文: [{file}]({file})", "English: [{file}]({file})"),
    "back": ("[all places]({file})", "[全部地区]({file})"),
    "around": ("The rules of {places} apply too.", "{places} 的规则同样适用。"),
    "policy": ("On top of these: {policy}.", "另加：{policy}。"),
    "strict": (
        "Places that have no page here are held to {place}, whatever their law says.",
        "此处未收录的地区一律适用“{place}”。",
    ),
    "by_purpose": ("By purpose", "按用途"),
    "by_purpose.what": (
        "Of {place} and the places around it, without the lender's policy; who is bound, where it is not everybody.",
        "含 {place} 及其上级地区，不含机构政策。仅约束部分主体时于括号内注明。",
    ),
    "purpose": ("purpose", "用途"),
    "rules": ("rules", "规则"),
    "sure": ("how sure", "可信度"),
    "own": ("Rules", "规则"),
    "rule": ("rule", "规则"),
    "says": ("says", "内容"),
    "source": ("source", "出处"),
    "binds": ("binds", "约束对象"),
    "since": ("in force", "有效期"),
    "missing": ("Not covered", "未涵盖"),
    "no_kind": ("No rule is written about: {names}.", "以下方面没有规则：{names}。"),
    "no_hours": (
        "No hours of the place itself for: {names}; the lender's policy closes the night where it binds.",
        "以下用途没有本地时段规则：{names}；机构政策适用处夜间仍不联系。",
    ),
    "unread": (
        "Nobody has read these in their source; they may be wrong: {names}.",
        "以下规则尚无人核对原文，可能有误：{names}。",
    ),
    "unsigned": (
        "Exceptions that nobody has signed loosen nothing in production: {names}.",
        "以下例外尚无人签署，在生产环境中不予放宽：{names}。",
    ),
    "idle": ("Written down and not in force on that day: {names}.", "已记载但当日不生效：{names}。"),
    "nothing_missing": ("Nothing that these pages look for.", "未发现缺项。"),
    "place": ("place", "地区"),
}


def jurisdiction_pages(book: Rulebook) -> dict[str, str]:
    """Return the pages of *book* by their path below docs/jurisdictions."""
    day = max(rule.known_from for rule in book.rules)
    found = {place.jurisdiction.code: place for place in places(book, day)}
    pages = {_file("README", language): _index(found, day, language) for language in LANGUAGES}
    for place in found.values():
        for language in LANGUAGES:
            pages[_file(_name(place.jurisdiction.code), language)] = _page(place, book, day, language)
    return pages


def _name(code: str) -> str:
    return {EVERYWHERE: "lender-policy", NOWHERE: "unknown"}.get(code, code.lower())


def _file(name: str, language: Language) -> str:
    return f"{name}.md" if language is Language.EN and name == "README" else f"{name}.{language}.md"


def _w(key: str, language: Language, **values: object) -> str:
    return _WORDS[key][language is not Language.EN].format(**values)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    named = list(heads)
    return [_line(named), f"|{'---|' * len(named)}", *map(_line, rows)]


def _other(name: str, language: Language) -> str:
    other = next(one for one in LANGUAGES if one is not language)
    return _w("other", language, file=_file(name, other))


def _index(found: dict[str, Place], day: date, language: Language) -> str:
    strict = text_of(found[NOWHERE].jurisdiction.name, language)
    kinds = (Kind.HOURS, Kind.FREQUENCY, Kind.CONSENT, Kind.PAUSE)
    heads = (
        *(_w("place", language), _w("rules", language)),
        *(say(f"kind.{kind}", language) for kind in kinds),
        *(say(f"confidence.{one}", language) for one in Confidence),
        say("rules.signed_short", language),
    )
    rows = (
        (
            f"{'&emsp;' * place.depth}{_link(place, language)} `{code}`",
            str(len(place.rules)),
            *(str(sum(rule.kind is kind for rule in place.rules)) for kind in kinds),
            *(str(sum(rule.confidence is one for rule in place.rules)) for one in Confidence),
            str(sum(rule.signature is not None for rule in place.rules)),
        )
        for code, place in found.items()
    )
    lines = [
        *(f"# {_w('title', language)}", "", _w("origin", language), "", _other("README", language), ""),
        *(_w("intro", language, day=day), _w("strict", language, place=strict), ""),
        *_table(heads, rows),
    ]
    return "\n".join(lines) + "\n"


def _link(place: Place, language: Language) -> str:
    one = place.jurisdiction
    return f"[{_cell(text_of(one.name, language))}]({_file(_name(one.code), language)})"


def _page(place: Place, book: Rulebook, day: date, language: Language) -> str:
    code, name = place.jurisdiction.code, text_of(place.jurisdiction.name, language)
    outer = around(book, code)[1:]
    names = [f"[{text_of(book.jurisdictions[one].name, language)}]({_file(_name(one), language)})" for one in outer]
    lines = [
        *(f"# {name} `{code}`", "", _w("origin", language), ""),
        f"{_w('back', language, file=_file('README', language))} · {_other(_name(code), language)}",
        *("", _w("intro", language, day=day)),
        *([_w("around", language, places=", ".join(names))] if names else []),
    ]
    if code != EVERYWHERE:
        policy = text_of(book.jurisdictions[EVERYWHERE].name, language)
        lines.append(_w("policy", language, policy=f"[{policy}]({_file(_name(EVERYWHERE), language)})"))
    lines += [
        *("", f"## {_w('by_purpose', language)}", "", _w("by_purpose.what", language, place=name), ""),
        *_matrix(place, language),
        *("", f"## {_w('own', language)}", ""),
        *_rules(rules_of(book, [code]), book, language),
        *("", f"## {_w('missing', language)}", ""),
        *_missing(place, book, day, language),
    ]
    return "\n".join(lines) + "\n"


def _matrix(place: Place, language: Language) -> list[str]:
    kinds = (Kind.HOURS, Kind.FREQUENCY, Kind.CONSENT)
    heads = (
        _w("purpose", language),
        *(say(f"kind.{kind}", language) for kind in kinds),
        _w("rules", language),
        _w("sure", language),
    )
    return _table(heads, (_purpose(place, purpose, kinds, language) for purpose in Purpose))


def _purpose(place: Place, purpose: Purpose, kinds: Iterable[Kind], language: Language) -> Iterator[str]:
    binding = place.binding(purpose)
    yield say(f"purpose.{purpose}", language)
    for kind in kinds:
        of_kind = [rule for rule in binding if rule.kind is kind]
        yield "<br>".join(_cell(_entry(rule, language)) for rule in of_kind) or _DASH
    yield str(len(binding))
    yield _sure(binding, language)


def _entry(rule: Rule, language: Language) -> str:
    said = brief(rule, language) or text_of(rule.text, language)
    bound = ", ".join(code_words("actor.", rule.actors, language))
    return f"{said} `{rule.id}`" + (f" ({bound})" if rule.actors != frozenset(Actor) else "")


def _sure(rules: Iterable[Rule], language: Language) -> str:
    counted = [(one, sum(rule.confidence is one for rule in rules)) for one in Confidence]
    return ", ".join(f"{count} {say(f'confidence.{one}', language)}" for one, count in counted if count) or _DASH


def _rules(rules: Iterable[Rule], book: Rulebook, language: Language) -> list[str]:
    heads = (
        *(_w("rule", language), _w("says", language), _w("source", language)),
        *(_w("sure", language), _w("binds", language), _w("since", language)),
    )
    return _table(heads, (_rule(rule, book, language) for rule in rules))


def _rule(rule: Rule, book: Rulebook, language: Language) -> Iterator[str]:
    layer, kind = say(f"layer.{rule.layer}", language), say(f"kind.{rule.kind}", language)
    status = "" if rule.status is Status.IN_FORCE else f"<br>**{say(f'status.{rule.status}', language)}**"
    yield f"`{rule.id}`<br>{kind}, {layer}{status}"
    short = brief(rule, language)
    yield _cell(text_of(rule.text, language)) + (f"<br>*{_cell(short)}*" if short else "")
    source = _cell(source_of(rule, language))
    yield f"[{source}]({rule.link})" if rule.citation and rule.link else source
    signed = say("rules.unsigned", language)
    if rule.signature is not None:
        signed = say("rules.signed", language, who=rule.signature.reviewed_by, day=rule.signature.reviewed_on)
    yield f"{say(f'confidence.{rule.confidence}', language)}<br>{signed}" if rule.confidence is not None else signed
    carriers = [text_of(book.carriers[one].name, language) for one in sorted(rule.providers)]
    yield "<br>".join((", ".join(code_words("actor.", rule.actors, language)), *carriers))
    until = f" {say('rules.until', language, day=rule.valid_to)}" if rule.valid_to is not None else ""
    yield say("rules.from", language, day=rule.valid_from) + until


def _missing(place: Place, book: Rulebook, day: date, language: Language) -> list[str]:
    """Return what a reader might look for here in vain."""
    held = {rule.kind for rule in place.rules}
    timed = {purpose for rule in place.rules if rule.kind is Kind.HOURS for purpose in rule.purposes}
    own = rules_of(book, [place.jurisdiction.code])
    cited = [rule for rule in place.rules if rule.layer is not Layer.POLICY]
    found = (
        ("no_kind", [say(f"kind.{kind}", language) for kind in _EXPECTED if kind not in held]),
        ("no_hours", [say(f"purpose.{one}", language) for one in Purpose if one not in timed]),
        ("unread", [f"`{rule.id}`" for rule in cited if not is_read(rule)]),
        ("unsigned", [f"`{rule.id}`" for rule in place.rules if loosens_unsigned(rule)]),
        ("idle", [f"`{rule.id}`" for rule in own if not rule.binds_on(day)]),
    )
    lines = [f"- {_w(key, language, names=', '.join(names))}" for key, names in found if names]
    return lines or [_w("nothing_missing", language)]
