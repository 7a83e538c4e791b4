"""The book as texts see it: how wide its figures are, where its borrowers live, in which language they read.

Nothing is opened, nobody is named: what is kept of an account is one of its kind, with how many there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from parley.engine.library import Library
from parley.engine.sizing import Sample, Sized, languages_of, sample_of, size
from parley.locale import Language, language_of
from parley.store import models
from parley.store.book import MOST_CHUNKS, chunks_for, load_accounts, load_page
from parley.store.page_links import LENGTH
from parley.store.rows import account_of

# Any code: all are as long, of letters that cost the same.
PAGE_CODE: Final = "x" * LENGTH
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, repr=False)
class Readers:
    """The open accounts of a book by their widths. `looked_at` of `total`: all of them, or some drawn by their ids."""

    samples: tuple[tuple[Sample, int], ...]
    looked_at: int
    total: int


def readers(today: date, most: int = 0) -> Readers:
    """Return the open accounts of the book as texts on *today* show them; at most about *most*, 0: every one.

    Ids are keyed hashes, so the accounts of some chunks are a fair draw of all.
    """
    total = models.Account.objects.count()
    chunks = chunks_for(total, _AT_ONCE)
    wanted = chunks if not most else max(1, min(chunks, most * chunks // max(total, 1)))
    counted, first = Counter[Any](), dict[Any, Sample]()
    for number in range(wanted):
        for one in _samples(number, chunks, today):
            shape = one.shape(today)
            first.setdefault(shape, one)
            counted[shape] += 1
    return Readers(tuple((first[shape], count) for shape, count in counted.items()), counted.total(), total)


def _samples(number: int, chunks: int, today: date) -> Iterator[Sample]:
    assert 0 <= number < chunks <= MOST_CHUNKS, "a chunk is one of its number"
    page = load_page(number, chunks, today)
    rows = load_accounts(key for key, row in page.rows.items() if row.is_open)
    for key in sorted(rows):
        borrower = rows[key].borrower
        account = account_of(rows[key], page.rows[key].dues)
        yield sample_of(account, borrower.jurisdiction, language_of(borrower.language), today)


@dataclass(frozen=True, slots=True, repr=False)
class SizedText:
    """A text of the catalogue in one language, and what it takes."""

    key: str
    language: Language
    sized: Sized


def size_texts(readers: Readers, library: Library, today: date, place: str) -> Iterator[SizedText]:
    """Yield what every text takes, in each language of the book; where there is none, to *place*."""
    for language in languages_of(readers.samples):
        for key in library.catalogue.entries:
            template = library.catalogue.texts[key, language]
            sized = size(template, language, readers.samples, library, today, place=place, page_code=PAGE_CODE)
            yield SizedText(key, language, sized)
