"""Situations: accounts that share everything a rule may ask for. Each is judged once, and remembered.

`known` holds every situation met so far, `verdicts` and `refusals` what was found of it; they depend on the dimensions
alone, so the buckets of one night share them.
"""

from __future__ import annotations

from typing import Final

import duckdb

from parley.columnar.gate.rules import BINDING_CAPS, HOPELESS, LIFTED, REFUSALS, TIMED
from parley.rulebook.compile import bits
from parley.rulebook.terms import Flag

_SHARED: Final = """profile, state, late, signed_on, used_up, stuck, reach, confirmed_times, waited_us, is_answer,
  is_on_same_channel, is_same_day, text_days, is_wrong, asked_location, address_used"""

_SHARING: Final = """
CREATE OR REPLACE TABLE sharing AS
SELECT posed.account, days, bucket, profile, state, late, coalesce(signed_on, '9999-12-31') AS signed_on,
  coalesce(used_up, 0) AS used_up, coalesce(stuck, 0) AS stuck, coalesce(reach, 0) AS reach,
  greatest(coalesce(times, 0), CASE WHEN is_confirmed THEN 1 ELSE 0 END) AS confirmed_times,
  CASE WHEN $is_timed THEN coalesce(epoch_us(posed.now) - epoch_us(newest_at), 0) ELSE 0 END AS waited_us,
  is_answer, is_on_same_channel, is_same_day, coalesce(text_days, -1) AS text_days,
  coalesce(is_wrong, false) AS is_wrong, asked_location.account IS NOT NULL AS asked_location,
  address_used.account IS NOT NULL AS address_used
FROM posed JOIN lateness USING (days) LEFT JOIN signed USING (contract_on) LEFT JOIN used USING (account)
LEFT JOIN refused USING (account) LEFT JOIN confirmed USING (account) LEFT JOIN texted USING (account)
LEFT JOIN ahead USING (account) LEFT JOIN asked_location USING (account) LEFT JOIN address_used USING (account)
"""
_NOTHING_KNOWN: Final = f"""
CREATE OR REPLACE TABLE known AS SELECT 0::BIGINT AS situation, {_SHARED} FROM sharing LIMIT 0;
CREATE OR REPLACE TABLE refusals (situation BIGINT, told INTEGER[]);
CREATE OR REPLACE TABLE verdicts (
  situation BIGINT, now TIMESTAMP, changes_at TIMESTAMP, verdict VARCHAR, caps BIGINT, opening VARCHAR,
  open_at TIMESTAMP
);
CREATE OR REPLACE TABLE openings (opening VARCHAR, schedules INTEGER[]);
CREATE OR REPLACE TABLE common (opening VARCHAR, starts_at TIMESTAMP, ends_at TIMESTAMP)
"""
_FRESH: Final = f"""
CREATE OR REPLACE TABLE fresh AS
SELECT (SELECT count(*) FROM known) + row_number() OVER () AS situation, {_SHARED}
FROM (SELECT DISTINCT {_SHARED} FROM sharing) ANTI JOIN known USING ({_SHARED})
"""
_REMEMBER: Final = "INSERT INTO known FROM fresh"
_SITUATED: Final = f"""
CREATE OR REPLACE TABLE situated AS
SELECT account, days, bucket, situation, is_answer FROM sharing JOIN known USING ({_SHARED})
"""
# The situations of this bucket by numbers that say nothing of the buckets before it.
_NUMBERED: Final = f"""
CREATE OR REPLACE TABLE numbered AS
SELECT situation, row_number() OVER (ORDER BY {_SHARED}) AS number FROM known SEMI JOIN situated USING (situation)
"""
_FACTS: Final = f"""
CREATE OR REPLACE TABLE facts AS
SELECT fresh.*, now, changes_at, consents AS agreed,
  states.flags | CASE WHEN late >= 0 THEN {bits([Flag.IN_ARREARS])}::HUGEINT ELSE 0 END
    | CASE WHEN is_wrong THEN {bits([Flag.HISTORY_AHEAD])}::HUGEINT ELSE 0 END AS flags
FROM fresh JOIN states USING (state)
JOIN (SELECT profile, approach, changes_at FROM profiles) AS one USING (profile) JOIN approaches USING (approach)
"""

_OPEN_NOW: Final = """
CREATE OR REPLACE TABLE open_now AS
SELECT DISTINCT schedule, now FROM opens JOIN approaches ON starts_at <= now AND now < ends_at
"""
# Hours that are shut now in one of their zones; without a known zone they are shut.
_SHUT: Final = """
CREATE OR REPLACE TABLE shut AS
SELECT profile, rule FROM hours ANTI JOIN hours_schedules USING (profile, rule)
UNION
SELECT profile, rule FROM hours_schedules JOIN profiles USING (profile) JOIN approaches USING (approach)
ANTI JOIN open_now USING (schedule, now)
"""
# Times the borrower named of which one is over now, in one of the zones.
_UNSUITABLE: Final = """
CREATE OR REPLACE TABLE unsuitable AS
SELECT DISTINCT state, span, now FROM named ANTI JOIN open_now USING (schedule, now)
"""

_FINDINGS: Final = f"""
CREATE OR REPLACE TABLE findings AS
WITH refusing AS ({REFUSALS}), lifted AS ({LIFTED}),
left_over AS (SELECT * FROM refusing ANTI JOIN lifted USING (situation, rule))
SELECT situation, list(told ORDER BY mends, told) AS told, bool_and(mends) AS mends, bool_or(mends IS NULL) AS is_unsure
FROM left_over JOIN (SELECT situation, profile FROM facts) AS one USING (situation) JOIN bound USING (profile, rule)
GROUP BY situation
"""
_TELL: Final = "INSERT INTO refusals SELECT situation, told FROM findings"

# Situations with the same schedules share the times at which these are open together.
_SETS: Final = f"""
CREATE OR REPLACE TABLE sets AS
SELECT situation, now, list_aggregate(schedules, 'string_agg', ',') AS opening, schedules FROM (
  SELECT situation, list(schedule ORDER BY schedule) AS schedules FROM ({TIMED}) GROUP BY situation
) SEMI JOIN findings USING (situation) JOIN (SELECT situation, now FROM facts) AS one USING (situation)
"""
_OPENINGS: Final = """
CREATE OR REPLACE TABLE fresh_openings AS
SELECT DISTINCT opening, schedules FROM sets ANTI JOIN openings USING (opening)
"""
_REMEMBER_OPENINGS: Final = "INSERT INTO openings FROM fresh_openings"
# Between two edges the number of open schedules stands still.
_COMMON: Final = """
INSERT INTO common
WITH edges AS (
  SELECT opening, length, edge_at, sum(step) AS step FROM (
    SELECT opening, len(schedules) AS length, unnest(schedules) AS schedule FROM fresh_openings
  ) JOIN (
    SELECT schedule, starts_at AS edge_at, 1 AS step FROM opens UNION ALL SELECT schedule, ends_at, -1 FROM opens
  ) USING (schedule) GROUP BY opening, length, edge_at
), counted AS (
  SELECT opening, length, edge_at AS starts_at, lead(edge_at) OVER following AS ends_at,
    sum(step) OVER following AS are_open
  FROM edges WINDOW following AS (PARTITION BY opening ORDER BY edge_at)
)
SELECT opening, starts_at, ends_at FROM counted WHERE are_open = length AND ends_at IS NOT NULL
"""
# `caps`: those that bind here, full or not; only they decide when there is room.
_VERDICTS: Final = f"""
INSERT INTO verdicts
WITH hopeless AS ({HOPELESS}), opened AS (
  SELECT situation, sets.opening, CASE WHEN ends_at IS NOT NULL THEN greatest(sets.now, starts_at) END AS open_at
  FROM sets ASOF LEFT JOIN common ON sets.opening = common.opening AND sets.now < ends_at
), binding AS ({BINDING_CAPS})
SELECT situation, now, changes_at,
  CASE
    WHEN unjudged.profile IS NOT NULL OR is_unsure THEN 'ask'
    WHEN findings.situation IS NULL THEN 'allow'
    WHEN NOT mends OR hopeless.situation IS NOT NULL THEN 'block'
    ELSE 'defer'
  END AS verdict,
  coalesce(caps, 0), opening, CASE WHEN opening IS NULL THEN now ELSE open_at END
FROM facts LEFT JOIN findings USING (situation) LEFT JOIN opened USING (situation) LEFT JOIN hopeless USING (situation)
LEFT JOIN binding USING (situation) LEFT JOIN (SELECT DISTINCT profile FROM unjudged) AS unjudged USING (profile)
"""
_CLOCKS: Final = (_OPEN_NOW, _SHUT, _UNSUITABLE)
_JUDGEMENT: Final = (*(_FACTS, _FINDINGS, _TELL, _SETS, _OPENINGS, _REMEMBER_OPENINGS, _COMMON, _VERDICTS),)


def read_clocks(database: duckdb.DuckDBPyConnection) -> None:
    """Say of every schedule whether it is open at the instants asked about."""
    for statement in _CLOCKS:
        database.execute(statement)


def judge_situations(database: duckdb.DuckDBPyConnection, *, is_timed: bool, is_first: bool) -> None:
    """Place every counted account in its situation, and judge the situations nobody met before.

    *is_timed*: some rule asks how long ago a refusal of the borrower came.
    """
    database.execute(_SHARING, {"is_timed": is_timed})
    if is_first:
        database.execute(_NOTHING_KNOWN)
    for statement in (_FRESH, _REMEMBER, _SITUATED, _NUMBERED, *_JUDGEMENT):
        database.execute(statement)
