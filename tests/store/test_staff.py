from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from parley.errors import BadInput
from parley.store import models
from parley.store.staff import Role, add_operator, log_in, one_time_password, reset_password, set_active
from tests.store.conftest import Home

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
WORDS = "four words in a row"


def ann(home: Home, *, is_one_time: bool = False) -> models.Operator:
    return add_operator("ann", "Ann Archer", Role.AGENT, WORDS, "test", NOW, home.vault, is_one_time=is_one_time)


def enter(home: Home, password: str = WORDS, at: datetime = NOW, name: str = "ann") -> models.Operator | None:
    return log_in(name, password, at, home.vault, tries=3, lock_minutes=15)


def test_a_log_in_is_made_and_used(home: Home) -> None:
    row = ann(home)
    assert row.password.startswith("argon2$argon2id")
    assert enter(home) == row
    assert enter(home, "four other words here") is None
    assert enter(home, name="bob") is None
    kinds = list(models.Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["operator.added", "operator.logged_in"]


def test_wrong_tries_in_a_row_lock_for_a_while(home: Home) -> None:
    ann(home)
    for _ in range(3):
        assert enter(home, "wrong wrong wrong wrong") is None
    assert enter(home) is None
    assert enter(home, at=NOW + timedelta(minutes=14)) is None
    assert enter(home, at=NOW + timedelta(minutes=16)) is not None
    assert models.Event.objects.filter(kind="operator.locked").count() == 1


def test_a_right_password_forgets_the_wrong_tries(home: Home) -> None:
    ann(home)
    for _ in range(2):
        assert enter(home, "wrong wrong wrong wrong") is None
    assert enter(home) is not None
    for _ in range(2):
        assert enter(home, "wrong wrong wrong wrong") is None
    assert enter(home) is not None


def test_a_one_time_password_works_once(home: Home) -> None:
    ann(home, is_one_time=True)
    assert enter(home) is not None
    assert enter(home) is None


def test_who_has_left_does_not_come_in(home: Home) -> None:
    set_active(ann(home), "lead", NOW, home.vault, is_active=False)
    assert enter(home) is None


def test_a_new_password_lifts_a_lock(home: Home) -> None:
    row = ann(home)
    for _ in range(3):
        enter(home, "wrong wrong wrong wrong")
    row.refresh_from_db()
    reset_password(row, "quite another secret", "lead", NOW, home.vault, is_one_time=False)
    assert enter(home, "quite another secret") is not None
    assert enter(home) is None


@pytest.mark.parametrize("name", ["", "Ann", "an n", "-ann", "a" * 41, "änn"])
def test_a_name_that_is_hard_to_type_is_refused(home: Home, name: str) -> None:
    with pytest.raises(BadInput):
        add_operator(name, "", Role.AGENT, WORDS, "test", NOW, home.vault, is_one_time=False)
    assert not models.Operator.objects.exists()


@pytest.mark.parametrize("password", ["", "short", "fourteen chars", "x" * 201])
def test_a_password_is_long_enough_and_not_too_long(home: Home, password: str) -> None:
    with pytest.raises(BadInput):
        add_operator("ann", "", Role.AGENT, password, "test", NOW, home.vault, is_one_time=False)


def test_a_name_is_given_once(home: Home) -> None:
    ann(home)
    with pytest.raises(BadInput):
        ann(home)


def test_one_time_passwords_differ_and_are_long_enough() -> None:
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert {len(one.replace("-", "")) for one in made} == {20}
