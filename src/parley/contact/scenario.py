"""Read one regulatory scenario (the schema of the collected rulebook facts) as the facts of a contact.

A scenario is judged by law alone: hand in a rulebook without the lender's files. What the schema takes for granted
holds: the recipient is the borrower, identity is proven, consent to be contacted exists. Whatever is not understood is
refused in words, so that no case passes because a part of it was passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from parley.contact.content import Words, contents_of
from parley.contact.facts import (
    Consent,
    Contact,
    ContactFacts,
    Direction,
    Discloses,
    Flag,
    OptOut,
    OptOutScope,
    Outcome,
)
from parley.contact.scenario_fields import (
    check_known,
    not_understood,
    read_at,
    read_day,
    read_designation,
    read_list,
    read_table,
    read_whole,
    read_word,
)
from parley.contact.scenario_plan import plan_of
from parley.contact.scenario_text import NOTHING, Told, understand
from parley.dates import Instant, is_zone, local_date
from parley.errors import BadInput
from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.book import Rulebook
from parley.rulebook.rule import OptOutParams

_CONSENT_FLAGS: Final = {
    "consent_electronic_direct": Consent.ELECTRONIC_DIRECT,
    "consent_marketing": Consent.MARKETING,
    "consent_marketing_written": Consent.MARKETING_WRITTEN,
    "soft_opt_in": Consent.SOFT_OPT_IN,
}
# A cease request is one only in writing (12 CFR 1006.6(c)), on paper or by a medium the collector itself uses.
_WRITTEN: Final = frozenset({Channel.POST, Channel.EMAIL, Channel.SMS, Channel.IM})
# What an entry of the history may have ended in, beside the outcomes a rule counts by.
_SAID: Final = frozenset(
    "adviser_notice cease_request hardship_confirmed opt_out plan_request third_party_refused time_preference".split()
)
# What was said, and the flag that holds since.
_BEGINS: Final = {"adviser_notice": Flag.DEBT_ADVISER_ENGAGED, "hardship_confirmed": Flag.HARDSHIP_CONFIRMED}
# A hardship that is confirmed is one of these, where the case names one.
_HARDSHIPS: Final = frozenset({Flag.BEREAVEMENT, Flag.DISASTER, Flag.HOSPITAL})
_ANSWERS_A_PLAN: Final = frozenset({Purpose.PLAN_OFFER, Purpose.NEGOTIATION_REPLY, Purpose.SERVICING})
_GIVEN: Final = frozenset(
    "actor purpose channel days_past_due debtor history now text account product address plan account_opened "
    "moratorium".split()
)
_DEBTOR: Final = frozenset({"timezones", "language", "flags"})
_ENTRY: Final = frozenset("at channel direction purpose outcome text account address designates answers_at".split())
_MORATORIUM: Final = frozenset({"kind", "started", "ended", "treatment_ended"})
_VALIDATION_DAYS: Final = 30
_STANDARD, _CRISIS = "standard", "mental_health_crisis"


def facts_of(jurisdiction: str, given: Mapping[str, Any], rulebook: Rulebook, words: Words) -> ContactFacts:
    """Return the facts of a scenario's `given` part, its texts understood by *words*.

    Raises BadInput: what is not understood and what is allowed.
    """
    check_known(given, _GIVEN, "given")
    now = read_at(given, "now", "given")
    debtor = read_table(given.get("debtor", {}), "debtor", _DEBTOR)
    reader = _Reader(jurisdiction, rulebook, words, _zones(debtor))
    history = read_list(given.get("history", ()), "history")
    entries = [_Entry(raw, place, reader) for place, raw in enumerate(history, 1)]
    _no_future(entries, now)
    flags = {str(flag) for flag in read_list(debtor.get("flags", ()), "flags")}
    purpose = read_word(given.get("purpose"), Purpose, "purpose")
    inbound = [entry.at for entry in entries if entry.direction is Direction.IN]
    zones = _zones(debtor)
    held = frozenset(read_word(flag, Flag, "flags") for flag in flags - _CONSENT_FLAGS.keys()) | _flags(entries)
    held, since = _states(held, entries, given.get("moratorium"), zones)
    return ContactFacts(
        now=now,
        jurisdiction=jurisdiction,
        zones=zones,
        purpose=purpose,
        channel=read_word(given.get("channel"), Channel, "channel"),
        actor=read_word(given.get("actor", Actor.ORIGINAL_CREDITOR), Actor, "actor"),
        product=str(given.get("product", "")),
        days_past_due=read_whole(given.get("days_past_due", 0), "days_past_due"),
        answers_at=max(inbound, default=None) if purpose is Purpose.NEGOTIATION_REPLY else None,
        consents=frozenset({Consent.CONTACT} | {_CONSENT_FLAGS[flag] for flag in flags & _CONSENT_FLAGS.keys()})
        | _consents(entries),
        opt_outs=_opt_outs(entries),
        flags=held,
        designations=tuple(entry.designation for entry in entries if entry.designation is not None),
        identity_proven=True,
        discloses=Discloses.DEBT,
        content=contents_of(str(given["text"]), words.outbound) if "text" in given else None,
        history=tuple(entry.contact(inbound) for entry in entries),
        since=since,
        contract_on=read_day(given["account_opened"], "account_opened") if "account_opened" in given else None,
        plan=plan_of(given["plan"]) if "plan" in given else None,
        account=given.get("account"),
        address=given.get("address"),
    )


class _Reader:
    """How the words of an inbound entry are understood in one place."""

    def __init__(self, jurisdiction: str, rulebook: Rulebook, words: Words, zones: tuple[str, ...]) -> None:
        self.stop_words = _opt_out_words(jurisdiction, rulebook)
        self.lexicon = words.inbound
        self.zone = zones[0] if zones else "UTC"
        self.locale = f"en-{jurisdiction.partition('-')[0]}"

    def told(self, text: str, channel: Channel, purpose: Purpose, at: Instant) -> Told:
        """Return what *text* amounts to; the words a rule lists are a refusal wherever it binds."""
        told = understand(text, channel, purpose, local_date(at, self.zone), self.locale, self.lexicon)
        if told.refused is None and text.strip().lower() in self.stop_words:
            return replace(told, refused=channel, outcome=None)
        return told


class _Entry:
    """One line of a scenario's history, read once. Where no outcome is given the words are understood."""

    def __init__(self, raw: object, place: int, reader: _Reader) -> None:
        where = f"history {place}"
        self.raw = read_table(raw, where, _ENTRY)
        self.at = read_at(self.raw, "at", where)
        self.channel = read_word(self.raw.get("channel"), Channel, f"{where}, channel")
        self.direction = read_word(self.raw.get("direction"), Direction, f"{where}, direction")
        self.purpose = read_word(self.raw.get("purpose"), Purpose, f"{where}, purpose")
        said = self.raw.get("outcome")
        text, is_inbound = str(self.raw.get("text", "")), self.direction is Direction.IN
        understood = is_inbound and text and said in {None, "time_preference"}
        self.told = reader.told(text, self.channel, self.purpose, self.at) if understood else NOTHING
        self.said = str(said) if said in _SAID else self.told.said
        self.outcome = self.told.outcome
        if said is not None and said not in _SAID:
            self.outcome = read_word(said, Outcome, f"{where}, outcome")
        self.designation = self.told.designation
        if "designates" in self.raw:
            self.designation = read_designation(self.raw["designates"])
        # Said to somebody on the telephone "leave me alone" is no cease notice in writing; it ends the calls.
        self.is_opt_out = is_inbound and (
            said == "opt_out"
            or (self.said == "cease_request" and self.channel not in _WRITTEN)
            or self.told.refused is not None
        )

    def contact(self, inbound: Iterable[Instant]) -> Contact:
        """Return the entry as a past contact; a reply of ours answers the newest message before it."""
        answers_at = read_at(self.raw, "answers_at", "history") if "answers_at" in self.raw else None
        if answers_at is None and self.direction is Direction.OUT and self.purpose is Purpose.NEGOTIATION_REPLY:
            answers_at = max((at for at in inbound if at <= self.at), default=None)
        return Contact(
            at=self.at,
            channel=self.channel,
            direction=self.direction,
            purpose=self.purpose,
            outcome=self.outcome,
            answers_at=answers_at,
            account=self.raw.get("account"),
            address=self.raw.get("address"),
        )

    @property
    def asks_scope(self) -> bool:
        """Whether this is our confirmation of a refusal and asks how far it goes."""
        is_ours = self.direction is Direction.OUT and self.purpose is Purpose.OPT_OUT_CONFIRMATION
        return is_ours and any(mark in str(self.raw.get("text", "")) for mark in ("?", "？"))

    @property
    def opt_out(self) -> OptOut | None:
        """The refusal this entry is: of promotions if it answered one, of an address it names, else of the channel."""
        if not self.is_opt_out:
            return None
        address = self.raw.get("address")
        if self.purpose is Purpose.PROMOTION or self.told.is_promotional:
            return OptOut(OptOutScope.PROMOTION, self.at)
        if self.told.refused not in {None, self.channel}:
            return OptOut(OptOutScope.CHANNEL, self.at, self.told.refused)
        return OptOut(OptOutScope.ADDRESS if address else OptOutScope.CHANNEL, self.at, self.channel, address)


def _no_future(entries: Iterable[_Entry], now: Instant) -> None:
    if any(entry.at > now for entry in entries):
        raise BadInput(
            "the history holds an entry after now; set the clock or the entry right",
            "历史记录中有晚于当前时刻的条目；请更正时钟或该条目",
        )


def _zones(debtor: Mapping[str, Any]) -> tuple[str, ...]:
    zones = tuple(str(name) for name in read_list(debtor.get("timezones", ()), "timezones"))
    for name in zones:
        if not is_zone(name):
            raise not_understood("timezones", name, "names of the tz database such as Asia/Manila")
    return zones


def _opt_out_words(jurisdiction: str, rulebook: Rulebook) -> frozenset[str]:
    here = rulebook.chain(jurisdiction)
    return frozenset(
        word
        for rule in rulebook.rules
        if rule.jurisdiction in here and isinstance(rule.params, OptOutParams)
        for word in rule.params.words
    )


def _is_early(dispute: _Entry, entries: Iterable[_Entry]) -> bool:
    """Say whether a dispute came within the validation period: 30 days from the first message (15 USC 1692g(a)(3))."""
    first = min((one.at for one in entries if one.direction is Direction.OUT), default=dispute.at)
    return dispute.at <= first + timedelta(days=_VALIDATION_DAYS)


def _flags(entries: Sequence[_Entry]) -> frozenset[Flag]:
    """Return what the history says of the borrower."""
    found: set[Flag] = set()
    for entry in entries:
        found |= entry.told.flags
        if Flag.DISPUTED in entry.told.flags and entry.channel in _WRITTEN and _is_early(entry, entries):
            found.add(Flag.DISPUTED_IN_VALIDATION_PERIOD)
        if entry.said in _BEGINS:
            found.add(_BEGINS[entry.said])
        elif entry.said == "third_party_refused":
            found.add(Flag.THIRD_PARTY_REFUSED)
        elif entry.said == "cease_request" and entry.channel in _WRITTEN:
            found.add(Flag.CEASE_REQUEST)
        elif entry.said == "plan_request":
            found.add(Flag.PLAN_REQUEST_PENDING)
        elif entry.outcome is Outcome.CONSENT and entry.purpose is not Purpose.PROMOTION:
            found |= {Flag.DIRECT_PRIOR_CONSENT, Flag.PRIOR_CONSENT}
        elif entry.direction is Direction.OUT and entry.purpose in _ANSWERS_A_PLAN:
            found.discard(Flag.PLAN_REQUEST_PENDING)
    return frozenset(found)


def _consents(entries: Iterable[_Entry]) -> frozenset[Consent]:
    """Return the consents to promotions the history holds; one in writing is a written one."""
    given = [entry for entry in entries if entry.outcome is Outcome.CONSENT and entry.purpose is Purpose.PROMOTION]
    written = {Consent.MARKETING_WRITTEN for entry in given if entry.channel in _WRITTEN}
    return frozenset({Consent.MARKETING} | written if given else ())


def _opt_outs(entries: Sequence[_Entry]) -> tuple[OptOut, ...]:
    """Return the refusals that no later consent on the same channel has taken back.

    A question how far a refusal was meant that stays unanswered widens it to everything (47 CFR 64.1200(a)(12)).
    """
    standing = []
    for entry in entries:
        refusal = entry.opt_out
        later = [one for one in entries if one.at > entry.at]
        if refusal is None or any(one.outcome is Outcome.CONSENT and one.channel is entry.channel for one in later):
            continue
        asked = [one for one in later if one.asks_scope]
        answered = asked and any(one.direction is Direction.IN and one.at > asked[0].at for one in later)
        if refusal.scope is OptOutScope.PROMOTION and asked and not answered:
            refusal = replace(refusal, scope=OptOutScope.CHANNEL)
        standing.append(refusal)
    return tuple(standing)


def _states(
    flags: frozenset[Flag], entries: Iterable[_Entry], moratorium: object, zones: tuple[str, ...]
) -> tuple[frozenset[Flag], Mapping[Flag, tuple[date, ...]]]:
    """Return the flags, and since when those hold of which the history or the moratorium says so."""
    zone = zones[0] if zones else "UTC"
    since: dict[Flag, tuple[date, ...]] = {}
    for said, flag in _BEGINS.items():
        days = tuple(sorted(local_date(entry.at, zone) for entry in entries if entry.said == said))
        if days:
            since[flag] = days
    if Flag.HARDSHIP_CONFIRMED in since:
        since |= dict.fromkeys(flags & _HARDSHIPS, since[Flag.HARDSHIP_CONFIRMED])
    if moratorium is not None:
        return _moratorium(flags, since, read_table(moratorium, "moratorium", _MORATORIUM))
    return flags, since


def _moratorium(
    flags: frozenset[Flag], since: dict[Flag, tuple[date, ...]], raw: Mapping[str, Any]
) -> tuple[frozenset[Flag], Mapping[Flag, tuple[date, ...]]]:
    """Return flags and days of a breathing space; one in a mental health crisis counts from the end of treatment."""
    kind = raw.get("kind")
    if kind not in {_STANDARD, _CRISIS}:
        raise not_understood("moratorium, kind", kind, f"{_STANDARD}, {_CRISIS}")
    started, treated = raw.get("started"), raw.get("treatment_ended")
    if raw.get("ended") is not None:
        read_day(raw["ended"], "moratorium, ended")
    if kind == _STANDARD:
        return flags, since | ({Flag.BREATHING_SPACE: (read_day(started, "moratorium, started"),)} if started else {})
    if Flag.BREATHING_SPACE in flags:
        flags = (flags - {Flag.BREATHING_SPACE}) | {Flag.MENTAL_HEALTH_BREATHING_SPACE}
    ended = {Flag.MENTAL_HEALTH_BREATHING_SPACE: (read_day(treated, "moratorium, treatment_ended"),)} if treated else {}
    return flags, since | ended
