"""Promotions: to those who agreed and are not in trouble; approved by a second person, sent once, stopped at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from parley.errors import BadInput
from parley.messaging.catalogue import Context
from parley.messaging.ledger import State
from parley.run.campaigns import PACE, TEMPLATES, Audience, Campaigns, Queued
from parley.run.jobs import Jobs, send_job
from parley.store import jobs, models
from tests.run.desk import NOON, TODAY, Desk, Person, library, terms
from tests.run.test_nightly_budget import behind

HOUR = timedelta(hours=1)

COMING = (TODAY + timedelta(days=10), 2_500, 0)
LATE = (TODAY - timedelta(days=3), 2_500, 0)


@pytest.fixture
def campaigns(desk: Desk) -> Campaigns:
    return Campaigns(library(), terms(), desk.vault)


def silent(_done: int, _of: int) -> None:
    """Hear no progress."""


def british(desk: Desk, *, agrees: bool = True, is_late: bool = False) -> Person:
    person = desk.person(jurisdiction="GB", zone="Europe/London", number="")
    desk.account(person, [LATE, COMING] if is_late else [COMING])
    if agrees:
        models.Consent.objects.create(
            id=person.borrower.id, borrower=person.borrower, scope="marketing", granted=True, source="web-form",
            proof="form 7", at=NOON - timedelta(days=30),
        )  # fmt: skip
    return person


def approved(campaigns: Campaigns) -> models.Campaign:
    campaigns.draft("news", TEMPLATES[0], Audience(), "marketing", NOON)
    return campaigns.approve("news", "compliance", NOON)


def test_a_draft_shows_whom_it_reaches_at_what_price_and_why_not_the_others(desk: Desk, campaigns: Campaigns) -> None:
    british(desk)
    british(desk, agrees=False)
    british(desk, is_late=True)
    drafted = campaigns.draft("news", TEMPLATES[0], Audience(), "marketing", NOON)
    assert (drafted.state, drafted.count, drafted.cost_micro) == ("draft", 1, drafted.segments * 7_900)
    assert sum(drafted.excluded.values()) == 2
    assert "lender-no-promotion-in-trouble" in drafted.excluded
    assert models.Message.objects.count() == 0


def test_an_old_count_is_approved_by_nobody_until_it_is_counted_again(desk: Desk, campaigns: Campaigns) -> None:
    british(desk)
    campaigns.draft("news", TEMPLATES[0], Audience(), "marketing", NOON)
    british(desk)
    later = NOON + timedelta(days=1, seconds=1)
    with pytest.raises(BadInput, match="Count again"):
        campaigns.approve("news", "compliance", later)
    counted = campaigns.count_again("news", "compliance", later)
    assert (counted.count, counted.cost_micro, counted.counted_at) == (2, counted.segments * 7_900, later)
    assert campaigns.approve("news", "compliance", later + timedelta(days=1)).count == 2
    with pytest.raises(BadInput, match="approved"):
        campaigns.count_again("news", "compliance", later)


def test_nobody_approves_their_own(desk: Desk, campaigns: Campaigns) -> None:
    british(desk)
    campaigns.draft("news", TEMPLATES[0], Audience(), "marketing", NOON)
    with pytest.raises(BadInput, match="second person"):
        campaigns.approve("news", "marketing", NOON)
    with pytest.raises(BadInput, match="approved"):
        campaigns.send("news", "marketing", NOON, silent)


def test_a_campaign_is_sent_once(desk: Desk, campaigns: Campaigns) -> None:
    british(desk)
    approved(campaigns)
    assert campaigns.send("news", "marketing", NOON, silent) == Queued(1)
    with pytest.raises(BadInput, match="sent"):
        campaigns.send("news", "marketing", NOON, silent)
    message = models.Message.objects.get()
    assert (message.purpose, message.state, message.campaign) == ("promotion", State.QUEUED, campaigns.find("news"))


def test_a_campaign_cut_off_goes_on_without_doubling(desk: Desk, campaigns: Campaigns) -> None:
    british(desk)
    british(desk)
    approved(campaigns)

    def cut(_done: int, _of: int) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        campaigns.send("news", "marketing", NOON, cut)
    campaigns.send("news", "marketing", NOON, silent)
    assert models.Message.objects.count() == 2
    assert campaigns.find("news").state == "sent"


def test_a_stop_cancels_what_waits(desk: Desk, campaigns: Campaigns) -> None:
    british(desk)
    approved(campaigns)
    campaigns.send("news", "marketing", NOON, silent)
    assert campaigns.stop("news", "compliance", NOON) == 1
    assert models.Message.objects.get().state == State.CANCELLED
    with pytest.raises(BadInput):
        campaigns.send("news", "marketing", NOON, silent)


def paced(desk: Desk, waiting: int, borrowers: int = 4) -> Campaigns:
    """Return the campaigns of a home where 72 are answered in a day, and half of all texts end with a person."""
    for _ in range(borrowers):
        british(desk)
    behind(desk, waiting)
    found = Campaigns(library(), replace(terms(2), handed_over_bps=5_000), desk.vault)
    approved(found)
    return found


@pytest.mark.parametrize(("waiting", "new"), [(23, 4), (71, 2), (72, 0)])
def test_where_the_people_are_behind_a_campaign_waits_for_them(sqlite_desk: Desk, waiting: int, new: int) -> None:
    campaigns = paced(sqlite_desk, waiting)
    assert campaigns.send("news", "marketing", NOON, silent) == Queued(new, 4 - new)
    assert (campaigns.find("news").state, models.Message.objects.count()) == ("sent" if new == 4 else "sending", new)
    # At once again there is no more room; a day later, and with the people up to date, everybody else is written to.
    if new < 4:
        assert campaigns.send("news", "marketing", NOON, silent) == Queued(0, 4 - new)
        models.Conversation.objects.update(waiting_since=None)
        assert campaigns.send("news", "marketing", NOON + PACE, silent) == Queued(4 - new)
    assert (campaigns.find("news").state, models.Message.objects.count()) == ("sent", 4)


def test_what_the_night_asked_of_the_people_comes_first(sqlite_desk: Desk) -> None:
    campaigns = paced(sqlite_desk, 71)
    sqlite_desk.message(sqlite_desk.person(), template_key="overdue.neutral", created_at=NOON - HOUR)
    sqlite_desk.message(sqlite_desk.person(), template_key="overdue.neutral", created_at=NOON - HOUR, state="refused")
    sqlite_desk.message(sqlite_desk.person(), template_key="overdue.neutral", created_at=NOON - PACE)
    sqlite_desk.message(sqlite_desk.person(), template_key="reminder.neutral", created_at=NOON - HOUR)
    assert campaigns.send("news", "marketing", NOON, silent) == Queued(1, 3)


def test_a_text_that_nobody_answers_is_not_paced(sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    campaigns, catalogue = paced(sqlite_desk, 500), library().catalogue
    entries = dict(catalogue.entries)
    entries[TEMPLATES[0]] = replace(entries[TEMPLATES[0]], context=Context.NONE)
    monkeypatch.setattr(library(), "catalogue", replace(catalogue, entries=entries))
    assert campaigns.send("news", "marketing", NOON, silent) == Queued(4)


def test_a_job_goes_on_with_those_who_wait_until_somebody_stops_the_campaign(sqlite_desk: Desk) -> None:
    campaigns = paced(sqlite_desk, 71)
    every, key = Jobs({"campaign.send": send_job(campaigns)}), str(campaigns.find("news").id)
    jobs.ask_for("campaign.send", key, {"name": "news", "by": "marketing"}, "marketing", NOON)
    assert (every.work_off(NOON), every.work_off(NOON + PACE - HOUR)) == (1, 0)
    told = jobs.latest("campaign.send", key)
    assert told is not None
    assert (told.state, told.result, told.not_before) == ("waiting", {"waiting": 2}, NOON + PACE)
    assert every.work_off(NOON + PACE) == 1 and models.Message.objects.count() == 4
    told = jobs.latest("campaign.send", key)
    assert told is not None and told.state == "done"


def test_what_waits_of_a_campaign_that_is_stopped_is_not_taken_up(sqlite_desk: Desk) -> None:
    campaigns = paced(sqlite_desk, 72)
    campaigns.go_on_later("news", "ann", NOON, campaigns.send("news", "ann", NOON, silent))
    told = jobs.latest("campaign.send", str(campaigns.find("news").id))
    assert told is not None
    assert (told.state, told.result, told.not_before) == ("waiting", {"waiting": 4}, NOON + PACE)
    campaigns.stop("news", "compliance", NOON)
    assert Jobs({"campaign.send": send_job(campaigns)}).work_off(NOON + PACE) == 0


def test_an_audience_names_places(desk: Desk, campaigns: Campaigns) -> None:
    british(desk)
    elsewhere = campaigns.draft("news", TEMPLATES[0], Audience(("SG",)), "marketing", NOON)
    assert (elsewhere.count, elsewhere.excluded) == (0, {})


@pytest.mark.parametrize("name", ["nothing of the kind", ""])
def test_an_unknown_campaign_is_refused(campaigns: Campaigns, name: str) -> None:
    with pytest.raises(BadInput, match="no campaign named"):
        campaigns.find(name)
