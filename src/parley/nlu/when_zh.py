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
from parley.nlu.lexicon import Lexicon
from parley.nlu.numerals import han_value

_HAN_N: Final = r"(?:\d{1,2}|[一二三四五六七八九十廿卅两]{1,3})"
_WEEK_NAMES: Final = "周|星期|礼拜"
_WEEK: Final = rf"(?:{_WEEK_NAMES})"
_REL: Final = r"(这个|这|本|今|当|下下个|下下|下个|下|上个|上)"
_UNITS: Final = {"天": "day", "日": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "个月": "month"}


def patterns_zh(lexicon: Lexicon) -> tuple[DayPattern, ...]:
    """Return the patterns of Chinese, the surest first."""
    return (*_of_months(lexicon), *_of_weeks_and_days(lexicon))


def _of_months(lexicon: Lexicon) -> tuple[DayPattern, ...]:
    after_date = lexicon.lists["zh_after_date"]
    pointed = (
        r"(?<![\d./-])(1[0-2]|[1-9])[.-](3[01]|[12]\d|0?[1-9])(?![\d.%/万千百亿kw]|\s?(?:元|块|蚊|刀|w))"
        rf"(?={after_date}|\s|$)"
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
    unit = rf"(天|日|{_WEEK_NAMES}|个?月)"
    weekday = (
        rf"(下下个?|下个?|上个?|这个?|本|今个?|呢个?)?{_WEEK}([一二三四五六日天1-7])"
        r"(?!百|千|十|万|\d|个月|期|次)"
    )
    clock = (
        r"(?:\d{1,2}|[一二三四五六七八九十两]{1,2})(?:点|时)(?:半|\d{1,2}分?|[一二三四五]十分?|钟)?"
        r"|[一二三四五六七八九十两]{1,3}时"
    )
    lunar = (
        r"(?:大年|年|正月)初([一二三四五六七八九十]{1,2}|\d{1,2})|(?<![月个周年份期])初([一二三四五六七八九十]{1,2})"
    )
    new_years = list(lexicon.vocabulary.get("lunar_new_year", {}).values())
    return patterns(
        [
            (rf"(?:每个?|逢){_WEEK}[一二三四五六日天末]", nothing, "每周"),
            (rf"每个?月的?{_HAN_N}(?:号|日)", _zh_every_month_day, "每月某日"),
            (weekday, _zh_weekday, "星期几"),
            (r"(下|上|这)拜([一二三四五六日天])", _zh_weekday, "星期几"),
            (rf"(?<![\d月])(?!两日)({_HAN_N})(?:号|日){not_day}", _zh_day, "几号"),
            (rf"(?:过|再过|等|再等)?({_HAN_N})个?{unit}(?:之后|以后|后|之内|以内|内)", _zh_after, "几天后"),
            (rf"(?<!再)过多?({_HAN_N})个?(天|日|{_WEEK_NAMES})", _zh_after, "过几天"),
            (rf"({_HAN_N})(天|日|{_WEEK_NAMES})(?:之前|以前|前)", _zh_ago, "几天前"),
            (clock, nothing, "钟点"),
            (lunar, _zh_lunar(new_years), "农历正月"),
        ]
    )


def _n(text: str) -> int:
    value = int(text) if text.isascii() else han_value(text)
    if value is None:
        raise ValueError("no number")
    return value


_ZH_REL: Final = {"下": 1, "下个": 1, "下下": 2, "下下个": 2, "上": -1, "上个": -1}


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


def _zh_weekday(hit: re.Match[str], today: Today) -> Found:
    weekday = "一二三四五六日".find(hit[2].replace("天", "日"))
    if weekday < 0:
        weekday = int(hit[2]) - 1
    which = (hit[1] or "").rstrip("个")
    if which in {"下", "上", "下下"}:
        return weekday_of_week(today, weekday, _ZH_REL[which]), None
    if which in {"这", "本", "今", "呢"}:
        return weekday_of_week(today, weekday, 0), None
    return next_weekday(today, weekday), None


def _zh_day(hit: re.Match[str], today: Today) -> Found:
    return next_day_of_month(today, _n(hit[1])), None


def _zh_after(hit: re.Match[str], today: Today) -> Found:
    return shifted(today.day, _n(hit[1]), _UNITS[hit[2]]), None


def _zh_ago(hit: re.Match[str], today: Today) -> Found:
    return shifted(today.day, -_n(hit[1]), _UNITS[hit[2]]), None


def _zh_lunar(new_years: list[date]) -> Resolver:
    def resolve(hit: re.Match[str], today: Today) -> Found:
        offset = _n(hit[1] or hit[2]) - 1
        return nearest([first + timedelta(days=offset) for first in new_years], today), None

    return resolve
