"""May each account of a bucket be spoken to now, and if not, why and from when? Statements over joined tables.

A pure function of the bucket's rows, the rows its rules were compiled to, and the instants in them: counts and
instants for each account (`counting`), rules for each situation (`situations`), and both put together here. What this
form cannot say (a rule of a kind without columns, a history that reaches into the future, a time beyond the calendar)
is never guessed: the verdict is `ask`, and the scalar form decides.
"""

from __future__ import annotations

from typing import Final

import duckdb

from parley.columnar.gate.counting import count
from parley.columnar.gate.history import find_answers
from parley.columnar.gate.situations import judge_situations, read_clocks
from parley.columnar.gate.tables import load_legend, load_rules
from parley.contact.calendar import HORIZON_DAYS
from parley.contact.dimensions import Occurring, compile_dimensions
from parley.contact.prepare import GateSettings
from parley.rulebook.book import Rulebook

# Full caps that keep a deferred account waiting, and the newest contact that must leave each window for room to be.
_WAITING: Final = """
CREATE OR REPLACE TABLE waiting AS
SELECT account, rule, most, hours, calendar, newest_at
FROM filled JOIN situated USING (account) JOIN verdicts USING (situation)
WHERE verdict = 'defer' AND caps & (1::BIGINT << slot) <> 0
"""
_ROOM: Final = """
CREATE OR REPLACE TABLE room AS
WITH leaving AS (
  SELECT account, hours, calendar, newest_at AS leaver_at FROM waiting WHERE most = 1
  UNION ALL
  SELECT account, hours, calendar, made_at FROM seen JOIN waiting USING (account, rule) WHERE most > 1
  QUALIFY row_number() OVER (PARTITION BY account, rule ORDER BY made_at DESC) = most
), by_calendar AS (
  SELECT account, gone_at AS room_at FROM (SELECT * FROM leaving WHERE calendar IS NOT NULL) AS leaving
  ASOF LEFT JOIN rooms ON leaving.calendar = rooms.calendar AND leaver_at >= from_at
)
SELECT account, max(room_at) AS room_at FROM (
  SELECT account, leaver_at + to_hours(hours) AS room_at FROM leaving WHERE hours IS NOT NULL
  UNION ALL FROM by_calendar
) GROUP BY account
"""
# When there is room in every cap and all schedules are open.
_ROOMY: Final = """
CREATE OR REPLACE TABLE roomy AS
WITH timed AS (SELECT account, room_at, opening FROM room JOIN situated USING (account) JOIN verdicts USING (situation))
SELECT account, CASE WHEN timed.opening IS NULL THEN room_at
  WHEN ends_at IS NULL THEN NULL ELSE greatest(room_at, starts_at) END AS retry_at
FROM timed ASOF LEFT JOIN common ON timed.opening = common.opening AND room_at < ends_at
"""
_DECISIONS: Final = f"""
CREATE OR REPLACE VIEW decisions AS
WITH timed AS (
  SELECT account, days, bucket, situation, verdict, now, changes_at, is_answer,
    CASE WHEN verdict <> 'defer' THEN NULL WHEN roomy.account IS NULL THEN open_at ELSE roomy.retry_at END AS retry_at
  FROM situated JOIN verdicts USING (situation) LEFT JOIN roomy USING (account)
)
SELECT account, days, bucket, situation,
  -- Beyond the calendar nothing is known, not even that it stays shut; nor when what lies ahead leaves a window.
  CASE WHEN verdict = 'defer' AND (ahead.account IS NOT NULL
    OR coalesce(retry_at > now + to_days({HORIZON_DAYS}), true)) THEN 'ask' ELSE verdict END AS verdict,
  retry_at, NOT is_answer AND retry_at < coalesce(changes_at, 'infinity') AS is_lasting
FROM timed LEFT JOIN ahead USING (account)
"""


class Night:
    """One question to many buckets: rules are compiled once, and what was found of a situation is remembered."""

    def __init__(
        self, database: duckdb.DuckDBPyConnection, occurring: Occurring, rulebook: Rulebook, settings: GateSettings
    ) -> None:
        self._database, self._settings, self._is_first = database, settings, True
        self._days = sorted({one.now.date() for one in occurring.approaches})
        load_legend(database, occurring.legend, occurring.approaches)
        self.dimensions = compile_dimensions(occurring, rulebook, settings)
        load_rules(database, self.dimensions)
        read_clocks(database)

    def judge(self) -> None:
        """Decide every row of `asked`; the answers are the tables `decisions` and `refusals`.

        Shape: the database holds the tables of `tables.BUCKET`, or views of that form; whatever place, approach and
        state of the legend are asked about together occur. Raises duckdb.OutOfRangeException on overflow.
        """
        find_answers(self._database, self._settings.reply_minutes)
        count(self._database, self.dimensions, self._days)
        is_timed = bool(self.dimensions.tables.get("confirmations"))
        judge_situations(self._database, is_timed=is_timed, is_first=self._is_first)
        for statement in (_WAITING, _ROOM, _ROOMY, _DECISIONS):
            self._database.execute(statement)
        self._is_first = False
