"""What takes effect with the reply itself, and what only sounds like it."""

from __future__ import annotations

from datetime import date

import pytest

from parley.nlu.lexicon import Lexicon
from parley.nlu.notices import Notice, notices

TODAY = date(2026, 11, 26)
FOUND = {
    Notice.REPRESENTED: [
        "My lawyer is handling this, contact him",
        "I have an attorney",
        "Please contact my solicitor",
        "I've hired a lawyer for this",
        "I am represented by Brown & Co",
        "My financial counsellor is acting for me",
        "我已委托律师处理",
        "请联系我的律师",
        "我的律师会联系你们",
        "我請了律師處理",
    ],
    Notice.DEBT_ADVISER: [
        "StepChange are dealing with my debts",
        "I'm working with a debt adviser",
        "I am on a debt management plan",
        "talking to Citizens Advice about it",
    ],
    Notice.INSOLVENCY: [
        "I filed for chapter 7 last week",
        "I'm bankrupt",
        "I have declared bankruptcy",
        "chapter 13 case filed",
        "my IVA was approved",
        "I'm on a DRO",
        "我已申请个人破产",
        "法院已受理我的破产",
        "我已申請更生",
    ],
    Notice.BREATHING_SPACE: [
        "I am in a breathing space until January",
        "breathing space started 4 Nov",
        "My breathing space has started",
        "I've been granted a mental health breathing space",
        "我已进入债务喘息期",
    ],
    Notice.DECEASED: [
        "The account holder has died",
        "he passed away last month, please stop texting",
        "I am the executor of the estate",
        "You are texting a dead man",
        "本人已去世",
        "机主已经过世了",
        "你要找的人去年去世了",
    ],
    Notice.DISPUTE: ["I dispute this debt", "this amount is wrong", "对账单金额有异议"],
    Notice.CEASE: [
        "cease all communication",
        "Do not contact me again",
        "no further contact",
        "cease and desist",
        "never contact me again",
        "停止一切形式的联系",
    ],
    Notice.NO_CALLS: [
        "stop calling me",
        "don't call me, text only",
        "no more phone calls",
        "别打电话给我",
        "不要再給我打電話",
    ],
    Notice.EMPLOYER_PROHIBITS: ["my employer doesn't allow calls", "not allowed to take personal calls at work"],
    Notice.CONSENT: ["START", "opt me in again please", "you can text me again", "重新订阅"],
    Notice.REFUSES_TO_PAY: ["I refuse to pay this debt"],
    Notice.ASKS_PLAN: ["can i pay in instalments?", "可以分期吗"],
}
NOT = {
    Notice.REPRESENTED: [
        "I need a lawyer",
        "I can't afford a lawyer",
        "我要请律师",
        "没钱请律师",
        "do I need a solicitor",
    ],
    Notice.INSOLVENCY: [
        "I might go bankrupt",
        "you will make me bankrupt",
        "my employer went bankrupt",
        "公司破产了",
        "快要破产了",
    ],
    Notice.BREATHING_SPACE: ["give me some breathing space", "could I have a bit of breathing space"],
    Notice.DECEASED: ["my mother died last week", "我妈去世了", "my phone died", "累死了", "i am tired to death"],
    Notice.CEASE: ["do not contact me before 9", "STOP", "don't contact me at work"],
    Notice.NO_CALLS: [
        "don't call me before noon",
        "stop calling my work",
        "上班时间别打电话",
        "please don't call me at work",
    ],
    Notice.CONSENT: ["Please contact my solicitor", "don't text me again", "you can call my lawyer", "ok"],
    Notice.REFUSES_TO_PAY: ["I refuse to pay the late fee", "I refuse to pay more"],
}


def pairs(table: dict[Notice, list[str]]) -> list[tuple[Notice, str]]:
    return [(notice, text) for notice, texts in table.items() for text in texts]


@pytest.mark.parametrize(("notice", "text"), pairs(FOUND))
def test_a_notice_is_found_in_its_wordings(lexicon: Lexicon, notice: Notice, text: str) -> None:
    assert notice in notices(text, TODAY, "en-US", lexicon).found


@pytest.mark.parametrize(("notice", "text"), pairs(NOT))
def test_what_only_sounds_like_a_notice_is_none(lexicon: Lexicon, notice: Notice, text: str) -> None:
    assert notice not in notices(text, TODAY, "en-US", lexicon).found


def test_plain_replies_put_us_on_notice_of_nothing_that_silences(lexicon: Lexicon) -> None:
    silencing = set(Notice) - {Notice.ASKS_PLAN, Notice.HARDSHIP, Notice.CONSENT}
    for text in ["ok", "yes", "50 a month", "I'll pay on Friday", "who is this", "谢谢", "下周还", "1", "balance?"]:
        assert not notices(text, TODAY, "en-US", lexicon).found & silencing, text
