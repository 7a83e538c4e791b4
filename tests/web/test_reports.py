"""Reports: every figure with its table and file, a period that is checked, and nothing of a borrower."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest

from parley.store import models
from parley.store.staff import Role
from parley.web.console.reports_figures import PAGES, quiet_hours
from parley.web.words import knows
from tests.run.desk import NOON, TODAY, Anything
from tests.web.book import Book, fill
from tests.web.conftest import Served

ADDRESSES = {
    "messages": "/reports",
    "delivery": "/reports/delivery",
    "talks": "/reports/talks",
    "outcomes": "/reports/outcomes",
}
WHOLE = f"?from={TODAY - timedelta(days=10)}&to={TODAY + timedelta(days=10)}"


@pytest.fixture
def book(served: Served) -> Book:
    return fill(served.desk)


def text_of(served: Served, address: str, status: int = 200, role: Role = Role.LEAD) -> str:
    answer = served.client(role).get(address)
    assert answer.status_code == status
    return unescape(answer.content.decode())


def rows_of(served: Served, figure: str, language: str = "en") -> list[list[str]]:
    client = served.client(Role.COMPLIANCE)
    client.cookies["parley_language"] = language
    answer = client.get(f"/reports/{figure}.csv{WHOLE}")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_each_page_has_its_figures_with_table_and_file(served: Served, book: Book) -> None:
    for name, address in ADDRESSES.items():
        text = text_of(served, address + WHOLE)
        for one in PAGES[name]:
            assert '<figure class="chart-block' in text and f'id="{one.name}"' in text
            assert f'href="/reports/{one.name}.csv{WHOLE}"' in text.replace("&amp;", "&") or "Nothing to show" in text


def test_the_figures_are_those_of_the_book(served: Served, book: Book) -> None:
    sent = models.Message.objects.filter(submitted_at__isnull=False).count()
    by_day = rows_of(served, "by_day")
    assert len(by_day) == 1 + 21
    assert sum(int(cell) for row in by_day[1:] for cell in row[1:]) == models.Message.objects.count() >= sent > 0
    week = rows_of(served, "week")
    assert sum(int(cell) for row in week[1:] for cell in row[1:]) == sent
    cost = rows_of(served, "cost")
    assert sum(int(row[1]) for row in cost[1:]) == sent
    replies = rows_of(served, "replies")
    assert sum(int(row[1]) for row in replies[1:]) == models.Inbound.objects.count() > 0
    handed = models.Event.objects.filter(kind="handed_over").count()
    assert sum(int(cell) for row in rows_of(served, "hand_overs")[1:] for cell in row[1:] if cell) == handed > 0


def test_how_it_was_is_told_in_picture_words_and_file(served: Served) -> None:
    desk = served.desk
    for said, at in ((5, NOON), (2, NOON), (None, NOON), (4, NOON - timedelta(days=7))):
        person = desk.person()
        account = desk.account(person)
        ended = {"standing": "kept", "told_at": at, "satisfaction": said}
        desk.arrangement(account, [(TODAY, 100)], desk.talk(person, account), **ended)
        desk.message(person, account, template_key="arrangement.completed_score", submitted_at=at)
    head, whole, before, now = rows_of(served, "scores")
    assert head[1:] == [f"score {n}" for n in (5, 4, 3, 2, 1)] + ["no answer", "asked", "answered", "median"]
    assert whole == ["whole period", "1", "1", "0", "1", "0", "1", "4", "3", "4.0"]
    assert before == ["Oct 26", "0", "1", "0", "0", "0", "0", "1", "1", "4.0"]
    assert now == ["Nov 2", "1", "0", "0", "1", "0", "1", "3", "2", "3.5"]
    text = text_of(served, "/reports/outcomes" + WHOLE)
    assert "4 were asked, 3 answered; the median is 4.0." in text and ">3.5<" in text
    assert rows_of(served, "scores", "zh-Hant")[1][0] == "整個時段"
    models.Arrangement.objects.update(satisfaction=None)
    assert "4 were asked, 0 answered." in text_of(served, "/reports/outcomes" + WHOLE)


def test_delivery_is_told_by_route_and_template_with_what_it_cost(served: Served) -> None:
    desk = served.desk
    empty = text_of(served, "/reports/delivery" + WHOLE)
    assert empty.count("Nothing to show") == 6 and 'role="status"' not in empty
    person = desk.person()
    left: Anything = {"provider": "sandbox", "intended_at": NOON, "submitted_at": NOON, "cost_micro": 7_900}
    for seconds in (2, 4, 60):
        desk.message(person, state="delivered", finished_at=NOON + timedelta(seconds=seconds), **left)
    desk.message(person, state="undelivered", finished_at=NOON, **left)
    desk.message(person, state="submitted", template_key="promotion.offer", **left)
    _, route = rows_of(served, "route_ends")
    assert route == ["sandbox", "3", "1", "0", "0", "0", "1", "0", "5", "5"]
    head, *rows = rows_of(served, "template_arrived")
    assert head[1:] == [
        *("delivered", "lowest by chance", "highest", "delivered, count", "of"),
        *("half within, seconds", "95 % within, seconds"),
    ]
    # Of one message that is still on its way nothing can be said.
    assert rows == [
        ["reminder.neutral", "75.0", "30.1", "95.4", "3", "4", "4", "60"],
        ["promotion.offer", "", "", "", "0", "0", "", ""],
    ]
    # 31,600 millionths by three: 10,533 and a third. No plan came of it: nothing to divide by.
    assert rows_of(served, "template_came")[1][6:] == ["0.0316", "0.010533", ""]
    assert rows_of(served, "template_came", "zh-Hant")[0][0] == "範本"


def test_a_route_that_loses_messages_is_told_above_reports_and_on_the_page_of_sending(served: Served) -> None:
    data = {"route": "sandbox", "what": "lost", "recent": [250, 150, 9], "earlier": [1_000, 950, 0], "minutes": 60}
    models.Event.objects.create(at=NOON, kind="route.dropped", data=data)
    for address in (*ADDRESSES.values(), "/sending"):
        text = text_of(served, address)
        assert "The route “sandbox” delivers less than it did." in text
        assert "within 60 minutes: 150 of 250 (60.0%); in the days before, 950 of 1,000 (95.0%)." in text
    models.Event.objects.update(data=data | {"what": "unanswered"})
    assert "within 60 minutes: 9 of 250 (3.6%); in the days before, 0 of 1,000 (0.0%)." in text_of(served, "/sending")
    models.Event.objects.create(at=NOON, kind="route.ended", data={"route": "sandbox", "why": "recovered"})
    assert "The route “sandbox”" not in text_of(served, "/sending")


def test_a_refusal_is_cited(served: Served, book: Book) -> None:
    served.desk.account(served.desk.person(zone=""), [(TODAY + timedelta(days=5), 10_300, 0)])
    served.desk.nightly(TODAY + timedelta(days=2))
    decision = models.GateDecision.objects.exclude(verdict="allow").first()
    assert decision is not None
    rule = served.services.library.rulebook.rule(decision.rule_id)
    assert rule.text.en in text_of(served, f"/reports{WHOLE}")
    assert rule.text.zh in str(rows_of(served, "refusals", "zh-Hans"))


def test_a_file_says_chinese_to_who_reads_chinese(served: Served, book: Book) -> None:
    client = served.client(Role.LEAD)
    client.cookies["parley_language"] = "zh-Hant"
    answer = client.get(f"/reports/replies.csv{WHOLE}")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "意圖,數量,佔全部" in answer.content.decode()
    first, last = WHOLE[6:16], WHOLE[-10:]
    assert answer["Content-Disposition"] == f'attachment; filename="replies-{first}-{last}.csv"'


def test_nothing_of_a_borrower_is_in_a_report(served: Served, book: Book) -> None:
    said = [text_of(served, address + WHOLE) for address in ADDRESSES.values()]
    said += [str(rows_of(served, one.name)) for figures in PAGES.values() for one in figures]
    for person in (book.offered, book.crisis, book.chinese):
        hidden = ("Ada Test", "60614", person.number, str(person.borrower.id), str(person.borrower.id)[-6:])
        assert [word for word in hidden if any(word in text for text in said)] == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?from=2026-13-01&to=2026-11-03", "“2026-13-01” is not a day"),
        ("?from=2026-11-03&to=tomorrow", "“tomorrow” is not a day"),
        ("?from=2026-11-04&to=2026-11-03", "ends before it begins"),
        ("?from=2025-11-03&to=2026-11-04", "at most 366 days"),
        ("?from=0001-01-01&to=0001-01-02", "is not a day"),
        ("?from=9999-12-31&to=9999-12-31", "is not a day"),
        ("?from=<script>alert(1)</script>&to=2026-11-03", "is not a day"),
    ],
)
def test_a_period_that_is_none_is_refused_in_words(served: Served, query: str, said: str) -> None:
    answer = served.client(Role.LEAD).get("/reports" + query)
    raw = answer.content.decode()
    assert answer.status_code == 422
    assert said in unescape(raw)
    assert 'aria-invalid="true"' in raw and "<figure" not in raw and "<script>alert" not in raw
    assert served.client(Role.LEAD).get("/reports/by_day.csv" + query).status_code == 404


def test_the_longest_period_is_shown_and_the_good_day_is_kept(served: Served) -> None:
    text_of(served, "/reports?from=2025-11-03&to=2026-11-03")
    text_of(served, "/reports?from=2026-11-03&to=2026-11-03")
    kept = text_of(served, "/reports?from=2026-11-03&to=x", 422)
    assert 'value="2026-11-03"' in kept


def test_without_a_period_the_last_thirty_days_are_shown(served: Served) -> None:
    text = text_of(served, "/reports")
    assert f'value="{TODAY - timedelta(days=29)}"' in text and f'value="{TODAY}"' in text


def test_days_end_when_they_end_in_the_zone_of_the_console(served: Served, book: Book) -> None:
    late = NOON.replace(hour=23, minute=30)
    served.desk.message(book.quiet, state="delivered", submitted_at=late)
    zone = served.services.settings.web.zone
    found = {row[0]: row[1] for row in rows_of(served, "by_day")}
    assert zone == "UTC" and found["Nov 3"] >= "1"


def test_a_home_without_anything_says_so(served: Served) -> None:
    for name, address in ADDRESSES.items():
        text = text_of(served, address)
        assert text.count("Nothing to show") == len(PAGES[name])


def test_a_figure_there_is_not_is_not_found(served: Served) -> None:
    text_of(served, "/reports/salaries.csv", 404)


def test_quiet_hours_are_those_of_the_lenders_policy(served: Served) -> None:
    closed = quiet_hours()
    assert {hour for day, hour in closed if day == 0} == {*range(8), *range(20, 24)}
    assert len(closed) == 7 * 12


def test_every_figure_has_words(served: Served) -> None:
    every = [one for figures in PAGES.values() for one in figures]
    assert [one.name for one in every if not knows(f"reports.{one.name}")] == []
    assert [one.lead for one in every if one.lead and not knows(one.lead)] == []


def test_pictures_carry_no_style_and_no_script(served: Served, book: Book) -> None:
    for address in ADDRESSES.values():
        figures = re.findall(r"<figure.*?</figure>", text_of(served, address + WHOLE), re.DOTALL)
        assert figures
        assert [one for one in figures if " style=" in one or "<script" in one or "http" in one] == []
