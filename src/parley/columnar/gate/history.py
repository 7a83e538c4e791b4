"""What does the history of the asked say beyond counts? Answers, consents, confirmations, texts from a doubtful number.

Each question reads the whole history, so it is asked only where a rule that binds wants to know; otherwise its table is
empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import duckdb

from parley.contact.dimensions import Dimensions
from parley.rulebook.compile import bits
from parley.rulebook.terms import Flag

# More days than any rule names.
NEVER_DAYS: Final = 100_000

# Answers: the first, timely one to a message of the borrower.
_WAITING: Final = """
CREATE OR REPLACE TABLE waiting AS
SELECT account, person, asked.answers_at, channel FROM asked JOIN approaches USING (approach)
WHERE asked.answers_at <= now AND asked.answers_at >= now - to_minutes($reply_minutes::BIGINT)
"""

_ANSWERS: Final = """
CREATE OR REPLACE TABLE answers AS
WITH past AS (
  SELECT waiting.account,
    bool_or(direction = 'out' AND contacts.answers_at = waiting.answers_at
      AND purpose NOT IN ('opt_out_confirmation', 'crisis_reply')) AS is_taken,
    bool_or(direction = 'in' AND made_at = waiting.answers_at AND classes.channel = waiting.channel)
      AS is_on_same_channel
  FROM contacts JOIN waiting USING (person) JOIN classes USING (class) GROUP BY waiting.account
)
SELECT waiting.account, coalesce(is_on_same_channel, false) AS is_on_same_channel
FROM waiting LEFT JOIN past USING (account) WHERE NOT coalesce(is_taken, false)
"""

# Consents to more contacts: what was placed under one is not counted, and while one lasts the cap does not bind.
_LOOSENED: Final = """
CREATE OR REPLACE TABLE loosened AS
WITH given AS (
  SELECT posed.account, profile, posed.person, made_at AS given_at
  FROM contacts JOIN posed USING (person) JOIN classes USING (class)
  WHERE outcome = 'consent' AND direction = 'in' AND (contacts.account IS NULL OR contacts.account = posed.account)
), talked AS (
  SELECT given.account, given_at, min(made_at) AS talked_at
  FROM contacts JOIN given USING (person) JOIN classes USING (class)
  WHERE outcome = 'conversation' AND made_at > given_at GROUP BY ALL
)
SELECT given.account, rule, uncounts, given_at, ended_at, coalesce(talked_at, 'infinity') AS talked_at
FROM given
JOIN (SELECT profile, rule, consenting, uncounts FROM caps WHERE consenting IS NOT NULL) AS loose USING (profile)
LEFT JOIN talked USING (account, given_at)
ASOF JOIN lapses ON loose.consenting = lapses.consenting AND given_at >= from_at
"""

_CONFIRMED: Final = """
CREATE OR REPLACE TABLE confirmed AS
SELECT refused.account, count(*) AS times FROM contacts JOIN refused USING (person) JOIN classes USING (class)
WHERE direction = 'out' AND purpose = 'opt_out_confirmation' AND made_at >= newest_at GROUP BY refused.account
"""

_ASKED_LOCATION: Final = """
CREATE OR REPLACE TABLE asked_location AS
SELECT DISTINCT posed.account FROM contacts JOIN posed USING (person) JOIN classes USING (class)
WHERE direction = 'out' AND purpose = 'location_inquiry'
"""

_ADDRESS_USED: Final = """
CREATE OR REPLACE TABLE address_used AS
SELECT DISTINCT posed.account FROM contacts JOIN posed USING (person) JOIN classes USING (class)
WHERE direction = 'in' AND classes.channel = posed.channel AND contacts.address IS NOT DISTINCT FROM posed.address
"""

# How many days ago a text came from a number whose owner is in doubt, or stands on such texts alone.
_TEXTED: Final = f"""
CREATE OR REPLACE TABLE texted AS
WITH doubtful AS (
  SELECT account, person, address, now,
    flags & {bits([Flag.REASSIGNED_NUMBER_NOT_CHECKED])}::HUGEINT <> 0 AS is_doubtful
  FROM posed JOIN states USING (state)
  WHERE flags & {bits([Flag.REASSIGNED_NUMBER_NOT_CHECKED, Flag.NUMBER_USED_BY_CONSUMER])}::HUGEINT <> 0
), heard AS (
  SELECT doubtful.account, max(made_at) AS heard_at
  FROM contacts JOIN doubtful USING (person) JOIN classes USING (class)
  WHERE direction = 'in' AND channel = 'sms' AND (contacts.address IS NULL OR doubtful.address IS NULL
    OR contacts.address = doubtful.address)
  GROUP BY doubtful.account
)
SELECT account, CASE WHEN heard_at IS NOT NULL THEN (epoch_us(now) - epoch_us(heard_at)) // {86_400_000_000}
  WHEN is_doubtful THEN {NEVER_DAYS} ELSE -1 END AS text_days
FROM doubtful LEFT JOIN heard USING (account)
"""

# Whose history holds what has not happened yet.
_AHEAD: Final = """
CREATE OR REPLACE TABLE ahead AS
SELECT posed.account, bool_or(made_at > now + INTERVAL 5 MINUTES) AS is_wrong FROM contacts JOIN posed USING (person)
WHERE made_on >= DATE '{first_day}' AND made_at > now GROUP BY posed.account
"""

_ANSWERED: Final = "account INTEGER, is_on_same_channel BOOLEAN"

# What is asked of the whole history only where a rule wants to know: the columns of the answer, and the question.
_HISTORY: Final = {
    "confirmed": ("account INTEGER, times BIGINT", _CONFIRMED),
    "asked_location": ("account INTEGER", _ASKED_LOCATION),
    "address_used": ("account INTEGER", _ADDRESS_USED),
    "texted": ("account INTEGER, text_days BIGINT", _TEXTED),
    "loosened": (
        "account INTEGER, rule INTEGER, uncounts BOOLEAN, given_at TIMESTAMP, ended_at TIMESTAMP, talked_at TIMESTAMP",
        _LOOSENED,
    ),
}


def find_answers(database: duckdb.DuckDBPyConnection, reply_minutes: int) -> None:
    """Make `answers`: the asked that are the first, timely answer to a message of the borrower."""
    database.execute(_WAITING, {"reply_minutes": reply_minutes})
    is_asked = database.execute("SELECT count(*) FROM waiting").fetchall() != [(0,)]
    _ask(database, "answers", _ANSWERED, _ANSWERS, is_asked=is_asked)


def look_back(database: duckdb.DuckDBPyConnection, dimensions: Dimensions, days: Iterable[date]) -> bool:
    """Make the tables of what the history says of the accounts in `posed`, asked on *days*.

    Returns whether some of them may have consented to more contacts than a cap allows.
    """
    tables = dimensions.tables
    asked = {
        "confirmed": bool(tables.get("confirmations")) or any(row[3] for row in tables.get("refusing_opt_outs", ())),
        "asked_location": any(row[4] for row in tables.get("third_parties", ())),
        "address_used": any(row[4] for row in tables.get("barred_places", ())),
        "texted": any(row[6] is not None for row in tables.get("third_parties", ())),
        "loosened": any(row[9] is not None for row in tables.get("caps", ())),
    }
    for table, (columns, statement) in _HISTORY.items():
        _ask(database, table, columns, statement, is_asked=asked[table])
    # A day written out, not a parameter: files are chosen when the statement is planned.
    database.execute(_AHEAD.format(first_day=min(days, default=date.max).isoformat()))
    return asked["loosened"]


def _ask(database: duckdb.DuckDBPyConnection, table: str, columns: str, statement: str, *, is_asked: bool) -> None:
    database.execute(statement if is_asked else f"CREATE OR REPLACE TABLE {table} ({columns})")
