"""`parley`: one program, one table of commands. A fault ends it with one clear sentence and the fault's exit code."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from parley.cli import audit, campaigns, demonstration, home, importing, operations
from parley.cli.speech import complain, is_chinese
from parley.errors import ParleyError

app = typer.Typer(
    name="parley",
    help="Parley 和议: agrees repayment with borrowers by text, inside law and policy.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _everywhere(
    lang: Annotated[
        str, typer.Option("--lang", help="zh: speak Chinese beside English. Default: LANG.", show_default=False)
    ] = "",
) -> None:
    """Take the options of every command; `--lang` is read by `speech`."""


app.command("init")(home.init)
app.command("doctor")(home.doctor)
app.command("migrate")(home.migrate)
app.command("settings")(home.settings)
app.command("import")(importing.import_)
app.command("nightly")(operations.nightly)
app.command("serve")(operations.serve)
app.command("receive")(operations.receive)
app.command("work")(operations.work)
app.command("send")(operations.send)
app.command("demo")(demonstration.demo)
app.add_typer(campaigns.app, name="campaign")
app.add_typer(audit.app, name="audit")


def main() -> None:
    """Run the command line."""
    try:
        app()
    except ParleyError as error:
        complain(error, chinese=is_chinese(sys.argv[1:], os.environ))
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
