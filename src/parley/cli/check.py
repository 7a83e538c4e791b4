"""`parley check`: case files against the program. Each difference is printed; the exit code says whether any was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from parley.cli.speech import here, say

app = typer.Typer(help="Check case files: published figures, cases of law, labelled replies.", no_args_is_help=True)


@app.command("maths")
def maths(
    file: Annotated[Path, typer.Argument(help="A case file (YAML); docs/arithmetic.md says what it may hold.")],
) -> None:
    """Compute every case of FILE, print what differs. Ends with 1 where anything does."""
    from parley.run.case_files import read_case_file
    from parley.servicing.cases.run import run_cases

    outcome = run_cases(read_case_file(file))
    for failure in outcome.failures:
        typer.echo(failure.line)
    _end(outcome.passed, outcome.failed)


@app.command("rules")
def rules(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Scenario files (YAML); docs/rules.md says what they hold.")
    ],
    rulebook: Annotated[
        Path | None,
        typer.Option("--rulebook", help="A folder of rule files. Default: the rules Parley ships.", show_default=False),
    ] = None,
) -> None:
    """Judge every scenario of each FILE by the law alone, all rules binding; print what is decided otherwise.

    Each difference names the rules that decided and how their source was read. Ends with 1 where there is any.
    """
    from parley.contact.scenario_run import run_scenarios
    from parley.run.library import build_words
    from parley.run.scenario_files import law, read_scenario_file

    read = [read_scenario_file(file) for file in files]
    book, words = law(rulebook), build_words()
    outcomes = [run_scenarios(scenarios, book, words) for scenarios in read]
    for outcome in outcomes:
        for difference in outcome.differences:
            for line in difference.lines:
                typer.echo(line)
    _end(sum(outcome.passed for outcome in outcomes), sum(outcome.failed for outcome in outcomes))


@app.command("replies")
def replies(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Labelled replies, one JSON object a line; docs/reading.md."),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures only, as one JSON object.")] = False,
) -> None:
    """Read every reply of each FILE and score the readings: what differs, the figures, which intent was read as which.

    A line passes where intent, slots, stop, risk, legal and the flags agree. Ends with 1 where any does not.
    """
    from parley.cli.reply_figures import figure_lines
    from parley.run.library import build_reader
    from parley.run.reply_files import check_replies, read_reply_file

    lines = [line for file in files for line in read_reply_file(file)]
    outcome = check_replies(lines, build_reader())
    if as_json:
        typer.echo(json.dumps(outcome.figures.as_json(), indent=2))
        raise typer.Exit(1 if outcome.failed else 0)
    for failure in outcome.failures:
        typer.echo(failure)
    for line in figure_lines(outcome.figures):
        typer.echo(line)
    if outcome.not_understood:
        count = outcome.not_understood
        say(f"{count} lines not understood, in no figure", f"{count} 行无法理解，未计入指标", chinese=here())
    _end(outcome.passed, outcome.failed)


def _end(passed: int, failed: int) -> None:
    say(f"{passed} passed, {failed} failed", f"通过 {passed}，失败 {failed}", chinese=here())
    if failed:
        raise typer.Exit(1)
