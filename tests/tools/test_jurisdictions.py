"""The pages of places say what an invented rulebook holds, and what it does not."""

from __future__ import annotations

import pytest

from tests.web.test_rulebook import zedland
from tools.jurisdictions import jurisdiction_pages


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return jurisdiction_pages(zedland())


def cells(page: str, first: str) -> list[str]:
    """Return the cells of the table row that begins with *first*."""
    line = next(one for one in page.splitlines() if one.startswith(f"| {first}"))
    return [one.strip() for one in line.strip("|").split(" | ")]


def test_every_place_has_a_page_in_both_languages_and_they_lead_to_each_other(pages: dict[str, str]) -> None:
    names = ("lender-policy", "unknown", "zz", "zz-a")
    assert set(pages) == {f"{name}.{tag}.md" for name in names for tag in ("en", "zh-Hans")} | {
        "README.md", "README.zh-Hans.md",
    }  # fmt: skip
    assert "(zz-a.zh-Hans.md)" in pages["zz-a.en.md"]
    assert "(zz-a.en.md)" in pages["zz-a.zh-Hans.md"]
    assert "(README.zh-Hans.md)" in pages["zz-a.zh-Hans.md"]
    assert "The rules of [Zedland](zz.en.md) apply too." in pages["zz-a.en.md"]


def test_the_matrix_holds_hours_caps_and_how_sure_they_are_with_the_places_around(pages: dict[str, str]) -> None:
    row = cells(pages["zz-a.en.md"], "overdue message")
    assert row[1] == "Mon–Fri 08:00–21:00, Sat 09:00–12:00, Sun never `zz-hours`"
    assert row[2] == "at most 2 in 7 days; per person; all counted `zz-cap`"
    assert row[3:] == ["–", "3", "3 read in the source"]
    assert cells(pages["zz.zh-Hans.md"], "还款提醒")[1:3] == ["–", "7 天内至多 2 次; 按人计; 全部计入 `zz-cap`"]


def test_a_rule_stands_with_its_source_its_signature_and_its_days(pages: dict[str, str]) -> None:
    row = cells(pages["zz.en.md"], "`zz-cap`")
    assert row[2] == "[Zed Act, s. 2](https://law.example/2)"
    assert row[3] == "read in the source<br>signed by R. Eader, 2026-10-01"
    assert row[5] == "since 2020-01-01"
    # Those of the places around stand on their own pages.
    assert "| `zz-cap`" not in pages["zz-a.en.md"]


def test_what_is_not_covered_is_named(pages: dict[str, str]) -> None:
    missing = pages["zz-a.en.md"].partition("## Not covered")[2]
    assert "No rule is written about: consent, opt-out, pause," in missing
    assert "No hours of the place itself for: reminder, account notice" in missing
    assert "Exceptions that nobody has signed loosen nothing in production: `zz-a-answer`." in missing
    assert "Written down and not in force on that day: `zz-a-draft`, `zz-a-later`." in missing
    assert "Nobody has read" not in missing
    assert "我们" not in missing


def test_the_index_counts_the_rules_of_each_place(pages: dict[str, str]) -> None:
    row = cells(pages["README.md"], "&emsp;[Alpha](zz-a.en.md) `ZZ-A`")
    assert row[1:] == [
        "3",
        "1",
        "1",
        "0",
        "0",
        "3",
        "0",
        "0",
        "1",
    ]
