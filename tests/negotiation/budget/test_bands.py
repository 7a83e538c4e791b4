from __future__ import annotations

from random import Random

import pytest

from parley.errors import BadInput
from parley.money import MINOR_DIGITS
from parley.negotiation.budget.bands import BANDED, BANDS, Band, answer_band, load_bands
from parley.negotiation.budget.financial_statement import Cost, FinancialStatement, Household, Income, Topic
from parley.negotiation.budget.work_out import Limits, work_out
from tests.negotiation.budget.samples import SAMPLES, raw_bands, round_table, shipped_bands


def band_of(bands: tuple[Band, ...], minor: int) -> Band:
    return next(one for one in bands if one.up_to_minor is None or minor <= one.up_to_minor)


def changed(old: str, new: str) -> bytes:
    text = raw_bands().decode()
    assert old in text, f"{old!r} is not in the shipped bands"
    return text.replace(old, new, 1).encode()


def test_shipped_bands_leave_no_amount_out() -> None:
    for currency, topics in shipped_bands().by_currency.items():
        assert currency in MINOR_DIGITS and topics.keys() == set(BANDED)
        for bands in topics.values():
            assert len(bands) == BANDS and bands[0].above_minor == 0 and bands[-1].up_to_minor is None
            assert [one.up_to_minor for one in bands[:-1]] == [one.above_minor for one in bands[1:]]
            assert [one.letter for one in bands] == list("ABCDEFGH")[: len(bands)]


def test_income_is_read_at_the_lower_end_and_spending_at_the_upper() -> None:
    bands = shipped_bands()
    statement = answer_band(FinancialStatement("USD"), Topic.INCOME, bands.of("USD", Topic.INCOME)[2])
    statement = answer_band(statement, Topic.HOUSING, bands.of("USD", Topic.HOUSING)[2])
    statement = answer_band(statement, Topic.OTHER_DEBTS, bands.of("USD", Topic.OTHER_DEBTS)[0])
    assert statement.income == Income(1500_00)
    assert (statement.housing, statement.other_debts) == (Cost(800_00), Cost(0))


def test_open_spending_asks_for_the_figure_and_open_income_does_not() -> None:
    bands = shipped_bands()
    statement = answer_band(FinancialStatement("USD"), Topic.HOUSING, bands.of("USD", Topic.HOUSING)[-1])
    assert statement.housing is None and not statement.is_settled(Topic.HOUSING)
    told = answer_band(statement, Topic.HOUSING, bands.of("USD", Topic.HOUSING)[1])
    assert told.is_settled(Topic.HOUSING) and told.wants_figure == frozenset()
    assert answer_band(statement, Topic.INCOME, bands.of("USD", Topic.INCOME)[-1]).income == Income(5000_00)


def test_a_band_never_makes_a_capacity_larger_than_the_figure_would() -> None:
    limits = Limits(30_00)
    for seed in range(SAMPLES):
        draw = Random(seed)
        exact = {topic: draw.randrange(400_000 if topic is Topic.INCOME else 100_000) for topic in BANDED}
        figures = banded = FinancialStatement("USD", household=Household(1, 0), asked=5)
        for topic, minor in exact.items():
            figures = figures.but(**{topic.value: Income(minor) if topic is Topic.INCOME else Cost(minor)})
            banded = answer_band(banded, topic, band_of(shipped_bands().of("USD", topic), minor))
        found = [work_out(one, round_table(), limits).capacity_minor for one in (banded, figures)]
        assert found[0] <= found[1], seed


def test_a_currency_without_bands_is_asked_by_amount() -> None:
    assert shipped_bands().of("KES", Topic.INCOME) == ()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"\xff", "line 1: this is not UTF-8"),
        (b"id = 'x'", "`reason_en` is missing"),
        (changed("[GBP]", "[XXX]"), "`XXX` is not a known key; known are AUD, BHD"),
        (changed("[GBP]", "GBP = 1\n[CAD]"), "USD"),
        (changed("other_debts = [0, 75_00", "debts = [0, 75_00"), "`GBP` `other_debts` is missing"),
        (
            changed("[0, 75_00, 150_00,", "[0, 150_00, 75_00,"),
            "`GBP.other_debts` needs edges that rise and end above zero",
        ),
        (
            changed("[0, 75_00, 150_00, 250_00, 400_00, 600_00", "[0"),
            "`GBP.other_debts` needs 7 edges: a text names 8 bands",
        ),
        (changed("[0, 75_00,", "[0, 1, 2, 75_00,"), "`GBP.other_debts` needs 7 edges: a text names 8 bands"),
        (changed("[0, 75_00,", "[5_00, 75_00,"), "`GBP.other_debts` begins at 0 where nothing may be spent"),
        (changed("income = [800_00,", "income = [0,"), "begins at 0 where nothing may be spent"),
        (changed("[0, 75_00,", "[0, 75_50,"), "`GBP.other_debts` has an edge with cents"),
        (changed("[0, 75_00,", '["none", 75_00,'), "`GBP.other_debts` is not a whole number from 0"),
    ],
)
def test_bands_that_cannot_hold_are_refused_by_file_line_and_key(raw: bytes, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        load_bands(raw, "mine.toml")
    assert says in refused.value.en
    assert refused.value.en.startswith("mine.toml, line ")
    assert refused.value.zh.startswith("mine.toml 第 ")
