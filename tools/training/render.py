"""What does a phrase look like in a borrower's hands? Its places filled with sums, days, counts, and what each means.

Text, labels, slots and ISO dates are made together, by code of its own: the reader's grammars are not asked.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Final

_PLACE: Final = re.compile(r"\{(\w+)\}")


@dataclass(slots=True)
class Scene:
    """Where and when a reply is written, and what its places have said so far."""

    rng: Random
    today: date
    locale: str
    past: bool = False
    slots: dict[str, Any] = field(default_factory=dict)

    @property
    def is_chinese(self) -> bool:
        """Whether the phrase is in Chinese, Cantonese too."""
        return self.locale.split("-")[0] in {"zh", "yue"}

    def one(self, *choices: str) -> str:
        """Return one of *choices*."""
        return self.rng.choice(choices)


def fill_places(text: str, scene: Scene) -> str:
    """Return *text* with its places filled; what they mean stands in the scene's slots."""
    return _PLACE.sub(lambda hit: _FILLERS[hit.group(1)](scene), text)


# --- money -----------------------------------------------------------------------------------------------------------

# Region → currency, how sums are written in it ("{}" the digits), their usual sizes.
_MONEY: Final[Mapping[str, tuple[str, tuple[str, ...], tuple[int, ...]]]] = {
    "US": (
        "USD",
        ("${}", "{} dollars", "{} bucks", "${}.00", "{} usd", "{}$"),
        (20, 25, 40, 50, 75, 100, 120, 150, 200, 250, 400, 600),
    ),
    "GB": ("GBP", ("£{}", "{} quid", "{} pounds", "£{}.00", "{}£"), (5, 10, 20, 25, 40, 50, 60, 80, 100, 150, 300)),
    "AU": ("AUD", ("${}", "{} dollars", "A${}", "{} bucks"), (20, 30, 50, 80, 100, 150, 200, 350)),
    "SG": ("SGD", ("S${}", "${}", "{} dollars", "SGD {}"), (50, 80, 100, 150, 200, 300, 500)),
    "IN": (
        "INR",
        ("Rs {}", "Rs.{}", "₹{}", "{} rs", "{} rupees", "{}/-"),
        (500, 1000, 1500, 2000, 3000, 5000, 7500, 10000),
    ),
    "NG": ("NGN", ("₦{}", "{} naira", "N{}", "{}k naira"), (2000, 5000, 8000, 10000, 15000, 20000, 50000)),
    "PH": ("PHP", ("₱{}", "P{}", "{} pesos", "{} php", "PHP {}"), (300, 500, 800, 1000, 1500, 2000, 3000, 5000)),
    "CN": (
        "CNY",
        ("{}块", "{}元", "{}块钱", "¥{}", "{}元钱", "{}人民币"),
        (100, 200, 300, 500, 800, 1000, 1500, 2000, 3000, 5000),
    ),
    "TW": ("TWD", ("{}元", "{}塊", "NT${}", "{}塊錢", "台幣{}"), (500, 1000, 1500, 2000, 3000, 5000, 8000)),
    "HK": ("HKD", ("{}蚊", "${}", "HK${}", "{}元", "{}蚊雞"), (200, 300, 500, 800, 1000, 2000, 3000)),
}
_DIGITS: Final = "零一二三四五六七八九"


def _region(scene: Scene) -> str:
    region = scene.locale.rsplit("-", 1)[-1]
    if region in _MONEY:
        return region
    if scene.locale.startswith("yue"):
        return "HK"
    return ("TW" if "Hant" in scene.locale else "CN") if scene.is_chinese else "US"


def _sum(scene: Scene) -> tuple[str, int, str | None]:
    """Return a sum as it is written, its value, and its currency where it is named."""
    currency, forms, sizes = _MONEY[_region(scene)]
    value = scene.rng.choice(sizes) + scene.rng.choice((0, 0, 0, 5, 10))
    if scene.rng.random() < 0.4:
        return _number(scene, value), value, None
    form = scene.one(*forms)
    if "k " in form:
        value = max(1000, value // 1000 * 1000)
        return form.format(value // 1000), value, currency
    return form.format(_number(scene, value) if form[0] == "{" else str(value)), value, currency


def _number(scene: Scene, value: int) -> str:
    if scene.is_chinese:
        if value % 100 == 0 and value < 10_000 and scene.rng.random() < 0.3:
            return _in_words(value)
        return str(value)
    if value % 1000 == 0 and scene.rng.random() < 0.3:
        return f"{value // 1000}k"
    return scene.one(str(value), f"{value:,}")


def _in_words(value: int) -> str:
    """Return round hundreds below ten thousand in Chinese: 两千五, 三百."""
    thousands, hundreds = divmod(value // 100, 10)
    left = f"{'两' if thousands == 2 else _DIGITS[thousands]}千" if thousands else ""
    if not hundreds:
        return left
    return left + _DIGITS[hundreds] + ("" if left else "百")


def _amount(scene: Scene) -> str:
    text, value, currency = _sum(scene)
    if "amount" not in scene.slots:
        scene.slots["amount"] = value
    if currency and "currency" not in scene.slots:
        scene.slots["currency"] = currency
    return text


def _other_money(scene: Scene) -> str:
    return _sum(scene)[0]


# --- days ------------------------------------------------------------------------------------------------------------

_WEEKDAYS: Final = (
    "monday mon",
    "tuesday tues",
    "wednesday wed",
    "thursday thurs",
    "friday fri",
    "saturday sat",
    "sunday sun",
)
_MONTHS: Final = "January February March April May June July August September October November December".split()


def _coming(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _day_of_month(today: date, day: int, *, past: bool) -> date:
    step = today + timedelta(days=-1 if past else 1)
    while step.day != day:
        step += timedelta(days=-1 if past else 1)
    return step


def month_end(today: date) -> date:
    """Return the last day of the month of *today*."""
    return today.replace(day=calendar.monthrange(today.year, today.month)[1])


def _next_month(today: date, day: int) -> date:
    year, month = (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)
    return date(year, month, day)


def _day(scene: Scene) -> tuple[str, date | None, date | None]:
    """Return a day as it is written, which it is, and the near one of "next friday"; no day where it is vague."""
    if scene.is_chinese:
        return _day_zh(scene)
    rng, today = scene.rng, scene.today
    if scene.past:
        day = today - timedelta(days=rng.randint(1, 9))
        return rng.choice(
            [
                ("yesterday", today - timedelta(days=1), None),
                (f"the {_ordinal(day.day)}", _day_of_month(today, day.day, past=True), None),
                (f"{day.day} {_MONTHS[day.month - 1][:3]}", day, None),
                (f"{_MONTHS[day.month - 1]} {day.day}", day, None),
            ]
        )
    weekday, number = rng.randrange(7), rng.randint(1, 28)
    later = today + timedelta(days=rng.randint(3, 40))
    near = _coming(today, weekday)
    following = today + timedelta(days=7 - today.weekday() + weekday)
    choices = [
        (scene.one(*_WEEKDAYS[weekday].split()), near, None),
        (f"next {_WEEKDAYS[weekday].split()[0]}", following, near if near != following else None),
        (scene.one("tomorrow", "tmrw", "tmw", "2moro", "tomoro"), today + timedelta(days=1), None),
        (scene.one("today", "tonight"), today, None),
        (f"the {_ordinal(number)}", _day_of_month(today, number, past=False), None),
        (f"the {_ordinal(number)}", _day_of_month(today, number, past=False), None),
        (f"{_MONTHS[later.month - 1]} {later.day}", later, None),
        (f"{later.day} {_MONTHS[later.month - 1]}", later, None),
        (scene.one("the end of the month", "month end", "end of month"), month_end(today), None),
        (f"the {_ordinal(number)} of next month", _next_month(today, number), None),
    ]
    return rng.choice(choices)


def _ordinal(number: int) -> str:
    suffix = "th" if number in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _day_zh(scene: Scene) -> tuple[str, date | None, date | None]:
    rng, today = scene.rng, scene.today
    cantonese, traditional = scene.locale.startswith("yue"), "Hant" in scene.locale or scene.locale.startswith("yue")
    week = "星期" if cantonese else scene.one("周", "星期", "礼拜")
    if traditional:
        week = scene.one("星期", "禮拜") if cantonese else scene.one("週", "禮拜", "星期")
    mark = scene.one("号", "号", "日") if not traditional else scene.one("號", "號", "日")
    if scene.past:
        day = today - timedelta(days=rng.randint(1, 9))
        return rng.choice(
            [
                ("昨天" if not cantonese else "尋日", today - timedelta(days=1), None),
                ("前天" if not cantonese else "前日", today - timedelta(days=2), None),
                (f"{day.day}{mark}", _day_of_month(today, day.day, past=True), None),
                (f"{day.month}月{day.day}{mark}", day, None),
            ]
        )
    weekday, number = rng.randrange(7), rng.randint(1, 28)
    later = today + timedelta(days=rng.randint(3, 40))
    following = today + timedelta(days=7 - today.weekday() + weekday)
    name = "一二三四五六日"[weekday]
    following_word = {False: "下", True: "下個" if cantonese else "下"}[traditional]
    next_month = "下个月" if not traditional else "下個月"
    choices = [
        (f"{week}{name}", _coming(today, weekday), None),
        (f"{following_word}{week}{name}", following, None),
        (
            "听日" if cantonese and not traditional else ("聽日" if cantonese else "明天"),
            today + timedelta(days=1),
            None,
        ),
        ("後日" if cantonese else ("後天" if traditional else "后天"), today + timedelta(days=2), None),
        ("今晚" if rng.random() < 0.5 else ("今日" if cantonese else "今天"), today, None),
        (f"{number}{mark}", _day_of_month(today, number, past=False), None),
        (f"{number}{mark}", _day_of_month(today, number, past=False), None),
        (f"{later.month}月{later.day}{mark}", later, None),
        ("月尾" if cantonese else "月底", month_end(today), None),
        (f"{next_month}{number}{mark}", _next_month(today, number), None),
    ]
    return rng.choice(choices)


def _date(scene: Scene) -> str:
    text, day, near = _day(scene)
    if day is not None:
        days = scene.slots.setdefault("dates", [])
        alternatives = scene.slots.setdefault("dates_alt", [])
        days.append(day)
        alternatives.append(near or day)
    return text


def _other_date(scene: Scene) -> str:
    return _day(scene)[0]


# --- the rest --------------------------------------------------------------------------------------------------------

_COUNT_WORDS: Final = "zero one two three four five six seven eight nine ten eleven twelve".split()
_FREQUENCIES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "en": (
        ("monthly", "monthly"),
        ("a month", "monthly"),
        ("every month", "monthly"),
        ("per month", "monthly"),
        ("each month", "monthly"),
        ("weekly", "weekly"),
        ("a week", "weekly"),
        ("every week", "weekly"),
        ("fortnightly", "biweekly"),
        ("every two weeks", "biweekly"),
        ("every other week", "biweekly"),
        ("twice a month", "semimonthly"),
        ("pm", "monthly"),
        ("/month", "monthly"),
    ),
    "zh": (
        ("每个月", "monthly"),
        ("每月", "monthly"),
        ("一个月", "monthly"),
        ("每周", "weekly"),
        ("每两周", "biweekly"),
        ("每星期", "weekly"),
    ),
    "zh-Hant": (
        ("每個月", "monthly"),
        ("每月", "monthly"),
        ("一個月", "monthly"),
        ("每週", "weekly"),
        ("每兩週", "biweekly"),
        ("每個禮拜", "weekly"),
    ),
}
_NAMES: Final = (
    "Maria",
    "Mr Tan",
    "Chidi",
    "Sarah Jones",
    "Ramesh",
    "Joy",
    "Ahmed",
    "Mrs Lee",
    "Bob",
    "Aisha",
    "Tunde",
    "Liz",
)
_NAMES_ZH: Final = ("王强", "李娜", "张伟", "陈先生", "刘姐", "小赵", "黄小姐", "阿明", "周建国", "林太")
_LENDERS: Final = ("Example Card", "QuickLoan", "EasyPay", "Northbank", "CashNow", "BrightLend", "the card company")
_LENDERS_ZH: Final = ("示例金融", "某某贷", "优快贷", "小微金", "玉海银行", "你们平台")


def _count(scene: Scene) -> str:
    value = scene.rng.choice((2, 3, 3, 4, 5, 6, 6, 9, 10, 12))
    scene.slots.setdefault("n_instalments", value)
    if scene.is_chinese:
        words = {2: "两", 10: "十", 12: "十二"}.get(value) or _DIGITS[value]
        return scene.one(str(value), words)
    return scene.one(str(value), _COUNT_WORDS[value])


def _frequency(scene: Scene) -> str:
    key = "en"
    if scene.is_chinese:
        key = "zh-Hant" if "Hant" in scene.locale or scene.locale.startswith("yue") else "zh"
    text, value = scene.rng.choice(_FREQUENCIES[key])
    scene.slots.setdefault("frequency", value)
    return text


def _option(scene: Scene) -> str:
    number = scene.rng.randint(1, 3)
    scene.slots.setdefault("option", str(number))
    if scene.is_chinese:
        return scene.one(
            str(number), f"第{_DIGITS[number]}个", f"方案{number}", f"选项{number}", f"第{_DIGITS[number]}種"
        )
    ordinal = ("first", "second", "third")[number - 1]
    return scene.one(
        str(number), f"option {number}", f"the {ordinal} one", f"number {number}", f"plan {number}", f"#{number}"
    )


def _time(scene: Scene) -> str:
    hour = scene.rng.randint(8, 20)
    if scene.is_chinese:
        half = "下午" if hour > 12 else "上午"
        return scene.one(
            f"{half}{(hour - 1) % 12 + 1}点", f"{hour}点", f"{half}{(hour - 1) % 12 + 1}点半", f"{hour}:30"
        )
    return scene.one(
        f"{(hour - 1) % 12 + 1}{'pm' if hour >= 12 else 'am'}", f"{hour}:30", f"{(hour - 1) % 12 + 1} o'clock"
    )


def _reference(scene: Scene) -> str:
    digits = "".join(str(scene.rng.randrange(10)) for _ in range(scene.rng.choice((4, 6, 8, 10, 11))))
    return scene.one(digits, digits, f"{scene.one('TX', 'REF', 'PL', 'A')}{digits}")


_FILLERS: Final[Mapping[str, Callable[[Scene], str]]] = {
    "amount": _amount,
    "date": _date,
    "count": _count,
    "frequency": _frequency,
    "option": _option,
    "time": _time,
    "refno": _reference,
    "othermoney": _other_money,
    "otherdate": _other_date,
    "name": lambda scene: scene.one(*(_NAMES_ZH if scene.is_chinese else _NAMES)),
    "lender": lambda scene: scene.one(*(_LENDERS_ZH if scene.is_chinese else _LENDERS)),
}
