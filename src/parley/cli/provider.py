"""`parley provider`: the routes by which messages leave, and what keeps one from carrying; docs/routes.md."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from parley.cli.options import HomeOption
from parley.cli.speech import here, say
from parley.errors import BadInput

app = typer.Typer(help="Carriers and routes.", no_args_is_help=True)
RouteName = Annotated[str, typer.Argument(help="The name of a route in routes.toml.")]


@app.callback()
def provider() -> None:
    """Look after the routes by which messages leave."""


@app.command("kinds")
def kinds(kind: Annotated[str, typer.Argument(help="One kind; without it all are listed.")] = "") -> None:
    """List the kinds of carrier this version can drive, or what one declares of itself."""
    from parley.providers.kinds import KINDS
    from parley.run.provider_look import described

    if kind and kind not in KINDS:
        allowed = ", ".join(sorted(KINDS))
        raise BadInput(f"{kind!r} is none of {allowed}.", f"{kind!r} 不是以下之一：{allowed}。")
    for each in [KINDS[kind]] if kind else KINDS.values():
        typer.echo("\n".join(described(each.declared, is_whole=bool(kind), chinese=here())))


@app.command("check")
def check(
    name: RouteName,
    home: HomeOption = None,
    ask: Annotated[  # noqa: FBT002 - an option of the command line
        bool, typer.Option("--ask/--no-ask", help="Ask the carrier whether it knows us; nothing is sent.")
    ] = True,
) -> None:
    """Say what is missing for route NAME to carry, and what to do about each thing; ends with 1 where something is."""
    from parley.run.clock import open_clock
    from parley.run.home import Home, key_source, read_settings, resolve_home
    from parley.run.provider_look import look

    at = Home(resolve_home(home, os.environ))
    settings = read_settings(at)
    chinese, is_well = here(), True
    today = open_clock(at, settings).now().date()
    for each in look(at, settings, key_source(at, settings, os.environ), name, today, asks=ask):
        is_well &= each.is_well
        typer.echo(f"{'✓' if each.is_well else '✗'} {each.zh if chinese else each.en}")
    if not is_well:
        raise typer.Exit(1)


@app.command("secret")
def secret(
    name: RouteName,
    key: Annotated[str, typer.Argument(help="Which secret, such as password or auth_token.")],
    home: HomeOption = None,
) -> None:
    """Keep the secret KEY of route NAME: it is asked for and not shown, or read from standard input."""
    from parley.run.home import Home, key_source, read_settings, resolve_home
    from parley.run.provider_look import secret_names
    from parley.store.keys import KeyFiles, keep_route_secret, route_key, variable_of

    at = Home(resolve_home(home, os.environ))
    settings = read_settings(at)
    wanted = secret_names(at, name)
    if key not in wanted:
        listed = ", ".join(wanted) or "-"
        raise BadInput(
            f"Route {name} has no secret {key!r}; it has {listed}.", f"通道 {name} 没有密钥 {key!r}；它有 {listed}。"
        )
    source = key_source(at, settings, os.environ)
    if not isinstance(source, KeyFiles):
        called = route_key(name, key)
        raise BadInput(
            "The keys of this home come from the environment or a command: put the secret there, under "
            f"{variable_of(called)} or {called}.",
            f"此主目录的密钥来自环境变量或命令：请在该处以 {variable_of(called)} 或 {called} 提供密钥。",
        )
    given = typer.prompt(key, hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    if not given.strip():
        raise BadInput("Nothing was given; nothing was changed.", "未输入内容，未作更改。")
    keep_route_secret(source.folder, name, key, given.strip())
    say(
        "It is kept. Running processes use it from their next start.",
        "已保存。正在运行的进程在下次启动后使用。",
        chinese=here(),
    )
