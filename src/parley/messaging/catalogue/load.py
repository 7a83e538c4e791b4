"""From the bytes of the catalogue's files to a catalogue that holds together, or one error naming file and key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, NoReturn, TypeVar

from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.catalogue.entry import ContentClass, Context, Discloses, Entry
from parley.messaging.catalogue.house import House, faults_of
from parley.messaging.catalogue.texts import Catalogue
from parley.messaging.phrases import GUIDANCE_FILE, GuidanceWords, load_guidance
from parley.messaging.template import Node, Template, TemplateError, parse
from parley.messaging.values import DEFAULT_WORDS_LIMIT, FACTS, Kind, Placeholder, PlaceholderTypes
from parley.purpose import Purpose

KEYS_FILE: Final = "keys.toml"
FILES: Final = (KEYS_FILE, GUIDANCE_FILE, *(f"{language}.toml" for language in Language))
"""The names under which `load_catalogue` expects the bytes of its files."""

_SECTIONS: Final = frozenset({"standing", "limits", "lines", "implies", "signposts", "begins", "keys"})
_ENTRY_FIELDS: Final = frozenset(
    {"purpose", "context", "discloses", "version", "classes", "person", "placeholders", "without"}
)
# The placeholder of the line of independent advice.
_ADVICE: Final = "advice"
_PLAIN_KINDS: Final = tuple(kind for kind in Kind if kind is not Kind.CHOICE)

_Table = Mapping[str, Any]
_Member = TypeVar("_Member", bound=StrEnum)


def load_catalogue(files: Mapping[str, bytes]) -> Catalogue:
    """Return the catalogue of the FILES.

    Raises BadInput, naming file and key: a file that is missing or no TOML, an unknown field or value, a key that a
    language lacks or has alone, a placeholder that differs between languages, account facts where only less may be
    disclosed, a class of guidance that is missing or that a placeholder implies, words of a recommendation in a text of
    another class, a missing line (sender, contact, stop) without a reason, a text that cannot be parsed.
    """
    keys = _toml(files, KEYS_FILE)
    _only("(top)", keys, _SECTIONS)
    house = _house(keys, _guidance(files))
    entries = {key: _entry(key, fields, house) for key, fields in _table("keys", keys).items()}
    texts: dict[tuple[str, Language], Template] = {}
    for language in Language:
        for key, template in _texts(files, language, entries, house):
            for fault in faults_of(language, entries[key], template, house):
                _refuse(f"{language}.toml", key, fault.en, fault.zh)
            texts[key, language] = template
    return Catalogue(entries, texts, house)


def _guidance(files: Mapping[str, bytes]) -> GuidanceWords:
    if GUIDANCE_FILE not in files:
        raise BadInput(f"The catalogue file {GUIDANCE_FILE} is missing.", f"缺少文案文件{GUIDANCE_FILE}。")
    return load_guidance(files[GUIDANCE_FILE])


def _toml(files: Mapping[str, bytes], name: str) -> _Table:
    if name not in files:
        raise BadInput(f"The catalogue file {name} is missing.", f"缺少文案文件{name}。")
    try:
        return tomllib.loads(files[name].decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{name} is not TOML in UTF-8: {error}.", f"{name}不是UTF-8编码的TOML：{error}。") from None


def _refuse(file: str, key: str, en: str, zh: str) -> NoReturn:
    raise BadInput(f"{file}, {key}: {en}", f"{file}，{key}：{zh}")


def _table(name: str, of: _Table, key: str = "(top)") -> _Table:
    table = of.get(name, {})
    if not isinstance(table, dict):
        _refuse(KEYS_FILE, key, f"{name} is a table.", f"{name}应为表。")
    return table


def _only(key: str, table: _Table, allowed: frozenset[str]) -> None:
    unknown = ", ".join(sorted(set(table) - allowed))
    if unknown:
        known = ", ".join(sorted(allowed))
        _refuse(
            KEYS_FILE, key, f"{unknown} is not known here; known are {known}.", f"{unknown}不可用，可用的有{known}。"
        )


def _house(keys: _Table, guidance: GuidanceWords) -> House:
    standing = {name: Placeholder(Kind.WORDS, limit=limit) for name, limit in _limits("standing", keys).items()}
    lines = {line: frozenset(names) for line, names in _table("lines", keys).items()}
    for line, names in lines.items():
        unknown = ", ".join(sorted(names - set(standing)))
        if unknown:
            _refuse(KEYS_FILE, f"lines.{line}", f"{unknown} is not a standing word.", f"{unknown}不是通用词。")
    begins = {language: _signature(language, text, standing) for language, text in _table("begins", keys).items()}
    implies = {name: _class(f"implies.{name}", letter) for name, letter in _table("implies", keys).items()}
    signposts = frozenset(
        _member("signposts", "purposes", Purpose, {"purposes": one})
        for one in _table("signposts", keys).get("purposes", ())
    )
    return House(standing, _limits("limits", keys), lines, implies, signposts, begins, guidance)


def _class(key: str, letter: object) -> ContentClass:
    if letter not in set(ContentClass):
        allowed = ", ".join(ContentClass)
        _refuse(KEYS_FILE, key, f"a class of guidance is one of {allowed}.", f"内容类别须为以下之一：{allowed}。")
    return ContentClass(str(letter))


def _classes(key: str, fields: _Table, house: House) -> frozenset[ContentClass]:
    """Read the classes a text declares; what its placeholders make it must be among them."""
    letters = fields.get("classes")
    if not isinstance(letters, list) or not letters:
        _refuse(KEYS_FILE, key, 'needs classes, such as classes = ["A"].', '需要内容类别，例如classes = ["A"]。')
    declared = frozenset(_class(key, letter) for letter in letters)
    for name in _table("placeholders", fields, key):
        implied = house.implies.get(name)
        if implied is not None and implied not in declared:
            _refuse(
                KEYS_FILE,
                key,
                f"shows {name}, so it is of class {implied} too; declare it.",
                f"使用了{name}，因此也属类别{implied}，请一并声明。",
            )
    return declared


def _signature(language: str, text: object, standing: PlaceholderTypes) -> tuple[Node, ...]:
    where = f"begins.{language}"
    if language not in set(Language) or not isinstance(text, str):
        _refuse(KEYS_FILE, where, "names a language shipped and a text in quotes.", "应为已支持的语言及带引号的文字。")
    try:
        return parse(text, standing).nodes
    except TemplateError as error:
        _refuse(KEYS_FILE, where, error.en, error.zh)


def _limits(section: str, keys: _Table) -> Mapping[str, int]:
    limits = _table(section, keys)
    for name, limit in limits.items():
        if type(limit) is not int or limit < 1:
            _refuse(KEYS_FILE, f"{section}.{name}", "is a number of characters, at least 1.", "须为不小于1的整数。")
    return limits


def _entry(key: str, fields: object, house: House) -> Entry:
    if not isinstance(fields, dict):
        _refuse(KEYS_FILE, key, "is a table.", "应为表。")
    _only(key, fields, _ENTRY_FIELDS)
    version = fields.get("version")
    if type(version) is not int or version < 1:
        _refuse(KEYS_FILE, key, "needs a version, a whole number from 1.", "需要版本号（从1起的整数）。")
    entry = Entry(
        key,
        _member(key, "purpose", Purpose, fields),
        _member(key, "context", Context, fields),
        _member(key, "discloses", Discloses, fields),
        version,
        {name: _placeholder(key, name, kind, house) for name, kind in _table("placeholders", fields, key).items()},
        _reasons(key, _table("without", fields, key), house),
        _classes(key, fields, house),
        _member(key, "person", Purpose, fields) if "person" in fields else None,
    )
    if entry.purpose in house.signposts and not {_ADVICE} & {*entry.placeholders, *entry.without}:
        _refuse(
            KEYS_FILE,
            key,
            f"a {entry.purpose} has a place for {_ADVICE}, or a reason for having none.",
            f"用途为{entry.purpose}的文案须留有{_ADVICE}的位置，否则须写明理由。",
        )
    facts = sorted(name for name, placeholder in entry.placeholders.items() if placeholder.kind in FACTS)
    if facts and entry.discloses is not Discloses.DEBT:
        _refuse(
            KEYS_FILE,
            key,
            f"discloses {entry.discloses}, so it cannot show {', '.join(facts)}.",
            f"披露级别为{entry.discloses}，不能显示{'、'.join(facts)}。",
        )
    return entry


def _member(key: str, field: str, values: type[_Member], fields: _Table) -> _Member:
    try:
        return values(str(fields.get(field)))
    except ValueError:
        allowed = ", ".join(values)
        _refuse(KEYS_FILE, key, f"{field} is one of {allowed}.", f"{field}须为以下之一：{allowed}。")


def _placeholder(key: str, name: str, kind: object, house: House) -> Placeholder:
    """Read 'amount' as a kind, ["yes", "no"] as a choice of these."""
    if name in house.standing:
        _refuse(KEYS_FILE, key, f"{name} is a standing word; do not declare it.", f"{name}是通用词，无需声明。")
    if isinstance(kind, list) and kind and all(isinstance(choice, str) for choice in kind):
        return Placeholder(Kind.CHOICE, choices=tuple(kind))
    if isinstance(kind, str) and kind in _PLAIN_KINDS:
        return Placeholder(Kind(kind), limit=house.limits.get(name, DEFAULT_WORDS_LIMIT))
    kinds = ", ".join(_PLAIN_KINDS)
    _refuse(
        KEYS_FILE,
        key,
        f"the kind of {name} is one of {kinds}, or a list of choices.",
        f"{name}的类型须为{kinds}之一，或选项列表。",
    )


def _reasons(key: str, without: _Table, house: House) -> Mapping[str, str]:
    for line, reason in without.items():
        if line not in house.lines and line != _ADVICE:
            _refuse(KEYS_FILE, key, f"{line} is not one of the lines.", f"{line}不是规定的行。")
        if not isinstance(reason, str) or not reason.strip():
            _refuse(KEYS_FILE, key, f"leaving out the {line} line needs a reason.", f"省略{line}一行须写明理由。")
    return without


def _texts(
    files: Mapping[str, bytes], language: Language, entries: Mapping[str, Entry], house: House
) -> Iterator[tuple[str, Template]]:
    file = f"{language}.toml"
    table = _toml(files, file)
    for key in sorted(set(table) ^ set(entries)):
        if key in table:
            _refuse(file, key, f"{KEYS_FILE} does not know this key.", f"{KEYS_FILE}中没有此键。")
        _refuse(file, key, "this key has no text here.", "此键在本文件中没有文案。")
    for key, entry in entries.items():
        source = _source(file, key, table[key])
        try:
            yield key, parse(source, {**house.standing, **entry.placeholders})
        except TemplateError as error:
            _refuse(file, key, error.en, error.zh)


def _source(file: str, key: str, fields: object) -> str:
    source = fields["text"] if isinstance(fields, dict) and set(fields) == {"text"} else None
    if not isinstance(source, str):
        _refuse(file, key, "has one field, text, in quotes.", "应只有一个字段text（带引号）。")
    return source
