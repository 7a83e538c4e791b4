from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from parley.ids import Msisdn
from parley.store import models
from parley.store.erase import erase
from parley.store.numbers import quarantine
from parley.store.page_links import LENGTH, forget_expired, issue, link_of, revoke, token_of
from tests.run.desk import NOON, Desk
from tests.store.conftest import Home


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def test_a_link_leads_to_its_one_case(desk: Desk) -> None:
    person = desk.person()
    first, second = desk.account(person), desk.account(person)
    tokens = {desk.link(person, first), desk.link(person, second), desk.link(person), desk.link(desk.person())}
    assert len(tokens) == 4
    found = link_of(desk.link(person, second), NOON, desk.vault)
    assert found is not None
    assert (found.point, found.account_id) == (person.point, second.id)


def test_a_token_holds_at_least_128_bits_and_looks_like_no_figure(desk: Desk) -> None:
    token = token_of(UUID(int=1), None, NOON, desk.vault)
    assert 40**LENGTH > 2**128
    assert len(token) == LENGTH
    assert token.isalpha()
    assert token.isascii()


def test_what_is_stored_is_not_the_token(desk: Desk) -> None:
    token = desk.link(desk.person())
    (row,) = models.PageLink.objects.all()
    assert token.encode() not in bytes(row.token_index)
    assert token not in repr(row.__dict__)


def test_only_a_link_that_a_message_named_leads_anywhere(desk: Desk) -> None:
    person = desk.person()
    token = token_of(person.point.id, None, NOON, desk.vault)
    assert link_of(token, NOON, desk.vault) is None
    issue([(person.point.id, None, "Nothing is named here.")], NOON, desk.vault)
    assert link_of(token, NOON, desk.vault) is None
    desk.link(person)
    assert link_of(token, NOON, desk.vault) is not None
    for wrong in ("", token[:-1], token + "b", token.swapcase(), "1" * LENGTH, "é" * LENGTH):
        assert link_of(wrong, NOON, desk.vault) is None


def test_a_link_holds_sixty_to_ninety_days(desk: Desk) -> None:
    token = desk.link(desk.person())
    (row,) = models.PageLink.objects.all()
    assert timedelta(days=60) < row.expires_at - NOON <= timedelta(days=90)
    assert link_of(token, row.expires_at - timedelta(seconds=1), desk.vault) is not None
    assert link_of(token, row.expires_at, desk.vault) is None
    assert forget_expired(row.expires_at - timedelta(seconds=1)) == 0
    assert forget_expired(row.expires_at) == 1


def test_the_same_month_names_the_same_link_and_the_next_another(desk: Desk) -> None:
    start = datetime.fromordinal(NOON.toordinal() // 30 * 30).replace(tzinfo=UTC)
    point = UUID(int=7)
    days = [token_of(point, None, start + timedelta(days=day), desk.vault) for day in (0, 29, 30)]
    assert days[0] == days[1] != days[2]


def test_a_revoked_link_stays_revoked_though_a_text_names_it_again(desk: Desk) -> None:
    person = desk.person()
    token = desk.link(person)
    assert revoke([person.point.id], NOON) == 1
    assert revoke([person.point.id], NOON) == 0
    assert link_of(token, NOON, desk.vault) is None
    assert desk.link(person) == token
    assert link_of(token, NOON, desk.vault) is None


def test_the_links_of_a_wrong_number_end_for_good(desk: Desk) -> None:
    person = desk.person()
    token = desk.link(person)
    quarantine(desk.vault.blind_index("sms", Msisdn(person.number).e164), NOON)
    models.ContactPoint.objects.update(quarantined_at=None)
    assert link_of(token, NOON, desk.vault) is None


def test_the_links_of_an_erased_person_are_gone(desk: Desk) -> None:
    person = desk.person()
    token = desk.link(person)
    erase(desk.vault, person.borrower.id, NOON)
    assert link_of(token, NOON, desk.vault) is None
    assert not models.PageLink.objects.exists()


def test_the_night_keeps_the_links_its_messages_name(desk: Desk) -> None:
    person = desk.person()
    desk.prove(person)
    account = desk.account(person, [(NOON.date() + timedelta(days=4), 10_300, 0)])
    desk.nightly()
    (row,) = models.Message.objects.all()
    token = token_of(person.point.id, account.id, NOON, desk.vault)
    assert f"pay.example.com/{token}" in desk.sent_text(row)
    found = link_of(token, NOON, desk.vault)
    assert found is not None
    assert found.account_id == account.id
