"""Days as Chinese writes them, in the folded (Simplified) form: 下周五, 15号, 下个月9号, 月底, 12.5, 正月初五."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from parley.dates import add_months
from parley.nlu.days import (
    DayPattern,
    Found,
    Resolver,
    Today,
    month_day,
    month_end,
    month_end_of,
    nearest,
    next_day_of_month,
    next_weekday,
    nothing,
    patterns,
    shifted,
    weekday_of_week,
)
from parley.nlu.lexicon import Lexicon, any_of
from parley.nlu.numerals import han_value

_HAN_N: Final = r"(?:\d{1,2}|[一二三四五六七八九十廿卅两]{1,3})"
_WEEK_NAMES: Final = "周|星期|礼拜"
_WEEK: Final = rf"(?:{_WEEK_NAMES})"
_WEEKDAYS: Final = "一二三四五六日"
WEEKDAY_ZH: Final = "星期几"
_REL: Final = r"(这个|这|本|今个|今|当|下下个|下下|下个|下|上个|上|呢个|来)"
Rows = list[tuple[str, Resolver, str]]
_UNITS: Final = {"天": "day", "日": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "个月": "month"}


def patterns_zh(lexicon: Lexicon) -> tuple[DayPattern, ...]:
    """Return the patterns of Chinese, the surest first."""
    return (*_of_months(lexicon), *_of_weeks_and_days(lexicon))


def _of_months(lexicon: Lexicon) -> tuple[DayPattern, ...]:
    after_date = lexicon.lists["zh_after_date"]
    pointed = (
        r"(?:(?<=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff][ ,])|\A(?=[\d.-]+\s?[\u4e00-\u9fff]))"
        r"(1[0-2]|[1-9])[.-](3[01]|[12]\d|0?[1-9])(?![\d.%/万千百亿kw]|\s?(?:元|块|蚊|刀|w))"
        rf"(?={after_date}|\s(?![a-z])|$)"
    )
    return patterns(
        [
            (rf"(?:(?<!\d)({_HAN_N})月|{_REL}?月)(?:底|末|尾)", _zh_month_end, "月底"),
            (rf"{_REL}月的?({_HAN_N})(?:号|日|(?=前|之前|还|付|交|$))", _zh_rel_month, "某月某日"),
            (rf"(?<!\d)({_HAN_N})月({_HAN_N})(?:号|日)?", _zh_month_day, "几月几日"),
            (pointed, _slashed_zh, "几月几日"),
        ]
    )


def _of_weeks_and_days(lexicon: Lexicon) -> tuple[DayPattern, ...]:
    not_day = rf"(?!{lexicon.lists['zh_not_days']})"
    clock = (
        r"(?:\d{1,2}|[一二三四五六七八九十两]{1,2})(?:点|时)(?:半|\d{1,2}分?|[一二三四五]十分?|钟)?"
        r"|[一二三四五六七八九十两]{1,3}时"
    )
    joined = r"(?:号|日)?\s?(?:到|至|-|~|、|,|或者?|和|同|跟|及|与|定)\s?"
    two_days = (
        rf"(?<![\d月第.点:一二三四五六七八九十百千万元块])({_HAN_N}){joined}({_HAN_N})(?:号|日){not_day}"
        rf"|(?<![\d月第一二三四五六七八九十百千万])(十|廿|二十|卅)?([一二三四五六七八])([二三四五六七八九])(?:号|日){not_day}"
    )
    day = rf"(?<![\d月])({_HAN_N})号{not_day}|(?<![\d月])(\d{{1,2}}|[一二廿三卅]?十[一二三四五六七八九]?)日{not_day}"
    return patterns(
        [
            (rf"(?:每个?|逢){_WEEK}[一二三四五六日天末]", nothing, "每周"),
            (rf"每个?月的?{_HAN_N}(?:号|日)", _zh_every_month_day, "每月某日"),
            *_weekdays(lexicon),
            (two_days, _zh_two_days, "两日之间"),
            (day, _zh_day, "几号"),
            *_spans_of_days(),
            (clock, nothing, "钟点"),
            *_lunar(lexicon),
        ]
    )


def _weekdays(lexicon: Lexicon) -> Rows:
    which = r"(下下个?|下一?个?|上上个?|上一?个?|这一?个?|本|今个?|呢个?|来)?"
    weekday = rf"{which}{_WEEK}([一二三四五六日天1-7])(?!百|千|十|万|\d|个月|期|次|块|元|蚊)"
    english = any_of(lexicon.vocabulary.get("weekday", {})) or "(?!)"
    return [
        (weekday, _zh_weekday, WEEKDAY_ZH),
        (r"(?<![礼敬膜崇])(下|上|这)?拜([一二三四五六日天])(?!拜)", _zh_weekday, WEEKDAY_ZH),
        (rf"(下下个?|下个?|上个?|这个?){_WEEK}?的?\s?({english})(?![a-z])", _mixed_weekday(lexicon), WEEKDAY_ZH),
    ]


def _spans_of_days() -> Rows:
    unit = rf"(天|日|{_WEEK_NAMES}|个?月)"
    short = rf"(天|日|{_WEEK_NAMES})"
    return [
        (rf"(?:过|再过|等|再等)?({_HAN_N})个?{unit}(?:之后|以后|后|之内|以内|内)", _zh_after, "几天后"),
        (rf"(?:再?过多?)((?!两){_HAN_N})个?{short}", _zh_after, "过几天"),
        (rf"再?过(?:多(两)个?{short}|(两)个?({_WEEK_NAMES}))", _zh_two_after, "过几天"),
        (rf"({_HAN_N})个?{short}(?:之前|以前|前)", _zh_ago, "几天前"),
    ]


def _lunar(lexicon: Lexicon) -> Rows:
    new_years = list(lexicon.vocabulary.get("lunar_new_year", {}).values())
    last_months = list(lexicon.vocabulary.get("lunar_last_month", {}).values())
    number = r"([一二三四五六七八九十廿卅]{1,3}|\d{1,2})"
    first = rf"(?:大年|年|正月|新年)初{number}|(?<![月个周年份期])初([一二三四五六七八九十]{{1,2}})|正月{number}"
    last = rf"(?:腊月|年)(?:初)?((?:廿|二十|二)[一二三四五六七八九]|2[1-9]|30)(?!岁|年|个|块|元|后)|腊月初?{number}"
    return [(first, _zh_lunar(new_years), "农历正月"), (last, _zh_lunar(last_months), "农历腊月")]


def _n(text: str) -> int:
    value = int(text) if text.isascii() else han_value(text)
    if value is None:
        raise ValueError("no number")
    return value


_ZH_REL: Final = {"下": 1, "下个": 1, "下下": 2, "下下个": 2, "上": -1, "上个": -1, "上上": -2, "上上个": -2}


def _zh_month_end(hit: re.Match[str], today: Today) -> Found:
    if hit[1]:
        return month_end_of(today, _n(hit[1])), None
    return month_end(add_months(today.day.replace(day=1), _ZH_REL.get(hit[2] or "", 0))), None


def _zh_rel_month(hit: re.Match[str], today: Today) -> Found:
    first = add_months(today.day.replace(day=1), _ZH_REL.get(hit[1], 0))
    return first.replace(day=_n(hit[2])), None


def _zh_month_day(hit: re.Match[str], today: Today) -> Found:
    return month_day(today, _n(hit[1]), _n(hit[2])), None


def _slashed_zh(hit: re.Match[str], today: Today) -> Found:
    return month_day(today, int(hit[1]), int(hit[2])), None


def _zh_every_month_day(hit: re.Match[str], today: Today) -> Found:
    number = re.findall(_HAN_N, hit.group())[-1]
    return next_day_of_month(today, _n(number)), None


def _zh_two_days(hit: re.Match[str], today: Today) -> Found:
    if hit[1]:
        return (next_day_of_month(today, _n(hit[1])), next_day_of_month(today, _n(hit[2]))), None
    tens, first, second = hit[3] or "", hit[4], hit[5]
    if _n(second) != _n(first) + 1:
        raise ValueError("not one day after the other")
    return (next_day_of_month(today, _n(tens + first)), next_day_of_month(today, _n(tens + second))), None


def _mixed_weekday(lexicon: Lexicon) -> Resolver:
    def resolve(hit: re.Match[str], today: Today) -> Found:
        return weekday_of_week(today, lexicon.vocabulary["weekday"][hit[2]], _ZH_REL.get(hit[1], 0)), None

    return resolve


def _zh_weekday(hit: re.Match[str], today: Today) -> Found:
    weekday = _WEEKDAYS.find(hit[2].replace("天", "日"))
    if weekday < 0:
        weekday = int(hit[2]) - 1
    which = (hit[1] or "").rstrip("个").rstrip("一")
    if which in _ZH_REL:
        return weekday_of_week(today, weekday, _ZH_REL[which]), None
    if which in {"这", "本", "今", "呢"}:
        return weekday_of_week(today, weekday, 0), None
    return next_weekday(today, weekday), None


def _zh_day(hit: re.Match[str], today: Today) -> Found:
    return next_day_of_month(today, _n(hit[1] or hit[2])), None


def _zh_after(hit: re.Match[str], today: Today) -> Found:
    return shifted(today.day, _n(hit[1]), _UNITS[hit[2]]), None


def _zh_two_after(hit: re.Match[str], today: Today) -> Found:
    """Of 过多两日, 过两周; 过两天 alone is some time soon."""
    return shifted(today.day, 2, _UNITS[hit[2] or hit[4]]), None


def _zh_ago(hit: re.Match[str], today: Today) -> Found:
    return shifted(today.day, -_n(hit[1]), _UNITS[hit[2]]), None


def _zh_lunar(firsts: list[date]) -> Resolver:
    def resolve(hit: re.Match[str], today: Today) -> Found:
        offset = _n(next(group for group in hit.groups() if group)) - 1
        return nearest([first + timedelta(days=offset) for first in firsts], today), None

    return resolve
