"""The figures of a whole book by column: the same numbers as `servicing.book` gives account by account.

Each question is one SQL statement over the tables of `book`; days are parameters, no clock is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID

from parley.columnar.book import Book
from parley.servicing.book.liquidation import LiquidationKey
from parley.servicing.book.ratio import Ratio
from parley.servicing.book.roll import RollCounts
from parley.servicing.book.standing import Standing, State

# Where every account stands at the end of a day. A macro: the questions below ask it for one day or for many.
_STANDINGS: Final = """
CREATE OR REPLACE MACRO standings(as_of) AS TABLE
WITH paid AS (
  SELECT account, sum(applied_minor) AS total FROM payments WHERE paid_on <= as_of GROUP BY account
), unpaid AS (
  SELECT needed.account, due_on, greatest(0, least(open_minor, upto_minor - coalesce(total, 0))) AS left_minor
  FROM needed LEFT JOIN paid USING (account) WHERE due_on < as_of
), late AS (
  SELECT account, as_of - min(due_on) AS days, sum(left_minor) AS arrears_minor
  FROM unpaid WHERE left_minor > 0 GROUP BY account
), judged AS (
  SELECT accounts.account,
    CASE WHEN charged_off_on <= as_of THEN 'charged_off' WHEN paid_off_on <= as_of THEN 'paid_off' END AS outside,
    coalesce(days, 0) AS days, coalesce(arrears_minor, 0) AS arrears_minor
  FROM accounts LEFT JOIN late USING (account) WHERE opened_on <= as_of
)
SELECT account, coalesce(outside, state) AS state,
  CASE WHEN outside IS NULL THEN days ELSE 0 END AS days,
  CASE WHEN outside IS NULL THEN arrears_minor ELSE 0 END AS arrears_minor
FROM judged ASOF JOIN buckets ON days >= first_day
"""

_EACH: Final = "SELECT account, state, days, arrears_minor::BIGINT FROM standings($as_of::DATE)"

_ROLL: Final = """
SELECT before.state, after.state, count(*)
FROM standings($from_on::DATE) AS before JOIN standings($to_on::DATE) AS after USING (account)
WHERE before.state NOT IN ('paid_off', 'charged_off') GROUP BY ALL
"""

# On which day each due was paid in full: the first on which the payments until then reach what it needs.
_CLEARED: Final = """
CREATE OR REPLACE MACRO cleared() AS TABLE
WITH daily AS (SELECT account, paid_on, sum(applied_minor) AS day_minor FROM payments GROUP BY ALL),
received AS (SELECT account, paid_on, sum(day_minor) OVER (PARTITION BY account ORDER BY paid_on) AS total FROM daily)
SELECT needed.account, needed.due_on, min(paid_on) AS cleared_on
FROM needed LEFT JOIN received ON received.account = needed.account AND total >= upto_minor
WHERE open_minor > 0 GROUP BY ALL
"""

# The days on which each due was late and its account collected: they begin after due_on, and ends_on is the first that
# ends without it; None where it is open.
_SPANS: Final = """
CREATE OR REPLACE MACRO late_spans() AS TABLE
SELECT account, due_on, least(cleared_on, paid_off_on) AS ends_on, charged_off_on, opened_on
FROM cleared() JOIN accounts USING (account)
"""

# A day that began past due lies in the span: the first after due_on, the last the one on which it ended.
_CURES: Final = """
WITH was AS (
  SELECT DISTINCT account FROM late_spans()
  WHERE greatest(due_on + 1, opened_on, $first::DATE)
    <= least(coalesce(least(ends_on, charged_off_on), $last::DATE), $last::DATE)
)
SELECT count(*) FILTER (state <> 'charged_off' AND days = 0), count(*)
FROM was JOIN standings($as_of::DATE) USING (account)
"""

_VINTAGES: Final = """
WITH reached AS (
  SELECT account, date_trunc('month', opened_on)::DATE AS month, age, charged_off_on,
    (opened_on + to_months(age::INTEGER))::DATE AS until
  FROM accounts, range($most_months::BIGINT + 1) AS ages(age)
), worst AS (
  SELECT reached.account, age, max(least(until, coalesce(ends_on - 1, until)) - due_on) AS days
  FROM reached JOIN late_spans() USING (account) GROUP BY ALL
)
SELECT month, age, count(*) FILTER (coalesce(charged_off_on <= until, false) OR coalesce(days, 0) >= $days), count(*)
FROM reached LEFT JOIN worst USING (account, age) WHERE until <= $as_of::DATE GROUP BY month, age
"""

_LIQUIDATION: Final = """
WITH debts AS (SELECT row_number() OVER () AS debt, * FROM placed JOIN accounts USING (account)),
reached AS (
  SELECT debt, account, currency, placed_on, owed_minor, age, (placed_on + to_months(age::INTEGER))::DATE AS until
  FROM debts, range($most_months::BIGINT + 1) AS ages(age)
), collected AS (
  SELECT debt, age, sum(applied_minor) AS paid_minor
  FROM reached JOIN payments ON payments.account = reached.account AND paid_on > placed_on AND paid_on <= until
  GROUP BY ALL
)
SELECT date_trunc('month', placed_on)::DATE, currency, age,
  sum(coalesce(paid_minor, 0))::BIGINT, sum(owed_minor)::BIGINT
FROM reached LEFT JOIN collected USING (debt, age) WHERE until <= $as_of::DATE GROUP BY ALL
"""

_PROMISES: Final = """
WITH numbered AS (
  SELECT row_number() OVER () AS promise, *, due_on + $grace_days::INTEGER AS last_on
  FROM promises WHERE NOT is_cancelled
), paid AS (
  SELECT promise, sum(applied_minor) AS total FROM numbered JOIN payments
    ON payments.account = numbered.account AND paid_on >= made_on AND paid_on <= least(last_on, $as_of::DATE)
  GROUP BY promise
), judged AS (
  SELECT date_trunc('month', due_on)::DATE AS month, coalesce(total, 0) >= amount_minor AS is_kept, last_on
  FROM numbered LEFT JOIN paid USING (promise)
)
SELECT month, count(*) FILTER (is_kept), count(*) FROM judged WHERE is_kept OR last_on < $as_of::DATE GROUP BY month
"""


def standings(book: Book, as_of: date) -> Mapping[UUID, Standing]:
    """Return the standing of every account that was open; as `standing_on`."""
    _define(book)
    return {
        book.identifiers[account]: Standing(State(state), days, arrears)
        for account, state, days, arrears in book.rows(_EACH, as_of=as_of)
    }


def roll_counts(book: Book, from_on: date, to_on: date) -> RollCounts:
    """Return the roll matrix in accounts; as `roll.roll_counts`."""
    assert from_on <= to_on, "accounts roll forward"
    _define(book)
    found = book.rows(_ROLL, from_on=from_on, to_on=to_on)
    return {(State(before), State(after)): count for before, after, count in found}


def cure_rate(book: Book, first: date, last: date, as_of: date) -> Ratio:
    """Return the cures of a span; as `roll.cure_rate`."""
    assert first <= last <= as_of, "the span lies before the day it is judged on"
    _define(book)
    ((cured, past_due),) = book.rows(_CURES, first=first, last=last, as_of=as_of)
    return Ratio(cured, past_due)


def vintages(book: Book, as_of: date, days: int, most_months: int) -> Mapping[tuple[date, int], Ratio]:
    """Return the vintages; as `vintage.vintages`."""
    assert days >= 1, "late is a day at least"
    _define(book)
    found = book.rows(_VINTAGES, as_of=as_of, days=days, most_months=most_months)
    return {(month, age): Ratio(bad, whole) for month, age, bad, whole in found}


def liquidation(book: Book, as_of: date, most_months: int) -> Mapping[LiquidationKey, Ratio]:
    """Return the liquidation curves; as `liquidation.liquidation`."""
    found = book.rows(_LIQUIDATION, as_of=as_of, most_months=most_months)
    return {(month, currency, age): Ratio(paid, owed) for month, currency, age, paid, owed in found}


def kept_rates(book: Book, as_of: date, grace_days: int) -> Mapping[date, Ratio]:
    """Return the kept promises by month; as `promises.kept_rates`."""
    found = book.rows(_PROMISES, as_of=as_of, grace_days=grace_days)
    return {month: Ratio(kept, decided) for month, kept, decided in found}


def _define(book: Book) -> None:
    for macro in (_STANDINGS, _CLEARED, _SPANS):
        book.database.execute(macro)
