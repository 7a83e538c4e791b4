"""The evaluation itself: every negotiator with every borrower, the days lived, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from parley.engine.library import Library
from parley.locale import language_of
from parley.negotiation.levers import Confirm
from parley.negotiation.policy import load_policy
from parley.run.approving import Audience, texts_to_register
from parley.run.case_files import read_bytes
from parley.run.evaluating.texting import Texting
from parley.run.library import build_library, data_files
from parley.settings import Settings
from parley.simulation.rne13.answer import DISCLOSURES_FILE, Stage, load_disclosures
from parley.simulation.rne13.card import CARD_FILE, Parameters, Rne13Card, load_card
from parley.simulation.rne13.case import BorrowerCase
from parley.simulation.rne13.generate import BORROWERS_FILE, Generator, draw_cases
from parley.simulation.rne13.ledger import Households, live
from parley.simulation.rne13.metrics import Record, metrics_of, record_of
from parley.simulation.rne13.negotiators import BASELINES, SHARES_PERCENT, Negotiator, knowing, negotiate
from parley.simulation.rne13.talk import Ground, Talk
from parley.simulation.world import load_world

PARLEY: Final = "parley"
BY_TEXT: Final = "parley_by_text"
TRANSCRIPTS: Final = "transcripts"
# A Tuesday without holidays in the places that borrowers live in: same seed, same run, whatever today is.
STARTED_ON: Final = date(2026, 12, 1)

# Where no text leaves that is not registered, whoever carries it (in-dlt).
_REGISTRY: Final = frozenset({"IN"})

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bench:
    """What every negotiator finds: the borrowers, the deployment that Parley negotiates with, the data, the seed."""

    cases: Sequence[BorrowerCase]
    library: Library
    card: Rne13Card
    files: Mapping[str, bytes]
    seed: int

    @property
    def stage(self) -> Stage:
        """The data of the borrowers' answers."""
        return Stage(
            self.card.parameters,
            load_world(self.files),
            load_disclosures(self.files[DISCLOSURES_FILE]),
            self.seed,
        )

    def under(self, parameters: Parameters) -> Bench:
        """Return the same bench under other *parameters*."""
        return replace(self, card=replace(self.card, parameters=parameters))


def simulation_files() -> Mapping[str, bytes]:
    """Return the data files of the simulation."""
    return data_files("parley.simulation.data")


def drawn(files: Mapping[str, bytes], generator: Generator, seed: int, count: int) -> list[BorrowerCase]:
    """Return *count* borrowers of *generator* under *seed*."""
    return draw_cases(files[BORROWERS_FILE], generator, seed, count)


def bench_of(cases: Sequence[BorrowerCase], files: Mapping[str, bytes], seed: int, policy: Path | None) -> Bench:
    """Return the bench for *cases*: a deployment with the defaults, and the policy of the file *policy* where one is.

    Raises BadInput where the policy file cannot be read or does not hold together.
    """
    library = build_library(Settings(), registrations=_registrations(cases))
    if policy is not None:
        # The borrowers of an evaluation have no page: where it alone would count, their yes by text stands for it.
        library = replace(library, policy=replace(load_policy(read_bytes(policy)), confirm=Confirm.REPLY))
    return Bench(cases, library, load_card(files[CARD_FILE]), files, seed)


def _registrations(cases: Sequence[BorrowerCase]) -> bytes:
    """Return a file in which every text is registered where the law wants that: what is missing is no negotiator's."""
    spoken = sorted({(place, language_of(case.locale)) for case in cases if (place := _country(case)) in _REGISTRY})
    if not spoken:
        return b""
    library, since = build_library(Settings()), STARTED_ON.isoformat()
    provider = library.route.provider
    sender = (
        '[[sender]]\nid = "{0}"\nproviders = ["{1}"]\ncountry = "{0}"\nname = "EVAL"\nform = "alphanumeric"\n'
        'purposes = ["all"]\nvalid_from = {2}\n'
    )
    tables = [sender.format(place, provider, since) for place in sorted({place for place, _ in spoken})]
    for place, language in spoken:
        tables += texts_to_register(Audience(place, language), library, since, numbered=place)
    return "\n\n".join(tables).encode()


def _country(case: BorrowerCase) -> str:
    return case.jurisdiction.partition("-")[0]


def evaluate(
    bench: Bench,
    *,
    by_text: bool = False,
    transcripts: Mapping[str, Talk] | None = None,
    progress: Progress | None = None,
) -> dict[str, Record]:
    """Return the record of every negotiator by name, Parley's first; *progress* is told the name of each talk's."""
    stage, told = bench.stage, progress or _quiet
    talks = {PARLEY: _ours(bench, stage, PARLEY, told, by_text=False)}
    if by_text:
        talks[BY_TEXT] = _ours(bench, stage, BY_TEXT, told, by_text=True)
    if transcripts is not None:
        talks[TRANSCRIPTS] = [transcripts.get(case.id) or Talk() for case in bench.cases]
    return records_of(bench, talks | _others(bench, stage, told), told)


def _others(bench: Bench, stage: Stage, told: Progress) -> dict[str, list[Talk]]:
    talks: dict[str, list[Talk]] = {}
    pairs = [(case, _ground(case, bench)) for case in bench.cases]
    for negotiator in BASELINES:
        talks[negotiator.value] = []
        for case, ground in pairs:
            talks[negotiator.value].append(negotiate(negotiator, case, ground, stage))
            told(negotiator.value)
    return talks


def records_of(bench: Bench, talks: Mapping[str, Sequence[Talk]], told: Progress) -> dict[str, Record]:
    """Return what comes of *talks* when the days are lived, beside what could come of them at best."""
    households, stage = Households(bench.cases, bench.card.parameters, bench.seed), bench.stage
    pairs = [(case, _ground(case, bench)) for case in bench.cases]
    held = list(talks.values())
    for share in SHARES_PERCENT:
        held.append([knowing(case, ground, stage, share) for case, ground in pairs])
        told(Negotiator.UPPER_BOUND.value)
    idle, *books = live(households, [[None] * len(pairs), *([talk.agreement for talk in row] for row in held)])
    records = [record_of(households, row, lived, idle) for row, lived in zip(held, books, strict=True)]
    bound = max(records[len(talks) :], key=lambda record: metrics_of(record)["CCI"] or 0)
    return {**dict(zip(talks, records, strict=False)), Negotiator.UPPER_BOUND.value: bound}


def _ours(bench: Bench, stage: Stage, name: str, told: Progress, *, by_text: bool) -> list[Talk]:
    held = []
    for case in bench.cases:
        held.append(Texting(case, bench.library, stage, STARTED_ON, by_text).run())
        told(name)
    return held


def _ground(case: BorrowerCase, bench: Bench) -> Ground:
    """Return what the lender lets every negotiator write: its rate for the case, and its lowest."""
    policy, parameters = bench.library.policy, bench.card.parameters
    rate_bps = policy.plan_rate_bps(case.annual_rate_bps, case.days_past_due)
    return Ground(parameters, STARTED_ON, rate_bps, min(rate_bps, policy.floor_rate_bps))


def _quiet(name: str) -> None:
    del name
