"""Where the policy asks for the page, no word by text agrees to a plan; the button on the page does, as everywhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parley.engine.case import Inbound
from parley.engine.situation import case_of
from parley.engine.turn import turn
from parley.engine.twin import Twin
from parley.engine.visit import Agree, AskPerson, Choose, visit
from parley.ids import derive_id
from parley.negotiation.levers import Confirm
from parley.negotiation.state import State
from tests.engine.sample import NOON, page_library, shipped_library
from tests.engine.test_walks import CHINA, ENDINGS, POOL, PROVEN, TAIWAN

MINUTE = timedelta(minutes=1)
YES = [
    "yes", "YES", "Yes please", "ok", "agree", "i agree", "confirm", "yes i agree to the plan", "yes!!", "👍 yes", "y",
    "同意", "是", "好的", "确认", "確認", "可以", "同意方案", "我同意", "ＹＥＳ",
]  # fmt: skip
# What our texts say where a yes by text counts.
ASK_FOR_A_YES = ("Reply YES to agree", "同意请回复“同意”", "同意請回覆「同意」")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a borrower of one language writes, and what our texts must and must not say to them."""

    chooses: str
    agrees: str
    asks: str
    mumbles: str
    points: tuple[str, ...]
    never: tuple[str, ...]


SPOKEN = {
    "en": Spoken(
        "2", "yes", "what happens if i miss a payment", "qwerty",
        ("open pay.example.com; if not, reply NO.", "use that page; if not, reply NO.", "pay.example.com; or reply NO"),
        ("YES",),
    ),
    "zh-Hans": Spoken(
        "2", "同意", "漏还一期会怎样", "嗯哼哼哼",
        ("同意请在pay.example.com确认", "同意请在该页面确认", "同意请在pay.example.com确认，或回复“否”"),
        ("回复“同意”",),
    ),
    "zh-Hant": Spoken(
        "2", "同意", "漏繳一期會怎樣", "嗯哼哼哼",
        ("同意請至pay.example.com確認", "同意請在該頁面確認", "同意請至pay.example.com確認，或回覆「否」"),
        ("回覆「同意」",),
    ),
}  # fmt: skip
SITUATIONS = {"en": PROVEN, "zh-Hans": replace(CHINA, is_proven=True), "zh-Hant": replace(TAIWAN, is_proven=True)}
CAPACITY = {"en": "i can pay 60 a month", "zh-Hans": "每月500", "zh-Hant": "每個月2000"}


class Talk:
    """A talk by text with a lender whose policy asks for the page."""

    def __init__(self, language: str) -> None:
        self.twin = Twin(page_library(), case_of(SITUATIONS[language], now=NOON))
        self.minutes = 0

    def says(self, text: str) -> str:
        self.minutes += 1
        heard = self.twin.hear(text, NOON + self.minutes * MINUTE)
        return heard.message.rendered.text if heard.message is not None else ""

    @property
    def state(self) -> State:
        return self.twin.case.talk.state


def read_back(language: str) -> tuple[Talk, str]:
    """Return a talk in which a plan was just read back, and the text that did."""
    talk = Talk(language)
    talk.says(CAPACITY[language])
    said = talk.says(SPOKEN[language].chooses)
    assert talk.state is State.READ_BACK, said
    return talk, said


@pytest.mark.parametrize("language", SPOKEN)
def test_every_text_at_the_read_back_points_to_the_page_and_none_asks_for_a_yes(language: str) -> None:
    spoken = SPOKEN[language]
    talk, said = read_back(language)
    texts = [said, talk.says(spoken.asks), talk.says(spoken.mumbles)]
    assert talk.state is State.READ_BACK
    for text, points in zip(texts, spoken.points, strict=True):
        assert points in text
        assert not any(words in text for words in spoken.never), text


@pytest.mark.parametrize("language", SPOKEN)
def test_a_yes_by_text_is_answered_twice_by_the_way_to_the_page_and_then_by_a_person(language: str) -> None:
    talk, _ = read_back(language)
    before = talk.twin.case
    for _ in range(2):
        heard = talk.twin.hear(SPOKEN[language].agrees, NOON + 5 * MINUTE)
        assert heard.message is not None
        assert heard.message.rendered.key == "plan.confirm_on_page"
        assert "pay.example.com" in heard.message.rendered.text
        assert heard.outcome.to is State.READ_BACK
        assert heard.outcome.memory.option == before.talk.memory.option
        assert heard.outcome.cancels == "" and heard.outcome.arrangement is None
        assert talk.twin.case.offer == before.offer, "the offer stands as it stood"
    heard = talk.twin.hear(SPOKEN[language].agrees, NOON + 6 * MINUTE)
    assert (heard.outcome.to, heard.outcome.person_reason) == (State.WITH_PERSON, "confirm_on_page")
    assert talk.twin.case.offer == before.offer, "a person can agree to it on the phone"
    assert talk.twin.arrangements == []


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("yeses", [0, 1, 2])
def test_the_button_on_the_page_binds_before_and_after_a_yes_by_text(language: str, yeses: int) -> None:
    talk, _ = read_back(language)
    for _ in range(yeses):
        talk.says(SPOKEN[language].agrees)
    case = talk.twin.case
    assert case.offer is not None and case.talk.memory.option is not None
    pressed = Inbound(derive_id("inbound", "page", "1"), "", NOON + 9 * MINUTE)
    outcome = visit(case, Agree(), pressed, NOON + 9 * MINUTE, page_library())
    assert outcome.to is State.AGREED
    assert outcome.arrangement is not None
    assert outcome.arrangement.plan == case.offer.plans[case.talk.memory.option]
    assert outcome.draft is not None and outcome.draft.rendered.key == "plan.agreed"


def test_no_other_act_on_the_page_agrees() -> None:
    case = read_back("en")[0].twin.case
    for act in (Choose(0), AskPerson()):
        outcome = visit(case, act, Inbound(derive_id("inbound", "page", "2"), "", NOON), NOON, page_library())
        assert (outcome.arrangement, outcome.to is State.AGREED) == (None, False)


def test_no_and_another_amount_are_taken_by_text_as_ever() -> None:
    talk, _ = read_back("en")
    talk.says("yes")
    talk.says("45 a month")
    assert talk.state is State.OFFER
    talk, _ = read_back("en")
    assert "no plan was made" in talk.says("no")


def test_what_an_offer_said_of_a_yes_holds_whatever_policy_came_since() -> None:
    """Who was told "reply YES" is bound by it, and who was told of the page is not."""
    on_page = read_back("en")[0].twin.case
    assert on_page.offer is not None and on_page.offer.confirm is Confirm.PAGE
    yes = Inbound(derive_id("inbound", "sandbox", "1"), "yes", NOON)
    assert turn(on_page, yes, NOON, shipped_library()).arrangement is None
    by_reply = replace(on_page, offer=replace(on_page.offer, confirm=Confirm.REPLY))
    assert turn(by_reply, yes, NOON, page_library()).to is State.AGREED


def test_a_promise_is_still_confirmed_by_text() -> None:
    talk = Talk("en")
    talk.says("i will pay 103 on friday")
    heard = talk.twin.hear("yes", NOON + 2 * MINUTE)
    assert heard.outcome.to is State.PROMISED
    assert heard.outcome.promise is not None


_REPLY = st.sampled_from(YES) | st.sampled_from(YES) | st.sampled_from(POOL) | st.sampled_from(ENDINGS)


@given(st.sampled_from(sorted(SPOKEN)), st.lists(_REPLY, max_size=8))
@example("en", ["2", "yes"])
@example("zh-Hans", ["2", "同意", "60 a month", "1", "同意"])
def test_no_sequence_of_texts_ever_agrees_to_a_plan(language: str, replies: list[str]) -> None:
    talk = Talk(language)
    for text in (CAPACITY[language], *replies):
        said = talk.says(text)
        assert talk.state is not State.AGREED
        assert talk.twin.arrangements == []
        assert not any(words in said for words in ASK_FOR_A_YES)
