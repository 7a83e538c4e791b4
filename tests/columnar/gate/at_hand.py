"""Contacts at hand, each with its own facts, judged together by column: facts in, decisions out, no file between."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, timedelta

import duckdb

from parley.columnar.database import database_in_memory
from parley.columnar.gate.kernel import Night
from parley.columnar.gate.tables import load_rows
from parley.contact.columns import Approach, ContactClass, Legend, Numbering, Place, State
from parley.contact.dimensions import Key, Occurring, Table
from parley.contact.facts import FLAG_OF_HOLD, Contact, ContactFacts
from parley.contact.prepare import GateSettings
from parley.dates import Instant
from parley.rulebook.book import Rulebook
from parley.rulebook.compile import Telling

_ANSWERS = """
SELECT account, days, bucket, verdict, told, retry_at, coalesce(is_lasting, false)
FROM decisions LEFT JOIN refusals USING (situation) ORDER BY account
"""


@dataclass(frozen=True, slots=True)
class ColumnDecision:
    """What the kernel says of one contact.

    `verdict`: allow, defer, block, or ask (the scalar form). `refusals`: id, reason and layer of every rule that
    refuses, the primary one first. `retry_at`: as in `contact.gate`. `is_lasting`: at `retry_at` the same rules bind,
    so the gate will permit.
    """

    days: int
    bucket: str
    verdict: str
    refusals: tuple[tuple[str, str, str], ...]
    retry_at: Instant | None
    is_lasting: bool


def decide_all(
    asked: Sequence[ContactFacts], today: date, rulebook: Rulebook, settings: GateSettings
) -> list[ColumnDecision]:
    """Return the decision on each of *asked*, in order; *today* is the day of their days past due."""
    with closing(database_in_memory()) as database:
        night = Night(database, _load(database, asked, today), rulebook, settings)
        night.judge()
        return [
            ColumnDecision(
                days,
                bucket,
                verdict,
                tuple(_told(night.dimensions.told[number]) for number in told or ()),
                retry_at.replace(tzinfo=UTC) if retry_at is not None else None,
                is_lasting,
            )
            for _, days, bucket, verdict, told, retry_at, is_lasting in database.execute(_ANSWERS).fetchall()
        ]


def _told(one: Telling) -> tuple[str, str, str]:
    return (one.rule.id, one.code.value, one.layer.value)


def _load(database: duckdb.DuckDBPyConnection, asked: Sequence[ContactFacts], today: date) -> Occurring:
    places, states, classes = Numbering[Place](), Numbering[State](), Numbering[ContactClass]()
    approaches, references = Numbering[Approach](), Numbering[str]()
    rows: dict[str, Table] = {"asked": [], "contacts": [], "opt_outs": []}
    keys: set[Key] = set()
    special: set[tuple[int, Key]] = set()
    for number, facts in enumerate(asked):
        place, state = places.of(place_of(facts)), states.of(state_of(facts))
        approach = approaches.of(approach_of(facts, today))
        # Whether it answers in time only the history tells.
        these = [(place, approach, is_answer) for is_answer in ({False, facts.answers_at is not None})]
        keys.update(these)
        if facts.designations or facts.since:
            special.update((state, key) for key in these)
        address = references.of(facts.address) if facts.address is not None else None
        rows["asked"].append(
            (
                number,
                number,
                address,
                place,
                state,
                today - timedelta(days=facts.days_past_due),
                facts.contract_on,
                approach,
                facts.answers_at,
            )
        )
        for contact in facts.history:
            is_ours = contact.account is None or facts.account is None or contact.account == facts.account
            where = references.of(contact.address) if contact.address is not None else None
            # Another account of the borrower is any number but this one's.
            about = None if is_ours else -1
            rows["contacts"].append(
                (number, about, where, classes.of(class_of(contact)), contact.at.date(), contact.at, contact.answers_at)
            )
        for nth, refused in enumerate(facts.opt_outs):
            where = references.of(refused.address) if refused.address is not None else None
            channel = refused.channel.value if refused.channel is not None else None
            rows["opt_outs"].append(
                (number, nth, refused.scope.value, channel, where, refused.at, refused.confirmed_at)
            )
    for table, found in rows.items():
        load_rows(database, table, found)
    legend = Legend(places.things, states.things, classes.things)
    return Occurring(legend, approaches.things, keys, special)


def place_of(facts: ContactFacts) -> Place:
    """Return the part of the facts that is the borrower's place."""
    return Place(facts.jurisdiction, facts.zones, facts.product)


def state_of(facts: ContactFacts) -> State:
    """Return the part of the facts that is the state of the case."""
    held = frozenset(FLAG_OF_HOLD[hold] for hold in facts.holds)
    since = tuple(sorted((flag, days) for flag, days in facts.since.items() if days))
    return State(facts.flags | held, facts.consents, facts.designations, since)


def approach_of(facts: ContactFacts, today: date) -> Approach:
    """Return the part of the facts that is ours."""
    return Approach(
        facts.now,
        today,
        facts.actor,
        facts.purpose,
        facts.channel,
        facts.discloses,
        facts.identity_proven,
        facts.plan,
        facts.content,
        facts.carriage,
    )


def class_of(contact: Contact) -> ContactClass:
    """Return the class of a past contact."""
    is_answer = contact.answers_at is not None
    return ContactClass(contact.channel, contact.direction, contact.purpose, contact.outcome, is_answer)
