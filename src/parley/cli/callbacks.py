"""`parley callbacks`: what carriers post to; docs/inbound.md."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from parley.cli.options import HomeOption
from parley.cli.speech import here, say
from parley.errors import BadInput

app = typer.Typer(help="The door for carriers.", no_args_is_help=True)


@app.callback()
def callbacks() -> None:
    """Take receipts and texts that carriers post."""


@app.command("secret")
def secret(
    route: Annotated[str, typer.Argument(help="The name of the route, of inbound.routes or routes.toml.")],
    home: HomeOption = None,
) -> None:
    """Make the secret that callbacks of ROUTE are signed with, and print it once: give it to whoever posts them.

    Of a carrier that signs nothing the token is printed that stands behind /in/ROUTE/ in the address it posts to. One
    that is there holds too, until its line is deleted from the key file: so the other side changes over at leisure.
    """
    from parley.providers.tokens import token_of
    from parley.run.home import Home, key_source, read_settings, resolve_home
    from parley.run.provider_look import routes_known_by_secret, takes_token
    from parley.store.keys import KeyFiles, callback_key, create_webhook_secret, variable_of

    at = Home(resolve_home(home, os.environ))
    settings = read_settings(at)
    signed, known = settings.inbound.routes.split(), routes_known_by_secret(at)
    if route not in {*signed, *known}:
        listed = ", ".join([*signed, *known]) or "-"
        raise BadInput(
            f"There is no route {route!r} that needs one: inbound.routes and routes.toml name {listed}. Write it there "
            "first.",
            f"没有需要密钥的路由 {route!r}：inbound.routes 与 routes.toml 中为 {listed}。请先写明。",
        )
    source, name = key_source(at, settings, os.environ), callback_key(route)
    if not isinstance(source, KeyFiles):
        raise BadInput(
            "The keys of this home come from the environment or a command: put the secret there, as whsec_ and base64 "
            f"of 24 to 64 bytes, under {variable_of(name)} or {name}.",
            f"此主目录的密钥来自环境变量或命令：请在该处以 {variable_of(name)} 或 {name} 提供密钥，"
            "格式为 whsec_ 加上 24 至 64 字节的 base64。",
        )
    made = create_webhook_secret(source.folder, name)
    typer.echo(token_of(made) if route in known and takes_token(at, route) else made)
    say(
        "Running processes verify with it from their next start.",
        "正在运行的进程在下次启动后使用该密钥。",
        chinese=here(),
        is_error=True,
    )
