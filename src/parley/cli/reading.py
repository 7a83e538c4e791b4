"""`parley read`: what Parley understands of a reply, which words of it, and why. Needs no home and stores nothing."""

from __future__ import annotations

from typing import Annotated

import typer

from parley.cli.speech import language_here


def read_text(
    text: Annotated[str, typer.Argument(help="The reply. After --, one that begins with a dash.")],
    context: Annotated[
        str, typer.Option("--context", help="Kind of our last message, such as overdue or offer. Default: none.")
    ] = "",
    now: Annotated[
        str, typer.Option("--now", help="Time of the reply, as 2026-11-23T10:15-05:00. Default: now, here.")
    ] = "",
    locale: Annotated[
        str, typer.Option("--locale", help="The borrower's locale. Default: zh-CN where TEXT has Han, else en-US.")
    ] = "",
) -> None:
    """Print the reading of TEXT: intent, slots, the pieces it was read from, and the reasons.

    Speaks one language: --lang, else LANG. Today is the day of --now as it is written.
    """
    from parley.nlu.read import read
    from parley.run.library import build_reader
    from parley.run.reading import context_of
    from parley.web.understood import understood, understood_as

    language = language_here()
    where = context_of(text, context, now, locale)
    reading = read(text, where, build_reader())
    for line in understood(text, reading, language):
        typer.echo(line)
    typer.echo(understood_as(where, language))
