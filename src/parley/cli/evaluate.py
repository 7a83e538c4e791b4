"""`parley evaluate`: how well Parley negotiates, beside others, with borrowers whose budgets it does not see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from parley.errors import BadInput

app = typer.Typer(help="Measure how well Parley does what it is for.", no_args_is_help=True)

_USUAL_CASES = 975
_MOST_CASES = 20_000


CasesOption = Annotated[
    int | None,
    typer.Option(
        "--cases", help="How many borrowers; of a file its first. Default: 975, or all of the file.", show_default=False
    ),
]
PolicyOption = Annotated[
    Path | None,
    typer.Option("--policy", help="The lender's policy (TOML). Default: the one Parley ships.", show_default=False),
]
BorrowersOption = Annotated[
    Path | None,
    typer.Option("--borrowers", help="A case file, one JSON object a line; docs/evaluate.md.", show_default=False),
]
GeneratorOption = Annotated[
    str, typer.Option("--generator", help="a: salaried borrowers, to tune on. b: gig income, several debts, to report.")
]
TranscriptsOption = Annotated[
    Path | None,
    typer.Option(
        "--transcripts",
        help="What another negotiator did, one JSON object a line, to be scored too.",
        show_default=False,
    ),
]
ByTextOption = Annotated[
    bool, typer.Option("--by-text", help="Negotiate by text too: replies in words that must be read.")
]
SensitivityOption = Annotated[
    bool, typer.Option("--sensitivity", help="Move each assumption to both ends: which decides the ranking?")
]


@app.command("negotiation")
def negotiation(
    *,
    cases: CasesOption = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same run.")] = 1,
    policy: PolicyOption = None,
    borrowers: BorrowersOption = None,
    generator: GeneratorOption = "b",
    transcripts: TranscriptsOption = None,
    by_text: ByTextOption = False,
    sensitivity: SensitivityOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures only, as one JSON object.")] = False,
) -> None:
    """Let Parley and nine other negotiators meet the same simulated borrowers; print RNE-13 with 95 % intervals.

    Borrowers, their answers and what they pay are assumptions, listed in docs/evaluate.md: the figures compare
    negotiators in one simulator and nothing else. Needs no home.
    """
    from parley.cli.evaluate_figures import print_figures
    from parley.run.evaluating import evaluate as run
    from parley.run.evaluating.files import read_borrowers, read_transcripts
    from parley.simulation.rne13.generate import Generator

    _check(cases, generator)
    files = run.simulation_files()
    if borrowers is not None:
        met = read_borrowers(borrowers)[:cases]
    else:
        met = run.drawn(files, Generator(generator), seed, cases or _USUAL_CASES)
    others = read_transcripts(transcripts, met) if transcripts is not None else None
    bench = run.bench_of(met, files, seed, policy)
    figures = _measured(bench, others, by_text=by_text, sensitivity=sensitivity)
    figures = {
        "cases": len(met),
        "seed": seed,
        "borrowers": borrowers.name if borrowers is not None else f"generator {generator}",
        "policy": bench.library.policy.id,
        **figures,
    }
    if as_json:
        typer.echo(json.dumps(figures, indent=2))
    else:
        print_figures(figures)


def _check(cases: int | None, generator: str) -> None:
    if cases is not None and not 1 <= cases <= _MOST_CASES:
        raise BadInput(
            f"--cases must be from 1 to {_MOST_CASES}. Choose another number.",
            f"--cases 须为 1 至 {_MOST_CASES}，请改用其他数值。",
        )
    if generator not in {"a", "b"}:
        raise BadInput("--generator must be a or b.", "--generator 须为 a 或 b。")


def _measured(bench: Any, others: Any, *, by_text: bool, sensitivity: bool) -> dict[str, Any]:  # noqa: ANN401 - see `run`
    """Run the evaluation under a bar of progress, which is no part of what is printed."""
    from rich.console import Console
    from rich.progress import Progress

    from parley.run.evaluating import figures as made
    from parley.run.evaluating.evaluate import evaluate
    from parley.run.evaluating.sensitivity import sensitivity as tried
    from parley.run.evaluating.sensitivity import standing_of
    from parley.simulation.rne13.metrics import resamples

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("parley", total=None)
        records = evaluate(
            bench,
            by_text=by_text,
            transcripts=others,
            progress=lambda name: bar.update(task, description=name, advance=1),
        )
        counts = resamples(len(bench.cases), bench.seed)
        found: dict[str, Any] = {
            "policies": made.policy_figures(records, counts, bench.cases),
            "parley_ahead_by": made.lead_figures(records, counts),
        }
        if sensitivity:
            base = standing_of(records)
            rows = tried(bench, base, lambda name: bar.update(task, description=name, advance=1))
            found["sensitivity"] = made.sensitivity_figures(base, rows)
    return found
