"""What the engine knows by heart, loaded once at the start of a process and handed in."""

from __future__ import annotations

from dataclasses import dataclass

from parley.contact.gate import GateSettings
from parley.contact.registrations import Route
from parley.contact.routes import Routes
from parley.engine.guidance import Permissions
from parley.engine.lender import Lender
from parley.engine.service import ServiceTimes
from parley.messaging.catalogue import Catalogue
from parley.messaging.credit_record import CreditBook
from parley.messaging.missed_payment import MissedWords
from parley.negotiation.budget.budgeting import BudgetTables
from parley.negotiation.plain_yes import YesWords
from parley.negotiation.policy import Policy
from parley.nlu.lexicon import Lexicon
from parley.nlu.read import Reader
from parley.rulebook.book import Rulebook


@dataclass(slots=True, eq=False)
class Library:
    """What the engine knows by heart: catalogue, word tables, rulebook, policy, the lender; loaded once.

    `reader` reads replies, `after_words` what they say of a plan, `outbound` our own texts; `routes` says by whom they
    are carried, `route` what is registered for them; `credit` and `missed` are what the terms of a plan say beside its
    figures. Two things may be exchanged while a process runs, each as a whole: `rulebook` by `run.rules_in_use`,
    `catalogue` by `run.texts_in_use`. Each decision is by one rulebook and names it, each message by one version of a
    text. Whoever decides takes them once, and nothing else here is made of them.
    """

    catalogue: Catalogue
    reader: Reader
    outbound: Lexicon
    rulebook: Rulebook
    policy: Policy
    budgets: BudgetTables
    yes_words: YesWords
    lender: Lender
    identity_tries: int
    identity_fresh_days: int
    in_collection_days: int
    gate: GateSettings
    route: Route
    routes: Routes
    permissions: Permissions
    times: ServiceTimes
    after_words: Lexicon
    credit: CreditBook
    missed: MissedWords

    @property
    def lexicon(self) -> Lexicon:
        """The word lists of replies."""
        return self.reader.lexicon
