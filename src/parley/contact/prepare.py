"""Turn the facts of a contact into what the rules are judged on: local times, counts, flags, effective purpose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from parley.contact.content import also_for
from parley.contact.facts import FLAG_OF_HOLD, ContactFacts, Direction, Flag, OptOut, OptOutScope
from parley.contact.frequency import consent_lasts, counted, in_window
from parley.contact.hours import moment
from parley.dates import Instant
from parley.purpose import Channel, Purpose
from parley.rulebook.book import Question, Rulebook, Selection, joined
from parley.rulebook.prepared import LocalMoment, Prepared
from parley.rulebook.rule import HoursParams

_NO_ZONE: Final = "UTC"
# More days than any rule names.
_NEVER_DAYS: Final = 100_000
# Clocks of several machines differ by less; a history further ahead means that one of them is wrong.
_CLOCK_SLACK: Final = timedelta(minutes=5)
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
    """A contact ready to be judged, from `facts` by `settings`.

    `counted_at`: per cap, the instants of every contact it may count, in order.
    """

    facts: ContactFacts
    settings: GateSettings
    question: Question
    selection: Selection
    prepared: Prepared
    counted_at: dict[str, tuple[Instant, ...]]

    @property
    def beyond_calendars(self) -> tuple[str, ...]:
        """The calendars of holidays that rules ask and that do not reach to today: no day of theirs is closed."""
        asked = {
            rule.params.holidays
            for rule in self.selection.timed
            if isinstance(rule.params, HoursParams) and rule.params.holidays is not None
        }
        days = (self.question.earliest, self.question.latest)
        return tuple(sorted(one for one in asked if not all(map(self.prepared.calendars[one].knows, days))))


def prepare(facts: ContactFacts, rulebook: Rulebook, settings: GateSettings) -> Case:
    """Return the contact with its rules chosen and its facts prepared."""
    assert facts.now.tzinfo is not None, "the gate needs an instant"
    moments = {zone: moment(facts.now, zone) for zone in facts.zones or (_NO_ZONE,)}
    answers = answers_inbound(facts, settings)
    question = _question(facts, settings, moments, answers=answers)
    selection = rulebook.select(question)
    also = also_for(question.purpose, facts.content)
    for purpose in also:
        selection = joined(selection, rulebook.select(replace(question, purpose=purpose)))
    for zone in selection.fixed_zones:
        moments.setdefault(zone, moment(facts.now, zone))
    counted_at = {
        rule.id: counted(rule, params, facts, loosened=rule.may_loosen(unsigned_bind=settings.unsigned_exceptions_bind))
        for rule, params in selection.caps
    }
    opt_outs = tuple(opt_out for opt_out in facts.opt_outs if _reaches(opt_out, facts))
    prepared = Prepared(
        purpose=also[0] if also and question.purpose is not Purpose.PROMOTION else question.purpose,
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
        content=facts.content,
        unsigned_bind=settings.unsigned_exceptions_bind,
        answers_same_day=_answers_same_day(facts),
        # Where zones differ a pause ends with the last of them.
        today=question.earliest,
        since=facts.since,
        text_known=_text_known(facts),
        consent_lasts=frozenset(rule.id for rule, params in selection.caps if consent_lasts(params, facts)),
        calendars=rulebook.calendars,
        contract_on=facts.contract_on,
        plan=facts.plan,
        carriage=facts.carriage,
    )
    return Case(facts, settings, question, selection, prepared, counted_at)


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


def _answers_same_day(facts: ContactFacts) -> bool:
    """Say whether this answers a message of the borrower on the local day it came, wherever they may be."""
    if facts.answers_at is None or facts.answers_at > facts.now:
        return False
    at = facts.answers_at
    return all(moment(at, zone).day == moment(facts.now, zone).day for zone in facts.zones or (_NO_ZONE,))


def _text_known(facts: ContactFacts) -> int | None:
    """Return how many days ago a text came from this number; None where nothing puts its owner in doubt."""
    texted = [
        contact.at
        for contact in facts.history
        if contact.direction is Direction.IN
        and contact.channel is Channel.SMS
        and (contact.address is None or facts.address is None or contact.address == facts.address)
    ]
    doubtful = Flag.REASSIGNED_NUMBER_NOT_CHECKED in facts.flags
    rests_on_texts = Flag.NUMBER_USED_BY_CONSUMER in facts.flags and texted
    if not doubtful and not rests_on_texts:
        return None
    return (facts.now - max(texted)).days if texted else _NEVER_DAYS


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
        provider=facts.carriage.provider if facts.carriage is not None else "",
    )


def _flags(facts: ContactFacts) -> frozenset[Flag]:
    flags = facts.flags
    if facts.holds:
        flags = flags.union(FLAG_OF_HOLD[hold] for hold in facts.holds)
    if any(contact.at > facts.now + _CLOCK_SLACK for contact in facts.history):
        flags |= {Flag.HISTORY_AHEAD}
    return flags | {Flag.IN_ARREARS} if facts.days_past_due > 0 else flags


def _reaches(opt_out: OptOut, facts: ContactFacts) -> bool:
    on_channel = opt_out.channel in {None, facts.channel}
    at_address = opt_out.address is None or facts.address in {None, opt_out.address}
    match opt_out.scope:
        case OptOutScope.ALL:
            return True
        case OptOutScope.PROMOTION:
            return on_channel and at_address
        case OptOutScope.CHANNEL:
            return on_channel
        case OptOutScope.ADDRESS:
            # An address that was refused is not used in another way either.
            return at_address


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
