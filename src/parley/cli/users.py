"""`parley user add|list|password|remove`: who may log in to the console, and as what."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from parley.cli.options import HomeOption
from parley.cli.speech import here, say
from parley.errors import BadInput

if TYPE_CHECKING:
    from parley.run.home import Opened
    from parley.store.models import Operator

app = typer.Typer(name="user", help="Log-ins of the console.", no_args_is_help=True)
# Who did it, in the record: somebody with a shell on the machine.
_BY: Final = "command-line"
_ROLES: Final = ("agent", "lead", "compliance", "administrator")
NameArgument = Annotated[str, typer.Argument(help="The name to log in with.", metavar="NAME")]
OneTime = Annotated[bool, typer.Option("--one-time", help="Make up a password that works once, and print it.")]


@app.command("add")
def add(
    name: NameArgument,
    role: Annotated[str, typer.Option(help="agent, lead, compliance or administrator.")],
    shown: Annotated[str, typer.Option("--name", help="The name shown to colleagues.", show_default=False)] = "",
    home: HomeOption = None,
    *,
    one_time: OneTime = False,
    again: Annotated[
        bool, typer.Option("--again", help="If there is such a log-in already, give it this password instead.")
    ] = False,
) -> None:
    """Add a log-in. The password is asked for, or read from standard input."""
    from parley.store import models
    from parley.store.staff import Role, add_operator, reset_password

    if role not in _ROLES:
        raise BadInput(
            f"{role!r} is no role. Use one of {', '.join(_ROLES)}.", f"没有角色 {role!r}，可用：{'、'.join(_ROLES)}。"
        )
    with _writing(home, "parley user add") as opened:
        password = _password(one_time=one_time)
        known = models.Operator.objects.filter(name=name).first() if again else None
        if known is None:
            add_operator(name, shown, Role(role), password, _BY, _now(), opened.vault, is_one_time=one_time)
        else:
            reset_password(known, password, _BY, _now(), opened.vault, is_one_time=one_time)
    say(f"Log-in: {name} ({role})", f"登录名：{name}（{role}）", chinese=here())
    _show(password, one_time=one_time)


@app.command("password")
def password_(name: NameArgument, home: HomeOption = None, *, one_time: OneTime = False) -> None:
    """Give a log-in another password; its open sessions end and a lock is lifted."""
    from parley.store.staff import reset_password

    with _writing(home, "parley user password") as opened:
        row = _find(name)
        password = _password(one_time=one_time)
        reset_password(row, password, _BY, _now(), opened.vault, is_one_time=one_time)
    say(f"New password for {name}.", f"已为 {name} 设置新密码。", chinese=here())
    _show(password, one_time=one_time)


@app.command("list")
def list_(home: HomeOption = None) -> None:
    """List the log-ins with role and last use."""
    from rich.console import Console
    from rich.table import Table

    from parley.run.home import open_home, resolve_home
    from parley.store import models
    from parley.store.faults import faults

    open_home(resolve_home(home, os.environ), os.environ)
    table = Table("name", "shown", "role", "active", "last log-in")
    with faults():
        for row in models.Operator.objects.order_by("name"):
            last = f"{row.last_login:%Y-%m-%d %H:%M}" if row.last_login else "–"
            table.add_row(row.name, row.display_name, row.role, "yes" if row.is_active else "no", last)
    Console().print(table)


@app.command("remove")
def remove(name: NameArgument, home: HomeOption = None) -> None:
    """Let somebody in no more. Their name stays in the record of what they did."""
    from parley.store.staff import set_active

    with _writing(home, "parley user remove") as opened:
        set_active(_find(name), _BY, _now(), opened.vault, is_active=False)
    say(f"{name} can no longer log in.", f"{name} 已不能登录。", chinese=here())


@contextmanager
def _writing(home: HomeOption, command: str) -> Iterator[Opened]:
    from parley.run.home import open_home, resolve_home
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    root = resolve_home(home, os.environ)
    opened = open_home(root, os.environ)
    with faults(), writer_lock(root, command):
        yield opened


def _find(name: str) -> Operator:
    from parley.store import models

    row = models.Operator.objects.filter(name=name).first()
    if row is None:
        raise BadInput(
            f"There is no log-in named {name}. See `parley user list`.", f"没有登录名 {name}，见 `parley user list`。"
        )
    return row


def _password(*, one_time: bool) -> str:
    from parley.store.staff import one_time_password

    if one_time:
        return one_time_password()
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password / 密码", hide_input=True, confirmation_prompt=True))


def _show(password: str, *, one_time: bool) -> None:
    if one_time:
        say(f"One-time password: {password}", f"一次性密码：{password}", chinese=here())


def _now() -> datetime:
    return datetime.now(UTC)
