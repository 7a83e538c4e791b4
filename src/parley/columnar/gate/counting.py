"""What differs from account to account: who is asked what, how late, how full each cap is, what was refused.

Statements that make a row for each account of the bucket, or fewer; nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import duckdb

from parley.columnar.gate.history import look_back
from parley.contact.dimensions import Dimensions

_POSED: Final = """
CREATE OR REPLACE TABLE posed AS
SELECT asked.account, person, address, profile, state, now, approaches.channel, profiles.is_answer,
  coalesce(is_on_same_channel, false) AS is_on_same_channel,
  coalesce(asked.answers_at BETWEEN day_began_at AND now, false) AS is_same_day,
  coalesce(today - oldest_open_on, 0) AS days, contract_on, counts_after
FROM asked LEFT JOIN answers USING (account) JOIN approaches USING (approach)
JOIN profiles ON profiles.place = asked.place AND profiles.approach = asked.approach
  AND profiles.is_answer = (answers.account IS NOT NULL)
LEFT JOIN (SELECT profile, min(counted_after) AS counts_after FROM counted GROUP BY profile) AS counts USING (profile)
"""
# How late, as far as any rule asks: the largest threshold passed, or -1.
_LATENESS: Final = """
CREATE OR REPLACE TABLE lateness AS
SELECT days, coalesce(over_days, -1) AS late, bucket
FROM (SELECT DISTINCT days FROM posed)
ASOF LEFT JOIN thresholds ON days > over_days ASOF JOIN buckets ON greatest(days, 0) >= first_day
"""
# The day of a contract, as far as any rule asks: the last that a rule begins or ends at, before all, or not known.
_SIGNED: Final = """
CREATE OR REPLACE TABLE signed AS
SELECT contract_on, coalesce(first_on, '0001-01-01') AS signed_on
FROM (SELECT DISTINCT contract_on FROM posed WHERE contract_on IS NOT NULL)
ASOF LEFT JOIN signings ON contract_on >= first_on
"""

# Past contacts that a cap counts.
_SEEN: Final = """
CREATE OR REPLACE TABLE seen AS
SELECT posed.account, profile, now, rule, made_at
FROM recent JOIN posed ON recent.person = posed.person AND made_at > counts_after
JOIN counted USING (profile, class)
WHERE made_at > counted_after AND CASE per
  WHEN 'person' THEN true
  WHEN 'account' THEN recent.account IS NULL OR recent.account = posed.account
  WHEN 'address' THEN recent.address IS NULL OR posed.address IS NULL OR recent.address = posed.address
END
"""
_UNCOUNTED: Final = """
DELETE FROM seen USING loosened WHERE uncounts AND seen.account = loosened.account AND seen.rule = loosened.rule
  AND made_at > given_at AND made_at < ended_at AND made_at <= talked_at
"""
_UNBOUND: Final = """
DELETE FROM filled USING loosened WHERE filled.account = loosened.account AND filled.rule = loosened.rule
  AND now > given_at AND now < ended_at AND now <= talked_at
"""
# Caps that are full: how many contacts they count, and the newest of them.
_FILLED: Final = """
CREATE OR REPLACE TABLE filled AS
SELECT account, now, rule, slot, most, hours, calendar, newest_at, made >= coalesce(stuck_at, made + 1) AS is_stuck
FROM (SELECT account, profile, now, rule, count(*) AS made, max(made_at) AS newest_at FROM seen GROUP BY ALL)
JOIN caps USING (profile, rule) WHERE made >= most
"""
_USED: Final = """
CREATE OR REPLACE TABLE used AS
SELECT account, bit_or(1::BIGINT << slot) AS used_up,
  bit_or(CASE WHEN is_stuck THEN 1::BIGINT << slot ELSE 0 END) AS stuck
FROM filled GROUP BY account
"""
# Refusals of the borrower that reach this channel and address, as bits of reach; the newest of them.
_REFUSED: Final = """
CREATE OR REPLACE TABLE refused AS
SELECT account, now, person, bit_or(CASE WHEN confirmed_at IS NULL THEN unconfirmed ELSE confirmed END) AS reach,
  max(refused_at) AS newest_at, first(confirmed_at IS NOT NULL ORDER BY refused_at DESC, nth) AS is_confirmed
FROM opt_outs JOIN posed USING (person) JOIN scopes USING (scope)
WHERE (scope NOT IN ('promotion', 'channel') OR opt_outs.channel IS NULL OR opt_outs.channel = posed.channel)
  AND (scope NOT IN ('promotion', 'address') OR opt_outs.address IS NULL OR posed.address IS NULL
    OR opt_outs.address = posed.address)
GROUP BY account, now, person
"""


def count(database: duckdb.DuckDBPyConnection, dimensions: Dimensions, days: Sequence[date]) -> None:
    """Make the tables of the accounts in `asked`, asked on *days*."""
    _narrow(database, dimensions)
    for statement in (_POSED, _LATENESS, _SIGNED, _SEEN, _REFUSED):
        database.execute(statement)
    if look_back(database, dimensions, days):
        database.execute(_UNCOUNTED)
        database.execute(_FILLED)
        database.execute(_UNBOUND)
    else:
        database.execute(_FILLED)
    database.execute(_USED)


def _narrow(database: duckdb.DuckDBPyConnection, dimensions: Dimensions) -> None:
    """Make `recent`: the contacts of the days that any cap counts; of a bucket on disk no other file is read."""
    after = [row[4] for row in dimensions.tables.get("counted", ()) if isinstance(row[4], datetime)]
    # A day written out, not a parameter: files are chosen when the statement is planned.
    condition = f"made_on >= DATE '{min(after).date().isoformat()}'" if after else "false"
    database.execute(f"CREATE OR REPLACE VIEW recent AS SELECT * FROM contacts WHERE {condition}")
