"""Batches of contacts to be judged, drawn from a seed: few kinds of approach, many borrowers, as on one night.

Every part of a contact that a rule may ask for varies; the history is dense enough that caps of all widths fill up.
"""

from __future__ import annotations

import random
from dataclasses import fields
from datetime import date, timedelta
from fractions import Fraction

from parley.contact.facts import (
    Carriage,
    Consent,
    Contact,
    ContactFacts,
    Content,
    Designation,
    Direction,
    Discloses,
    Flag,
    Hold,
    OptOut,
    OptOutScope,
    Outcome,
    PlanTerms,
)
from parley.dates import Instant
from parley.purpose import Channel, Purpose
from parley.rulebook.book import EVERYWHERE, Rulebook
from parley.rulebook.rule import Rule
from parley.rulebook.terms import PlanStatement, PlanTrait, Registered, SenderForm
from tests.contact.strategies import PLACES, START

KINDS_A_BATCH = 40
# Beside the usual zones of a place: none known, two countries, half hours, the other side of the date line.
ODD_ZONES = [
    (),
    ("Asia/Shanghai", "America/New_York"),
    ("Europe/London", "Pacific/Kiritimati"),
    ("Asia/Kolkata", "Asia/Kathmandu"),
    ("America/New_York", "Pacific/Honolulu", "America/St_Johns"),
]
NOBODY = frozenset[Flag]()


CHANNELS, PURPOSES, OUTCOMES = list(Channel), list(Purpose), [None, None, *Outcome]


def minute(dice: random.Random) -> tuple[int, int]:
    start = dice.randrange(0, 1440, 30)
    return (start, min(1440, start + dice.randrange(30, 900, 30)))


def designation(dice: random.Random, now: Instant) -> Designation:
    week = tuple((minute(dice),) if dice.random() < 0.8 else () for _ in range(7))
    only = tuple((minute(dice),) if dice.random() < 0.4 else () for _ in range(7))
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = week
    return dice.choice(
        [
            Designation(closed=(monday, tuesday, wednesday, thursday, friday, saturday, sunday)),
            Designation(only=(only[0], only[1], only[2], only[3], only[4], only[5], only[6])),
            Designation(from_day=(now + timedelta(days=dice.randint(-3, 20))).date()),
            Designation(closed=(monday,) * 7, only=(tuesday,) * 7),
        ]
    )


def opt_out(dice: random.Random, now: Instant) -> OptOut:
    at = now - timedelta(minutes=dice.choice([1, 5, 6, 20, 3_000, 60_000])) + timedelta(seconds=dice.randint(0, 1))
    return OptOut(
        scope=dice.choice(list(OptOutScope)),
        at=at,
        channel=dice.choice([Channel.SMS, Channel.SMS, Channel.CALL, None]),
        address=dice.choice([None, "home", "work"]),
        confirmed_at=dice.choice([None, at + timedelta(minutes=1)]),
    )


def flags_of(dice: random.Random, rule: Rule) -> frozenset[Flag]:
    """Draw flags that the rule asks for."""
    sets = [rule.requires, *(getattr(rule.params, field.name) for field in fields(rule.params))]
    named = sorted({flag for one in sets if isinstance(one, frozenset) for flag in one if isinstance(flag, Flag)})
    return rule.requires | frozenset(dice.sample(named, min(len(named), dice.choice([0, 1, 2, 4]))))


def some_flags(dice: random.Random, rule: Rule) -> frozenset[Flag]:
    drawn = frozenset(dice.sample(list(Flag), dice.choice([0, 0, 0, 0, 1])))
    return drawn | flags_of(dice, rule) if dice.random() < 0.5 else drawn


def some_content(dice: random.Random, rule: Rule) -> frozenset[Content]:
    """Draw what a text contains: often what the rule asks for, sometimes all of it."""
    sets = [getattr(rule.params, field.name) for field in fields(rule.params)]
    asked = sorted({one for found in sets if isinstance(found, frozenset) for one in found if isinstance(one, Content)})
    others = dice.sample(list(Content), dice.choice([0, 3, 8]))
    return frozenset(others) | frozenset(asked if dice.random() < 0.5 else asked[1:])


def some_carriage(dice: random.Random, rulebook: Rulebook, rule: Rule) -> Carriage:
    """Draw how a message is carried: often by whom the rule binds, from any sender or one nobody knows."""
    provider = dice.choice(sorted(rule.providers or rulebook.carriers))
    registered = dice.sample(list(Registered), dice.randint(0, len(Registered)))
    return Carriage(provider, dice.choice([None, *SenderForm]), frozenset(registered), ("1107",), "ab")


class Kind:
    """What the contacts of one kind have in common: such as one rule, drawn at random, binds."""

    def __init__(self, dice: random.Random, rulebook: Rulebook) -> None:
        self.rule = dice.choice(rulebook.rules)
        here = self.rule.jurisdiction
        self.jurisdiction = dice.choice(sorted(PLACES)) if here == EVERYWHERE else here
        self.zones = PLACES.get(self.jurisdiction, ("Asia/Taipei",))
        if dice.random() < 0.05:
            self.zones = dice.choice(ODD_ZONES)
        self.purpose = dice.choice(sorted(self.rule.purposes))
        self.channel = dice.choice(sorted(self.rule.channels))
        self.actor = dice.choice(sorted(self.rule.actors))
        self.product = dice.choice(["", "credit_card", *sorted(self.rule.products)])
        self.identity_proven = dice.random() < 0.7
        self.discloses = dice.choice(list(Discloses))
        self.plan = some_plan(dice) if dice.random() < 0.2 else None
        self.content = some_content(dice, self.rule) if dice.random() < 0.3 else None
        is_carried = self.rule.kind == "sender" or dice.random() < 0.3
        self.carriage = some_carriage(dice, rulebook, self.rule) if is_carried else None


class Night:
    """What the contacts of one batch have in common."""

    def __init__(self, dice: random.Random, rulebook: Rulebook) -> None:
        first = START + timedelta(minutes=dice.randrange(90 * 1440), seconds=dice.choice([0, 0, 17]))
        self.nows = [first, first + timedelta(minutes=dice.randrange(1440))]
        self.kinds = [Kind(dice, rulebook) for _ in range(KINDS_A_BATCH)]
        self.named = [designation(dice, first) for _ in range(6)]


def contact(dice: random.Random, kind: Kind, now: Instant, heard_at: Instant) -> Contact:
    # As a rule within the last eight days, and on the edge of a window now and then.
    age = dice.choice([timedelta(minutes=dice.randrange(8 * 1440)), timedelta(minutes=dice.randrange(45 * 1440))])
    edge = dice.choice([timedelta(hours=168), timedelta(hours=24), timedelta(hours=48), timedelta(0)])
    at = now - (edge + timedelta(seconds=dice.randint(-1, 1)) * (edge > timedelta(0)) if dice.random() < 0.1 else age)
    is_usual = dice.random() < 0.75
    return Contact(
        at=now + timedelta(minutes=dice.choice([3, 5, 6, 9_000])) if dice.random() < 0.003 else at,
        channel=kind.channel if is_usual else dice.choice(CHANNELS),
        direction=Direction.OUT if dice.random() < 0.8 else Direction.IN,
        purpose=kind.purpose if is_usual else dice.choice(PURPOSES),
        outcome=dice.choice(OUTCOMES),
        answers_at=dice.choice([None, None, None, None, at - timedelta(minutes=4), heard_at]),
        account=dice.choice([None, "A", "A", "B"]),
        address=dice.choice([None, "home", "work"]),
    )


def began(dice: random.Random, now: Instant) -> tuple[date, ...]:
    """Draw the days on which something began, as often around the lengths that pauses have as not."""
    ages = [dice.choice([1, 14, 29, 30, 31, 44, 45, 59, 60, 61, 90, 200]) for _ in range(dice.choice([0, 1, 1, 2, 3]))]
    return tuple((now - timedelta(days=age)).date() for age in sorted(ages, reverse=True))


def some_plan(dice: random.Random) -> PlanTerms:
    return PlanTerms(
        months=dice.choice([None, Fraction(12), Fraction(61)]),
        apr=dice.choice([None, Fraction(1, 10), Fraction(1, 2)]),
        default_apr=dice.choice([None, Fraction(1, 4)]),
        principal_minor=dice.choice([None, 500_000]),
        is_new_disbursement=dice.random() < 0.3,
        traits=frozenset(dice.sample(list(PlanTrait), dice.choice([0, 0, 1]))),
        states=dice.choice([None, frozenset(PlanStatement), frozenset()]),
    )


def some_facts(dice: random.Random, night: Night) -> ContactFacts:
    kind, now = dice.choice(night.kinds), dice.choice(night.nows)
    heard_at = now - timedelta(minutes=dice.choice([3, 60, 61, 90]))
    is_plain = dice.random() < 0.4
    flags = NOBODY if is_plain else some_flags(dice, kind.rule)
    return ContactFacts(
        now=now,
        jurisdiction=kind.jurisdiction,
        zones=kind.zones,
        purpose=kind.purpose,
        channel=kind.channel,
        actor=kind.actor,
        product=kind.product,
        days_past_due=dice.choice([-3, 0, 1, dice.randint(2, 200)]),
        answers_at=dice.choice([None, heard_at]) if kind.purpose is not Purpose.COLLECTION else None,
        consents=frozenset(Consent) if is_plain else frozenset(dice.sample(list(Consent), dice.randint(0, 3))),
        opt_outs=() if is_plain else tuple(opt_out(dice, now) for _ in range(dice.choice([0, 0, 0, 1, 2]))),
        holds=frozenset() if is_plain or dice.random() < 0.7 else frozenset({dice.choice(list(Hold))}),
        flags=flags,
        designations=tuple(dice.sample(night.named, dice.choice([0] * 40 + [1, 1, 1, 2]))),
        identity_proven=kind.identity_proven,
        discloses=kind.discloses,
        history=tuple(contact(dice, kind, now, heard_at) for _ in range(dice.choice([0, 1, 3, 6, 14]))),
        since={flag: began(dice, now) for flag in sorted(flags) if dice.random() < 0.7},
        contract_on=dice.choice([None, None, (now - timedelta(days=dice.randrange(9_000))).date()]),
        plan=kind.plan,
        content=kind.content,
        carriage=kind.carriage,
        account="A",
        address=dice.choice(["home", "home", None]),
    )


def batch(seed: int, size: int, rulebook: Rulebook) -> list[ContactFacts]:
    """Draw contacts of some kinds at two instants within a day; on some of these days clocks change somewhere."""
    dice = random.Random(f"gate {seed}")
    night = Night(dice, rulebook)
    return [some_facts(dice, night) for _ in range(size)]
