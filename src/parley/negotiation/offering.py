"""From what a month allows to the move that offers: a menu, or a person where there is nothing to spare."""

from __future__ import annotations

from datetime import date

from parley.negotiation.doubt import to_person
from parley.negotiation.moves import Act, Memory, Move
from parley.negotiation.policy import Policy
from parley.negotiation.state import State


def offer_menu(memory: Memory, capacity_minor: int, start: date | None, policy: Policy) -> Move:
    """Compute the menu for what a month allows. Nothing to spare goes to a person, with advice."""
    memory = memory.but(
        capacity_minor=capacity_minor,
        first_due_on=start or memory.first_due_on,
        asked_minor=None,
        asked_once=False,
        unclear=0,
    )
    if memory.menus >= policy.offers_per_conversation:
        return to_person(memory, "many_offers")
    if capacity_minor == 0:
        return Move(State.WITH_PERSON, "offer.none", (Act.CANCEL_WAITING,), memory, "hardship", "nothing_to_spare")
    return Move(State.OFFER, "offer", (Act.OFFER,), memory.but(menus=memory.menus + 1))
