"""One field of a map as a function from a line of the file to a value: a source of text, then a conversion.

The options of a field are the two tables below. What is not in them is refused with the line of the map.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any, Final

import phonenumbers

from parley.contact.places import Places, load_places, zones_of
from parley.dates import zone
from parley.money import MINOR_DIGITS
from parley.run.importing import convert
from parley.run.importing.draw import Seed, Table, fill_random, fill_serial
from parley.run.importing.reasons import SENTENCES, BadCell, Reason
from parley.run.importing.rows import Target, Type

# Where a field's text comes from; a field names exactly one.
SOURCES: Final = ("column", "columns", "template", "value", "from", "draw", "names", "share_bps")
# What else a field of each type may say.
OPTIONS: Final[Mapping[Type, tuple[str, ...]]] = {
    Type.TEXT: ("table", "fill"),
    Type.CURRENCY: ("table",),
    Type.MONEY: ("unit", "decimal", "group", "sign", "if_negative", "factor", "source_currency"),
    Type.DATE: ("format", "spread_days"),
    Type.INTEGER: ("if_negative",),
    Type.INTEGERS: (),
    Type.RATE: ("unit", "decimal"),
    Type.PHONE: ("region", "fill"),
    Type.ZONES: ("table",),
    Type.BOOLEAN: ("table",),
    Type.WORD: ("table",),
    Type.MOMENT: ("format", "zone"),
}
_WHOLE_BPS: Final = 10_000
_PLACES_FILE: Final = "places.toml"
_JOIN: Final = "\x1f"


class MapFault(Exception):
    """An option that cannot be; `mapping` adds the line."""

    def __init__(self, option: str, en: str, zh: str) -> None:
        super().__init__(en)
        self.option = option
        self.en = en
        self.zh = zh


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a field may refer to: the file's columns, and the map's seed, draws and names."""

    columns: Mapping[str, int]
    seed: Seed | None
    tables: Mapping[str, Table]
    names: Mapping[str, Sequence[str]]
    is_synthetic: bool


@dataclass(slots=True, repr=False)
class Line:
    """One row under conversion: its cells, those that hold no value, the key of its draws, what is filled already."""

    cells: Sequence[str]
    faults: Mapping[int, Reason]
    key: str
    values: dict[str, Any] = field(default_factory=dict)
    drawn: dict[str, dict[str, str]] = field(default_factory=dict)

    def text(self, index: int) -> str:
        """Return the text of a cell. Raises BadCell where it holds no value."""
        if index in self.faults:
            raise BadCell(self.faults[index])
        return self.cells[index].strip()


@cache
def places() -> Places:
    """Return the zones of each jurisdiction."""
    raw = (resources.files("parley.contact") / "data" / _PLACES_FILE).read_bytes()
    return load_places(_PLACES_FILE, raw)


Source = Callable[[Line], str]
Finish = Callable[[str, Line], object]
Filler = Callable[[Line], object]


def compile_field(target: Target, options: Mapping[str, Any], lookup: Lookup) -> Filler:
    """Return the function that fills *target*; it returns None where an optional cell is empty. Raises MapFault."""
    named = [name for name in options if name in SOURCES]
    if len(named) != 1:
        listed = ", ".join(SOURCES)
        raise MapFault(
            "", f"{target.name} needs exactly one of {listed}", f"{target.name} 须且只能写其中一项：{listed}"
        )
    for name in options:
        if name not in SOURCES and name not in OPTIONS[target.type]:
            listed = ", ".join(OPTIONS[target.type]) or "none"
            raise MapFault(
                name,
                f"{name} is no option of a {target.type} field. Options: {listed}",
                f"{target.type} 类型的字段没有 {name} 选项。可用：{listed}",
            )
    source = _SOURCES[named[0]](target, options[named[0]], lookup)
    if "fill" in options:
        source = _filled(target, source, options["fill"], lookup)
    if "table" in options:
        source = _translated(source, options["table"])
    finish = _FINISHES[target.type](target, options, lookup)
    if set(options) == {"value"} and target.type is not Type.MONEY:
        _check_constant(source, finish)
    is_required = target.is_required

    def fill(line: Line) -> object:
        raw = source(line)
        if raw:
            return finish(raw, line)
        if is_required:
            raise BadCell(Reason.EMPTY)
        return None

    return fill


def _check_constant(source: Source, finish: Finish) -> None:
    """Refuse a value that no row could take; an amount waits for its row's currency."""
    line = Line((), {}, "")
    try:
        raw = source(line)
        if raw:
            finish(raw, line)
    except BadCell as bad:
        en, zh = SENTENCES[bad.reason]
        raise MapFault("value", en.rstrip("."), zh.rstrip("。")) from None


# --- sources: a line to text ---


def _column(_: Target, name: object, lookup: Lookup) -> Source:
    index = _index("column", name, lookup)
    return lambda line: line.text(index)


def _columns(target: Target, names: object, lookup: Lookup) -> Source:
    if target.type is not Type.INTEGERS or not isinstance(names, list):
        raise MapFault("columns", "columns = [...] is for lists; use column", "columns = [...] 仅用于列表，请用 column")
    indexes = [_index("columns", name, lookup) for name in names]
    return lambda line: _JOIN.join([line.text(index) for index in indexes])


def _template(_: Target, template: object, lookup: Lookup) -> Source:
    try:
        parts = list(string.Formatter().parse(str(template)))
    except ValueError:
        raise MapFault("template", "braces do not match", "花括号不成对") from None
    pieces = [(text, None if name is None else _index("template", name, lookup)) for text, name, _, _ in parts]

    def join(line: Line) -> str:
        return "".join(text + ("" if index is None else line.text(index)) for text, index in pieces)

    return join


def _value(_: Target, value: object, __: Lookup) -> Source:
    if not isinstance(value, str | int | bool | date):
        raise MapFault(
            "value",
            "value must be text, a whole number, true, false or a date",
            "value 须为文本、整数、true/false 或日期",
        )
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return lambda _: text


def _derived(target: Target, name: object, _: Lookup) -> Source:
    """Take the zones of the row's jurisdiction: all of them where it has several."""
    if target.type is not Type.ZONES or name != "jurisdiction":
        raise MapFault("from", 'from = "jurisdiction" is for zones only', 'from = "jurisdiction" 仅用于 zones')
    known = places()
    return lambda line: ";".join(zones_of(known, line.values.get("jurisdiction", "")))


def _drawn(_: Target, place: object, lookup: Lookup) -> Source:
    seed = _seed("draw", lookup)
    name, __, key = str(place).partition(".")
    table = lookup.tables.get(name)
    if table is None or key not in table.rows[0]:
        listed = ", ".join(f"{name}.{key}" for name, found in lookup.tables.items() for key in found.rows[0])
        raise MapFault("draw", f"{place} is not drawn. There are: {listed}", f"没有 {place}。可用的有：{listed}")

    def take(line: Line) -> str:
        row = line.drawn.get(name)
        if row is None:
            row = line.drawn[name] = table.draw(seed, line.key)
        return row[key]

    return take


def _named(_: Target, wanted: object, lookup: Lookup) -> Source:
    seed = _seed("names", lookup)
    if wanted is not True or not lookup.is_synthetic or not lookup.names:
        raise MapFault(
            "names",
            "names = true needs a table [names] and is_synthetic = { value = true }",
            "names = true 需要 [names] 表，且 is_synthetic = { value = true }",
        )

    def pick(line: Line) -> str:
        names = lookup.names.get(line.values.get("language", ""))
        if not names:
            raise BadCell(Reason.UNKNOWN_WORD)
        return names[seed.draw("name", line.key, len(names))]

    return pick


def _share(target: Target, share_bps: object, lookup: Lookup) -> Source:
    seed = _seed("share_bps", lookup)
    if target.type is not Type.BOOLEAN or type(share_bps) is not int or not 0 <= share_bps <= _WHOLE_BPS:
        raise MapFault(
            "share_bps", "share_bps is 0 to 10000, for a yes-or-no field", "share_bps 为 0 至 10000，仅用于是否字段"
        )
    share = share_bps
    return lambda line: "true" if seed.draw(target.name, line.key, _WHOLE_BPS) < share else "false"


def _filled(target: Target, source: Source, fill: object, lookup: Lookup) -> Source:
    if not lookup.is_synthetic:
        raise MapFault(
            "fill",
            "fill makes data up: it needs is_synthetic = { value = true }",
            "fill 会生成虚构数据，须写 is_synthetic = { value = true }",
        )
    if fill == "random" and target.type is not Type.PHONE:
        seed = _seed("fill", lookup)
        return lambda line: fill_random(source(line), seed, target.name, line.key)
    index = _index("fill", fill, lookup)
    return lambda line: fill_serial(source(line), line.text(index))


def _translated(source: Source, table: object) -> Source:
    if not isinstance(table, dict) or not table:
        raise MapFault("table", 'table = { from = "to" }', 'table 应写成 { 原值 = "目标值" }')
    words = {str(key): str(value).lower() if isinstance(value, bool) else str(value) for key, value in table.items()}

    def translate(line: Line) -> str:
        raw = source(line)
        found = words.get(raw)
        if found is None and raw:
            raise BadCell(Reason.UNKNOWN_WORD)
        return found or ""

    return translate


def _index(option: str, name: object, lookup: Lookup) -> int:
    index = lookup.columns.get(str(name))
    if index is None:
        listed = ", ".join(lookup.columns)
        raise MapFault(
            option,
            f"the file has no column {name}. It has: {listed}. If its header is another row, say header_row",
            f"文件中没有 {name} 列。现有：{listed}。若表头在其他行，请写 header_row",
        )
    return index


def _seed(option: str, lookup: Lookup) -> Seed:
    if lookup.seed is None:
        raise MapFault(option, f"{option} needs a table [seeded]", f"{option} 需要 [seeded] 表")
    return lookup.seed


_SOURCES: Final[Mapping[str, Callable[[Target, object, Lookup], Source]]] = {
    "column": _column,
    "columns": _columns,
    "template": _template,
    "value": _value,
    "from": _derived,
    "draw": _drawn,
    "names": _named,
    "share_bps": _share,
}


# --- conversions: text to a value ---


def _choice(options: Mapping[str, Any], name: str, words: Sequence[str]) -> str:
    value = options.get(name, words[0])
    if value not in words:
        listed = ", ".join(repr(word) for word in words)
        raise MapFault(name, f"{name} must be one of {listed}", f"{name} 必须是以下之一：{listed}")
    return str(value)


def _money(target: Target, options: Mapping[str, Any], lookup: Lookup) -> Finish:
    source_currency = str(options.get("source_currency", ""))
    if source_currency and source_currency not in MINOR_DIGITS:
        raise MapFault("source_currency", f"{source_currency} is not a currency", f"{source_currency} 不是币种代码")
    style = convert.MoneyStyle(
        is_major=_choice(options, "unit", ("major", "minor")) == "major",
        decimal=_choice(options, "decimal", (".", ",")),
        group=_choice(options, "group", ("", ",", ".", " ", "'")),
        sign=str(options.get("sign", "")),
        if_negative=_choice(options, "if_negative", convert.IF_NEGATIVE),
        source_currency=source_currency,
    )
    if style.group == style.decimal:
        raise MapFault("group", "group and decimal must differ", "group 与 decimal 不能相同")
    if "factor" not in options:
        return lambda raw, line: convert.money(raw, line.values["currency"], style)
    factor_of = _factor(target, options["factor"], lookup)
    return lambda raw, line: convert.money(raw, line.values["currency"], style, factor_of(line))


def _factor(target: Target, factor: object, lookup: Lookup) -> Callable[[Line], tuple[int, int]]:
    text = str(factor)
    if "/" in text:
        fixed = _ratio(text)
        return lambda _: fixed
    source = _drawn(target, factor, lookup)
    name, _, key = text.partition(".")
    ratios = {row[key]: _ratio(row[key]) for row in lookup.tables[name].rows}
    return lambda line: ratios[source(line)]


def _ratio(text: str) -> tuple[int, int]:
    above, _, below = text.partition("/")
    if not (above.isdigit() and below.isdigit() and int(above) and int(below)):
        raise MapFault("factor", "a factor is two whole numbers such as 1/32", "factor 应为两个整数之比，如 1/32")
    return int(above), int(below)


def _date(target: Target, options: Mapping[str, Any], lookup: Lookup) -> Finish:
    pattern = convert.date_pattern(str(options.get("format", "YYYY-MM-DD")))
    if pattern is None:
        raise MapFault(
            "format",
            "a date format has YYYY, MM and DD, such as DD.MM.YYYY",
            "日期格式须含 YYYY、MM、DD，例如 DD.MM.YYYY",
        )
    spread = options.get("spread_days", 0)
    if type(spread) is not int or not 0 <= spread <= 366:  # noqa: PLR2004  # a leap year
        raise MapFault("spread_days", "spread_days is 0 to 366", "spread_days 为 0 至 366")
    if not spread:
        return lambda raw, _: convert.day(raw, pattern)
    seed = _seed("spread_days", lookup)

    def shifted(raw: str, line: Line) -> date:
        return convert.day(raw, pattern) + timedelta(days=seed.draw(target.name, line.key, spread))

    return shifted


def _integer(target: Target, options: Mapping[str, Any], _: Lookup) -> Finish:
    if_negative = _choice(options, "if_negative", convert.IF_NEGATIVE)
    return lambda raw, _: convert.integer(raw, target, if_negative)


def _integers(target: Target, _: Mapping[str, Any], __: Lookup) -> Finish:
    return lambda raw, _: tuple([convert.signed_integer(part, target) for part in raw.split(_JOIN)])


def _rate(target: Target, options: Mapping[str, Any], _: Lookup) -> Finish:
    unit = _choice(options, "unit", ("percent", "bps", "fraction"))
    decimal = _choice(options, "decimal", (".", ","))
    return lambda raw, _: convert.rate(raw, target, unit=unit, decimal=decimal)


def _moment(_: Target, options: Mapping[str, Any], __: Lookup) -> Finish:
    zone_name = str(options.get("zone", ""))
    if zone_name:
        try:
            zone(zone_name)
        except ValueError:
            raise MapFault("zone", f"{zone_name} is not an IANA time zone", f"{zone_name} 不是 IANA 时区名称") from None
    pattern = convert.moment_pattern(str(options["format"])) if "format" in options else None
    if pattern is None and "format" in options:
        raise MapFault(
            "format",
            "a format of instants has YYYY, MM, DD, hh and mm, such as DD.MM.YYYY hh:mm",
            "时间格式须含 YYYY、MM、DD、hh、mm，例如 YYYY/MM/DD hh:mm",
        )
    return lambda raw, _: convert.moment(raw, pattern, zone_name)


def _phone(_: Target, options: Mapping[str, Any], lookup: Lookup) -> Finish:
    if lookup.is_synthetic:
        return lambda raw, _: convert.synthetic_phone(raw)
    region = str(options.get("region", ""))
    if region and region not in phonenumbers.SUPPORTED_REGIONS:
        raise MapFault(
            "region", f"{region} is not a region such as US, GB or CN", f"{region} 不是地区代码，例如 US、GB、CN"
        )
    return lambda raw, _: convert.phone(raw, region)


_FINISHES: Final[Mapping[Type, Callable[[Target, Mapping[str, Any], Lookup], Finish]]] = {
    Type.TEXT: lambda target, _, __: lambda raw, _: convert.text(raw, target),
    Type.CURRENCY: lambda _, __, ___: lambda raw, _: convert.currency(raw),
    Type.MONEY: _money,
    Type.DATE: _date,
    Type.INTEGER: _integer,
    Type.INTEGERS: _integers,
    Type.RATE: _rate,
    Type.PHONE: _phone,
    Type.ZONES: lambda _, __, ___: lambda raw, _: convert.zones(raw),
    Type.BOOLEAN: lambda _, __, ___: lambda raw, _: convert.boolean(raw),
    Type.WORD: lambda target, _, __: lambda raw, _: convert.word(raw, target),
    Type.MOMENT: _moment,
}
