"""What a borrower's wish to be written to again gives back, and which bare words are such a wish where they live.

It gives back texts about the account, on the channel and the number it came from. Promotions stay refused, and so do
every other channel and address: a word of one's own from one telephone says nothing about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from parley.contact.facts import OptOut, OptOutScope
from parley.purpose import Actor, Channel
from parley.rulebook.book import Rulebook
from parley.rulebook.rule import ResumeParams


def resume_words(rulebook: Rulebook, jurisdiction: str, actor: Actor, channel: Channel, as_of: date) -> frozenset[str]:
    """Return the bare words that ask for texts again here; none where no rule lists any."""
    here = rulebook.chain(jurisdiction)
    return frozenset(
        word
        for rule in rulebook.rules
        if isinstance(rule.params, ResumeParams)
        and rule.jurisdiction in here
        and actor in rule.actors
        and channel in rule.channels
        and rule.binds_on(as_of)
        for word in rule.params.words
    )


def reaches_texts(opt_out: OptOut, channel: Channel, address: str) -> bool:
    """Say whether a refusal stops texts about the account on *channel* to *address*."""
    match opt_out.scope:
        case OptOutScope.ALL:
            return True
        case OptOutScope.CHANNEL:
            return opt_out.channel is channel
        case OptOutScope.ADDRESS:
            return opt_out.address == address
        case OptOutScope.PROMOTION:
            return False


def resumed(opt_out: OptOut, channel: Channel, address: str, others: Iterable[str]) -> Iterator[OptOut]:
    """Yield what remains refused once texts on *channel* to *address* are wished again.

    *others*: the borrower's other addresses. Said in refusals of narrower scope, so that every rule knows them; where
    those cannot say it exactly, more stays refused rather than less.
    """
    if not reaches_texts(opt_out, channel, address):
        yield opt_out
        return
    yield replace(opt_out, scope=OptOutScope.PROMOTION, channel=None, address=None)
    if opt_out.scope is not OptOutScope.CHANNEL:
        for other in Channel:
            if other is not channel:
                yield replace(opt_out, scope=OptOutScope.CHANNEL, channel=other, address=None)
    if opt_out.scope is not OptOutScope.ADDRESS:
        for other_address in others:
            yield replace(opt_out, scope=OptOutScope.ADDRESS, channel=None, address=other_address)
