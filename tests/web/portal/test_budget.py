"""The full statement on the borrower's page, by HTML alone: filled in, left, resumed, summed, confirmed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client

from parley.locale import Language
from parley.messaging.phrases import Phrases
from parley.negotiation.at_budget import kept
from parley.negotiation.budget.financial_statement import Cost, FinancialStatement, Household, Income, Rhythm, Topic
from parley.negotiation.moves import Memory
from parley.store import models
from parley.store.cases import load_talk, seal_memory
from parley.store.sealed import Sealed, open_text
from parley.web.assets import assets
from parley.web.words import words
from tests.run.desk import NOON, TODAY, Anything, Person, library
from tests.web.conftest import Served
from tests.web.portal.test_page import inside, text
from tests.web.test_every_address import state

FORM, SUM = "/plan/budget", "/plan/budget/sum"
# 2,166.66 − 700 − 520 − 100 − what is usual for one person elsewhere.
TOLD = {
    "people": "1", "from-65": "0", "income": "1,000", "income-often": "biweekly", "housing": "700",
    "c-food": "120", "c-food-often": "weekly", "c-transport": "100", "debts": "0",
}  # fmt: skip


@pytest.fixture
def ada(served: Served) -> Person:
    person = served.desk.person()
    served.desk.account(person, [(TODAY - timedelta(days=34), 10_300, 0), (TODAY + timedelta(days=20), 10_300, 0)])
    return person


@dataclass
class Page(HTMLParser):
    """The fields of a page's own form, as a browser without scripts would send them, and what is marked wrong."""

    fields: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    _select: str = ""
    _depth: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        name = found.get("name", "")
        if tag == "form":
            self._depth = 0 if "action" in found else 1
        if tag == "label":
            self.labels.add(found.get("for", ""))
        if not self._depth:
            return
        if tag == "input" and (found.get("type") != "checkbox" or "checked" in found):
            self.fields[name] = found.get("value", "")
            if found.get("aria-invalid") == "true":
                self.wrong.append(name)
        if tag == "select":
            self._select = name
        if tag == "option" and ("selected" in found or self._select not in self.fields):
            self.fields[self._select] = found["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._depth = 0


def page_of(answer: Anything) -> Page:
    page = Page()
    page.feed(text(answer))
    return page


def fill(browser: Client, **typed: str) -> Anything:
    """Load the form, type into it and send it."""
    shown = page_of(browser.get(FORM))
    named = {name.replace("__", "-"): value for name, value in typed.items()}
    assert named.keys() - {"later"} <= shown.fields.keys()
    return browser.post(FORM, shown.fields | named)


def tell(browser: Client, **more: str) -> Anything:
    return fill(browser, **{name.replace("-", "__"): value for name, value in (TOLD | more).items()})


def confirm(browser: Client, **more: str) -> Anything:
    return browser.post(SUM, page_of(browser.get(SUM)).fields | more)


def told_by(served: Served) -> FinancialStatement:
    talk = models.Conversation.objects.select_related("borrower").get()
    statement = load_talk(talk, served.desk.vault).memory.statement
    assert statement is not None
    return FinancialStatement.from_json(statement)


def tell_by_text(served: Served, person: Person, told: FinancialStatement) -> None:
    """Leave the talk as it is after *told* was told by text."""
    talk = served.desk.talk(person, state="budget")
    talk.borrower = person.borrower
    talk.memory_sealed = seal_memory(talk, kept(Memory(budget_asks="confirm"), told), served.desk.vault)
    talk.save(update_fields=["memory_sealed"])


def test_the_form_is_one_step_from_the_question_what_can_you_pay(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    assert f'href="{FORM}"' in text(browser.get("/plan"))
    shown = page_of(browser.get(FORM))
    visible = {name for name in shown.fields if not name.endswith("-often")} - {"csrfmiddlewaretoken", "form_number"}
    assert visible <= shown.labels, "every field has its label"
    assert {"c-food", "c-housekeeping", "c-apparel", "c-personal_care", "c-miscellaneous", "c-health_care"} <= visible


def test_what_is_usual_is_not_shown_before_something_is_told(served: Served, ada: Person) -> None:
    assert not re.search(r"\$\d", text(inside(served, ada).get(FORM)).split("<form")[1])


def test_what_was_told_is_kept_and_filled_in_again(served: Served, ada: Person) -> None:
    assert "is kept" in text(tell(inside(served, ada), later="1"))
    told = told_by(served)
    assert (told.household, told.income) == (Household(1, 0), Income(1000_00, Rhythm.BIWEEKLY))
    assert (told.housing, told.by_category["food"]) == (Cost(700_00), Cost(120_00, Rhythm.WEEKLY))
    assert not told.is_confirmed
    again = page_of(inside(served, ada).get(FORM)).fields
    assert {name: again[name] for name in TOLD} == TOLD | {"income": "1000"}
    assert models.OfferRecord.objects.count() == 0
    assert models.Conversation.objects.get().state == "notified"


def test_what_was_kept_is_sealed_and_a_person_reads_it_in_the_thread(served: Served, ada: Person) -> None:
    tell(inside(served, ada), later="1")
    row = models.Inbound.objects.get(provider="page")
    assert row.body_sealed is not None
    said = open_text(served.desk.vault, ada.borrower, Sealed.INBOUND_BODY, row.id, bytes(row.body_sealed))
    assert said.startswith("[page: income and spending, USD: people 1")
    assert "food 120.00 weekly" in said
    assert b"120.00" not in bytes(row.body_sealed)
    assert "120" not in str(list(models.Event.objects.values_list("data", flat=True)))


def test_a_form_sent_twice_is_kept_once(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    shown = page_of(browser.get(FORM)).fields
    for _ in range(2):
        browser.post(FORM, shown | TOLD | {"later": "1"})
    assert models.Inbound.objects.filter(provider="page").count() == 1


def test_what_was_told_by_text_is_filled_in(served: Served, ada: Person) -> None:
    told = FinancialStatement(
        "USD", household=Household(3), income=Income(2100_00, payday=TODAY + timedelta(days=9)),
        housing=Cost(900_00), essentials=Cost(600_50), other_debts=Cost(0),
    )  # fmt: skip
    tell_by_text(served, ada, told)
    browser = inside(served, ada)
    shown = page_of(browser.get(FORM)).fields
    expected = {"people": "3", "income": "2100", "housing": "900", "essentials": "600.50", "debts": "0"}
    assert {name: shown[name] for name in expected} == expected
    assert shown["payday"] == (TODAY + timedelta(days=9)).isoformat()
    assert fill(browser)["Location"] == SUM
    assert told_by(served) == told
    assert models.Conversation.objects.get().state == "budget", "the question by text stays open"


def test_a_pay_day_that_is_over_is_not_filled_in_again(served: Served, ada: Person) -> None:
    tell_by_text(served, ada, FinancialStatement("USD", income=Income(2100_00, payday=TODAY)))
    assert page_of(inside(served, ada).get(FORM)).fields["payday"] == ""


def test_what_was_passed_over_by_text_and_is_told_here_counts_as_told(served: Served, ada: Person) -> None:
    told = FinancialStatement(
        "USD", skipped=frozenset({Topic.HOUSING, Topic.ESSENTIALS}), wants_figure=frozenset({Topic.INCOME})
    )
    tell_by_text(served, ada, told)
    fill(inside(served, ada), income="900", housing="300")
    now = told_by(served)
    assert (now.skipped, now.wants_figure) == (frozenset({Topic.ESSENTIALS}), frozenset[Topic]())


def test_a_sum_told_by_text_and_single_amounts_are_not_both_taken(served: Served, ada: Person) -> None:
    tell_by_text(served, ada, FinancialStatement("USD", essentials=Cost(600_00)))
    browser = inside(served, ada)
    answer = fill(browser, c__food="200")
    assert (answer.status_code, page_of(answer).wrong) == (422, ["essentials"])
    assert fill(browser, c__food="200", essentials="")["Location"] == SUM
    assert dict(told_by(served).by_category) == {"food": Cost(200_00)}


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"income": "lots"}, ["income"]),
        ({"c-food": "-5", "housing": "12.345", "debts": "<b>1</b>"}, ["housing", "c-food", "debts"]),
        ({"people": "0"}, ["people"]),
        ({"people": "2", "from-65": "3"}, ["from-65"]),
        ({"people": "", "from-65": "1"}, ["people"]),
        ({"payday": "2026-11-03"}, ["payday"]),
        ({"payday": "soon"}, ["payday"]),
        ({"income": "", "payday": "2026-12-01"}, ["income"]),
        ({"month-1": "900", "month-2": "800"}, ["income"]),
        ({"income": "", "month-2": "800"}, ["month-1"]),
        ({"owed-2": "x", "arrears": "y", "most": "z"}, ["owed-2", "arrears", "most"]),
        ({"c-food-often": "hourly"}, ["c-food"]),
        ({"income": "9" * 20}, ["income"]),
    ],
)
def test_what_is_wrong_is_told_at_the_field_and_all_that_was_typed_stays(
    served: Served, ada: Person, typed: dict[str, str], wrong: list[str]
) -> None:
    answer = tell(inside(served, ada), **typed)
    page, shown = page_of(answer), text(answer)
    assert (answer.status_code, page.wrong) == (422, wrong)
    assert re.findall(r'<li><a href="#([^"]*)"', shown) == wrong
    assert all(f'id="{name}-error"' in shown for name in wrong)
    kept_fields = {name: value for name, value in (TOLD | typed).items() if not name.endswith("-often")}
    assert {name: page.fields[name] for name in kept_fields} == kept_fields
    assert "<b>" not in shown
    assert not models.Inbound.objects.exists()


def test_the_sum_names_every_line_and_where_it_comes_from(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    assert tell(browser, **{"c-apparel": "300"})["Location"] == SUM
    shown = text(browser.get(SUM))
    for figure in ("$2,166.66", "$700.00", "$520.00", "$300.00"):
        assert figure in shown
    for words_shown in ("you told us", "not told: the usual amount", "more than usual, counted in full", "none told"):
        assert words_shown in shown
    assert 'name="explained" value="apparel"' in shown
    assert "less a month" in shown


def test_a_confirmed_sum_has_the_plans_of_the_same_capacity_by_text(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    tell(browser)
    assert confirm(browser)["Location"] == "/plan/options"
    page = models.OfferRecord.objects.get()
    assert told_by(served).is_confirmed
    bea = served.desk.person()
    served.desk.account(bea, [(TODAY - timedelta(days=34), 10_300, 0), (TODAY + timedelta(days=20), 10_300, 0)])
    served.desk.prove(bea)
    pipeline = served.desk.pipeline(served.desk.centre())
    for said in ("i need options", f"{page.capacity_minor // 100} a month"):
        served.desk.hear(bea, said)
        pipeline.settle_all(NOON + timedelta(minutes=5))
    by_text = models.OfferRecord.objects.exclude(pk=page.pk).get()
    assert (by_text.plans, by_text.capacity_minor) == (page.plans, page.capacity_minor)
    assert "You said" in text(browser.get("/plan/options"))


def test_pay_day_is_the_first_day(served: Served, ada: Person) -> None:
    browser, day = inside(served, ada), (TODAY + timedelta(days=10)).isoformat()
    tell(browser, payday=day)
    confirm(browser)
    assert {plan["rows"][0]["due_on"] for plan in models.OfferRecord.objects.get().plans} == {day}


def test_nothing_is_offered_above_the_borrowers_own_figure(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    tell(browser, most="50")
    confirm(browser)
    assert models.OfferRecord.objects.get().capacity_minor == 50_00


def test_an_amount_named_before_is_the_borrowers_own_figure(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    browser.post("/plan", page_of(browser.get("/plan")).fields | {"amount": "60"})
    assert page_of(browser.get(FORM)).fields["most"] == "60"


def test_more_than_the_sum_leaves_leads_to_the_sum(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    tell(browser)
    answer = browser.post("/plan", page_of(browser.get("/plan")).fields | {"amount": "1200"})
    assert answer["Location"] == SUM
    assert not models.OfferRecord.objects.exists()


def test_changing_income_is_told_by_month(served: Served, ada: Person) -> None:
    tell(inside(served, ada), **{"income": "", "month-1": "900", "month-2": "0", "month-4": "1500.50"})
    assert told_by(served).income == Income(recent_months_minor=(900_00, 0, 1500_50))


def test_debts_by_balance_share_what_is_left_and_free_advice_is_named(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    tell(browser, **{"owed-1": "3000", "owed-3": "500"})
    assert told_by(served).listed_debts_minor == (3000_00, 500_00)
    shown = text(browser.get(SUM))
    assert "Our share" in shown
    assert "NFCC" in shown


def test_nothing_left_is_no_offer_but_free_advice_and_a_person(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    tell(browser, housing="1900")
    shown = text(browser.get(SUM))
    assert "Nothing is left for a plan" in shown
    assert "show plans" not in shown
    assert "NFCC" in text(confirm(browser))
    talk = models.Conversation.objects.get()
    assert (talk.state, talk.person_reason) == ("with_person", "nothing_to_spare")
    assert models.Hold.objects.get().kind == "hardship"
    assert not models.OfferRecord.objects.exists()
    assert browser.get(FORM)["Location"] == browser.get(SUM)["Location"] == "/account"


def test_a_sum_that_cannot_be_told_goes_to_a_person(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    fill(browser, income="3000")
    shown = text(browser.get(SUM))
    assert "does not tell yet" in shown
    assert "Housing and utilities" in shown
    assert "A person will get in touch" in text(confirm(browser))
    assert models.Conversation.objects.get().person_reason == "budget_incomplete"


def test_reasons_are_kept_for_lines_above_what_is_usual_and_for_no_other(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    tell(browser, **{"c-apparel": "300"})
    browser.post(SUM, page_of(browser.get(SUM)).fields | {"explained": ["apparel", "housing", "x"]})
    assert told_by(served).explained == {"apparel"}, "food is above, too, and has none; housing is not above"
    assert 'value="apparel" checked' in text(browser.get(SUM))


def test_a_sum_that_changed_while_it_was_read_is_shown_again(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    tell(browser)
    read = page_of(browser.get(SUM)).fields
    tell(browser, housing="800")
    answer = browser.post(SUM, read)
    assert (answer.status_code, "Something changed" in text(answer)) == (409, True)
    assert not models.OfferRecord.objects.exists()


def test_looking_at_the_form_and_at_the_sum_changes_nothing(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    tell(browser)
    before = state()
    for address in (FORM, SUM):
        for method in ("get", "head"):
            assert getattr(browser, method)(address).status_code == 200
    assert state() == before


def test_without_a_statement_there_is_no_sum(served: Served, ada: Person) -> None:
    assert inside(served, ada).get(SUM)["Location"] == FORM


@pytest.mark.parametrize("address", [FORM, SUM])
def test_nothing_opens_before_identity(served: Served, address: str) -> None:
    assert served.client(face="portal").get(address)["Location"] == "/"


def test_in_a_place_without_figures_every_category_is_asked(served: Served) -> None:
    wei = served.desk.person("CN", "Asia/Shanghai", language="zh-Hant")
    served.desk.account(wei, [(TODAY - timedelta(days=3), 50_000, 0)], currency="CNY")
    shown = text(inside(served, wei).get(FORM))
    for name in ("飲食與家用", "水電與通訊", "子女與扶養"):
        assert name in shown


def test_the_pages_run_no_script_and_weigh_less_than_50_kb(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    tell(browser, **{"c-apparel": "300", "owed-1": "100", "month-1": "", "arrears": "5"})
    shared = sum(len(assets()[name].raw) for name in ("tokens.css", "portal.css", "mark.svg"))
    for address in (FORM, SUM):
        answer = browser.get(address)
        assert "<script" not in text(answer)
        assert len(answer.content) + shared < 50_000


def test_no_word_of_the_form_or_the_picture_recommends() -> None:
    recommends: Phrases = library().catalogue.guidance.recommends
    said = {key: words()[key] for key in words() if key.startswith(("portal.budget", "budget_flag.", "often."))}
    assert len(said) > 60
    texts = [text for one in said.values() for language in Language for text in _texts(one[language])]
    assert [one for one in texts if recommends.found_in(one)] == []


def _texts(text: Anything) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())
