"""A rulebook may be exchanged while something is decided: each decision is by one of the two, never by both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import cast
from uuid import UUID

import pytest

from parley.contact.facts import Contact, ContactFacts
from parley.engine.announce import Figures, announce
from parley.engine.approval import Asked, approve
from parley.engine.case import ContactRecord
from parley.engine.drafting import compute_offer, make_draft
from parley.engine.library import Library
from parley.engine.nightly import Trigger
from parley.engine.operator import may_call
from parley.engine.situation import Situation, account_of, case_of, party_of
from parley.engine.stated import Said
from parley.engine.wording import Saying
from parley.locale import Language
from parley.purpose import Channel, Purpose
from parley.run.sending import _judge
from tests.engine.sample import NOON

TODAY = NOON.date()
CASE = case_of(Situation(is_proven=True), now=NOON)
OVERDUE = Trigger(Purpose.COLLECTION, "overdue", "late:34")


class Reloading:
    """A library whose rulebook is another one each time it is looked at. `looked`: how often it was."""

    def __init__(self, library: Library) -> None:
        self._library, self.looked = library, 0

    @property
    def rulebook(self) -> object:
        self.looked += 1
        return replace(self._library.rulebook, hash=f"{self.looked:064x}")

    def __getattr__(self, name: str) -> object:
        return getattr(self._library, name)


def draft(library: Library) -> object:
    assert CASE.account is not None
    saying = Saying(CASE.party, CASE.account, TODAY)
    return make_draft(
        CASE, "overdue.neutral", saying, NOON, library, purpose=Purpose.COLLECTION, is_proven=True, answering=None
    )


def offer(library: Library) -> object:
    return compute_offer(CASE, 20_000, None, UUID(int=1), NOON, library)


def too_late(library: Library) -> object:
    """Announce what the cap lets be said only after its last use: the gate is asked for a window, then why not now."""
    past = Contact(at=NOON - timedelta(hours=1), channel=Channel.SMS, purpose=Purpose.COLLECTION)
    return announce(
        OVERDUE, party_of(Situation(), NOON), account_of(Situation(), TODAY), ContactRecord(contacts=(past,)),
        Figures(), as_of=TODAY, now=NOON, last_use_hours=1, also_held=frozenset(), library=library,
    )  # fmt: skip


def approval(library: Library) -> object:
    return approve(Asked("overdue.neutral", Language.EN, "US", Purpose.COLLECTION), library, NOON)


def dispatch(library: Library) -> object:
    facts = ContactFacts(now=NOON, jurisdiction="IN", zones=("UTC",), purpose=Purpose.REMINDER, channel=Channel.SMS)
    return _judge(library, facts, Said("Example Card. STOP ends texts.", "reminder.neutral"), "sandbox")


def call(library: Library) -> object:
    return may_call(CASE, NOON, library)


@pytest.mark.parametrize("decide", [draft, offer, too_late, approval, dispatch, call])
def test_a_decision_takes_the_rulebook_once(library: Library, decide: Callable[[Library], object]) -> None:
    reloading = Reloading(library)
    assert decide(cast("Library", reloading)) is not None
    assert reloading.looked == 1
