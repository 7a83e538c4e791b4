from __future__ import annotations

import pytest

from parley.errors import BadInput
from parley.run.importing.rows import Kind, targets_of

from .conftest import ACCOUNTS_MAP, GOOD, HEADER, Import


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('name = { column = "name" }', 'nam = { column = "name" }', 6, "Did you mean name"),
        ('column = "name"', 'column = "nmae"', 6, "no column nmae. It has: no, person, name"),
        ('name = { column = "name" }\n', "", 3, "lacks name"),
        ('column = "name"', 'column = "name", value = "x"', 6, "exactly one of"),
        ('column = "name"', 'column = "name", decimal = ","', 6, "no option of a text field"),
        ('column = "balance"', 'column = "balance", decimal = ";"', 15, "one of '.', ','"),
        ('column = "balance"', 'column = "balance", group = "."', 15, "must differ"),
        ('column = "due"', 'column = "due", format = "DD.MM"', 17, "YYYY, MM and DD"),
        ('region = "US"', 'region = "XX"', 7, "not a region"),
        ('column = "name"', "names = true", 6, "[seeded]"),
        ('column = "name"', 'value = "###", fill = "random"', 6, "is_synthetic"),
        ('column = "name"', 'template = "{nobody}"', 6, "no column nobody"),
        ('kind = "accounts"', 'kind = "accounts"\ndelimiter = "x"', 3, "delimiter"),
        ('kind = "accounts"', 'kynd = "accounts"', 2, "kynd does not exist"),
        ("[fields]", "[fields", 3, "not TOML"),
    ],
)
def test_a_wrong_map_is_refused_with_its_line_and_what_exists(
    take: Import, old: str, new: str, line: int, says: str
) -> None:
    assert old in ACCOUNTS_MAP
    with pytest.raises(BadInput) as caught:
        take(HEADER, GOOD, map_text=ACCOUNTS_MAP.replace(old, new, 1))
    assert f"map.toml, line {line}:" in caught.value.en
    assert says in caught.value.en
    assert caught.value.zh


def test_an_override_of_a_field_that_does_not_exist_is_refused(take: Import) -> None:
    with pytest.raises(BadInput, match="--set langage"):
        take(HEADER, GOOD, overrides={"langage": "zh-Hans"})


def test_amounts_and_dates_are_read_as_the_map_says(take: Import) -> None:
    text = ACCOUNTS_MAP.replace('column = "balance"', 'column = "balance", decimal = ",", group = "."')
    text = text.replace('column = "due"', 'column = "due", format = "D.M.YYYY"')
    row = GOOD.replace("1240.50", '"1.240,50"').replace("2026-11-20", "3.11.2026")
    (found,) = take(HEADER, row, map_text=text, is_dry_run=True).preview
    assert getattr(found, "principal", None) == 124_050
    assert str(getattr(found, "next_due_on", None)) == "2026-11-03"


def test_every_target_is_explained_in_both_languages() -> None:
    for kind in Kind:
        for target in targets_of(kind).values():
            assert target.en.endswith(".")
            assert target.zh.endswith("。")
