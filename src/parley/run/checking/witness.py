"""Reads the log once and the database once, and counts every broken promise. Changes nothing.

Run while nothing is being sent: a message on its way between the two readings would look lost.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from parley.run.checking import delivery, silence, timing
from parley.run.checking.centre import Centre, Texts, Trace, read_centre
from parley.run.checking.dossier import Contact, Dossier, Row, dossiers, first_answers, was_handed_over
from parley.run.checking.expectations import Expectations, expectations
from parley.run.checking.money import check_money
from parley.run.checking.report import LenderFacts, Report, Tally
from parley.run.checking.wording import Reader
from parley.store.database import snapshot
from parley.store.vault import Vault

_SECONDS_PER_MINUTE = 60


def check(vault: Vault, centre_log: Path, now: datetime, lender: LenderFacts) -> Report:
    """Return what the witness found up to *now* (domain time).

    Raises HomeUnusable where the log or a sealed field cannot be read.
    """
    expected, tally = expectations(), Tally()
    centre = read_centre(centre_log, expected)
    reader = Reader(lender, expected)
    with Texts(centre_log) as texts, snapshot():
        for dossier in dossiers(vault, centre):
            _judge_rows(dossier, centre, texts, now, lender, expected, tally)
            _judge(dossier, reader, lender, expected, tally)
        delivery.check_log_side(centre, tally)
        check_money(tally)
    tally.seen["log lines"] = centre.lines
    tally.seen["inbound texts"] = centre.inbounds
    return tally.report()


def _judge_rows(
    dossier: Dossier,
    centre: Centre,
    texts: Texts,
    now: datetime,
    lender: LenderFacts,
    expected: Expectations,
    tally: Tally,
) -> None:
    """Join rows and traces, judge each, and put what really left in the order it left."""
    left: list[tuple[datetime, int, Row, Trace | None]] = []
    for row in dossier.rows:
        trace = centre.traces.get(str(row.id))
        if trace is not None:
            trace.seen = True
        delivery.check_row(row, trace, now, expected, tally)
        if was_handed_over(row, trace, delivery.SANDBOX):
            left.append((_left_at(row, trace, expected), trace.n if trace is not None else 0, row, trace))
    left.sort(key=lambda one: one[:2])
    answers = first_answers(
        ((row, at) for at, _, row, _ in left), expected.answers, lender.reply_minutes * _SECONDS_PER_MINUTE
    )
    for at, _, row, trace in left:
        is_answer = row.id in answers
        is_mislabelled = row.purpose == "negotiation_reply" and not is_answer
        purpose = expected.unanswered_reply_is if is_mislabelled else row.purpose
        number, text = _words(row, trace, dossier, texts)
        dossier.contacts.append(Contact(row, trace, at, purpose, is_answer, number, text))
    tally.seen["messages"] += len(dossier.rows)


def _left_at(row: Row, trace: Trace | None, expected: Expectations) -> datetime:
    """Return the instant of the contact: that of the intent, unless the centre had it only long after."""
    handed_over = trace.at if trace is not None else None
    if handed_over is None:
        return row.intended_at or row.submitted_at or row.not_before
    if row.intended_at is not None and handed_over - expected.hand_over <= row.intended_at <= handed_over:
        return row.intended_at
    return handed_over


def _words(row: Row, trace: Trace | None, dossier: Dossier, texts: Texts) -> tuple[str, str]:
    """Return number and text as the centre got them; of another carrier only our own copy is at hand."""
    if trace is not None:
        to, text = texts.read(trace.offset)
        return to.e164, text
    point = dossier.points.get(row.point)
    return (point.number if point is not None else ""), row.body


def _judge(dossier: Dossier, reader: Reader, lender: LenderFacts, expected: Expectations, tally: Tally) -> None:
    """Ask every question of one borrower's contacts."""
    for contact in dossier.contacts:
        delivery.check_handed_over(contact, dossier, tally)
        reader.check(contact, dossier, tally)
    delivery.check_repeats(dossier, tally)
    timing.check_hours(dossier, expected, tally)
    timing.check_caps(dossier, expected, tally)
    silence.check_stop(dossier, expected, tally)
    silence.check_consent(dossier, expected, tally)
    silence.check_holds(dossier, expected, tally)
    silence.check_kept_plans(dossier, lender.grace_days, tally)
    silence.check_holdout(dossier, expected, tally)
    silence.check_third_party(dossier, tally)
    tally.seen["borrowers"] += 1
    tally.seen["handed over"] += len(dossier.contacts)
