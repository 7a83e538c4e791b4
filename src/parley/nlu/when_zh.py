"""Days as Chinese writes them, in the folded (Simplified) form: 下周五, 15号, 下个月9号, 月底, 12.5, 三天后, 正月初五."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from parley.dates import add_months
from parley.nlu.days import (
    DayPattern,
    Found,
    Names,
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
)  # fmt: skip
from parley.nlu.numerals import han_value

_HAN_N: Final = r"(?:\d{1,2}|[一二三四五六七八九十廿卅两]{1,3})"
_WEEK: Final = r"(?:周|星期|礼拜)"
_UNITS: Final = {"天": "day", "日": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "个月": "month"}


def patterns_zh(names: Names) -> tuple[DayPattern, ...]:
    """Return the patterns of Chinese, the surest first."""
    rel = r"(这个|这|本|今|当|下下个|下下|下个|下|上个|上)"
    not_day = r"(?!码|方案|选项|线|楼|店|子|令|常|客服|员|套餐|机|那个|$方)"
    return patterns(
        [
            (rf"(?:(?<!\d)({_HAN_N})月|{rel}?月)(?:底|末|尾)", _zh_month_end, "月底"),
            (rf"{rel}月的?({_HAN_N})(?:号|日|(?=前|之前|还|付|交|$))", _zh_rel_month, "某月某日"),
            (rf"(?<!\d)({_HAN_N})月({_HAN_N})(?:号|日)?", _zh_month_day, "几月几日"),
            (r"(?<![\d./-])(1[0-2]|[1-9])[.-](3[01]|[12]\d|0?[1-9])(?![\d.%/万千百亿kw]|\s?(?:元|块|蚊|刀|w))(?=[号日前之还付存交到左以可再一先\s]|$)", _slashed_zh, "几月几日"),
            (rf"(?:每个?|逢){_WEEK}[一二三四五六日天末]", nothing, "每周"),
            (rf"每个?月的?{_HAN_N}(?:号|日)", _zh_every_month_day, "每月某日"),
            (rf"(下下个?|下个?|上个?|这个?|本|今个?|呢个?)?{_WEEK}([一二三四五六日天1-7])(?!百|千|十|万|\d|个月|期|次)", _zh_weekday, "星期几"),
            (r"(下|上|这)拜([一二三四五六日天])", _zh_weekday, "星期几"),
            (rf"(?<![\d月])({_HAN_N})(?:号|日){not_day}", _zh_day, "几号"),
            (rf"(?:过|再过|等|再等)?({_HAN_N})(?:个)?(天|日|周|星期|礼拜|个?月)(?:之后|以后|后|之内|以内|内)", _zh_after, "几天后"),
            (rf"(?<!再)过({_HAN_N})(?:个)?(天|日|周|星期|礼拜)", _zh_after, "过几天"),
            (rf"({_HAN_N})(天|日|周|星期|礼拜)(?:之前|以前|前)", _zh_ago, "几天前"),
            (r"(?:\d{1,2}|[一二三四五六七八九十两]{1,2})(?:点|时)(?:半|\d{1,2}分?|[一二三四五]十分?|钟)?|[一二三四五六七八九十两]{1,3}时", nothing, "钟点"),
            (r"(?:大年|年|正月)初([一二三四五六七八九十]{1,2}|\d{1,2})|(?<![月个周年份期])初([一二三四五六七八九十]{1,2})", _zh_lunar(list(names.get("lunar_new_year", {}).values())), "农历正月"),
        ]
    )  # fmt: skip


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
