from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from parley.simulation.persona import PublicFacts, draw_persona
from parley.simulation.world import World


def test_the_same_seed_and_key_give_the_same_borrower(world: World, public: PublicFacts) -> None:
    assert draw_persona(world.card, 7, "b1", public) == draw_persona(world.card, 7, "b1", public)
    assert draw_persona(world.card, 7, "b1", public) != draw_persona(world.card, 8, "b1", public)
    assert draw_persona(world.card, 7, "b1", public) != draw_persona(world.card, 7, "b2", public)


def test_shares_are_near_the_card(world: World, public: PublicFacts) -> None:
    drawn = [draw_persona(world.card, 1, f"b{number}", public) for number in range(4_000)]
    on = public.started_on - timedelta(days=1)
    assert 0.27 < sum(each.surplus_on(on) < 0 for each in drawn) / 4_000 < 0.33
    assert 0.16 < sum(each.shock is not None for each in drawn) / 4_000 < 0.20
    assert 0.02 < sum(each.wrong_person for each in drawn) / 4_000 < 0.04
    assert 0.025 < sum(each.disputes for each in drawn) / 4_000 < 0.045
    current = [draw_persona(world.card, 1, f"b{number}", replace(public, days_past_due=0)) for number in range(4_000)]
    assert 0.06 < sum(each.surplus_on(on) < 0 for each in current) / 4_000 < 0.10


def test_a_shock_cuts_the_income_for_its_days_only(world: World, public: PublicFacts) -> None:
    each = next(
        found for found in (draw_persona(world.card, 1, f"b{number}", public) for number in range(100)) if found.shock
    )
    assert each.shock is not None
    first = public.started_on + timedelta(days=each.shock.start_day)
    assert each.income_on(first) == each.income_minor // 2
    assert each.income_on(first - timedelta(days=1)) == each.income_minor
    assert each.income_on(first + timedelta(days=each.shock.days)) == each.income_minor


def test_income_follows_the_scale_and_the_budget_adds_up(world: World, public: PublicFacts) -> None:
    small = draw_persona(world.card, 1, "b", replace(public, balance_minor=0))
    large = draw_persona(world.card, 1, "b", replace(public, balance_minor=0, scale=300))
    assert abs(large.income_minor - 100 * small.income_minor) <= 100
    assert small.accepts_minor(public.started_on) >= 0


def test_a_borrower_does_not_print_facts(world: World, public: PublicFacts) -> None:
    each = draw_persona(world.card, 1, "b", public)
    assert "60614" not in repr(each) + repr(public)
    assert str(each.income_minor) not in repr(each)
