"""Turn the facts of a contact into what the rules are judged on: local times, counts, flags, effective purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from parley.contact.facts import FLAG_OF_HOLD, ContactFacts, Direction, Flag, OptOut, OptOutScope
from parley.contact.frequency import counted, in_window
from parley.contact.hours import moment
from parley.dates import Instant
from parley.purpose import Purpose
from parley.rulebook.book import Question, Rulebook, Selection
from parley.rulebook.prepared import LocalMoment, Prepared

_NO_ZONE: Final = "UTC"
# What is sent beside an answer and does not use it up.
_BESIDE_AN_ANSWER: Final = frozenset({Purpose.OPT_OUT_CONFIRMATION, Purpose.CRISIS_REPLY})


@dataclass(frozen=True, slots=True)
class GateSettings:
    """How the gate judges, beyond the rules.

    `unsigned_exceptions_bind`: what loosens law binds though no reviewer signed it (sandbox homes only).
    `reply_minutes`: how long a borrower's message may wait for its one answer before that counts as unprompted.
    `known_on`: judge by what was known on this day; None: all that is known.
    """

    unsigned_exceptions_bind: bool = False
    reply_minutes: int = 60
    known_on: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A contact ready to be judged. `counted_at`: per cap, the instants of every contact it may count, in order."""

    question: Question
    selection: Selection
    prepared: Prepared
    counted_at: dict[str, tuple[Instant, ...]]


def prepare(facts: ContactFacts, rulebook: Rulebook, settings: GateSettings) -> Case:
    """Return the contact with its rules chosen and its facts prepared."""
    assert facts.now.tzinfo is not None, "the gate needs an instant"
    moments = {zone: moment(facts.now, zone) for zone in facts.zones or (_NO_ZONE,)}
    answers = answers_inbound(facts, settings)
    question = _question(facts, settings, moments, answers=answers)
    selection = rulebook.select(question)
    for zone in selection.fixed_zones:
        moments.setdefault(zone, moment(facts.now, zone))
    counted_at = {rule.id: counted(rule, params, facts) for rule, params in selection.caps}
    opt_outs = tuple(opt_out for opt_out in facts.opt_outs if _reaches(opt_out, facts))
    prepared = Prepared(
        purpose=question.purpose,
        channel=facts.channel,
        days_past_due=facts.days_past_due,
        zones=facts.zones,
        moments=moments,
        counts={
            rule.id: in_window(params, counted_at[rule.id], facts.now, facts.zones) for rule, params in selection.caps
        },
        flags=_flags(facts),
        consents=facts.consents,
        opt_outs=opt_outs,
        confirmations=_confirmations(facts, opt_outs),
        minutes_since_opt_out=_minutes_since(facts.now, opt_outs),
        designations=facts.designations,
        identity_proven=facts.identity_proven,
        discloses=facts.discloses,
        answers_inbound=answers,
        answers_same_channel=answers and _same_channel(facts),
        asked_location=_has(facts, Direction.OUT, Purpose.LOCATION_INQUIRY),
        address_used=_address_used(facts),
        unsigned_bind=settings.unsigned_exceptions_bind,
    )
    return Case(question, selection, prepared, counted_at)


def answers_inbound(facts: ContactFacts, settings: GateSettings) -> bool:
    """Say whether this is the first, timely answer to a message of the borrower."""
    if facts.answers_at is None:
        return False
    waited = facts.now - facts.answers_at
    if not timedelta(0) <= waited <= timedelta(minutes=settings.reply_minutes):
        return False
    return not any(
        contact.answers_at == facts.answers_at and contact.purpose not in _BESIDE_AN_ANSWER
        for contact in facts.history
        if contact.direction is Direction.OUT
    )


def _question(
    facts: ContactFacts, settings: GateSettings, moments: dict[str, LocalMoment], *, answers: bool
) -> Question:
    # A "reply" to nothing is what it would have been without the label.
    unprompted = facts.purpose is Purpose.NEGOTIATION_REPLY and not answers
    days = [one.day for one in moments.values()]
    return Question(
        jurisdiction=facts.jurisdiction,
        actor=facts.actor,
        purpose=Purpose.COLLECTION if unprompted else facts.purpose,
        channel=facts.channel,
        product=facts.product,
        earliest=min(days),
        latest=max(days),
        known_on=settings.known_on,
    )


def _flags(facts: ContactFacts) -> frozenset[Flag]:
    flags = facts.flags
    if facts.holds:
        flags = flags.union(FLAG_OF_HOLD[hold] for hold in facts.holds)
    return flags | {Flag.IN_ARREARS} if facts.days_past_due > 0 else flags


def _reaches(opt_out: OptOut, facts: ContactFacts) -> bool:
    match opt_out.scope:
        case OptOutScope.ALL | OptOutScope.PROMOTION:
            return True
        case OptOutScope.CHANNEL:
            return opt_out.channel is facts.channel
        case OptOutScope.ADDRESS:
            return opt_out.address is None or facts.address is None or opt_out.address == facts.address


def _confirmations(facts: ContactFacts, opt_outs: tuple[OptOut, ...]) -> int:
    if not opt_outs:
        return 0
    newest = max(opt_outs, key=lambda opt_out: opt_out.at)
    in_history = sum(
        1
        for contact in facts.history
        if contact.direction is Direction.OUT
        and contact.purpose is Purpose.OPT_OUT_CONFIRMATION
        and contact.at >= newest.at
    )
    return max(in_history, 1 if newest.confirmed_at is not None else 0)


def _minutes_since(now: Instant, opt_outs: tuple[OptOut, ...]) -> int | None:
    """Return the minutes since the newest refusal, begun ones counted whole; None without one."""
    if not opt_outs:
        return None
    waited = now - max(opt_out.at for opt_out in opt_outs)
    return -(-waited // timedelta(minutes=1))


def _has(facts: ContactFacts, direction: Direction, purpose: Purpose) -> bool:
    return any(contact.direction is direction and contact.purpose is purpose for contact in facts.history)


def _same_channel(facts: ContactFacts) -> bool:
    return any(
        contact.direction is Direction.IN and contact.at == facts.answers_at and contact.channel is facts.channel
        for contact in facts.history
    )


def _address_used(facts: ContactFacts) -> bool:
    return any(
        contact.direction is Direction.IN and contact.channel is facts.channel and contact.address == facts.address
        for contact in facts.history
    )
