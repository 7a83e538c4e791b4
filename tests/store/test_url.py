from __future__ import annotations

import pytest

from parley.errors import BadInput
from parley.store.url import Durability, connection_settings


def test_a_sqlite_url_names_an_absolute_file_that_opening_never_creates() -> None:
    found = connection_settings("sqlite:////srv/my%20home/parley.db")
    assert found["PARLEY_FILE"] == "/srv/my home/parley.db"
    assert found["NAME"] == "file:/srv/my%20home/parley.db?mode=rw"
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous = FULL" in found["OPTIONS"]["init_command"]


def test_the_promise_of_a_commit_can_be_lowered() -> None:
    found = connection_settings("sqlite:////srv/parley.db", Durability.NORMAL)
    assert "synchronous = NORMAL" in found["OPTIONS"]["init_command"]


def test_a_postgres_url_is_read_with_its_parameters() -> None:
    found = connection_settings("postgres://lender:p%40ss%2F@db.example:6543/parley?sslmode=require")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "lender",
        "p@ss/",
        "db.example",
        "6543",
        "parley",
    )
    assert found["OPTIONS"]["sslmode"] == "require"


def test_a_postgres_url_may_name_a_socket_folder() -> None:
    assert connection_settings("postgresql:///parley?host=/var/run/postgresql")["HOST"] == "/var/run/postgresql"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "parley.db",
        "mysql://h/n",
        "sqlite://parley.db",
        "sqlite:///parley.db",
        "sqlite:////",
        "postgres://h",
        "postgres://h/",
        "postgres://h/a/b",
        "postgres://u:secret@h:port/n",
        "postgres://u:secret@[h/n",
        "postgres://u:secret@h/n?sslmode",
    ],
)
def test_a_url_of_no_known_form_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(BadInput) as caught:
        connection_settings(url)
    assert caught.value.zh
    assert "secret" not in caught.value.en + caught.value.zh
