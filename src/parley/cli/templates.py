"""`parley templates`: whether our texts may go out, and what of them is to be registered."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parley.cli.options import HomeOption
from parley.cli.speech import here, say

if TYPE_CHECKING:
    from parley.engine.approval import Asked, NotApproved, Objection, Verdict
    from parley.engine.library import Library
    from parley.run.approving import Audience

app = typer.Typer(
    help="Texts: whether law, provider and registrations let them out; what to register.", no_args_is_help=True
)

Provider = Annotated[
    str, typer.Option(help="Ask for this provider of the rulebook. Default: that of the settings.", show_default=False)
]
Countries = Annotated[
    list[str] | None,
    typer.Option("--country", help="Ask for this place alone; may be repeated. Default: those of the book."),
]


@app.command("check")
def check(
    provider: Provider = "",
    country: Countries = None,
    *,
    sizes: Annotated[bool, typer.Option("--sizes", help="List each text with its segments and price.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    home: HomeOption = None,
) -> None:
    """Ask of every text whether it may go out to the places, in the languages and about the products of the book.

    Judges what the text says, what the provider carries, and what is registered (registrations.toml), and counts its
    segments: at worst by its tree, and over the accounts of the book. Ends with 1 where a text may not go out.
    """
    from parley.cli.templates_sizes import facts, show_sizes
    from parley.engine.approval import NotApproved
    from parley.run.approving import check_templates
    from parley.run.sizing import readers, size_texts
    from parley.store.faults import faults

    opened = _open(home, provider, country or [])
    library, today = opened.library, opened.now.date()
    verdicts = list(check_templates(opened.audiences, library, opened.now))
    with faults():
        found = readers(today)
    texts = list(size_texts(found, library, today, opened.audiences[0].jurisdiction))
    if as_json:
        typer.echo(facts(verdicts, texts, found, library, opened.price_micro))
    else:
        for audience, some in groupby(verdicts, key=_audience):
            _show(audience, list(some), library)
        show_sizes(texts, found, opened.price_micro, is_each=sizes)
    if any(isinstance(one, NotApproved) for one in verdicts):
        raise typer.Exit(1)


@app.command("draft")
def draft(
    country: Annotated[str, typer.Option("--country", help="The place whose registry wants the texts.")],
    provider: Provider = "",
    home: HomeOption = None,
) -> None:
    """Print every text as it is to be registered, as tables for registrations.toml; the ids are left to fill in."""
    from parley.run.approving import Audience, texts_to_register

    opened = _open(home, provider, [country])
    for language in dict.fromkeys(one.language for one in opened.audiences):
        for table in texts_to_register(Audience(country, language), opened.library, opened.now.date().isoformat()):
            typer.echo(f"{table}\n")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The registry's list: CSV with a line of headings.")],
    country: Annotated[str, typer.Option("--country", help="The place of rows that do not say it.")] = "",
    purpose: Annotated[
        list[str] | None, typer.Option("--purpose", help="What rows that do not say it are for; may be repeated.")
    ] = None,
    provider: Annotated[
        list[str] | None, typer.Option("--provider", help="Where rows that do not say it count. Default: everywhere.")
    ] = None,
    since: Annotated[str, typer.Option("--since", help="The first day of rows that do not say it.")] = "",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be added; write nothing.")] = False,
    home: HomeOption = None,
) -> None:
    """Add a registry's list of texts to registrations.toml. The same list again adds nothing.

    Each row that cannot be is refused with its line; the others are taken. Ends with 1 where one was refused.
    """
    from parley.run.home import open_home, resolve_home
    from parley.run.registering import Given, add_tables, read_list, take_rows
    from parley.run.rulebooks import rulebook_in_use

    opened = open_home(resolve_home(home, os.environ), os.environ)
    given = Given(" ".join(provider or ["all"]), country, " ".join(purpose or []), since)
    carriers = rulebook_in_use(opened.home.rulebook).carriers
    taken = take_rows(read_list(file), file.name, opened.registrations, given, carriers)
    chinese = here()
    for row in taken.refused:
        say(f"{file.name}, line {row.line}: {row.en}", f"{file.name} 第 {row.line} 行：{row.zh}", chinese=chinese)
    if taken.added and not dry_run:
        add_tables(opened.home.registrations_file, opened.registrations, taken.tables)
    said, said_zh = ("would be added", "将新增") if dry_run else ("added", "已新增")
    say(
        f"{taken.added} {said}, {taken.unchanged} known already, {len(taken.refused)} refused.",
        f"{said_zh} {taken.added} 条，原已登记 {taken.unchanged} 条，拒绝 {len(taken.refused)} 条。",
        chinese=chinese,
    )
    if taken.refused:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Opened:
    """What is asked about: the texts of a home, to whom, and when. `price_micro`: of a segment."""

    library: Library
    audiences: tuple[Audience, ...]
    now: datetime
    price_micro: int


def _open(home: HomeOption, provider: str, countries: list[str]) -> _Opened:
    """Return the library of a home, with another provider where one is asked for, whom to ask for, and the instant."""
    from parley.contact.routes import single
    from parley.errors import BadInput
    from parley.run.approving import Audience, audiences_of
    from parley.run.clock import open_clock
    from parley.run.home import open_home, resolve_home
    from parley.run.texts_in_use import library_of
    from parley.store.audiences import audiences
    from parley.store.faults import faults

    opened = open_home(resolve_home(home, os.environ), os.environ)
    library = library_of(opened)
    carriers = library.rulebook.carriers
    if provider and provider not in carriers:
        allowed = ", ".join(sorted(carriers))
        raise BadInput(
            f"No provider {provider!r} is in the rulebook. Name one of: {allowed}.",
            f"规则库中没有通道 {provider!r}。可选：{allowed}。",
        )
    if provider:
        library = replace(library, route=replace(library.route, provider=provider), routes=single(provider, 0))
    with faults():
        found = audiences_of(audiences(), opened.settings.lender.jurisdiction)
    if countries:
        spoken = sorted({(one.language, one.product) for one in found})
        found = tuple(
            asked
            for place in countries
            for asked in [one for one in found if one.jurisdiction == place]
            or [Audience(place, language, product) for language, product in spoken]
        )
    now = open_clock(opened.home, opened.settings).now()
    return _Opened(library, found, now, opened.settings.messages.cost_per_segment_micro)


def _audience(verdict: Verdict) -> Audience:
    from parley.run.approving import Audience

    return Audience(verdict.asked.jurisdiction, verdict.asked.language, verdict.asked.product)


def _show(audience: Audience, verdicts: list[Verdict], library: Library) -> None:
    """Print what was found for one audience, rule by rule."""
    from parley.engine.approval import NotApproved

    refused = [one for one in verdicts if isinstance(one, NotApproved)]
    provider, chinese = next((one.provider for one in [*refused, *verdicts]), library.route.provider), here()
    carrier = library.rulebook.carriers.get(provider)
    name_en, name_zh = (carrier.name.en, carrier.name.zh) if carrier is not None else (provider, provider)
    whom = " ".join(filter(None, [audience.jurisdiction, audience.language.value, audience.product]))
    approved, of = len(verdicts) - len(refused), len(verdicts)
    say(
        f"{whom} by {name_en}: {approved} of {of} texts approved",
        f"{whom}，经 {name_zh}：{of} 条文案中 {approved} 条获准",
        chinese=chinese,
    )
    for objection, asked in _by_objection(refused):
        name = objection.rule_id or objection.reason_code
        source = f" [{objection.citation}]" if objection.citation else ""
        say(f"  {name}: {objection.text.en}{source}", f"  {name}：{objection.text.zh}{source}", chinese=chinese)
        typer.echo("    " + ", ".join(f"{one.key} ({one.purpose})" for one in asked))


def _by_objection(refused: Iterable[NotApproved]) -> list[tuple[Objection, list[Asked]]]:
    found: defaultdict[Objection, list[Asked]] = defaultdict(list)
    for verdict in refused:
        for objection in verdict.objections:
            found[objection].append(verdict.asked)
    return list(found.items())
