"""May a wish for a higher limit go to the lender's core, and which limit was named? Nothing here decides on it."""

from __future__ import annotations

from datetime import date
from typing import Final

from parley.contact.facts import Hold
from parley.engine.case import Case
from parley.engine.outcome import NewLimitRise
from parley.money import MINOR_DIGITS
from parley.nlu.lexicon import Lexicon
from parley.nlu.reading import Reading
from parley.nlu.wishes import Wish, wishes
from parley.servicing.account import AccountStatus, Product
from parley.servicing.delinquency import arrears_minor

# Nothing but who writes to whom is in these; every other hold tells of difficulty, or of a matter that is open.
_NO_HINDRANCE: Final = frozenset({Hold.WITH_PERSON})


def may_ask_limit_rise(case: Case, today: date) -> bool:
    """Say whether the account has a limit that could rise, and nothing stands against asking for it.

    Arrears, a hold and a plan that is being kept all do.
    """
    account = case.account
    if account is None or account.product is not Product.CARD or account.status is not AccountStatus.OPEN:
        return False
    held = {one.kind for one in case.record.holds} - _NO_HINDRANCE
    return arrears_minor(account.dues, today) == 0 and not held


def limit_rise_of(case: Case, text: str, reading: Reading, lexicon: Lexicon) -> NewLimitRise:
    """Return the wish, with the limit named where it is one: in the account's currency, above the limit that stands.

    A reply that only proves who writes names no limit, whatever figures stand in it.
    """
    assert case.account is not None, "a limit is an account's"
    currency, amount = case.account.currency, reading.slots.amount
    if amount is None or Wish.LIMIT_RISE not in wishes(text, lexicon) or reading.slots.currency not in {None, currency}:
        return NewLimitRise()
    scaled = amount.scaleb(MINOR_DIGITS[currency])
    asked = int(scaled) if scaled == int(scaled) else None
    stands = case.account.credit_limit_minor
    is_limit = asked is not None and asked > 0 and (stands is None or asked > stands)
    return NewLimitRise(asked if is_limit else None)
