"""The thirteen metrics of RNE-13 and what is reported beside them, with bootstrap intervals over cases.

Averages run over all cases unless "agreed only" is said: a talk that leads to nothing costs. Money enters as whole
minor units and leaves as a ratio. `docs/evaluate.md` defines every name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from parley.simulation.rne13.case import WHOLE_BPS, BorrowerCase
from parley.simulation.rne13.ledger import NEVER, Books, Households, Ratio, Truth, Whole
from parley.simulation.rne13.talk import Closed, Talk

Counts = npt.NDArray[np.float64]

RESAMPLES: Final = 1_000
_OUTER: Final = (2.5, 97.5)
_MOST_AT_ONCE: Final = 2_000_000
# In the order in which they are printed.
METRICS: Final = (
    "DC", "DS", "MTA", "SRR", "RR", "RR_agreed", "QRD", "HRD", "CD", "L1D", "L2D", "ATV", "CRI", "DHI", "CCI",
    "L1D_caused", "L2D_caused", "deal_rate", "mean_discount", "npv_share", "plan_break_rate",
    "affordability_violation_rate", "messages_to_agreement",
)  # fmt: skip
# What may be missing: without one agreement there is nothing to average.
AGREED_ONLY: Final = frozenset(
    "RR_agreed L1D L2D ATV L1D_caused L2D_caused mean_discount plan_break_rate affordability_violation_rate "
    "messages_to_agreement".split()
)


@dataclass(frozen=True, slots=True)
class Record:
    """What a negotiator brought about, one row for each case. Units: minor units, days, messages."""

    agreed: Truth
    closed: Truth
    messages: Whole
    segments: Whole
    bad_messages: Whole
    payable: Whole
    discount_bps: Whole
    too_dear: Truth
    books: Books
    idle: Books
    balance: Whole
    horizon_days: int
    cap_atv: int
    violations: Counter[str]


def record_of(households: Households, talks: Sequence[Talk], books: Books, idle: Books) -> Record:
    """Return the record of *talks*; *books* are what came of them, *idle* what had come without any plan."""
    agreements = [talk.agreement for talk in talks]
    pairs = list(zip(households.cases, agreements, strict=True))
    violations: Counter[str] = Counter()
    for case, talk in zip(households.cases, talks, strict=True):
        violations.update(talk.violations)
        if talk.agreement is not None and case.for_a_person:
            violations["machine_agreement"] += 1
    return Record(
        agreed=np.array([each is not None for each in agreements], dtype=np.bool_),
        closed=np.array([talk.closed is not Closed.SILENT for talk in talks], dtype=np.bool_),
        messages=np.array([talk.messages for talk in talks], dtype=np.int64),
        segments=np.array([talk.segments for talk in talks], dtype=np.int64),
        bad_messages=np.array([talk.bad_messages for talk in talks], dtype=np.int64),
        payable=np.array([each.total_minor if each else 0 for each in agreements], dtype=np.int64),
        discount_bps=np.array([each.discount_bps(case.balance_minor) if each else 0 for case, each in pairs]),
        too_dear=np.array([each is not None and _is_too_dear(case, each.largest_minor) for case, each in pairs]),
        books=books,
        idle=idle,
        balance=households.balance,
        horizon_days=households.parameters.horizon_days,
        cap_atv=households.parameters.cap_atv,
        violations=violations,
    )


def _is_too_dear(case: BorrowerCase, largest: int) -> bool:
    return largest > max(0, case.surplus_minor)


def metrics_of(record: Record, chosen: Truth | None = None) -> dict[str, float | None]:
    """Return every metric by name over the *chosen* cases, by default all; None where there is nothing to average."""
    counts = np.ones(len(record.agreed)) if chosen is None else chosen.astype(np.float64)
    table = _table(record, counts[np.newaxis, :])
    return {name: None if np.isnan(table[name][0]) else _plain(table[name][0]) for name in METRICS}


def _plain(value: np.float64) -> float:
    return round(value.item(), 6)


def resamples(count: int, seed: int, times: int = RESAMPLES) -> Counts:
    """Return how often each of *count* cases stands in each of *times* resamples. Shape: (times, count)."""
    assert count * times <= _MOST_AT_ONCE * RESAMPLES, "a table of resamples that fits"
    dice = np.random.default_rng([seed, count, 13])
    return dice.multinomial(count, np.full(count, 1 / count), size=times).astype(np.float64)


def intervals_of(record: Record, counts: Counts) -> dict[str, tuple[float, float] | None]:
    """Return the 95 % bootstrap interval of every metric over the resamples *counts*."""
    return {name: _interval(values) for name, values in _table(record, counts).items()}


def difference_of(one: Record, other: Record, counts: Counts, name: str) -> tuple[float, float] | None:
    """Return the 95 % interval of metric *name* of *one* less that of *other*, over the same resamples of cases."""
    return _interval(_table(one, counts)[name] - _table(other, counts)[name])


def _interval(values: Ratio) -> tuple[float, float] | None:
    held = values[~np.isnan(values)]
    if not len(held):
        return None
    low, high = np.percentile(held, _OUTER)
    return _plain(low), _plain(high)


def _table(record: Record, counts: Counts) -> dict[str, Ratio]:
    """Return every metric for each row of *counts*: how often each case is counted."""
    agreed, books = record.agreed, record.books
    horizon = record.horizon_days
    cases, deals = counts.sum(axis=1), counts @ agreed.astype(np.float64)

    def over_all(values: npt.NDArray[np.generic]) -> Ratio:
        return _ratio(counts @ values.astype(np.float64), cases)

    def of_deals(values: npt.NDArray[np.generic]) -> Ratio:
        return _ratio(counts @ np.where(agreed, values, 0).astype(np.float64), deals)

    recovered = np.minimum(books.paid, record.balance)
    table = {
        "DC": over_all(record.closed),
        "DS": 1 - _ratio(counts @ record.bad_messages, counts @ record.messages),
        "MTA": over_all(record.segments),
        "SRR": over_all(agreed & (books.paid >= record.payable)),
        "RR": _ratio(counts @ recovered.astype(np.float64), counts @ record.balance.astype(np.float64)),
        "RR_agreed": 1 - of_deals(record.discount_bps) / WHOLE_BPS,
        "deal_rate": over_all(agreed),
        "mean_discount": of_deals(record.discount_bps) / WHOLE_BPS,
        "npv_share": _ratio(counts @ (books.worth * record.balance), counts @ record.balance.astype(np.float64)),
        "plan_break_rate": of_deals(books.broken),
        "affordability_violation_rate": of_deals(record.too_dear),
        "L1D": of_deals(books.low_days),
        "L2D": of_deals(books.very_low_days),
        "L1D_caused": of_deals(books.low_days - record.idle.low_days),
        "L2D_caused": of_deals(books.very_low_days - record.idle.very_low_days),
        "ATV": _median(books.variance, agreed, counts),
        "messages_to_agreement": _median(record.messages.astype(np.float64), agreed, counts),
    }
    for name, quarters in (("QRD", 1), ("HRD", 2), ("CD", 4)):
        first = books.reached[quarters]
        table[name] = over_all(np.where(first == NEVER, horizon, first))
    return _composed(table, horizon, record.cap_atv)


def _composed(table: dict[str, Ratio], horizon: int, cap_atv: int) -> dict[str, Ratio]:
    """Add the composites. Without an agreement no plan has done harm: DHI is 1, and CRI says the rest."""
    soon = 1 - (table["QRD"] + table["HRD"] + table["CD"]) / (3 * horizon)
    table["CRI"] = (table["SRR"] + table["RR"] + soon) / 3
    low, very_low, spread = (np.nan_to_num(table[name]) for name in ("L1D_caused", "L2D_caused", "ATV"))
    table["DHI"] = 1 - (low / horizon / 4 + very_low / horizon / 2 + np.minimum(1, spread / cap_atv) / 4)
    both = table["CRI"] + table["DHI"]
    table["CCI"] = np.where(both > 0, 2 * table["CRI"] * table["DHI"] / np.where(both > 0, both, 1), 0)
    return {name: table[name] for name in METRICS}


def _ratio(above: Ratio, below: Ratio) -> Ratio:
    """Return *above* / *below*, not a number where there is nothing to divide by."""
    out = np.full(len(above), np.nan)
    np.divide(above, below, out=out, where=below > 0)
    return out


def _median(values: Ratio, agreed: Truth, counts: Counts) -> Ratio:
    """Return the median of the agreed for each row of *counts*: of an even number the mean of the middle two."""
    held = np.flatnonzero(agreed)
    if not len(held):
        return np.full(len(counts), np.nan)
    order = held[np.argsort(values[held], kind="stable")]
    sums = np.cumsum(counts[:, order], axis=1)
    total = sums[:, -1]
    lower = np.argmax(sums >= np.maximum(1, np.floor((total + 1) / 2))[:, np.newaxis], axis=1)
    upper = np.argmax(sums >= np.maximum(1, np.floor(total / 2) + 1)[:, np.newaxis], axis=1)
    middle: Ratio = (values[order[lower]] + values[order[upper]]) / 2
    return np.where(total > 0, middle, np.nan)


def segments_of(cases: Sequence[BorrowerCase]) -> Mapping[str, Mapping[str, Truth]]:
    """Return who belongs to which segment: by kind of segment, then by name."""
    named = {
        "jurisdiction": [case.jurisdiction for case in cases],
        "product": [case.product.value for case in cases],
        "lateness": [_lateness(case.days_past_due) for case in cases],
        "income": [case.income_every.value for case in cases],
        "style": [case.style.value for case in cases],
    }
    return {
        kind: {name: np.array([each == name for each in names], dtype=np.bool_) for name in sorted(set(names))}
        for kind, names in named.items()
    }


def _lateness(days: int) -> str:
    for least, name in ((90, "90+"), (60, "60-89"), (30, "30-59"), (1, "1-29")):
        if days >= least:
            return name
    return "current"
