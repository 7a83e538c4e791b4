"""What must be said of a change, in every language, with the figures of the final schedule."""

from __future__ import annotations

import pytest

from parley.locale import Language
from parley.servicing.account import Balance
from parley.servicing.changes.notices import Notice, Say, notice_text
from parley.servicing.changes.pauses import Deferral
from parley.servicing.changes.rate_relief import RateCut
from parley.servicing.products.terms import UnpaidInterest
from tests.servicing.changes.build import changed, debt_of, percent


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("say", list(Say))
def test_every_notice_has_its_sentence(say: Say, language: Language) -> None:
    text = notice_text(Notice(say, 15, 123_456), "USD", language)
    assert text.endswith((".", "。"))
    assert "{" not in text
    amount_said = "1,234.56 USD" in text
    assert amount_said == (say not in {Say.ENDS_EARLY, Say.LEFT_OUT, Say.COUNTED_CURRENT})


def test_sentences_of_a_deferral() -> None:
    # Case plan-holiday-3-deferred.
    modification = changed(debt_of(500_000, "24", 12), Deferral(3, UnpaidInterest.HELD))
    assert [notice_text(notice, "EUR", Language.EN) for notice in modification.notices] == [
        "12 payments; the last is 772.78 EUR.",
        "3 payments are left out.",
        "300.00 EUR bears no interest and is paid with the last payment.",
        "In all, 300.00 EUR more is paid than without the change.",
    ]
    assert notice_text(modification.notices[0], "EUR", Language.ZH_HANS) == "共 12 期，最后一期为 772.78 EUR。"


def test_what_stays_due_today_is_said() -> None:
    modification = changed(debt_of(500_000, "24", 12, due_now=Balance(fee=2_500)), RateCut(percent("12")))
    assert "25.00 EUR is due today." in [notice_text(notice, "EUR", Language.EN) for notice in modification.notices]


def test_nothing_personal_is_printed() -> None:
    modification = changed(debt_of(499_973, "24", 12), RateCut(percent("12")))
    shown = repr((modification, modification.before, modification.debt, modification.notices))
    assert "499973" not in shown.replace(",", "")
    assert not [payment for payment in modification.after.payments if str(payment.amount_minor) in shown]
