"""A home is made and opened: the folder (see `place`) that holds a lender's settings, keys, data and error files."""

from __future__ import annotations

import hashlib
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from django.db import connection

from parley.errors import BadInput, HomeUnusable
from parley.run.place import HOME_VARIABLE, Home, read_registrations, read_settings, resolve_home
from parley.run.rulebooks import remember_rules
from parley.settings import Settings, default_settings_text, load_settings
from parley.settings.model import Lender
from parley.store import database
from parley.store.faults import faults
from parley.store.keys import NAMES, KeyCommand, KeyFiles, Keys, KeySource, KeyVariables, create_keys, load_keys
from parley.store.models import LenderSettings
from parley.store.sealed import open_vault
from parley.store.vault import Vault

# What lies in `place` is part of what a home is to everybody else.
__all__ = ["DATABASE_VARIABLE", "HOME_VARIABLE", "Home", "Opened", "database_url", "emptied", "init_home"]
__all__ += ["is_emptied", "key_source", "migrate_home", "open_home", "read_settings", "remember_settings"]
__all__ += ["resolve_home"]

DATABASE_VARIABLE: Final = "PARLEY_DATABASE_URL"


@dataclass(frozen=True, slots=True)
class Opened:
    """A home in use: its settings and its file of registrations as read, and the vault of its database."""

    home: Home
    settings: Settings
    vault: Vault
    registrations: bytes = b""


def database_url(home: Home, settings: Settings, environ: Mapping[str, str]) -> str:
    """Return where the data is: the environment, else the settings, else SQLite inside the home."""
    given = environ.get(DATABASE_VARIABLE) or settings.store.database_url
    return given or f"sqlite:///{quote(str(home.database))}"


def key_source(home: Home, settings: Settings, environ: Mapping[str, str]) -> KeySource:
    """Return where the keys come from by the settings."""
    match settings.keys.source:
        case "environment":
            return KeyVariables(environ)
        case "command":
            return KeyCommand(tuple(shlex.split(settings.keys.command)))
        case _:
            return KeyFiles(Path(settings.keys.path).expanduser() if settings.keys.path else home.keys)


def open_home(root: Path, environ: Mapping[str, str]) -> Opened:
    """Open the home at *root*: settings, database, keys, and that the three belong together.

    Raises HomeUnusable or BadInput that say what to do; changes nothing.
    """
    home = Home(root)
    settings = read_settings(home)
    keys = load_keys(key_source(home, settings, environ))
    database.configure(database_url(home, settings, environ))
    if database.pending_migrations():
        if is_emptied():
            raise emptied()
        raise HomeUnusable(
            "The database is older than this version. Make a backup, then run `parley migrate`.",
            "数据库的版本较旧。请先备份，然后运行 `parley migrate`。",
        )
    with faults():
        return Opened(home, settings, open_vault(keys), read_registrations(home))


def is_emptied() -> bool:
    """Whether the embedded database has no table at all: a home is made with its tables, so they were lost."""
    with faults():
        return database.is_sqlite() and not connection.introspection.table_names()


def emptied() -> HomeUnusable:
    """Return the fault of a database whose content is gone."""
    return HomeUnusable(
        "The database file is empty: what was in it is gone. Stop every Parley process and restore the latest backup; "
        "for a new home run `parley init` in an empty folder.",
        "数据库文件是空的，其中的数据已丢失。请停止所有 Parley 进程并恢复最近的备份；"
        "新建请在空目录中运行 `parley init`。",
    )


def remember_settings(opened: Opened, now: datetime) -> None:
    """Keep settings, registrations and rulebook as they stand, so that an old decision can be read with its own."""
    remember_rules(opened.home.rulebook, now)
    LenderSettings.objects.get_or_create(
        digest=opened.settings.digest,
        defaults={"document": opened.home.settings_file.read_text(encoding="utf-8-sig"), "at": now},
    )
    if opened.registrations:
        LenderSettings.objects.get_or_create(
            digest=hashlib.sha256(opened.registrations).hexdigest(),
            defaults={"document": opened.registrations.decode("utf-8"), "at": now},
        )


def init_home(
    root: Path,
    environ: Mapping[str, str],
    *,
    lender: Lender | None = None,
    settings_text: str = "",
    registrations_text: str = "",
) -> Home:
    """Make a home at *root*: a folder that is absent or empty. On any failure what was made is removed again.

    *settings_text* is written as it is; without it the defaults for *lender* are. *registrations_text* too, if any.
    Raises BadInput, HomeUnusable.
    """
    home, text = Home(root), settings_text or default_settings_text(lender)
    settings = load_settings(text.encode(), "settings.toml")
    database.configure(database_url(home, settings, environ))
    was_there = _make_folder(root)
    made_keys: Path | None = None
    try:
        keys, made_keys = _keys(home, settings, environ)
        _write_new(home.settings_file, text)
        if registrations_text:
            _write_new(home.registrations_file, registrations_text)
        home.errors.mkdir(mode=0o700)
        home.imports.mkdir(mode=0o700)
        database.migrate()
        with faults():
            open_vault(keys)
    except BaseException:
        _unmake(home, made_keys, was_there=was_there)
        raise
    return home


def migrate_home(root: Path, environ: Mapping[str, str]) -> list[str]:
    """Bring the database of the home up to this version. Returns the migrations applied."""
    home = Home(root)
    settings = read_settings(home)
    keys = load_keys(key_source(home, settings, environ))
    database.configure(database_url(home, settings, environ))
    if database.is_sqlite() and not settings.store.database_url and not home.database.exists():
        raise HomeUnusable(
            f"The database {home.database.name} of this home is missing. Restore it from a backup; "
            "for a new home run `parley init` in an empty folder.",
            f"主目录中缺少数据库 {home.database.name}。请从备份恢复；新建请在空目录中运行 `parley init`。",
        )
    waiting = database.pending_migrations()
    if waiting:
        if is_emptied():
            raise emptied()
        database.migrate()
    with faults():
        open_vault(keys)
    return waiting


def _keys(home: Home, settings: Settings, environ: Mapping[str, str]) -> tuple[Keys, Path | None]:
    """Make the keys where they are files, else read them. Returns them and the folder they were made in."""
    source = key_source(home, settings, environ)
    if isinstance(source, KeyFiles):
        return create_keys(source.folder), source.folder
    return load_keys(source), None


def _make_folder(root: Path) -> bool:
    """Make *root* with mode 700. Returns whether it was there, empty."""
    try:
        if root.exists():
            if not root.is_dir():
                raise BadInput(f"{root} is a file. Name a folder.", f"{root} 是文件，请指定文件夹。")
            if any(root.iterdir()):
                raise BadInput(
                    f"{root} is not empty. `parley init` never writes into a folder in use: name an empty one.",
                    f"{root} 不是空目录。`parley init` 不会写入已使用的目录，请指定不存在的或空的目录。",
                )
            root.chmod(0o700)
            return True
        root.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise HomeUnusable(
            f"{root} cannot be made: {error.strerror}. Choose another folder or correct the rights.",
            f"无法创建 {root}：{error.strerror}。请换一个目录或更正权限。",
        ) from None
    return False


def _write_new(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)


def _unmake(home: Home, made_keys: Path | None, *, was_there: bool) -> None:
    """Remove what `init_home` made: only files of its own names, so that nothing else can be lost."""
    if made_keys is not None:
        for name in NAMES:
            (made_keys / f"{name}.key").unlink(missing_ok=True)
    made = [home.settings_file, home.registrations_file, home.database, *home.root.glob(f"{home.database.name}-*")]
    for path in made:
        path.unlink(missing_ok=True)
    for folder in (home.errors, home.imports, home.keys, *([] if was_there else [home.root])):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
