"""One payment is told from a month's amount by the words around it, in English and Chinese, in both scripts."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from parley.nlu.lexicon import Lexicon
from parley.nlu.lumps import Lump, lump_in
from parley.nlu.reading import ReadingContext
from parley.run.library import build_words

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
ENGLISH = ReadingContext("capacity", NOW, "America/New_York", "en-US", "USD")
CHINESE = ReadingContext("capacity", NOW, "Asia/Shanghai", "zh-CN", "CNY")

ONCE: dict[str, int | str] = {
    "I can pay 800 at once": 800, "one payment of 5000": 5000, "lump sum of 2000": 2000,
    "$1,240.50 in one go": "1240.50",
    "could do 2k as a lump sum": 2000, "eight hundred at once": 800, "400 up front": 400,
    "a one off payment of 300": 300,
    "一次性还5000": 5000, "先还3000剩下的分期": 3000, "我能一次性拿出三千": 3000, "3000一次性，其他的分期": 3000,
    "一次过俾5000得唔得": 5000, "一笔付3000": 3000, "首付2000，其余分期": 2000, "我可以一次還5000塊": 5000,
    "先還3000，剩下的分期": 3000,
}  # fmt: skip
WITH_REST = {
    "I have 500 now and can do 100 a month after": (500, 100, "monthly"),
    "can pay 1000 upfront then 100 a month": (1000, 100, "monthly"),
    "I can manage 300 in one go and the rest at 50 a month": (300, 50, "monthly"),
    "500 down and 50 monthly": (500, 50, "monthly"),
    "first payment 300 then 60 monthly": (300, 60, "monthly"),
    "800 today and 20 a week from then": (800, 20, "weekly"),
    "首付2000，之后每月500": (2000, 500, "monthly"),
    "先还3000，剩下每月500": (3000, 500, "monthly"),
    "我今天先付八百，后面每月两百": (800, 200, "monthly"),
    "我先還5000，其餘每月1000": (5000, 1000, "monthly"),
}
EITHER: dict[str, int | str] = {
    "800 now": 800, "pay 600 today": 600, "600 to start with": 600, "we could pay 1,000.50 right away": "1000.50",
    "先付2000": 2000, "現在可以還5000": 5000, "馬上可以付5000塊": 5000, "只能先还500": 500,
}  # fmt: skip
EVERYTHING = (
    "I can pay it all off now", "I will pay the full balance today", "can I settle the whole balance now",
    "how do i pay it all off", "I want to pay everything i owe today", "我可以一次还清",
    "现在就全部还清", "我想一次性結清",
)  # fmt: skip
MONTHLY = (
    "60", "60 a month", "i can do 60 a month right now", "I can only do 60 right now", "every month 60",
    "once a month 60",
    "每个月500", "每月还一次500", "我现在每月只能还500", "每月還500",
)  # fmt: skip
NO_PAYMENT = (
    "I can't pay 800 at once", "cant pay it all at once", "i can't pay the full amount now", "i have paid it all",
    "any discount if I pay in full?", "my rent is 800 at once", "I get paid 900 today", "i earn 2000 now",
    "at once", "",
    "没办法一次性还清", "不能一次还清，每月500", "已经一次性还清了", "一次性结清有优惠吗", "一次性验证码123456",
    "I could pay if you waive it all at once", "bring it down to 60",
)  # fmt: skip


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    """Return the tables a home reads replies with: that of one payment lies beside the trained reader's."""
    return build_words().inbound


def named(text: str, lexicon: Lexicon) -> Lump | None:
    return lump_in(text, CHINESE if any("\u3400" <= char <= "\u9fff" for char in text) else ENGLISH, lexicon)


def test_one_payment_is_found(lexicon: Lexicon) -> None:
    found = {text: named(text, lexicon) for text in ONCE}
    assert {text: lump and lump.amount for text, lump in found.items()} == {
        text: Decimal(amount) for text, amount in ONCE.items()
    }
    assert [text for text, lump in found.items() if not (lump and lump.is_sure and lump.rest is None)] == []


def test_what_is_named_beside_it_is_for_after_it(lexicon: Lexicon) -> None:
    for text, (amount, rest, every) in WITH_REST.items():
        assert named(text, lexicon) == Lump(Decimal(amount), True, Decimal(rest), every), text


def test_what_may_be_either_is_not_sure(lexicon: Lexicon) -> None:
    for text, amount in EITHER.items():
        assert named(text, lexicon) == Lump(Decimal(amount), False), text


def test_everything_at_once_has_no_sum(lexicon: Lexicon) -> None:
    for text in EVERYTHING:
        assert named(text, lexicon) == Lump(None, True), text
    assert named("I'll pay it all on friday", lexicon) == Lump(None, True, is_later=True)


@pytest.mark.parametrize("texts", [MONTHLY, NO_PAYMENT], ids=["monthly", "none"])
def test_what_is_no_single_payment_is_none(texts: tuple[str, ...], lexicon: Lexicon) -> None:
    assert [text for text in texts if named(text, lexicon) is not None] == []
