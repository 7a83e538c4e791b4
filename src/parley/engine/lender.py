"""What a message says of the lender: names, numbers and words, by language and jurisdiction, read from settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from parley.locale import Language
from parley.purpose import Actor

PAGE_CODE_CHARS: Final = 25
"""How long the part of the page's address is that is a borrower's own (`store.page_links` makes it)."""


@dataclass(frozen=True, slots=True)
class Lender:
    """The lender as borrowers see it. Each mapping is complete for the shipped languages.

    `stop_words` are by country, "*" the rest; `advice` and `lines` (crisis lines) by (country, language).
    `asks_postcode`: countries whose borrowers prove identity by postcode; elsewhere by the tail of the contract number.
    `asks_satisfaction`: whether a borrower who kept a plan is asked how it was, once. `names_people`: whether the
    member of staff whose turn it is stands in the place of `agents`.
    """

    actor: Actor
    names: Mapping[Language, str]
    agents: Mapping[Language, str]
    hours: Mapping[Language, str]
    hotline: str
    page: str
    stop_words: Mapping[str, str]
    advice: Mapping[tuple[str, Language], str]
    lines: Mapping[tuple[str, Language], str]
    asks_postcode: frozenset[str]
    asks_satisfaction: bool = True
    names_people: bool = False

    def page_of(self, code: str, longest: int) -> str:
        """Return the page's address with a borrower's own *code*; the plain one where that is longer than *longest*.

        The page then asks for the number.
        """
        own = f"{self.page}/{code}"
        return own if code and len(own) <= longest else self.page

    def words(self, jurisdiction: str, language: Language) -> dict[str, str]:
        """Return the words a message to this place and language may use, by placeholder name."""
        country = jurisdiction.split("-", maxsplit=1)[0]
        return {
            "lender": self.names[language],
            "agent": self.agents[language],
            "hours": self.hours[language],
            "hotline": self.hotline,
            "page": self.page,
            "stop": self.stop_words.get(country, self.stop_words["*"]),
            "advice": self.advice.get((country, language), ""),
            "lines": self.lines.get((country, language), ""),
        }
