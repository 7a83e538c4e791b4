"""The figures of an evaluation as plain values: what `--json` prints, and what the tables are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from parley.run.evaluating.evaluate import BY_TEXT, PARLEY, TRANSCRIPTS
from parley.run.evaluating.sensitivity import Row, Standing
from parley.run.evaluating.watching import KINDS
from parley.simulation.rne13.case import BorrowerCase
from parley.simulation.rne13.metrics import (
    METRICS,
    Counts,
    Record,
    difference_of,
    intervals_of,
    metrics_of,
    segments_of,
)
from parley.simulation.rne13.negotiators import Negotiator

# By which figure a negotiator is measured against the one that knows everything.
SHARE_OF: Final = "CCI"
COMPARED: Final = ("CCI", "RR")
BY_SEGMENT: Final = ("CCI", "RR", "deal_rate", "mean_discount", "L1D_caused")
OURS: Final = frozenset({PARLEY, BY_TEXT, TRANSCRIPTS})


def policy_figures(records: Mapping[str, Record], counts: Counts, cases: Sequence[BorrowerCase]) -> dict[str, Any]:
    """Return the figures of every negotiator by name. Shape: *counts* has a column for each case."""
    measured = {name: metrics_of(record) for name, record in records.items()}
    bound = measured[Negotiator.UPPER_BOUND.value][SHARE_OF]
    segments = segments_of(cases)
    return {
        name: {
            **measured[name],
            "not_written_to": int((record.messages == 0).sum()),
            "upper_bound_share": _share(measured[name][SHARE_OF], bound),
            "violations": {kind: record.violations[kind] for kind in sorted({*KINDS, *record.violations}, key=_place)},
            "intervals": intervals_of(record, counts),
            "segments": {
                kind: {
                    each: {"cases": int(chosen.sum())}
                    | {metric: value for metric, value in metrics_of(record, chosen).items() if metric in BY_SEGMENT}
                    for each, chosen in groups.items()
                }
                for kind, groups in segments.items()
            },
        }
        for name, record in records.items()
    }


def lead_figures(records: Mapping[str, Record], counts: Counts) -> dict[str, Any]:
    """Return by how much Parley is ahead of each other negotiator, with the interval over the same resamples."""
    ours = records[PARLEY]
    return {
        name: {metric: difference_of(ours, record, counts, metric) for metric in COMPARED}
        for name, record in records.items()
        if name != PARLEY
    }


def sensitivity_figures(base: Standing, rows: Sequence[Row]) -> dict[str, Any]:
    """Return the table of assumptions."""
    return {
        "base": _standing(base),
        "rows": [
            {
                "parameter": row.range.name,
                "value": row.value,
                "low": {"value": row.range.low, **_standing(row.low)},
                "high": {"value": row.range.high, **_standing(row.high)},
                "flips_between": row.flips_between,
            }
            for row in rows
        ],
    }


def _standing(one: Standing) -> dict[str, Any]:
    return {"parley": one.parley, "best": one.best, "best_name": one.best_name, "leads": one.leads}


def _share(value: float | None, bound: float | None) -> float | None:
    return round(value / bound, 6) if value is not None and bound else None


def _place(kind: str) -> tuple[int, str]:
    return (KINDS.index(kind) if kind in KINDS else len(KINDS), kind)


assert set(COMPARED) <= set(METRICS) and set(BY_SEGMENT) <= set(METRICS), "figures are metrics"
