"""Opens what was said on a thread: the words of both sides, notes, the reading of each reply and its correction.

Apart from everything else that reads threads, so that nobody opens a text by asking for a list. Names, numbers and
what identity is proven by are not opened here; see `desk_reveal`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from parley.nlu.reading import Reading
from parley.store import models
from parley.store.corrections import Corrected, corrections_of
from parley.store.readings import reading_from_text
from parley.store.sealed import Sealed, open_text
from parley.store.threads_page import find_talk
from parley.store.vault import Vault


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """Texts of messages, replies and notes by their id; readings, and corrections that hold, by the id of the reply.

    Missing: erased, or a reply that was read before readings were kept.
    """

    texts: Mapping[UUID, str]
    readings: Mapping[UUID, Reading]
    corrections: Mapping[UUID, Corrected]


def open_thread(conversation_id: UUID, vault: Vault) -> Opened:
    """Return what was said on a thread.

    Raises BadInput where there is no such thread, Unreadable where a text was changed.
    """
    talk = find_talk(conversation_id)
    person = talk.borrower
    texts: dict[UUID, str] = {}
    readings: dict[UUID, Reading] = {}
    for message in models.Message.objects.filter(conversation=talk, body_sealed__isnull=False):
        texts[message.id] = _open(vault, person, Sealed.MESSAGE_BODY, message.id, message.body_sealed)
    for note in models.Note.objects.filter(conversation=talk, body_sealed__isnull=False):
        texts[note.id] = _open(vault, person, Sealed.NOTE_BODY, note.id, note.body_sealed)
    for inbound in models.Inbound.objects.filter(conversation=talk, body_sealed__isnull=False):
        texts[inbound.id] = _open(vault, person, Sealed.INBOUND_BODY, inbound.id, inbound.body_sealed)
        if inbound.reading_sealed is not None:
            told = _open(vault, person, Sealed.INBOUND_READING, inbound.id, inbound.reading_sealed)
            readings[inbound.id] = reading_from_text(told)
    return Opened(texts, readings, corrections_of(talk, vault))


def _open(
    vault: Vault, person: models.Borrower, column: Sealed, row_id: UUID, sealed: bytes | memoryview | None
) -> str:
    assert sealed is not None, "only rows with a text were asked for"
    return open_text(vault, person, column, row_id, bytes(sealed))
