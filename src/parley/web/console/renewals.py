"""What is registered and ends soon, or has ended: told where alarms stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from parley.contact.registrations import Registration
from parley.web.console.route_cards import today
from parley.web.ports import services

# So many are named; the page of each route shows all of its own.
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Renewals:
    """Registrations to renew: those that have ended, those that will within the month, and how many more there are."""

    ended: tuple[Registration, ...]
    soon: tuple[Registration, ...]
    more: int


def renewals() -> Renewals | None:
    """Return what must be registered anew today; None where nothing must."""
    day = today()
    found = services().library.route.registrations.to_renew(day)
    if not found:
        return None
    named = found[:_NAMED]
    ended = tuple(one for one in named if one.has_ended(day))
    return Renewals(ended, named[len(ended) :], len(found) - len(named))
