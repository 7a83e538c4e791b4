"""What does tonight's run want to say to the accounts of a bucket? The same wishes as `engine.nightly` finds singly.

One statement over what the store streams in. Who is not wished to be written to costs a few values here, and nothing
after: no object, no history, no question to the gate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from parley.columnar.database import database_in_memory, fill
from parley.engine.nightly import (
    LIMIT_NEWS_DAYS,
    RECHECK_DAYS,
    Cadence,
    Trigger,
    of_lateness,
    of_limit,
    of_plan_part,
    of_recheck,
    reminder,
)

# What a bucket holds: accounts that may be written to; what of them is due and not paid, until the day that is reminded
# of; the instalments of plans that stand; the days of which on it is asked whether these fit; accounts that are waited
# for, because a promise stands or an offer after a plan that broke; changes of limits that may be news. What is said of
# how a plan ended is not found here: the night that judges it finds it.
BOOK: Final[Mapping[str, str]] = {
    "accounts": "account UUID",
    "dues": "account UUID, due_on DATE",
    "plans": "account UUID, due_on DATE, amount_minor BIGINT, paid_minor BIGINT, cleared_on DATE",
    "rechecks": "account UUID, recheck_on DATE",
    "promises": "account UUID",
    "limits": "account UUID, effective_on DATE",
}

_ROWS_AT_ONCE: Final = 10_000
# The order of the questions is that of `engine.nightly.trigger`: a plan, a promise, days past due, the coming due date,
# a new limit.
_WISHES: Final = f"""
WITH late AS (
  SELECT account, min(due_on) AS oldest_open_on FROM dues WHERE due_on < $as_of GROUP BY account
), coming AS (
  SELECT account, min(due_on) AS due_on FROM dues WHERE due_on >= $as_of GROUP BY account
), kept AS (
  SELECT account,
    bool_or(CASE WHEN paid_minor < amount_minor THEN $as_of::DATE ELSE cleared_on END > due_on + $grace_days::INTEGER)
      AS is_missed,
    bool_or(paid_minor < amount_minor AND due_on = $remind_on) AS is_reminded
  FROM plans GROUP BY account
), news AS (
  SELECT account, max(effective_on) AS changed_on FROM limits
  WHERE effective_on BETWEEN $as_of::DATE - {LIMIT_NEWS_DAYS} AND $as_of GROUP BY account
), checked AS (
  SELECT account, min(recheck_on) AS recheck_on FROM rechecks GROUP BY account
), asked AS (
  SELECT account, oldest_open_on, changed_on, recheck_on, CASE
    WHEN coalesce(is_missed, false) THEN NULL
    WHEN kept.account IS NOT NULL AND is_reminded THEN 'plan'
    WHEN kept.account IS NOT NULL AND $as_of::DATE BETWEEN recheck_on AND recheck_on + {RECHECK_DAYS} THEN 'recheck'
    WHEN kept.account IS NOT NULL THEN NULL
    WHEN promises.account IS NOT NULL THEN NULL
    WHEN $as_of::DATE - oldest_open_on IN (SELECT unnest($overdue_days::INTEGER[])) THEN 'overdue'
    WHEN oldest_open_on IS NULL AND coming.due_on = $remind_on THEN 'reminder'
    WHEN changed_on IS NOT NULL THEN 'limit'
  END AS kind
  FROM accounts LEFT JOIN late USING (account) LEFT JOIN coming USING (account) LEFT JOIN kept USING (account)
  LEFT JOIN news USING (account) LEFT JOIN checked USING (account)
  LEFT JOIN (SELECT DISTINCT account FROM promises) AS promises USING (account)
)
SELECT account, kind, oldest_open_on, changed_on, recheck_on FROM asked WHERE kind IS NOT NULL ORDER BY account
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """An account that something is to be said to. `days`: how late it is, as far as that is late."""

    account_id: UUID
    trigger: Trigger
    days: int


def find_wishes(book: Mapping[str, Iterable[Sequence[object]]], as_of: date, cadence: Cadence) -> Iterator[Wish]:
    """Yield what to write about the accounts of a bucket on *as_of*, in the order of their ids.

    Shape: *book* holds the rows of each table of `BOOK`; values as DuckDB reads them from text.
    """
    remind_on = cadence.remind_on(as_of)
    asked = {
        "as_of": as_of,
        "remind_on": remind_on,
        "grace_days": cadence.grace_days,
        "overdue_days": sorted(cadence.overdue_days),
    }
    with closing(database_in_memory()) as database:
        for table, columns in BOOK.items():
            fill(database, table, columns, book[table])
        found = database.execute(_WISHES, asked)
        while some := found.fetchmany(_ROWS_AT_ONCE):
            for account, kind, oldest_open_on, changed_on, recheck_on in some:
                days = (as_of - oldest_open_on).days if oldest_open_on is not None else 0
                news_on = recheck_on if kind == "recheck" else changed_on
                yield Wish(account, _trigger(kind, days, news_on, as_of, remind_on), days)


def _trigger(kind: str, days: int, news_on: date | None, as_of: date, remind_on: date) -> Trigger:
    match kind:
        case "plan":
            return of_plan_part(remind_on)
        case "overdue":
            return of_lateness(days, as_of)
        case "reminder":
            return reminder(remind_on)
        case "recheck":
            assert news_on is not None, "a plan is asked about from a day on"
            return of_recheck(news_on)
        case _:
            assert news_on is not None, "news of a limit has its day"
            return of_limit(news_on)
