"""Promotions: to those who agreed and are not in trouble; approved by a second person, sent once, stopped at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parley.errors import BadInput
from parley.messaging.ledger import State
from parley.run.campaigns import TEMPLATES, Audience, Campaigns
from parley.store import models
from tests.run.desk import NOON, TODAY, Desk, Person, library, terms

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
    assert campaigns.send("news", "marketing", NOON, silent) == 1
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


def test_an_audience_names_places(desk: Desk, campaigns: Campaigns) -> None:
    british(desk)
    elsewhere = campaigns.draft("news", TEMPLATES[0], Audience(("SG",)), "marketing", NOON)
    assert (elsewhere.count, elsewhere.excluded) == (0, {})


@pytest.mark.parametrize("name", ["nothing of the kind", ""])
def test_an_unknown_campaign_is_refused(campaigns: Campaigns, name: str) -> None:
    with pytest.raises(BadInput, match="no campaign named"):
        campaigns.find(name)
