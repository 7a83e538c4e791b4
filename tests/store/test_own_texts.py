"""Own texts go from hand to hand: written, submitted, decided by somebody else, ended; each step is audited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.catalogue import OWN_FROM
from parley.store import models, own_texts
from parley.store.own_texts import State
from tests.store.conftest import Home

NOW = datetime.fromisoformat("2026-11-03T17:00:00+00:00")
TODAY = NOW.date()
EN = Language.EN
KEY = "reminder.neutral"


def written(home: Home, source: str = "one", by: str = "ann") -> models.OwnText:
    return own_texts.write(KEY, EN, source, by, NOW, home.vault)


def submitted(home: Home, source: str = "one", expires_on: date | None = None, by: str = "ann") -> models.OwnText:
    return own_texts.submit(written(home, source, by).pk, expires_on, by, NOW, home.vault)


def approved(home: Home, source: str = "one", expires_on: date | None = None) -> models.OwnText:
    return own_texts.approve(submitted(home, source, expires_on).pk, "bob", NOW, home.vault)


def test_a_text_in_force_is_one_that_somebody_else_approved(home: Home) -> None:
    row = submitted(home)
    assert own_texts.in_force(TODAY) == ()
    own_texts.approve(row.pk, "bob", NOW, home.vault)
    (found,) = own_texts.in_force(TODAY)
    assert (found.key, found.language, found.number, found.source) == (KEY, EN, OWN_FROM, "one")
    kinds = list(models.Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["text.written", "text.submitted", "text.approved"]
    told = models.Event.objects.get(kind="text.approved").data
    assert (told["by"], told["version"], len(told["sha256"])) == ("bob", OWN_FROM, 64)
    assert models.AuditEntry.objects.count() == 3


def test_nobody_decides_what_they_wrote_or_submitted_or_once_worked_on(home: Home) -> None:
    written(home, by="ann")
    written(home, "two", by="cid")
    row = own_texts.submit(models.OwnText.objects.get().pk, None, "dan", NOW, home.vault)
    assert row.authors == ["ann", "cid", "dan"]
    for own in row.authors:
        with pytest.raises(BadInput, match="second person"):
            own_texts.approve(row.pk, own, NOW, home.vault)
        with pytest.raises(BadInput, match="second person"):
            own_texts.refuse(row.pk, "no", own, NOW, home.vault)
    assert own_texts.in_force(TODAY) == ()


def test_the_database_refuses_one_hand_too(home: Home) -> None:
    row = submitted(home)
    for own in (row.written_by, ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            models.OwnText.objects.filter(pk=row.pk).update(state=State.APPROVED, decided_by=own)


def test_another_version_takes_the_place_of_the_one_before(home: Home) -> None:
    first, second = approved(home), approved(home, "two")
    first.refresh_from_db()
    assert (first.state, second.number) == (State.SUPERSEDED, OWN_FROM + 1)
    assert [one.source for one in own_texts.in_force(TODAY)] == ["two"]
    assert [one.number for one in own_texts.versions(KEY, EN)] == [OWN_FROM + 1, OWN_FROM]


def test_a_text_is_in_force_to_the_end_of_its_last_day_and_is_ended_once(home: Home) -> None:
    row = approved(home, expires_on=TODAY)
    assert [one.source for one in own_texts.in_force(TODAY)] == ["one"]
    assert own_texts.expire_due(TODAY, NOW, home.vault) == 0
    tomorrow = TODAY + timedelta(days=1)
    assert own_texts.in_force(tomorrow) == ()
    later = NOW + timedelta(days=1)
    assert [own_texts.expire_due(tomorrow, later, home.vault) for _ in range(2)] == [1, 0]
    row.refresh_from_db()
    assert (row.state, row.ended_at) == (State.EXPIRED, later)


def test_what_is_sent_back_says_why_and_the_next_draft_is_another_version(home: Home) -> None:
    row = submitted(home)
    with pytest.raises(BadInput, match="Say why"):
        own_texts.refuse(row.pk, "  ", "bob", NOW, home.vault)
    assert own_texts.refuse(row.pk, "too long", "bob", NOW, home.vault).reason == "too long"
    assert written(home, "shorter").number == OWN_FROM + 1


def test_a_text_taken_back_gives_the_word_to_the_shipped_one(home: Home) -> None:
    own_texts.withdraw(approved(home).pk, "cid", NOW, home.vault)
    assert own_texts.in_force(TODAY) == ()


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (lambda row, home: own_texts.approve(row, "bob", NOW, home.vault), State.DRAFT),
        (lambda row, home: own_texts.refuse(row, "no", "bob", NOW, home.vault), State.APPROVED),
        (lambda row, home: own_texts.submit(row, None, "ann", NOW, home.vault), State.SUBMITTED),
        (lambda row, home: own_texts.withdraw(row, "ann", NOW, home.vault), State.EXPIRED),
    ],
)
def test_a_step_from_the_wrong_state_is_refused(
    home: Home, step: Callable[[int, Home], models.OwnText], state: State
) -> None:
    row = submitted(home)
    models.OwnText.objects.filter(pk=row.pk).update(state=state, decided_by="bob")
    with pytest.raises(BadInput, match=f"is {state}"):
        step(row.pk, home)


def test_what_waits_for_a_decision_is_not_changed(home: Home) -> None:
    submitted(home)
    with pytest.raises(BadInput, match="is submitted"):
        written(home, "sly")


def test_what_cannot_be_is_refused(home: Home) -> None:
    row = written(home)
    past = TODAY - timedelta(days=1)
    for wrong, says in (
        (partial(own_texts.submit, row.pk, past, "ann", NOW, home.vault), "past"),
        (partial(own_texts.submit, 999, None, "ann", NOW, home.vault), "no text 999"),
        (partial(written, home, "x" * 2_001), "longer than"),
    ):
        with pytest.raises(BadInput, match=says):
            wrong()


def test_the_version_that_matters_most_is_shown(home: Home) -> None:
    approved(home)
    assert own_texts.latest()[KEY, "en"].state == State.APPROVED
    written(home, "next")
    assert own_texts.latest()[KEY, "en"].source == "next"
