"""What a kind of carrier declares of itself: the keys it needs, what it can and cannot do, where that was read.

Routing, checks and pages read the declaration; nothing else knows one kind of carrier from another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from parley.messaging.carriage import STANDARD, Carriage
from parley.providers.port import Callbacks, Provider
from parley.rulebook.terms import Registered


class OptOuts(StrEnum):
    """What the carrier itself does with a STOP, before or beside us."""

    NOTHING = "nothing"  # it brings us the text, and nobody else answers
    ANSWERED = "answered"  # it answers and blocks the number itself, and brings us the text too
    HIDDEN = "hidden"  # it answers and blocks, and we may never see the text


class KnownBy(StrEnum):
    """By what a callback is known to be the carrier's."""

    THEIR_KEY = "their_key"  # it signs by a secret of its own, which is one of the route's keys
    OUR_KEY = "our_key"  # it signs by a secret of ours (`parley callbacks secret`)
    ADDRESS = "address"  # it signs nothing: a secret of ours stands in the address


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was read: the carrier's own page, and on which day."""

    address: str
    read_on: date


@dataclass(frozen=True, slots=True)
class Key:
    """One key that a route of this kind has: what it means in one sentence, and what it may be.

    `form`: what the whole value must match; `default` None: it must be given. A secret never stands in a file of
    settings; it comes from the home's keys. `is_file`: the value names a file of the home, and what the kind is given
    is what stands in it.
    """

    name: str
    en: str
    zh: str
    form: re.Pattern[str] = re.compile(r"[^\s].{0,499}")
    default: str | None = None
    is_secret: bool = False
    is_file: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Given:
    """What the lender gave for one route: its name (the carrier's in the ledger), its values and its secrets.

    Every key of the declaration is in `values` or `secrets`. `callback_secrets`: those that its callbacks are verified
    by, where the carrier has none of its own (`whsec_…`).
    """

    name: str
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    secrets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    callback_secrets: tuple[str, ...] = ()
    # How carriers reach our door from outside, without path; empty where nobody said it.
    public_url: str = ""

    def __repr__(self) -> str:
        return f"Given({self.name!r})"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a kind of carrier is. Units: `settle_seconds` seconds, `per_second` messages (0: it names no rate).

    `code`: as rules, registrations and routes name it. `deduplicates`: whether the carrier knows our reference again
    and takes a second submission under it as the first. `needs`: what must be registered for anything to be carried.
    `posts_back`: whether receipts and texts come to our door, else they are fetched; `known_by`: how they are verified.
    `countries`: those it serves at all; empty: any.
    """

    code: str
    en: str
    zh: str
    keys: tuple[Key, ...]
    can_look_up: bool
    deduplicates: bool
    settle_seconds: int
    opt_outs: OptOuts
    posts_back: bool
    sources: tuple[Source, ...]
    per_second: int = 0
    carriage: Carriage = STANDARD
    needs: frozenset[Registered] = frozenset()
    countries: frozenset[str] = frozenset()
    known_by: KnownBy = KnownBy.THEIR_KEY


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at the carrier showed: whether it is well, and in words what to do where it is not."""

    is_well: bool
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of carrier: what it declares, and how a route of it is built.

    `callbacks`: how what it posts is read; None where nothing comes to our door. `probe`: asks the carrier whether it
    knows us, without any effect; None where it has no such question. None of them opens a connection before it is used.
    """

    declared: Declaration
    build: Callable[[Given], Provider]
    callbacks: Callable[[Given], Callbacks] | None = None
    probe: Callable[[Given], Finding] | None = None
