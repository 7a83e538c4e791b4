"""The areas of the console, in the order of the navigation. A new area is one row here and one table of addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from parley.store.models import Operator
from parley.web.roles import may


@dataclass(frozen=True, slots=True)
class Area:
    """One area: the name of its first page's address (its words are `area.<name>`), and who may read it."""

    name: str
    capability: str

    @property
    def address(self) -> str:
        """Where its first page is."""
        return reverse(self.name)


AREAS: Final[tuple[Area, ...]] = (
    Area("queue", "threads.read"),
    Area("runs", "runs.read"),
    Area("campaigns", "campaigns.read"),
    Area("texts", "texts.read"),
    Area("lender", "lender.read"),
    Area("sending", "sending.read"),
    Area("routes", "routes.read"),
    Area("reports", "reports.read"),
    Area("rules", "rules.read"),
    Area("imports", "imports.run"),
    Area("users", "users.keep"),
    Area("phone", "phone.play"),
    Area("own_password", "own"),
)


def areas_of(operator: Operator) -> list[Area]:
    """Return the areas that *operator* may read."""
    return [area for area in AREAS if may(operator, area.capability)]
