"""What is to be known of a text before anybody approves it: what is wrong with it and where, what it takes. Pure.

Asked by the editor at every pause in typing and again when a text is approved; nothing is kept.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Final

from parley.dates import local_date
from parley.engine.approval import Approval, Asked, NotApproved, Objection, approve
from parley.engine.library import Library
from parley.engine.sizing import Sample, Sized, masked, shown_to, size
from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.alphabet import SEPTETS
from parley.messaging.catalogue import own_faults, read_own
from parley.messaging.segments import Segments, measure
from parley.messaging.smart import TWINS, Swap, apply
from parley.messaging.template import Template, TemplateError

# So many of the characters that cost a text its cheap alphabet are named; more would only fill the page.
_MOST_FORCING: Final = 8
_MOST_PREVIEWS: Final = 3
# Days of a text that goes to nobody yet are those of no borrower.
_ZONE: Final = "UTC"


@dataclass(frozen=True, slots=True)
class Readers:
    """To whom a text is asked for: a place, and what rule files call the product. `product` empty: about any."""

    jurisdiction: str
    product: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What keeps a source from being the text of its key. `position`: of the character, from 0; None for the whole."""

    en: str
    zh: str
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Objecting:
    """A rule or a check that says no, and to which of the readers."""

    objection: Objection
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forcing:
    """A character that makes a message UCS-2: its name, and where it first stands in the source, from 0."""

    char: str
    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """The source with plain punctuation: what is swapped, and how many segments it then takes at worst."""

    source: str
    swaps: tuple[Swap, ...]
    worst: Segments
    usual: Segments


@dataclass(frozen=True, slots=True, repr=False)
class Preview:
    """How the text reads to somebody of the book, with the figures blurred."""

    jurisdiction: str
    text: str
    segments: Segments


@dataclass(frozen=True, slots=True, repr=False)
class Judged:
    """All that was found of a source. What cannot be parsed has no size, and nothing is asked of it."""

    wrong: tuple[Wrong, ...]
    objecting: tuple[Objecting, ...] = ()
    relied_on: tuple[str, ...] = ()
    sized: Sized | None = None
    forcing: tuple[Forcing, ...] = ()
    proposal: Proposal | None = None
    previews: tuple[Preview, ...] = ()

    @property
    def may_go_out(self) -> bool:
        """Whether nothing is wrong and nobody objects."""
        return not self.wrong and not self.objecting


@dataclass(frozen=True, slots=True)
class TextSize:
    """A text in a list: segments usually and at worst, registrations it rests on, whether one is wanted and lacking."""

    usual: int
    worst: int
    relied_on: tuple[str, ...]
    is_unregistered: bool


def judge(
    key: str,
    language: Language,
    source: str,
    readers: Sequence[Readers],
    samples: Sequence[tuple[Sample, int]],
    library: Library,
    now: datetime,
    *,
    page_code: str,
) -> Judged:
    """Return what is to be known of *source* as the text of *key*, for *readers*, over the accounts of *samples*."""
    try:
        template = read_own(library.catalogue, key, source)
    except TemplateError as fault:
        return Judged((Wrong(fault.en, fault.zh, fault.position),))
    except BadInput as fault:
        return Judged((Wrong(fault.en, fault.zh),))
    wrong = tuple(
        Wrong(_sentence(one.en), _sentence(one.zh, "文案"), _place_of(one.words, source))
        for one in own_faults(library.catalogue, key, language, template)
    )
    today = local_date(now, _ZONE)
    texts: Mapping[tuple[str, Language], Template] = {**library.catalogue.texts, (key, language): template}
    tried = replace(library, catalogue=replace(library.catalogue, texts=texts))
    objecting, relied_on = _asked_of(key, language, readers, tried, now)
    place = readers[0].jurisdiction if readers else ""
    measuring = partial(
        size, language=language, samples=samples, library=tried, today=today, place=place, page_code=page_code
    )
    sized = measuring(template)
    return Judged(
        wrong=wrong,
        objecting=objecting,
        relied_on=relied_on,
        sized=sized,
        forcing=_forcing(source) if language is Language.EN else (),
        proposal=_proposal(source, sized, lambda plain: measuring(read_own(library.catalogue, key, plain))),
        previews=_previews(template, [one for one, _ in samples if one.language is language], tried, today, page_code),
    )


def _sentence(words: str, subject: str = "The text ") -> str:
    return f"{subject}{words}"


def _place_of(words: str, source: str) -> int | None:
    found = source.casefold().find(words.casefold()) if words else -1
    return found if found >= 0 else None


def _asked_of(
    key: str, language: Language, readers: Sequence[Readers], library: Library, now: datetime
) -> tuple[tuple[Objecting, ...], tuple[str, ...]]:
    entry = library.catalogue.entry(key)
    purposes = [entry.purpose, *([entry.by_person] if entry.by_person is not None else [])]
    found, relied_on = dict[Objection, dict[str, None]](), dict[str, None]()
    for one in readers:
        for purpose in dict.fromkeys(purposes):
            verdict = approve(Asked(key, language, one.jurisdiction, purpose, one.product), library, now)
            match verdict:
                case NotApproved():
                    for objection in verdict.objections:
                        found.setdefault(objection, {})[one.jurisdiction] = None
                case Approval():
                    relied_on |= dict.fromkeys(verdict.relied_on)
    return tuple(Objecting(one, tuple(places)) for one, places in found.items()), tuple(relied_on)


def _forcing(source: str) -> tuple[Forcing, ...]:
    chars = dict.fromkeys(char for char in source if char not in SEPTETS)
    return tuple(
        Forcing(char, unicodedata.name(char, f"U+{ord(char):04X}"), source.index(char))
        for char in list(chars)[:_MOST_FORCING]
    )


def _proposal(source: str, sized: Sized, measuring: Callable[[str], Sized]) -> Proposal | None:
    """Return *source* in plain punctuation where that saves segments; what is in braces holds no such sign."""
    swaps = tuple(
        Swap(at, char, _plain(char, source[at + 1 : at + 2]))
        for at, char in enumerate(source)
        if char in TWINS and char not in SEPTETS
    )
    if not swaps:
        return None
    plain = apply(source, swaps)
    try:
        after = measuring(plain)
    except TemplateError:
        return None
    worst, usual = after.worst.segments, after.usual
    saves = worst.count < sized.worst.segments.count or usual.count < sized.usual.count
    return Proposal(plain, swaps, worst, usual) if saves else None


def _plain(char: str, following: str) -> str:
    """Return the twin of *char*; an apostrophe that would quote what follows is doubled, so that it stays one."""
    twin = TWINS[char]
    return "''" if twin == "'" and following in {"{", "}", "#", "'"} else twin


def _previews(
    template: Template, samples: Sequence[Sample], library: Library, today: date, page_code: str
) -> tuple[Preview, ...]:
    found: dict[str, Preview] = {}
    for one in samples:
        text = shown_to(template, masked(one), library, today, page_code)
        if text is not None and text not in found:
            found[text] = Preview(one.jurisdiction, text, measure(text))
        if len(found) == _MOST_PREVIEWS:
            break
    return tuple(found.values())
