"""What tells one demonstration from another. Light to import: the command line reads its defaults from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# Every borrower writes the language of their place, rather than one for all.
EACH_OWN: Final = "mixed"


@dataclass(frozen=True, slots=True)
class Parameters:
    """Units: accounts with a simulated borrower; days of domain time. `locale`: EACH_OWN or one language for all."""

    accounts: int
    days: int
    seed: int
    locale: str
