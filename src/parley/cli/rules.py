"""`parley rules`: work on rule files before they bind anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from parley.cli.replay import replay
from parley.cli.speech import here, say

app = typer.Typer(help="Work on rule files: the law and the lender's policy as data.", no_args_is_help=True)

app.command("replay")(replay)


@app.command("lint")
def lint(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of rule files; without it the rules Parley ships.")
    ] = None,
    cases: Annotated[
        Path | None, typer.Option(help="The folder of their cases, of the same paths; in a clone: tests/rules.")
    ] = None,
) -> None:
    """Read every rule file, refuse what is mistyped, and print what is wrong with the rest.

    Wrong is: two rules that contradict each other in one layer; and with --cases a rule without cases on both sides,
    or without the boundary cases of one of its numbers and dates. Ends with 1 where anything is.
    """
    from parley.contact.lint import lint as find
    from parley.contact.lint import places_of
    from parley.contact.rule_cases import read_rule_cases
    from parley.rulebook.load import load_rulebook
    from parley.run.library import build_words
    from parley.run.rule_files import rule_files, toml_files

    files = rule_files(folder)
    rulebook = load_rulebook(files)
    read = read_rule_cases(toml_files(cases)) if cases is not None else None
    findings = find(rulebook, places_of(files), read, build_words())
    chinese = here()
    for one in findings:
        place = f"{one.place}: " if one.place else ""
        say(place + one.en, place + one.zh, chinese=chinese)
    tried = (
        (f"{len(read)} cases", f"{len(read)} 个案例")
        if read is not None
        else ("their cases not checked (--cases)", "未核对案例（--cases）")
    )
    say(
        f"{len(rulebook.rules)} rules, {tried[0]}, {len(findings)} findings",
        f"{len(rulebook.rules)} 条规则，{tried[1]}，{len(findings)} 项问题",
        chinese=chinese,
    )
    if findings:
        raise typer.Exit(1)
