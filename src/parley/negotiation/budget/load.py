"""Read a reference budget. What is unknown, mistyped or impossible is refused with its line and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from parley.money import MINOR_DIGITS
from parley.negotiation.budget.financial_statement import MOST_PEOPLE, Household
from parley.negotiation.budget.reference import ANYWHERE, Category, Checked, Further, Part, Reference, Source, digest_of
from parley.negotiation.budget.tables import TableReader
from parley.settings.toml import parse

_ID: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_PLACE: Final = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
_FIGURES: Final = ("people_minor", "under_65_minor", "from_65_minor")
_PARTS: Final = (Part.HOUSING, Part.ESSENTIALS)


def load_reference(raw: bytes, source_name: str) -> Reference:
    """Read a reference budget. Raises BadInput naming *source_name*, the line, the key and what is allowed."""
    document = parse(raw, source_name)
    top = TableReader(document, document.data)
    top.allow(
        {"id", "version", "jurisdiction", "valid_from", "assumed_people", "reason_en", "reason_zh", "categories"},
        {"currency", "sources", "further"},
    )
    sources = tuple(_source(one) for one in top.tables("sources"))
    categories = tuple(_category(one, {source.id for source in sources}) for one in top.tables("categories"))
    table = Reference(
        id=top.text("id", _ID, "us-irs"),
        version=top.text("version"),
        digest=digest_of(raw),
        jurisdiction=_place(top),
        currency=top.text("currency") if "currency" in top.values else "",
        valid_from=top.day("valid_from"),
        assumed_people=top.whole("assumed_people", 1, MOST_PEOPLE),
        reason_en=top.text("reason_en"),
        reason_zh=top.text("reason_zh"),
        sources=sources,
        categories=categories,
        further=_further(TableReader(document, top.values["further"], "further")) if "further" in top.values else None,
    )
    _check(table, top)
    return table


def _place(top: TableReader) -> str:
    if top.values["jurisdiction"] == ANYWHERE:
        return ANYWHERE
    return top.text("jurisdiction", _PLACE, 'US, US-CA or "*"')


def _source(reader: TableReader) -> Source:
    reader.allow({"id", "title", "address", "effective_on", "read_in", "read_on", "checked"})
    return Source(
        reader.text("id", _ID, "national"),
        reader.text("title"),
        reader.text("address"),
        reader.day("effective_on"),
        reader.text("read_in"),
        reader.day("read_on"),
        reader.word("checked", tuple(Checked)),
    )


def _category(reader: TableReader, sources: set[str]) -> Category:
    reader.allow({"id", "part", "en", "zh"}, {"source", "zh_hant", *_FIGURES})
    values: Mapping[str, Any] = reader.values
    if ("under_65_minor" in values) != ("from_65_minor" in values):
        raise reader.bad(
            "needs `under_65_minor` and `from_65_minor`, or neither", "须同时给出两个年龄段的金额，或都不给"
        )
    if "people_minor" in values and "from_65_minor" in values:
        raise reader.bad("has figures by people and by age; give one kind", "不可同时按人数和按年龄给出金额")
    has_figure = any(key in values for key in _FIGURES)
    if has_figure != ("source" in values):
        raise reader.bad(
            "needs a `source` where it has figures, and none where not", "有金额时须注明 `source`，无金额时不可注明"
        )
    source = reader.text("source") if has_figure else ""
    if has_figure and source not in sources:
        known = ", ".join(sorted(sources)) or "-"
        raise reader.bad(f"is not the id of one of the sources: {known}", f"不是所列来源之一：{known}", "source")
    return Category(
        id=reader.text("id", _ID, "health_care"),
        part=reader.word("part", _PARTS),
        en=reader.text("en"),
        zh=reader.text("zh"),
        source=source,
        people_minor=reader.wholes("people_minor") if "people_minor" in values else (),
        under_65_minor=reader.whole("under_65_minor") if "under_65_minor" in values else None,
        from_65_minor=reader.whole("from_65_minor") if "from_65_minor" in values else None,
        zh_hant=reader.text("zh_hant") if "zh_hant" in values else "",
    )


def _further(reader: TableReader) -> Further:
    reader.allow({"per_person_minor", "over"})
    over = reader.values["over"]
    if not isinstance(over, list) or not over or not all(isinstance(one, str) for one in over):
        raise reader.bad("is not a list of categories in [ ]", "不是方括号内的类别列表", "over")
    return Further(reader.whole("per_person_minor", 1), tuple(over))


def _check(table: Reference, top: TableReader) -> None:
    """Refuse what is possible line by line but not together."""
    for noun, ids in (
        ("sources", [one.id for one in table.sources]),
        ("categories", [one.id for one in table.categories]),
    ):
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise top.bad(f"lists {twice[0]!r} twice", f"中 {twice[0]!r} 重复", noun)
    for part in _PARTS:
        if not table.of(part):
            raise top.bad(f"has no category of part {part}", f"缺少 {part} 部分的类别", "categories")
    has_figures = any(one.has_figure for one in table.categories)
    if has_figures != (table.currency in MINOR_DIGITS) or (table.currency and not has_figures):
        raise top.bad(
            f"`currency` must be one of {', '.join(MINOR_DIGITS)} where there are figures, and missing where not",
            f"有金额时 `currency` 须为 {', '.join(MINOR_DIGITS)} 之一，无金额时不可填写",
        )
    _check_people(table, top)


def _check_people(table: Reference, top: TableReader) -> None:
    rows = {one.id: len(one.people_minor) for one in table.categories if one.people_minor}
    over = table.further.over if table.further else ()
    if sorted(over) != sorted(rows) or len(set(rows.values())) > 1:
        raise top.bad(
            "must name in `over` every category with `people_minor`, and all of these need as many rows",
            "的 `over` 须列出每个有 `people_minor` 的类别，且各类别的行数须相同",
            "further",
        )
    totals = [sum(table.guidelines(Household(people)).values()) for people in range(1, MOST_PEOPLE + 1)]
    if totals != sorted(totals):
        raise top.bad("would let a larger household spend less", "会使人口较多的家庭支出更少", "categories")
