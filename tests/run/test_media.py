"""A picture is never fetched: the words that came with it are kept, and a person looks."""

from __future__ import annotations

import pytest

from parley.ids import Msisdn
from parley.providers.port import InboundIn
from parley.store import models
from parley.web.hooks.taking import take
from tests.run.desk import NOON, Desk, library


@pytest.mark.parametrize("words", ["here is my payslip", ""])
def test_a_text_with_a_picture_goes_to_a_person_with_its_words(sqlite_desk: Desk, words: str) -> None:
    person = sqlite_desk.person()
    one = InboundIn("SM1", Msisdn(person.number), "55501", words, NOON, has_media=True)
    assert take("main", [one], NOON, library(), sqlite_desk.vault) == set()
    row = models.Inbound.objects.select_related("contact_point__borrower").get()
    assert (sqlite_desk.stored_text(row), row.status) == (words, "person")
    talk = models.Conversation.objects.get()
    assert (talk.state, talk.person_reason) == ("with_person", "media_not_taken")
    # Posted again it is the same text.
    assert take("main", [one], NOON, library(), sqlite_desk.vault) == set()
    assert models.Inbound.objects.count() == 1


def test_a_stop_with_a_picture_is_heard(sqlite_desk: Desk) -> None:
    one = InboundIn("SM1", Msisdn(sqlite_desk.person().number), "55501", "STOP", NOON, has_media=True)
    take("main", [one], NOON, library(), sqlite_desk.vault)
    assert models.Consent.objects.get().granted is False
