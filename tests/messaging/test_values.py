from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from parley.locale import Language
from parley.messaging.alphabet import fits_gsm7
from parley.messaging.values import Kind, Placeholder, Value, fault_of, shown
from parley.money import MINOR_DIGITS, Money

TODAY = date(2026, 11, 23)
EN, HANS, HANT = Language.EN, Language.ZH_HANS, Language.ZH_HANT


@pytest.mark.parametrize(
    ("kind", "value", "en", "hans", "hant"),
    [
        (Kind.AMOUNT, Money(124000, "USD"), "$1,240.00", "1,240.00美元", "1,240.00美元"),
        (Kind.AMOUNT, Money(10300, "CNY"), "103.00 CNY", "103.00元", "人民幣103.00元"),
        (Kind.AMOUNT, Money(10300, "HKD"), "HK$103.00", "HK$103.00", "HK$103.00"),
        (Kind.AMOUNT, Money(10300, "TWD"), "NT$103.00", "NT$103.00", "NT$103.00"),
        (Kind.AMOUNT, Money(10300, "GBP"), "£103.00", "103.00英镑", "103.00英鎊"),
        (Kind.AMOUNT, Money(10300, "PHP"), "103.00 PHP", "103.00菲律宾比索", "103.00菲律賓披索"),
        (Kind.AMOUNT, Money(103, "JPY"), "103 JPY", "103 JPY", "103 JPY"),
        (Kind.AMOUNT, Money(103001, "KWD"), "103.001 KWD", "103.001 KWD", "103.001 KWD"),
        (Kind.FIGURE, Money(134032, "USD"), "1,340.32", "1,340.32", "1,340.32"),
        (Kind.DATE, date(2026, 12, 5), "Dec 5", "12月5日", "12月5日"),
        (Kind.DATE, date(2027, 1, 5), "Jan 5, 2027", "2027年1月5日", "2027年1月5日"),
        (Kind.COUNT, 1234, "1,234", "1,234", "1,234"),
        (Kind.RATE, 1200, "12.00%", "12.00%", "12.00%"),
        (Kind.RATE, 5, "0.05%", "0.05%", "0.05%"),
        (Kind.WORDS, "Dana", "Dana", "Dana", "Dana"),
    ],
)
def test_how_a_value_reads(kind: Kind, value: Value, en: str, hans: str, hant: str) -> None:
    assert [shown(kind, value, language, TODAY) for language in (EN, HANS, HANT)] == [en, hans, hant]


@pytest.mark.parametrize("currency", sorted(MINOR_DIGITS))
def test_every_amount_in_english_stays_gsm7(currency: str) -> None:
    assert fits_gsm7(shown(Kind.AMOUNT, Money(10**15, currency), EN, TODAY))


@pytest.mark.parametrize("month", range(1, 13))
def test_every_date_in_english_stays_gsm7(month: int) -> None:
    assert fits_gsm7(shown(Kind.DATE, date(2027, month, 28), EN, TODAY))


def test_an_instant_is_not_a_date() -> None:
    assert fault_of(Placeholder(Kind.DATE), datetime(2026, 12, 5, tzinfo=UTC)) is not None
