"""May a text of this class go out here? Content classes A to E, as a gate.

| class | the machine | a person |
|---|---|---|
| A facts, C general, D signposting | always | always |
| B options of the own agreement | whoever lends, or by a permission of the settings | the same |
| E recommendation | never | by a permission of the settings |

Asked of the class the catalogue gives the text now, and of its words whatever the class says: neither a changed text
nor an edited catalogue slips by. The rules are `lender-content-class` and `lender-no-recommendation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from parley.contact.facts import Flag
from parley.messaging.catalogue import Catalogue, ContentClass
from parley.purpose import Actor

# A lender about its own agreements is no debt counsellor; who bought the debt or collects it is not so excepted.
_LENDS: Final = frozenset({Actor.ORIGINAL_CREDITOR})


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the deployment was permitted beyond facts: `options` of agreements, `advice` by members of staff."""

    options: bool = False
    advice: bool = False


def barred_flags(
    key: str, text: str, catalogue: Catalogue, actor: Actor, permissions: Permissions, *, is_by_person: bool
) -> frozenset[Flag]:
    """Return what bars *text* of template *key* as guidance; empty where nothing does.

    A key that the catalogue no longer holds is of no class, and barred.
    """
    entry = catalogue.entries.get(key)
    may_advise = is_by_person and permissions.advice
    flags = set[Flag]()
    if entry is None or not all(_permits(one, actor, permissions, may_advise=may_advise) for one in entry.classes):
        flags.add(Flag.CONTENT_CLASS_BARRED)
    if not may_advise and catalogue.guidance.recommends.found_in(text):
        flags.add(Flag.RECOMMENDATION_BARRED)
    return frozenset(flags)


def _permits(one: ContentClass, actor: Actor, permissions: Permissions, *, may_advise: bool) -> bool:
    match one:
        case ContentClass.OWN_OPTIONS:
            return actor in _LENDS or permissions.options
        case ContentClass.RECOMMENDATION:
            return may_advise
        case _:
            return True
