"""What the console asks of imports and takes long: a dry run, an import, an undo. Each is a job; see `run.jobs`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from parley.errors import BadInput
from parley.run.importing.desk import ImportDesk
from parley.run.importing.job import Progress
from parley.run.importing.tally import tally
from parley.store.importing import BatchState, Counts


def try_import(desk: ImportDesk, asked: Mapping[str, Any], now: datetime, tell: Progress) -> dict[str, object]:
    """Judge every row of a batch and keep none."""
    batch_id = UUID(asked["batch"])
    _check(desk, batch_id, asked)
    outcome = desk.dry_run(batch_id, desk.map_text(batch_id), now, tell)
    return _told(desk, batch_id, outcome.counts)


def run_import(desk: ImportDesk, asked: Mapping[str, Any], now: datetime, tell: Progress) -> dict[str, object]:
    """Keep the good rows of a batch; one that was stopped goes on where it was."""
    batch_id = UUID(asked["batch"])
    if asked["map"] and not desk.batch(batch_id).done:
        _check(desk, batch_id, asked)
    if desk.batch(batch_id).state is not BatchState.DONE:
        # A process that died after its last row leaves nothing to do but to tell.
        desk.run(batch_id, desk.map_text(batch_id), now, tell)
    return _told(desk, batch_id, desk.batch(batch_id).counts)


def undo_import(desk: ImportDesk, asked: Mapping[str, Any], now: datetime, tell: Progress) -> dict[str, object]:
    """Take a batch back, but for rows on which something has happened since."""
    batch = desk.batch(UUID(asked["batch"]))
    kept = () if batch.state is BatchState.UNDONE else desk.undo(batch.id, asked["by"], now, tell).kept
    # Not what this call took: one before it may have been stopped half-way.
    taken = batch.counts.added + batch.counts.changed - sum(one.count for one in kept)
    told = [{"en": one.says.en, "zh": one.says.zh, "count": one.count, "places": list(one.places)} for one in kept]
    return {"taken": taken, "kept": told}


def _check(desk: ImportDesk, batch_id: UUID, asked: Mapping[str, Any]) -> None:
    """Refuse to go on with another map than the one that whoever asked has seen."""
    if hashlib.sha256(desk.map_text(batch_id).encode()).hexdigest() != asked["map"]:
        raise BadInput(
            "The columns were changed since this was asked for. Try all rows again.",
            "提出请求后列对应已被修改，请重新试运行。",
        )


def _told(desk: ImportDesk, batch_id: UUID, counts: Counts) -> dict[str, object]:
    """Return counts and reasons: what the page shows, and nothing of any row."""
    path, good = desk.error_file(batch_id), counts.read - counts.refused
    return {
        "counts": asdict(counts),
        "good": good,
        "may_run": good > 0,
        "tally": tally(path) if path is not None else [],
    }
