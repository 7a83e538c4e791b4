"""Personal data is opened one field at a time, with a reason, bounded, and written down without the value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from parley.engine.acts import ActRefusal, No
from parley.errors import BadInput
from parley.store import audit, models
from parley.store.desk_reveal import LONGEST_WORDS_CHARACTERS, Field, Why, reveal
from parley.store.erase import erase
from parley.store.sealed import Sealed, open_text, seal_text
from tests.run.desk import NOON, Anything, Desk, Person, in_threads
from tests.store.conftest import Home

WALL = datetime(2026, 1, 5, 9, tzinfo=UTC)
MOST = 3


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def opened(desk: Desk, person: Person, field: Field, **more: Anything) -> str | ActRefusal:
    values: dict[str, Anything] = {"why": Why.CALL, "wall": WALL, "who": desk.operator(), "words": ""} | more
    return reveal(
        values.pop("who"), person.borrower.id, field, values.pop("why"), NOON, values.pop("wall"), desk.vault,
        most_per_hour=MOST, **values,
    )  # fmt: skip


def no(refused: str | ActRefusal) -> No:
    assert isinstance(refused, ActRefusal)
    return refused.no


def with_reference(desk: Desk, person: Person, reference: str) -> models.Account:
    account = desk.account(person)
    account.reference_sealed = seal_text(desk.vault, person.borrower, Sealed.ACCOUNT_REFERENCE, account.id, reference)
    account.save()
    return account


def test_each_field_is_opened(desk: Desk) -> None:
    person = desk.person()
    with_reference(desk, person, "4000-1234")
    found = [opened(desk, person, field, who=desk.operator(f"op{n}")) for n, field in enumerate(Field)]
    assert found == ["Ada Test", person.number, "60614", "A7X9", "4000-1234"]


def test_who_which_and_why_are_written_down_and_the_value_is_not(desk: Desk) -> None:
    person = desk.person()
    opened(desk, person, Field.PHONE, why=Why.OTHER, words="  letter came back ")
    row, event = models.Reveal.objects.get(), models.Event.objects.get()
    assert (row.operator.name, row.borrower, row.field, row.reason, row.at, row.wall_at) == (
        "dana", person.borrower, "phone", "other", NOON, WALL,
    )  # fmt: skip
    assert event.kind == "personal.revealed" and event.borrower == person.borrower
    assert event.data == {"operator": row.operator_id, "field": "phone", "reason": "other", "reveal": str(row.id)}
    words = open_text(desk.vault, person.borrower, Sealed.REVEAL_BODY, row.id, bytes(row.body_sealed or b""))
    assert words == "letter came back"
    written = str([event.data, *models.Reveal.objects.values_list("field", "reason", "body_sealed")])
    assert person.number not in written and "letter" not in written
    while audit.sequence():
        pass
    assert audit.verify(desk.vault).is_sound


def test_another_reason_is_told_in_words(desk: Desk) -> None:
    person = desk.person()
    assert no(opened(desk, person, Field.NAME, why=Why.OTHER, words=" ")) is No.NO_TEXT
    assert no(opened(desk, person, Field.NAME, words="x" * (LONGEST_WORDS_CHARACTERS + 1))) is No.TOO_LONG
    assert opened(desk, person, Field.NAME, words="x" * LONGEST_WORDS_CHARACTERS) == "Ada Test"
    assert models.Reveal.objects.count() == 1


def test_so_many_in_an_hour_of_the_machine_s_clock_and_no_more(desk: Desk) -> None:
    person = desk.person()
    for minute in range(MOST):
        assert isinstance(opened(desk, person, Field.NAME, wall=WALL + timedelta(minutes=minute)), str)
    hour = WALL + timedelta(hours=1)
    assert no(opened(desk, person, Field.NAME, wall=hour - timedelta(seconds=1))) is No.TOO_MANY_REVEALS
    # A colleague's count is their own, and the first of mine is an hour ago.
    assert isinstance(opened(desk, person, Field.NAME, who=desk.operator("ada")), str)
    assert isinstance(opened(desk, person, Field.NAME, wall=hour), str)
    assert no(opened(desk, person, Field.NAME, wall=hour)) is No.TOO_MANY_REVEALS
    assert models.Reveal.objects.count() == MOST + 2


def test_requests_at_once_do_not_get_round_the_bound(desk: Desk) -> None:
    person, who = desk.person(), desk.operator()
    in_threads(*[lambda: opened(desk, person, Field.NAME, who=who)] * (MOST + 4))
    assert models.Reveal.objects.count() == MOST


def test_one_address_or_account_of_several_is_named(desk: Desk) -> None:
    person, other = desk.person(), desk.person()
    first, second = with_reference(desk, person, "one"), with_reference(desk, person, "two")
    assert opened(desk, person, Field.REFERENCE, row_id=second.id) == "two"
    assert opened(desk, person, Field.REFERENCE, row_id=first.id) == "one"
    with pytest.raises(BadInput, match="no such address"):
        opened(desk, person, Field.PHONE, row_id=other.point.id)
    assert models.Reveal.objects.count() == 2


def test_what_is_not_kept_is_not_opened(desk: Desk) -> None:
    person = desk.person()
    erase(desk.vault, person.borrower.id, NOON)
    for field in (Field.NAME, Field.PHONE, Field.POSTCODE, Field.CONTRACT_TAIL):
        assert no(opened(desk, person, field)) is No.NOTHING_KEPT
    with pytest.raises(BadInput, match="no such address or account"):
        opened(desk, person, Field.REFERENCE)
    with pytest.raises(BadInput, match="no borrower"):
        reveal(desk.operator(), UUID(int=7), Field.NAME, Why.CALL, NOON, WALL, desk.vault, most_per_hour=MOST)
    assert models.Reveal.objects.count() == 0
