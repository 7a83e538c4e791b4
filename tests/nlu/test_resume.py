"""Which replies ask for texts again: sentences that say so, and bare words only where they are listed."""

from __future__ import annotations

import pytest

from parley.nlu.lexicon import Lexicon
from parley.nlu.resume import asks_again
from parley.nlu.urgent import scan

WORDS = frozenset({"start", "unstop"})

SAYS_SO = [
    "please start texting me again", "You can text me again", "opt me back in", "resubscribe",
    "Start the texts again pls",
    "I want to get your texts again", "turn the texts back on", "pls resume messages", "txt me again",
    "Opt in",
    "重新订阅", "恢复短信", "请恢复发送短信", "可以再给我发短信了", "继续给我发账单短信", "重新訂閱", "恢復簡訊",
    "请重新接收短信",
]  # fmt: skip
DOES_NOT = [
    "don't start", "dont start texting me", "start date?", "When do the payments start", "please start my plan again",
    "开始还款", "我想重新开始还款", "不要恢复短信", "别再发短信", "怎么恢复短信", "恢复短信？", "可以恢复工资短信吗",
    "why did you start texting me again", "if you start texting me again I complain", "never text me again",
    "did you text me again", "text me again with your offers", "恢复营销短信", "start the payments again", "yes", "YES",
    "ok", "resume payments", "i cannot resume", "you started texting my mother again", "start a dispute", "是", "好的",
    "继续", "开始", "恢复", "stop texting me again", "只能下午给我发短信",
]  # fmt: skip


@pytest.mark.parametrize("text", SAYS_SO)
def test_a_sentence_asks_for_texts_again_anywhere(text: str, lexicon: Lexicon) -> None:
    assert asks_again(text, frozenset(), lexicon)
    assert scan(text, lexicon).stop is None


@pytest.mark.parametrize("text", DOES_NOT)
def test_denial_question_condition_and_other_objects_do_not(text: str, lexicon: Lexicon) -> None:
    assert not asks_again(text, WORDS, lexicon)


@pytest.mark.parametrize("text", ["START", "start", "Start please", "UNSTOP", "start.", "“START”", "ＳＴＡＲＴ"])
def test_a_bare_word_counts_only_where_it_is_listed(text: str, lexicon: Lexicon) -> None:
    assert asks_again(text, WORDS, lexicon)
    assert not asks_again(text, frozenset(), lexicon)


def test_a_stop_in_the_same_reply_is_still_heard(lexicon: Lexicon) -> None:
    assert scan("start? no, STOP texting me", lexicon).stop is not None
