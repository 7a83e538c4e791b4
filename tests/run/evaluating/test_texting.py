"""Parley's own talks in an evaluation: real menus, real gate, nothing hidden seen, no agreement that may not be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from parley.engine.library import Library
from parley.money import MINOR_DIGITS
from parley.negotiation.policy import load_policy
from parley.run.evaluating.evaluate import STARTED_ON, Bench, drawn
from parley.run.evaluating.texting import ASKS, Texting, engine_case
from parley.run.library import data_files
from parley.servicing.account import Product
from parley.simulation.card import Style
from parley.simulation.chance import Dice
from parley.simulation.rne13.card import CARD_FILE, load_card
from parley.simulation.rne13.case import REASONS, BorrowerCase
from parley.simulation.rne13.generate import Generator
from parley.simulation.rne13.talk import Closed, Talk
from parley.simulation.world import Decision
from tests.simulation.rne13.conftest import case


@pytest.fixture(scope="module")
def bench(library: Library, sim_files: Mapping[str, bytes]) -> Bench:
    return Bench([], library, load_card(sim_files[CARD_FILE]), sim_files, seed=5)


def talk(bench: Bench, one: BorrowerCase, *, by_text: bool = False) -> Talk:
    return Texting(one, bench.library, bench.stage, STARTED_ON, by_text).run()


PLACES: list[dict[str, Any]] = [
    {},
    {"locale": "zh-CN", "jurisdiction": "CN", "currency": "CNY", "timezone": "Asia/Shanghai"},
    {"locale": "en-GB", "jurisdiction": "GB", "currency": "GBP", "timezone": "Europe/London"},
    {"locale": "zh-HK", "jurisdiction": "HK", "currency": "HKD", "timezone": "Asia/Hong_Kong"},
    {"days_past_due": 0},
    {"remaining_instalments": 0, "contract_instalment_minor": 0},
]


@pytest.mark.parametrize("place", PLACES)
def test_a_willing_borrower_agrees_within_what_they_said_and_the_horizon(bench: Bench, place: dict[str, Any]) -> None:
    sure = bench.under(bench.card.parameters.but("thread_reply_bps", 9_700).but("opt_out_bps", 5))
    ended = [talk(sure, case(id=f"c-{n}", **place)) for n in range(4)]
    agreed = [each for each in ended if each.agreement is not None]
    assert agreed
    for each in agreed:
        assert each.agreement is not None
        assert each.agreement.largest_minor <= 27_000
        assert each.agreement.principal_minor == 120_000
        assert each.agreement.days[0] > 0
        assert each.messages >= 5 and each.segments >= each.messages
    assert not any(each.violations for each in ended)


@pytest.mark.parametrize("by_text", [False, True])
@pytest.mark.parametrize("field", ["vulnerable", "disputes", "wrong_person"])
def test_who_is_for_a_person_is_never_agreed_with(bench: Bench, field: str, by_text: bool) -> None:
    for n, place in enumerate(PLACES):
        ended = talk(bench, case(id=f"c-{n}", **place, **{field: True}), by_text=by_text)
        assert ended.agreement is None
        assert by_text or ended.closed in {Closed.WITH_PERSON, Closed.OPTED_OUT}


def test_by_text_the_reader_reads_the_words(bench: Bench) -> None:
    ended = [talk(bench, case(id=f"t-{n}"), by_text=True) for n in range(12)]
    assert sum(each.agreement is not None for each in ended) >= 4
    assert not any(each.violations for each in ended)


def test_the_engine_is_told_no_hidden_fact(bench: Bench) -> None:
    now = Texting(case(), bench.library, bench.stage, STARTED_ON)._at(0)
    hidden = {
        "income_minor": 1, "essential_minor": 2, "other_debt_minor": 3, "assets_minor": 4, "understates_bps": 5,
        "willing_bps": 6, "accepts_up_to_bps": 7, "patience": 8, "reason": "illness", "vulnerable": True,
        "disputes": True,
    }  # fmt: skip
    assert engine_case(case(), now) == engine_case(replace(case(), **hidden), now)  # type: ignore[arg-type]  # fields


def test_drawn_borrowers_bring_no_violation(bench: Bench) -> None:
    ended = [talk(bench, one) for one in drawn(bench.files, Generator.B, 11, 60)]
    assert [each.violations for each in ended if each.violations] == []
    assert sum(each.closed is not Closed.SILENT for each in ended) > 30


def odd(dice: Dice, number: int) -> BorrowerCase:
    """Return a borrower of a file nobody tidied: any place, currency and zone, sums from nothing to far too much."""
    sums = (0, 1, 999, 250_000, 40_000_000, 10**12)
    names = ("income_minor", "essential_minor", "other_debt_minor", "assets_minor", "contract_instalment_minor")
    flags = {name: dice.happens(1_500) for name in ("vulnerable", "disputes", "wrong_person")}
    return case(
        id=f"odd-{number}",
        locale=dice.pick(("en-US", "zh-CN", "zh-HK", "es-MX", "fr", "yue-HK")),
        timezone=dice.pick(("America/Chicago", "Pacific/Kiritimati", "Asia/Kolkata", "UTC")),
        jurisdiction=dice.pick(("US", "US-NYC", "CN", "GB", "IN", "JP", "DE", "XX", "US-TX", "KE")),
        currency=dice.pick(sorted(MINOR_DIGITS)),
        product=dice.pick(list(Product)),
        balance_minor=max(1, dice.pick(sums)),
        annual_rate_bps=dice.pick((0, 1, 2_400, 100_000)),
        days_past_due=dice.pick((0, 1, 30, 90, 5_000)),
        style=dice.pick(list(Style)),
        reason=dice.pick([None, *sorted(REASONS)]),
        patience=dice.pick((0, 1, 4, 1_000)),
        accepts_up_to_bps=dice.pick((0, 5_000, 20_000)),
        **{name: dice.pick(sums) for name in names},
        **flags,
    )


@pytest.mark.parametrize("by_text", [False, True])
def test_odd_borrowers_bring_neither_a_defect_nor_a_violation(bench: Bench, by_text: bool) -> None:
    cases = [odd(Dice(1, "odd", number), number) for number in range(80)]
    ended = [talk(bench, one, by_text=by_text) for one in cases]
    assert [each.violations for each in ended if each.violations] == []
    assert not [one for one, each in zip(cases, ended, strict=True) if one.for_a_person and each.agreement]
    assert any(each.messages for each in ended)


def test_a_borrower_hears_every_text_that_asks_something(bench: Bench) -> None:
    asking = {Decision.CAPACITY, Decision.OFFER, Decision.READ_BACK, Decision.AGAIN}
    wanted = {key for key, situation in bench.stage.world.situations.items() if situation.decide in asking}
    assert wanted - ASKS.keys() == set()


def test_a_settlement_is_heard_taken_and_counted_as_a_discount(bench: Bench) -> None:
    keys = "settlement_discount_bps = [1000]\nsettlement_down_payment_bps = [500]\nsettlement_payments = [12]\n"
    text = (
        data_files("parley.negotiation.data")["policy.toml"]
        .decode()
        .replace("rate_bps = [790]\n", f"rate_bps = [790]\n{keys}")
    )
    policy = load_policy(
        re.sub(r"lowest_worth_bps = \d+", "lowest_worth_bps = 6000", text)
        .replace("most_discount_bps = 0", "most_discount_bps = 1000")
        .encode()
    )
    settling = replace(bench, library=replace(bench.library, policy=policy))
    ended = [talk(settling, case(id=f"s-{n}")) for n in range(8)]
    agreed = [each.agreement for each in ended if each.agreement is not None]
    assert [each.violations for each in ended if each.violations] == []
    assert {1_000} == {each.discount_bps(120_000) for each in agreed if each.down_minor}
    assert {each.down_minor for each in agreed if each.down_minor} == {5_400}
