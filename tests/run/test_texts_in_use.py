"""Approved texts are said by a running process, in their version; what no longer holds stays out and is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from parley.engine.library import Library
from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.catalogue import OWN_FROM
from parley.run.nightly import run_nightly
from parley.run.text_desk import TextDesk
from parley.run.texts_in_use import TextsInUse
from parley.settings import Settings
from parley.store import models, own_texts
from tests.run.desk import NOON, TODAY, Desk, library, terms

EN = Language.EN
KEY = "reminder.neutral"
GOOD = "{lender}: a date is near. Reply INFO; we check it is you. {agent}: {hotline}, {hours}. {stop} ends texts."


@pytest.fixture
def running() -> Library:
    return replace(library())


def put_in_force(desk: Desk, source: str = GOOD, **more: object) -> models.OwnText:
    row = own_texts.write(KEY, EN, source, "ann", NOON, desk.vault)
    own_texts.submit(row.pk, None, "ann", NOON, desk.vault)
    return own_texts.approve(row.pk, "bob", NOON, desk.vault)


def test_the_nightly_run_says_an_approved_text_and_its_message_names_the_version(
    sqlite_desk: Desk, running: Library
) -> None:
    person = sqlite_desk.person()
    sqlite_desk.account(person, [(TODAY + timedelta(days=4), 10_300, 0)])
    put_in_force(sqlite_desk)
    texts = TextsInUse(running, sqlite_desk.vault, "UTC")
    assert [texts.refresh(NOON) for _ in range(2)] == [1, 0]
    run_nightly(TODAY + timedelta(days=1), NOON, running, terms(), sqlite_desk.vault, lambda _done, _of: None)
    message = models.Message.objects.get()
    assert (message.template_key, message.template_version) == (KEY, OWN_FROM)
    assert "a date is near" in sqlite_desk.sent_text(message)


def test_a_text_that_expired_is_ended_and_the_shipped_one_speaks_again(sqlite_desk: Desk, running: Library) -> None:
    models.OwnText.objects.filter(pk=put_in_force(sqlite_desk).pk).update(expires_on=TODAY)
    texts = TextsInUse(running, sqlite_desk.vault, "UTC")
    assert texts.look(NOON) == 1
    # Twice within a few seconds nobody looks.
    assert texts.look(NOON + timedelta(days=1)) == 0
    later = TextsInUse(replace(library()), sqlite_desk.vault, "UTC")
    assert later.look(NOON + timedelta(days=1)) == 0
    assert models.OwnText.objects.get().state == own_texts.State.EXPIRED
    assert texts.refresh(NOON + timedelta(days=1)) == 1
    assert running.catalogue.version(KEY, EN) == library().catalogue.entry(KEY).version


def test_a_text_that_no_longer_holds_together_stays_out_and_is_told(sqlite_desk: Desk, running: Library) -> None:
    put_in_force(sqlite_desk, "{lender}: no way out.")
    texts = TextsInUse(running, sqlite_desk.vault, "UTC")
    assert texts.refresh(NOON) == 1
    ((wording, fault),) = texts.refused
    assert (wording.key, wording.number) == (KEY, OWN_FROM)
    assert "contact line" in fault.en
    assert running.catalogue.own == {}


def test_what_is_wrong_is_not_submitted_and_what_a_rule_objects_to_is_not_approved(
    sqlite_desk: Desk, running: Library
) -> None:
    desk = TextDesk(running, Settings(), sqlite_desk.vault)
    row = own_texts.write(KEY, EN, GOOD.replace("{stop}", "STOP"), "ann", NOON, sqlite_desk.vault)
    with pytest.raises(BadInput, match="stop line"):
        desk.submit(row.pk, None, "ann", NOON)
    threat = GOOD.replace("a date is near", "pay your overdue debt now or you will be arrested")
    own_texts.write(KEY, EN, threat, "ann", NOON, sqlite_desk.vault)
    desk.submit(row.pk, None, "ann", NOON)
    with pytest.raises(BadInput, match="US: "):
        desk.approve(row.pk, "bob", NOON)
    own_texts.refuse(row.pk, "a threat", "bob", NOON, sqlite_desk.vault)
    again = own_texts.write(KEY, EN, GOOD, "ann", NOON, sqlite_desk.vault)
    desk.submit(again.pk, None, "ann", NOON)
    with pytest.raises(BadInput, match="second person"):
        desk.approve(again.pk, "ann", NOON)
    assert desk.approve(again.pk, "bob", NOON).state == own_texts.State.APPROVED
