"""The refusals of one borrower as the store in memory keeps them: said, confirmed, taken back for one number."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from parley.contact.facts import OptOut, OptOutScope
from parley.contact.resuming import reaches_texts, resumed
from parley.purpose import Channel

_SCOPES: Final = {"all": OptOutScope.ALL, "promotions": OptOutScope.PROMOTION, "promotion": OptOutScope.PROMOTION}


@dataclass(slots=True)
class Refusals:
    """What stands refused, each scope and channel once."""

    _standing: dict[tuple[OptOutScope, Channel | None], OptOut] = field(default_factory=dict)

    def standing(self) -> tuple[OptOut, ...]:
        """Return what stands, in the order in which it was said."""
        return tuple(self._standing.values())

    def refuse(self, scope: str, now: datetime) -> None:
        """Note a refusal. Said again it is the same refusal: its confirmation stands."""
        self._standing.setdefault((_SCOPES[scope], None), OptOut(_SCOPES[scope], now))

    def confirm(self, at: datetime) -> None:
        """Note that a confirmation left."""
        self._standing = {
            reach: one if one.confirmed_at is not None else replace(one, confirmed_at=at)
            for reach, one in self._standing.items()
        }

    def resume(self, address: str) -> bool:
        """Open *address* for texts about the account again; says whether they were refused there."""
        before = self.standing()
        if not any(reaches_texts(one, Channel.SMS, address) for one in before):
            return False
        left = [rest for one in before for rest in resumed(one, Channel.SMS, address, ())]
        self._standing = {(one.scope, one.channel): one for one in left}
        return True
