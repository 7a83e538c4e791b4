"""`parley explain`: what was decided about a message or a borrower, by which rules, on which facts, in one language.

Ids, codes, counts and times only: no text, number or name is opened.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

import typer

from parley.cli.options import HomeOption
from parley.cli.speech import language_here


def explain(
    what: Annotated[
        str, typer.Argument(metavar="MESSAGE|BORROWER", help="The id of a message, or your reference of a borrower.")
    ],
    home: HomeOption = None,
) -> None:
    """Say what the gate decided at each stage: every rule that said no, its source, the facts, when next allowed.

    Speaks one language: --lang, else LANG. Opens no text, number or name.
    """
    from parley.errors import BadInput
    from parley.run.home import open_home, resolve_home
    from parley.run.rulebooks import rulebook_in_use, rulebook_of
    from parley.store.decisions import decided_message, histories
    from parley.store.faults import faults
    from parley.web.telling import Telling

    opened = open_home(resolve_home(home, os.environ), os.environ)
    telling = Telling(language_here(), rulebook_in_use(opened.home.rulebook), rulebook_of)
    with faults():
        message = decided_message(UUID(what)) if _is_id(what) else None
        found = [] if message is not None else histories(what.strip(), opened.vault)
        if message is None and not found:
            raise BadInput(
                "There is no message with this id and no borrower or account with this reference. Copy the id of a "
                "message from its thread, or write the reference as it was imported.",
                "没有此编号的短信，也没有此编号的借款人或账户。请从对话中复制短信编号，或按导入时的写法填写编号。",
            )
        if message is not None:
            _print(telling.message(message))
        for history in found:
            _print(telling.history(history))


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        typer.echo(line)
