from __future__ import annotations

from datetime import timedelta

import pytest

from parley.ids import derive_id
from parley.run.campaigns import Audience, Campaigns
from parley.run.jobs import Jobs, count_job
from parley.store import jobs, models
from parley.store.staff import Role
from tests.run.desk import NOON, terms
from tests.web.book import Book, fill
from tests.web.conftest import Served


@pytest.fixture
def book(served: Served) -> Book:
    book = fill(served.desk)
    models.Consent.objects.create(
        id=derive_id("consent", "test"),
        borrower=book.quiet.borrower,
        scope="promotion",
        granted=True,
        source="form",
        proof="x",
        at=NOON,
    )
    return book


def drafted(served: Served, by: str = "lead", name: str = "autumn news") -> models.Campaign:
    desk = Campaigns(served.services.library, terms(), served.desk.vault)
    return desk.draft(name, "promotion.offer", Audience(), by, NOON)


def test_a_new_campaign_is_counted_by_a_job(served: Served, book: Book) -> None:
    lead = served.client(Role.LEAD)
    answer = lead.post("/campaigns/new", {"name": "秋季 news", "template": "promotion.offer", "places": ["US-CA"]})
    assert answer.status_code == 302
    asked = jobs.latest("campaign.draft", "秋季 news")
    assert asked is not None
    assert "Counting whom it would reach" in lead.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("name", "said"), [("", "1 to 80"), ("x" * 81, "1 to 80"), ("a/b", "no slash"), ("autumn news", "already")]
)
def test_a_name_that_cannot_be_is_refused_and_kept(served: Served, book: Book, name: str, said: str) -> None:
    drafted(served)
    answer = served.client(Role.LEAD).post("/campaigns/new", {"name": name, "template": "promotion.offer"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert f'value="{name}"' in answer.content.decode()


def test_a_campaign_shows_reach_cost_text_and_whom_the_rules_exclude(served: Served, book: Book) -> None:
    text = served.client(Role.COMPLIANCE).get(f"/campaigns/{drafted(served).id}").content.decode()
    assert "you agreed to get news" in text
    assert "【示例金融】" in text
    assert "Whom it would not reach, and why" in text
    assert "gsm7" in text


def test_nobody_approves_their_own(served: Served, book: Book) -> None:
    found = drafted(served, by="lead")
    answer = served.client(Role.LEAD).post(f"/campaigns/{found.id}/approve")
    assert answer.status_code == 409
    assert "second person" in answer.content.decode()
    found.refresh_from_db()
    assert found.state == "draft"


def test_an_old_count_is_counted_again_before_anybody_approves(served: Served, book: Book) -> None:
    found = drafted(served)
    compliance = served.client(Role.COMPLIANCE)
    assert compliance.post(f"/campaigns/{found.id}/count").status_code == 302
    assert jobs.latest("campaign.count", str(found.id)) is None
    models.Campaign.objects.update(counted_at=NOON - timedelta(days=2))
    assert "Count again" in compliance.get(f"/campaigns/{found.id}").content.decode()
    assert compliance.post(f"/campaigns/{found.id}/approve").status_code == 409
    compliance.post(f"/campaigns/{found.id}/count")
    desk = Campaigns(served.services.library, terms(), served.desk.vault)
    assert Jobs({"campaign.count": count_job(desk)}).work_off(NOON) == 1
    assert compliance.post(f"/campaigns/{found.id}/approve").status_code == 302


def test_of_two_approvals_one_counts_and_the_other_is_told(served: Served, book: Book) -> None:
    found = drafted(served)
    assert served.client(Role.COMPLIANCE).post(f"/campaigns/{found.id}/approve").status_code == 302
    again = served.client(Role.COMPLIANCE).post(f"/campaigns/{found.id}/approve")
    assert again.status_code == 409
    assert "approved" in again.content.decode()


def test_a_draft_is_not_sent(served: Served, book: Book) -> None:
    found = drafted(served)
    assert served.client(Role.LEAD).post(f"/campaigns/{found.id}/send").status_code == 409
    assert jobs.latest("campaign.send", str(found.id)) is None


def test_an_approved_campaign_is_sent_by_a_job_and_stopped(served: Served, book: Book) -> None:
    found = drafted(served)
    served.services.campaigns.approve(found.name, "compliance", NOON)
    lead = served.client(Role.LEAD)
    assert lead.post(f"/campaigns/{found.id}/send").status_code == 302
    assert jobs.latest("campaign.send", str(found.id)) is not None
    answer = lead.post(f"/campaigns/{found.id}/stop")
    assert "Stopped." in answer.content.decode()
    assert lead.post(f"/campaigns/{found.id}/stop").status_code == 409


def test_who_waits_until_there_are_people_to_answer_is_told(served: Served, book: Book) -> None:
    made = drafted(served)
    models.Campaign.objects.update(state="sending")
    asked = {"name": made.name, "by": "lead"}
    job = jobs.ask_for("campaign.send", str(made.id), asked, "lead", NOON, NOON + timedelta(days=1))
    models.Job.objects.filter(id=job).update(result={"waiting": 12})
    text = served.client(Role.LEAD).get(f"/campaigns/{made.id}").content.decode()
    assert "12 borrowers wait until the people who answer have room" in text and "Nov 4" in text
    assert "hx-trigger" not in text
