"""A lender's own texts as the console asks for them: judged over the book, submitted, decided by a second person."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, TypeAlias

from parley.dates import local_date
from parley.engine.approval import Asked, registered
from parley.engine.judging import Judged, Readers, TextSize, judge
from parley.engine.library import Library
from parley.engine.sizing import size
from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.catalogue import Catalogue, OwnWording
from parley.rulebook.book import Rulebook
from parley.run.approving import audiences_of, purposes_of
from parley.run.sizing import PAGE_CODE
from parley.run.sizing import Readers as Book
from parley.run.sizing import readers as read_book
from parley.run.texts_in_use import TextsInUse
from parley.settings import Settings
from parley.store import own_texts
from parley.store.audiences import audiences
from parley.store.models import OwnText
from parley.store.vault import Vault

# Over so many accounts a text is measured while it is written; `parley templates check` takes all of them.
MOST_ACCOUNTS: Final = 2_000
# How long the accounts that were drawn are good enough for the editor, in seconds of the wall.
_BOOK_LASTS: Final = 600.0


_Held: TypeAlias = tuple[Catalogue, Rulebook, Book, Mapping[tuple[str, Language], TextSize]]


class TextDesk:
    """The texts of a home. *in_use*: what lays them over the shipped ones, where that is in this process."""

    def __init__(self, library: Library, settings: Settings, vault: Vault, in_use: TextsInUse | None = None) -> None:
        self._library, self._settings, self._vault, self._in_use = library, settings, vault, in_use
        self._book: tuple[float, date, Book] | None = None
        self._overview: _Held | None = None

    @property
    def refused(self) -> tuple[tuple[OwnWording, BadInput], ...]:
        """Approved texts that do not hold together any more, with why; the shipped ones speak."""
        return self._in_use.refused if self._in_use is not None else ()

    def book(self, now: datetime) -> Book:
        """Return the accounts over which texts are measured, drawn anew every few minutes."""
        today = local_date(now, self._settings.web.zone)
        held = self._book
        if held is None or held[1] != today or time.monotonic() > held[0] + _BOOK_LASTS:
            held = time.monotonic(), today, read_book(today, MOST_ACCOUNTS)
            self._book = held
        return held[2]

    def overview(self, now: datetime) -> Mapping[tuple[str, Language], TextSize]:
        """Return what each text takes and whether it is registered where it goes; computed anew when a text changed."""
        book, library = self.book(now), self._library
        held = self._overview
        if held is None or held[0] is not library.catalogue or held[1] is not library.rulebook or held[2] is not book:
            found = {key: self._standing(*key, book, now) for key in library.catalogue.texts}
            held = library.catalogue, library.rulebook, book, found
            self._overview = held
        return held[3]

    def _standing(self, key: str, language: Language, book: Book, now: datetime) -> TextSize:
        library, home = self._library, self._settings.lender.jurisdiction
        today = local_date(now, self._settings.web.zone)
        template = library.catalogue.texts[key, language]
        found = size(template, language, book.samples, library, today, place=home, page_code=PAGE_CODE)
        places = sorted({one.jurisdiction for one, _ in book.samples if one.language is language}) or [home]
        asked = (
            registered(Asked(key, language, place, purpose), library, now)
            for place in places
            for purpose in purposes_of(key, library)
        )
        ids, wanting = list[str](), False
        for some, lacks in asked:
            ids += some
            wanting = wanting or lacks
        return TextSize(found.usual.count, found.worst.segments.count, tuple(dict.fromkeys(ids)), wanting)

    def judge(self, key: str, language: Language, source: str, now: datetime) -> Judged:
        """Return what is to be known of *source* as the text of *key*."""
        found = audiences_of(audiences(), self._settings.lender.jurisdiction)
        asked = [Readers(one.jurisdiction, one.product) for one in found if one.language is language]
        # Nobody reads the language yet: it is asked for the lender's own place.
        readers = asked or [Readers(self._settings.lender.jurisdiction)]
        samples = self.book(now).samples
        return judge(key, language, source, readers, samples, self._library, now, page_code=PAGE_CODE)

    def submit(self, text_id: int, expires_on: date | None, by: str, now: datetime) -> OwnText:
        """Put a draft before somebody else. Raises BadInput where it is not yet the text of its key."""
        row = _found(text_id)
        judged = self.judge(row.key, Language(row.language), row.source, now)
        if judged.wrong:
            raise BadInput(judged.wrong[0].en, judged.wrong[0].zh)
        return own_texts.submit(text_id, expires_on, by, now, self._vault)

    def approve(self, text_id: int, by: str, now: datetime) -> OwnText:
        """Put a text in force. Raises BadInput for one's own, and where anything objects on this very day."""
        row = _found(text_id)
        judged = self.judge(row.key, Language(row.language), row.source, now)
        for wrong in judged.wrong:
            raise BadInput(wrong.en, wrong.zh)
        for one in judged.objecting:
            places = ", ".join(one.places)
            raise BadInput(f"{places}: {one.objection.text.en}", f"{places}：{one.objection.text.zh}")
        return own_texts.approve(text_id, by, now, self._vault)


def _found(text_id: int) -> OwnText:
    row = own_texts.find(text_id)
    if row is None:
        raise BadInput(f"There is no text {text_id}.", f"没有编号为 {text_id} 的文案。")
    return row
