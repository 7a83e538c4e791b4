"""The routes of a home, built: each with the keys of its kind, from `routes.toml` and the home's keys.

What is missing or wrong is told with its line and what to do, all of it at once (`parley provider check`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from parley.contact.routes import FILE, Line, Routes, read_routes
from parley.errors import BadInput, HomeUnusable
from parley.messaging.bucket import Rate
from parley.providers.declared import Given, Key, Kind, KnownBy
from parley.providers.guard import Guarded
from parley.providers.kinds import KINDS
from parley.providers.port import Callbacks
from parley.run.carriers import Carriers
from parley.run.place import Home, read_routes_file
from parley.settings.messages import ROUTES
from parley.settings.model import Settings
from parley.store.keys import KeySource, load_callback_secrets, load_route_secret
from parley.store.pacing import Pace


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a route from carrying, and what to do."""

    en: str
    zh: str


def routes_of(content: bytes) -> Routes:
    """Return the routes of a file, each of a kind there is. Raises BadInput with its line."""
    routes = read_routes(content)
    for line in routes.lines:
        if line.kind not in KINDS:
            allowed = ", ".join(sorted(KINDS))
            raise BadInput(
                f"{FILE}, line {line.at_line}: {line.kind!r} is none of {allowed}",
                f"{FILE} 第 {line.at_line} 行：{line.kind!r} 不是以下之一：{allowed}",
            )
    return routes


def routes_in_use(home: Home, settings: Settings) -> Routes | None:
    """Return the routes of a home; None where the sandbox carries everything. Raises BadInput, HomeUnusable."""
    return routes_of(read_routes_file(home)) if settings.messages.provider == ROUTES else None


def build_carriers(routes: Routes, home: Home, settings: Settings, source: KeySource) -> Carriers:
    """Return the carriers of *routes*; opens no connection. Raises BadInput where a key is missing or wrong."""
    providers = {}
    for line in routes.lines:
        kind = KINDS[line.kind]
        # The one place that keeps invented numbers from real carriers.
        providers[line.name] = Guarded(kind.build(_given_or_refused(line, kind, home, settings, source)))
    return Carriers(routes, providers)


def build_callbacks(routes: Routes, home: Home, settings: Settings, source: KeySource) -> Mapping[str, Callbacks]:
    """Return how what each route posts is read, by its name; those that post nothing are left out."""
    found: dict[str, Callbacks] = {}
    for line in routes.lines:
        kind = KINDS.get(line.kind)
        if kind is not None and kind.callbacks is not None:
            found[line.name] = kind.callbacks(_given_or_refused(line, kind, home, settings, source))
    return MappingProxyType(found)


def pace_of(routes: Routes) -> Pace:
    """Return how fast each route is given messages: as its file says, else as its kind does."""
    rates = {line.name: line.per_second or KINDS[line.kind].declared.per_second for line in routes.lines}
    return Pace({line.name: Rate(rates[line.name], line.burst) for line in routes.lines if rates[line.name]})


def given_for(line: Line, kind: Kind, home: Home, settings: Settings, source: KeySource) -> Given | list[Problem]:
    """Return what was given for a route of *kind*; what is missing or wrong where it cannot be built."""
    problems = [*_unknown(line, kind)]
    values: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for key in kind.declared.keys:
        told = _secret(key, line, source) if key.is_secret else _value(key, line, home)
        if isinstance(told, Problem):
            problems.append(told)
        else:
            (secrets if key.is_secret else values)[key.name] = told
    ours: tuple[str, ...] = ()
    if kind.declared.known_by is not KnownBy.THEIR_KEY:
        try:
            ours = load_callback_secrets(source, line.name)
        except HomeUnusable as fault:
            problems.append(Problem(fault.en, fault.zh))
    return problems or Given(line.name, values, secrets, ours, settings.inbound.public_url)


def _unknown(line: Line, kind: Kind) -> Iterator[Problem]:
    """Yield the keys that this kind has not, and secrets that stand where everybody reads them."""
    known = {key.name: key for key in kind.declared.keys}
    for name, (_, at) in line.given.items():
        if name not in known:
            allowed = ", ".join(name for name, key in known.items() if not key.is_secret)
            yield Problem(
                f"{FILE}, line {at}: {line.kind} has no key {name!r}; it has {allowed}",
                f"{FILE} 第 {at} 行：{line.kind} 没有 {name!r}；可用的有 {allowed}",
            )
        elif known[name].is_secret:
            yield Problem(
                f"{FILE}, line {at}: {name} is a secret and does not belong in this file. Delete the line, change the "
                f"secret at the carrier, and give the new one with `parley provider secret {line.name} {name}`.",
                f"{FILE} 第 {at} 行：{name} 是密钥，不得写在此文件。请删除该行，在通道侧更换密钥，"
                f"并以 `parley provider secret {line.name} {name}` 提供。",
            )


def _secret(key: Key, line: Line, source: KeySource) -> str | Problem:
    try:
        return load_route_secret(source, line.name, key.name)
    except HomeUnusable as fault:
        return Problem(fault.en, fault.zh) if key.default is None else key.default


def _value(key: Key, line: Line, home: Home) -> str | Problem:
    value, at = line.given.get(key.name, (key.default, line.at_line))
    if value is None:
        return Problem(
            f"{FILE}, line {at}: route {line.name} lacks {key.name}: {key.en}",
            f"{FILE} 第 {at} 行：通道 {line.name} 缺少 {key.name}：{key.zh}",
        )
    if value != key.default and key.form.fullmatch(value) is None:
        return Problem(
            f"{FILE}, line {at}: {key.name} is not of its form: {key.en}",
            f"{FILE} 第 {at} 行：{key.name} 格式不符：{key.zh}",
        )
    return _content_of(home.root, value, at) if key.is_file else value


def _content_of(folder: Path, name: str, at: int) -> str | Problem:
    """Return what stands in the file *name* of the home, and in no other."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        return Problem(
            f"{FILE}, line {at}: {name} is not in the home's folder.", f"{FILE} 第 {at} 行：{name} 不在主目录中。"
        )
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "not UTF-8"
        return Problem(f"{FILE}, line {at}: {name} cannot be read: {why}", f"{FILE} 第 {at} 行：无法读取 {name}：{why}")


def _given_or_refused(line: Line, kind: Kind, home: Home, settings: Settings, source: KeySource) -> Given:
    given = given_for(line, kind, home, settings, source)
    if isinstance(given, list):
        raise BadInput(
            f"Route {line.name} cannot carry. {given[0].en} `parley provider check {line.name}` tells everything.",
            f"通道 {line.name} 无法使用。{given[0].zh} 运行 `parley provider check {line.name}` 查看全部问题。",
        )
    return given
