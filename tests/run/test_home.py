from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections, transaction

from parley.errors import BadInput, HomeUnusable, ParleyError
from parley.run.doctor import Check, State, examine
from parley.run.home import DATABASE_VARIABLE, init_home, migrate_home, open_home
from parley.run.serving import build_pipeline
from parley.store import audit, models
from parley.store.sealed import Sealed, open_text
from parley.store.vault import Vault
from tests.store.conftest import AT, Book
from tools import postgres

LATER = """
from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("store", "{last}")]
    operations = [migrations.RunSQL("SELECT 1", "SELECT 1")]
"""


@pytest.fixture
def root(tmp_path: Path, new_home: Callable[[Path], Path]) -> Iterator[Path]:
    yield new_home(tmp_path / "home")
    connections.close_all()


@pytest.fixture
def later_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what makes this process a later version of Parley: one with a migration more."""
    package = tmp_path / "later_migrations"
    package.mkdir()
    for entry in (resources.files("parley.store") / "migrations").iterdir():
        if entry.name.endswith(".py"):
            (package / entry.name).write_bytes(entry.read_bytes())
    last = max(path.stem for path in package.glob("0*.py"))
    (package / "9999_later.py").write_text(LATER.format(last=last), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    return lambda: monkeypatch.setattr(settings, "MIGRATION_MODULES", {"store": package.name}, raising=False)


def bad(root: Path, **environ: str) -> list[Check]:
    return [check for check in examine(root, environ) if check.state is State.BAD]


def person(vault: Vault) -> models.Borrower:
    with transaction.atomic():
        book = Book(vault)
        audit.record(vault, book.first_rows(), AT)
    return book.borrower


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def home_with_data(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    if request.param == "sqlite":
        yield request.getfixturevalue("root"), {}
        return
    with postgres.fresh_database(request.getfixturevalue("postgres_server")) as url:
        environ = {DATABASE_VARIABLE: url}
        init_home(tmp_path / "home", environ)
        yield tmp_path / "home", environ
        connections.close_all()


def test_an_older_home_is_upgraded_with_its_data(
    home_with_data: tuple[Path, dict[str, str]], later_version: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, environ = home_with_data
    kept = person(open_home(root, environ).vault)
    later_version()
    with pytest.raises(HomeUnusable, match="parley migrate"):
        open_home(root, environ)
    assert [check.name for check in bad(root, **environ)] == ["migrations"]
    assert migrate_home(root, environ) == ["store.9999_later"]
    assert migrate_home(root, environ) == []
    vault = open_home(root, environ).vault
    found = models.Borrower.objects.get(id=kept.id)
    name = open_text(vault, found, Sealed.BORROWER_NAME, found.id, bytes(found.name_sealed or b""))
    assert name == open_text(vault, kept, Sealed.BORROWER_NAME, kept.id, bytes(kept.name_sealed or b""))
    assert audit.verify(vault).is_sound
    monkeypatch.setattr(settings, "MIGRATION_MODULES", {})
    with pytest.raises(HomeUnusable, match="newer Parley"):
        open_home(root, environ)


def _truncate(root: Path) -> None:
    raw = (root / "parley.sqlite3").read_bytes()
    (root / "parley.sqlite3").write_bytes(raw[: len(raw) // 3])


DAMAGES: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "no settings": (lambda root: (root / "settings.toml").unlink(), "settings", "no Parley home"),
    "settings of other bytes": (
        lambda root: (root / "settings.toml").write_bytes(b"\xff\xfe"),
        "settings",
        "not UTF-8",
    ),
    "a lost key": (lambda root: (root / "keys" / "audit.key").unlink(), "keys", "is missing"),
    "a damaged key": (lambda root: (root / "keys" / "lender.key").write_text("AAAA"), "keys", "damaged"),
    "a key of another home": (
        lambda root: (root / "keys" / "lender.key").write_text("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="),
        "keys match",
        "does not fit",
    ),
    "a key others may read": (lambda root: (root / "keys" / "index.key").chmod(0o644), "keys", "chmod 600"),
    "no database": (lambda root: (root / "parley.sqlite3").unlink(), "database", "cannot be opened"),
    "a database of noise": (
        lambda root: (root / "parley.sqlite3").write_bytes(b"noise" * 10_000),
        "database",
        "damaged",
    ),
    "a database cut short": (_truncate, "database", "damaged"),
    "a database emptied": (lambda root: (root / "parley.sqlite3").write_bytes(b""), "content", "is empty"),
    "an open folder": (lambda root: root.chmod(0o755), "rights", "chmod -R"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_doctor_says_what_is_wrong_and_nothing_is_mended_silently(root: Path, name: str) -> None:
    damage, check, says = DAMAGES[name]
    damage(root)
    found = bad(root)
    assert [one.name for one in found] == [check]
    assert says in found[0].en
    assert found[0].zh
    if check == "rights":
        return
    for use in (open_home, migrate_home):
        with pytest.raises(ParleyError) as caught:
            use(root, {})
        assert caught.value.zh


def test_doctor_names_what_must_be_registered_anew_and_by_whom(root: Path) -> None:
    for number, last in enumerate(("2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30", "2999-01-01"), start=1):
        with (root / "registrations.toml").open("a", encoding="utf-8") as file:
            file.write(
                f'[[use_case]]\nid = "C{number}"\nproviders = ["all"]\ncountry = "US"\npurposes = ["reminder"]\n'
                f'valid_from = 2020-01-01\nvalid_to = {last}\nowner = "Messaging"\n'
            )
    (root / "registrations.toml").chmod(0o600)
    # The last one is there for all of it: nothing is to be done.
    assert not [one for one in examine(root, {}) if one.name == "renewals"]
    text = (root / "registrations.toml").read_text(encoding="utf-8").replace("2999-01-01", "2020-05-31")
    (root / "registrations.toml").write_text(text.replace('"US"', '"CA"', 1), encoding="utf-8")
    (found,) = (one for one in examine(root, {}) if one.name == "renewals")
    assert found.state is State.WARN
    assert "The use case C1 (Messaging) ended on 2020-01-31." in found.en
    assert "用途 C5（Messaging）" in found.zh


def test_a_home_of_the_sandbox_may_list_numbers_for_test_messages(root: Path) -> None:
    listed = '[[test_number]]\nnumber = "+12025550155"\nowner = "Desk"\n'
    (root / "routes.toml").write_text(listed, encoding="utf-8")
    routes = build_pipeline(open_home(root, {})).carriers.routes
    assert [one.owner for one in routes.test_numbers] == ["Desk"]
    assert routes.is_single
    (root / "routes.toml").write_text(listed.replace("+1202", ""), encoding="utf-8")
    with pytest.raises(BadInput, match=r"routes\.toml, line 2"):
        build_pipeline(open_home(root, {}))
    assert [one.name for one in bad(root)] == ["routes"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://x/y", "no known kind"),
        ("sqlite:///relative.db", "absolute path"),
        ("postgres://", "cannot be read"),
        ("postgres://nobody:pw@127.0.0.1:1/x", "does not answer"),
    ],
)
def test_a_wrong_database_address_is_named_and_never_repeated(root: Path, url: str, says: str) -> None:
    with pytest.raises(ParleyError, match=says) as caught:
        open_home(root, {DATABASE_VARIABLE: url})
    assert "pw" not in caught.value.en + caught.value.zh
    assert [one.name for one in bad(root, **{DATABASE_VARIABLE: url})] == ["database"]
