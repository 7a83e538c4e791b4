"""Texts name the member of staff whose turn it is, by the name their log-in shows; who has none is not named."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from parley.engine.acts import Reply, TakeOver
from parley.locale import Language
from parley.store import models
from parley.store.desk_assign import assign_waiting
from parley.store.staff import name_for
from tests.run.desk import NOON, Desk, library
from tests.store.desk_work import MINUTE, Work

# A Tuesday at noon, in the lender's hours; ten at night is not.
NIGHT = NOON + timedelta(hours=10)


@pytest.fixture
def desk(sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return the desk of a lender that names its people."""
    monkeypatch.setattr(library(), "lender", replace(library().lender, names_people=True))
    return sqlite_desk


def last(desk: Desk) -> str:
    return desk.sent_text(models.Message.objects.order_by("created_at", "id").last() or models.Message())


def test_a_hand_over_names_whose_turn_it_is_and_that_person_has_it(desk: Desk) -> None:
    busy, free = desk.operator("busy", display_name="Bea Busy"), desk.operator("free", display_name="Fay Free")
    first, second = Work(desk), Work(desk)
    first.hears("person please", NOON)
    assert "Bea Busy" in last(desk) and first.talk.handed_to == busy
    second.hears("person please", NOON + MINUTE)
    assert "Fay Free" in last(desk) and "Dana Reyes" not in last(desk)
    talk = models.Conversation.objects.get(id=second.talk.id)
    assert talk.handed_to == free
    assert models.Event.objects.filter(kind="handed_to", data__to=free.pk).count() == 1
    assert assign_waiting(NOON, library().times, desk.vault) == 0


@pytest.mark.parametrize(
    ("shown", "at"), [("free", NOON), ("Agent 7", NOON), ("王小明", NOON), ("F" * 17, NOON), ("Fay Free", NIGHT)]
)
def test_where_nobody_can_be_named_it_is_the_name_of_the_settings(desk: Desk, shown: str, at: datetime) -> None:
    desk.operator("free", display_name=shown)
    work = Work(desk)
    work.hears("person please", at)
    assert "Dana Reyes" in last(desk) and shown not in last(desk)


def test_who_takes_a_thread_over_is_named_by_what_they_write(desk: Desk) -> None:
    work = Work(desk)
    work.hears("person please", NOON)
    work.does(TakeOver(), NOON + MINUTE)
    work.does(Reply("help.who"), NOON + 2 * MINUTE)
    holder = models.Conversation.objects.get(id=work.talk.id).assigned_to
    assert holder is not None
    models.Operator.objects.filter(pk=holder.pk).update(display_name="Fay Free")
    work.does(Reply("help.who"), NOON + 3 * MINUTE)
    assert "Fay Free" in last(desk)


def test_a_lender_that_names_nobody_names_whom_its_settings_name(sqlite_desk: Desk) -> None:
    sqlite_desk.operator("free", display_name="Fay Free")
    work = Work(sqlite_desk)
    work.hears("person please", NOON)
    assert "Dana Reyes" in last(sqlite_desk) and "Fay" not in last(sqlite_desk)


@pytest.mark.parametrize(
    ("shown", "english", "chinese"),
    [
        ("Fay Free", "Fay Free", "Fay Free"),
        ("J. O'Neill-Smith", "J. O'Neill-Smith", "J. O'Neill-Smith"),
        ("王小明", "", "王小明"),
        ("FREE", "", ""),
        ("https://x.example", "", ""),
        ("Fay 2", "", ""),
        (" ", "", ""),
    ],
)
def test_a_name_is_letters_and_never_the_log_in(shown: str, english: str, chinese: str) -> None:
    row = models.Operator(name="free", display_name=shown)
    assert (name_for(row, Language.EN), name_for(row, Language.ZH_HANS)) == (english, chinese)
    assert name_for(models.Operator(name="x", display_name="Fay Free", is_active=False), Language.EN) == ""
