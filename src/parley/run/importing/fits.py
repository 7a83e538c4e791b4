"""Do the values of a column fit a field, and in which form: dates, amounts, numbers of people, words.

Each test tries the very conversion that the import will run, so what fits here is taken there. Where values fit two
forms and mean another thing in each, the form is not chosen: it is asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import phonenumbers

from parley.money import MINOR_DIGITS
from parley.rulebook.load import JURISDICTIONS, read_jurisdictions
from parley.run.importing import convert
from parley.run.importing.headings import plain, words_of
from parley.run.importing.reasons import BadCell, Reason
from parley.run.importing.rows import Target, Type
from parley.run.library import data_files
from parley.store.importing import Sentence

# Stands in a map where an answer is needed; no field takes it, so the import says so with the line.
ASKED: Final = "?"
# Forms of days, the usual first. Those that differ in the order of day and month alone stand in pairs.
_FORMS: Final = (
    *("YYYY-MM-DD", "YYYY/MM/DD", "YYYY.MM.DD", "YYYYMMDD", "YYYY/M/D", "YYYY-M-D", "YYYY年M月D日"),
    *("DD-MMM-YYYY", "D-MMM-YYYY", "D MMM YYYY", "MMM D, YYYY"),
    *(order for sign in "/-." for order in (f"D{sign}M{sign}YYYY", f"M{sign}D{sign}YYYY")),
)
_TIMES: Final = ("hh:mm:ss", "hh:mm", "h:mm:ss", "h:mm")
_SHORT_YEAR: Final = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}")
_MINGUO: Final = re.compile(r"1\d\d[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?")
_AMOUNT: Final = re.compile(
    r"(?P<minus>-?)\s*(?P<before>[^\d\s.,'()+-]{0,3})\s*-?(?P<figure>\d[\d.,' ]*(?:[eE]\+?\d+)?)\s*"
    r"(?P<after>[^\d\s.,'()]{0,3})"
)
# (decimal, group) and what a figure in that style looks like; groups of two are India's.
_STYLES: Final = {
    (decimal, group): re.compile(
        rf"\d{{1,3}}(?:{re.escape(group)}\d{{2,3}})*{re.escape(group)}\d{{3}}(?:{re.escape(decimal)}\d{{1,4}})?"
        rf"|\d+(?:{re.escape(decimal)}\d{{1,2}})?"
        if group
        else rf"\d+(?:{re.escape(decimal)}\d{{1,2}})?(?:[eE]\+?\d+)?"
    )
    for decimal, group in ((".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", " "), (".", "'"))
}
_MOST_WORDS: Final = 40
# Rates above this, all whole, are basis points; rates up to this are fractions.
_LARGEST_PERCENT: Final = 100
_TEN: Final = 10
# Numbers that fit another country nearly as well could be of either.
_NEARLY: Final = 9
# In North America the number does not say which it is.
_MOBILE: Final = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


@dataclass(frozen=True, slots=True)
class Fit:
    """How many values of how many fit, what the map must say beside the column, what a person must hear or answer."""

    fits: int
    of: int
    options: Mapping[str, Any] = field(default_factory=dict)
    asks: tuple[Sentence, ...] = ()
    notes: tuple[Sentence, ...] = ()
    # Regions that numbers fit alike: what else the file says may decide between them.
    either: tuple[str, ...] = ()


@cache
def regions() -> tuple[str, ...]:
    """Return the countries whose numbers may stand in a file: those that the rulebook carries, in its order."""
    places = read_jurisdictions(data_files("parley.rulebook.data")[JURISDICTIONS]).values()
    codes = [code for one in places if one.parent is None for code in (sorted(one.members) or [one.code])]
    return tuple(code for code in codes if code in phonenumbers.SUPPORTED_REGIONS)


def day_forms(values: Sequence[str]) -> tuple[str, ...]:
    """Return the forms of days in which any of *values* is one, the usual first."""
    return tuple(form for form in _FORMS if _fits_form(values, form))


def moment_forms(values: Sequence[str]) -> tuple[str, ...]:
    """Return the forms of instants in which any of *values* is one, the usual first."""
    found = []
    for form in (f"{day} {clock}" for day in _FORMS for clock in _TIMES):
        pattern = convert.moment_pattern(form)
        if _count(values, lambda raw, pattern=pattern: convert.moment(raw, pattern, "UTC")):  # type: ignore[misc]
            found.append(form)
    return tuple(found)


def fit(target: Target, values: Sequence[str], *, is_expense: bool = False) -> Fit:
    """Return how *values* (none empty) fit *target*. *is_expense*: amounts may be written with a minus."""
    if not values:
        return Fit(0, 0)
    if target.type is Type.MONEY:
        return _amounts(values, is_expense=is_expense)
    return _FITS[target.type](target, values)


def _converted(take: Callable[[str, Target], object]) -> Callable[[Target, Sequence[str]], Fit]:
    """Return the test that a conversion without options is."""
    return lambda target, values: Fit(_count(values, lambda raw: take(raw, target)), len(values))


def _texts(target: Target, values: Sequence[str]) -> Fit:
    if words_of(target.name):
        return _words(values, words_of(target.name), ())
    return Fit(_count(values, lambda raw: convert.text(raw, target)), len(values))


def _count(values: Iterable[str], take: Callable[[str], object]) -> int:
    return sum(_takes(raw, take) for raw in values)


def _takes(raw: str, take: Callable[[str], object]) -> bool:
    try:
        take(raw)
    except BadCell:
        return False
    return True


def _fits_form(values: Sequence[str], form: str) -> int:
    pattern = convert.date_pattern(form)
    assert pattern is not None, f"{form} names a day"
    return sum(
        pattern.fullmatch(raw) is not None and _takes(raw, lambda one: convert.day(one, pattern)) for raw in values
    )


def _days(_: Target, values: Sequence[str]) -> Fit:
    counts = {form: _fits_form(values, form) for form in _FORMS}
    best = max(_FORMS, key=lambda form: counts[form])
    if counts[best] == 0:
        return Fit(0, len(values), notes=tuple(_strange_days(values)))
    other = _turned(best)
    if other and (example := _undecided(values, best, other)):
        asks = Sentence(
            f'{example} may be day first or month first. Write format = "{best}" or "{other}".',
            f'{example} 可能是日在前，也可能是月在前，请写 format = "{best}" 或 "{other}"。',
        )
        return Fit(counts[best], len(values), {"format": ASKED}, asks=(asks,))
    options = {} if best == "YYYY-MM-DD" else {"format": best}
    return Fit(counts[best], len(values), options)


def _undecided(values: Sequence[str], form: str, other: str) -> str:
    """Return a value that is another day in either form, unless others prove one: 25/3 can be read one way only.

    Values that prove the one beside values that prove the other are a file gone wrong; nothing in it is proven.
    """
    proven = any(_fits_form([raw], form) and not _fits_form([raw], other) for raw in values)
    against = any(_fits_form([raw], other) and not _fits_form([raw], form) for raw in values)
    if proven and not against:
        return ""
    return next((raw for raw in values if _reads_twice(raw, form, other)), "")


def _turned(form: str) -> str:
    """Return the form with day and month the other way round, where it has one."""
    sign = form[1:2]
    pair = (f"D{sign}M{sign}YYYY", f"M{sign}D{sign}YYYY")
    return pair[1] if form == pair[0] else pair[0] if form == pair[1] else ""


def _reads_twice(raw: str, one: str, other: str) -> bool:
    """Say whether *raw* is two different days in two forms."""
    days = set()
    for form in (one, other):
        pattern = convert.date_pattern(form)
        assert pattern is not None, f"{form} names a day"
        try:
            days.add(convert.day(raw, pattern))
        except BadCell:
            return False
    return len(days) > 1


def _strange_days(values: Sequence[str]) -> Iterable[Sentence]:
    if sum(_MINGUO.fullmatch(raw) is not None for raw in values) * 2 > len(values):
        yield Sentence(
            "These look like years of the Republic of China. Export them with years such as 2026.",
            "看起来是民国纪年，请改为公历（如 2026）后导出。",
        )
    elif sum(_SHORT_YEAR.fullmatch(raw) is not None for raw in values) * 2 > len(values):
        yield Sentence(
            "Years of two digits are not read. Export them with four.",
            "不支持两位数年份，请用四位数年份导出。",
        )


def _moments(_: Target, values: Sequence[str]) -> Fit:
    exact = _count(values, lambda raw: convert.moment(raw, None, ""))
    if exact == len(values):
        return Fit(exact, len(values))
    asks: tuple[Sentence, ...] = (
        Sentence(
            'The times have no offset. Write zone = "…", the time zone of the system they come from.',
            '时间没有时区偏移，请用 zone = "…" 写明来源系统所在时区。',
        ),
    )
    # Local times in ISO form need the zone alone.
    local = _count(values, lambda raw: convert.moment(raw, None, "UTC"))
    best, form = local, ""
    for day_form in _FORMS:
        for clock in _TIMES:
            pattern = convert.moment_pattern(f"{day_form} {clock}")
            fits = _count(values, lambda raw, pattern=pattern: convert.moment(raw, pattern, "UTC"))  # type: ignore[misc]
            if fits > best:
                best, form = fits, f"{day_form} {clock}"
    if best == 0:
        return Fit(0, len(values))
    options: dict[str, Any] = {"format": form} if form else {}
    day_form = form.rpartition(" ")[0]
    other = _turned(day_form)
    if other and _undecided([raw.rpartition(" ")[0] for raw in values], day_form, other):
        clock = form.rpartition(" ")[2]
        options["format"] = ASKED
        asks = (
            *asks,
            Sentence(
                f'Day first or month first? Write format = "{form}" or "{other} {clock}".',
                f'日在前还是月在前？请写 format = "{form}" 或 "{other} {clock}"。',
            ),
        )
    return Fit(best, len(values), options | {"zone": ASKED}, asks=asks)


def _amounts(values: Sequence[str], *, is_expense: bool) -> Fit:
    found = [_AMOUNT.fullmatch(raw) for raw in values]
    known = [one for one in found if one is not None]
    signs = Counter(one["before"] or one["after"] for one in known if one["before"] or one["after"])
    sign = signs.most_common(1)[0][0] if signs else ""
    figures = [one["figure"].strip() for one in known if (one["before"] or one["after"]) in {"", sign}]
    style = max(_STYLES, key=lambda one: sum(_STYLES[one].fullmatch(figure) is not None for figure in figures))
    fits = sum(_STYLES[style].fullmatch(figure) is not None for figure in figures)
    decimal, group = style
    options: dict[str, Any] = {}
    if decimal != ".":
        options["decimal"] = decimal
    if group:
        options["group"] = group
    if sign:
        options["sign"] = sign
    negative = sum("-" in raw for raw, one in zip(values, found, strict=True) if one is not None)
    notes: tuple[Sentence, ...] = ()
    if negative and is_expense:
        options["if_negative"] = convert.DROP_SIGN
    elif negative:
        notes = (
            Sentence(
                f'Negative values: {negative}; such rows are refused unless the map says if_negative = "zero".',
                f'有 {negative} 个负数；除非写 if_negative = "zero"，否则这些行会被拒绝。',
            ),
        )
    return Fit(fits, len(values), options, notes=notes)


def _rates(target: Target, values: Sequence[str]) -> Fit:
    figures = [raw.removesuffix("%").strip() for raw in values]
    whole = all(figure.isascii() and figure.isdigit() for figure in figures)
    if whole and any(int(figure) > _LARGEST_PERCENT for figure in figures if len(figure) < _TEN):
        unit, says = "bps", Sentence("Taken as basis points: 1999 is 19.99 %.", "按基点理解：1999 即 19.99%。")
    elif any("%" in raw for raw in values) or not all(figure.startswith(("0", ".")) for figure in figures):
        unit, says = "percent", Sentence("Taken as percent a year.", "按年利率百分数理解。")
    else:
        unit, says = "fraction", Sentence("Taken as fractions: 0.1999 is 19.99 %.", "按小数理解：0.1999 即 19.99%。")
    decimal = "," if any("," in figure for figure in figures) else "."
    fits = _count(values, lambda raw: convert.rate(raw, target, unit=unit, decimal=decimal))
    options = ({} if unit == "percent" else {"unit": unit}) | ({} if decimal == "." else {"decimal": decimal})
    return Fit(fits, len(values), options, notes=(says,))


def _phones(_: Target, values: Sequence[str]) -> Fit:
    """Fit telephone numbers: by the country of whose mobile numbers they are, else of whose numbers at all."""
    if _count(values, lambda raw: convert.phone(raw, "")) == len(values):
        return Fit(len(values), len(values))
    valid = {region: _count(values, lambda raw, region=region: convert.phone(raw, region)) for region in regions()}  # type: ignore[misc]
    mobile = {region: _count(values, lambda raw, region=region: _mobile(raw, region)) for region in regions()}  # type: ignore[misc]
    counts = mobile if any(mobile.values()) else valid
    best = max(counts, key=lambda region: counts[region])
    if counts[best] == 0:
        return Fit(0, len(values))
    either = tuple(region for region, count in counts.items() if count * _TEN >= counts[best] * _NEARLY)
    if len(either) > 1:
        listed = ", ".join(either)
        asks = Sentence(
            f"The numbers fit {listed} alike. Write the one they are of as region.",
            f"号码同时符合 {listed}，请在 region 中写明其中之一。",
        )
        return Fit(valid[best], len(values), {"region": ASKED}, asks=(asks,), either=either)
    return Fit(valid[best], len(values), {"region": best})


def _mobile(raw: str, region: str) -> str:
    """Take a number that texts reach."""
    number = convert.phone(raw, region)
    if phonenumbers.number_type(phonenumbers.parse(number)) not in _MOBILE:
        raise BadCell(Reason.NOT_A_PHONE)
    return number


def _words(values: Sequence[str], meanings: Mapping[str, str], own: Sequence[str]) -> Fit:
    """Fit words of a closed set: a table for those that Parley calls otherwise; the others are named."""
    distinct = sorted(set(values))
    if len(distinct) > _MOST_WORDS:
        return Fit(0, len(values))
    known = {raw: meanings.get(plain(raw), raw.upper() if raw.upper() in own else "") for raw in distinct}
    fits = sum(bool(known[raw]) for raw in values)
    unknown = [raw for raw in distinct if not known[raw]]
    options = (
        {} if all(raw in own for raw in distinct) else {"table": {raw: word for raw, word in known.items() if word}}
    )
    notes: tuple[Sentence, ...] = ()
    if fits and unknown:
        listed = "、".join(unknown)
        notes = (
            Sentence(
                f"No word for {', '.join(unknown)}: add it to the table, or those rows are refused.",
                f"没有与 {listed} 对应的取值：请补入 table，否则相应行会被拒绝。",
            ),
        )
    return Fit(fits, len(values), options, notes=notes)


def _truths(_: Target, values: Sequence[str]) -> Fit:
    if _count(values, convert.boolean) == len(values):
        return Fit(len(values), len(values))
    found = _words(values, words_of("yes_no"), ("true", "false"))
    table = {raw: word == "true" for raw, word in dict(found.options.get("table", {})).items()}
    return Fit(found.fits, found.of, {"table": table}, notes=found.notes)


def _closed(target: Target, values: Sequence[str]) -> Fit:
    return _words(values, words_of(target.name), target.words or tuple(MINOR_DIGITS))


_FITS: Final[Mapping[Type, Callable[[Target, Sequence[str]], Fit]]] = {
    Type.TEXT: _texts,
    Type.CURRENCY: _closed,
    Type.DATE: _days,
    Type.INTEGER: _converted(convert.integer),
    Type.INTEGERS: lambda _, values: Fit(0, len(values)),
    Type.RATE: _rates,
    Type.PHONE: _phones,
    Type.ZONES: _converted(lambda raw, _: convert.zones(raw)),
    Type.BOOLEAN: _truths,
    Type.WORD: _closed,
    Type.MOMENT: _moments,
}
