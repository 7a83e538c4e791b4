"""What is wrong with a home? A list of checks, each fine, worth a look, or bad, with what to do. Changes nothing."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

from parley.contact.registrations import read_registrations as read_entries
from parley.contact.routes import read_test_numbers
from parley.dates import zone
from parley.errors import Busy, ParleyError
from parley.run.home import Home, database_url, emptied, is_emptied, key_source, read_settings
from parley.run.library import build_route
from parley.run.place import read_registrations, read_routes_file
from parley.run.renewals import renewal
from parley.run.routing import build_carriers, routes_of
from parley.run.rulebooks import rulebook_in_use
from parley.settings import Settings
from parley.settings.messages import ROUTES
from parley.store import database, lender_queue
from parley.store.faults import faults
from parley.store.inbox_twice import USED_TWICE
from parley.store.keys import Keys, KeySource, load_callback_secrets, load_keys, load_webhook_secrets
from parley.store.lock import writer_lock
from parley.store.models import Account, AuditPending, Event, Receipt
from parley.store.sealed import open_vault

_MEBIBYTE: Final = 1 << 20
# An import of 30,000 accounts takes about 60 MB, its write-ahead log as much again.
_LITTLE_BYTES, _TOO_LITTLE_BYTES = 1_024 * _MEBIBYTE, 200 * _MEBIBYTE
# RETURNING and upsert as the store uses them.
_OLDEST_SQLITE: Final = (3, 35, 0)
_ZONES: Final = ("America/New_York", "Europe/London", "Asia/Shanghai")
# Entries that the sequencer leaves waiting only when nothing has run for long.
_LONG_TAIL: Final = 10_000
# How many registrations one check names.
_NAMED: Final = 3


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at, what was found and what to do, in both languages."""

    name: str
    state: State
    en: str
    zh: str


def examine(root: Path, environ: Mapping[str, str]) -> list[Check]:
    """Look at the home at *root*. Checks that need what a bad one lacks are left out."""
    return list(_checks(Home(root), environ))


def _checks(home: Home, environ: Mapping[str, str]) -> Iterator[Check]:
    yield _sqlite_version()
    yield _time_zones()
    settings: list[Settings] = []
    yield _attempt(
        "settings", lambda: settings.append(read_settings(home)), "settings.toml is valid", "settings.toml 有效"
    )
    if not settings:
        return
    yield _attempt(
        "registrations",
        lambda: build_route(settings[0].messages.provider, rulebook_in_use(home.rulebook), read_registrations(home)),
        "registrations.toml is valid or absent",
        "registrations.toml 有效或不存在",
    )
    yield from _renewals(home)
    yield _routes(home, settings[0], key_source(home, settings[0], environ))
    yield _rights(home)
    yield _disk(home)
    yield _paging(settings[0])
    keys: list[Keys] = []
    source = key_source(home, settings[0], environ)
    yield _attempt("keys", lambda: keys.append(load_keys(source)), "the keys can be read", "密钥可读取")
    if settings[0].lender_notices.deliver_by in {"webhook", "both"}:
        yield _attempt(
            "lender secret",
            lambda: load_webhook_secrets(source),
            "notices to the lender can be signed",
            "发给机构的通知可以签名",
        )
    for route in settings[0].inbound.routes.split():
        yield _attempt(
            f"callbacks {route}",
            partial(load_callback_secrets, source, route),
            "callbacks can be verified",
            "回调可以验证",
        )
    url = database_url(home, settings[0], environ)
    reached = _attempt("database", lambda: _reach(url), "the database answers", "数据库可访问")
    yield reached
    if reached.state is State.BAD:
        return
    waiting = database.pending_migrations()
    if waiting and is_emptied():
        lost = emptied()
        yield Check("content", State.BAD, lost.en, lost.zh)
        return
    yield _migrations(waiting)
    if waiting:
        return
    if keys:
        yield _attempt("keys match", lambda: _match(keys[0]), "keys and database belong together", "密钥与数据库相匹配")
    yield _damage()
    yield _tail()
    yield _notices(settings[0])
    yield _callbacks()
    yield _lock(home)


def _attempt(name: str, step: Callable[[], object], en: str, zh: str) -> Check:
    try:
        step()
    except ParleyError as error:
        return Check(name, State.BAD, error.en, error.zh)
    return Check(name, State.OK, en, zh)


def _reach(url: str) -> None:
    database.configure(url)
    database.pending_migrations()


def _match(keys: Keys) -> None:
    with faults():
        open_vault(keys)


def _sqlite_version() -> Check:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        wanted = ".".join(map(str, _OLDEST_SQLITE))
        return Check(
            "sqlite",
            State.BAD,
            f"SQLite {version} is too old. Use a Python built with SQLite {wanted} or later.",
            f"SQLite {version} 版本过低，请使用带有 SQLite {wanted} 或更高版本的 Python。",
        )
    return Check("sqlite", State.OK, f"SQLite {version}", f"SQLite {version}")


def _time_zones() -> Check:
    try:
        for name in _ZONES:
            zone(name)
    except ValueError:
        return Check(
            "time zones",
            State.BAD,
            "There is no time-zone data. Install the package tzdata.",
            "缺少时区数据，请安装 tzdata 软件包。",
        )
    return Check("time zones", State.OK, "time-zone data is there", "时区数据可用")


def _renewals(home: Home) -> Iterator[Check]:
    """Yield a check where registrations end soon or have ended; nothing where the file does not hold together."""
    today = datetime.now(UTC).date()
    try:
        rules = rulebook_in_use(home.rulebook)
        ending = read_entries(read_registrations(home), rules.carriers).to_renew(today)
    except ParleyError:
        return
    told = [renewal(one, today) for one in ending]
    more = len(told) - _NAMED
    if told:
        yield Check(
            "renewals",
            State.WARN,
            " ".join(one.en for one in told[:_NAMED]) + (f" And {more} more." if more > 0 else ""),
            "".join(one.zh for one in told[:_NAMED]) + (f"另有 {more} 项。" if more > 0 else ""),
        )


def _rights(home: Home) -> Check:
    exposed = [
        path
        for path in (
            home.root,
            home.settings_file,
            home.registrations_file,
            home.database,
            home.errors,
            home.imports,
            home.lender,
        )
        if path.exists() and _is_open(path)
    ]
    if exposed:
        path = exposed[0]
        return Check(
            "rights",
            State.BAD,
            f"Other users may enter or read {path}. Run: chmod -R go-rwx {home.root}",
            f"其他用户可访问 {path}。请运行：chmod -R go-rwx {home.root}",
        )
    return Check("rights", State.OK, "only this user may enter the home", "仅当前用户可访问主目录")


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _disk(home: Home) -> Check:
    free = shutil.disk_usage(home.root).free
    megabytes = f"{free // _MEBIBYTE:,} MiB"
    if free >= _LITTLE_BYTES:
        return Check("disk", State.OK, f"{megabytes} free", f"可用空间 {megabytes}")
    state = State.BAD if free < _TOO_LITTLE_BYTES else State.WARN
    return Check(
        "disk",
        state,
        f"only {megabytes} free. Free some space before the next import.",
        f"可用空间仅 {megabytes}，请在下次导入前腾出空间。",
    )


def _paging(settings: Settings) -> Check:
    if settings.crisis.page_by == "none":
        return Check(
            "crisis",
            State.WARN,
            "Nobody is paged when a borrower may be in danger. Set crisis.page_by before writing to real borrowers.",
            "借款人可能有危险时不会呼叫任何人。正式使用前请设置 crisis.page_by。",
        )
    return Check("crisis", State.OK, f"paged by {settings.crisis.page_by}", f"呼叫方式：{settings.crisis.page_by}")


def _migrations(waiting: list[str]) -> Check:
    if waiting:
        return Check(
            "migrations",
            State.BAD,
            f"{len(waiting)} migrations wait. Make a backup, then run `parley migrate`.",
            f"有 {len(waiting)} 项数据库升级待执行。请先备份，然后运行 `parley migrate`。",
        )
    return Check("migrations", State.OK, "the tables are those of this version", "表结构与当前版本一致")


def _damage() -> Check:
    found = database.damage()
    if found:
        return Check(
            "damage",
            State.BAD,
            f"SQLite finds {len(found)} faults in the database file. Stop Parley and restore the latest backup.",
            f"SQLite 在数据库文件中发现 {len(found)} 处错误。请停止 Parley 并恢复最近的备份。",
        )
    accounts = Account.objects.count()
    return Check("damage", State.OK, f"no damage found; {accounts:,} accounts", f"未发现损坏；账户 {accounts:,} 个")


def _tail() -> Check:
    tail = AuditPending.objects.count()
    state = State.WARN if tail > _LONG_TAIL else State.OK
    return Check(
        "audit",
        state,
        f"{tail:,} audit entries are not ordered yet",
        f"{tail:,} 条审计记录尚未排序",
    )


def _notices(settings: Settings) -> Check:
    """Whether the lender's core hears what was agreed."""
    found = lender_queue.counts()
    pending, failed, unusable = (found.get(name, 0) for name in ("pending", "failed", "answer_unusable"))
    told_by = settings.lender_notices.deliver_by
    if failed or unusable:
        return Check(
            "lender",
            State.WARN,
            f"{failed:,} notices to the lender failed and {unusable:,} answers could not be used. "
            "See `parley lender failed`.",
            f"{failed:,} 条发给机构的通知失败，{unusable:,} 条应答无法使用。请查看 `parley lender failed`。",
        )
    if told_by == "none" and pending:
        return Check(
            "lender",
            State.WARN,
            f"{pending:,} notices wait and nothing delivers them. Set lender_notices.deliver_by.",
            f"有 {pending:,} 条通知等待，但未设置送达方式。请设置 lender_notices.deliver_by。",
        )
    return Check(
        "lender",
        State.OK,
        f"told by {told_by}; {pending:,} notices wait",
        f"送达方式：{told_by}；等待 {pending:,} 条",
    )


def _routes(home: Home, settings: Settings, source: KeySource) -> Check:
    if settings.messages.provider != ROUTES:
        return _attempt(
            "routes",
            lambda: read_test_numbers(read_routes_file(home)),
            "everything is carried by the sandbox",
            "全部由沙箱承载",
        )
    return _attempt(
        "routes",
        lambda: build_carriers(routes_of(read_routes_file(home)), home, settings, source).close(),
        "every route of routes.toml can be built",
        "routes.toml 中的通道均可使用",
    )


def _callbacks() -> Check:
    """Whether what carriers brought fits together: an id used once, a receipt of a message of ours."""
    twice = Event.objects.filter(kind=USED_TWICE).count()
    strays = Receipt.objects.filter(message=None).count()
    if twice or strays:
        return Check(
            "carriers",
            State.WARN,
            f"{twice:,} ids of a carrier came twice with other content, {strays:,} receipts are of no message of ours. "
            "See docs/inbound.md.",
            f"{twice:,} 个运营商编号重复而内容不同，{strays:,} 条回执不属于我方短信。请查看 docs/inbound.md。",
        )
    return Check("carriers", State.OK, "what carriers brought fits together", "运营商带来的内容相互一致")


def _lock(home: Home) -> Check:
    try:
        with writer_lock(home.root, "parley doctor"):
            pass
    except Busy as busy:
        return Check("lock", State.WARN, busy.en, busy.zh)
    except ParleyError as error:
        return Check("lock", State.BAD, error.en, error.zh)
    return Check("lock", State.OK, "no other command is writing", "没有其他命令正在写入")
