"""A lender's own texts, laid over the shipped ones: another wording of a key that there is, never another key.

What a key declares (purpose, what it discloses, classes of guidance, placeholders) stays what it is; the words must do
what those of the shipped text must.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.catalogue.house import TextFault, faults_of
from parley.messaging.catalogue.texts import OWN_FROM, Catalogue
from parley.messaging.template import Template, parse


@dataclass(frozen=True, slots=True)
class OwnWording:
    """A text of a lender's own: the words of *key* in one language. `number`: of its version."""

    key: str
    language: Language
    number: int
    source: str


def read_own(catalogue: Catalogue, key: str, source: str) -> Template:
    """Return *source* parsed as the text of *key*. Raises TemplateError where it cannot be, BadInput for no key."""
    entry = catalogue.entries.get(key)
    if entry is None:
        raise BadInput(f"There is no text {key!r} in the catalogue.", f"文案目录中没有 {key!r}。")
    return parse(source, {**catalogue.standing, **entry.placeholders})


def own_faults(catalogue: Catalogue, key: str, language: Language, template: Template) -> tuple[TextFault, ...]:
    """Return what keeps *template* from being the text of *key*."""
    return tuple(faults_of(language, catalogue.entry(key), template, catalogue.house))


def lay_over(
    catalogue: Catalogue, wordings: Iterable[OwnWording]
) -> tuple[Catalogue, tuple[tuple[OwnWording, BadInput], ...]]:
    """Return the shipped *catalogue* with *wordings* over it, and those that do not hold together any more, with why.

    A key may have changed since a text was approved: the shipped text then speaks, and somebody must look.
    """
    texts, own, refused = dict(catalogue.texts), dict[tuple[str, Language], int](), list[tuple[OwnWording, BadInput]]()
    for one in wordings:
        assert one.number >= OWN_FROM, "numbers below are those of shipped texts"
        try:
            template = read_own(catalogue, one.key, one.source)
        except BadInput as fault:
            refused.append((one, fault))
            continue
        faults = own_faults(catalogue, one.key, one.language, template)
        if faults:
            where, first = f"{one.key}, {one.language}: ", faults[0]
            refused.append((one, BadInput(where + first.en, where + first.zh)))
            continue
        texts[one.key, one.language], own[one.key, one.language] = template, one.number
    return replace(catalogue, texts=texts, own=own), tuple(refused)
