"""Read one regulatory scenario (the schema of the collected rulebook facts) as the facts of a contact.

A scenario is judged by law alone: hand in a rulebook without the lender's files. What the schema takes for granted
holds: the recipient is the borrower, identity is proven, consent to be contacted exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from parley.contact.facts import (
    Consent,
    Contact,
    ContactFacts,
    Designation,
    Direction,
    Discloses,
    Flag,
    OptOut,
    OptOutScope,
    Outcome,
)
from parley.dates import Instant, instant
from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.book import Rulebook
from parley.rulebook.fields import WEEKDAYS
from parley.rulebook.rule import OptOutParams, WeekWindows

_CONSENT_FLAGS: Final = {
    "consent_electronic_direct": Consent.ELECTRONIC_DIRECT,
    "consent_marketing": Consent.MARKETING,
    "consent_marketing_written": Consent.MARKETING_WRITTEN,
    "soft_opt_in": Consent.SOFT_OPT_IN,
}
# A cease request is one only in writing (12 CFR 1006.6(c)).
_WRITTEN: Final = frozenset({Channel.POST, Channel.EMAIL})


def facts_of(jurisdiction: str, given: Mapping[str, Any], rulebook: Rulebook) -> ContactFacts:
    """Return the facts of a scenario's `given` part.

    Raises KeyError or ValueError where the scenario leaves its schema.
    """
    now = _at(given["now"])
    debtor = given.get("debtor", {})
    words = _opt_out_words(jurisdiction, rulebook)
    entries = [_Entry(raw, words) for raw in given.get("history", ())]
    flags = set(debtor.get("flags", ()))
    purpose = Purpose(given["purpose"])
    inbound = [entry.at for entry in entries if entry.direction is Direction.IN and entry.at <= now]
    return ContactFacts(
        now=now,
        jurisdiction=jurisdiction,
        zones=tuple(debtor.get("timezones", ())),
        purpose=purpose,
        channel=Channel(given["channel"]),
        actor=Actor(given.get("actor", Actor.ORIGINAL_CREDITOR)),
        product=given.get("product", ""),
        days_past_due=given.get("days_past_due", 0),
        answers_at=max(inbound, default=None) if purpose is Purpose.NEGOTIATION_REPLY else None,
        consents=frozenset({Consent.CONTACT} | {_CONSENT_FLAGS[flag] for flag in flags & _CONSENT_FLAGS.keys()}),
        opt_outs=tuple(entry.opt_out for entry in entries if entry.opt_out is not None),
        flags=frozenset(Flag(flag) for flag in flags - _CONSENT_FLAGS.keys()) | _flags(entries),
        designations=tuple(_designation(entry.raw["designates"]) for entry in entries if "designates" in entry.raw),
        identity_proven=True,
        discloses=Discloses.DEBT,
        history=tuple(entry.contact for entry in entries),
        account=given.get("account"),
        address=given.get("address"),
    )


class _Entry:
    """One line of a scenario's history, read once."""

    def __init__(self, raw: Mapping[str, Any], opt_out_words: frozenset[str]) -> None:
        self.raw = raw
        self.at = _at(raw["at"])
        self.channel = Channel(raw["channel"])
        self.direction = Direction(raw["direction"])
        self.purpose = Purpose(raw["purpose"])
        self.outcome = raw.get("outcome")
        self.is_opt_out = self.direction is Direction.IN and (
            self.outcome == "opt_out"
            or (self.outcome is None and str(raw.get("text", "")).strip().lower() in opt_out_words)
        )

    @property
    def contact(self) -> Contact:
        outcome = Outcome(self.outcome) if self.outcome in list(Outcome) else None
        return Contact(
            at=self.at,
            channel=self.channel,
            direction=self.direction,
            purpose=self.purpose,
            outcome=outcome,
            answers_at=_at(self.raw["answers_at"]) if "answers_at" in self.raw else None,
            account=self.raw.get("account"),
            address=self.raw.get("address"),
        )

    @property
    def opt_out(self) -> OptOut | None:
        """The refusal this entry is: of promotions if it answered one, of an address it names, else of the channel."""
        if not self.is_opt_out:
            return None
        address = self.raw.get("address")
        if self.purpose is Purpose.PROMOTION:
            return OptOut(OptOutScope.PROMOTION, self.at, self.channel)
        return OptOut(OptOutScope.ADDRESS if address else OptOutScope.CHANNEL, self.at, self.channel, address)


def _at(value: str | datetime) -> Instant:
    return instant(value if isinstance(value, datetime) else datetime.fromisoformat(value))


def _opt_out_words(jurisdiction: str, rulebook: Rulebook) -> frozenset[str]:
    here = rulebook.chain(jurisdiction)
    return frozenset(
        word
        for rule in rulebook.rules
        if rule.jurisdiction in here and isinstance(rule.params, OptOutParams)
        for word in rule.params.words
    )


def _flags(entries: Iterable[_Entry]) -> frozenset[Flag]:
    ceased = any(entry.outcome == "cease_request" and entry.channel in _WRITTEN for entry in entries)
    return frozenset({Flag.CEASE_REQUEST} if ceased else ())


def _designation(raw: Mapping[str, Any]) -> Designation:
    from_day = raw.get("from_date")
    return Designation(
        closed=_week(raw["not"]) if "not" in raw else None,
        only=_week(raw["only"]) if "only" in raw else None,
        from_day=date.fromisoformat(str(from_day)) if from_day else None,
    )


def _week(spans: Iterable[Mapping[str, str]]) -> WeekWindows:
    days: list[list[tuple[int, int]]] = [[] for _ in WEEKDAYS]
    for span in spans:
        first, _, last = span.get("days", "Mon-Sun").partition("-")
        for weekday in range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1):
            days[weekday].append((_minute(span["from"]), _minute(span["to"])))
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (tuple(sorted(day)) for day in days)
    return (monday, tuesday, wednesday, thursday, friday, saturday, sunday)


def _minute(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)
