"""What the gate must know of a night's wishes, as columns of numbers: the facts of `engine.asking`, many at a time.

What borrowers share (places, states, kinds of contact, ways to be approached) is numbered as it comes up, for all
buckets together. No object is made for an account, an address or a past contact.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np

from parley.columnar.gate.bucket import ACCOUNTS, CONTACTS, Columns, write_bucket
from parley.columnar.gate.tables import BUCKET
from parley.columnar.triggers import Wish
from parley.contact.columns import Approach, ContactClass, Legend, Numbering, Place, State
from parley.contact.content import contents_of
from parley.contact.dimensions import Key, Occurring
from parley.contact.facts import FLAG_OF_HOLD, Content, Direction, Discloses, Hold
from parley.engine.acts import HOW, CallOutcome
from parley.engine.announce import Opening, opening, words_of
from parley.engine.asking import flags_of_lateness, rule_product, since_of
from parley.engine.case import ContactRecord
from parley.engine.nightly import Trigger
from parley.engine.turn import Library
from parley.messaging.catalogue import Rendered
from parley.purpose import Channel, Purpose
from parley.run.wishes import figures_of, still_is
from parley.servicing.account import Product
from parley.store import models, plain
from parley.store.book import Page, load_accounts, load_wished, points_of
from parley.store.page_links import token_of
from parley.store.records import HISTORY_DAYS, load_standing
from parley.store.rows import account_of, party_of
from parley.store.vault import Vault

_ROWS_AT_ONCE: Final = 10_000
_UTC: Final = "+00"
_OPENINGS: Final = 4_096
_WITH_PERSON: Final = frozenset({FLAG_OF_HOLD[Hold.WITH_PERSON]})


@dataclass(frozen=True, slots=True)
class _Text:
    """All that the contents of a text depend on: its figures do not count."""

    first: Opening
    language: str
    jurisdiction: str
    currency: str
    due_on: date | None


@dataclass(frozen=True, slots=True, repr=False)
class _Asked:
    """A wish beside what the store holds of its account, borrower and address, as plain values."""

    wish_id: UUID
    wish: Wish
    row: plain.Row
    address: str | None
    proven_at: str | None

    @property
    def borrower(self) -> str:
        """The borrower's id, as the database writes it."""
        return str(self.row[1])


class Facts:
    """Collects the facts of a night, bucket by bucket."""

    def __init__(self, as_of: date, now: datetime, library: Library, vault: Vault) -> None:
        self._as_of, self._now, self._library, self._vault = as_of, now, library, vault
        self._places, self._states = Numbering[Place](), Numbering[State]()
        self._approaches, self._classes = Numbering[Approach](), Numbering[ContactClass]()
        self._keys: set[Key] = set()
        self._special: set[tuple[int, Key]] = set()
        self._contents: dict[_Text, frozenset[Content]] = {}
        self._place = cache(self._place_of)
        # Every proof of identity has its own instant: not all of a book's are kept.
        self._opening = lru_cache(_OPENINGS)(self._opening_of)
        self._approach = cache(self._approach_of)

    def occurring(self) -> Occurring:
        """Return what came up in all buckets written so far."""
        legend = Legend(self._places.things, self._states.things, self._classes.things)
        return Occurring(legend, self._approaches.things, self._keys, self._special)

    def write(self, folder: Path, wishes: Sequence[tuple[UUID, Wish]]) -> None:
        """Write the bucket of these wishes, each with the id of its message."""
        accounts, persons, addresses = Numbering[str](), Numbering[str](), Numbering[str]()
        asked = _read_asked(wishes)
        borrowers = {UUID(one.borrower): one.borrower for one in asked}
        records = self._standing(borrowers)
        held = {address for (address,) in plain.held_by_a_person(borrowers)}
        asked = self._judge_texts(asked)
        rows = []
        for one in asked:
            key, state = self._situation(one, records[UUID(one.borrower)], is_held=one.address in held)
            address = addresses.of(one.address) if one.address is not None else None
            opened_on = self._as_of - timedelta(days=one.wish.days) if one.wish.days else None
            numbers = (accounts.of(one.row[0]), persons.of(one.borrower), address, key[0], state)
            rows.append((one.wish.account_id, one.wish_id, *numbers, opened_on, one.row[4], key[1]))
        opt_outs = [
            (
                persons.of(text),
                nth,
                one.scope.value,
                one.channel.value if one.channel is not None else None,
                addresses.of(_as_written(one.address, text)) if one.address is not None else None,
                one.at,
                one.confirmed_at,
            )
            for borrower, text in borrowers.items()
            for nth, one in enumerate(records[borrower].opt_outs)
        ]
        contacts = (
            (
                persons.of(who),
                accounts.of(about) if about is not None else None,
                addresses.of(where),
                what,
                at,
                answered,
            )
            for who, about, where, what, at, answered in self._contacts(borrowers)
        )
        write_bucket(
            folder,
            _columns(ACCOUNTS, rows),
            _columns(BUCKET["opt_outs"], opt_outs),
            _columns(CONTACTS, contacts),
        )

    def _standing(self, borrowers: Iterable[UUID]) -> Mapping[UUID, ContactRecord]:
        found: dict[UUID, ContactRecord] = {}
        rest = iter(borrowers)
        while some := list(islice(rest, _ROWS_AT_ONCE)):
            found |= load_standing(some, self._now)
        return found

    def _situation(self, one: _Asked, record: ContactRecord, *, is_held: bool) -> tuple[Key, int]:
        """Return where and how the borrower is approached, and the state of the case, by number."""
        _, _, product, _, _, _, jurisdiction, zones = one.row
        key = (self._place(jurisdiction, zones, product), self._approach(self._text(one)), False)
        holds = frozenset(FLAG_OF_HOLD[hold.kind] for hold in record.holds) | (_WITH_PERSON if is_held else frozenset())
        since = tuple(sorted(since_of(record.holds).items()))
        state = State(
            flags_of_lateness(one.wish.days, self._library.in_collection_days) | holds,
            record.consents,
            record.designations,
            since,
        )
        number = self._states.of(state)
        self._keys.add(key)
        if state.designations or state.since:
            self._special.add((number, key))
        return key, number

    def _text(self, one: _Asked) -> _Text:
        _, _, _, currency, _, language, jurisdiction, zones = one.row
        first = self._opening(one.wish.trigger.family, zones, one.proven_at)
        # Whoever has no address is not written to: there is no text in any language.
        return _Text(first, language if one.address else "", jurisdiction, currency, one.wish.trigger.due_on)

    def _place_of(self, jurisdiction: str, zones: str, product: str) -> int:
        return self._places.of(Place(jurisdiction, tuple(json.loads(zones)), rule_product(Product(product))))

    def _opening_of(self, family: str, zones: str, proven_at: str | None) -> Opening:
        at = datetime.fromisoformat(f"{proven_at.removesuffix(_UTC)}+00:00") if proven_at is not None else None
        fresh_days = self._library.identity_fresh_days
        return opening(family, tuple(json.loads(zones)), at, self._as_of, self._now, fresh_days)

    def _approach_of(self, text: _Text) -> int:
        entry = self._library.catalogue.entry(text.first.key)
        return self._approaches.of(
            Approach(
                text.first.start,
                self._as_of,
                self._library.lender.actor,
                entry.purpose,
                Channel.SMS,
                Discloses(str(entry.discloses)),
                text.first.is_proven,
                None,
                self._contents.get(text),
            )
        )

    def _judge_texts(self, asked: Iterable[_Asked]) -> list[_Asked]:
        """Render one message of each text that is new, and keep what it contains.

        Returns the wishes that are left. An account that went since it was read is left out; where the address or what
        the wish speaks of went, there is no text: the chunk looks again. Another of the same text is rendered instead.
        """
        left = {one.wish_id: one for one in asked}
        while fresh := self._unjudged(left.values()):
            wishes = {one.wish.account_id: one.wish.trigger for one in fresh.values()}
            page, accounts = load_wished(list(wishes), self._as_of, ()), load_accounts(wishes)
            points = points_of(row.borrower_id for row in accounts.values())
            for text, one in fresh.items():
                row = accounts.get(one.wish.account_id)
                if row is None or row.id not in page.rows:
                    del left[one.wish_id]
                elif row.borrower_id not in points or not still_is(one.wish.trigger, row.id, page):
                    left[one.wish_id] = replace(one, address=None, proven_at=None)
                else:
                    rendered = self._rendered(text, one.wish.trigger, row, points[row.borrower_id], page)
                    self._contents[text] = contents_of(rendered.text, self._library.outbound)
        return list(left.values())

    def _unjudged(self, asked: Iterable[_Asked]) -> dict[_Text, _Asked]:
        """Return one wish of each text of which it is not known what it contains."""
        found: dict[_Text, _Asked] = {}
        for one in asked:
            if one.address is not None and (text := self._text(one)) not in self._contents:
                found.setdefault(text, one)
        return found

    def _rendered(
        self, text: _Text, wanted: Trigger, row: models.Account, point: models.ContactPoint, page: Page
    ) -> Rendered:
        account, figures = account_of(row, page.rows[row.id].dues), figures_of(wanted, row.id, page)
        party = party_of(row.borrower, point, {}, token_of(point.id, row.id, self._now, self._vault))
        return words_of(text.first.key, party, account, figures, self._as_of, self._library)

    def _contacts(self, borrowers: Collection[UUID]) -> Iterator[tuple[Any, ...]]:
        """Yield past contacts: whose, about which account, at which address, of which class, when, answering when."""
        since = self._now - timedelta(days=HISTORY_DAYS)

        @cache
        def sent(channel: str, purpose: str, *, is_answer: bool) -> int:
            one = ContactClass(Channel(channel), Direction.OUT, Purpose(purpose), None, is_answer)
            return self._classes.of(one)

        @cache
        def called(direction: str, how: str, purpose: str) -> int:
            outcome = HOW[CallOutcome(how)]
            return self._classes.of(
                ContactClass(Channel.CALL, Direction(direction), Purpose(purpose), outcome, is_answer=False)
            )

        for who, at, about, where, channel, purpose, answered in plain.sent(borrowers, since):
            yield who, about, where, sent(channel, purpose, is_answer=answered is not None), at, answered
        for who, at, about, where, direction, how, purpose in plain.called(borrowers, since):
            yield who, about, where, called(direction, how, purpose), at, None
        texts = self._classes.of(ContactClass(Channel.SMS, Direction.IN, Purpose.COLLECTION, None, is_answer=False))
        for who, at, where in plain.heard(borrowers, since):
            yield who, None, where, texts, at, None


def _read_asked(wishes: Sequence[tuple[UUID, Wish]]) -> list[_Asked]:
    rows = {UUID(row[0]): row for row in plain.asked_accounts(one.account_id for _, one in wishes)}
    points: dict[str, tuple[str, str | None]] = {}
    for borrower, address, proven_at in plain.addresses({UUID(row[1]) for row in rows.values()}):
        points.setdefault(borrower, (address, proven_at))
    # An account may go between two reads, and then nothing is said of it.
    return [
        _Asked(wish_id, one, rows[one.account_id], *points.get(rows[one.account_id][1], (None, None)))
        for wish_id, one in wishes
        if one.account_id in rows
    ]


def _as_written(address: str, like: str) -> str:
    """Return an address as the database writes ids, as it wrote *like*."""
    return address if "-" in like else address.replace("-", "")


def _columns(columns: str, rows: Iterable[Sequence[object]]) -> Columns:
    """Return *rows* by column, made of so many at a time: numbers, days and instants as columns hold them."""
    named = [column.split() for column in columns.split(", ")]
    parts: list[list[Any]] = [[] for _ in named]
    rest = iter(rows)
    while some := list(islice(rest, _ROWS_AT_ONCE)):
        for part, (_, kind), values in zip(parts, named, zip(*some, strict=True), strict=True):
            part.append(_column(kind, values))
    empty = [_column(kind, ()) for _, kind in named]
    return {name: np.concatenate([none, *part]) for (name, _), none, part in zip(named, empty, parts, strict=True)}


def _column(kind: str, values: Sequence[Any]) -> Any:  # noqa: ANN401 - an array of any of these kinds
    match kind:
        case "INTEGER":
            return np.array([-1 if one is None else one for one in values], dtype=np.int32)
        case "DATE" | "TIMESTAMP":
            return np.array([_instant(one) for one in values], dtype="datetime64[us]")
        case _:
            return np.array([None if one is None else str(one) for one in values], dtype=object)


def _instant(value: object) -> object:
    """Return what numpy reads: an instant without its zone, which is UTC."""
    match value:
        case str():
            return value.removesuffix(_UTC)
        case datetime():
            return value.replace(tzinfo=None)
        case _:
            return value
