"""How far does tonight's money reach? One exact threshold over the candidates of all buckets: the one global step.

Everything before it is decided bucket by bucket; after it each bucket takes what lies above the cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from parley.columnar.database import database_in_memory, fill
from parley.columnar.parquet import literal

# Costs add up as whole numbers of 128 bits; a sum that does not fit raises.
_CUT: Final = """
SELECT priority, account_id FROM (
  SELECT priority, account_id, sum(cost_micro) OVER in_order AS spent FROM read_parquet($files)
  WINDOW in_order AS (ORDER BY priority DESC, account_id ROWS UNBOUNDED PRECEDING)
) WHERE spent <= $budget_micro ORDER BY priority, account_id DESC LIMIT 1
"""
_WRONG: Final = """
SELECT count(*) FILTER (cost_micro < 0), count(*) - count(DISTINCT account_id) FROM read_parquet($files)
"""


CANDIDATES: Final = "account_id UUID, priority BIGINT, cost_micro BIGINT"


@dataclass(frozen=True, slots=True)
class Cut:
    """The last candidate the budget pays for: whoever has a higher priority, or the same and no later id, is taken."""

    priority: int
    account_id: UUID

    def takes(self, priority: int, account_id: UUID) -> bool:
        """Say whether a candidate lies above the cut."""
        return priority > self.priority or (priority == self.priority and account_id <= self.account_id)


def write_candidates(target: Path, rows: Iterable[tuple[UUID, int, int]]) -> None:
    """Write candidates: account, priority, cost in millionths of the currency's unit."""
    with closing(database_in_memory()) as database:
        fill(database, "candidates", CANDIDATES, rows)
        database.table("candidates").write_parquet(str(target))


def cut(candidates: Sequence[Path], budget_micro: int) -> Cut | None:
    """Return how far *budget_micro* reaches over the candidates of these files; None where it pays for nobody.

    Taken in order of priority, then id, until the next would pass the budget: nothing cheaper further down is taken.
    Units: millionths of the currency's unit. Shape: files of `CANDIDATES`.
    """
    with closing(database_in_memory()) as database:
        files = [literal(path) for path in candidates]
        assert database.execute(_WRONG, {"files": files}).fetchall() == [(0, 0)], "each once, and none pays us"
        found = database.execute(_CUT, {"files": files, "budget_micro": budget_micro}).fetchone()
    return Cut(found[0], found[1]) if found is not None else None
