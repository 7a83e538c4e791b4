"""The templates of a deployment, asked one by one whether they may go out; and the texts to have registered.

Where a book holds borrowers, the places, languages and products are theirs; else the lender's own place in every
language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from parley.engine.approval import Asked, Verdict, approve, known_words
from parley.engine.asking import rule_product
from parley.engine.library import Library
from parley.locale import Language
from parley.messaging.wording import sayable, spelled, unsigned_reading
from parley.purpose import Purpose
from parley.servicing.account import Product

# How each writes a variable; what is not listed writes it as India's registries do. Those that are listed put the
# signature before a text themselves and refuse 【】 in it (both pages on templates, read 2026-11-26).
_VARIABLES: Final = {"alibaba": "${{v{0}}}", "tencent": "{{{0}}}"}
_VARIABLE: Final = "{{#var#}}"


@dataclass(frozen=True, slots=True, order=True)
class Audience:
    """Borrowers of one place who are written to in one language about one product, as rule files call it.

    The product empty: about any.
    """

    jurisdiction: str
    language: Language
    product: str = ""


def audiences_of(book: Iterable[tuple[str, str, str]], lender: str) -> tuple[Audience, ...]:
    """Return whom a deployment writes to: the places, languages and products of its *book*.

    Without borrowers: the *lender*'s own place, in every language.
    """
    found = {Audience(place, Language(spoken), rule_product(Product(kind))) for place, spoken, kind in book}
    return tuple(sorted(found or {Audience(lender, language) for language in Language}))


def check_templates(audiences: Sequence[Audience], library: Library, now: datetime) -> Iterator[Verdict]:
    """Yield the verdict on every template, for each purpose it is sent for, to each of *audiences*."""
    for audience in sorted(set(audiences)):
        for key in library.catalogue.entries:
            for purpose in purposes_of(key, library):
                asked = Asked(key, audience.language, audience.jurisdiction, purpose, audience.product)
                yield approve(asked, library, now)


def purposes_of(key: str, library: Library) -> tuple[Purpose, ...]:
    """Return what a template is sent for: by the machine, and by a person where one may."""
    entry = library.catalogue.entry(key)
    return tuple(dict.fromkeys([entry.purpose, *([entry.by_person] if entry.by_person is not None else [])]))


def texts_to_register(audience: Audience, library: Library, since: str, numbered: str = "") -> Iterator[str]:
    """Yield the tables of a `registrations.toml`: each text that a template may become, with its variables.

    *since*: the first day, as TOML writes it. *numbered*: what ids begin with; empty: they are left to be filled in.
    """
    provider = library.route.provider
    variable = _VARIABLES.get(provider, _VARIABLE).format
    known, country = (
        known_words(audience.jurisdiction, audience.language, library, library.rulebook),
        audience.jurisdiction,
    )
    number = 0
    for key in library.catalogue.entries:
        purposes = ", ".join(f'"{one}"' for one in purposes_of(key, library))
        for reading in sayable(library.catalogue.texts[key, audience.language], known):
            number += 1
            words = unsigned_reading(reading) if provider in _VARIABLES else reading
            name = f"{numbered}{audience.language.value}-{number:03d}" if numbered else ""
            yield "\n".join(
                [
                    f"# {key}, {audience.language.value}",
                    "[[template]]",
                    f'id = "{name}"',
                    f'providers = ["{provider}"]',
                    f'country = "{country}"',
                    f"purposes = [{purposes}]",
                    f"valid_from = {since}",
                    f"text = {_quoted(spelled(words, known, variable))}",
                ]
            )


def _quoted(text: str) -> str:
    """Return *text* as a TOML string on one line."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'
