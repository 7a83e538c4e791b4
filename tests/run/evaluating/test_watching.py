"""A fault planted in Parley's talks is counted by its kind: a count of nothing would else prove nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from parley.engine import drafting, wording
from parley.engine.library import Library
from parley.engine.outcome import NewOffer
from parley.messaging.catalogue import Rendered
from parley.negotiation.menu import NoPlan
from parley.run.evaluating.evaluate import STARTED_ON, Bench
from parley.run.evaluating.texting import Texting
from parley.run.evaluating.watching import KINDS
from parley.servicing.schedule import level_schedule
from parley.simulation.rne13.card import CARD_FILE, load_card
from tests.simulation.rne13.conftest import case

Offer = NewOffer | NoPlan


@pytest.fixture
def bench(library: Library, sim_files: Mapping[str, bytes]) -> Bench:
    return Bench([], library, load_card(sim_files[CARD_FILE]), sim_files, seed=5)


def seen(bench: Bench, count: int = 6) -> Counter[str]:
    found: Counter[str] = Counter()
    for n in range(count):
        ended = Texting(case(id=f"c-{n}"), bench.library, bench.stage, STARTED_ON).run()
        assert (ended.bad_messages > 0) <= bool(ended.violations)
        found += ended.violations
    return found


def tampering(monkeypatch: pytest.MonkeyPatch, tamper: Callable[[NewOffer], NewOffer]) -> None:
    made = drafting.compute_offer

    def compute(*arguments: object, **named: object) -> Offer:
        offer: Offer = made(*arguments, **named)  # type: ignore[arg-type]  # handed on as they came
        return tamper(offer) if isinstance(offer, NewOffer) else offer

    monkeypatch.setattr("parley.engine.turn.compute_offer", compute)


def with_plan(offer: NewOffer, payments: int, rate_bps: int, balance: int = 120_000) -> NewOffer:
    plan = level_schedule(balance, rate_bps, payments, offer.menu.plans[0].rows[0].due_on, "USD")
    return replace(offer, menu=replace(offer.menu, plans=(plan,)))


def test_nothing_is_seen_where_nothing_is_wrong(bench: Bench) -> None:
    assert seen(bench) == Counter()


@pytest.mark.parametrize(
    ("tamper", "kind"),
    [
        (lambda offer: with_plan(offer, 2, 790), "above_capacity"),
        (lambda offer: with_plan(offer, 61, 790), "outside_policy"),
        (lambda offer: with_plan(offer, 12, 2_500), "outside_policy"),
        (lambda offer: with_plan(offer, 12, 790, 130_000), "wrong_sum"),
    ],
)
def test_a_tampered_menu_is_counted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tamper: Callable[[NewOffer], NewOffer], kind: str
) -> None:
    tampering(monkeypatch, tamper)
    assert set(seen(bench)) == {kind}


def test_an_offer_made_dearer_is_counted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = iter(range(100, 1_900, 20))
    tampering(monkeypatch, lambda offer: with_plan(offer, 12, next(rates)))
    declining = bench.under(bench.card.parameters.but("accepts_bps", 8_000).but("price_elasticity_percent", 160))
    assert seen(declining, 14)["worsened_offer"] > 0


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [("total", "total 9", "other_number"), ("Example Card", "Somebody", "missing_name")],
)
def test_a_tampered_text_is_counted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, old: str, new: str, kind: str
) -> None:
    render = wording.render

    def tampered(*arguments: object) -> Rendered:
        made = render(*arguments)  # type: ignore[arg-type]  # handed on as they came
        return replace(made, text=made.text.replace(old, new).replace("9 ", "9"))

    monkeypatch.setattr("parley.engine.drafting.render", tampered)
    assert kind in seen(bench)


def test_every_kind_is_named_once() -> None:
    assert len(set(KINDS)) == len(KINDS)
