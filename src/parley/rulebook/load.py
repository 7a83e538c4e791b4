"""Make a rulebook of the bytes of its files, or refuse with file and line.

The folder of a file says whose law it is (`us/ca/hours.toml`: California), by the table in `jurisdictions.toml`.
Where the bytes come from is the caller's business.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from parley.errors import BadInput
from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.book import Jurisdiction, Rulebook
from parley.rulebook.fields import E, Fields
from parley.rulebook.params import READERS, read_params
from parley.rulebook.rule import ExceptionParams, ImportParams, Rule, Signature
from parley.rulebook.terms import Confidence, Flag, Kind, Layer, Status

JURISDICTIONS: Final = "jurisdictions.toml"
ALL: Final = "all"
LARGEST_FILE_BYTES: Final = 1_000_000
LARGEST_RULEBOOK: Final = 10_000

# What `purposes = ["all"]` means. The crisis reply and the confirmation of a refusal go out unless a rule names them.
EVERY_PURPOSE: Final = frozenset(Purpose) - {Purpose.CRISIS_REPLY, Purpose.OPT_OUT_CONFIRMATION}

_RULE_KEYS: Final = frozenset(
    "id kind layer status actors purposes channels products requires params valid_from valid_to known_from citation "
    "link confidence text reason reviewed_by reviewed_on excerpt".split()
)
_TOML_LINE = re.compile(r"at line (\d+)")


def load_rulebook(files: Mapping[str, bytes]) -> Rulebook:
    """Return the rulebook of *files* (path below the data folder → content).

    Raises BadInput: file, line, what is wrong and what is allowed. Files that are not TOML by name are left out.
    """
    named = {path: content for path, content in files.items() if path.endswith(".toml")}
    if JURISDICTIONS not in named:
        raise BadInput(f"{JURISDICTIONS} is missing from the rulebook", f"规则库缺少 {JURISDICTIONS}")
    jurisdictions = _jurisdictions(named[JURISDICTIONS])
    placed: list[tuple[Rule, Fields]] = []
    for path in sorted(named.keys() - {JURISDICTIONS}):
        placed.extend(_rules_of(path, named[path], jurisdictions))
    _check_whole(placed)
    return Rulebook(tuple(rule for rule, _ in placed), jurisdictions, _hash(named))


def _hash(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        for part in (path.encode(), files[path]):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _parse(path: str, content: bytes) -> tuple[list[str], dict[str, object]]:
    if len(content) > LARGEST_FILE_BYTES:
        raise BadInput(f"{path}: larger than {LARGEST_FILE_BYTES} bytes", f"{path}：超过 {LARGEST_FILE_BYTES} 字节")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise BadInput(f"{path}, line {line}: not UTF-8", f"{path} 第 {line} 行：不是 UTF-8 编码") from None
    try:
        return text.splitlines(), tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        found = _TOML_LINE.search(str(fault))
        line = int(found[1]) if found else text.count("\n") + 1
        raise BadInput(
            f"{path}, line {line}: not TOML: {fault}", f"{path} 第 {line} 行：不是合法的 TOML：{fault}"
        ) from None


def _tables(path: str, lines: list[str], top: Fields, name: str) -> Iterable[Fields]:
    """Yield each `[[name]]` table with the line of its header."""
    tables = top.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        top.fail(name, f"write each {name} as [[{name}]]", f"每条 {name} 应写作 [[{name}]]")
    headers = [number for number, line in enumerate(lines, 1) if line.strip() == f"[[{name}]]"]
    for place, table in enumerate(tables):
        yield Fields(path, lines, headers[place] if place < len(headers) else 1, table)


def _jurisdictions(content: bytes) -> dict[str, Jurisdiction]:
    lines, document = _parse(JURISDICTIONS, content)
    top = Fields(JURISDICTIONS, lines, 1, document)
    found: dict[str, Jurisdiction] = {}
    for table in _tables(JURISDICTIONS, lines, top, "jurisdiction"):
        parent = table.text("parent", "") or None
        one = Jurisdiction(table.text("code"), parent, table.text("folder"), table.bilingual("name"))
        # Parents come first, so that a chain always ends.
        if parent is not None and parent not in found:
            table.fail("parent", f"{parent!r} is not listed before this one", f"{parent!r} 未列在此条之前")
        if one.code in found:
            table.fail("code", f"{one.code!r} is given twice", f"{one.code!r} 重复")
        table.finish()
        found[one.code] = one
    top.finish()
    return found


def _rules_of(path: str, content: bytes, jurisdictions: Mapping[str, Jurisdiction]) -> list[tuple[Rule, Fields]]:
    folder = path.rpartition("/")[0]
    owner = next((one for one in jurisdictions.values() if one.folder == folder), None)
    if owner is None:
        folders = ", ".join(sorted(one.folder for one in jurisdictions.values()))
        raise BadInput(
            f"{path}, line 1: folder {folder!r} is no jurisdiction; allowed: {folders}",
            f"{path} 第 1 行：文件夹 {folder!r} 不对应任何法域；允许：{folders}",
        )
    lines, document = _parse(path, content)
    top = Fields(path, lines, 1, document)
    known_from = top.day("known_from")
    if known_from is None:
        top.fail("known_from", "the file says known_from, the day its rules became known to us", "须写明 known_from")
    link = top.text("link", "")
    rules = [(_rule(table, owner.code, known_from, link), table) for table in _tables(path, lines, top, "rule")]
    top.finish()
    return rules


def _rule(fields: Fields, jurisdiction: str, known_from: date, link: str) -> Rule:
    fields.only(_RULE_KEYS)
    kind = fields.one_of("kind", Kind)
    if kind not in READERS:
        allowed = ", ".join(sorted(READERS))
        fields.fail(
            "kind", f"kind {kind!s} is not evaluated yet; allowed: {allowed}", f"尚不支持 {kind!s}；允许：{allowed}"
        )
    layer = fields.one_of("layer", Layer)
    valid_from, valid_to = fields.day("valid_from"), fields.day("valid_to")
    if valid_from is None or (valid_to is not None and valid_to < valid_from):
        fields.fail("valid_from", "valid_from is missing or after valid_to", "valid_from 缺失或晚于 valid_to")
    rule = Rule(
        id=fields.text("id"),
        kind=kind,
        jurisdiction=jurisdiction,
        layer=layer,
        status=fields.one_of("status", Status),
        actors=_some_or_all(fields, "actors", Actor, frozenset(Actor)),
        purposes=_some_or_all(fields, "purposes", Purpose, EVERY_PURPOSE),
        channels=_some_or_all(fields, "channels", Channel, frozenset(Channel)),
        products=fields.words("products"),
        requires=fields.some_of("requires", Flag),
        params=read_params(kind, fields.sub("params")),
        valid_from=valid_from,
        valid_to=valid_to,
        known_from=fields.day("known_from") or known_from,
        citation=fields.text("citation", ""),
        link=fields.text("link", link),
        confidence=fields.one_of("confidence", Confidence) if fields.has("confidence") else None,
        text=fields.bilingual("text"),
        reason=fields.bilingual("reason") if fields.has("reason") else None,
        signature=_signature(fields),
    )
    _check_source(rule, fields)
    return rule


def _some_or_all(fields: Fields, key: str, kinds: type[E], everything: frozenset[E]) -> frozenset[E]:
    if fields.words(key) == {ALL}:
        return everything
    some = fields.some_of(key, kinds)
    if not some:
        fields.fail(key, f'{key} is empty; write ["all"] for all', f'{key} 为空；全部请写 ["all"]')
    return some


def _signature(fields: Fields) -> Signature | None:
    if not any(fields.has(key) for key in ("reviewed_by", "reviewed_on", "excerpt")):
        return None
    day = fields.day("reviewed_on")
    if day is None:
        fields.fail(
            "reviewed_by", "a signature is reviewed_by, reviewed_on and excerpt", "签名须含审阅人、日期与原文摘录"
        )
    return Signature(fields.text("reviewed_by"), day, fields.text("excerpt"))


def _check_source(rule: Rule, fields: Fields) -> None:
    if rule.layer is Layer.POLICY:
        if rule.reason is None:
            fields.fail("id", "a policy rule says its reason", "政策规则须写明理由 reason")
    elif not rule.citation or rule.confidence is None:
        fields.fail("id", "law and standards carry citation and confidence", "法规与标准须有出处与可信度")


def _check_whole(placed: list[tuple[Rule, Fields]]) -> None:
    """Check what only the whole rulebook can show: ids are unique and references meet something they may."""
    if len(placed) > LARGEST_RULEBOOK:
        raise BadInput(f"more than {LARGEST_RULEBOOK} rules", f"规则超过 {LARGEST_RULEBOOK} 条")
    by_id: dict[str, Rule] = {}
    for rule, fields in placed:
        if rule.id in by_id:
            fields.fail("id", f"rule id {rule.id!r} is given twice", f"规则编号 {rule.id!r} 重复")
        by_id[rule.id] = rule
    for rule, fields in placed:
        for name in sorted(_references(rule)):
            other = by_id.get(name)
            if other is None:
                fields.fail(
                    name, f"{rule.id} names the unknown rule {name!r}", f"{rule.id} 引用了不存在的规则 {name!r}"
                )
            if rule.kind is Kind.EXCEPTION and rule.layer is Layer.POLICY and other.layer is not Layer.POLICY:
                fields.fail(
                    "id", f"policy {rule.id} cannot lift {name}, which is law", f"政策 {rule.id} 不得豁免法规 {name}"
                )


def _references(rule: Rule) -> frozenset[str]:
    match rule.params:
        case ExceptionParams(overrides=names) | ImportParams(rules=names):
            return names
        case _:
            return frozenset()
