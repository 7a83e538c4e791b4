from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from parley.store import models
from parley.store.database import configure
from tests.cli.test_commands import parley


@pytest.fixture
def home(tmp_path: Path, new_home: Callable[[Path], Path]) -> Path:
    return new_home(tmp_path / "home")


def operators(root: Path) -> list[tuple[str, str, bool]]:
    configure(f"sqlite:///{root / 'parley.sqlite3'}")
    return list(models.Operator.objects.order_by("name").values_list("name", "role", "is_active"))


def test_a_user_is_added_listed_and_removed(home: Path) -> None:
    done = parley("user", "add", "ann", "--role", "agent", "--name", "安娜 Archer", "--one-time", home=home)
    assert done.returncode == 0
    assert re.search(r"(?:[a-z0-9]{5}-){3}[a-z0-9]{5}", done.stdout)
    assert "安娜 Archer" in parley("user", "list", home=home).stdout
    assert parley("user", "remove", "ann", home=home).returncode == 0
    assert operators(home) == [("ann", "agent", False)]


def test_an_unknown_role_or_user_says_what_there_is(home: Path) -> None:
    done = parley("user", "add", "ann", "--role", "boss", "--one-time", home=home)
    assert done.returncode == 2
    assert "agent, lead, compliance, administrator" in done.stderr
    assert parley("user", "remove", "bob", home=home).returncode == 2
    assert operators(home) == []
