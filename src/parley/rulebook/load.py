"""Make a rulebook of the bytes of its files, or refuse with file and line.

The folder of a file says whose law it is (`us/ca/hours.toml`: California), by the table in `jurisdictions.toml`.
Where the bytes come from is the caller's business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Final

from parley.errors import BadInput
from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.book import Jurisdiction, Rulebook
from parley.rulebook.carriers import PROVIDERS, read_carriers
from parley.rulebook.document import read_document, tables_of
from parley.rulebook.fields import E, Fields
from parley.rulebook.holidays import FOLDER, HolidayCalendar, read_calendar
from parley.rulebook.params import read_params
from parley.rulebook.rule import Rule, Signature
from parley.rulebook.terms import Confidence, Flag, Kind, Layer, Status
from parley.rulebook.whole import check_whole

JURISDICTIONS: Final = "jurisdictions.toml"
ALL: Final = "all"

# What `purposes = ["all"]` means. The crisis reply and the confirmation of a refusal go out unless a rule names them.
EVERY_PURPOSE: Final = frozenset(Purpose) - {Purpose.CRISIS_REPLY, Purpose.OPT_OUT_CONFIRMATION}

_RULE_KEYS: Final = frozenset(
    "id kind layer status actors purposes channels products providers requires params valid_from valid_to "
    "contract_from contract_to known_from supersedes citation link confidence text reason reviewed_by reviewed_on "
    "excerpt".split()
)


def load_rulebook(files: Mapping[str, bytes]) -> Rulebook:
    """Return the rulebook of *files* (path below the data folder → content).

    Raises BadInput: file, line, what is wrong and what is allowed. Files that are not TOML by name are left out.
    """
    named = {path: content for path, content in files.items() if path.endswith(".toml")}
    if JURISDICTIONS not in named:
        raise BadInput(f"{JURISDICTIONS} is missing from the rulebook", f"规则库缺少 {JURISDICTIONS}")
    jurisdictions = read_jurisdictions(named[JURISDICTIONS])
    carriers = read_carriers(read_document(PROVIDERS, named[PROVIDERS])) if PROVIDERS in named else {}
    placed: list[tuple[Rule, Fields]] = []
    calendars: dict[str, HolidayCalendar] = {}
    for path in sorted(named.keys() - {JURISDICTIONS, PROVIDERS}):
        if path.startswith(FOLDER):
            name = path.removeprefix(FOLDER).removesuffix(".toml")
            calendars[name] = read_calendar(name, read_document(path, named[path]))
        else:
            placed.extend(_rules_of(path, named[path], jurisdictions))
    check_whole(placed, frozenset(calendars), frozenset(carriers))
    return Rulebook(tuple(rule for rule, _ in placed), jurisdictions, _hash(named), calendars, carriers)


def _hash(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        for part in (path.encode(), files[path]):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def read_jurisdictions(content: bytes) -> dict[str, Jurisdiction]:
    """Return the territories of `jurisdictions.toml`, in order. Raises BadInput: line, what is wrong and allowed."""
    top = read_document(JURISDICTIONS, content)
    found: dict[str, Jurisdiction] = {}
    for table in tables_of(top, "jurisdiction"):
        parent = table.text("parent", "") or None
        code, members = table.text("code"), table.words("members")
        one = Jurisdiction(code, parent, table.text("folder"), table.bilingual("name"), members)
        # Parents come first, so that a chain always ends.
        if parent is not None and parent not in found:
            table.fail("parent", f"{parent!r} is not listed before this one", f"{parent!r} 未列在此条之前")
        if {code, *members} & {*found, *(name for other in found.values() for name in other.members)}:
            table.fail("code", f"{code!r} or a member of it is given twice", f"{code!r} 或其成员重复")
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
    top = read_document(path, content)
    known_from = top.day("known_from")
    if known_from is None:
        top.fail("known_from", "the file says known_from, the day its rules became known to us", "须写明 known_from")
    link = top.text("link", "")
    rules = [(_rule(table, owner.code, known_from, link), table) for table in tables_of(top, "rule")]
    top.finish()
    return rules


def _rule(fields: Fields, jurisdiction: str, known_from: date, link: str) -> Rule:
    fields.only(_RULE_KEYS)
    kind = fields.one_of("kind", Kind)
    layer = fields.one_of("layer", Layer)
    valid_from, valid_to = fields.day("valid_from"), fields.day("valid_to")
    if valid_from is None or (valid_to is not None and valid_to < valid_from):
        fields.fail("valid_from", "valid_from is missing or after valid_to", "valid_from 缺失或晚于 valid_to")
    contract_from, contract_to = fields.day("contract_from"), fields.day("contract_to")
    if contract_from is not None and contract_to is not None and contract_to < contract_from:
        fields.fail("contract_from", "contract_from is after contract_to", "contract_from 晚于 contract_to")
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
        providers=fields.words("providers"),
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
        contract_from=contract_from,
        contract_to=contract_to,
        supersedes=fields.words("supersedes"),
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
