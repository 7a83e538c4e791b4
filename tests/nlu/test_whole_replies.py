"""Whole replies that are one thing only: the end of a plan is no end of a life, "what if I don't agree" no answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from parley.nlu.read import Reader, read
from parley.nlu.reading import Intent, Reading, ReadingContext

CONTEXT = ReadingContext("overdue", datetime(2026, 11, 25, 10, tzinfo=UTC), "Asia/Shanghai", "zh-CN", "CNY")
SAID_ANYWHERE = (None, "reminder", "overdue", "capacity", "promo", "limit_change")
PUT = ("offer", "plan_confirm", "promise_confirm")

ENDS_A_PLAN = (
    "I want to end my plan", "cancel my arrangement", "i want to end my payment plan please", "end my plan",
    "I'd like to end my agreement", "i wish to end the plan", "please end the plan", "I'm going to end my plan",
    "I want to end this arrangement, please", "I want my plan to end", "we want to end the payment plan",
    "I just want to end my plan", "Hi, I would like to terminate my repayment plan",
    "I've decided to end my plan", "STOP MY PLAN", "I want to get out of this payment plan", "quit the plan",
    "我想结束计划", "想取消分期", "我要结束还款计划", "想结束这个分期方案", "我想结束方案", "打算结束协议",
    "想要终结分期计划", "我想結束這個計劃", "我想結束我的還款方案", "请帮我取消还款安排", "我要終止分期方案",
)  # fmt: skip
LONGER = (
    "i want to end my plan, it's too expensive now", "hello there, i want to end my plan and pay as before",
    "I want to end my plan because I got a job and can pay it all", "want to end the plan we made last month",
    "我想结束计划，每个月太紧张了", "我决定结束分期计划，恢复原来的还法",
)  # fmt: skip
ENDS_A_LIFE = (
    "I want to end it all, and my plan too", "end my plan and my life", "i want to end my life, cancel the plan",
    "i want to end my life plan", "cancel my plan, i won't be alive", "I want to end my plan and myself",
    "i want to end everything. the plan, all of it", "i just want it all to end, my plan and me with it",
    "end my plan, end my life", "I have a plan to end my life", "my plan is to end it tonight",
    "我想结束计划，也想结束自己", "我计划结束一切", "我想结束生命", "结束计划，结束我自己", "我想結束一切計劃",
    "取消计划吧，我不想活了", "我打算结束这条命，计划不用管了",
)  # fmt: skip
ASKS_WHAT_IF = (
    "what happens if I don't agree?", "what if i say no", "what if I don't pay", "what happens if I refuse the plan",
    "And if I don't accept any of these what happens?", "ok and what will happen if i do not choose one",
    "what are the consequences if I decline", "so what happens if we don't take it", "WHAT IF I DONT AGREE??",
    "如果不同意会怎样", "不还会怎么样", "不同意的话会有什么后果", "我不選會怎樣", "如果我都不选呢",
    "要是不接受會怎麼樣呢", "请问不签协议会有什么影响", "唔同意會點", "假如我拒绝会怎么样",
)  # fmt: skip
DECLINES = ("I don't agree", "no", "i refuse", "no thanks, none of these", "不同意", "我拒绝")


def said(text: str, kind: str | None, reader: Reader) -> Reading:
    return read(text, replace(CONTEXT, last_message=kind), reader)


def may_be(reading: Reading) -> set[Intent]:
    return {reading.intent, *reading.also, *reading.alternatives}


@pytest.mark.parametrize("kind", [*SAID_ANYWHERE, *PUT])
def test_who_ends_a_plan_is_in_no_danger(kind: str | None, reader: Reader) -> None:
    readings = {text: said(text, kind, reader) for text in ENDS_A_PLAN}
    wanted = Intent.DECLINE if kind in PUT else Intent.ASK_PLAN
    assert {text for text, one in readings.items() if Intent.RISK in may_be(one)} == set()
    assert {text for text, one in readings.items() if one.intent is not wanted} == set()


def test_with_more_words_it_is_learnt(reader: Reader) -> None:
    for kind in ("overdue", "reminder", "plan_confirm"):
        heard = {text: said(text, kind, reader) for text in LONGER}
        assert {text for text, one in heard.items() if Intent.RISK in {one.intent, *one.also}} == set(), kind


@pytest.mark.parametrize("kind", [*SAID_ANYWHERE, *PUT])
def test_who_ends_a_life_is_heard_whatever_is_said_of_a_plan(kind: str | None, reader: Reader) -> None:
    readings = {text: said(text, kind, reader) for text in ENDS_A_LIFE}
    assert {text for text, one in readings.items() if Intent.RISK not in {one.intent, *one.also}} == set()


@pytest.mark.parametrize("kind", [*SAID_ANYWHERE, *PUT])
def test_who_asks_what_holds_otherwise_asks(kind: str | None, reader: Reader) -> None:
    readings = {text: said(text, kind, reader) for text in ASKS_WHAT_IF}
    assert {text for text, one in readings.items() if one.intent is not Intent.ASK_INFO or one.is_doubtful} == set()
    assert {text for text, one in readings.items() if Intent.DECLINE in one.also} == set()


@pytest.mark.parametrize("kind", PUT)
def test_a_plain_no_stays_one(kind: str, reader: Reader) -> None:
    assert {text for text in DECLINES if said(text, kind, reader).intent is not Intent.DECLINE} == set()
