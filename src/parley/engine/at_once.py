"""One payment that a reply names, in minor units of the account: what `nlu.lumps` read, as the dialogue takes it."""

from __future__ import annotations

from parley.money import LARGEST_MINOR, MINOR_DIGITS
from parley.negotiation.capacity import monthly_capacity
from parley.negotiation.standing import AtOnce
from parley.nlu.lexicon import Lexicon
from parley.nlu.lumps import lump_in
from parley.nlu.reading import ReadingContext


def at_once_in(text: str, context: ReadingContext, lexicon: Lexicon) -> AtOnce | None:
    """Return the one payment *text* names, None where it names none. Rounding: down; the currency is the context's."""
    lump = lump_in(text, context, lexicon)
    if lump is None:
        return None
    scale = MINOR_DIGITS[context.currency]
    amount, rest = (int(one.scaleb(scale)) if one is not None else None for one in (lump.amount, lump.rest))
    if max(amount or 0, rest or 0) > LARGEST_MINOR:
        return None
    monthly = monthly_capacity(rest, lump.every) if rest is not None else None
    return AtOnce(amount, lump.is_sure, monthly, lump.is_later)
