"""`parley`: one program, one table of commands. A fault ends it with one clear sentence and the fault's exit code."""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated, Final

import typer

from parley.cli import (
    audit,
    callbacks,
    campaigns,
    check,
    demonstration,
    evaluate,
    explain,
    home,
    importing,
    lender,
    numbers,
    operations,
    provider,
    reading,
    replies,
    rules,
    sending,
    sms,
    templates,
    users,
)
from parley.cli.speech import complain, is_chinese, lang_first
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
app.command("explain")(explain.explain)
app.command("read")(reading.read_text)
app.command("demo")(demonstration.demo)
app.add_typer(campaigns.app, name="campaign")
app.add_typer(users.app, name="user")
app.add_typer(audit.app, name="audit")
app.add_typer(check.app, name="check")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(lender.app, name="lender")
app.add_typer(callbacks.app, name="callbacks")
app.add_typer(numbers.app, name="numbers")
app.add_typer(provider.app, name="provider")
app.add_typer(replies.app, name="replies")
app.add_typer(rules.app, name="rules")
app.add_typer(sending.app, name="sending")
app.add_typer(sms.app, name="sms")
app.add_typer(templates.app, name="templates")


# A command makes very many small values that do not outlive a step. By the defaults (700, 10, 10) the collector looked
# at them 10,000 times in a demonstration of six days and took 14 % of its time (measured 2026-11).
COLLECT_AFTER: Final = (50_000, 10, 10)
"""After how many new values, and rounds of each generation, the collector looks."""


def main() -> None:
    """Run the command line."""
    gc.set_threshold(*COLLECT_AFTER)
    try:
        app(args=lang_first(sys.argv[1:]))
    except ParleyError as error:
        complain(error, chinese=is_chinese(sys.argv[1:], os.environ))
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
