"""What short replies to the questions about income and spending say, and what is not taken for an answer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files

import pytest

from parley.errors import BadInput
from parley.negotiation.budget.answering import answered, corrected
from parley.negotiation.budget.answers import FILE_NAME, Answer, AnswerWords, load_answer_words, read_answer
from parley.negotiation.budget.financial_statement import Cost, FinancialStatement, Household, Income, Rhythm, Topic
from parley.negotiation.budget.questions import Ask, Question
from parley.nlu.evidence import evidence_of
from parley.nlu.reading import ReadingContext
from parley.run.library import build_words
from tests.negotiation.budget.samples import shipped_bands

CONTEXT = ReadingContext(
    last_message="capacity",
    now=datetime(2026, 11, 26, 18, tzinfo=UTC),
    zone="America/Chicago",
    locale="en-US",
    currency="USD",
    options=(),
)
EMPTY = FinancialStatement("USD")


def raw() -> bytes:
    return (files("parley.negotiation") / "data" / FILE_NAME).read_bytes()


@cache
def words() -> AnswerWords:
    return load_answer_words(raw(), build_words().inbound)


def said(text: str) -> Answer | None:
    lexicon = build_words().inbound
    return read_answer(evidence_of(text, CONTEXT, lexicon), words(), lexicon)


def ask(topic: Topic) -> Question:
    return Question(Ask.ANSWER, topic, shipped_bands().of("USD", topic))


def told(text: str, topic: Topic) -> FinancialStatement | None:
    answer = said(text)
    return answered(EMPTY, ask(topic), answer) if answer is not None else None


@pytest.mark.parametrize(
    ("text", "people"),
    [
        *(
            ("4", 4),
            ("just me", 1),
            ("me and my wife", 2),
            ("2 adults 3 kids", 5),
            ("5 people", 5),
            ("family of 4", None),
        ),
        *(("我们四口人", 4), ("两大一小", 3), ("一家三口", 3), ("就我一个人", 1), ("我們三口人", 3)),
        # Whether the writer is among them is not said, or it is no household.
        *(("3 kids", None), ("i have 2 kids", None), ("21", None), ("0 people", None), ("2000", None), ("2.5", None)),
    ],
)
def test_a_household_is_counted_only_where_that_is_plain(text: str, people: int | None) -> None:
    statement = told(text, Topic.HOUSEHOLD)
    assert (statement.household if statement else None) == (Household(people) if people else None)


@pytest.mark.parametrize(
    ("text", "income"),
    [
        ("D", Income(2000_00)),
        ("d please", Income(2000_00)),
        ("900 weekly", Income(900_00, Rhythm.WEEKLY)),
        ("900 every 2 weeks", Income(900_00, Rhythm.BIWEEKLY)),
        ("1800 every 4 weeks, next on Dec 5", Income(1800_00, Rhythm.FOUR_WEEKLY, date(2026, 12, 5))),
        ("about 2000-2400 a month", Income(2000_00)),
        ("1500, 1720, 1640", Income(recent_months_minor=(1500_00, 1720_00, 1640_00))),
        ("nothing", Income(0)),
        ("2.5k", Income(2500_00)),
        ("月薪8000", Income(8000_00)),
        ("每四周1800", Income(1800_00, Rhythm.FOUR_WEEKLY)),
        ("200 a day", None),
        ("2000€", None),
        ("Z", None),
        ("4", None),
        ("what for?", None),
    ],
)
def test_income_is_read_with_its_rhythm_and_pay_day_and_never_guessed(text: str, income: Income | None) -> None:
    statement = told(text, Topic.INCOME)
    assert (statement.income if statement else None) == income


@pytest.mark.parametrize(
    ("text", "housing"),
    [
        ("A", Cost(0)),
        ("C", Cost(800_00)),
        ("none", Cost(0)),
        ("no rent", Cost(0)),
        ("没有", Cost(0)),
        ("rent is 1200", Cost(1200_00)),
        ("300-350 weekly", Cost(350_00, Rhythm.WEEKLY)),
        ("700 and 100", None),
        ("yes", None),
    ],
)
def test_spending_is_taken_at_the_end_that_is_safe(text: str, housing: Cost | None) -> None:
    statement = told(text, Topic.HOUSING)
    assert (statement.housing if statement else None) == housing


@pytest.mark.parametrize(
    "text", ["skip", "SKIP please", "pass", "rather not say", "跳过", "跳過", "不想说", "don't know", "不清楚"]
)
@pytest.mark.parametrize("topic", list(Topic))
def test_every_question_may_be_passed_over(text: str, topic: Topic) -> None:
    statement = told(text, topic)
    assert statement is not None and statement.skipped == {topic}


def test_an_open_band_and_changing_income_are_followed_up() -> None:
    assert (open_band := told("H", Topic.HOUSING)) is not None and open_band.wants_figure == {Topic.HOUSING}
    assert (varies := told("it varies", Topic.INCOME)) is not None and varies.wants_figure == {Topic.INCOME}


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("INCOME 2300", {"income": Income(2300_00)}),
        ("收入 6500", {"income": Income(6500_00)}),
        ("rent 800", {"housing": Cost(800_00)}),
        ("DEBTS none", {"other_debts": Cost(0)}),
        ("people 3", {"household": Household(3)}),
        ("人口3", {"household": Household(3)}),
    ],
)
def test_a_correction_changes_the_figure_it_names_and_no_other(text: str, change: dict[str, object]) -> None:
    before = FinancialStatement(
        "USD",
        None,
        Household(1),
        Income(2000_00),
        Cost(700_00),
        Cost(400_00),
        other_debts=Cost(100_00),
        is_confirmed=True,
    )
    answer = said(text)
    assert answer is not None and corrected(before, answer) == before.but(**change)


@pytest.mark.parametrize("text", ["2300", "wrong", "none", "the rent is wrong", "B"])
def test_a_correction_without_figure_or_name_changes_nothing(text: str) -> None:
    answer = said(text)
    assert answer is None or corrected(EMPTY, answer) is None


@pytest.mark.parametrize(
    "text", ["you people are thieves", "how much do i owe?", "yes", "ok", "好的", "i want to die", "🙂"]
)
def test_what_is_no_answer_is_none(text: str) -> None:
    answer = said(text)
    assert answer is None or not answer.is_whole


@pytest.mark.parametrize("broken", [b"skip = 3", b"", raw().replace(b"[counted]", b"[other]")])
def test_a_broken_list_is_refused(broken: bytes) -> None:
    with pytest.raises(BadInput, match=FILE_NAME):
        load_answer_words(broken, build_words().inbound)
