"""The evaluation as a whole: who takes part, the same luck for all, and which assumption turns the ranking."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from parley.engine.library import Library
from parley.run.evaluating import sensitivity as module
from parley.run.evaluating.evaluate import Bench, bench_of, drawn, evaluate
from parley.run.evaluating.figures import lead_figures, policy_figures
from parley.run.evaluating.sensitivity import Standing, sensitivity
from parley.run.evaluating.watching import KINDS
from parley.simulation.rne13.card import CARD_FILE, Range, Rne13Card, load_card
from parley.simulation.rne13.generate import Generator
from parley.simulation.rne13.metrics import METRICS, Record, metrics_of, resamples
from parley.simulation.rne13.negotiators import Negotiator
from parley.simulation.rne13.talk import Closed, Talk
from tests.negotiation.strategies import page_policy_text


@pytest.fixture(scope="module")
def bench(library: Library, sim_files: Mapping[str, bytes]) -> Bench:
    return Bench(drawn(sim_files, Generator.A, 2, 30), library, load_card(sim_files[CARD_FILE]), sim_files, seed=2)


@pytest.fixture(scope="module")
def records(bench: Bench) -> dict[str, Record]:
    return evaluate(bench, transcripts={bench.cases[0].id: Talk(Closed.REFUSED, messages=1)})


def test_everybody_takes_part_and_has_every_figure(bench: Bench, records: dict[str, Record]) -> None:
    figures = policy_figures(records, resamples(30, 2, 50), bench.cases)
    assert list(figures) == ["parley", "transcripts", *Negotiator]
    for name, found in figures.items():
        assert set(METRICS) <= set(found), name
        assert set(KINDS) <= set(found["violations"]), name
        assert {kind: sum(each["cases"] for each in groups.values()) for kind, groups in found["segments"].items()} == (
            dict.fromkeys(("jurisdiction", "product", "lateness", "income", "style"), 30)
        )
    assert figures["upper_bound"]["upper_bound_share"] == 1
    assert set(lead_figures(records, resamples(30, 2, 50))) == set(figures) - {"parley"}


def test_the_same_seed_brings_the_same_figures(bench: Bench, records: dict[str, Record]) -> None:
    again = evaluate(bench)
    for name, record in again.items():
        assert metrics_of(record) == metrics_of(records[name])


def test_where_the_page_alone_counts_a_yes_by_text_stands_for_it(
    bench: Bench, sim_files: Mapping[str, bytes], records: dict[str, Record], tmp_path: Path
) -> None:
    (tmp_path / "page.toml").write_text(page_policy_text(), encoding="utf-8")
    on_page = bench_of(bench.cases, sim_files, 2, tmp_path / "page.toml")
    assert on_page.library.policy.id == "sample-lender-2026-11-on-page"
    figures = metrics_of(evaluate(on_page)["parley"])
    assert figures == metrics_of(records["parley"])
    assert figures["deal_rate"]


def test_nobody_lives_otherwise_without_a_plan(records: dict[str, Record]) -> None:
    assert len({tuple(record.idle.low_days.tolist()) for record in records.values()}) == 1


def test_who_knows_everything_is_the_best(records: dict[str, Record]) -> None:
    scores = {name: metrics_of(record)["CCI"] or 0 for name, record in records.items()}
    assert scores["upper_bound"] >= max(scores[name] for name in ("rigid", "boulware", "tit_for_tat", "flat_discount"))


def test_sensitivity_says_where_the_lead_changes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def standing(records: dict[str, int]) -> Standing:
        return Standing(0.6, 0.5 if records["opt_out_bps"] < 70 else 0.7, "stepped")

    monkeypatch.setattr(module, "evaluate", lambda one: {"opt_out_bps": one.card.parameters.opt_out_bps})
    monkeypatch.setattr(module, "standing_of", standing)
    card = Rne13Card(bench.card.parameters, (Range("opt_out_bps", 5, 100), Range("slip_bps", 0, 300)))
    rows = sensitivity(Bench([], bench.library, card, bench.files, 1), Standing(0.6, 0.5, "stepped"))
    assert [row.flips_between for row in rows] == [(65, 73), None]
    assert (rows[0].low.leads, rows[0].high.leads, rows[0].value) == (True, False, 30)
