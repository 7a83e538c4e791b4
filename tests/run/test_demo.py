"""A small month of the demonstration: no promise broken, the same twice, and the same however often it is stopped."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from parley.errors import BadInput
from parley.run.demo import demo
from parley.run.demo.core import Core
from parley.run.demo.demo import run_demo
from parley.run.demo.handsets import Handsets
from parley.run.demo.parameters import Parameters
from parley.run.home import open_home
from parley.run.sending import Sender
from parley.store import models
from parley.web.report.page import report_page
from tests.run.desk import Anything, taken

ACCOUNTS, PEOPLE, DAYS = 90, 40, 18


class Stopped(Exception):
    """The run ends here, as if the machine had lost power."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the sample portfolio, cut to its first accounts."""
    folder, whole = tmp_path_factory.mktemp("sample"), files("parley.data.sample")
    lines = (whole / "uci-credit-card.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "uci-credit-card.csv").write_text("".join(lines[: ACCOUNTS + 1]), encoding="utf-8")
    shutil.copy(str(whole / "accounts.toml"), folder / "accounts.toml")
    return folder


@pytest.fixture(autouse=True)
def small(sample: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(demo, "files", lambda _package: sample)
    yield
    connections.close_all()


def parameters(*, full_size: bool, days: int = DAYS) -> Parameters:
    return Parameters(PEOPLE, 60 if full_size else days, 7, "mixed")


def run(root: Path, wanted: Parameters) -> dict[str, Any]:
    try:
        return run_demo(root, wanted, {}, lambda _stage, _done, _of: None)
    finally:
        connections.close_all()


def assert_nothing_doubled(root: Path) -> None:
    assert all(count == 1 for count in Counter(taken(root)).values())


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, sample: Path, full_size: bool) -> tuple[Path, dict[str, Any]]:
    """Run it once, undisturbed."""
    root = tmp_path_factory.mktemp("demo") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "files", lambda _package: sample)
        return root, run(root, parameters(full_size=full_size))


@pytest.mark.slow
def test_a_month_keeps_every_promise_and_does_the_whole_job(first: tuple[Path, dict[str, Any]]) -> None:
    root, report = first
    assert not any(report["violations"].values()), report["violations"]
    assert report["accounts"]["imported"] == ACCOUNTS
    assert set(report["messages"]) >= {"reminder", "collection", "negotiation_reply"}
    assert sum(report["replies_by_intent"].values()) > 10
    assert report["agreements"]["total"] > 0
    open_home(root, {})
    assert models.Payment.objects.exists()
    assert "queued" not in {state for states in report["messages"].values() for state in states}
    assert "intended" not in {state for states in report["messages"].values() for state in states}
    assert_nothing_doubled(root)


@pytest.mark.slow
def test_a_second_call_returns_the_same_report_without_work(
    first: tuple[Path, dict[str, Any]], full_size: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, report = first
    before = (root / "centre.jsonl").read_bytes()

    def fail(*_: object) -> None:
        raise AssertionError("there is nothing to do")

    monkeypatch.setattr(demo, "Month", fail)
    assert run(root, parameters(full_size=full_size)) == json.loads(json.dumps(report))
    assert (root / "centre.jsonl").read_bytes() == before


@pytest.mark.slow
def test_the_report_lies_beside_its_figures_as_a_page(
    first: tuple[Path, dict[str, Any]], full_size: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in a finished home that lacks it; no work is done again for it."""
    root, report = first
    page = root / "report.html"
    written = page.read_bytes()
    assert written.decode() == report_page(report) and page.stat().st_mode & 0o777 == 0o600
    page.unlink()
    monkeypatch.setattr(demo, "Month", None)
    run(root, parameters(full_size=full_size))
    assert page.read_bytes() == written


@pytest.mark.slow
def test_the_steps_and_days_of_the_report_agree_with_its_totals(first: tuple[Path, dict[str, Any]]) -> None:
    _, report = first
    steps = report["funnel"]
    assert list(steps) == ["simulated", "written_to", "replied", "identity_proven", "offered", "agreed", "kept"]
    assert steps["simulated"] == PEOPLE
    assert steps["simulated"] >= steps["written_to"] >= steps["replied"] >= steps["offered"]
    assert steps["agreed"] >= steps["kept"]
    totals: Counter[str] = Counter()
    for counts in report["by_day"].values():
        totals.update(counts)
    assert totals["replies"] == report["outcome"]["replies"] > 0
    assert totals["payments"] == report["outcome"]["payments"] > 0
    assert totals["arrangements"] == report["agreements"]["total"] > 0
    assert totals["sent"] == sum(counts["messages"] for counts in report["sent_by_purpose"].values()) > 0
    sent = report["sent_by_purpose"].values()
    assert sum(counts["cost_micro"] for counts in sent) == report["segments"]["cost_micro"]
    agreed = report["agreed_by_currency"].values()
    assert sum(counts["arrangements"] for counts in agreed) == report["agreements"]["total"]
    assert any(counts["relief_minor"] > 0 for counts in agreed)
    refused = {rule for counts in report["refusals_by_rule"].values() for rule in counts}
    assert refused == set(report["rules"])


@pytest.mark.slow
def test_stopped_again_and_again_it_comes_to_the_same_report(
    first: tuple[Path, dict[str, Any]], tmp_path: Path, full_size: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also: another home with the same seed gives the same report."""
    _, report = first
    root, wanted = tmp_path / "home", parameters(full_size=full_size)
    for owner, name, calls in [(Core, "day", 4), (Handsets, "_write", 9), (Sender, "settle", 60), (Core, "_paid", 3)]:
        with monkeypatch.context() as patch:
            _stop_at(patch, owner, name, calls)
            with pytest.raises(Stopped):
                run(root, wanted)
        assert not (root / "report.json").exists()
    again = run(root, wanted)
    assert not any(again["violations"].values()), again["violations"]
    assert_nothing_doubled(root)
    assert again == report
    assert (root / "report.html").read_bytes() == (first[0] / "report.html").read_bytes()


def _stop_at(patch: pytest.MonkeyPatch, owner: type, name: str, calls: int) -> None:
    real, left = getattr(owner, name), [calls]

    def stop(*args: Anything, **named: Anything) -> Anything:
        left[0] -= 1
        if not left[0]:
            raise Stopped
        return real(*args, **named)

    patch.setattr(owner, name, stop)


def test_a_folder_in_use_and_a_demo_of_other_parameters_are_refused(
    first: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    (tmp_path / "holiday.txt").write_text("photos", encoding="utf-8")
    with pytest.raises(BadInput, match="in use"):
        run(tmp_path, Parameters(PEOPLE, DAYS, 7, "mixed"))
    assert [entry.name for entry in tmp_path.iterdir()] == ["holiday.txt"]
    with pytest.raises(BadInput, match="other parameters"):
        run(first[0], Parameters(PEOPLE, DAYS, 8, "mixed"))


@pytest.mark.slow
def test_silent_threads_end(first: tuple[Path, dict[str, Any]]) -> None:
    root, _ = first
    open_home(root, {})
    last = models.Run.objects.latest("as_of").started_at
    for talk in models.Conversation.objects.filter(
        state__in=["notified", "capacity", "identify"], closed_at__isnull=True
    ):
        heard = talk.last_inbound_at or talk.opened_at
        spoke = talk.last_outbound_at or talk.opened_at
        assert (last - heard).days < 14 or (last - spoke).days < 3 or talk.needs_person_since or _is_waiting(talk)


def _is_waiting(talk: models.Conversation) -> bool:
    return talk.messages.filter(state__in=["queued", "intended"]).exists()
