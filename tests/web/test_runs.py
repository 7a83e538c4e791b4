from __future__ import annotations

from datetime import timedelta

import pytest

from parley.store import jobs, models
from parley.store.staff import Role
from tests.run.desk import TODAY
from tests.web.book import Book, fill
from tests.web.conftest import Served


@pytest.fixture
def book(served: Served) -> Book:
    return fill(served.desk)


def text_of(served: Served, address: str, role: Role = Role.LEAD) -> str:
    answer = served.client(role).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_home_without_a_run_says_what_to_do(served: Served) -> None:
    text = text_of(served, "/runs")
    assert "No run yet" in text
    assert "Decide for tomorrow now" in text


def test_a_run_shows_what_goes_out_to_whom_and_why_not_to_others(served: Served, book: Book) -> None:
    served.desk.account(served.desk.person(zone=""), [(TODAY + timedelta(days=5), 10_300, 0)])
    served.desk.nightly(TODAY + timedelta(days=2))
    run = models.Run.objects.latest("as_of")
    text = text_of(served, f"/runs/{run.pk}")
    assert "What goes out" in text
    refused = models.RunItem.objects.filter(run=run, verdict="refused").first()
    assert refused is not None
    assert refused.rule_id in text
    rule = served.services.library.rulebook.rule(refused.rule_id)
    assert rule.text.en in text
    behind = text_of(served, f"/runs/{run.pk}/accounts?verdict=refused&rule={refused.rule_id}")
    assert str(refused.account_id)[-6:] in behind
    assert "Ada Test" not in text + behind


def test_counts_are_given_as_a_file(served: Served, book: Book) -> None:
    run = models.Run.objects.get()
    answer = served.client(Role.COMPLIANCE).get(f"/runs/{run.pk}/counts.csv")
    assert answer["Content-Disposition"] == f'attachment; filename="run-{run.as_of}.csv"'
    assert answer.content.startswith("\ufeffpurpose,verdict,".encode())
    assert b"collection,queued,overdue." in answer.content


def test_a_run_asked_for_is_a_job_of_tomorrow(served: Served) -> None:
    lead = served.client(Role.LEAD)
    assert lead.post("/runs/start").status_code == 302
    lead.post("/runs/start")
    asked = jobs.latest("nightly", str(TODAY + timedelta(days=1)))
    assert asked is not None
    assert models.Job.objects.filter(kind="nightly").count() == 1
    text = text_of(served, "/runs")
    assert "Waiting for its turn" in text
    assert 'hx-trigger="every 1s"' in text


def test_compliance_reads_runs_and_starts_none(served: Served) -> None:
    assert "Decide for tomorrow now" not in text_of(served, "/runs", Role.COMPLIANCE)
    assert served.client(Role.COMPLIANCE).post("/runs/start").status_code == 403


@pytest.mark.parametrize("address", ["/runs/9999", "/runs/9999/accounts", "/runs/9999/counts.csv"])
def test_a_run_there_is_not_answers_in_words(served: Served, address: str) -> None:
    assert served.client(Role.LEAD).get(address).status_code == 404


def test_a_home_that_reaches_somebody_has_no_clock_to_move(served: Served) -> None:
    assert served.client(Role.LEAD).post("/clock", {"step": "day"}).status_code == 404
    assert "+1 day" not in text_of(served, "/runs")
