"""The page tells, before anything binds, of the credit record and a missed payment; what was told is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parley.store import models
from tests.run.desk import TODAY, Person
from tests.web.conftest import Served
from tests.web.portal.test_page import agree, inside, send, text

AMERICAN = "Late payments may show on your credit report for up to seven years."
NEUTRAL = "Ask us how this is reported to credit reference agencies."


def owing(served: Served, place: str, zone: str, language: str, currency: str) -> Person:
    person = served.desk.person(place, zone, language=language)
    served.desk.account(person, [(TODAY - timedelta(days=34), 90_000, 0)], currency=currency)
    return person


def checked(served: Served, person: Person, monthly: str) -> str:
    browser = inside(served, person)
    send(browser, "/plan", amount=monthly)
    send(browser, "/plan/options", option="0")
    return text(browser.get("/plan/check"))


@pytest.mark.parametrize(
    ("place", "zone", "language", "currency", "credit", "missed"),
    [
        ("US-CA", "America/Los_Angeles", "en", "USD", AMERICAN, "up to 5 days late"),
        ("CN", "Asia/Shanghai", "zh-Hans", "CNY", "逾期等不良信息自逾期结束之日起保存五年", "每期可晚还，最多5天"),
        ("TW", "Asia/Taipei", "zh-Hant", "TWD", "逾期、催收及呆帳紀錄自清償之日起", "每期可晚繳，最多5天"),
        ("IE", "Europe/Dublin", "en", "EUR", NEUTRAL, "up to 5 days late"),
    ],
)
def test_both_stand_on_the_page_before_the_button_that_binds(
    served: Served, place: str, zone: str, language: str, currency: str, credit: str, missed: str
) -> None:
    shown = checked(served, owing(served, place, zone, language, currency), "20000")
    assert "<script" not in shown
    assert credit in shown
    assert missed in shown
    assert max(shown.index(credit), shown.index(missed)) < shown.index('<button class="main"')
    assert not models.Arrangement.objects.exists()


def test_what_was_told_is_kept_in_every_language_and_shown_as_it_was_agreed(served: Served) -> None:
    ada = owing(served, "US-IL", "America/Chicago", "en", "USD")
    browser = inside(served, ada)
    agree(browser, "6000", "0")
    row = models.Arrangement.objects.get()
    assert row.terms is not None
    assert row.terms["jurisdiction"] == "US-IL"
    assert (row.terms["read"], row.terms["grace_days"]) == ("excerpt", 5)
    assert row.terms["citation"].startswith("15 U.S.C. 1681c")
    assert set(row.terms["credit"]) == set(row.terms["missed"]) == {"en", "zh-Hans", "zh-Hant"}
    assert AMERICAN in text(browser.get("/plan/agreed"))
    row.terms["credit"]["en"] = "As it was told then."
    row.save(update_fields=["terms"])
    assert "As it was told then." in text(browser.get("/plan/agreed"))


def test_a_plan_of_before_terms_were_kept_is_shown_without(served: Served) -> None:
    ada = owing(served, "US-IL", "America/Chicago", "en", "USD")
    browser = inside(served, ada)
    agree(browser, "6000", "0")
    models.Arrangement.objects.update(terms=None)
    shown = text(browser.get("/plan/agreed"))
    assert "Your reference" in shown
    assert "Your credit record" not in shown
