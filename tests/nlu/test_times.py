"""Times that suit and that do not, in borrowers' words. The expected weeks are written by hand."""

from __future__ import annotations

import itertools
import random
from datetime import date

import pytest

from parley.nlu.days import Today
from parley.nlu.lexicon import Lexicon
from parley.nlu.times import Times, Week, named_times
from parley.nlu.urgent import scan

# A Thursday.
TODAY = Today(date(2026, 11, 26), month_first=True)
WORK = "Mon-Fri 08:00-18:00"


def shown(week: Week | None) -> str:
    """Write a week as "Mon-Fri 08:00-18:00": spans of days with the same windows, whole closed days left out."""
    if week is None:
        return ""
    names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    text = [",".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in day) for day in week]
    parts, first = [], 0
    for place in range(1, 8):
        if place == 7 or text[place] != text[first]:
            days = names[first] if first == place - 1 else f"{names[first]}-{names[place - 1]}"
            parts += [f"{days} {text[first]}"] if text[first] else []
            first = place
    return "; ".join(parts)


def read(text: str, lexicon: Lexicon) -> Times | None:
    return named_times(lexicon.prepare(text).text, TODAY, lexicon)


@pytest.mark.parametrize(
    ("text", "closed", "only"),
    [
        ("not at work", WORK, ""),
        ("Please don't text me at work", WORK, ""),
        ("please dont message me during working hours", WORK, ""),
        ("上班时间别发", WORK, ""),
        ("上班时间不要打电话给我", WORK, ""),
        ("别在上班時間傳簡訊", WORK, ""),
        ("唔好返工時間打嚟", WORK, ""),
        ("don't call before noon", "Mon-Sun 00:00-12:00", ""),
        ("never before 10", "Mon-Sun 00:00-10:00", ""),
        ("dont text b4 8", "Mon-Sun 00:00-08:00", ""),
        ("No texts after 9", "Mon-Sun 21:00-24:00", ""),
        ("don't contact me before 9am or after 8pm", "Mon-Sun 00:00-09:00,20:00-24:00", ""),
        ("9 to 5 i can't take calls", "Mon-Sun 09:00-17:00", ""),
        ("I am at work 9-5 don't call", "Mon-Sun 09:00-17:00", ""),
        ("i work nights, don't text before 2pm", "Mon-Sun 00:00-14:00", ""),
        ("no messages on Sundays", "Sun 00:00-24:00", ""),
        ("周末别发短信", "Sat-Sun 00:00-24:00", ""),
        ("周一到周五不要打电话", "Mon-Fri 00:00-24:00", ""),
        ("星期六日唔好搵我", "Sat-Sun 00:00-24:00", ""),
        ("早上九点前不要打电话", "Mon-Sun 00:00-09:00", ""),
        ("晚上十点后不要发短信", "Mon-Sun 22:00-24:00", ""),
        ("don't text me late at night", "Mon-Sun 18:00-24:00", ""),
        ("only after 6", "", "Mon-Sun 18:00-24:00"),
        ("Only email me after 17:30", "", "Mon-Sun 17:30-24:00"),
        ("text me only on weekends", "", "Sat-Sun 00:00-24:00"),
        ("Only call me between 3 and 5pm", "", "Mon-Sun 15:00-17:00"),
        ("Please only contact me Monday to Friday 9am to 5pm", "", "Mon-Fri 09:00-17:00"),
        ("reach me weekdays after 18:00 only", "", "Mon-Fri 18:00-24:00"),
        ("call me after 6pm please", "", "Mon-Sun 18:00-24:00"),
        ("text me in the evening only", "", "Mon-Sun 18:00-22:00"),
        ("evenings are best", "", "Mon-Sun 18:00-22:00"),
        ("no calls except after 6", "", "Mon-Sun 18:00-24:00"),
        ("any time except at work", WORK, ""),
        ("you can call me anytime but not on Sundays", "Sun 00:00-24:00", ""),
        ("text me whenever, except in the evening", "Mon-Sun 17:00-24:00", ""),
        ("除了上班时间都可以打给我", WORK, ""),
        ("随时可以，除了晚上", "Mon-Sun 18:00-24:00", ""),
        ("除非周末，别打电话", "", "Sat-Sun 00:00-24:00"),
        ("晚上8点以后再联系我", "", "Mon-Sun 20:00-24:00"),
        ("只能下班后联系", "", "Mon-Sun 18:00-24:00"),
        ("只在周六上午联系", "", "Sat 06:00-12:00"),
        ("not at work, only after 6", WORK, "Mon-Sun 18:00-24:00"),
        ("Only between 10 p.m. and 2 a.m. please text", "", "Mon-Sun 00:00-02:00,22:00-24:00"),
    ],
)
def test_a_week_is_read_from_words(lexicon: Lexicon, text: str, closed: str, only: str) -> None:
    times = read(text, lexicon)
    assert times is not None
    assert (shown(times.closed), shown(times.only), times.from_day) == (closed, only, None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("nothing until the 1st", date(2026, 12, 1)),
        ("don't contact me until December 5", date(2026, 12, 5)),
        ("please wait until friday before contacting me", date(2026, 11, 27)),
        ("don't text me till next month", date(2026, 12, 1)),
        ("stop texting me for two weeks", date(2026, 12, 10)),
        ("not today please, don't text", date(2026, 11, 27)),
        ("下个月1号之前别联系我", date(2026, 12, 1)),
        ("下周再联系我", date(2026, 11, 30)),
        ("月底前别发了", date(2026, 11, 30)),
        ("今天别再打了", date(2026, 11, 27)),
    ],
)
def test_a_day_to_wait_for_is_read_from_words(lexicon: Lexicon, text: str, day: date) -> None:
    times = read(text, lexicon)
    assert times == Times(from_day=day)


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "I'll pay after 6",
        "can i pay on the 1st",
        "I can pay only on weekends",
        "call me on monday",
        "I get paid on Fridays",
        "don't debit before the 5th",
        "我周五发工资再还",
        "5号之后才有钱还",
        "the payment came after noon",
        "STOP",
        "my rent is due on the 1st",
    ],
)
def test_what_is_not_about_being_contacted_names_no_times(lexicon: Lexicon, text: str) -> None:
    assert read(text, lexicon) is None


def test_any_words_are_read_to_whole_weeks_within_the_day(lexicon: Lexicon) -> None:
    dice = random.Random(5)
    words = (
        "don't call text before after between 9 5pm 25 99:99 noon only not weekends Monday till the 31st "
        "上班 别发 晚上 8点 - to and , ."
    ).split()
    for _ in range(600):
        times = read(" ".join(dice.choices(words, k=dice.randrange(1, 9))), lexicon)
        for week in (times.closed, times.only) if times else ():
            for day in week or ():
                assert all(0 <= start < end <= 24 * 60 for start, end in day)
                assert all(end < start for (_, end), (start, _) in itertools.pairwise(day))


@pytest.mark.parametrize(
    "text",
    [
        "Please don't text me at work",
        "No texts after 9",
        "no messages on Sundays",
        "don't text me until December 5",
        "stop texting me for two weeks",
        "周末别发短信",
        "晚上不要再发短信了",
        "上班的时候不要给我发信息",
        "9点之前别给我发消息",
    ],
)
def test_a_limit_of_time_is_no_stop(lexicon: Lexicon, text: str) -> None:
    assert scan(text, lexicon).stop is None
    assert read(text, lexicon) is not None


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop texting me at once",
        "don't text me at all",
        "stop texting me, I'm at work",
        "don't text me again after this",
        "stop texting me today",
        "stop texting me day and night",
        "don't text me until you fix this",
        "不要再给我发短信了",
        "别天天发短信",
        "今天开始别再发短信",
    ],
)
def test_a_stop_stays_one(lexicon: Lexicon, text: str) -> None:
    assert scan(text, lexicon).stop is not None


@pytest.mark.parametrize(
    "text",
    [
        "any time is fine again", "You can text me any time now", "call me anytime", "whenever is fine", "24/7 is fine",
        "ok text me whenever you want", "all hours are ok again", "什么时候都可以", "随时都可以联系我", "任何时间都行",
        "几点都行", "隨時可以打給我", "幾時都得",
    ],
)  # fmt: skip
def test_any_time_takes_every_limit_back(text: str, lexicon: Lexicon) -> None:
    assert read(text, lexicon) == Times()


@pytest.mark.parametrize(
    "text",
    [
        "don't call me any time", "you text me at all hours, stop", "I can pay any time", "can I pay any time",
        "can you text me any time?", "any time is fine if I am paid", "随时可以还款", "不要随时打电话给我",
        "随时可以打电话吗", "可以", "ok", "that works", "都不行",
    ],
)  # fmt: skip
def test_what_denies_asks_or_speaks_of_money_takes_nothing_back(text: str, lexicon: Lexicon) -> None:
    assert read(text, lexicon) is None
