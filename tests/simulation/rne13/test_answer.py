"""What a borrower answers, and that luck is the same under every negotiator."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from parley.simulation.card import Style
from parley.simulation.rne13.agreement import Agreement, Terms, write
from parley.simulation.rne13.answer import Answer, Ask, Heard, Listener, Stage
from parley.simulation.rne13.case import REASONS, BorrowerCase
from parley.simulation.speech import Intention
from tests.simulation.rne13.conftest import case

ON = date(2026, 12, 1)


def certain(stage: Stage, **changes: int) -> Stage:
    """Leave nothing of the answers to chance but what the test is about."""
    settled = {"thread_reply_bps": 10_000, "opt_out_bps": 0, "accepts_bps": 10_000, "price_elasticity_percent": 0}
    parameters = stage.parameters
    for name, value in {**settled, **changes}.items():
        parameters = parameters.but(name, value)
    return replace(stage, parameters=parameters)


def ask(stage: Stage, one: BorrowerCase, what: Ask, *offers: Agreement, nth: int = 1) -> Answer | None:
    return Listener(stage, one).answer(Heard(what, nth, ON, offers))


def level(one: BorrowerCase, payments: int) -> Agreement:
    return write(one.balance_minor, 0, Terms(payments=payments), 14)


def test_the_stated_capacity_is_below_the_true_one_and_round(stage: Stage) -> None:
    answer = ask(certain(stage), case(understates_bps=1_000), Ask.CAPACITY)
    assert answer is not None and (answer.intention, answer.amount_minor) == (Intention.CAPACITY, 27_000)
    nothing = ask(certain(stage), case(income_minor=100_000), Ask.CAPACITY)
    assert nothing is not None and nothing.intention in {Intention.NOTHING_TO_SPARE, Intention.CANNOT_PAY}


def test_an_instalment_up_to_the_limit_is_taken_and_one_above_it_never(stage: Stage) -> None:
    one = case(accepts_up_to_bps=8_000)
    at, above = level(one, 5), level(one, 4)
    assert (at.largest_minor, one.accepts_minor, above.largest_minor) == (24_000, 24_000, 30_000)
    taken = ask(certain(stage), one, Ask.OFFER, at)
    assert taken is not None and taken.intention is Intention.YES
    for bps in (0, 10_000):
        refused = ask(certain(stage, counters_bps=bps), one, Ask.OFFER, above)
        assert refused is not None and refused.intention is (Intention.COUNTER if bps else Intention.DECLINE)


def test_of_a_menu_only_what_fits_is_chosen(stage: Stage) -> None:
    one = case(accepts_up_to_bps=8_000)
    menu = (level(one, 4), level(one, 6), level(one, 8))
    chosen = {
        answer.option
        for n in range(60)
        if (answer := ask(certain(stage), replace(one, id=f"c-{n}"), Ask.OFFER, *menu)) is not None
    }
    assert chosen == {2, 3}
    first = ask(certain(stage, first_option_bps=10_000), one, Ask.OFFER, *menu)
    assert first is not None and (first.intention, first.option) == (Intention.ACCEPT_OPTION, 2)


def test_a_down_payment_must_be_at_hand(stage: Stage) -> None:
    down = write(120_000, 0, Terms(down_bps=5_000, payments=12), 14)
    for assets_minor, want in ((46_000, Intention.YES), (45_999, None)):
        answer = ask(certain(stage, counters_bps=0), case(assets_minor=assets_minor), Ask.OFFER, down)
        assert answer is not None and (answer.intention is Intention.YES) is (want is Intention.YES)


def test_patience_ends_and_the_unwilling_are_silent(stage: Stage) -> None:
    assert ask(certain(stage), case(patience=4), Ask.CAPACITY, nth=5) is None
    assert ask(certain(stage), case(patience=4), Ask.CAPACITY, nth=4) is not None
    assert ask(certain(stage), case(willing_bps=0), Ask.OPENING) is None
    assert ask(certain(stage), case(willing_bps=0), Ask.CAPACITY) is not None
    assert ask(certain(stage), case(), Ask.NOTHING) is None


@pytest.mark.parametrize(
    ("changes", "want"),
    [
        ({"wrong_person": True}, Intention.WRONG_NUMBER),
        ({"disputes": True}, Intention.DISPUTE),
        ({"vulnerable": True}, Intention.CANNOT_PAY),
    ],
)
def test_who_is_for_a_person_never_accepts_whatever_is_offered(
    stage: Stage, changes: dict[str, Any], want: Intention
) -> None:
    listener = Listener(certain(stage), case(**changes))
    for nth, what in enumerate((Ask.OPENING, Ask.CAPACITY, Ask.OFFER, Ask.READ_BACK, Ask.AGAIN), 1):
        answer = listener.answer(Heard(what, nth, ON, (level(case(), 24),)))
        assert answer is not None and answer.intention is want
        assert not answer.plain or not changes.get("vulnerable")


def test_style_and_reason_and_language_change_no_decision(stage: Stage) -> None:
    questions = (Ask.OPENING, Ask.CAPACITY, Ask.OFFER, Ask.READ_BACK)

    def decisions(one: BorrowerCase) -> list[tuple[Intention, int, int]]:
        listener = Listener(stage, one, with_words=True)
        answers = [listener.answer(Heard(what, n, ON, (level(one, 5),))) for n, what in enumerate(questions, 1)]
        return [(each.intention, each.amount_minor, each.option) for each in answers if each is not None]

    for n in range(20):
        plain = decisions(case(id=f"c-{n}"))
        for style in Style:
            assert decisions(case(id=f"c-{n}", style=style, locale="zh-CN", reason=sorted(REASONS)[n % 12])) == plain


def test_asked_back_they_answer_the_same_question_again(stage: Stage) -> None:
    listener = Listener(certain(stage), case())
    first = listener.answer(Heard(Ask.CAPACITY, 1, ON))
    again = listener.answer(Heard(Ask.AGAIN, 2, ON))
    later = listener.answer(Heard(Ask.OPENING, 3, ON))
    assert first is not None and again is not None and later is not None
    assert first.amount_minor == again.amount_minor == later.amount_minor == 27_000


def test_a_dearer_plan_is_taken_less_often(stage: Stage) -> None:
    def taken(total_minor: int) -> int:
        offer = Agreement((14,), (total_minor,), 100_000)
        rich = case(balance_minor=100_000, income_minor=10**8, assets_minor=10**8)
        moved = certain(stage, accepts_bps=9_000, price_elasticity_percent=100)
        answers = [ask(moved, replace(rich, id=f"c-{n}"), Ask.OFFER, offer) for n in range(600)]
        return sum(each is not None and each.intention is Intention.YES for each in answers)

    cheap, even, dear = taken(70_000), taken(100_000), taken(150_000)
    assert cheap == 600
    assert 500 < even < 580
    assert 230 < dear < 310


def test_overstating_is_a_parameter(stage: Stage) -> None:
    answer = ask(certain(stage, stated_more_percent=30), case(understates_bps=0), Ask.CAPACITY)
    assert answer is not None and answer.amount_minor == 39_000
