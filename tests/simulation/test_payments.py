from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.simulation.payments import DueKind, Nudges, PaymentAct, pays, pays_as_before
from parley.simulation.persona import Persona, PublicFacts, draw_persona
from parley.simulation.world import World

DUE = date(2026, 11, 15)


@pytest.fixture(scope="module")
def drawn(world: World, public: PublicFacts) -> list[Persona]:
    made = (draw_persona(world.card, 11, f"b{number}", public) for number in range(4_000))
    return [each for each in made if not (each.wrong_person or each.disputes)]


def full_share(
    world: World, drawn: list[Persona], amount_minor: int, kind: DueKind, *, days_past_due: int = 0, **nudges: int
) -> float:
    """Share that pays in full, of those for whom 100.00 is affordable."""
    able = [each for each in drawn if each.surplus_on(DUE) > 10_000]
    acts = [
        pays(
            world.card,
            each,
            DUE,
            amount_minor,
            kind,
            days_past_due=days_past_due,
            nudges=Nudges(nudges.get("reminders", 0)),
        )
        for each in able
    ]
    return sum(act is not None and act.amount_minor == amount_minor for act in acts) / len(able)


def test_a_payment_is_the_same_however_often_it_is_asked(world: World, drawn: list[Persona]) -> None:
    for each in drawn[:200]:
        one = pays(world.card, each, DUE, 5_000, DueKind.MINIMUM, days_past_due=0)
        pays(world.card, each, DUE + timedelta(days=30), 5_000, DueKind.MINIMUM, days_past_due=0)
        assert one == pays(world.card, each, DUE, 5_000, DueKind.MINIMUM, days_past_due=0)


def test_shares_are_near_the_card(world: World, drawn: list[Persona]) -> None:
    assert 0.90 < full_share(world, drawn, 5_000, DueKind.MINIMUM) < 0.96
    assert 0.51 < full_share(world, drawn, 5_000, DueKind.MINIMUM, days_past_due=10) < 0.59
    assert 0.28 < full_share(world, drawn, 5_000, DueKind.MINIMUM, days_past_due=45) < 0.36
    assert 0.13 < full_share(world, drawn, 5_000, DueKind.MINIMUM, days_past_due=90) < 0.21
    assert 0.66 < full_share(world, drawn, 5_000, DueKind.PROMISE) < 0.74
    assert 0.88 < full_share(world, drawn, 5_000, DueKind.ARRANGEMENT) < 0.94


def test_one_reminder_helps_a_little_and_a_second_does_nothing(world: World, drawn: list[Persona]) -> None:
    without, one, two = (
        full_share(world, drawn, 5_000, DueKind.MINIMUM, days_past_due=10, reminders=count) for count in range(3)
    )
    assert without < one < without + 0.06
    assert one == two


def test_a_lower_instalment_breaks_less(world: World, drawn: list[Persona]) -> None:
    low, same, high = (full_share(world, drawn, amount, DueKind.ARRANGEMENT) for amount in (2_500, 5_000, 9_000))
    assert low > same > high


def test_what_cannot_be_afforded_is_mostly_not_paid(world: World, drawn: list[Persona]) -> None:
    acts = [pays(world.card, each, DUE, 10**9, DueKind.ARRANGEMENT, days_past_due=0) for each in drawn]
    assert sum(act is not None and act.amount_minor == 10**9 for act in acts) / len(acts) < 0.16


def test_a_called_borrower_pays_more_often_and_nobody_pays_for_another(world: World, drawn: list[Persona]) -> None:
    called = sum(
        pays(world.card, each, DUE, 5_000, DueKind.MINIMUM, days_past_due=45, nudges=Nudges(person_called=True))
        is not None
        for each in drawn
    )
    alone = sum(pays(world.card, each, DUE, 5_000, DueKind.MINIMUM, days_past_due=45) is not None for each in drawn)
    assert called > alone + 0.1 * len(drawn)


def test_wrong_persons_do_not_pay(world: World, public: PublicFacts) -> None:
    made = [draw_persona(world.card, 11, f"b{number}", public) for number in range(1_000)]
    assert not any(
        pays(world.card, each, DUE, 5_000, DueKind.MINIMUM, days_past_due=0) for each in made if each.wrong_person
    )


def before(months: tuple[int, ...], key: str = "a", balance_minor: int = 90_000) -> PaymentAct | None:
    return pays_as_before(1, key, months, DUE, 3_000, balance_minor)


def test_accounts_without_a_borrower_pay_as_their_last_months() -> None:
    full = [before((-1,) * 6, str(number)) for number in range(200)]
    assert all(act and act.amount_minor == 90_000 and act.day_offset <= 0 for act in full)
    revolving = [before((0,) * 6, str(number)) for number in range(200)]
    assert all(act and 3_000 <= act.amount_minor < 90_000 for act in revolving)
    two_late = [before((2,) * 6, str(number)) for number in range(1_000)]
    assert 0.2 < sum(act is not None and act.amount_minor == 3_000 for act in two_late) / 1_000 < 0.3
    eight_late = [before((8,) * 6, str(number)) for number in range(1_000)]
    assert sum(act is not None for act in eight_late) < sum(act is not None for act in two_late)


@given(
    st.integers(),
    st.lists(st.integers(min_value=-2, max_value=8), max_size=6).map(tuple),
    st.integers(0, 10_000),
    st.integers(0, 10**6),
)
def test_nobody_pays_more_than_the_balance_or_nothing(
    seed: int, months: tuple[int, ...], minimum_minor: int, balance_minor: int
) -> None:
    act = pays_as_before(seed, "k", months, DUE, minimum_minor, balance_minor)
    assert act == pays_as_before(seed, "k", months, DUE, minimum_minor, balance_minor)
    assert act is None or 0 < act.amount_minor <= balance_minor
