"""The facts that a move depends on, beside the reply: what the engine prepared of the case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from parley.negotiation.after_words import AfterWords
from parley.negotiation.budget.budgeting import Budgeting


@dataclass(frozen=True, slots=True, repr=False)
class AtOnce:
    """One payment named in a reply. Units: minor units; `rest_minor` is a month's, named beside it.

    `amount_minor` None: all that is owed. `is_sure`: it can be nothing else. `is_later`: a day to come is named.
    """

    amount_minor: int | None
    is_sure: bool = True
    rest_minor: int | None = None
    is_later: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Standing:
    """The facts a move depends on, prepared by the engine. Units: minor units, local date of the borrower.

    `identity_answer` says what the engine found when it compared the reply with what the lender holds: "match",
    "mismatch", or "" where the reply holds nothing of the kind. `stop_scope` is what a STOP covers: all or promotions;
    `context` what our last message was about. `has_resumed`: the reply asked for texts again after refusing them.
    `writer`: what the door found where several borrowers have the number and it is not known who writes: unsure,
    several, nobody; else "".
    `latest_start_on`: the last day on which a plan may begin; None: as the policy has it without deferral.
    `has_plan`: one that was agreed stands; `has_missed`: one broke, and its missed payment is known. `after`: what the
    words of the table for talks after an agreement say.
    `budget`: what income and spending are asked and worked out with. `agrees`: the reply is a yes and nothing beside.
    `binds`: a yes that comes in this way agrees to a plan: on the page always, by text where the offer allows it.
    `implied_minor`: what so many payments as the reply names come to a month, where it names no sum. `at_once`: the one
    payment it names.
    `is_media`: a picture or a file came, and no words.
    `wants_limit_rise`: the reply asks for a higher limit; `may_ask_limit_rise`: such a wish goes to the lender's core:
    the account has a limit, and nothing tells of difficulty.
    """

    today: date
    currency: str
    is_proven: bool
    identity_answer: str
    identity_tries: int
    owes: bool
    arrears_minor: int
    balance_minor: int
    options: int
    stop_scope: str
    context: str
    has_resumed: bool = False
    latest_start_on: date | None = None
    has_plan: bool = False
    has_missed: bool = False
    after: AfterWords = AfterWords()  # noqa: RUF009 - frozen, so one shared default is safe
    budget: Budgeting | None = None
    wants_limit_rise: bool = False
    may_ask_limit_rise: bool = False
    agrees: bool = True
    binds: bool = True
    implied_minor: int | None = None
    writer: str = ""
    at_once: AtOnce | None = None
    is_media: bool = False
