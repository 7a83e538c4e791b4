"""Did the words that left say what they must, and nothing they must not? Read from the centre's own copy."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from parley.money import MINOR_DIGITS
from parley.run.checking.dossier import Contact, Dossier, Offered, Row
from parley.run.checking.expectations import Expectations
from parley.run.checking.figures import figures
from parley.run.checking.kinds import Kind
from parley.run.checking.report import LenderFacts, Tally

# How a text speaks to somebody by a part of the name.
_BEFORE_NAME: Final = r"(?:dear|hello|hi|hey|mr|mrs|ms|miss|尊敬的|亲爱的|親愛的)[\s.,]*"
_AFTER_NAME: Final = r"\s*(?:先生|女士|小姐|您好)"
_SHORTEST_NAME: Final = 2
# "1", "2" and "3" name the options of a menu.
_MOST_OPTIONS: Final = 3


class Reader:
    """Reads texts for one lender: its own words are known and their figures are no borrower's."""

    def __init__(self, lender: LenderFacts, expected: Expectations) -> None:
        self._lender = lender
        self._expected = expected
        words = {fold(word) for word in (*lender.names, lender.hotline, *lender.other_words) if word.strip()}
        listed = sorted(words, key=len, reverse=True)
        self._own = re.compile("|".join(map(re.escape, listed)) if listed else r"(?!)")
        self._names = tuple(map(fold, lender.names))
        self._hotline = fold(lender.hotline)
        self._fresh = timedelta(days=lender.identity_fresh_days)

    def check(self, contact: Contact, dossier: Dossier, tally: Tally) -> None:
        """Judge one text."""
        self._lines(contact, dossier, tally)
        bare = self._own.sub(" ", fold(contact.text))
        if not self._is_proven(contact, dossier) and _discloses(bare, dossier, contact):
            tally.add(Kind.DISCLOSURE, contact.row.id)
        if contact.row.template.startswith(self._expected.offer_templates):
            offer = dossier.offer_of(contact.row, contact.at)
            owed = dossier.owed.get(contact.row.resend_of or contact.row.id, frozenset())
            if self._states_other_figures(bare, contact.row, offer, owed):
                tally.add(Kind.NUMBER_NOT_IN_OFFER, contact.row.id)

    def _lines(self, contact: Contact, dossier: Dossier, tally: Tally) -> None:
        """Every text says who writes; all but the last ones also where a person answers and how to stop."""
        text, purpose = fold(contact.text), contact.row.purpose
        has_name = any(name in text for name in self._names)
        has_hotline = purpose in self._expected.without_hotline or self._hotline in text
        word = re.escape(fold(self._lender.stop_word(dossier.jurisdiction)))
        names_stop = re.search(rf"(?<![a-z0-9]){word}(?![a-z0-9])", text) is not None
        if not (has_name and has_hotline and (purpose in self._expected.without_stop_word or names_stop)):
            tally.add(Kind.MISSING_IDENTITY_LINES, contact.row.id)

    def _is_proven(self, contact: Contact, dossier: Dossier) -> bool:
        return any(_is_fresh(proof, contact.at, self._fresh) for proof in dossier.proofs.get(contact.row.point, ()))

    def _states_other_figures(self, bare: str, row: Row, offer: Offered | None, owed: frozenset[int]) -> bool:
        found = figures(bare)
        amounts, rates, counts = _offered(offer, row.option)
        if row.template in self._expected.with_account and offer is not None:
            amounts |= {Decimal(minor).scaleb(-MINOR_DIGITS[offer.currency]) for minor in owed}
        numbers = () if row.template in self._expected.no_counts else found.numbers
        return (
            any(amount not in amounts for amount in found.amounts)
            or any(rate not in rates for rate in found.rates)
            # A currency without minor units writes an amount as a whole number.
            or any(one > _MOST_OPTIONS and one not in counts and one not in amounts for one in numbers)
        )


def fold(text: str) -> str:
    """Return *text* in one case and one form, blanks joined, for comparing."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _is_fresh(proof: datetime, at: datetime, fresh: timedelta) -> bool:
    return proof <= at <= proof + fresh


def _offered(
    offer: Offered | None, option: int | None
) -> tuple[frozenset[Decimal], frozenset[Decimal], frozenset[Decimal]]:
    """Return the amounts (major units), rates (percent) and counts of an offer, or of its one option."""
    if offer is None:
        return frozenset(), frozenset(), frozenset()
    digits = MINOR_DIGITS[offer.currency]
    plans = offer.plans if option is None else offer.plans[option : option + 1]
    minors = {row["payment_minor"] for plan in plans for row in plan["rows"]}
    in_parts = any(plan.get("has_down_payment") for plan in plans)
    minors |= {0} if in_parts else set()
    minors |= {plan["total_minor"] for plan in plans} | {plan.get("forgiven_minor", 0) for plan in plans}
    return (
        frozenset(Decimal(minor).scaleb(-digits) for minor in minors),
        frozenset(Decimal(plan["annual_rate_bps"]).scaleb(-2) for plan in plans),
        # A down payment is told apart from the payments after it.
        frozenset(Decimal(len(plan["rows"]) - less) for plan in plans for less in {0, in_parts}),
    )


def _discloses(bare: str, dossier: Dossier, contact: Contact) -> bool:
    """Whether a text, without the lender's own words, names the borrower, the contract, the postcode or a figure."""
    found = figures(bare)
    if found.amounts or found.rates or _names(bare, dossier.name):
        return True
    facts = [dossier.postcode, *dossier.references]
    # A help line of four figures is not a contract number.
    facts += [dossier.contract_tail] if contact.row.purpose != "crisis_reply" else []
    return any(_holds(bare, fact) for fact in facts)


def _holds(bare: str, fact: str) -> bool:
    """Whether *fact* stands in the text as a word of its own, with or without the blanks inside it."""
    # Patterns of one borrower each are dear to compile; nearly no text needs one.
    if not fact or _joined(fold(fact)) not in _joined(bare):
        return False
    wanted = re.sub(r"\s+", r"\\s*", re.escape(fold(fact)).replace(r"\ ", " "))
    return re.search(rf"(?<![a-z0-9]){wanted}(?![a-z0-9])", bare) is not None


def _joined(text: str) -> str:
    return text.replace(" ", "")


def _names(bare: str, name: str) -> bool:
    """Whether the whole name stands in the text, or a part of it where somebody is addressed."""
    whole = fold(name)
    if len(whole) < _SHORTEST_NAME:
        return False
    if _holds(bare, name) or (not whole.isascii() and whole in bare):
        return True
    parts = [part for part in (*whole.split(), *([] if whole.isascii() else [whole[0]])) if part in bare]
    if not parts:
        return False
    listed = "|".join(map(re.escape, parts))
    return re.search(rf"\b{_BEFORE_NAME}(?:{listed})(?![a-z])|(?:{listed}){_AFTER_NAME}", bare) is not None
