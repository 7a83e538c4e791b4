"""Where a home is, what lies in it, and its settings. Opens no database: `parley settings` starts at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from parley.errors import BadInput, HomeUnusable
from parley.settings import Settings, load_settings

HOME_VARIABLE: Final = "PARLEY_HOME"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder and what lies where in it."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """The one settings file."""
        return self.root / "settings.toml"

    @property
    def registrations_file(self) -> Path:
        """Senders, texts and uses the lender has had registered; it may be absent."""
        return self.root / "registrations.toml"

    @property
    def routes_file(self) -> Path:
        """By whom messages are carried, where that is not the sandbox; it may be absent."""
        return self.root / "routes.toml"

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
    def clock(self) -> Path:
        """Where domain time stands, in a home whose clock was moved."""
        return self.root / "clock.json"

    @property
    def errors(self) -> Path:
        """Files of refused rows."""
        return self.root / "errors"

    @property
    def imports(self) -> Path:
        """Private copies of files that are being imported."""
        return self.root / "imports"

    @property
    def lender(self) -> Path:
        """Files of notices to the lender's core, where they are delivered by file."""
        return self.root / "lender"

    @property
    def rulebook(self) -> Path:
        """The lender's own rulebook in use; where there is none, the one Parley ships is."""
        return self.root / "rulebook"

    @property
    def rulebooks(self) -> Path:
        """Rulebooks to run over the past: a folder for each."""
        return self.root / "rulebooks"

    @property
    def report(self) -> Path:
        """The demo's report."""
        return self.root / "report.json"

    @property
    def report_page(self) -> Path:
        """The same report as a page to read."""
        return self.root / "report.html"


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


def read_registrations(home: Home) -> bytes:
    """Return the home's file of registrations as it is; empty where there is none. Raises HomeUnusable."""
    return _content(home.registrations_file)


def read_routes_file(home: Home) -> bytes:
    """Return the home's file of routes as it is; empty where there is none. Raises HomeUnusable."""
    return _content(home.routes_file)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise HomeUnusable(
            f"{path} cannot be read: {error.strerror}. Run Parley as the user that owns the home.",
            f"无法读取 {path}：{error.strerror}。请以主目录所有者的身份运行 Parley。",
        ) from None
