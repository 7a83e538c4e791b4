"""A wish for a higher limit is found by its words, in English and Chinese; what denies it or asks why is none."""

from __future__ import annotations

import pytest

from parley.nlu.lexicon import Lexicon
from parley.nlu.wishes import Wish, wishes
from parley.run.library import build_words

ASKS = (
    "can you raise my limit", "please increase my credit limit to 5000", "I want a higher limit",
    "limit increase please", "could i get more credit", "Can my limit be increased?", "my limit is too low",
    "raise the limit on my card please", "CREDIT LIMIT INCREASE", "i need a bigger limit for the holidays",
    "想提高额度", "能不能帮我提额", "可以给我提升一下信用额度吗", "額度可以提高到50000嗎", "我想申請提高額度",
    "额度不够用", "可唔可以加額度", "额度能不能再高一点", "帮我把卡的额度调高一点", "请上调我的信用额度",
)  # fmt: skip
ASKS_NOT = (
    "why did you increase my limit", "why was my limit raised", "i do not want a higher limit", "dont raise my limit",
    "you raised my limit thanks", "a bigger plan", "lower my limit", "i can pay more", "limit", "", "more time please",
    "为什么提高我的额度", "不要给我提额", "我不需要提高额度", "额度是多少", "降低额度", "多给点时间", "为什么降了额度",
)  # fmt: skip


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    """Return the tables a home reads replies with: those of wishes lie beside the trained reader's."""
    return build_words().inbound


@pytest.mark.parametrize("text", ASKS)
def test_who_asks_for_a_higher_limit_is_heard(text: str, lexicon: Lexicon) -> None:
    assert wishes(text, lexicon) == {Wish.LIMIT_RISE}


@pytest.mark.parametrize("text", ASKS_NOT)
def test_what_is_no_wish_is_none(text: str, lexicon: Lexicon) -> None:
    assert wishes(text, lexicon) == frozenset()


@pytest.mark.parametrize("text", ["\ud800", "x" * 50_000, "\u202elimit my raise", "额" * 9_000])
def test_any_text_at_all_is_answered(text: str, lexicon: Lexicon) -> None:
    assert wishes(text, lexicon) == frozenset()
