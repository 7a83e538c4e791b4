"""What texts take over a real book: each account with its own figures, nobody opened."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from parley.cli.templates_sizes import facts
from parley.engine.approval import Asked, NotApproved, Objection
from parley.engine.sizing import Sized, size
from parley.locale import Language
from parley.purpose import Purpose
from parley.rulebook.rule import Text
from parley.run.sizing import PAGE_CODE, Readers, SizedText, readers
from tests.run.desk import TODAY, Desk, library

EN, HANT = Language.EN, Language.ZH_HANT


@pytest.fixture
def found(desk: Desk) -> Readers:
    """Three accounts in English, one of them past due; one in Traditional Chinese; one that is closed."""
    coming = TODAY + timedelta(days=5)
    for principal in (124_000, 125_000):
        desk.account(desk.person(), [(coming, 10_300, 0)], principal=principal)
    desk.account(desk.person(), [(TODAY - timedelta(days=9), 10_300, 300)], principal=1_234_567_89)
    taiwan = desk.person("TW", "Asia/Taipei", language="zh-Hant")
    desk.account(taiwan, [(coming, 10_300_00, 0)], currency="TWD")
    desk.account(desk.person(), [(coming, 99_999_99, 0)], status="closed")
    return readers(TODAY)


def sized(found: Readers, key: str, language: Language = EN) -> Sized:
    template = library().catalogue.texts[key, language]
    return size(template, language, found.samples, library(), TODAY, place="US", page_code=PAGE_CODE)


def test_accounts_of_one_width_are_one_row_and_closed_ones_are_none(found: Readers) -> None:
    assert (found.looked_at, found.total) == (4, 5)
    assert sorted(count for _, count in found.samples) == [1, 1, 2]


def test_a_text_is_counted_over_the_accounts_it_may_go_to(found: Readers) -> None:
    # Who owes nothing that is past due is told of no arrears.
    assert sized(found, "overdue.detail").over.rows == 1
    assert sized(found, "reminder.detail").over.rows == 2
    assert sized(found, "reminder.detail", HANT).over.rows == 1
    assert sized(found, "reminder.neutral").over.rows == 3
    assert sized(found, "reminder.neutral", Language.ZH_HANS).over.rows == 0


def test_the_figures_and_the_page_are_those_of_the_account(found: Readers) -> None:
    of_book = sized(found, "overdue.detail")
    assert (of_book.over.least, of_book.over.most) == (2, 2)
    assert "/xxxxxxxxxxxxxxx" in of_book.worst.text
    assert "$9,999,999.99" in of_book.worst.text
    assert "NT$9,999,999.99" in sized(found, "reminder.detail", HANT).worst.text


def test_a_part_of_the_book_is_drawn_by_its_ids(found: Readers) -> None:
    assert readers(TODAY, most=2) == found


def test_the_sizes_are_told_as_data(found: Readers) -> None:
    asked = Asked("reminder.detail", EN, "IN", Purpose.REMINDER)
    refused = NotApproved(asked, "sandbox", (Objection("r", "in-dlt", "TCCCPR", "law", Text("no", "否")),))
    one = SizedText("reminder.detail", EN, sized(found, "reminder.detail"))
    told = json.loads(facts([refused], [one], found, library(), 7_900))
    assert told["accounts"] == {"looked_at": 4, "total": 5}
    assert told["texts"][0]["book"] == {
        "accounts": 2, "least": 2, "median": 2, "most": 2, "accounts_by_segments": {"2": 2}, "accounts_ucs2": 0,
        "cost_micro": 31_600,
    }  # fmt: skip
    assert told["texts"][0]["worst"]["segments"] == 2
    assert told["objections"][0] | {"rule": "in-dlt", "jurisdiction": "IN"} == told["objections"][0]
