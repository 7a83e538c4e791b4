from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from parley.errors import BadInput
from parley.negotiation.budget.financial_statement import MOST_PEOPLE, Household
from parley.negotiation.budget.load import load_reference
from parley.negotiation.budget.reference import Checked, Part, choose_reference
from tests.negotiation.budget.samples import ROUND, raw_tables, round_table, shipped_tables

TODAY = date(2026, 11, 26)


def changed(old: str, new: str) -> bytes:
    text = ROUND.decode()
    assert old in text, f"{old!r} is not in the sample table"
    return text.replace(old, new, 1).encode()


def test_shipped_tables_name_their_figures_source_and_date() -> None:
    tables = {table.id: table for table in shipped_tables()}
    assert tables.keys() == {"us-irs", "gb-sfs", "anywhere"}
    for table in tables.values():
        sources = {one.id: one for one in table.sources}
        assert sources.keys() == {one.source for one in table.categories if one.has_figure}
        for source in sources.values():
            assert source.address.startswith("https://") and source.effective_on <= source.read_on <= TODAY
            assert source.effective_on <= table.valid_from
    assert not any(one.has_figure for key in ("gb-sfs", "anywhere") for one in tables[key].categories)
    assert {one.id: one.checked for one in tables["us-irs"].sources} == {
        "national": Checked.COPY,
        "health": Checked.SOURCE,
    }


def test_shipped_files_are_named_once_and_each_edition_stands_alone() -> None:
    editions = [(table.id, table.version) for table in shipped_tables()]
    assert len(editions) == len(set(editions)) == len(raw_tables())
    assert [table.id for table in shipped_tables() if table.jurisdiction == "*"] == ["anywhere"]


def test_national_standards_sum_to_the_published_totals() -> None:
    # Totals of the edition of 2025-04-21, in dollars: 839, 1,481, 1,753, 2,129 and 394 for each further person.
    table = choose_reference(shipped_tables(), "US", "USD", TODAY)
    five = ("food", "housekeeping", "apparel", "personal_care", "miscellaneous")
    totals = [sum(table.guidelines(Household(people))[key] for key in five) for people in (1, 2, 3, 4, 5, 8)]
    assert totals == [839_00, 1481_00, 1753_00, 2129_00, 2523_00, 3705_00]


def test_health_care_is_for_each_person_by_age() -> None:
    table = choose_reference(shipped_tables(), "US", "USD", TODAY)
    found = [table.guidelines(who)["health_care"] for who in (Household(2, 0), Household(2, 1), Household(2))]
    assert found == [166_00, 241_00, 316_00]


def test_further_people_add_exactly_what_the_table_says() -> None:
    # 300.01 more as 1,200 to 700: 189.48 and 110.53, the larger remainder to food.
    assert round_table().guidelines(Household(3, 0)) == {"rent": 1389_48, "food": 810_53, "health": 180_00}
    totals = [sum(round_table().guidelines(Household(people, 0)).values()) for people in range(2, MOST_PEOPLE)]
    assert {after - before for before, after in pairwise(totals)} == {360_01}


def test_a_table_is_chosen_by_place_currency_and_day() -> None:
    newer = load_reference(changed("valid_from = 2026-01-01", "valid_from = 2026-06-01"), "newer.toml")
    tables = (*shipped_tables(), round_table(), newer)

    def chosen(place: str, currency: str, on: date) -> tuple[str, date]:
        found = choose_reference(tables, place, currency, on)
        return found.id, found.valid_from

    assert chosen("US-CA", "USD", date(2026, 5, 31)) == ("round", date(2026, 1, 1))
    assert chosen("US", "USD", date(2026, 6, 1)) == ("round", date(2026, 6, 1))
    assert chosen("US", "USD", date(2025, 4, 21))[0] == "us-irs"
    assert chosen("US", "USD", date(2025, 4, 20))[0] == "anywhere"
    assert chosen("US", "EUR", TODAY)[0] == "anywhere"
    assert chosen("GB", "GBP", TODAY)[0] == "gb-sfs"
    assert chosen("CN", "CNY", TODAY)[0] == "anywhere"


def test_categories_of_a_table_are_housing_and_essentials() -> None:
    for table in shipped_tables():
        assert {one.part for one in table.categories} == {Part.HOUSING, Part.ESSENTIALS}
        assert all(one.en and one.zh for one in table.categories)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"\xff\xfe", "line 1: this is not UTF-8"),
        (b"id = ", "line 1: this is not TOML"),
        (b"id = 'x'", "`assumed_people` is missing"),
        (changed('id = "round"', 'id = "Round budget"'), "line 2: `id` is 'Round budget'; write it like us-irs"),
        (changed('version = "1"', "version = 1"), "line 3: `version` is not a text"),
        (changed('"US"', '"usa"'), 'line 4: `jurisdiction` is \'usa\'; write it like US, US-CA or "*"'),
        (changed('currency = "USD"', 'currency = "XXX"'), "`currency` must be one of USD, GBP"),
        (changed('currency = "USD"\n', ""), "`currency` must be one of USD, GBP"),
        (changed("valid_from = 2026-01-01", 'valid_from = "soon"'), "line 6: `valid_from` is not a date like"),
        (changed("assumed_people = 2", "assumed_people = 0"), "line 7: `assumed_people` is not a whole number from 1"),
        (changed("assumed_people = 2", "assumed_people = true"), "`assumed_people` is not a whole number"),
        (changed('reason_zh = "r"', 'reason = "r"'), "`reason_zh` is missing"),
        (changed('reason_zh = "r"', 'reason_zh = "r"\nnote = "n"'), "line 10: `note` is not a known key; known are"),
        (changed('checked = "source"', 'checked = "memory"'), "`sources.0.checked` is 'memory', not one of source,"),
        (changed('part = "housing"', 'part = "other_debts"'), "not one of housing, essentials"),
        (changed('part = "housing"', 'part = "essentials"'), "has no category of part housing"),
        (changed("[900_00, 1200_00]", "[900_00, -1]"), "`categories.0.people_minor` is not a whole number from 0"),
        (changed("[900_00, 1200_00]", "[900.5, 1200]"), "`categories.0.people_minor` is not a whole number from 0"),
        (changed("[900_00, 1200_00]", "[]"), "`categories.0.people_minor` is not a list of whole numbers"),
        (changed("[900_00, 1200_00]", "[900_00]"), "all of these need as many rows"),
        (changed("[900_00, 1200_00]", "[900_00, 1_00]"), "would let a larger household spend less"),
        (changed("from_65_minor = 100_00\n", ""), "`categories.2` needs `under_65_minor` and `from_65_minor`"),
        (changed("from_65_minor = 100_00\n", "from_65_minor = 1\npeople_minor = [1]\n"), "give one kind"),
        (changed('source = "s"\npeople', "people"), "`categories.0` needs a `source` where it has figures"),
        (changed('source = "s"\npeople', 'source = "z"\npeople'), "`categories.0.source` is not the id of one of"),
        (changed('source = "s"\npeople', "source = [1]\npeople"), "`categories.0.source` is not a text"),
        (changed('id = "food"', 'id = "rent"'), "`categories` lists 'rent' twice"),
        (changed('over = ["rent", "food"]', 'over = ["rent"]'), "must name in `over` every category"),
        (changed('over = ["rent", "food"]', 'over = "rent"'), "`further.over` is not a list of categories"),
        (changed("per_person_minor = 300_01", "per_person_minor = 0"), "`further.per_person_minor` is not a whole"),
        (ROUND[: ROUND.index(b"[further]")], "must name in `over` every category"),
        (changed("[[sources]]", "[sources]"), "`sources` is not a list of tables [[sources]]"),
        (b"categories = [1]\n" + ROUND[: ROUND.index(b"[[categories]]")], "`categories.0` is not a table"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_hold_is_refused_by_file_line_and_key(raw: bytes, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        load_reference(raw, "mine.toml")
    assert says in refused.value.en
    assert refused.value.en.startswith("mine.toml, line ")
    assert refused.value.zh.startswith("mine.toml 第 ")
