"""The checker of offers finds sound what the optimiser made, and every alteration of it."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from parley.negotiation.facts import Facts
from parley.negotiation.levers import Policy
from parley.negotiation.menu import Menu, build_menu
from parley.negotiation.policy import load_policy
from parley.run.checking.offer_words import WORDS, Finding, Flaw
from parley.run.checking.offers import Record, check_offer
from parley.servicing.account import Product
from parley.store.rows import plan_to_json
from tests.conftest import FULL_SIZE
from tests.negotiation.strategies import page_policy_text, shipped_policy
from tests.negotiation.worlds import FACTS_A_POLICY, TODAY, Law, facts_of, law_of, policy_of

SAMPLES = 20_000 if FULL_SIZE else 500


def record_of(policy: Policy, facts: Facts, law: Law) -> Record | None:
    """Make an offer as the store keeps it, by way of JSON; None where nothing fits."""
    menu = build_menu(facts, policy, "rulebook", law, law.bounds)
    if not isinstance(menu, Menu):
        return None
    return Record(
        on=TODAY,
        currency=facts.currency,
        capacity_minor=facts.capacity_minor,
        plans=json.loads(json.dumps([plan_to_json(plan) for plan in menu.plans])),
        certificate=json.loads(json.dumps(menu.certificate)),
        policy_text=policy.text,
        is_rulebook_known=True,
    )


def test_every_menu_is_found_sound() -> None:
    random, checked = Random("sound"), 0
    for _ in range(0, SAMPLES, FACTS_A_POLICY):
        policy = policy_of(random, most=12)
        for facts in [facts_of(random, policy) for _ in range(FACTS_A_POLICY)]:
            record = record_of(policy, facts, law_of(random, facts))
            if record is not None:
                checked += 1
                assert check_offer(record) == []
    assert checked > SAMPLES // 4


FACTS = Facts(
    product=Product.CARD,
    currency="USD",
    balance_minor=124_000,
    contract_rate_bps=2_190,
    days_past_due=34,
    capacity_minor=6_000,
    first_due_on=TODAY.replace(month=12, day=7),
    charges_minor=2_500,
    offered_on=TODAY,
)


def sound() -> Record:
    record = record_of(shipped_policy(), FACTS, Law((), FACTS))
    assert record is not None
    assert check_offer(record) == []
    assert len(record.plans) == 3
    return record


Told = dict[str, Any]
Change = Callable[[Told], None]


def pay_less(told: Told) -> None:
    told["plans"][1]["rows"][3]["payment_minor"] -= 1


def move_a_cent(told: Told) -> None:
    rows = told["plans"][0]["rows"]
    for row, by in ((rows[0], 1), (rows[-1], -1)):
        row["payment_minor"] += by
        row["principal_minor"] += by
    for row in rows[:-1]:
        row["balance_minor"] -= 1


def swap(told: Told) -> None:
    for part in (told["plans"], told["certificate"]["options"], told["certificate"]["slack"]):
        part[0], part[1] = part[1], part[0]


def drop_the_cheapest(told: Told) -> None:
    for part in (told["plans"], told["certificate"]["options"], told["certificate"]["slack"]):
        del part[0]


def set_fact(name: str, value: object, *, rehash: bool = True) -> Change:
    def change(told: Told) -> None:
        told["certificate"]["facts"][name] = value
        if rehash:
            text = json.dumps(told["certificate"]["facts"], separators=(",", ":"), sort_keys=True)
            told["certificate"]["input_hash"] = hashlib.sha256(text.encode()).hexdigest()

    return change


def set_told(name: str, value: object) -> Change:
    def change(told: Told) -> None:
        told["certificate"][name] = value

    return change


def forbid(**bound: object) -> Change:
    def change(told: Told) -> None:
        told["certificate"]["law"] = [
            {"rule": "drawn", "max_months": None, "rates": [], "forbids_capitalising": False} | bound
        ]

    return change


def raise_slack(told: Told) -> None:
    told["certificate"]["slack"][2]["capacity_minor"] += 1


def offer_the_winner_twice(told: Told) -> None:
    told["certificate"]["runner_up"] = told["certificate"]["options"][0]


def lower_the_rate(told: Told) -> None:
    told["plans"][0]["annual_rate_bps"] = told["certificate"]["options"][0]["rate_bps"] = 400


def change_the_day(told: Told) -> None:
    told["plans"][0]["rows"][5]["due_on"] = "2027-06-07"


def change_the_policy(told: Told) -> None:
    told["policy_text"] = told["policy_text"].replace("rate_bps = [790]", "rate_bps = [690]")


def change_policy_and_hash(told: Told) -> None:
    change_the_policy(told)
    told["certificate"]["policy_hash"] = hashlib.sha256(told["policy_text"].encode()).hexdigest()


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        (pay_less, Flaw.PLAN_SUM),
        (move_a_cent, Flaw.PLAN_SUM),
        (change_the_day, Flaw.PLAN_SUM),
        (lambda told: told.update(capacity_minor=5_999), Flaw.RECORD_DIFFERS),
        (lambda told: told.update(currency="EUR"), Flaw.RECORD_DIFFERS),
        (set_fact("capacity_minor", 5_000), Flaw.ABOVE_CAPACITY),
        (set_fact("capacity_minor", 6_001, rehash=False), Flaw.FACTS_ALTERED),
        (set_fact("capacity_minor", 6_100), Flaw.NOT_CHEAPEST),
        (set_fact("days_past_due", 70), Flaw.OUTSIDE_POLICY),
        (set_fact("agreed_before", 4), Flaw.OUTSIDE_POLICY),
        (set_fact("offered_on", "2026-10-01"), Flaw.RECORD_DIFFERS),
        (set_told("policy_hash", "0" * 64), Flaw.POLICY_ALTERED),
        (set_told("policy", "another"), Flaw.OUTSIDE_POLICY),
        (set_told("candidates", 61), Flaw.COUNTS),
        (set_told("feasible", 39), Flaw.COUNTS),
        (set_told("floor_step", 1), Flaw.FLOOR),
        (set_told("floor_step", 7), Flaw.UNREADABLE),
        (set_told("form", 1), Flaw.UNREADABLE),
        (set_told("options", []), Flaw.NUMBER_OF_OPTIONS),
        (lambda told: told.update(certificate={}), Flaw.UNREADABLE),
        (lambda told: told.update(policy_text=None), Flaw.POLICY_MISSING),
        (lambda told: told.update(is_rulebook_known=False), Flaw.RULEBOOK_UNKNOWN),
        (change_the_policy, Flaw.POLICY_ALTERED),
        (change_policy_and_hash, Flaw.OUTSIDE_POLICY),
        (swap, Flaw.ORDER),
        (drop_the_cheapest, Flaw.NOT_CHEAPEST),
        (forbid(max_months=30), Flaw.OUTSIDE_LAW),
        (forbid(rates=[{"below_minor": None, "highest": "3/40"}]), Flaw.OUTSIDE_LAW),
        (forbid(max_months=60), Flaw.SLACK),
        (raise_slack, Flaw.SLACK),
        (offer_the_winner_twice, Flaw.RUNNER_UP),
        (lower_the_rate, Flaw.OUTSIDE_POLICY),
        (set_told("confirm", "page"), Flaw.CONFIRMATION),
    ],
)
def test_an_alteration_is_found(change: Change, flaw: Flaw) -> None:
    record = sound()
    told = {name: copy.deepcopy(getattr(record, name)) for name in Record.__slots__}
    change(told)
    assert flaw in {finding.flaw for finding in check_offer(Record(**told))}


def test_an_offer_agreed_to_on_the_page_says_so_and_one_of_before_that_was_said_is_sound() -> None:
    record = record_of(load_policy(page_policy_text().encode()), FACTS, Law((), FACTS))
    assert record is not None and record.certificate["confirm"] == "page"
    assert check_offer(record) == []
    for said in ("reply", None):
        certificate = {key: value for key, value in record.certificate.items() if key != "confirm"}
        certificate |= {"confirm": said} if said else {}
        assert check_offer(replace(record, certificate=certificate)) == [Finding(Flaw.CONFIRMATION)]
    of_before = {key: value for key, value in sound().certificate.items() if key != "confirm"}
    assert check_offer(replace(sound(), certificate=of_before)) == []


def test_a_dominated_plan_is_found() -> None:
    # Without the relief in its policy, the plans would be sound; with it they are not.
    dear = shipped_policy().text.replace("rate_bps = [790]", "rate_bps = [1190]")
    other = record_of(load_policy(dear.encode()), FACTS, Law((), FACTS))
    assert other is not None
    both = shipped_policy().text.replace("rate_bps = [790]", "rate_bps = [790, 1190]")
    certificate = dict(other.certificate) | {"policy_hash": hashlib.sha256(both.encode()).hexdigest()}
    found = check_offer(replace(other, policy_text=both, certificate=certificate))
    assert Finding(Flaw.DOMINATED, 1) in found


def test_every_flaw_has_its_words_in_both_languages() -> None:
    assert set(WORDS) == set(Flaw)
    assert all(en and zh and en != zh for en, zh in WORDS.values())
    assert Finding(Flaw.ORDER).words() == (f"{WORDS[Flaw.ORDER][0]}.", f"{WORDS[Flaw.ORDER][1]}。")
    assert Finding(Flaw.PLAN_SUM, 2).words()[0].startswith("Option 2: ")
