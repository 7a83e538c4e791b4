"""A home: the folder that holds a lender's settings, keys, data and error files, and how it is made and opened."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from parley.errors import BadInput, HomeUnusable
from parley.settings import Settings, default_settings_text, load_settings
from parley.settings.model import Lender
from parley.store import database
from parley.store.faults import faults
from parley.store.keys import NAMES, KeyCommand, KeyFiles, Keys, KeySource, KeyVariables, create_keys, load_keys
from parley.store.lock import LOCK_FILE
from parley.store.models import LenderSettings
from parley.store.sealed import open_vault
from parley.store.vault import Vault

HOME_VARIABLE: Final = "PARLEY_HOME"
DATABASE_VARIABLE: Final = "PARLEY_DATABASE_URL"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder and what lies where in it."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """The one settings file."""
        return self.root / "settings.toml"

    @property
    def keys(self) -> Path:
        """The keys' folder, unless the settings name another."""
        return self.root / "keys"

    @property
    def database(self) -> Path:
        """The embedded database, unless the settings name another."""
        return self.root / "parley.sqlite3"

    @property
    def centre_log(self) -> Path:
        """The sandbox message centre's own log."""
        return self.root / "centre.jsonl"

    @property
    def errors(self) -> Path:
        """Files of refused rows."""
        return self.root / "errors"

    @property
    def lock(self) -> Path:
        """The lock of the one writer on SQLite."""
        return self.root / LOCK_FILE

    @property
    def report(self) -> Path:
        """The demo's report."""
        return self.root / "report.json"


@dataclass(frozen=True, slots=True)
class Opened:
    """A home in use: its settings as read, and the vault of its database."""

    home: Home
    settings: Settings
    vault: Vault


def resolve_home(option: Path | None, environ: Mapping[str, str]) -> Path:
    """Return the folder to use: *option*, else PARLEY_HOME, else .parley in the user's home."""
    if option is not None:
        return option.expanduser().absolute()
    if environ.get(HOME_VARIABLE):
        return Path(environ[HOME_VARIABLE]).expanduser().absolute()
    try:
        return Path.home() / ".parley"
    except RuntimeError:
        raise BadInput(
            f"This user has no home folder. Set {HOME_VARIABLE} or give --home.",
            f"当前用户没有主目录，请设置 {HOME_VARIABLE} 或使用 --home。",
        ) from None


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


def read_settings(home: Home) -> Settings:
    """Read the home's settings. Raises HomeUnusable where there is no home, BadInput for a wrong line."""
    try:
        raw = home.settings_file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise HomeUnusable(
            f"There is no Parley home at {home.root}. Make one with `parley init --home {home.root}`, "
            f"or name another with --home or {HOME_VARIABLE}.",
            f"{home.root} 不是 Parley 主目录。请运行 `parley init --home {home.root}` 新建，"
            f"或用 --home 或 {HOME_VARIABLE} 指定其他目录。",
        ) from None
    except OSError as error:
        raise HomeUnusable(
            f"{home.settings_file} cannot be read: {error.strerror}. Run Parley as the user that owns the home.",
            f"无法读取 {home.settings_file}：{error.strerror}。请以主目录所有者的身份运行 Parley。",
        ) from None
    return load_settings(raw, str(home.settings_file))


def open_home(root: Path, environ: Mapping[str, str]) -> Opened:
    """Open the home at *root*: settings, database, keys, and that the three belong together.

    Raises HomeUnusable or BadInput that say what to do; changes nothing.
    """
    home = Home(root)
    settings = read_settings(home)
    keys = load_keys(key_source(home, settings, environ))
    database.configure(database_url(home, settings, environ))
    if database.pending_migrations():
        raise HomeUnusable(
            "The database is older than this version. Make a backup, then run `parley migrate`.",
            "数据库的版本较旧。请先备份，然后运行 `parley migrate`。",
        )
    with faults():
        return Opened(home, settings, open_vault(keys))


def remember_settings(opened: Opened, now: datetime) -> None:
    """Keep the settings file as it stands, once for each digest, so that an old decision can be read with its own."""
    LenderSettings.objects.get_or_create(
        digest=opened.settings.digest,
        defaults={"document": opened.home.settings_file.read_text(encoding="utf-8-sig"), "at": now},
    )


def init_home(root: Path, environ: Mapping[str, str], *, lender: Lender | None = None, settings_text: str = "") -> Home:
    """Make a home at *root*: a folder that is absent or empty. On any failure what was made is removed again.

    *settings_text* is written as it is; without it the defaults for *lender* are. Raises BadInput, HomeUnusable.
    """
    home, text = Home(root), settings_text or default_settings_text(lender)
    settings = load_settings(text.encode(), "settings.toml")
    database.configure(database_url(home, settings, environ))
    was_there = _make_folder(root)
    made_keys: Path | None = None
    try:
        keys, made_keys = _keys(home, settings, environ)
        _write_new(home.settings_file, text)
        home.errors.mkdir(mode=0o700)
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
    made = [home.settings_file, home.database, *home.root.glob(f"{home.database.name}-*")]
    for path in made:
        path.unlink(missing_ok=True)
    for folder in (home.errors, home.keys, *([] if was_there else [home.root])):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
