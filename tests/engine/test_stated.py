"""A text about an offer states the numbers of its record and no others, and the gate refuses one that does."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from parley.contact.gate import Permit, Refused, decide
from parley.engine.asking import contact_facts, with_text
from parley.engine.library import Library
from parley.engine.situation import case_of
from parley.engine.stated import OFFER_TEXTS, Offered, Said, owed_of, states_other_numbers
from parley.engine.wording import render, template_key
from parley.locale import Language
from parley.negotiation.moves import Memory, Move
from parley.negotiation.state import State
from parley.purpose import Purpose
from parley.servicing.schedule import Schedule, level_schedule, settled_schedule
from tests.engine.sample import NOON
from tests.engine.test_wording import PLACES, plans_of, saying_of

DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def forgiving(currency: str) -> tuple[Schedule, ...]:
    """Three plans of which one waives charges and two settle the debt, one of them with a first payment of its own."""
    first_on = date(2026, 12, 7)
    return (
        settled_schedule(992_000, 992_000, 0, first_on, currency, 248_000),
        settled_schedule(1_116_000, 334_800, 6, first_on, currency, 124_000),
        level_schedule(1_237_500, 790, 23, first_on, currency, forgiven_minor=2_500),
    )


def texts_of(language: Language, plans: tuple[Schedule, ...], library: Library) -> dict[str, str]:
    saying = saying_of(PLACES[language], plans)
    case = case_of(PLACES[language], now=NOON)

    def said(say: str, memory: Memory) -> str:
        key = template_key(Move(State.OFFER, say, memory=memory), case, plans, library.lender)
        assert key in OFFER_TEXTS
        return render(key, replace(saying, memory=memory), library.lender, library.catalogue).text

    found = {"offer": said("offer", Memory())}
    for option in range(len(plans)):
        for say in ("plan.read_back", "plan.agreed"):
            found[f"{say} {option}"] = said(say, Memory(option=option))
    return found


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("language", list(Language))
def test_every_text_about_an_offer_states_its_numbers_only(language: Language, count: int, library: Library) -> None:
    currency = PLACES[language].currency
    for plans in (plans_of(currency, library)[:count], forgiving(currency)[:count]):
        for text in texts_of(language, plans, library).values():
            assert not states_other_numbers(text, Offered(plans), library.lender), text


@pytest.mark.parametrize("language", list(Language))
def test_another_figure_anywhere_in_the_offer_is_seen(language: Language, library: Library) -> None:
    plans = plans_of(PLACES[language].currency, library)
    text = texts_of(language, plans, library)["offer"]
    own = {str(plan.count) for plan in plans}
    figures = [found for found in DIGITS.finditer(text) if "." in found[0] or found[0] in own]
    assert len(figures) == 12
    for found in figures:
        wrong = found[0][:-1] + str((int(found[0][-1]) + 1) % 10)
        changed = text[: found.start()] + wrong + text[found.end() :]
        assert states_other_numbers(changed, Offered(plans), library.lender), changed


@pytest.mark.parametrize("language", list(Language))
def test_what_holds_without_a_plan_is_told_by_the_offer_and_the_account(language: Language, library: Library) -> None:
    plans, saying = plans_of(PLACES[language].currency, library), saying_of(PLACES[language], ())
    owed = tuple(owed_of(saying.debt, saying.today).values())
    text = render("info.what_if", replace(saying, plans=plans), library.lender, library.catalogue).text
    assert not states_other_numbers(text, Offered(plans, owed_minor=owed), library.lender), text
    assert states_other_numbers(text, Offered(plans), library.lender), "the account's are none of the record"
    figures = [found for found in DIGITS.finditer(text) if "." in found[0]]
    assert len(figures) == 4
    for found in figures:
        changed = text[: found.start()] + "7" + text[found.start() :]
        assert states_other_numbers(changed, Offered(plans, owed_minor=owed), library.lender), changed


def test_no_record_allows_no_number(library: Library) -> None:
    text = texts_of(Language.EN, plans_of("USD", library), library)["plan.agreed 0"]
    assert states_other_numbers(text, Offered(()), library.lender)


def test_the_borrowers_own_page_is_no_number(library: Library) -> None:
    plans = plans_of("USD", library)
    text = f"You can pay on {library.lender.page}/A7X9. {plans[0].count} payments."
    assert not states_other_numbers(text, Offered(plans), library.lender)
    assert states_other_numbers(text + " 9 more.", Offered(plans), library.lender)


def test_the_gate_refuses_a_number_that_is_not_of_the_offer(library: Library) -> None:
    case, plans = case_of(PLACES[Language.EN], now=NOON), plans_of("USD", library)
    text = texts_of(Language.EN, plans, library)["offer"]
    facts = contact_facts(
        case.party,
        case.account,
        case.record,
        purpose=Purpose.SERVICING,
        discloses="debt",
        now=NOON,
        today=date(2026, 11, 23),
        actor=library.lender.actor,
        is_proven=True,
        in_collection_days=library.in_collection_days,
        also_held=frozenset(),
        answering=None,
    )
    for said, is_permitted in ((text, True), (text.replace(str(plans[0].count), "99", 1), False)):
        decision = decide(
            with_text(facts, Said(said, "offer.three", Offered(plans)), library, library.rulebook),
            library.rulebook,
            library.gate,
        )
        assert isinstance(decision, Permit) is is_permitted
        if isinstance(decision, Refused):
            assert decision.primary.rule_id == "lender-offer-numbers"
            assert decision.primary.reason_code == "number_not_in_offer"
            assert decision.retry_at is None


def test_a_first_payment_of_its_own_and_what_is_waived_are_told(library: Library) -> None:
    texts = texts_of(Language.EN, forgiving("USD"), library)
    assert "1) $9,920.00, then $0.00 x 0, 0.00% APR, total 9,920.00 ($2,480.00 waived)." in texts["offer"]
    assert "2) $3,348.00, then $1,302.00 x 6, 0.00% APR, total 11,160.00 ($1,240.00 waived)." in texts["offer"]
    assert "$3,348.00 on Dec 7, then 6 monthly payments of $1,302.00" in texts["plan.read_back 1"]
    assert "23 monthly payments of $581.57 from Dec 7" in texts["plan.read_back 2"]
    assert "in total, $25.00 waived." in texts["plan.read_back 2"]


def test_the_texts_held_to_an_offer_are_those_whose_figures_are_its_own(library: Library) -> None:
    own = {"instalment", "first", "later", "total", "least"}
    stating = {
        key
        for key, entry in library.catalogue.entries.items()
        if own & {name.rpartition("_")[0] or name for name in entry.placeholders}
    }
    assert stating == OFFER_TEXTS
